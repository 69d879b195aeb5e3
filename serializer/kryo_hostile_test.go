package serializer

import (
	"bytes"
	"errors"
	"runtime"
	"strings"
	"testing"

	"ckpt/internal/javaio"
)

// chain is a list of n objects, each the field of the one before.
func chain(n int) (KryoClass, []byte) {
	b := append([]byte{1, 0}, "Nod\xe5\x01"...)
	for range n - 1 {
		b = append(b, 1, 0, 1) // the class by its name's number, a new object
	}
	return KryoClass{Name: "Node", Fields: []KryoField{{Name: "next", Type: "Node"}}}, append(b, 0)
}

// A chain as deep as Java can write it decodes; a deeper one is opaque.
func TestKryoDepth(t *testing.T) {
	for _, g := range []KryoGeneration{Kryo2, Kryo5} {
		class, b := chain(10_000)
		p := kryoProgram(t, g, class)
		v, n, err := p.Decode(b)
		if err != nil || n != len(b) {
			t.Fatalf("Kryo %s: %d of %d bytes, %v", g, n, len(b), err)
		}
		depth := 0
		for o, ok := v.(KryoObject).Graph.(Object); ok; o, ok = o.Values[0].(Object) {
			depth++
		}
		if depth != 10_000 {
			t.Errorf("Kryo %s: %d objects", g, depth)
		}
		_, b = chain(1 << 20)
		if _, err := p.Skip(b); !isOpaque(err) {
			t.Errorf("Kryo %s: %v", g, err)
		}
		if o, err := p.DecodeFramed(b); err != nil || !strings.Contains(o.(Opaque).Reason, "nested") {
			t.Errorf("Kryo %s: %v", g, err)
		}
	}
}

// Input that promises more than it has costs no more than it has.
func TestKryoHostile(t *testing.T) {
	const list, hashMap = "01006a6176612e7574696c2e41727261794c6973f4 01", "01006a6176612e7574696c2e486173684d61f0 01"
	for _, tc := range []struct {
		name, in string
		g        KryoGeneration
		err      error
	}{
		{"empty", "", Kryo2, ErrShort},
		{"list of 2^31-1", list + "ffffffff07", Kryo2, ErrShort},
		{"list of 2^32-1", list + "ffffffff0f", Kryo2, javaio.ErrCorrupt},
		{"list of 2^31-2 alike", list + "ffffffff0f", Kryo5, ErrShort},
		{"2^31-2 nulls", list + "ffffffff0f 00", Kryo5, javaio.ErrUnsupported},
		{"null list", list + "00", Kryo5, javaio.ErrCorrupt},
		{"map of 2^31-1", hashMap + "ffffffff07", Kryo2, ErrShort},
		{"text of 2^31", "0301 ffffffff0f", Kryo5, ErrShort},
		{"number without end", "02 ffffffffff", Kryo2, javaio.ErrCorrupt},
		{"number longer than it needs", "02 8000", Kryo2, javaio.ErrCorrupt},
		{"long number longer than it needs", "09 8000", Kryo2, javaio.ErrCorrupt},
		{"boolean of 2", "05 02", Kryo2, javaio.ErrCorrupt},
		{"reference to nothing", "03 02", Kryo2, javaio.ErrCorrupt},
		{"null of a class", "03 00", Kryo2, javaio.ErrCorrupt},
		{"name out of order", "01 01 61e2 01", Kryo2, javaio.ErrCorrupt},
		{"class without a name", "01 00 81 01", Kryo2, javaio.ErrCorrupt},
		{"class id without a class", "ffff03 01", Kryo2, javaio.ErrUnsupported},
		{"not a character", "0301 83 c0af 61", Kryo2, javaio.ErrCorrupt},
		{"array of arrays", "0100 " + strings.Repeat("5b", 200) + "c9 01 01", Kryo2, nil},
		{"array of too many dimensions", "0100 e8ff03" + strings.Repeat("5b", 300) + "49", Kryo2, ErrShort},
		{"month 13", "01006a6176612e74696d652e4c6f63616c446174e5 01 e40f 0d 03", Kryo5, javaio.ErrCorrupt},
		{"32 days", "01006a6176612e74696d652e4c6f63616c446174e5 01 0020 0002 c81f", Kryo2, javaio.ErrCorrupt},
	} {
		p := kryoProgram(t, tc.g)
		_, err := p.Skip(unhex(t, tc.in))
		if tc.err == nil && err != nil || tc.err != nil && !errors.Is(err, tc.err) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.err)
		}
	}
}

// A megabyte of lists that each promise the rest of it makes no more than a bounded multiple of it.
func TestKryoMemory(t *testing.T) {
	b := unhex(t, "01006a6176612e7574696c2e41727261794c6973f401")
	for len(b) < 1<<16 {
		b = append(b, 0xFF, 0xFF, 0x03, 1, 0, 1)
	}
	p := kryoProgram(t, Kryo2)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := p.DecodeFramed(b); err == nil {
		t.Error("decoded")
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<26 {
		t.Errorf("%d bytes allocated for %d", n, len(b))
	}
}

// Passing a value allocates nothing.
func TestKryoSkipAllocates(t *testing.T) {
	for _, f := range kryoFiles(t) {
		p := f.program(t)
		for _, s := range f.samples {
			if v, _, err := p.Decode(s.b); err != nil || strings.Contains(harnessText(v), "java ") {
				continue // Java objects are made to find their end
			}
			if strings.HasPrefix(s.name, "arrays") || strings.HasPrefix(s.name, "class") || strings.HasPrefix(s.name, "as-list") || strings.Contains(s.name, "enum") ||
				strings.HasPrefix(s.name, "fields") || strings.HasPrefix(s.name, "generic-") || strings.HasPrefix(s.name, "locale") {
				continue // classes that only their names describe, arguments that are put in the place of variables
			}
			if n := testing.AllocsPerRun(10, func() { p.Skip(s.b) }); n > 0 {
				t.Errorf("Kryo %s: %s: %.0f allocations", f.generation, s.name, n)
			}
		}
	}
}

func FuzzKryo(f *testing.F) {
	files := kryoFiles(f)
	for _, file := range files {
		for _, s := range file.samples {
			if len(s.b) < 200 {
				f.Add(s.b)
			}
		}
	}
	_, deep := chain(100)
	f.Add(deep)
	programs := []*Program{files[0].program(f), files[1].program(f), Compile(files[0].program(f).Type.withKryo(KryoUnknown, map[*Type]*Type{}))}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, p := range programs {
			n, err := p.Skip(b)
			if err == nil {
				v, m, err := p.Decode(b)
				if err != nil || m != n {
					t.Fatalf("skips %d, decodes %d: %v", n, m, err)
				}
				if again, err := p.Append(nil, v); err != nil || !bytes.Equal(again, b[:n]) {
					t.Fatalf("%x is encoded as %x: %v", b[:n], again, err)
				}
				p.Hash(v)
			}
			if v, err := p.DecodeFramed(b); err == nil {
				if again, err := p.Append(nil, v); err != nil || !bytes.Equal(again, b) {
					t.Fatalf("%x in a frame is encoded as %x: %v", b, again, err)
				}
			}
		}
	})
}
