package serializer

import (
	"cmp"
	"maps"
	"strings"
)

// KryoGeneration is the Kryo that wrote a value. Its two wire formats differ, and nothing in a value says which it is.
type KryoGeneration uint8

const (
	KryoUnknown KryoGeneration = 0 // both are tried
	Kryo2       KryoGeneration = 2 // 2.24: Flink 1.x
	Kryo5       KryoGeneration = 5 // 5.6: Flink 2.x
)

// String is what the command line calls the generation.
func (g KryoGeneration) String() string {
	switch g {
	case Kryo2:
		return "2"
	case Kryo5:
		return "5"
	}
	return "unknown"
}

// Options are what New cannot learn from a snapshot alone.
type Options struct {
	// Kryo is the generation of Kryo values whose snapshot does not say it.
	Kryo KryoGeneration
	// KryoClasses describes classes that Kryo writes field by field. It must not change afterwards.
	KryoClasses *KryoClasses
	// Registry describes what else no snapshot does.
	Registry *Registry
	// Strict says that values which do not fit the descriptions of KryoClasses are corrupt (MisfitError), not opaque.
	Strict bool
}

type (
	// KryoObject is a value that Kryo wrote and that no scalar says in full: its graph and its bytes. Graph is made of
	// plain values, Objects and Refs.
	KryoObject struct {
		Graph Value
		Bytes []byte

		objects []Value // by Kryo's number
	}
	// Object is an instance of a class that travels with its value.
	Object struct {
		Class string
		// Names and Values are the fields of a class that is described, or of one of the JDK with several parts.
		Names  []string
		Values []Value
		// Value is what other classes hold, where Names is nil: a List, a Map, text …
		Value Value
		// Comparator is that of a sorted collection; nil: natural order.
		Comparator Value
	}
	// Ref is an object that began before in the same value: Kryo's number of it, from 0. Kryo numbers everything but
	// null and boxes; since 5.6 no enums either.
	Ref int32
)

// kryoTypes is what a Kryo serializer knows about classes. It is immutable once built.
type kryoTypes struct {
	generation KryoGeneration
	declared   *kryoClass // what the serializer was made for
	// ids by the first id of registrations: 85 in clusters, 10 (2.24) or 9 (5.6) in programs without Flink's own
	// registrations.
	ids, low2, low5 []*kryoClass
	own             map[string]*kryoClass // classes with serializers of their own, and described ones
	tolerant        bool                  // a failure to decode may be a fault of descriptions
	strict          bool
}

// Class ids that are always the same.
const (
	kryoFirstJDK = 73 // registered by Flink in every cluster
	kryoFirst    = 85
)

// kryoOf builds the types of a snapshot.
func kryoOf(body *KryoBody, o Options) *Type {
	k := &kryoTypes{generation: body.generation(), own: map[string]*kryoClass{}}
	if k.generation == KryoUnknown {
		k.generation = o.Kryo
	}
	if o.KryoClasses != nil {
		k.tolerant, k.strict = true, o.Strict
		maps.Copy(k.own, o.KryoClasses.classes)
	}
	for _, def := range body.Defaults {
		k.custom(def.Class, "written by a serializer of the job's own")
	}
	for _, def := range body.DefaultClasses {
		k.register(KryoRegistration{Class: def.Class, Kind: kryoClassKind, Serializer: def.Serializer})
	}
	for _, r := range body.Registrations {
		k.register(r)
	}
	k.ids = k.assign(kryoFirst, body.Registrations)
	k.low2 = k.assign(10, body.Registrations)
	k.low5 = k.assign(9, body.Registrations)
	k.declared = k.class(body.Type)
	t := &Type{Kind: KindKryo, Class: body.Type, kryo: k}
	if k.declared.form == formUnknown && !holdsKnown(body.Type) {
		t.Reason = k.declared.reason
	}
	return t
}

// holdsKnown says whether values of a class without a form of its own may be instances of classes that have one: of
// interfaces and abstract classes of the platform.
func holdsKnown(class string) bool {
	return strings.HasPrefix(class, "java.") || strings.HasPrefix(class, "scala.")
}

// register notes a serializer that the job chose for a class.
func (k *kryoTypes) register(r KryoRegistration) {
	back := "" // why a description was taken back
	if c := k.own[r.Class]; c != nil && c.described() {
		return
	} else if c != nil {
		back = c.reason
	}
	switch r.Kind {
	case kryoClassKind:
		switch short := r.Serializer[strings.LastIndexAny(r.Serializer, ".$")+1:]; short {
		case "ProtobufSerializer", "TBaseSerializer":
			k.own[r.Class] = &kryoClass{name: r.Class, form: formMessage, reason: back}
		case "JavaSerializer":
			k.own[r.Class] = &kryoClass{name: r.Class, form: formJava}
		default:
			k.custom(r.Class, cmp.Or(back, "written by "+r.Serializer))
		}
	case kryoInstance:
		k.custom(r.Class, cmp.Or(back, "written by a serializer of the job's own"))
	}
}

func (k *kryoTypes) custom(class, reason string) {
	k.own[class] = &kryoClass{name: class, form: formUnknown, reason: reason}
}

// assign gives class ids: those of Kryo itself, of Flink, and from first on the registrations in order. A class that has
// an id keeps it, unless a serializer is registered for it.
func (k *kryoTypes) assign(first int, regs []KryoRegistration) []*kryoClass {
	ids := make([]*kryoClass, 0, first+len(regs))
	known := map[string]int{}
	for i := range first {
		name := kryoFixed(i, first)
		if name == "" {
			ids = append(ids, nil)
			continue
		}
		known[name] = i
		ids = append(ids, k.class(name))
	}
	maps.Copy(known, kryoBoxes)
	for _, r := range regs {
		if _, has := known[r.Class]; has && r.Kind == kryoUnspecified {
			continue
		}
		known[r.Class] = len(ids)
		ids = append(ids, k.class(r.Class))
	}
	return ids
}

// idOf returns the class id of a class in a cluster; -1 if it is written by name.
func (k *kryoTypes) idOf(class string) int {
	if id, ok := kryoBoxes[class]; ok && k.ids[id] != nil {
		return id
	}
	for i := len(k.ids) - 1; i >= 0; i-- {
		if c := k.ids[i]; c != nil && c.name == class {
			return i
		}
	}
	return -1
}

// class returns the class of a name; never nil.
func (k *kryoTypes) class(name string) *kryoClass {
	if c := k.own[name]; c != nil {
		return c
	}
	if c := kryoKnown[name]; c != nil {
		return c
	}
	return k.derived(name)
}

// lookup is class for bytes, which it does not keep.
func (k *kryoTypes) lookup(name []byte) *kryoClass {
	if c := k.own[string(name)]; c != nil {
		return c
	}
	if c := kryoKnown[string(name)]; c != nil {
		return c
	}
	return k.derived(string(name))
}

// derived makes classes that names alone tell: arrays and Scala's objects; others are not known.
func (k *kryoTypes) derived(name string) *kryoClass {
	const deepest = 255 // of arrays in Java
	if dims := len(name) - len(strings.TrimLeft(name, "[")); dims > 0 && dims <= deepest {
		if c := k.array(name, dims); c != nil {
			return c
		}
	}
	if c := scalaClass(name); c != nil {
		return c
	}
	return &kryoClass{name: name, form: formUnknown, reason: "written by Kryo field by field; its fields are not described"}
}

// array makes the class of an array by its JVM name.
func (k *kryoTypes) array(name string, dims int) *kryoClass {
	if c := kryoPrimitives[name[dims:]]; c != nil {
		return arrayOf(c, dims-1)
	}
	inner := name[dims:]
	if len(inner) < 3 || inner[0] != 'L' || inner[len(inner)-1] != ';' {
		return nil
	}
	return arrayOf(k.class(inner[1:len(inner)-1]), dims)
}

func arrayOf(c *kryoClass, dims int) *kryoClass {
	for range dims {
		name := "[" + c.name
		if c.name == "" || c.name[0] != '[' {
			name = "[L" + c.name + ";"
		}
		c = &kryoClass{name: name, form: formArray, elem: c, final: c.final}
	}
	return c
}
