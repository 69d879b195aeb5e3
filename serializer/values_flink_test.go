package serializer

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"ckpt/internal/golden"
	"ckpt/internal/javaio"
)

// flinkValue is a value of testdata/values.txt.
type flinkValue struct {
	name   string
	length int // declared by the serializer
	p      *Program
	b      []byte
	hash   string
}

func flinkValues(t testing.TB) (list []flinkValue) {
	t.Helper()
	text, err := os.ReadFile("testdata/values.txt")
	if err != nil {
		t.Fatal(err)
	}
	var v flinkValue
	for line := range strings.Lines(string(text)) {
		switch f := strings.Fields(line); f[0] {
		case "serializer":
			r := javaio.NewReader(unhex(t, f[3]), 0)
			s := ParseSnapshot(r, nil)
			if err := r.Done(); err != nil {
				t.Fatalf("%s: %v", f[1], err)
			}
			length, err := strconv.Atoi(f[2])
			if err != nil {
				t.Fatal(err)
			}
			v = flinkValue{name: f[1], length: length, p: New(s).Program}
		case "value":
			v.b, v.hash = unhex(t, strings.Trim(f[1], "-")), f[2]
			list = append(list, v)
		}
	}
	return list
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Values that Flink's own serializers wrote are decoded to what they were, encoded to the same bytes and hash as in Java.
func TestFlinkValues(t *testing.T) {
	var shown strings.Builder
	for _, v := range flinkValues(t) {
		got, n, err := v.p.Decode(v.b)
		if err != nil || n != len(v.b) {
			t.Errorf("%s %x: %d bytes, err = %v", v.name, v.b, n, err)
			continue
		}
		fmt.Fprintf(&shown, "%s: %s: %s\n", v.name, v.p.Type, show(got))
		if b, err := v.p.Append(nil, got); err != nil || !bytes.Equal(b, v.b) {
			t.Errorf("%s %s: encoded as %x, want %x (err = %v)", v.name, show(got), b, v.b, err)
		}
		if l := v.p.Type.FixedLength(); l != v.length {
			t.Errorf("%s: declared length %d, want %d", v.name, l, v.length)
		}
		hash, known, err := v.p.HashBytes(v.b)
		also, alsoKnown := v.p.Hash(got)
		if err != nil || known != alsoKnown || known && hash != also {
			t.Errorf("%s %s: hash of bytes %d %t %v, of value %d %t", v.name, show(got), hash, known, err, also, alsoKnown)
		}
		if v.hash != "-" && (!known || fmt.Sprint(hash) != v.hash) {
			t.Errorf("%s %s: hash %d, known %t, want %s", v.name, show(got), hash, known, v.hash)
		}
	}
	golden.Check(t, "values.golden", shown.String())
}

// Every part of a value is too short, and says so.
func TestSkipShort(t *testing.T) {
	for _, v := range flinkValues(t) {
		for n := range v.b {
			if _, err := v.p.Skip(v.b[:n]); !errors.Is(err, ErrShort) {
				t.Errorf("%s: %d of %d bytes: err = %v", v.name, n, len(v.b), err)
			}
		}
		if n, err := v.p.Skip(append(v.b[:len(v.b):len(v.b)], 0xFF, 0xFF)); err != nil || n != len(v.b) {
			t.Errorf("%s: %d bytes, want %d; err = %v", v.name, n, len(v.b), err)
		}
	}
}

// Whatever byte changes: no panic, the same length from skipping and decoding, and a value that encodes to its bytes.
func TestFlippedValues(t *testing.T) {
	for _, v := range flinkValues(t) {
		for i := range v.b {
			for _, flip := range []byte{0x01, 0x80, 0xFF} {
				b := bytes.Clone(v.b)
				b[i] ^= flip
				checkProgram(t, v.p, b)
			}
		}
	}
}

// checkProgram asserts what holds for every input.
func checkProgram(t *testing.T, p *Program, b []byte) {
	t.Helper()
	n, err := p.Skip(b)
	if err != nil {
		if _, ok := errors.AsType[*javaio.FormatError](err); err != ErrShort && !ok {
			t.Fatalf("%s %x: err = %v, of no class", p.Type, b, err)
		}
		return
	}
	v, m, err := p.Decode(b)
	if errors.Is(err, javaio.ErrUnsupported) {
		return // elements of no bytes
	}
	if err != nil || m != n {
		t.Fatalf("%s %x: skips %d bytes, decodes %d, err = %v", p.Type, b, n, m, err)
	}
	first, err := p.Append(nil, v)
	if err != nil {
		t.Fatalf("%s %x: %s is not encoded: %v", p.Type, b, show(v), err)
	}
	if again, m, err := p.Decode(first); err != nil || m != len(first) || show(again) != show(v) {
		t.Fatalf("%s %x: %s is encoded as %x, decoded as %s, err = %v", p.Type, b, show(v), first, show(again), err)
	}
	if _, _, err := p.HashBytes(b[:n]); err != nil {
		t.Fatalf("%s %x: hash: %v", p.Type, b, err)
	}
}

// show writes a value on one line.
func show(v Value) string {
	switch x := v.(type) {
	case nil:
		return "null"
	case string:
		return strconv.QuoteToASCII(x)
	case []byte:
		return fmt.Sprintf("0x%x", x)
	case float32:
		return fmt.Sprintf("%v (%08x)", x, math.Float32bits(x))
	case float64:
		return fmt.Sprintf("%v (%016x)", x, math.Float64bits(x))
	case List:
		return "[" + showAll(x) + "]"
	case []Value:
		return "[" + showAll(x) + "]"
	case Map:
		var parts []string
		for _, e := range x {
			parts = append(parts, show(e.Key)+"="+show(e.Value))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case Struct:
		return showStruct(x)
	case Either:
		return fmt.Sprintf("right=%t %s", x.Right, show(x.Value))
	case Some:
		return "some " + show(x.Value)
	case Branch:
		return fmt.Sprintf("branch %d %s", x.Index, show(x.Value))
	case Element:
		return fmt.Sprintf("%s @%s %s", x.Tag, show(x.Timestamp), show(x.Value))
	case JavaObject:
		return fmt.Sprintf("java 0x%x", x.Bytes)
	}
	return fmt.Sprintf("%T %v", v, v)
}

func showAll(vs []Value) string {
	parts := make([]string, len(vs))
	for i, v := range vs {
		parts[i] = show(v)
	}
	return strings.Join(parts, " ")
}

func showStruct(s Struct) string {
	var b strings.Builder
	if s.Kind != Insert {
		fmt.Fprintf(&b, "%s ", s.Kind)
	}
	if s.Via != 0 {
		fmt.Fprintf(&b, "%s via %d ", s.Type.Class, s.Via)
	}
	first := len(s.Values) - len(s.Type.Elems)
	b.WriteByte('(')
	for i, v := range s.Values {
		if i > 0 {
			b.WriteByte(' ')
		}
		if i >= first && s.Type.Fields != nil {
			b.WriteString(s.Type.Field(i-first) + "=")
		}
		b.WriteString(show(v))
	}
	b.WriteByte(')')
	return b.String()
}

func FuzzSkip(f *testing.F) {
	values := flinkValues(f)
	var programs []*Program
	for _, v := range values {
		if len(programs) == 0 || programs[len(programs)-1] != v.p {
			programs = append(programs, v.p)
		}
		f.Add(uint8(len(programs)-1), v.b)
	}
	f.Fuzz(func(t *testing.T, which uint8, b []byte) {
		checkProgram(t, programs[int(which)%len(programs)], b)
	})
}
