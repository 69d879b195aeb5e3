package serializer

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"ckpt/internal/golden"
	"ckpt/internal/javaio"
	"ckpt/internal/javaobj"
)

// flinkSnapshot is a line of testdata/snapshots.txt.
type flinkSnapshot struct {
	version, form, name string
	b                   []byte
}

func flinkSnapshots(t testing.TB) (list []flinkSnapshot) {
	t.Helper()
	text, err := os.ReadFile("testdata/snapshots.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); f[0] != "#" {
			b, err := hex.DecodeString(f[3])
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, flinkSnapshot{f[0], f[1], f[2], b})
		}
	}
	return list
}

func (f flinkSnapshot) parse(r *javaio.Reader) *Snapshot {
	switch f.form {
	case "resilience":
		if list := ParseResilience(r, 1, nil); list != nil {
			return list[0]
		}
		return nil
	case "object":
		return ParseSerializer(r, nil)
	}
	return ParseProxy(r, nil)
}

// describe writes the modern form of a tree, short enough to review.
func describe(s *Snapshot) string {
	m := s.Modern()
	var b strings.Builder
	b.WriteString(m.Class[strings.LastIndexByte(m.Class, '.')+1:])
	if m.Outer >= 0 {
		fmt.Fprintf(&b, "/%d", m.Outer)
	}
	switch body := m.Body.(type) {
	case nil:
	case *TextBody: // the serializer's name, where it is not an outer part
		if m.Outer >= 0 {
			fmt.Fprintf(&b, " %q", body.Text)
		}
	case *PojoBody:
		fmt.Fprintf(&b, " %s{", body.Class)
		for _, f := range body.Fields {
			fmt.Fprintf(&b, " %s.%s: %s", f.Declaring, f.Name, describe(f.Snapshot))
		}
		for _, list := range [][]NamedSnapshot{body.Registered, body.NonRegistered} {
			for _, sub := range list {
				fmt.Fprintf(&b, " %s: %s", sub.Name, describe(sub.Snapshot))
			}
		}
		b.WriteString(" }")
	case *KryoBody:
		fmt.Fprintf(&b, " %s", body.Type)
		for _, r := range body.Registrations {
			fmt.Fprintf(&b, " %s:%d%s%s", r.Class, r.Kind, r.Serializer, r.Instance.Class())
		}
	case *LogicalBody:
		for _, list := range [][]javaobj.Value{body.Types, body.Objects} {
			for _, v := range list {
				fmt.Fprintf(&b, " %s", simpleClass(v))
			}
		}
		fmt.Fprint(&b, body.Numbers, body.Names)
	case *ObjectBody:
		fmt.Fprintf(&b, " %s", simpleClass(body.Object))
	default:
		fmt.Fprintf(&b, " %+v", reflect.ValueOf(body).Elem())
	}
	for i, n := range m.Nested {
		b.WriteString([2]string{" (", ", "}[min(i, 1)] + describe(n))
	}
	if len(m.Nested) > 0 {
		b.WriteString(")")
	}
	return b.String()
}

func simpleClass(v javaobj.Value) string {
	o, _ := v.(*javaobj.Object)
	return o.Class()[strings.LastIndexByte(o.Class(), '.')+1:]
}

// TestFlinkSnapshots reads what Flink's classes wrote, and compares what was read with a reviewed file.
func TestFlinkSnapshots(t *testing.T) {
	var all strings.Builder
	for _, f := range flinkSnapshots(t) {
		name := f.version + " " + f.form + " " + f.name
		t.Run(name, func(t *testing.T) {
			r := javaio.NewReader(f.b, 1000)
			s := f.parse(r)
			if err := r.Done(); err != nil {
				t.Fatal(err)
			}
			walk(s, func(s *Snapshot) {
				if s.Unknown {
					t.Errorf("unknown class %s", s.Class)
				}
				m := s.Modern()
				if c := classes()[m.Class]; c.parse == nil || c.modern != nil {
					t.Errorf("%s becomes %s, which is not today's", s.Class, m.Class)
				}
			})
			if f.form == "proxy" && !bytes.Equal(append(javaio.AppendInt32(nil, 2), s.Raw...), f.b) {
				t.Error("Raw differs from what was stored")
			}
			fmt.Fprintf(&all, "%s: %s\n", name, describe(s))
		})
	}
	golden.Check(t, "snapshots.golden", []byte(all.String()))
}

// TestSerializerObjects compares what the object graph of a serializer says with what its snapshot says.
func TestSerializerObjects(t *testing.T) {
	compared := 0
	for _, f := range flinkSnapshots(t) {
		if f.form != "resilience" {
			continue
		}
		s := f.parse(javaio.NewReader(f.b, 0))
		if got, want := describe(fromJava(s.Java)), describe(s); got != want {
			t.Errorf("%s: object says\n%s, snapshot says\n%s", f.name, got, want)
		}
		compared++
	}
	if compared < 15 {
		t.Errorf("compared %d objects only", compared)
	}
}

// TestTruncatedSnapshots cuts every snapshot at every length: an error at or before the cut, never a panic.
func TestTruncatedSnapshots(t *testing.T) {
	for _, f := range flinkSnapshots(t) {
		step := max(1, len(f.b)/200)
		for n := 0; n < len(f.b); n += step {
			r := javaio.NewReader(f.b[:n:n], 1000)
			if s := f.parse(r); s != nil {
				t.Fatalf("%s %s of %d bytes is complete at %d", f.version, f.name, len(f.b), n)
			}
			fe, ok := errors.AsType[*javaio.FormatError](r.Err())
			if !ok || fe.Offset < 1000 || fe.Offset > 1000+int64(n) {
				t.Fatalf("%s %s cut at %d: error %v has no offset in the input", f.version, f.name, n, r.Err())
			}
		}
	}
}

// TestFlippedSnapshots changes every byte: an error within the input, or a reading that kept all bytes.
func TestFlippedSnapshots(t *testing.T) {
	for _, f := range flinkSnapshots(t) {
		step := max(1, len(f.b)/200)
		for i := 0; i < len(f.b); i += step {
			in := bytes.Clone(f.b)
			in[i] ^= 0x41
			r := javaio.NewReader(in, 1000)
			s := f.parse(r)
			fe, failed := errors.AsType[*javaio.FormatError](r.Err())
			switch {
			case failed && (fe.Offset < 1000 || fe.Offset > 1000+int64(len(in))):
				t.Fatalf("%s %s flipped at %d: offset of %v is not in the input", f.version, f.name, i, fe)
			case !failed && (s == nil || f.form == "proxy" && !bytes.Equal(s.Raw, in[4:r.Pos()])):
				t.Fatalf("%s %s flipped at %d: Raw differs", f.version, f.name, i)
			}
		}
	}
}

func BenchmarkParseProxy(b *testing.B) {
	for _, f := range flinkSnapshots(b) {
		switch f.version + " " + f.name {
		case "2.3.0 nested-row-data", "1.7.2 kryo", "2.3.0 node":
		default:
			continue
		}
		b.Run(f.name, func(b *testing.B) {
			b.SetBytes(int64(len(f.b)))
			b.ReportAllocs()
			for b.Loop() {
				if f.parse(javaio.NewReader(f.b, 0)) == nil {
					b.Fatal("not parsed")
				}
			}
		})
	}
}
