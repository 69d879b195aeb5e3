package serializer

import "slices"

// CompatType is Compat where of the new serializer only the type is known, as a user writes it. What a type expression
// does not tell (classes of tuples, registrations, schemas) is taken to be as stored.
func CompatType(old, new *Type) Verdict {
	switch {
	case old.String() == new.String():
		return Verdict{}
	case old.Kind != new.Kind || old.Class != new.Class && new.Class != "":
		return verdict(Incompatible, "%s was stored, the job has %s", old, new)
	}
	switch old.Kind {
	case KindPojo:
		return pojoTypes(old, new)
	case KindEnum:
		return enumCompat(&EnumBody{old.Class, old.Symbols}, &EnumBody{old.Class, new.Symbols})
	case KindRow:
		if old.Flag != new.Flag && len(old.Elems) == len(new.Elems) {
			return verdict(Migrated, "row kinds").worse(elemTypes(old, new))
		}
	}
	return elemTypes(old, new)
}

// elemTypes compares parts by position.
func elemTypes(old, new *Type) (v Verdict) {
	if len(old.Elems) != len(new.Elems) || len(old.Elems) == 0 || old.Size != new.Size {
		return verdict(Incompatible, "%s was stored, the job has %s", old, new)
	}
	for i := range old.Elems {
		part := "part of " + old.String()
		if old.Fields != nil || len(old.Elems) > 2 {
			part = "field " + old.Field(i)
		}
		v = v.worse(CompatType(old.Elems[i], new.Elems[i]).in(part))
	}
	return v
}

// pojoTypes compares fields by name.
func pojoTypes(old, new *Type) (v Verdict) {
	for i, e := range old.Elems {
		j := slices.Index(new.Fields, old.Fields[i])
		if j < 0 {
			v = v.worse(verdict(Migrated, "the field was removed").in("field " + old.Fields[i]))
			continue
		}
		v = v.worse(CompatType(e, new.Elems[j]).in("field " + old.Fields[i]))
	}
	for _, name := range new.Fields {
		if !slices.Contains(old.Fields, name) {
			v = v.worse(verdict(Migrated, "the field was added").in("field " + name))
		}
	}
	return v
}
