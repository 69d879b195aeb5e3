package serializer

import (
	"testing"

	"ckpt/internal/javaobj"
)

func TestKryoEvidence(t *testing.T) {
	registered := func(class string) *Snapshot {
		instance := &javaobj.Object{Desc: &javaobj.ClassDesc{Name: class}}
		return &Snapshot{Class: "K", Body: &KryoBody{Type: "T", Registrations: []KryoRegistration{{Class: "A", Kind: kryoInstance, Instance: instance}}}}
	}
	class := func(name string) *Snapshot { return &Snapshot{Class: name} }
	two := registered("org.apache.flink.api.common.ExecutionConfig$SerializableSerializer")
	five := registered("org.apache.flink.api.common.SerializableSerializer")
	scala1, scala2 := class("org.apache.flink.api.scala.typeutils.ScalaOptionSerializerSnapshot"), class("org.apache.flink.table.api.typeutils.ScalaOptionSerializerSnapshot")
	for _, tc := range []struct {
		name      string
		snapshots []*Snapshot
		option    KryoGeneration
		metadata  int32
		want      KryoGeneration
	}{
		{"nothing", nil, 0, 0, KryoUnknown},
		{"metadata of 1.20", nil, 0, 4, Kryo2},
		{"metadata of 2.0", nil, 0, 5, Kryo5},
		{"option before metadata", nil, Kryo2, 6, Kryo2},
		{"registered with 1.x", []*Snapshot{two}, Kryo5, 6, Kryo2},
		{"registered with 2.x", []*Snapshot{five}, 0, 4, Kryo5},
		{"registered in a part", []*Snapshot{{Class: "L", Nested: []*Snapshot{{Class: "M", Nested: []*Snapshot{five}}}}}, 0, 0, Kryo5},
		{"registered before marks", []*Snapshot{scala1, five}, 0, 0, Kryo5},
		{"registered with both", []*Snapshot{two, five}, 0, 6, KryoUnknown},
		{"registered with both and an option", []*Snapshot{two, five}, Kryo2, 6, Kryo2},
		{"Scala of 1.x", []*Snapshot{scala1}, 0, 0, Kryo2},
		{"Scala of 2.x", []*Snapshot{scala2}, 0, 0, Kryo5},
		{"marks of both", []*Snapshot{scala1, scala2}, 0, 6, KryoUnknown},
		{"sets", []*Snapshot{class(pkgBase + "SetSerializerSnapshot")}, 0, 0, Kryo5},
		{"two-phase commit of 1.x", []*Snapshot{class("org.apache.flink.streaming.api.functions.sink.TwoPhaseCommitSinkFunction$StateSerializerSnapshot")}, 0, 0, Kryo2},
		{"two-phase commit of 2.x", []*Snapshot{class(pkgSink + "TwoPhaseCommitSinkFunction$StateSerializerSnapshot")}, 0, 0, Kryo5},
		{"adapter", []*Snapshot{{Class: "X", Legacy: true}}, 0, 0, Kryo2},
		{"SQL tells nothing", []*Snapshot{class("org.apache.flink.table.runtime.typeutils.RowDataSerializer$RowDataSerializerSnapshot")}, 0, 0, KryoUnknown},
	} {
		e := KryoEvidence{Option: tc.option, Metadata: tc.metadata}
		for _, s := range tc.snapshots {
			e.Add(s)
		}
		if got := e.Generation(); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

// Each generation reads none of the other's values as something else: what both read, they read alike, or a collection
// is told apart by where null cannot stand.
func TestKryoTrial(t *testing.T) {
	files := kryoFiles(t)
	classes, err := NewKryoClasses(files[0].classes...)
	if err != nil {
		t.Fatal(err)
	}
	snapshot := &Snapshot{Class: "K", Body: &KryoBody{Type: "java.lang.Object", Registrations: []KryoRegistration{{Class: "java.lang.Object"}}}} // without a mark
	p := NewAs(snapshot, Options{KryoClasses: classes}).Program
	for i, f := range files {
		right, wrong, ambiguous := 0, 0, 0
		known := f.program(t)
		for _, s := range f.samples {
			want, _, err := known.Decode(s.b)
			if err != nil {
				t.Fatal(err)
			}
			switch got, err := p.DecodeFramed(s.b); {
			case err != nil:
				t.Errorf("%s: %v", s.name, err)
			case harnessText(got) == harnessText(want):
				right++
			default:
				if _, ok := got.(Opaque); ok {
					ambiguous++
				} else {
					wrong++
					t.Logf("Kryo %s: %s is read as %s", f.generation, s.name, harnessText(got))
				}
			}
		}
		if t.Logf("Kryo %s: %d right, %d ambiguous, %d wrong", f.generation, right, ambiguous, wrong); wrong > 0 || right < 280 {
			t.Errorf("Kryo %s: %d values are right alone, %d wrong", f.generation, right, wrong)
		}
		g, unclear := KryoGenerationOf(p.Type, func(yield func([]byte) bool) {
			for _, s := range f.samples {
				if !yield(s.b) {
					return
				}
			}
		})
		if g != []KryoGeneration{Kryo2, Kryo5}[i] || unclear {
			t.Errorf("all values together are of Kryo %s (ambiguous: %v)", g, unclear)
		}
	}
}
