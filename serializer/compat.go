package serializer

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// Version is a release of Flink, as far as serializers differ by it: 1.20, 2.3. The zero Version is unknown.
type Version struct{ Major, Minor int }

// ParseVersion reads "2.3"; what follows the second number ("1.20.4", "2.0-SNAPSHOT") is ignored.
func ParseVersion(s string) (Version, error) {
	major, rest, ok := strings.Cut(s, ".")
	minor, _, _ := strings.Cut(rest, ".")
	minor, _, _ = strings.Cut(minor, "-")
	a, errA := strconv.ParseUint(major, 10, 8)
	b, errB := strconv.ParseUint(minor, 10, 8)
	if !ok || errA != nil || errB != nil || a == 0 {
		return Version{}, fmt.Errorf("%.40q is no Flink release, want for example 1.20 or 2.3", s)
	}
	return Version{int(a), int(b)}, nil
}

func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

// Before says whether v is an older release than o.
func (v Version) Before(o Version) bool {
	return cmp.Or(cmp.Compare(v.Major, o.Major), cmp.Compare(v.Minor, o.Minor)) < 0
}

var flink20 = Version{2, 0}

// Outcome is what Flink does with a restored state whose serializer a new job brings along. Larger is worse.
type Outcome uint8

// Outcomes.
const (
	AsIs         Outcome = iota // the new serializer reads the bytes
	Reconfigured                // so does a copy of it that keeps the old ids or order and adds the new ones
	Migrated                    // values are read with the old serializer and written with the new one
	Incompatible                // StateMigrationException, or the snapshot cannot be read at all
)

func (o Outcome) String() string {
	return [...]string{"as is", "reconfigured", "migrated", "incompatible"}[o&3]
}

// Verdict is an Outcome with its reason.
type Verdict struct {
	Outcome Outcome
	// Path is the nested part that decided, from the outside in: "field tags, element". Empty for the serializer itself.
	Path string
	// Reason says why in words; empty if nothing differs.
	Reason string
	// Doubt says what the two snapshots do not tell, and the outcome depends on; empty if nothing.
	Doubt string
}

func (v Verdict) String() string {
	parts := []string{v.Outcome.String()}
	for _, s := range []string{v.Path, v.Reason, v.Doubt} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ": ")
}

// worse returns the verdict that decides: the worse of the two, else the first that has something to say.
func (v Verdict) worse(o Verdict) Verdict {
	if o.Outcome < v.Outcome {
		v, o = o, v
	}
	if o.Outcome > v.Outcome || v.Reason == "" && o.Reason != "" {
		if o.Doubt == "" && o.Outcome != Incompatible {
			o.Doubt = v.Doubt
		}
		return o
	}
	if v.Doubt == "" {
		v.Doubt = o.Doubt
	}
	return v
}

// in prefixes the path of a verdict that has something to say.
func (v Verdict) in(part string) Verdict {
	switch {
	case v.Reason == "" && v.Doubt == "":
	case v.Path == "":
		v.Path = part
	default:
		v.Path = part + ", " + v.Path
	}
	return v
}

func verdict(o Outcome, format string, args ...any) Verdict {
	return Verdict{Outcome: o, Reason: fmt.Sprintf(format, args...)}
}

// Restore is what a restore is like, besides the two snapshots.
type Restore struct {
	Target Version        // the release that restores
	Kryo   KryoGeneration // which Kryo wrote the stored values, where that is known from elsewhere
}

// Compat says what Flink of release target does with state that was stored with the snapshot old, when the new job's
// serializer would store the snapshot new. Which release wrote new does not matter; the classes of the new job are
// taken to be there. It decides for a value: CompatAt says what follows for keys and the other positions.
func Compat(old, new *Snapshot, target Version) Verdict {
	return Restore{Target: target}.Compat(old, new)
}

// Compat is the function of that name, with all that is known.
func (c Restore) Compat(old, new *Snapshot) Verdict {
	if v := c.Accepts(old); v.Outcome == Incompatible || v.Doubt != "" {
		return v.worse(c.of(old, new))
	}
	return c.of(old, new)
}

// of compares two snapshots and all below them. Their depth is bounded by the parser.
func (c Restore) of(before, after *Snapshot) Verdict {
	if !c.Target.Before(flink20) {
		if v, switched := c.ttl(&before, &after); switched {
			return v
		}
	}
	before, after = before.Modern(), after.Modern()
	if before.Unknown || after.Unknown {
		return unknownCompat(before, after)
	}
	if before.Class != after.Class {
		return otherClass(before, after)
	}
	switch b := before.Body.(type) {
	case *PojoBody:
		if a, ok := after.Body.(*PojoBody); ok {
			return c.pojo(b, a, before.Legacy || after.Legacy)
		}
	case *KryoBody:
		if a, ok := after.Body.(*KryoBody); ok {
			return kryoCompat(b, a)
		}
	case *AvroBody:
		if a, ok := after.Body.(*AvroBody); ok {
			return avroCompat(b.Schema, a.Schema)
		}
	case *EnumBody:
		if a, ok := after.Body.(*EnumBody); ok {
			return enumCompat(b, a)
		}
	case *ScalaEnumBody:
		if a, ok := after.Body.(*ScalaEnumBody); ok {
			return scalaEnumCompat(b, a)
		}
	}
	return c.composite(before, after)
}

// composite compares what two snapshots of one class store of their own, then their nested ones.
func (c Restore) composite(before, after *Snapshot) Verdict {
	v := outerCompat(before, after)
	if len(before.Nested) != len(after.Nested) {
		return verdict(Incompatible, "%s of %d parts was stored, the job has %d", serializerName(before.Class),
			len(before.Nested), len(after.Nested))
	}
	for i := range before.Nested {
		v = v.worse(c.of(before.Nested[i], after.Nested[i]).in(partName(before, i)))
	}
	return v
}

// unknownCompat is about snapshots whose own code decides.
func unknownCompat(before, after *Snapshot) Verdict {
	if before.Class != after.Class {
		return otherClass(before, after)
	}
	v := Verdict{Doubt: before.Class + " is not part of Flink: its own code decides"}
	if string(before.Raw) != string(after.Raw) {
		v.Reason = "what the snapshots of " + before.Class + " store differs"
	}
	return v
}

func otherClass(before, after *Snapshot) Verdict {
	if reason := collectionOfKryo(before, after); reason != "" {
		return verdict(Incompatible, "%s", reason)
	}
	return verdict(Incompatible, "%s was stored, the job has %s", described(before), described(after))
}

// described names a serializer with the class that it is for, where that is stored.
func described(s *Snapshot) string {
	name := serializerName(s.Class)
	switch b := s.Body.(type) {
	case *ClassBody:
		return name + " of " + b.Class
	case *PojoBody:
		return name + " of " + b.Class
	case *KryoBody:
		return name + " of " + b.Type
	case *EnumBody:
		return name + " of " + b.Class
	}
	return name
}

// serializerName is the simple name of the serializer that a snapshot class belongs to.
func serializerName(class string) string {
	name := class[strings.LastIndexAny(class, ".$")+1:]
	if s := strings.TrimSuffix(name, "Snapshot"); s != "" {
		return s
	}
	return class
}

// partName names nested snapshot i for a reader.
func partName(s *Snapshot, i int) string {
	names := partNames[serializerName(s.Class)]
	switch {
	case i < len(names):
		return names[i]
	case strings.HasSuffix(s.Class, "CaseClassSerializerSnapshot"):
		return fmt.Sprintf("field _%d", i+1)
	case len(s.Nested) == 1:
		return "element"
	}
	return fmt.Sprintf("field f%d", i)
}

var partNames = map[string][]string{
	"MapSerializer":          {"key", "value"},
	"MapViewSerializer":      {"map"},
	"NullAwareMapSerializer": {"key", "value"},
	"SortedMapSerializer":    {"key", "value"},
	"JavaEitherSerializer":   {"left", "right"},
	"ScalaEitherSerializer":  {"left", "right"},
	"ScalaTrySerializer":     {"value", "throwable"},
	"TtlSerializer":          {"timestamp", "value"},
	"TtlAwareSerializer":     {"value"},
	"TimerSerializer":        {"key", "namespace"},
	"NullableSerializer":     {"value"},
	"StateSerializer":        {"transaction", "context"},
	"UnionSerializer":        {"first input", "second input"},
	"NFAStateSerializer":     {"version", "node", "event"},
}
