package statereader

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"

	"ckpt/internal/javaio"
	"ckpt/metadata"
)

// small is a fixture with a value, a list of two elements and a map entry in each of the key groups 1 to 3: 12 entries.
func small(compressed bool) *fixture {
	f := &fixture{maxParallelism: 128, first: 1, last: 3, compressed: compressed, key: longSnap, states: []fixState{
		{name: "v", kind: "VALUE", ns: voidSnap, value: longSnap},
		{name: "l", kind: "LIST", ns: voidSnap, value: listSnap(stringSnap)},
		{name: "m", kind: "MAP", ns: voidSnap, value: mapSnap(stringSnap, ttlSnap(stringSnap))},
	}}
	for g := int32(1); g <= 3; g++ {
		f.states[0].rows = append(f.states[0].rows, fixRow{group: g, key: long(7), ns: void, values: [][]byte{long(8)}})
		f.states[1].rows = append(f.states[1].rows, fixRow{group: g, key: long(7), ns: void, values: [][]byte{text("aa"), text("b")}})
		f.states[2].rows = append(f.states[2].rows, fixRow{group: g, key: long(7), ns: void, userKeys: [][]byte{text("k")},
			values: [][]byte{append(long(5), text("x")...)}})
	}
	return f
}

// Where things are in a key group of small. A heap group begins with its number and has the states 2, 1, 0; in a full
// one the states 0, 1, 2 have entries with keys of 1+8+1 bytes.
const (
	heapMap     = 4                                           // section of state 2
	heapList    = heapMap + 2 + 4 + 1 + 8 + 4 + 2 + 1 + 8 + 2 // behind one map entry
	heapValue   = heapList + 2 + 4 + 1 + 8 + 4 + 3 + 2        // behind a list of two
	fullKey     = 2 + 4                                       // first byte of the first key
	fullValue   = fullKey + 10                                // length of the first value
	fullList    = fullValue + 4 + 8                           // state 1
	fullListLen = fullList + 2 + 4 + 10                       // length of its value
	fullMap     = fullListLen + 4 + 3 + 1 + 2                 // state 2
	fullMapFlag = fullMap + 2 + 4 + 10 + 2 + 4                // null flag
	fullEnd     = fullMapFlag + 1 + 8 + 2                     // FF FF
)

func TestDamagedKeyedState(t *testing.T) {
	put := func(at int, p ...byte) func(b []byte, off []int64) []byte {
		return func(b []byte, off []int64) []byte { copy(b[int(off[1])+at:], p); return b }
	}
	heap, full := layouts[0], layouts[2]
	for _, tc := range []struct {
		name       string
		layout     int // of layouts
		compressed bool
		damage     func(b []byte, off []int64) []byte // in key group 2
		class      error
		at         int // behind the beginning of key group 2
		field      string
		entries    int // that are still given
		states     int // that are missing something
	}{
		{name: "heap: other key group", damage: put(0, 0, 0, 0, 9), class: javaio.ErrCorrupt, at: 0, field: "keyGroup[2]", entries: 8, states: 3},
		{name: "heap: state id beyond the header", damage: put(heapMap, 0, 3), class: javaio.ErrCorrupt, at: heapMap, field: "keyGroup[2]", entries: 8, states: 3},
		{name: "heap: state id once more", damage: put(heapList, 0, 2), class: javaio.ErrCorrupt, at: heapList, field: "keyGroup[2]", entries: 9, states: 3},
		{name: "heap: negative count", damage: put(heapMap+2, 0xFF), class: javaio.ErrCorrupt, at: heapMap + 2, field: "keyGroup[2]", entries: 8, states: 3},
		{name: "heap: count beyond the group", damage: put(heapValue+2, 0x7F), class: javaio.ErrCorrupt, at: heapValue + 2, field: "keyGroup[2]", entries: 11, states: 3},
		{name: "heap: list count beyond the group", damage: put(heapList+2+4+9, 0x7F), class: javaio.ErrCorrupt, at: heapList + 2 + 4 + 9, field: "keyGroup[2]", entries: 9, states: 3},
		{name: "heap: one entry too many", damage: put(heapValue+2, 0, 0, 0, 2), class: javaio.ErrCorrupt, at: heapValue + 2 + 4 + 17, field: "keyGroup[2]", entries: 12, states: 3},
		{name: "heap: null flag", damage: put(heapMap+2+4+9+4+2, 2), class: javaio.ErrCorrupt, at: heapMap + 2 + 4 + 9 + 4 + 2, field: "keyGroup[2]", entries: 8, states: 3},
		{name: "full: key of another key group", layout: 2, damage: put(fullKey, 3), class: javaio.ErrCorrupt, at: fullKey, field: "keyGroup[2]", entries: 8, states: 3},
		{name: "full: state id beyond the header", layout: 2, damage: put(fullList, 0, 3), class: javaio.ErrCorrupt, at: fullList, field: "keyGroup[2]", entries: 9, states: 3},
		{name: "full: key shorter than its prefix", layout: 2, damage: put(2, 0, 0, 0, 0), class: javaio.ErrCorrupt, at: 2, field: "keyGroup[2]", entries: 8, states: 3},
		{name: "full: negative key length", layout: 2, damage: put(2, 0xFF), class: javaio.ErrCorrupt, at: 2, field: "keyGroup[2]", entries: 8, states: 3},
		{name: "full: key beyond the group", layout: 2, damage: put(2, 0x7F), class: javaio.ErrCorrupt, at: 2, field: "keyGroup[2]", entries: 8, states: 3},
		{name: "full: value beyond the group", layout: 2, damage: put(fullValue, 0, 0, 1), class: javaio.ErrCorrupt, at: fullValue, field: "keyGroup[2]", entries: 8, states: 3},
		{name: "full: negative value length", layout: 2, damage: put(fullValue, 0x80), class: javaio.ErrCorrupt, at: fullValue, field: "keyGroup[2]", entries: 8, states: 3},
		{name: "full: no end of the group", layout: 2, damage: put(fullEnd, 0, 0), class: javaio.ErrCorrupt, at: fullEnd + 2, field: "keyGroup[2]", entries: 12, states: 3},
		{name: "full: null flag", layout: 2, damage: put(fullMapFlag, 2), class: javaio.ErrCorrupt, at: fullMapFlag, field: "managedKeyed", entries: 11, states: 1},
		{name: "full: broken element", layout: 2, damage: put(fullListLen+4, 9), class: javaio.ErrCorrupt, at: fullListLen + 4, field: `state["l"]`, entries: 10, states: 1},
		{name: "full: key with bytes behind it", layout: 2, damage: func(b []byte, off []int64) []byte {
			// The key takes the length of the value, which takes its own last byte: 1 more, 1 less.
			at := off[1] + 2
			binary.BigEndian.PutUint32(b[at:], 11)
			copy(b[at+4+10:], []byte{0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0})
			return b
		}, class: javaio.ErrCorrupt, at: fullKey + 10, field: `state["v"]`, entries: 11, states: 1},
		{name: "snappy: no stream", layout: 2, compressed: true, damage: put(0, 0), class: javaio.ErrCorrupt, at: 0, field: "keyGroup[2]", entries: 8, states: 3},
		{name: "snappy: chunk type", layout: 2, compressed: true, damage: put(10, 2), class: javaio.ErrCorrupt, at: 10, field: "keyGroup[2]", entries: 8, states: 3},
		{name: "snappy: checksum", layout: 2, compressed: true, damage: put(14, 1, 2, 3, 4), class: javaio.ErrCorrupt, at: 10, field: "keyGroup[2]", entries: 8, states: 3},
		{name: "snappy: chunk beyond the group", layout: 2, compressed: true, damage: put(12, 1), class: javaio.ErrCorrupt, at: 10, field: "keyGroup[2]", entries: 8, states: 3},
		{name: "snappy: chunk of no length", layout: 2, compressed: true, damage: put(11, 0, 0, 0), class: javaio.ErrCorrupt, at: 10, field: "keyGroup[2]", entries: 8, states: 3},
		{name: "heap snappy: chunk type of the second section", compressed: true, damage: func(b []byte, off []int64) []byte {
			i := strings.LastIndex(string(b[:off[2]]), "sNaPpY")
			b[i+6] = 0x70
			return b
		}, class: javaio.ErrCorrupt, at: -1, field: "keyGroup[2]", entries: 11, states: 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := heap
			if tc.layout == 2 {
				l = full
			}
			f := small(tc.compressed)
			b, off := l.write(f)
			b = tc.damage(b, off)
			v := f.view(t, Options{}, l.code, b, off)
			entries, missing, errs, _ := collect(v.Units(Selection{}))
			if len(errs) != 1 {
				t.Fatalf("errors %v, want one", errs)
			}
			assertDefect(t, errs[0], tc.class, "/cp/f", tc.field)
			fe, _ := errors.AsType[*javaio.FormatError](errs[0])
			if want := off[1] + int64(tc.at); tc.at >= 0 && fe.Offset != want {
				t.Errorf("%v: at %d of the group, want %d", errs[0], fe.Offset-off[1], tc.at)
			}
			if len(entries) != tc.entries {
				t.Errorf("%d entries, want %d: %v", len(entries), tc.entries, errs[0])
			}
			if len(missing) != tc.states {
				t.Errorf("%d states miss something, want %d", len(missing), tc.states)
			}
			for _, m := range missing {
				if m.Code != CorruptState || m.KeyGroups.String() != "2" || !errors.Is(m.Err, tc.class) {
					t.Errorf("missing %+v", m)
				}
			}
		})
	}
}

// assertDefect checks class, file, operator, subtask and place of a defect.
func assertDefect(t *testing.T, err, class error, file, field string) {
	t.Helper()
	fe, ok := errors.AsType[*javaio.FormatError](err)
	if !ok || !errors.Is(err, class) {
		t.Fatalf("%v is no FormatError of class %v", err, class)
	}
	if fe.File != file || !strings.HasPrefix(fe.Field, "operator["+metadata.OperatorIDFromUID("op").String()+"].subtask[0].") || !strings.Contains(fe.Field, field) {
		t.Errorf("%v: file %q, field %q, want %q and %q", err, fe.File, fe.Field, file, field)
	}
}

func TestWrongChecksumsCanBeIgnored(t *testing.T) {
	f := small(true)
	b, off := f.full()
	copy(b[off[1]+14:], "oops")
	v := f.view(t, Options{IgnoreChecksums: true}, 7, b, off)
	if entries, _, errs, _ := collect(v.Units(Selection{})); len(entries) != 12 || len(errs) > 0 {
		t.Errorf("%d entries, %v", len(entries), errs)
	}
}

func TestWarnings(t *testing.T) {
	t.Run("separator", func(t *testing.T) {
		f := small(false)
		b, off := f.full()
		b[off[1]+fullListLen+4+3] = ';'
		entries, _, errs, warnings := collect(f.view(t, Options{}, 7, b, off).Units(Selection{}))
		if len(entries) != 12 || len(errs) > 0 || len(warnings) != 1 {
			t.Fatalf("%d entries, %v, %v", len(entries), errs, warnings)
		}
		fe, _ := errors.AsType[*javaio.FormatError](warnings[0])
		if fe.Offset != off[1]+fullListLen+4+3 {
			t.Errorf("warning at %d, want %d", fe.Offset, off[1]+fullListLen+4+3)
		}
	})
	for _, l := range layouts[1:3] {
		t.Run(l.name+": bytes of no key group", func(t *testing.T) {
			f := small(false)
			b, off := l.write(f)
			b = append(b, 1, 2, 3)
			entries, _, errs, warnings := collect(f.view(t, Options{}, l.code, b, off).Units(Selection{}))
			if len(entries) != 12 || len(errs) > 0 || len(warnings) != 1 {
				t.Fatalf("%d entries, %v, %v", len(entries), errs, warnings)
			}
			fe, _ := errors.AsType[*javaio.FormatError](warnings[0])
			if fe.Offset != int64(len(b)-3) {
				t.Errorf("warning at %d, want %d", fe.Offset, len(b)-3)
			}
		})
	}
}

func TestLengthSuffixes(t *testing.T) {
	f := &fixture{maxParallelism: 1, key: stringSnap, states: []fixState{{name: "v", kind: "VALUE", ns: stringSnap, value: longSnap, rows: []fixRow{
		{key: text("key"), ns: text("ns"), values: [][]byte{long(1)}},
		{key: text("other"), ns: text("ns"), values: [][]byte{long(2)}},
	}}}}
	b, off := f.full()
	at := off[0] + 2 + 4 + 1 + 4 // behind the first key
	b[at]++
	entries, _, errs, _ := collect(f.view(t, Options{}, 7, b, off).Units(Selection{}))
	if len(entries) != 1 || len(errs) != 1 {
		t.Fatalf("entries %v, errors %v", entries, errs)
	}
	assertDefect(t, errs[0], javaio.ErrCorrupt, "/cp/f", `state["v"]`)
	if fe, _ := errors.AsType[*javaio.FormatError](errs[0]); fe.Offset != at {
		t.Errorf("at %d, want %d", fe.Offset, at)
	}
}

func TestDamagedHandles(t *testing.T) {
	for _, tc := range []struct {
		name   string
		damage func(b []byte, off []int64, s *metadata.Subtask) []byte
		class  error
		offset func(b []byte, off []int64) int64
		field  string
	}{
		{"header version", func(b []byte, _ []int64, _ *metadata.Subtask) []byte { b[3] = 7; return b }, javaio.ErrUnsupported,
			func([]byte, []int64) int64 { return 0 }, "managedKeyed.header"},
		{"offsets not ascending", func(b []byte, off []int64, _ *metadata.Subtask) []byte { off[1], off[2] = off[2], off[1]; return b },
			javaio.ErrCorrupt, func(_ []byte, off []int64) int64 { return off[2] }, "managedKeyed.offsets[2]"},
		{"offset beyond the file", func(b []byte, off []int64, _ *metadata.Subtask) []byte { off[2] = 1 << 40; return b },
			javaio.ErrCorrupt, func(b []byte, _ []int64) int64 { return int64(len(b)) }, "managedKeyed.offsets[2]"},
		{"negative offset", func(b []byte, off []int64, _ *metadata.Subtask) []byte { off[0] = -1; return b },
			javaio.ErrCorrupt, func(b []byte, _ []int64) int64 { return int64(len(b)) }, "managedKeyed.offsets[0]"},
		{"offset inside the header", func(b []byte, off []int64, _ *metadata.Subtask) []byte { off[0] = 40; return b },
			javaio.ErrCorrupt, nil, "managedKeyed.header"},
		{"file shorter than recorded", func(b []byte, _ []int64, _ *metadata.Subtask) []byte { return b[:len(b)-1] },
			javaio.ErrMissing, func(b []byte, _ []int64) int64 { return int64(len(b)) }, "managedKeyed"},
		{"key groups beyond the last", func(b []byte, _ []int64, s *metadata.Subtask) []byte {
			s.ManagedKeyed.(*metadata.KeyGroupsHandle).KeyGroups.Range.Start = 32766
			return b
		}, javaio.ErrCorrupt, func([]byte, []int64) int64 { return -1 }, "managedKeyed.range"},
		{"no file", func(b []byte, _ []int64, s *metadata.Subtask) []byte {
			s.ManagedKeyed.(*metadata.KeyGroupsHandle).Stream = &metadata.RelativeHandle{Path: "f2", Size: 1}
			return b
		}, javaio.ErrMissing, nil, "managedKeyed"},
		{"segment beyond the file", func(b []byte, _ []int64, s *metadata.Subtask) []byte {
			s.ManagedKeyed.(*metadata.KeyGroupsHandle).Stream = &metadata.SegmentHandle{Start: 10, Size: int64(len(b)), Path: "/cp/f"}
			return b
		}, javaio.ErrMissing, func([]byte, []int64) int64 { return 10 }, "managedKeyed"},
	} {
		for _, l := range layouts[1:3] {
			t.Run(l.name+": "+tc.name, func(t *testing.T) {
				f := small(false)
				good, goodOff := l.write(f)
				b, off := l.write(f)
				sub := keyedSubtask(l.code, "f", len(b), 1, off)
				b = tc.damage(b, off, sub)
				v := testView(t, 128, Options{}, map[string][]byte{"f": b, "good": good}, sub, keyedSubtask(l.code, "good", len(good), 1, goodOff))
				if len(v.Problems()) != 1 {
					t.Fatalf("problems %v, want one", v.Problems())
				}
				err := v.Problems()[0]
				fe, _ := errors.AsType[*javaio.FormatError](err)
				assertDefect(t, err, tc.class, fe.File, tc.field)
				if tc.offset != nil && fe.Offset != tc.offset(b, off) {
					t.Errorf("%v: want offset %d", err, tc.offset(b, off))
				}
				entries, missing, errs, _ := collect(v.Units(Selection{States: v.Operators()[0].States()}))
				if len(entries) != 12 || len(errs) != 1 || !errors.Is(errs[0], tc.class) || len(missing) != 3 {
					t.Errorf("the other subtask: %d entries, errors %v, %d missing", len(entries), errs, len(missing))
				}
			})
		}
	}
}

func TestSegmentsAndInlineState(t *testing.T) {
	f := small(true)
	b, off := f.full()
	size := int64(len(b))
	for name, h := range map[string]metadata.StreamHandle{
		"segment": &metadata.SegmentHandle{Start: 100, Size: size, Path: "/cp/f"},
		"inline":  &metadata.InlineHandle{Data: b, Offset: 100},
		"nested":  &metadata.KeyGroupsStream{Stream: &metadata.InlineHandle{Data: b, Offset: 100}},
		"moved":   &metadata.FileHandle{Size: size, Path: "file:/old/job/chk-7/g"},
	} {
		t.Run(name, func(t *testing.T) {
			sub := keyedSubtask(12, "", 0, 1, off)
			sub.ManagedKeyed.(*metadata.KeyGroupsHandle).Stream = h
			v := testView(t, 128, Options{}, map[string][]byte{"f": append(append(make([]byte, 100), b...), 9), "g": b}, sub)
			if entries, _, errs, warnings := collect(v.Units(Selection{})); len(entries) != 12 || len(errs)+len(warnings)+len(v.Problems()) > 0 {
				t.Errorf("%d entries, %v, %v, %v", len(entries), errs, warnings, v.Problems())
			}
		})
	}
}

// TestStateThatCannotBeDescribed has a kind that no release wrote: the other states of the header are read.
func TestStateThatCannotBeDescribed(t *testing.T) {
	for i, l := range layouts {
		f := small(false)
		f.states[1].kind = "ROSTER" // the writers take it for a value: its first element
		b, off := l.write(f)
		sub := keyedSubtask(l.code, "", 0, 1, off)
		sub.ManagedKeyed.(*metadata.KeyGroupsHandle).Stream = &metadata.InlineHandle{Data: b, Offset: 1000}
		v := testView(t, 128, Options{}, nil, sub)
		if len(v.Problems()) != 1 {
			t.Fatal(v.Problems())
		}
		assertDefect(t, v.Problems()[0], javaio.ErrUnsupported, "/cp/_metadata", "managedKeyed.header.state[1]")
		fe, _ := errors.AsType[*javaio.FormatError](v.Problems()[0])
		if want := int64(1000 + strings.Index(string(b), "\x00\x01l\x00")); fe.Offset != want {
			t.Errorf("%v: want offset %d", v.Problems()[0], want)
		}
		entries, missing, errs, _ := collect(v.Units(Selection{}))
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		wantEntries, wantMissing := 6, 1
		if i < 2 { // heap: what comes behind it in a key group is not found
			wantEntries, wantMissing = 3, 2
		}
		if len(entries) != wantEntries || len(missing) != wantMissing {
			t.Errorf("%s: %d entries, %+v", l.name, len(entries), missing)
		}
	}
}

// TestFlipsAndCuts flips each byte and cuts at each length of real layouts: no panic, and no entry of a key
// group outside the handle's.
func TestFlipsAndCuts(t *testing.T) {
	for _, l := range layouts[1:3] {
		for _, compressed := range []bool{false, true} {
			f := small(compressed)
			b, off := l.write(f)
			try := func(b []byte, size int) {
				sub := keyedSubtask(l.code, "f", size, 1, off)
				sub.ManagedKeyed.(*metadata.KeyGroupsHandle).Stream = &metadata.InlineHandle{Data: b, Offset: 1}
				for _, u := range testView(t, 128, Options{}, nil, sub).Units(Selection{}) {
					for e, err := range u.Scan(context.Background()).All() {
						if err == nil && (e.KeyGroup < 1 || e.KeyGroup > 3) {
							t.Fatalf("entry of key group %d", e.KeyGroup)
						}
					}
				}
			}
			for i := range b {
				flip := byte(1) << (i % 8)
				b[i] ^= flip
				try(b, len(b))
				b[i] ^= flip
				try(b[:i:i], i)
			}
		}
	}
}

// failing is a source that fails once.
type failing struct{ source }

func (failing) read(context.Context, []byte) (int, error) { return 0, io.ErrClosedPipe }

func TestReadErrorsAreNotDefects(t *testing.T) {
	w := &window{src: failing{memSource(0)}, max: 1 << 20}
	w.region(100)
	r := &scanner{}
	if err := r.need(context.Background(), w, 4); err != io.ErrClosedPipe {
		t.Errorf("err = %v", err)
	}
}

func TestCancelledScan(t *testing.T) {
	f := small(false)
	b, off := f.full()
	v := f.view(t, Options{}, 7, b, off)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, err := range v.Units(Selection{})[0].Scan(ctx).All() {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("err = %v", err)
		}
	}
	if _, err := Open(ctx, v.fs, v.checkpoint, v.layout, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Open: %v", err)
	}
}
