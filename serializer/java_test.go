package serializer

import (
	"bytes"
	"slices"
	"testing"

	"ckpt/internal/javaobj"
)

// javaValues are values that Flink's JavaSerializer wrote.
func javaValues(t testing.TB) (values [][]byte) {
	t.Helper()
	for _, v := range flinkValues(t) {
		if v.p.Type.Kind == KindJava {
			values = append(values, v.b)
		}
	}
	if len(values) < 6 {
		t.Fatalf("%d values of JavaSerializer", len(values))
	}
	return values
}

// TestJavaElements: streams have no length. As elements of lists and arrays, keys and values of maps and fields of tuples
// each is found by its own end.
func TestJavaElements(t *testing.T) {
	values := javaValues(t)
	object := &Type{Kind: KindJava, Class: "java.io.Serializable"}
	joined := bytes.Join(values, nil)
	count := []byte{0, 0, 0, byte(len(values))}
	flagged := func(flag byte) (b []byte) {
		for _, v := range values {
			b = append(append(b, flag), v...)
		}
		return b
	}
	entries := func() (b []byte) {
		for _, v := range values {
			b = append(append(append(b, v...), 0), v...)
		}
		return b
	}
	fields := make([]*Type, len(values))
	for i := range fields {
		fields[i] = object
	}
	for _, tc := range []struct {
		name    string
		t       *Type
		b       []byte
		objects int
	}{
		{"list", listOf(object), slices.Concat(count, joined), len(values)},
		{"array", &Type{Kind: KindArray, Elems: []*Type{object}}, slices.Concat(count, flagged(1)), len(values)},
		{"set", &Type{Kind: KindSet, Elems: []*Type{object}}, slices.Concat(count, flagged(0)), len(values)},
		{"map", &Type{Kind: KindMap, Elems: []*Type{object, object}}, slices.Concat(count, entries()), 2 * len(values)},
		{"tuple", &Type{Kind: KindTuple, Elems: fields}, joined, len(values)},
	} {
		p := Compile(tc.t)
		v, n, err := p.Decode(append(tc.b[:len(tc.b):len(tc.b)], 0x79))
		if err != nil || n != len(tc.b) {
			t.Errorf("%s: %d of %d bytes, %v", tc.name, n, len(tc.b), err)
			continue
		}
		if again, err := p.Append(nil, v); err != nil || !bytes.Equal(again, tc.b) {
			t.Errorf("%s: encoded as %x (%v)", tc.name, again, err)
		}
		found := 0
		Walk(v, func(v Value) {
			if o, ok := v.(JavaObject); ok {
				found++
				graph, size, err := javaobj.Parse(o.Bytes, javaobj.Limits{})
				if err != nil || size != len(o.Bytes) || graph == nil {
					t.Errorf("%s: an element of %x, %v", tc.name, o.Bytes, err)
				}
			}
		})
		if found != tc.objects {
			t.Errorf("%s: %d objects, want %d", tc.name, found, tc.objects)
		}
		for i := range tc.b {
			if _, err := p.Skip(tc.b[:i]); err != ErrShort {
				t.Errorf("%s: %d of %d bytes: %v", tc.name, i, len(tc.b), err)
				break
			}
		}
	}
}
