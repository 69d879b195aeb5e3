package serializer

import (
	"testing"

	"ckpt/internal/javaio"
)

func TestNewShares(t *testing.T) {
	raw := javaio.AppendInt32(javaio.AppendUTF(nil, pkgBase+"LongSerializer$LongSerializerSnapshot"), 3)
	parse := func() *Snapshot { return ParseSnapshot(javaio.NewReader(raw, 0), nil) }
	a, b := New(parse()), New(parse())
	if a.Type.Kind != KindLong || a.Program != b.Program || a.Snapshot == b.Snapshot {
		t.Errorf("kind %d, programs %p and %p, snapshots %p and %p", a.Type.Kind, a.Program, b.Program, a.Snapshot, b.Snapshot)
	}
	other := parse()
	other.JavaRaw = []byte{1} // the serializer beside it can change what it means
	if New(other).Program == a.Program {
		t.Error("a serializer with a Java object shares the program of one without")
	}
	unknown := func() *Snapshot { return &Snapshot{Class: "U", Raw: []byte{1}, Unknown: true} }
	if a, b := New(unknown()), New(unknown()); a.Program == b.Program {
		t.Error("unknown snapshots share a program")
	}
}

func TestMemoryIsBounded(t *testing.T) {
	var m memory
	p := Compile(scalar(KindInt))
	for i := range 5 {
		m.put(&Snapshot{Raw: append(make([]byte, maxRemembered/2-10), byte(i))}, Options{}, p)
		if m.size > maxRemembered || len(m.programs) > 2 {
			t.Fatalf("%d bytes in %d programs", m.size, len(m.programs))
		}
	}
	m.put(&Snapshot{Raw: make([]byte, maxRemembered+1)}, Options{}, p)
	if m.size > maxRemembered {
		t.Errorf("remembers a snapshot of %d bytes", m.size)
	}
}
