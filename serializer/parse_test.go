package serializer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"ckpt/internal/javaio"
)

// snap and the functions below build snapshots byte by byte.
func snap(class string, version int32, payload ...[]byte) []byte {
	b := javaio.AppendInt32(javaio.AppendUTF(nil, class), version)
	return append(b, bytes.Join(payload, nil)...)
}

func i32(v int32) []byte  { return javaio.AppendInt32(nil, v) }
func i64(v int64) []byte  { return javaio.AppendInt64(nil, v) }
func utf(s string) []byte { return javaio.AppendUTF(nil, s) }
func bin(b []byte) []byte { return javaio.AppendBin(nil, b) }
func flag(v bool) []byte  { return javaio.AppendBool(nil, v) }

func nestedSnaps(snaps ...[]byte) []byte {
	return slices.Concat(i32(magicNested), i32(1), i32(int32(len(snaps))), bytes.Join(snaps, nil))
}

func compositeSnap(class string, outer int32, body []byte, nested ...[]byte) []byte {
	return snap(class, 3, i32(magicComposite), i32(outer), body, nestedSnaps(nested...))
}

func optional(entries ...[]byte) []byte {
	return slices.Concat(i64(magicOptional), i32(int32(len(entries))), bytes.Join(entries, nil))
}

func entry(name string, key, value []byte) []byte {
	return slices.Concat(utf(name), flag(true), bin(key), flag(true), bin(value))
}

var (
	longSnap   = snap(pkgBase+"LongSerializer$LongSerializerSnapshot", 3)
	stringSnap = snap(pkgBase+"StringSerializer$StringSerializerSnapshot", 3)
	listClass  = pkgBase + "ListSerializerSnapshot"
	userSnap   = snap("com.acme.MySnapshot", 7, utf("state"))
)

func listSnap(element []byte) []byte { return compositeSnap(listClass, 1, nil, element) }

func pojoSnap(fields ...[]byte) []byte {
	return snap(pkgJava+"PojoSerializerSnapshot", 2, utf("com.acme.P"), optional(fields...), optional(), optional())
}

func pojoField(name string, value []byte) []byte {
	return entry(name, slices.Concat(utf("com.acme.P"), utf(name)), value)
}

// replace changes the n-th occurrence (from 0) of old and says where it is.
func replace(b, old, by []byte, n int) ([]byte, int64) {
	at := 0
	for ; ; n-- {
		i := bytes.Index(b[at:], old)
		if i < 0 {
			panic("no such bytes")
		}
		at += i
		if n == 0 {
			return slices.Concat(b[:at], by, b[at+len(old):]), int64(at)
		}
		at++
	}
}

func TestDefects(t *testing.T) {
	list := listSnap(stringSnap)
	pojo := pojoSnap(pojoField("a", longSnap), pojoField("b", stringSnap))
	nullable := compositeSnap(pkgJava+"NullableSerializer$NullableSerializerSnapshot", 2, i32(8), longSnap)
	row := compositeSnap(pkgJava+"RowSerializer$RowSerializerSnapshot", 4, flag(true), longSnap)
	enum := snap(pkgBase+"EnumSerializer$EnumSerializerSnapshot", 3, utf("E"), i32(2), utf("A"), utf("B"))
	deep := stringSnap
	for range maxSnapshotDepth {
		deep = listSnap(deep)
	}
	for _, tc := range []struct {
		name     string
		in       []byte
		old, by  []byte // the change
		nth      int
		shift    int64 // of the defect from the change
		class    error
		contains string
	}{
		{"class name", list, []byte("org.apache"), []byte("\x01rg.apache"), 0, -2, javaio.ErrCorrupt, "class name"},
		{"version negative", longSnap, i32(3), i32(-3), 0, 0, javaio.ErrCorrupt, "version"},
		{"version unknown", longSnap, i32(3), i32(4), 0, 4, javaio.ErrUnsupported, "version 4"},
		{"composite magic", list, i32(magicComposite), i32(magicComposite ^ 1), 0, 0, javaio.ErrCorrupt, "composite"},
		{"outer version", list, slices.Concat(i32(magicComposite), i32(1)), slices.Concat(i32(magicComposite), i32(9)), 0, 8,
			javaio.ErrUnsupported, "outer version 9"},
		{"nested magic", list, i32(magicNested), i32(magicNested ^ 0x100), 0, 0, javaio.ErrCorrupt, "nested"},
		{"nested version", list, slices.Concat(i32(magicNested), i32(1)), slices.Concat(i32(magicNested), i32(2)), 0, 4,
			javaio.ErrCorrupt, "version of nested"},
		{"nested count", list, slices.Concat(i32(magicNested), i32(1), i32(1)), slices.Concat(i32(magicNested), i32(1), i32(2)), 0, 8,
			javaio.ErrCorrupt, "want 1"},
		{"nested count huge", list, slices.Concat(i32(magicNested), i32(1), i32(1)), slices.Concat(i32(magicNested), i32(1), i32(1<<30)), 0, 8,
			javaio.ErrCorrupt, "cannot fit"},
		{"map magic", pojo, i64(magicOptional), i64(magicOptional + 1), 1, 0, javaio.ErrCorrupt, "magic number of a map"},
		{"presence flag", pojo, slices.Concat(utf("b"), flag(true)), slices.Concat(utf("b"), []byte{2}), 0, 3, javaio.ErrCorrupt, "boolean is 2"},
		{"frame too short", pojo, bin(longSnap)[:4], i32(int32(len(longSnap) - 1)), 0, int64(len(longSnap)), javaio.ErrCorrupt, "need 4 bytes"},
		{"duplicate field", pojo, slices.Concat(utf("b"), flag(true)), slices.Concat(utf("a"), flag(true)), 0, 0, javaio.ErrCorrupt, "twice"},
		{"padding", nullable, i32(8), i32(-8), 0, 0, javaio.ErrCorrupt, "padding"},
		{"stored boolean", row, slices.Concat(i32(4), flag(true)), slices.Concat(i32(4), []byte{7}), 0, 4, javaio.ErrCorrupt, "boolean is 7"},
		{"enum count", enum, i32(2), i32(1000), 0, 0, javaio.ErrCorrupt, "cannot fit"},
		{"enum constant twice", enum, utf("B"), utf("A"), 0, 0, javaio.ErrCorrupt, "twice"},
		{"unknown class", userSnap, nil, nil, 0, 0, javaio.ErrUnsupported, "com.acme.MySnapshot"},
		{"depth", deep, stringSnap, stringSnap, 0, 0, javaio.ErrCorrupt, "nested deeper"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in, at := replace(tc.in, tc.old, tc.by, tc.nth)
			r := javaio.NewReader(in, 100)
			if s := ParseSnapshot(r, nil); s != nil {
				t.Fatalf("parsed as %s", s.Class)
			}
			fe, ok := errors.AsType[*javaio.FormatError](r.Err())
			if !ok || !errors.Is(fe, tc.class) || fe.Offset != 100+at+tc.shift || !strings.Contains(fe.Error(), tc.contains) {
				t.Errorf("error %v, want %v at %d with %q", r.Err(), tc.class, 100+at+tc.shift, tc.contains)
			}
		})
	}
}

func TestFieldOfDefect(t *testing.T) {
	in := listSnap(pojoSnap(pojoField("a", longSnap), pojoField("b", listSnap(snap(listClass, 3, i32(1))))))
	r := javaio.NewReader(in, 0)
	ParseSnapshot(r, nil)
	fe, ok := errors.AsType[*javaio.FormatError](r.Err())
	if !ok || fe.Field != "nested[0].fields[1].nested[0]" {
		t.Errorf("error %v, want one in nested[0].fields[1].nested[0]", r.Err())
	}
}

func TestProxyVersion(t *testing.T) {
	for _, version := range []int32{0, 3, -1} {
		r := javaio.NewReader(append(i32(version), longSnap...), 0)
		if ParseProxy(r, nil) != nil || !errors.Is(r.Err(), javaio.ErrCorrupt) {
			t.Errorf("version %d: %v", version, r.Err())
		}
	}
}

// header reads two snapshots and then a number that must be the end.
func header(b []byte, out *[]*Snapshot) func(*Context) error {
	return func(o *Context) error {
		r := javaio.NewReader(b, 0)
		*out = []*Snapshot{ParseProxy(r, o), ParseProxy(r, o)}
		if v := r.Int32(); v != 42 {
			r.Failf("trailer is %d, want 42", v)
		}
		return r.Done()
	}
}

func TestParseWithUnknowns(t *testing.T) {
	class := "com.acme.MySnapshot"
	mine := func(payload ...[]byte) []byte { return snap(class, 1, payload...) }
	other := snap("com.acme.Other", 1, flag(true))
	for _, tc := range []struct {
		name          string
		first, second []byte
		nested        int // of the first
	}{
		{"empty", mine(), longSnap, 0},
		{"text", mine(utf("com.acme.MySerializer")), longSnap, 0},
		{"composite", compositeSnap(class, 1, nil, longSnap, stringSnap), longSnap, 2},
		{"composite with text", compositeSnap(class, 1, utf("T"), longSnap), longSnap, 1},
		{"number", mine(i32(77)), longSnap, 0},
		{"boolean", mine(flag(true)), longSnap, 0},
		{"object", mine([]byte("\xAC\xED\x00\x05t\x00\x02hi")), longSnap, 0},
		{"the same class twice", mine(i32(77)), mine(i32(78)), 0},
		{"two classes", mine(i32(77)), other, 0},
		{"inside a composite", listSnap(mine(utf("x"))), longSnap, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := slices.Concat(i32(2), tc.first, i32(2), tc.second, i32(42))
			var got []*Snapshot
			if err := ParseWithUnknowns(header(b, &got)); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got[0].Raw, tc.first) || !bytes.Equal(got[1].Raw, tc.second) {
				t.Errorf("Raw is %q and %q", got[0].Raw, got[1].Raw)
			}
			if len(got[0].Nested) != tc.nested {
				t.Errorf("%d nested snapshots, want %d", len(got[0].Nested), tc.nested)
			}
			if known := tc.name == "inside a composite"; got[0].Unknown == known {
				t.Errorf("Unknown is %v", got[0].Unknown)
			}
		})
	}
}

func TestParseWithUnknownsFails(t *testing.T) {
	b := slices.Concat(i32(2), snap("com.acme.MySnapshot", 1, []byte("no form fits this")), i32(2), longSnap, i32(42))
	var got []*Snapshot
	err := ParseWithUnknowns(header(b, &got))
	fe, ok := errors.AsType[*javaio.FormatError](err)
	if !ok || !errors.Is(err, javaio.ErrUnsupported) || fe.Offset != 4 || !strings.Contains(err.Error(), "com.acme.MySnapshot") {
		t.Errorf("error %v, want unsupported com.acme.MySnapshot at 4", err)
	}
	// A defect without unknown classes is reported as it is, after one try.
	tries := 0
	err = ParseWithUnknowns(func(o *Context) error {
		tries++
		return header(slices.Concat(i32(2), longSnap, i32(9)), &got)(o)
	})
	if !errors.Is(err, javaio.ErrCorrupt) || tries != 1 {
		t.Errorf("error %v after %d tries", err, tries)
	}
}

func TestParseWithUnknownsIsBounded(t *testing.T) {
	tries := 0
	err := ParseWithUnknowns(func(o *Context) error {
		tries++
		r := javaio.NewReader(nil, 0)
		for i := range 20 {
			r = javaio.NewReader(snap("com.acme.S"+string(rune('a'+i)), 1, make([]byte, 64)), 0)
			ParseSnapshot(r, o)
			if r.Err() != nil {
				return r.Err()
			}
		}
		r.Failf("never fits")
		return r.Err()
	})
	if !errors.Is(err, javaio.ErrUnsupported) || tries > maxTries+1 {
		t.Errorf("error %v after %d tries, want at most %d", err, tries, maxTries)
	}
}

func TestGrammars(t *testing.T) {
	class := "com.acme.MySnapshot"
	g := Grammars{class: func(r *javaio.Reader, o *Context, s *Snapshot) {
		s.Body = &TextBody{string(r.Bytes(3))}
		s.Nested = []*Snapshot{ParseSnapshot(r, o)}
	}}
	b := slices.Concat(i32(2), snap(class, 1, []byte("abc"), longSnap), i32(2), longSnap, i32(42))
	var got []*Snapshot
	if err := g.Parse(header(b, &got)); err != nil {
		t.Fatal(err)
	}
	if body := got[0].Body.(*TextBody); body.Text != "abc" || !bytes.Equal(got[0].Nested[0].Raw, longSnap) {
		t.Errorf("%+v, nested %q", body, got[0].Nested[0].Raw)
	}
}

// TestUnknownInFrame: frames delimit unknown classes, alone and inside others.
func TestUnknownInFrame(t *testing.T) {
	odd := snap("com.acme.MySnapshot", 1, []byte("anything at all"))
	for _, tc := range []struct {
		name    string
		field   []byte
		unknown string // class of the field's snapshot if it is opaque
	}{
		{"alone", odd, "com.acme.MySnapshot"},
		{"in a list, of a form that fits", listSnap(snap("com.acme.MySnapshot", 1, i32(5))), ""},
		{"in a list, of no form", listSnap(odd), listClass},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := pojoSnap(pojoField("a", tc.field), pojoField("b", longSnap))
			r := javaio.NewReader(in, 0)
			s := ParseSnapshot(r, nil)
			if err := r.Done(); err != nil {
				t.Fatal(err)
			}
			a := s.Body.(*PojoBody).Fields[0].Snapshot
			if !bytes.Equal(a.Raw, tc.field) || a.Unknown != (tc.unknown != "") || a.Unknown && a.Class != tc.unknown {
				t.Errorf("class %s, unknown %v, Raw %q", a.Class, a.Unknown, a.Raw)
			}
		})
	}
}

// TestRawIsOwned: the input may be reused after the parse.
func TestRawIsOwned(t *testing.T) {
	in := pojoSnap(pojoField("a", longSnap))
	want := bytes.Clone(in)
	s := ParseSnapshot(javaio.NewReader(in, 0), nil)
	clear(in)
	if !bytes.Equal(s.Raw, want) || !bytes.Equal(s.Body.(*PojoBody).Fields[0].Snapshot.Raw, longSnap) {
		t.Error("Raw changed with the input")
	}
}

// TestMissingFrames: entries whose key or value could not be resolved when they were written.
func TestMissingFrames(t *testing.T) {
	noKey := slices.Concat(utf("gone"), flag(false), flag(true), bin(longSnap))
	noValue := slices.Concat(utf("lost"), flag(true), bin(slices.Concat(utf("com.acme.P"), utf("lost"))), flag(false))
	r := javaio.NewReader(pojoSnap(noKey, noValue), 0)
	s := ParseSnapshot(r, nil)
	if err := r.Done(); err != nil {
		t.Fatal(err)
	}
	f := s.Body.(*PojoBody).Fields
	if f[0].Name != "gone" || f[0].Declaring != "" || f[0].Snapshot == nil || f[1].Declaring != "com.acme.P" || f[1].Snapshot != nil {
		t.Errorf("fields %+v", f)
	}
}

// resilienceOf finds the one-pair block of a serializer in the test data.
func resilienceOf(t *testing.T, name string) []byte {
	t.Helper()
	for _, f := range flinkSnapshots(t) {
		if f.form == "resilience" && f.name == name {
			return f.b
		}
	}
	t.Fatalf("no block of %s", name)
	return nil
}

// TestOneByteLength: Flink wrote serializers that it could not load with one byte for their length.
func TestOneByteLength(t *testing.T) {
	b := resilienceOf(t, "list")
	snapshotAt := int(binary.BigEndian.Uint32(b[8:]))
	blob := b[16:]
	object := blob[8:snapshotAt]
	broken := slices.Concat(i32(1), []byte{byte(len(object))}, object)
	short := slices.Concat(i32(1), i32(0), i32(int32(len(broken))), i32(int32(len(broken)+len(blob)-snapshotAt)), broken, blob[snapshotAt:])
	r := javaio.NewReader(short, 0)
	list := ParseResilience(r, 1, nil)
	if err := r.Done(); err != nil {
		t.Fatal(err)
	}
	if list[0].Java.Class() != pkgBase+"ListSerializer" || !bytes.Equal(list[0].JavaRaw, broken) {
		t.Errorf("class %q, JavaRaw of %d bytes", list[0].Java.Class(), len(list[0].JavaRaw))
	}
	r = javaio.NewReader(broken, 0)
	if s := ParseSerializerProxy(r, nil); r.Done() != nil || s.Class != pkgBase+"ListSerializer" {
		t.Errorf("without a block: %v", r.Err())
	}
	broken[4]++
	if r = javaio.NewReader(broken, 0); ParseSerializerProxy(r, nil) != nil || !errors.Is(r.Err(), javaio.ErrCorrupt) {
		t.Errorf("wrong length: %v", r.Err())
	}
}

// TestUnreadableSerializer: a stream that only its class can read is passed by the offsets of the block.
func TestUnreadableSerializer(t *testing.T) {
	b := resilienceOf(t, "list")
	snapshotAt := int(binary.BigEndian.Uint32(b[8:]))
	// An externalizable object of stream protocol 1: flags 04, no block data.
	object := slices.Concat([]byte("\xAC\xED\x00\x05sr\x00\x05Mine!"), i64(1), []byte{4, 0, 0, 0x78, 0x70}, []byte("its own data"))
	java := slices.Concat(i32(1), bin(object))
	in := slices.Concat(i32(1), i32(0), i32(int32(len(java))), i32(int32(len(java)+len(b)-16-snapshotAt)), java, b[16+snapshotAt:])
	r := javaio.NewReader(in, 0)
	list := ParseResilience(r, 1, nil)
	if err := r.Done(); err != nil {
		t.Fatal(err)
	}
	if list[0].Java != nil || !bytes.Equal(list[0].JavaRaw, java) || list[0].Modern().Class != listClass {
		t.Errorf("Java %v, modern %s", list[0].Java, list[0].Modern().Class)
	}
}

func TestResilienceOffsets(t *testing.T) {
	b := resilienceOf(t, "map")
	for _, tc := range []struct {
		name string
		at   int
		by   int32
	}{
		{"serializer not at 0", 4, 1},
		{"snapshot behind the blob", 8, int32(len(b))},
		{"snapshot one byte late", 8, int32(binary.BigEndian.Uint32(b[8:])) + 1},
		{"blob too long", 12, int32(len(b))},
		{"another number of pairs", 0, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := bytes.Clone(b)
			binary.BigEndian.PutUint32(in[tc.at:], uint32(tc.by))
			r := javaio.NewReader(in, 0)
			if ParseResilience(r, 1, nil) != nil || !errors.Is(r.Err(), javaio.ErrCorrupt) {
				t.Errorf("error %v, want corrupt", r.Err())
			}
		})
	}
}

// FuzzSnapshot: no panic, and what parses keeps its bytes.
func FuzzSnapshot(f *testing.F) {
	for _, s := range flinkSnapshots(f) {
		if len(s.b) < 3000 {
			f.Add(s.b)
		}
	}
	f.Add(append(i32(2), pojoSnap(pojoField("a", userSnap))...))
	f.Add(append(i32(2), listSnap(userSnap)...))
	f.Fuzz(func(t *testing.T, in []byte) {
		var s *Snapshot
		end := 0
		err := ParseWithUnknowns(func(o *Context) error {
			r := javaio.NewReader(in, 0)
			s = ParseProxy(r, o)
			end = r.Pos()
			return r.Err()
		})
		if err == nil {
			if !bytes.Equal(s.Raw, in[4:end]) {
				t.Fatalf("Raw %x, stored %x", s.Raw, in[4:end])
			}
			walk(s, func(s *Snapshot) { s.Modern() })
		}
		for _, s := range ParseResilience(javaio.NewReader(in, 0), -1, nil) {
			walk(s, func(s *Snapshot) { s.Modern() })
		}
		if s := ParseSerializer(javaio.NewReader(in, 0), nil); s != nil {
			walk(s, func(s *Snapshot) { s.Modern() })
		}
	})
}
