package serializer

import "strings"

// KryoEvidence is what in a checkpoint tells which Kryo wrote its values. One release writes all of a checkpoint, so
// that each piece of evidence holds for all of it. The zero value is no evidence.
type KryoEvidence struct {
	Option   KryoGeneration // the user's
	Metadata int32          // version of the metadata: 2.0 began with 5. 0: not known

	registered, release [6]bool // by generation: of serializers registered with Kryo; of anything else
}

// Add takes what a stored serializer tells.
func (e *KryoEvidence) Add(s *Snapshot) {
	if s == nil {
		return
	}
	e.add(s)
	for p := range s.Parts {
		e.Add(p)
	}
}

func (e *KryoEvidence) add(s *Snapshot) {
	if body, ok := s.Body.(*KryoBody); ok {
		e.registered[body.generation()] = true
	}
	switch {
	case s.Unknown:
	case s.Legacy, s.Java != nil: // to 1.16
		e.release[Kryo2] = true
	case strings.HasPrefix(s.Class, "org.apache.flink.api.scala.typeutils."), strings.HasPrefix(s.Class, pkgStreaming+"functions.sink.TwoPhaseCommitSinkFunction$"):
		e.release[Kryo2] = true
	case strings.HasPrefix(s.Class, pkgScala), strings.HasPrefix(s.Class, pkgSink), s.Class == pkgBase+"SetSerializerSnapshot",
		s.Class == pkgState+"ttl.TtlAwareSerializerSnapshot":
		e.release[Kryo5] = true
	}
}

// AddRelease takes that something only the releases with Kryo g write was found.
func (e *KryoEvidence) AddRelease(g KryoGeneration) { e.release[g] = true }

// Generation weighs the evidence: registered serializers, then other marks of a release, then what the user says, then
// the version of the metadata. Pieces of the same weight that contradict each other tell nothing.
func (e *KryoEvidence) Generation() KryoGeneration {
	for _, found := range [...][6]bool{e.registered, e.release} {
		switch {
		case found[Kryo2] && found[Kryo5]:
			return e.Option
		case found[Kryo2]:
			return Kryo2
		case found[Kryo5]:
			return Kryo5
		}
	}
	switch {
	case e.Option != KryoUnknown:
		return e.Option
	case e.Metadata >= 5:
		return Kryo5
	case e.Metadata > 0:
		return Kryo2
	}
	return KryoUnknown
}

// HasKryo says whether values of t, or parts of them, were written by Kryo.
func (t *Type) HasKryo() bool { return t.kryoPart() != nil }
