package serializer

import (
	"strconv"
	"strings"
)

// scalaIDs are the class ids behind Kryo's own, where Flink's registrations of Scala classes are loaded.
var scalaIDs = makeScalaIDs()

func makeScalaIDs() (ids []string) {
	list := func(prefix, names string) {
		for n := range strings.FieldsSeq(names) {
			ids = append(ids, prefix+n)
		}
	}
	const immutable, mutable, wrappers = "scala.collection.immutable.", "scala.collection.mutable.", "scala.collection.convert.Wrappers$"
	list(wrappers, "SeqWrapper IteratorWrapper MapWrapper JListWrapper JMapWrapper")
	list("scala.", "Some util.Left util.Right")
	list(immutable, "Vector Set$Set1 Set$Set2 Set$Set3 Set$Set4 HashSet$HashTrieSet Map$Map1 Map$Map2 Map$Map3 Map$Map4 HashMap$HashTrieMap Range$Inclusive NumericRange$Inclusive NumericRange$Exclusive")
	list(mutable, "BitSet HashMap HashSet")
	list(wrappers, "IterableWrapper")
	for n := 1; n <= 22; n++ {
		ids = append(ids, scalaTuple+strconv.Itoa(n))
	}
	list(scalaTuple, "1$mcJ$sp 1$mcI$sp 1$mcD$sp")
	list(scalaTuple, "2$mcJJ$sp 2$mcJI$sp 2$mcJD$sp 2$mcIJ$sp 2$mcII$sp 2$mcID$sp 2$mcDJ$sp 2$mcDI$sp 2$mcDD$sp")
	list("scala.", "Symbol reflect.ClassTag runtime.BoxedUnit")
	return ids
}

const scalaTuple = "scala.Tuple"

// addScala adds the Scala classes that Flink's registrations write in a form of their own.
func addScala(m map[string]*kryoClass) {
	add := func(form kryoForm, prefix, names string) {
		for n := range strings.FieldsSeq(names) {
			m[prefix+n] = &kryoClass{name: prefix + n, form: form}
		}
	}
	const immutable, mutable = "scala.collection.immutable.", "scala.collection.mutable."
	add(formScalaOne, "scala.", "Some util.Left util.Right")
	add(formScalaList, immutable, "Vector $colon$colon Nil$ Queue ListSet Set$Set1 Set$Set2 Set$Set3 Set$Set4 HashSet HashSet$HashSet1 HashSet$HashTrieSet")
	add(formScalaList, mutable, "ListBuffer ArrayBuffer BitSet HashSet LinkedHashSet Queue")
	add(formScalaMap, immutable, "ListMap Map$EmptyMap$ Map$Map1 Map$Map2 Map$Map3 Map$Map4 HashMap HashMap$HashMap1 HashMap$HashTrieMap")
	add(formScalaMap, mutable, "HashMap LinkedHashMap")
	add(formEmptyList, immutable, "Set$EmptySet$")
	add(formScalaSorted, immutable, "TreeSet")
	add(formScalaSortedMap, immutable, "TreeMap")
	add(formScalaBits, immutable, "BitSet$BitSet1 BitSet$BitSet2 BitSet$BitSetN")
	add(formScalaArray, mutable, "WrappedArray$ofRef WrappedArray$ofInt WrappedArray$ofLong WrappedArray$ofDouble WrappedArray$ofFloat WrappedArray$ofByte WrappedArray$ofShort WrappedArray$ofChar WrappedArray$ofBoolean")
	add(formScalaEnum, "scala.", "Enumeration$Val")
	add(formText, "scala.", "Symbol util.matching.Regex")
	add(formNothing, "scala.", "runtime.BoxedUnit")
	for n := 1; n <= 22; n++ {
		name := scalaTuple + strconv.Itoa(n)
		m[name] = &kryoClass{name: name, form: formScalaTuple, size: n}
	}
	for _, id := range scalaIDs {
		if c := m[id]; c != nil {
			c.always = true
		}
		if fixed, ok := strings.CutSuffix(id, "$sp"); ok && strings.HasPrefix(id, scalaTuple) {
			m[id] = &kryoClass{name: id, form: formScalaFixed, letters: fixed[strings.Index(fixed, "$mc")+3:], always: true}
		}
	}
}

// scalaClass returns the class of a Scala object, which has no content.
func scalaClass(name string) *kryoClass {
	if strings.HasPrefix(name, "scala.") && strings.HasSuffix(name, "$") {
		return &kryoClass{name: name, form: formNothing}
	}
	return nil
}

// scala reads what Flink's Scala registrations write. Those of 2.x are only of the classes that have ids.
func (r *kryoReader) scala(c *kryoClass) Value {
	switch {
	case !r.five || c.always:
	case strings.HasSuffix(c.name, "$"): // an object without fields
		return r.object(c, nil)
	default:
		r.opaque(r.p, c.name, "written by Kryo field by field; its fields are not described")
		return nil
	}
	switch c.form {
	case formScalaOne:
		return r.object(c, r.value(nil))
	case formScalaTuple:
		return r.product(c, c.size, func(int) Value { return r.value(nil) })
	case formScalaFixed:
		return r.product(c, len(c.letters), func(i int) Value { return r.raw(c.letters[i]) })
	case formScalaList, formScalaSorted:
		n := r.length(1)
		var ordering Value
		if c.form == formScalaSorted {
			ordering = r.value(nil)
		}
		return r.elements(c, n, nil, nil, ordering)
	case formScalaMap, formScalaSortedMap:
		return r.scalaMap(c)
	case formScalaBits:
		return r.scalaBits(c)
	case formScalaEnum:
		enum := r.value(nil)
		o, _ := enum.(Object)
		v := r.object(c, Enum{Index: int32(r.fixed(4))})
		if v != nil && o.Class != "" {
			return Object{Class: o.Class, Value: v.(Object).Value}
		}
		return v
	}
	r.instance(kryoKnown["java.lang.Class"], nil, false) // of the components: the array names it too
	return r.object(c, r.value(nil))
}

// product is the fields of a tuple.
func (r *kryoReader) product(c *kryoClass, n int, field func(int) Value) Value {
	var values []Value
	for i := 0; i < n && r.err == nil; i++ {
		if v := field(i); r.build {
			values = append(values, v)
		}
	}
	if r.err != nil || !r.build {
		return nil
	}
	names := make([]string, n)
	for i := range names {
		names[i] = "_" + strconv.Itoa(i+1)
	}
	return Object{Class: c.name, Names: names, Values: values}
}

// raw reads a primitive of fixed width.
func (r *kryoReader) raw(letter byte) Value {
	switch letter {
	case 'J':
		return boxed(r, int64(r.fixed(8)))
	case 'I':
		return boxed(r, int32(r.fixed(4)))
	}
	return r.box(formDouble)
}

// scalaMap reads a map, whose entries are pairs.
func (r *kryoReader) scalaMap(c *kryoClass) Value {
	n := r.length(1)
	var ordering Value
	if c.form == formScalaSortedMap {
		ordering = r.value(nil)
	}
	var m Map
	for i := 0; i < n && r.err == nil; i++ {
		at := r.p
		v := r.resolved(r.value(nil))
		if !r.build || r.err != nil {
			continue
		}
		pair, ok := v.(Object)
		if !ok || len(pair.Values) != 2 {
			r.corrupt(at, "an entry of a map is no pair")
			return nil
		}
		m = append(m, MapEntry{pair.Values[0], pair.Values[1]})
	}
	return r.collected(c, m, ordering)
}

// scalaBits reads a set of numbers, each as the distance to the one before.
func (r *kryoReader) scalaBits(c *kryoClass) Value {
	n := r.length(1)
	if n > 0 {
		r.uvarint() // the largest
	}
	var list List
	last := uint32(0)
	for i := 0; i < n && r.err == nil; i++ {
		if last += r.uvarint(); r.build {
			list = append(list, int32(last))
		}
	}
	return r.object(c, list)
}
