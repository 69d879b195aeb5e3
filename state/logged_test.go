package state_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"ckpt/internal/javaio"
	"ckpt/internal/testenv"
	"ckpt/metadata"
	"ckpt/state"
)

// registrations returns the changes of a real job's changelog that register states, by the state's name.
func registrations(tb testing.TB) map[string][]byte {
	b, err := os.ReadFile(filepath.Join(testenv.Savepoints(), "2.3.0", "unusual-changelog-memory-hashmap-checkpoint-p2-m128-inline0", "chk-3", "_metadata"))
	if err != nil {
		tb.Fatal(err)
	}
	cp, err := metadata.Decode(b)
	if err != nil {
		tb.Fatal(err)
	}
	found := map[string][]byte{}
	for _, op := range cp.Operators {
		for _, st := range op.Subtasks {
			k, ok := st.ManagedKeyed.(*metadata.ChangelogHandle)
			if !ok {
				continue
			}
			for _, d := range k.Delta {
				for _, c := range d.(*metadata.InlineChangesHandle).Changes {
					if len(c.Data) == 0 || c.Data[0] != state.LoggedMeta {
						continue
					}
					l, err := state.DecodeLogged(c.Data)
					if err != nil {
						tb.Fatal(err)
					}
					found[l.Meta.Name] = c.Data
				}
			}
		}
	}
	return found
}

func TestDecodeLogged(t *testing.T) {
	all := registrations(t)
	for name, want := range map[string]state.Kind{"value": state.Value, "list": state.List, "map": state.Map, "sum": state.Reducing,
		"aggregate": state.Aggregating, "_timer_state/event_user-timers": state.Timer} {
		b := all[name]
		if b == nil {
			t.Errorf("no registration of %s among %d", name, len(all))
			continue
		}
		l, err := state.DecodeLogged(b)
		if err != nil || l.Meta.Kind != want || l.Meta.Err != nil || l.Meta.ID != l.ID {
			t.Errorf("%s: %+v, %v; want kind %v", name, l, err, want)
		}
		for i := range b { // what is cut off anywhere is not taken for a registration
			_, err := state.DecodeLogged(b[:i:i])
			fe, ok := errors.AsType[*javaio.FormatError](err)
			if !ok || fe.Offset < 0 || fe.Offset > int64(i) {
				t.Fatalf("%s, the first %d of %d bytes: %v", name, i, len(b), err)
			}
		}
		if _, err := state.DecodeLogged(append(b[:len(b):len(b)], 0)); err == nil {
			t.Errorf("%s: a byte after the end is not noticed", name)
		}
	}
}

func TestDecodeLoggedRefuses(t *testing.T) {
	b := registrations(t)["value"]
	for _, tc := range []struct {
		name string
		at   int // from the end where negative
		to   byte
		kind error
	}{
		{"another change", 0, 7, javaio.ErrCorrupt},
		{"a newer version", 4, 8, javaio.ErrUnsupported},
		{"an older version", 4, 5, javaio.ErrUnsupported},
		{"a negative id", -3, 0xff, javaio.ErrCorrupt},
		{"the type code of a queue", -1, 3, javaio.ErrCorrupt},
		{"an unknown type code", -1, 99, javaio.ErrCorrupt},
	} {
		damaged := append([]byte(nil), b...)
		at := tc.at
		if at < 0 {
			at += len(b)
		}
		damaged[at] = tc.to
		if _, err := state.DecodeLogged(damaged); !errors.Is(err, tc.kind) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.kind)
		}
	}
}

func FuzzDecodeLogged(f *testing.F) {
	for _, b := range registrations(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := state.DecodeLogged(b)
		if err != nil {
			if _, ok := errors.AsType[*javaio.FormatError](err); !ok {
				t.Fatalf("%v has no place", err)
			}
			return
		}
		if l.Meta == nil || len(l.Default) > len(b) {
			t.Fatalf("%+v", l)
		}
	})
}
