package serializer

import "strings"

// Columnar returns the type whose columns hold values of t where the bytes of t are not walked into columns: the fields of
// a Protobuf message; of a Kryo serializer the class that it was made for, if that is one of the platform with a column of
// its own, or is described. Nil: t has other columns. Parts that have no type are of KindKryo.
func (t *Type) Columnar() *Type {
	switch {
	case t.Undecodable():
		return nil
	case t.Kind == KindProtobuf:
		return t.Elems[0]
	case t.Kind != KindKryo:
		return nil
	}
	if s := columnScalar(t.Class); s != nil {
		return s
	}
	if c := t.kryo.declared; c != nil && c.described() {
		b := columnBuilder{kryo: t.kryo, made: map[*kryoClass]*Type{}}
		if of := b.class(c, nil); of.Kind != KindKryo {
			return of
		}
	}
	return nil
}

// columnScalar is ScalarOf, and text for UUIDs.
func columnScalar(class string) *Type {
	if class == "java.util.UUID" {
		return scalar(KindString)
	}
	return ScalarOf(class)
}

// columnBuilder makes the types of described classes. Those that refer to themselves make types that do.
type columnBuilder struct {
	kryo  *kryoTypes
	made  map[*kryoClass]*Type
	depth int
}

// withClass is what has no column: its class travels with it.
func withClass() *Type { return &Type{Kind: KindKryo, Class: "java.lang.Object", kryo: &kryoTypes{}} }

// class is the type of instances of c, declared with the given arguments.
func (b *columnBuilder) class(c *kryoClass, args []*kryoDeclared) *Type {
	if s := columnScalar(c.name); s != nil {
		return s
	}
	if k, ok := columnPrimitives[c.form]; ok {
		return scalar(k)
	}
	switch c.form {
	case formMessage:
		switch {
		case c.message != nil:
			return c.message.image
		case c.avro != nil:
			return c.avro.t.Elems[0]
		}
	case formEnum:
		if c.labels != nil {
			return &Type{Kind: KindEnum, Class: c.name, Symbols: c.labels}
		}
	case formArray:
		return b.array(c, nil)
	case formFields, formRecord:
		if c.described() {
			return b.fields(c, args)
		}
	case formOptional:
		return b.argument(args, 0)
	}
	switch {
	case columnLists[c.name]:
		return &Type{Kind: KindArray, Elems: []*Type{b.argument(args, 0)}}
	case columnMaps[c.name]:
		return &Type{Kind: KindMap, Elems: []*Type{b.argument(args, 0), b.argument(args, 1)}}
	}
	return withClass()
}

func (b *columnBuilder) array(c *kryoClass, elemArgs []*kryoDeclared) *Type {
	if k, ok := columnArrays[c.name]; ok {
		return scalar(k)
	}
	return &Type{Kind: KindArray, Elems: []*Type{b.class(c.elem, elemArgs)}}
}

func (b *columnBuilder) fields(c *kryoClass, args []*kryoDeclared) *Type {
	if t := b.made[c]; t != nil && len(c.params) == 0 {
		return t
	}
	if b.depth++; b.depth > maxDeclaredDepth { // of ever deeper arguments
		b.depth--
		return withClass()
	}
	t := &Type{Kind: KindRecord, Class: c.name}
	b.made[c] = t
	for i, d := range c.desc.types {
		t.Fields = append(t.Fields, c.desc.names[i])
		t.Elems = append(t.Elems, b.declared(d, args))
	}
	b.depth--
	return t
}

// declared is the type of what a declared type can hold.
func (b *columnBuilder) declared(d *kryoDeclared, args []*kryoDeclared) *Type {
	if d != nil && d.variable >= 0 {
		if d = argument(args, d.variable); d != nil && d.variable >= 0 {
			d = nil
		}
	}
	if d != nil && columnWritten[d.word] != KindInvalid {
		return scalar(columnWritten[d.word])
	}
	switch {
	case d == nil || d.class == nil || d.bounded:
		return withClass()
	case d.array:
		return b.array(d.class, bindAll(d.elemArgs, args))
	}
	return b.class(d.class, bindAll(d.args, args))
}

func (b *columnBuilder) argument(args []*kryoDeclared, i int) *Type {
	return b.declared(argument(args, i), nil)
}

// bindAll puts the arguments of the class around in the place of its variables.
func bindAll(own, args []*kryoDeclared) []*kryoDeclared {
	bound := make([]*kryoDeclared, len(own))
	for i, d := range own {
		if bound[i] = d; d == nil {
			continue
		}
		if d.variable >= 0 {
			bound[i] = argument(args, d.variable)
			continue
		}
		if len(d.args) > 0 {
			c := *d
			c.args = bindAll(d.args, args)
			bound[i] = &c
		}
	}
	return bound
}

var columnPrimitives = map[kryoForm]Kind{formInt: KindInt, formLong: KindLong, formShort: KindShort, formChar: KindChar, formFloat: KindFloat,
	formDouble: KindDouble, formByte: KindByte, formBoolean: KindBoolean}

var columnArrays = map[string]Kind{"[Z": KindBooleanArray, "[B": KindByteArray, "[S": KindShortArray, "[C": KindCharArray, "[I": KindIntArray,
	"[J": KindLongArray, "[F": KindFloatArray, "[D": KindDoubleArray}

// Collections by the declared class; what a value's own class is does not show.
var (
	columnLists = namesOf("java.lang.Iterable java.util.Collection java.util.List java.util.Set java.util.SortedSet java.util.NavigableSet " +
		"java.util.Queue java.util.Deque java.util.ArrayList java.util.LinkedList java.util.Vector java.util.HashSet java.util.LinkedHashSet " +
		"java.util.TreeSet java.util.ArrayDeque java.util.PriorityQueue")
	columnMaps = namesOf("java.util.Map java.util.SortedMap java.util.NavigableMap java.util.concurrent.ConcurrentMap java.util.HashMap " +
		"java.util.LinkedHashMap java.util.TreeMap java.util.Hashtable java.util.concurrent.ConcurrentHashMap")
)

// Resolve returns the object that a Ref in the graph means; nil if there is none.
func (o KryoObject) Resolve(r Ref) Value {
	if int(r) < len(o.objects) {
		return o.objects[r]
	}
	return nil
}

func namesOf(list string) map[string]bool {
	m := map[string]bool{}
	for name := range strings.FieldsSeq(list) {
		m[name] = true
	}
	return m
}
