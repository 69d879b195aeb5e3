package statereader

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"ckpt/internal/javaio"
	"ckpt/metadata"
	"ckpt/state"
)

// timerGroupBytes spells a key group of two services, with serializer snapshots (since 1.8).
func timerGroupBytes(times ...int64) []byte {
	b := append([]byte{0xF1, 0xCD, 0x85, 0x9F}, 0, 0, 0, 2, 0, 0, 0, 2)
	for _, name := range []string{"user-timers", "window-timers"} {
		b = append(append(javaio.AppendUTF(b, name), longSnap...), windowSnap...)
		for domain := range 2 {
			b = javaio.AppendInt32(b, int32(len(times)))
			for _, at := range times {
				b = slices.Concat(b, long(7), long(1), long(2), long(at+int64(domain)))
			}
		}
	}
	return b
}

func rawSubtask(b []byte, offsets ...int64) *metadata.Subtask {
	s := keyedSubtask(12, "", 0, 4, offsets)
	s.RawKeyed, s.ManagedKeyed = s.ManagedKeyed, nil
	s.RawKeyed.(*metadata.KeyGroupsHandle).Stream = &metadata.InlineHandle{Data: b, Offset: 50}
	return s
}

func TestRawTimers(t *testing.T) {
	first, second := timerGroupBytes(-1, 5), timerGroupBytes()
	b := append(first, second...)
	v := testView(t, 128, Options{}, nil, rawSubtask(b, 0, -1, int64(len(first)))) // key group 5 was never written
	got, missing, errs, warnings := collect(v.Units(Selection{}))
	var want []string
	for _, service := range []string{"user-timers", "window-timers"} {
		for domain, name := range []string{"event_", "processing_"} {
			for _, at := range []int{-1, 5} {
				line := fmt.Sprintf("%s%s%s kg=4 k=%x n=%x%x", state.TimerPrefix, name, service, long(7), long(1), long(2))
				if at+domain != 0 {
					line += fmt.Sprintf(" t=%d", at+domain)
				}
				want = append(want, line)
			}
		}
	}
	if !slices.Equal(got, want) || len(missing)+len(errs)+len(warnings)+len(v.Problems()) > 0 {
		t.Errorf("got %q\nwant %q\n%v %v %v", got, want, missing, errs, warnings)
	}
	if s := v.Operators()[0].State("_timer_state/event_user-timers"); s == nil || s.Kind != state.Timer || s.Key.Type.String() != "long" {
		t.Errorf("state %+v", s)
	}
}

func TestRawStateThatIsNotTimers(t *testing.T) {
	for name, b := range map[string][]byte{
		"user bytes":      []byte("whatever a user writes"),
		"almost timers":   append(timerGroupBytes(1), 0),
		"unknown version": append([]byte{0xF1, 0xCD, 0x85, 0x9F, 0, 0, 0, 3}, timerGroupBytes(1)[8:]...),
		"many services":   {0x7F, 0, 0, 0, 1},
		"nothing":         {},
	} {
		v := testView(t, 128, Options{}, nil, rawSubtask(b, 0))
		states := v.Operators()[0].States()
		if len(states) != 1 || states[0].Kind != state.RawKeyed || len(v.Problems()) > 0 || len(v.Units(Selection{})) > 0 {
			t.Errorf("%s: states %+v, problems %v", name, states, v.Problems())
		}
	}
}

func TestDamagedRawTimers(t *testing.T) {
	first := timerGroupBytes(-1, 5)
	b := slices.Concat(first, first, first)
	at := int64(len(first))
	b[at+12+2] ^= 1 // a letter of the first service's name in the second key group
	v := testView(t, 128, Options{}, nil, rawSubtask(b, 0, at, 2*at))
	got, missing, errs, _ := collect(v.Units(Selection{}))
	if len(got) != 16 || len(missing) != 4 || len(errs) != 1 {
		t.Fatalf("%d entries, %d missing, errors %v", len(got), len(missing), errs)
	}
	fe, _ := errors.AsType[*javaio.FormatError](errs[0])
	if assertDefect(t, errs[0], javaio.ErrCorrupt, "/cp/_metadata", "rawKeyed.keyGroup[5]"); fe.Offset != 50+at+12 {
		t.Errorf("%v: want offset %d", errs[0], 50+at+12)
	}
	if v := testView(t, 128, Options{}, nil, rawSubtask(b, 0, -2)); len(v.Problems()) != 1 {
		t.Errorf("offset -2: problems %v", v.Problems())
	}
}
