package serializer

import "slices"

// fieldKey identifies a field: where it is declared counts, except in snapshots that do not store it.
type fieldKey struct{ declaring, name string }

func fieldKeyOf(f PojoField, byName bool) fieldKey {
	if byName {
		return fieldKey{name: f.Name}
	}
	return fieldKey{f.Declaring, f.Name}
}

func (c Restore) pojo(before, after *PojoBody, byName bool) Verdict {
	if before.Class != after.Class {
		return verdict(Incompatible, "POJO %s was stored, the job has %s", before.Class, after.Class)
	}
	return c.fields(before, after, byName).
		worse(c.registered(before, after)).
		worse(c.nonRegistered(before))
}

// fields compares those that both have. A removed one is read and dropped, an added one gets its default.
func (c Restore) fields(before, after *PojoBody, byName bool) (v Verdict) {
	now := map[fieldKey]*Snapshot{}
	for _, f := range after.Fields {
		now[fieldKeyOf(f, byName)] = f.Snapshot
	}
	var kept []fieldKey
	seen := map[fieldKey]bool{}
	for _, f := range before.Fields {
		key := fieldKeyOf(f, byName)
		s := now[key]
		if s == nil || f.Snapshot == nil || f.Declaring == "" && !byName {
			v = v.worse(verdict(Migrated, "the field was removed").in("field " + f.Name))
			continue
		}
		kept, seen[key] = append(kept, key), true
		v = v.worse(c.of(f.Snapshot, s).in("field " + f.Name))
	}
	var order []fieldKey
	for _, f := range after.Fields {
		if key := fieldKeyOf(f, byName); seen[key] {
			order = append(order, key)
		} else {
			v = v.worse(verdict(Migrated, "the field was added").in("field " + f.Name))
		}
	}
	if !slices.Equal(kept, order) {
		v = v.worse(verdict(Reconfigured, "the order of fields changed"))
	}
	return v
}

// registered compares subclasses with a tag.
func (c Restore) registered(before, after *PojoBody) (v Verdict) {
	now := map[string]*Snapshot{}
	var names, order []string
	for _, s := range after.Registered {
		now[s.Name], order = s.Snapshot, append(order, s.Name)
	}
	for _, s := range before.Registered {
		names = append(names, s.Name)
		switch after, ok := now[s.Name]; {
		case s.Snapshot == nil:
			return verdict(Incompatible, "registered subclass %s was missing when the snapshot was written", s.Name)
		case !ok:
			v = v.worse(Verdict{Doubt: "the job does not register subclass " + s.Name + " any more; its class must still be there"})
		case after != nil:
			v = v.worse(c.of(s.Snapshot, after).in("subclass " + s.Name))
		}
	}
	if !isPrefix(names, order) {
		v = v.worse(verdict(Reconfigured, "the order of registered subclasses changed; the stored tags are kept"))
	}
	return v
}

// nonRegistered is about subclasses that were met while writing: a new serializer knows none of them.
func (c Restore) nonRegistered(before *PojoBody) (v Verdict) {
	for _, s := range before.NonRegistered {
		if s.Snapshot == nil {
			return verdict(Incompatible, "subclass %s was missing when the snapshot was written", s.Name)
		}
		v = v.worse(verdict(Reconfigured, "the serializer of subclass %s, which is not registered, is taken over", s.Name))
	}
	return v
}
