package serializer

import "fmt"

const (
	ttlAwareClass = pkgState + "ttl.TtlAwareSerializerSnapshot"
	ttlClass      = pkgState + "ttl.TtlStateFactory$TtlSerializerSnapshot"
	nullableClass = pkgJava + "NullableSerializer$NullableSerializerSnapshot"
)

// ttl takes the wrapper off that 2.x puts around values. Where time-to-live was switched it decides, by the values
// without timestamp; else both are compared as they were, in the form that both have.
func (c Restore) ttl(before, after **Snapshot) (v Verdict, switched bool) {
	old, was := withoutTTLAware(*before)
	now, is := withoutTTLAware(*after)
	if was == is {
		*before, *after = old, now
		return Verdict{}, false
	}
	inner := c.of(userValue(old), userValue(now))
	if inner.Outcome == Incompatible {
		return inner, true
	}
	if is {
		return inner.worse(verdict(Migrated, "time-to-live was switched on: values get the time of the migration")), true
	}
	return inner.worse(verdict(Migrated, "time-to-live was switched off: values lose their timestamp")), true
}

// withoutTTLAware returns the serializer of the values, and whether they carry a timestamp.
func withoutTTLAware(s *Snapshot) (inner *Snapshot, on bool) {
	m := s.Modern()
	if m.Class == ttlAwareClass && len(m.Nested) == 1 {
		s, m = m.Nested[0], m.Nested[0].Modern()
	}
	return s, m.Class == ttlClass
}

// userValue takes the timestamp off.
func userValue(s *Snapshot) *Snapshot {
	if m := s.Modern(); m.Class == ttlClass && len(m.Nested) == 2 {
		return m.Nested[1]
	}
	return s
}

// collectionOfKryo explains one class mismatch: since 2.0 a declared List, Map or Set has a serializer of its own.
func collectionOfKryo(before, after *Snapshot) string {
	for _, p := range [...]struct {
		kryo, other *Snapshot
		format      string
	}{
		{before, after, "Kryo of %s was stored, as Flink 1.x has for a declared collection, the job has %s, as 2.x has"},
		{after, before, "the job has Kryo of %s, as Flink 1.x has for a declared collection; %s was stored, as by 2.x"},
	} {
		body, ok := p.kryo.Body.(*KryoBody)
		if !ok || p.other.Class != nullableClass || len(p.other.Nested) != 1 {
			continue
		}
		element := p.other.Nested[0].Modern()
		if slot := declaredCollections[body.Type]; slot != "" && element.Class == slot {
			return fmt.Sprintf(p.format, body.Type, "Nullable("+serializerName(slot)+")")
		}
	}
	return ""
}

// declaredCollections are the interfaces that 2.x has serializers for.
var declaredCollections = map[string]string{
	"java.util.List":       pkgBase + "ListSerializerSnapshot",
	"java.util.Collection": pkgBase + "ListSerializerSnapshot",
	"java.lang.Iterable":   pkgBase + "ListSerializerSnapshot",
	"java.util.Map":        pkgBase + "MapSerializerSnapshot",
	"java.util.Set":        pkgBase + "SetSerializerSnapshot",
}
