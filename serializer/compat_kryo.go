package serializer

import (
	"slices"
	"strings"
)

// isPrefix says whether the new order keeps the old one in front: then all old ids still hold.
func isPrefix(before, after []string) bool {
	return len(before) <= len(after) && slices.Equal(before, after[:len(before)])
}

// isDummy says whether a registration names the stand-in for a class that was missing at writing.
func isDummy(r KryoRegistration) bool { return strings.Contains(r.Serializer, "$Dummy") }

func classNames(list []KryoRegistration) (names []string) {
	for _, r := range list {
		names = append(names, r.Class)
	}
	return names
}

func defaultNames(list []KryoDefault) (names []string) {
	for _, d := range list {
		names = append(names, d.Class)
	}
	return names
}

// kryo compares the type and what is registered. Which Kryo wrote the bytes was looked at by Accepts.
func kryoCompat(before, after *KryoBody) Verdict {
	if before.Type != after.Type {
		return verdict(Incompatible, "Kryo of %s was stored, the job has Kryo of %s", before.Type, after.Type)
	}
	var v Verdict
	for _, r := range before.Registrations {
		i := slices.IndexFunc(after.Registrations, func(a KryoRegistration) bool { return a.Class == r.Class })
		if i < 0 && isDummy(r) && r.Class != avroArray {
			return verdict(Incompatible, "the serializer registered for %s is missing", r.Class)
		}
		if i < 0 && r.Class != before.Type && r.Class != avroArray && v.Doubt == "" {
			v.Doubt = "the job does not register " + r.Class + " any more; its class and serializer must still be there"
		}
	}
	switch {
	case !isPrefix(classNames(before.Registrations), classNames(after.Registrations)):
		return v.worse(verdict(Reconfigured, "the order of the classes registered with Kryo changed; the stored one is kept in front"))
	case !isPrefix(defaultNames(before.Defaults), defaultNames(after.Defaults)),
		!isPrefix(classNames(before.DefaultClasses), classNames(after.DefaultClasses)):
		return v.worse(verdict(Reconfigured, "Kryo's default serializers changed; the stored ones are kept in front"))
	}
	return v
}

const avroArray = "org.apache.avro.generic.GenericData$Array"
