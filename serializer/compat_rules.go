package serializer

import (
	"reflect"
	"slices"
)

// outerCompat compares what a snapshot stores besides nested ones: a class, a switch, a text.
func outerCompat(before, after *Snapshot) Verdict {
	name := serializerName(before.Class)
	switch b := before.Body.(type) {
	case *ClassBody:
		if a, ok := after.Body.(*ClassBody); ok && a.Class != b.Class {
			return verdict(Incompatible, "%s of %s was stored, the job has %s", name, b.Class, a.Class)
		}
	case *FlagBody:
		if a, ok := after.Body.(*FlagBody); ok && a.Flag != b.Flag {
			return verdict(Migrated, "%s was stored %s %s, the job's is %s", name, with(b.Flag), flagName(name), with(a.Flag))
		}
	case *PadBody:
		if a, ok := after.Body.(*PadBody); ok && a.Length != b.Length {
			return verdict(Incompatible, "a null was padded to %d bytes, the job pads to %d", b.Length, a.Length)
		}
	case *TextBody:
		return textCompat(before, b, after)
	case *ObjectBody:
		if a, ok := after.Body.(*ObjectBody); ok && !reflect.DeepEqual(a.Object, b.Object) {
			return verdict(Incompatible, "%s has another comparator or schema than was stored", name)
		}
	case *LogicalBody:
		if old, now := columnsOf(before), columnsOf(after); old != now {
			return verdict(Incompatible, "%s was stored, the job has %s", old, now)
		}
	}
	return Verdict{}
}

// textCompat is about Scala's builder code: the one text that decides. Releases before 1.7 did not store it.
func textCompat(before *Snapshot, b *TextBody, after *Snapshot) Verdict {
	a, ok := after.Body.(*TextBody)
	if !ok || a.Text == b.Text || serializerName(before.Class) != "TraversableSerializer" {
		return Verdict{}
	}
	if before.Legacy && b.Text == "" {
		return Verdict{Doubt: "the code that builds the collection was not stored; it must be the same"}
	}
	return verdict(Incompatible, "the code that builds the Scala collection differs")
}

func with(on bool) string {
	if on {
		return "with"
	}
	return "without"
}

func flagName(serializer string) string {
	switch serializer {
	case "RowSerializer":
		return "row kinds"
	case "LinkedListSerializer":
		return "a null mask"
	case "NFAStateSerializer":
		return "previous timestamps"
	}
	return "nulls"
}

// columnsOf writes the logical types of a SQL serializer; names of columns do not count.
func columnsOf(s *Snapshot) string {
	body, _ := s.Body.(*LogicalBody)
	if body == nil {
		return ""
	}
	c, b := *s, *body
	b.Names = nil
	c.Body = &b
	return TypeOf(&c).String()
}

func enumCompat(before, after *EnumBody) Verdict {
	if before.Class != after.Class {
		return verdict(Incompatible, "enum %s was stored, the job has %s", before.Class, after.Class)
	}
	for _, name := range before.Names {
		if !slices.Contains(after.Names, name) {
			return verdict(Incompatible, "constant %s of enum %s is gone", name, before.Class)
		}
	}
	if !slices.Equal(before.Names, after.Names) {
		return verdict(Reconfigured, "constants of enum %s were added or reordered", before.Class)
	}
	return Verdict{}
}

// scalaEnumCompat follows Flink in looking a stored id up as a position in the new enumeration.
func scalaEnumCompat(before, after *ScalaEnumBody) Verdict {
	if before.Class != after.Class {
		return verdict(Incompatible, "enumeration %s was stored, the job has %s", before.Class, after.Class)
	}
	for i, name := range before.Names {
		id := int(before.IDs[i])
		if id < 0 || id >= len(after.Names) {
			return verdict(Incompatible, "enumeration %s has no constant at position %d, where %s was", before.Class, id, name)
		}
		if after.Names[id] != name {
			return verdict(Incompatible, "enumeration %s has %s at position %d, where %s was", before.Class, after.Names[id], id, name)
		}
	}
	return Verdict{}
}
