package serializer

import "strings"

// span is the releases that know a snapshot class: from since, through until. Zero: no bound that matters.
type span struct{ since, until Version }

// classSpans are the snapshot classes that not every release since 1.8 knows. By name, as stored.
var classSpans = map[string]span{
	pkgBase + "GenericArraySerializerConfigSnapshot":                  {until: Version{1, 20}},
	pkgJava + "EitherSerializerSnapshot":                              {until: Version{1, 20}},
	pkgAvro + "AvroSerializer$AvroSchemaSerializerConfigSnapshot":     {until: Version{1, 20}},
	pkgCEP + "NFA$MigratedNFASerializerSnapshot":                      {until: Version{1, 20}},
	pkgCEP + "SharedBuffer$SharedBufferSerializerSnapshot":            {until: Version{1, 20}},
	pkgSinkOld + "TwoPhaseCommitSinkFunction$StateSerializerSnapshot": {until: Version{1, 20}},
	pkgShared + "SharedBufferNode$SharedBufferNodeSerializer$SharedBufferNodeSerializerSnapshot": {
		until: Version{1, 20},
	},
	"org.apache.flink.table.runtime.types.CRowSerializerSnapshot": {until: Version{1, 13}},

	pkgSink + "TwoPhaseCommitSinkFunction$StateSerializerSnapshot": {since: flink20},
	pkgBase + "SetSerializerSnapshot":                              {since: flink20},
	ttlAwareClass:                                                  {since: flink20},
	pkgState + "v2.ttl.TtlStateFactory$TtlSerializerSnapshot":      {since: flink20},
	pkgShared + "SharedBufferNodeSerializerSnapshotV2":             {since: Version{1, 13}},
	pkgSQL + "LinkedListSerializer$LinkedListSerializerSnapshot":   {since: Version{1, 13}},
	pkgDataView + "NullAwareMapSerializerSnapshot":                 {since: Version{1, 9}},
	pkgMultiset + "RowDataKeySerializerSnapshot":                   {since: Version{2, 2}},
}

// Accepts says whether the release can read a stored snapshot at all, nested ones included: AsIs, with a Doubt where
// the snapshot does not tell, or Incompatible.
func (c Restore) Accepts(s *Snapshot) Verdict {
	v := c.accepts(s)
	for part, name := range namedParts(s) {
		if v.Outcome == Incompatible {
			break
		}
		v = v.worse(c.Accepts(part).in(name))
	}
	return v
}

// accepts judges one snapshot without its parts.
func (c Restore) accepts(s *Snapshot) Verdict {
	target := c.Target
	name := serializerName(s.Class)
	switch {
	case s.Version < 0 && Version{1, 16}.Before(target):
		return verdict(Incompatible, "only the serializer itself is stored, as by Flink 1.2; read by 1.3 to 1.16")
	case s.Legacy && Version{1, 16}.Before(target):
		return verdict(Incompatible, "%s is of Flink 1.3 to 1.6; read by releases until 1.16, not by %s", s.Class, target)
	case !s.Legacy && s.Version >= 0 && target.Before(Version{1, 7}):
		return verdict(Incompatible, "%s was written by 1.7 or later, Flink %s does not read it", name, target)
	}
	span := classSpans[s.Class]
	if strings.HasPrefix(s.Class, pkgScalaOld) {
		span.until = Version{1, 20}
	}
	if _, moved := classes()[pkgScalaOld+strings.TrimPrefix(s.Class, pkgScala)]; moved && strings.HasPrefix(s.Class, pkgScala) {
		span.since = flink20
	}
	switch {
	case span.until != (Version{}) && span.until.Before(target):
		return verdict(Incompatible, "class %s is not in Flink after %s", s.Class, span.until)
	case target.Before(span.since):
		return verdict(Incompatible, "class %s is in Flink since %s only", s.Class, span.since)
	}
	if body, ok := s.Body.(*KryoBody); ok {
		return c.acceptsKryo(body)
	}
	return Verdict{}
}

// acceptsKryo is about Flink 2.0's step from Kryo 2 to Kryo 5: neither reads the values of the other. A registered
// serializer object makes the snapshot unreadable as well, and with it all state of that backend.
func (c Restore) acceptsKryo(b *KryoBody) Verdict {
	later := !c.Target.Before(flink20)
	stored := b.generation()
	g := stored
	if g == KryoUnknown {
		g = c.Kryo
	}
	switch {
	case g == Kryo2 && later && stored == KryoUnknown:
		return verdict(Incompatible, "Kryo of Flink 1.x wrote the values, which 2.x cannot read")
	case g == Kryo2 && later:
		return verdict(Incompatible, "Kryo of Flink 1.x registered a serializer object%s, which 2.x cannot read: "+
			"the whole keyed or operator backend is refused", avroAmong(b))
	case g == Kryo5 && !later:
		return verdict(Incompatible, "Kryo 5 of Flink 2.x wrote the values, which 1.x cannot read")
	case g == KryoUnknown && later:
		return Verdict{Doubt: "values that Kryo wrote in Flink 1.x cannot be read by 2.x; the snapshot does not say which wrote them"}
	case g == KryoUnknown:
		return Verdict{Doubt: "values that Kryo wrote in Flink 2.x cannot be read by 1.x; the snapshot does not say which wrote them"}
	}
	return Verdict{}
}

func avroAmong(b *KryoBody) string {
	for _, r := range b.Registrations {
		if r.Class == avroArray && r.Kind == kryoInstance {
			return " for Avro arrays"
		}
	}
	return ""
}

// namedParts yields the snapshots one level below s with what a reader calls them.
func namedParts(s *Snapshot) func(func(*Snapshot, string) bool) {
	return func(yield func(*Snapshot, string) bool) {
		for i, n := range s.Nested {
			if !yield(n, partName(s, i)) {
				return
			}
		}
		body, ok := s.Body.(*PojoBody)
		if !ok {
			return
		}
		for _, f := range body.Fields {
			if f.Snapshot != nil && !yield(f.Snapshot, "field "+f.Name) {
				return
			}
		}
		for _, list := range [...][]NamedSnapshot{body.Registered, body.NonRegistered} {
			for _, sub := range list {
				if sub.Snapshot != nil && !yield(sub.Snapshot, "subclass "+sub.Name) {
					return
				}
			}
		}
	}
}
