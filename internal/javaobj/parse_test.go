package javaobj

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"ckpt/internal/javaio"
)

// streams reads testdata/streams.txt: what testdata/Streams.java prints, one "name hex" a line.
func streams(tb testing.TB) map[string][]byte {
	tb.Helper()
	text, err := os.ReadFile("testdata/streams.txt")
	if err != nil {
		tb.Fatal(err)
	}
	all := map[string][]byte{}
	for line := range strings.Lines(string(text)) {
		name, digits, _ := strings.Cut(strings.TrimSpace(line), " ")
		all[name] = unhex(tb, digits)
	}
	return all
}

func unhex(tb testing.TB, digits string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	if err != nil {
		tb.Fatalf("%q: %v", digits, err)
	}
	return b
}

// TestParseConsumesAll parses what a JVM wrote, with bytes of a surrounding grammar behind it, and cut anywhere.
func TestParseConsumesAll(t *testing.T) {
	for name, b := range streams(t) {
		t.Run(name, func(t *testing.T) {
			_, n, err := Parse(append(b[:len(b):len(b)], 0xFF, 0x79), Limits{})
			if err != nil || n != len(b) {
				t.Fatalf("consumed %d of %d bytes: %v", n, len(b), err)
			}
			for cut := range len(b) {
				if _, _, err := Parse(b[:cut], Limits{}); !errors.Is(err, javaio.ErrCorrupt) {
					t.Fatalf("cut to %d of %d bytes: err = %v", cut, len(b), err)
				}
			}
		})
	}
}

func parse(t *testing.T, name string) Value {
	t.Helper()
	v, _, err := Parse(streams(t)[name], Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestObject(t *testing.T) {
	o := parse(t, "sub").(*Object)
	if o.Class() != "Streams$Sub" || !o.Extends("Streams$Base") || o.Extends("Streams$Ext") || len(o.Data) != 2 {
		t.Fatalf("class %s, %d levels", o.Class(), len(o.Data))
	}
	want := map[string]Value{
		"i": int32(-5), "s": "base", "l": int64(1) << 40, "z": true, "b": int8(-1), "c": uint16(0x20AC), "h": int16(-2),
		"f": float32(1.5), "d": -0.25, "again": "base", "self": o,
	}
	for name, v := range want {
		if got, ok := o.Field(name); !ok || got != v {
			t.Errorf("%s = %v (%T), want %v", name, got, got, v)
		}
	}
	if ia, _ := o.Field("ia"); !reflect.DeepEqual(ia.(*Array).Values, []Value{int32(1), int32(-1)}) {
		t.Errorf("ia = %v", ia)
	}
	if ba, _ := o.Field("ba"); !bytes.Equal(ba.(*Array).Bytes, []byte{9, 8}) {
		t.Errorf("ba = %v", ba)
	}
	if _, ok := o.Field("none"); ok {
		t.Error("found a field that is not there")
	}
	if self := o.Data[1].Desc.Fields[10]; self.Name != "self" || self.Signature != "Ljava/lang/Object;" {
		t.Errorf("field 10 = %+v", self)
	}
	// The writer cut 1,504 bytes into two blocks; a string stands before them.
	notes := o.Data[1].Annotation
	tail := append(make([]byte, 1500), 0, 0, 0, 8)
	if want := []Value{Block{0, 0, 0, 7}, "x\x00😀", Block(tail)}; !reflect.DeepEqual(notes, want) {
		t.Errorf("annotation = %v", notes)
	}
	if o.Data[0].Annotation != nil {
		t.Error("the base class has no annotation")
	}
}

func TestKinds(t *testing.T) {
	ext := parse(t, "externalizable").(*Object)
	if d := ext.Data[0]; len(ext.Data) != 1 || len(d.Annotation) != 2 || string(d.Annotation[0].(Block)) != "\x00\x03ext" ||
		d.Annotation[1].(*Enum).Name != "RED" {
		t.Errorf("externalizable = %+v", ext.Data)
	}
	if e := parse(t, "enum").(*Enum); e.Name != "GREEN" || e.Desc.Name != "Streams$Color" || e.Desc.Super.Name != "java.lang.Enum" {
		t.Errorf("enum = %+v", e)
	}
	proxy := parse(t, "proxy").(*Object)
	if want := []string{"java.lang.Runnable", "java.util.Comparator"}; !reflect.DeepEqual(proxy.Desc.Proxy, want) {
		t.Errorf("proxy = %+v", proxy.Desc)
	}
	if h, _ := proxy.Field("h"); h.(*Object).Class() != "Streams$Handler" {
		t.Errorf("handler = %v", h)
	}
	m := parse(t, "map").(*Object)
	if a := m.Data[0].Annotation; m.Data[0].Desc.Name != "java.util.HashMap" || len(a) != 7 ||
		!bytes.Equal(a[0].(Block), unhex(t, "0000001000000003")) || a[1].(*Class).Desc.Name != "java.lang.String" ||
		a[2].(*Object).Class() != "java.lang.Integer" || a[4] != nil || a[5] != "k" {
		t.Errorf("map annotation = %v", a)
	}
	a := parse(t, "array").(*Array)
	if len(a.Values) != 5 || a.Values[1] != "a" || a.Values[3] != a.Values[4] || a.Values[2].(*Array).Values[1] != nil {
		t.Errorf("array = %v", a.Values)
	}
	if d := parse(t, "descriptor").(*ClassDesc); d.Name != "Streams$Base" || d.UID != 1 || len(d.Fields) != 2 {
		t.Errorf("descriptor = %+v", d)
	}
	if c := parse(t, "class").(*Class); c.Desc.Name != "java.lang.Runnable" {
		t.Errorf("class = %+v", c.Desc)
	}
	if v := parse(t, "null"); v != nil {
		t.Errorf("null = %v", v)
	}
	if v := parse(t, "reset"); v != "r" {
		t.Errorf("reset = %v", v)
	}
	if v := parse(t, "block"); !bytes.Equal(v.(Block), []byte{0, 0, 0, 3}) {
		t.Errorf("block = %v", v)
	}
}

func TestLongString(t *testing.T) {
	text := strings.Repeat("y", 70000)
	b := append([]byte(Magic+"\x7C\x00\x00\x00\x00\x00\x01\x11\x70"), text...)
	if v, n, err := Parse(b, Limits{}); v != text || n != len(b) || err != nil {
		t.Errorf("consumed %d of %d: %v", n, len(b), err)
	}
}

const (
	classA  = "72 0001 41 0000000000000000 02 0000 78 70" // class A, no fields
	objectA = "73" + classA
)

func TestMalformed(t *testing.T) {
	for _, tc := range []struct {
		name, in string // in without the stream header, unless it starts with one
		offset   int64
		class    error
	}{
		{"empty", "", 4, javaio.ErrCorrupt},
		{"magic", "aced0006 70", 0, javaio.ErrCorrupt},
		{"unknown type", "6F", 4, javaio.ErrCorrupt},
		{"end mark", "78", 4, javaio.ErrCorrupt},
		{"exception", "7B", 4, javaio.ErrCorrupt},
		{"reference to nothing", "71 007E0000", 4, javaio.ErrCorrupt},
		{"reference past the last", "71 7FFFFFFF", 4, javaio.ErrCorrupt},
		{"negative reference", "71 80000000", 4, javaio.ErrCorrupt},
		{"reference below the first handle", "71 007DFFFF", 4, javaio.ErrCorrupt},
		{"object without class", "73 70", 4, javaio.ErrCorrupt},
		{"class descriptor expected", "73 74 0000", 5, javaio.ErrCorrupt},
		{"reference to a string as class", "75 72 0013 5B4C6A6176612E6C616E672E4F626A6563743B 0000000000000000 02 0000 78 70" +
			"00000002 74 0000 73 71 007E0002", 48, javaio.ErrCorrupt},
		{"array length", "75 72 0002 5B42 0000000000000000 02 0000 78 70 7FFFFFFF", 23, javaio.ErrCorrupt},
		{"array length of longs", "75 72 0002 5B4A 0000000000000000 02 0000 78 70 00000001 00000000000000", 23, javaio.ErrCorrupt},
		{"negative array length", "75 72 0002 5B42 0000000000000000 02 0000 78 70 FFFFFFFF", 23, javaio.ErrCorrupt},
		{"array of no array class", "75" + classA + "00000000", 4, javaio.ErrCorrupt},
		{"array of unknown element", "75 72 0002 5B51 0000000000000000 02 0000 78 70 00000000", 4, javaio.ErrCorrupt},
		{"not serializable", "73 72 0001 41 0000000000000000 00 0000 78 70", 4, javaio.ErrCorrupt},
		{"externalizable without blocks", "73 72 0001 41 0000000000000000 04 0000 78 70", 4, javaio.ErrUnsupported},
		{"serializable and externalizable", "72 0001 41 0000000000000000 06 0000 78 70", 16, javaio.ErrCorrupt},
		{"field count", "72 0001 41 0000000000000000 02 FFFF 78 70", 17, javaio.ErrCorrupt},
		{"field type", "72 0001 41 0000000000000000 02 0001 51 0000 78 70", 19, javaio.ErrCorrupt},
		{"field signature", "72 0001 41 0000000000000000 02 0001 4C 0000 70 78 70", 22, javaio.ErrCorrupt},
		{"boolean field", "73 72 0001 41 0000000000000000 02 0001 5A 0000 78 70 02", 25, javaio.ErrCorrupt},
		{"own superclass", "72 0001 41 0000000000000000 02 0000 78 71 007E0000", 20, javaio.ErrCorrupt},
		{"instance inside its descriptor", "72 0001 41 0000000000000000 02 0000 73 71 007E0000 78 70", 19, javaio.ErrCorrupt},
		{"constant of no enum", "7E" + classA + "74 0001 52", 4, javaio.ErrCorrupt},
		{"name of a constant", "7E 72 0001 41 0000000000000000 12 0000 78 70 70", 22, javaio.ErrCorrupt},
		{"reset inside an array", "75 72 0002 5B4C 0000000000000000 02 0000 78 70 00000001 79 70", 27, javaio.ErrCorrupt},
		{"reset inside a descriptor", "73 72 0001 41 0000000000000000 02 0000 79 78 70", 20, javaio.ErrCorrupt},
		{"reset inside", "73 72 0001 41 0000000000000000 03 0000 78 70 79 78", 22, javaio.ErrCorrupt},
		{"block length", "7A FFFFFFFF", 5, javaio.ErrCorrupt},
		{"block past the end", "77 02 00", 6, javaio.ErrCorrupt},
		{"long string length", "7C 8000000000000000", 5, javaio.ErrCorrupt},
		{"modified UTF-8", "74 0002 41FF", 8, javaio.ErrCorrupt},
		{"proxy interfaces", "7D 7FFFFFFF", 5, javaio.ErrCorrupt},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := tc.in
			if !strings.HasPrefix(in, "aced") {
				in = "aced0005" + in
			}
			v, n, err := Parse(unhex(t, in), Limits{})
			fe, ok := errors.AsType[*javaio.FormatError](err)
			if !ok || fe.Offset != tc.offset || !errors.Is(err, tc.class) || v != nil || n != 0 {
				t.Errorf("%v, %d, err = %v, want %v at %d", v, n, err, tc.class, tc.offset)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	nested := func(n int) []byte { // arrays of arrays, each promising all that follows
		b := unhex(t, "aced0005 75 72 0002 5B4C 0000000000000000 02 0000 78 70")
		for i := range n {
			b = append(b, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
			if i < n-1 {
				b = append(b, 0x75, 0x71, 0x00, 0x7E, 0x00, 0x00)
			}
		}
		return b
	}
	for _, tc := range []struct {
		name string
		in   []byte
		lim  Limits
		want string
	}{
		{"depth", nested(2000), Limits{}, "nested too deeply"},
		{"own depth", unhex(t, "aced0005"+objectA), Limits{Depth: 1}, "nested too deeply"},
		{"nodes", unhex(t, "aced0005"+objectA), Limits{Nodes: 2}, "too many objects"},
		{"all at once", unhex(t, "aced0005"+objectA), Limits{Depth: 3, Nodes: 5}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, _, err := Parse(tc.in, tc.lim)
			if got := fmt.Sprint(err); (err == nil) != (tc.want == "") || !strings.Contains(got, tc.want) {
				t.Errorf("err = %v, want %q", err, tc.want)
			}
		})
	}
}

// TestMemory holds the costliest shapes to a multiple of their length: arrays that promise the rest of the input at every
// level, and many instances of a class with many empty superclasses.
func TestMemory(t *testing.T) {
	promising := unhex(t, "aced0005 75 72 0002 5B4C 0000000000000000 02 0000 78 70")
	for range 900 {
		promising = append(promising, 0, 1, 0, 0, 0x75, 0x71, 0x00, 0x7E, 0x00, 0x00)
	}
	promising = append(promising, make([]byte, 1<<18)...)

	tall := unhex(t, "aced0005 75 72 0002 5B4C 0000000000000000 02 0000 78 70 00002000 73")
	for range 300 {
		tall = append(tall, unhex(t, "72 0001 41 0000000000000000 02 0000 78")...)
	}
	tall = append(tall, 0x70)
	for range 1<<13 - 1 {
		tall = append(tall, unhex(t, "73 71 007E0002")...)
	}
	for name, b := range map[string][]byte{"promising": promising, "tall": tall} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := Parse(b, Limits{})
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; err == nil || got > uint64(len(b))*nodesPerByte*64 {
			t.Errorf("%s: %d bytes allocated for %d, err = %v", name, got, len(b), err)
		}
	}
}

// TestHostile: what a few bytes promise costs no more than what is there.
func TestHostile(t *testing.T) {
	chain := unhex(t, "aced0005 73") // an object whose class has 100,000 superclasses
	for i := range 100_000 {
		chain = append(chain, 0x72, 0, 4, 'A'+byte(i>>12&15), 'a'+byte(i>>8&15), 'a'+byte(i>>4&15), 'a'+byte(i&15))
		chain = append(chain, make([]byte, 8)...)
		chain = append(chain, 2, 0, 0, 0x78)
	}
	chain = append(chain, 0x70)
	text := append([]byte(Magic+"\x7C\x00\x00\x00\x00\x04\x00\x00\x00"), bytes.Repeat([]byte("y"), 64<<20)...)
	for _, tc := range []struct {
		name  string
		in    []byte
		want  string // in the error; empty: none
		bytes uint64 // that may be allocated
	}{
		{"array of 2^31-1 bytes", unhex(t, "aced0005 75 72 0002 5B42 0000000000000000 02 0000 78 70 7FFFFFFF 00"), "cannot fit", 1 << 16},
		{"array of 2^31-1 objects", unhex(t, "aced0005 75 72 0002 5B4C 0000000000000000 02 0000 78 70 7FFFFFFF 70"), "cannot fit", 1 << 16},
		{"chain of descriptors", chain, "nested too deeply", 8 << 20},
		{"string of 64 MiB", text, "", 3 * 64 << 20},
		{"string that ends before 64 MiB", text[:1000], "string of 67108864 bytes, have", 1 << 16},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		v, n, err := Parse(tc.in, Limits{})
		runtime.ReadMemStats(&after)
		if tc.want == "" && (err != nil || n != len(tc.in) || len(v.(string)) != 64<<20) || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s: %d bytes, err = %v, want %q", tc.name, n, err, tc.want)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > tc.bytes {
			t.Errorf("%s: %d bytes allocated", tc.name, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, b := range streams(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, n, err := Parse(b, Limits{})
		switch fe, ok := errors.AsType[*javaio.FormatError](err); {
		case err == nil && (n < 5 || n > len(b)):
			t.Fatalf("consumed %d of %d bytes", n, len(b))
		case err != nil && (!ok || fe.Offset < 0 || fe.Offset > int64(len(b)) || v != nil || n != 0):
			t.Fatalf("%v, %d, err = %v", v, n, err)
		case err == nil:
			if _, again, err := Parse(b[:n], Limits{}); err != nil || again != n {
				t.Fatalf("without what follows: %d of %d bytes, %v", again, n, err)
			}
		}
	})
}
