package serializer

import (
	"ckpt/internal/javaio"
	"ckpt/internal/javaobj"
)

// maxJavaSerializers bounds the serializers taken from one object graph, which may be shared and cyclic.
const maxJavaSerializers = 1 << 14

const pojoSerializer = pkgJava + "PojoSerializer"

func shapeOf(o *javaobj.Object) (javaShape, bool) {
	if shape, ok := javaShapes[o.Class()]; ok {
		return shape, true
	}
	switch {
	case isCaseClass(o):
		return caseShape, true
	case o.Extends(pkgJava + "TupleSerializerBase"):
		return tupleShape, true
	case o.Extends(pkgScalaOld + "TraversableSerializer"), o.Extends(pkgScala + "TraversableSerializer"):
		return manyShape, true
	}
	return javaShape{}, false
}

// fromJava makes a snapshot of a serializer object: Class is the serializer's, and Modern puts it into today's words.
// What is no serializer that is known gives an Unknown one.
func fromJava(v javaobj.Value) *Snapshot {
	g := javaGraph{left: maxJavaSerializers}
	return g.snapshot(v, 0)
}

// javaGraph walks one object graph.
type javaGraph struct{ left int }

func (g *javaGraph) snapshot(v javaobj.Value, depth int) *Snapshot {
	o, _ := v.(*javaobj.Object)
	s := &Snapshot{Class: o.Class(), Version: -1, Outer: -1, Java: o, Legacy: true}
	if g.left--; o == nil || g.left < 0 || depth >= maxSnapshotDepth {
		s.Unknown = true
		return s
	}
	if o.Class() == pojoSerializer {
		body := g.pojo(o, depth+1)
		if s.Unknown = body == nil; body != nil {
			s.Body = body
		}
		return s
	}
	shape, ok := shapeOf(o)
	if !ok {
		s.Unknown = withoutParameters(o.Class()) == nil
		return s
	}
	for _, name := range shape.nested {
		v, _ := o.Field(name)
		if a, ok := v.(*javaobj.Array); ok {
			for _, v := range a.Values {
				s.Nested = append(s.Nested, g.snapshot(v, depth+1))
			}
			continue
		}
		s.Nested = append(s.Nested, g.snapshot(v, depth+1))
	}
	if shape.body != nil {
		s.Body = shape.body(o)
	}
	return s
}

// javaToday is Modern of what fromJava made.
func (s *Snapshot) javaToday() *Snapshot {
	if s.Class == pojoSerializer {
		return s.today(pkgJava+"PojoSerializerSnapshot", -1)
	}
	if shape, ok := shapeOf(s.Java); ok {
		return s.today(shape.today, shape.outer)
	}
	if m := withoutParameters(s.Class); m != nil {
		m.Java, m.Legacy = s.Java, true
		return m
	}
	return s
}

// pojo reads a PojoSerializer. The names of its fields are in what its writeObject added: block data n:i32, then for each
// field the declaring Class and block data name:utf. Nil if names and serializers do not match.
func (g *javaGraph) pojo(o *javaobj.Object, depth int) *PojoBody {
	body := &PojoBody{Class: className(o, "clazz"), Fields: pojoFields(o)}
	types, ok := field[*javaobj.Array](o, "fieldSerializers")
	if !ok || len(types.Values) != len(body.Fields) {
		return nil
	}
	for i, v := range types.Values {
		body.Fields[i].Snapshot = g.snapshot(v, depth)
	}
	serializers, _ := field[*javaobj.Array](o, "registeredSerializers")
	classes, _ := o.Field("registeredClasses")
	for i, e := range mapEntries(classes) {
		sub := NamedSnapshot{Name: nameOf(e.key)}
		if serializers != nil && i < len(serializers.Values) {
			sub.Snapshot = g.snapshot(serializers.Values[i], depth)
		}
		body.Registered = append(body.Registered, sub)
	}
	return body
}

func pojoFields(o *javaobj.Object) (fields []PojoField) {
	declaring := ""
	for _, v := range annotation(o, pojoSerializer) {
		switch v := v.(type) {
		case *javaobj.Class:
			declaring = nameOf(v)
		case javaobj.Block:
			r := javaio.NewReader(v, 0)
			if declaring == "" {
				r.Int32() // the number of fields, before the first
				continue
			}
			fields = append(fields, PojoField{Name: r.UTF(), Declaring: declaring})
		}
	}
	return fields
}

// annotation returns what the writeObject method of the given class added.
func annotation(o *javaobj.Object, class string) []javaobj.Value {
	for _, d := range o.Data {
		if d.Desc.Name == class {
			return d.Annotation
		}
	}
	return nil
}

type mapEntry struct{ key, value javaobj.Value }

// mapEntries returns the entries of a HashMap or LinkedHashMap in stored order: keys and values alternate behind block
// data with capacity and size.
func mapEntries(v javaobj.Value) (entries []mapEntry) {
	o, _ := v.(*javaobj.Object)
	if o == nil {
		return nil
	}
	items := objectsIn(annotation(o, "java.util.HashMap"))
	for i := 0; i+1 < len(items); i += 2 {
		entries = append(entries, mapEntry{items[i], items[i+1]})
	}
	return entries
}

// setElements returns the elements of a HashSet or LinkedHashSet in stored order.
func setElements(v javaobj.Value) []javaobj.Value {
	o, _ := v.(*javaobj.Object)
	if o == nil {
		return nil
	}
	return objectsIn(annotation(o, "java.util.HashSet"))
}

func objectsIn(annotation []javaobj.Value) (items []javaobj.Value) {
	for _, v := range annotation {
		if _, ok := v.(javaobj.Block); !ok {
			items = append(items, v)
		}
	}
	return items
}

// nameOf returns the name of a Class object, or a string.
func nameOf(v javaobj.Value) string {
	switch v := v.(type) {
	case *javaobj.Class:
		if v.Desc != nil {
			return v.Desc.Name
		}
	case string:
		return v
	}
	return ""
}

func className(o *javaobj.Object, name string) string {
	v, _ := o.Field(name)
	return nameOf(v)
}
