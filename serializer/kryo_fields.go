package serializer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ckpt/internal/javaio"
)

// KryoForm says how Kryo writes a described class.
type KryoForm uint8

const (
	KryoFields   KryoForm = iota // field by field
	KryoRecord                   // a Java record: since 5.6
	KryoEnum                     // by ordinal
	KryoList                     // a subclass of a collection: its fields are not written
	KryoMap                      // a subclass of a map
	KryoJava                     // by Java serialization: exceptions
	KryoProtobuf                 // a length and a Protobuf message: Message
	KryoWritten                  // by a serializer of the job's own: Fields in its order, their types as in kryo_written.go
	KryoAvro                     // a length and a record in Avro's own encoding: Avro
)

// KryoClass describes a class that Kryo writes without saying how.
type KryoClass struct {
	Name string
	Form KryoForm
	// Fields are the instance fields of the class and its superclasses that are neither static nor transient, in any
	// order; of equal names the subclass's comes first.
	Fields []KryoField
	// Params are the names of the class's type variables.
	Params []string
	// Final says that the class is final: where it is declared it is never written. Records always are.
	Final   bool
	Symbols []string // enum: the constants by ordinal
	Message *Message
	Avro    *AvroSchema
}

// KryoField is a field and its declared type as Java spells it: int, java.lang.String[], java.util.List<java.lang.Long>,
// a type variable. Nested classes are spelled with $.
type KryoField struct {
	Name, Type string
	// Inherited says that a superclass declares the field with one of its type variables, which Type shows bound. Kryo 2
	// does not look through that.
	Inherited bool
}

// KryoClasses are descriptions that fit together.
type KryoClasses struct{ classes map[string]*kryoClass }

// NewKryoClasses checks descriptions and joins them.
func NewKryoClasses(all ...KryoClass) (*KryoClasses, error) {
	return newKryoClasses(&KryoClasses{classes: map[string]*kryoClass{}}, all)
}

// Without returns descriptions that show some classes as they are without theirs, and the reason for that.
func (k *KryoClasses) Without(names []string, reason string) *KryoClasses {
	less := &KryoClasses{classes: map[string]*kryoClass{}}
	var all []KryoClass
	for name, c := range k.classes {
		switch {
		case slices.Contains(names, name):
			less.classes[name] = &kryoClass{name: name, form: formUnknown, reason: reason}
		case c.described():
			all = append(all, *c.source)
		default:
			less.classes[name] = c
		}
	}
	less, err := newKryoClasses(less, all)
	if err != nil {
		panic(err) // they were right before
	}
	return less
}

// Described returns the names of the classes that are described, sorted.
func (k *KryoClasses) Described() (names []string) {
	for name, c := range k.classes {
		if c.described() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func newKryoClasses(k *KryoClasses, all []KryoClass) (*KryoClasses, error) {
	for i := range all {
		c := &all[i]
		if c.Name == "" || k.classes[c.Name] != nil {
			return nil, fmt.Errorf("class %q is described twice, or has no name", c.Name)
		}
		form := [...]kryoForm{KryoFields: formFields, KryoRecord: formRecord, KryoEnum: formEnum, KryoList: formList, KryoMap: formMap, KryoJava: formJava, KryoProtobuf: formMessage, KryoAvro: formMessage, KryoWritten: formFields}
		if int(c.Form) >= len(form) {
			return nil, fmt.Errorf("class %s: form %d", c.Name, c.Form)
		}
		if (c.Form == KryoProtobuf) != (c.Message != nil) || (c.Form == KryoAvro) != (c.Avro != nil) {
			return nil, fmt.Errorf("class %s: a message is described for form protobuf, a schema for form avro, and for no others", c.Name)
		}
		k.classes[c.Name] = &kryoClass{name: c.Name, form: form[c.Form], source: c, params: c.Params, labels: c.Symbols,
			final: c.Final || c.Form == KryoRecord || c.Form == KryoEnum}
		switch made := k.classes[c.Name]; {
		case c.Message != nil:
			made.message, made.final = c.Message.root, true
		case c.Avro != nil:
			made.avro = Compile(c.Avro.Binary(NoLength)).root
		}
	}
	for _, c := range k.classes {
		if err := c.link(k.lookup); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// lookup returns a class that is described or known, else one that is not.
func (k *KryoClasses) lookup(name string) *kryoClass {
	return (&kryoTypes{own: k.classes}).class(name)
}

// link resolves the declared types of fields.
func (c *kryoClass) link(class func(string) *kryoClass) error {
	if c.form != formFields && c.form != formRecord && c.form != formAtomic {
		return nil
	}
	if c.source.Form == KryoWritten {
		return c.written(class)
	}
	c.desc = &kryoFields{names: []string{}} // a class without fields is no plain value
	fields := slices.Clone(c.source.Fields)
	slices.SortStableFunc(fields, func(a, b KryoField) int { return compareUnits(a.Name, b.Name) })
	for _, f := range fields {
		p := declaredParser{s: f.Type, params: c.params, class: class}
		d, err := p.parse()
		if err != nil {
			return fmt.Errorf("class %s: field %s: %w", c.name, f.Name, err)
		}
		d.inherited = f.Inherited
		c.desc.names = append(c.desc.names, f.Name)
		c.desc.types = append(c.desc.types, d)
	}
	return nil
}

// compareUnits compares strings by UTF-16 units, as Java does.
func compareUnits(a, b string) int {
	if isASCII(a) && isASCII(b) {
		return strings.Compare(a, b)
	}
	units := func(s string) (all []uint16) {
		javaio.Units(s, func(u uint16) { all = append(all, u) })
		return all
	}
	return slices.Compare(units(a), units(b))
}

// kryoFields are the fields of a class in the order of their bytes.
type kryoFields struct {
	names []string
	types []*kryoDeclared
}

// kryoDeclared is a declared type.
type kryoDeclared struct {
	class     *kryoClass // nil: a type variable or unknown
	variable  int        // index of the type variable; -1: none
	args      []*kryoDeclared
	bounded   bool // ? extends, ? super: known since 5.6
	array     bool // class is an array of elem's class with arguments
	prim      bool
	inherited bool            // by a class that binds its type variable: known since 5.6
	elemArgs  []*kryoDeclared // array: the arguments of its components
	word      string          // of a serializer of the job's own: what it calls
}

// declaredParser reads a declared type.
type declaredParser struct {
	s      string
	p      int
	depth  int
	params []string
	class  func(string) *kryoClass
}

const maxDeclaredDepth = 32

func (p *declaredParser) parse() (*kryoDeclared, error) {
	d, err := p.typ()
	if err == nil && p.space() < len(p.s) {
		err = fmt.Errorf("%q is no type: %q is left over", p.s, p.s[p.p:])
	}
	return d, err
}

func (p *declaredParser) space() int {
	for p.p < len(p.s) && p.s[p.p] == ' ' {
		p.p++
	}
	return p.p
}

func (p *declaredParser) typ() (*kryoDeclared, error) {
	if p.depth++; p.depth > maxDeclaredDepth {
		return nil, fmt.Errorf("%.40q is nested more than %d deep", p.s, maxDeclaredDepth)
	}
	defer func() { p.depth-- }()
	if strings.HasPrefix(p.s[p.space():], "?") {
		return p.wildcard()
	}
	from := p.p
	for p.p < len(p.s) && strings.IndexByte("<>,[] ?", p.s[p.p]) < 0 {
		p.p++
	}
	name := p.s[from:p.p]
	if name == "" {
		return nil, fmt.Errorf("%q is no type", p.s)
	}
	d := &kryoDeclared{variable: slices.Index(p.params, name)}
	if d.variable < 0 {
		d.class = p.class(name)
		d.prim = kryoPrimitiveForm(name) != formUnknown
	}
	if p.space() < len(p.s) && p.s[p.p] == '<' {
		for p.p < len(p.s) && p.s[p.p] != '>' {
			p.p++
			arg, err := p.typ()
			if err != nil {
				return nil, err
			}
			d.args = append(d.args, arg)
			if p.space(); p.p >= len(p.s) || p.s[p.p] != ',' && p.s[p.p] != '>' {
				return nil, fmt.Errorf("%q is no type: > is missing", p.s)
			}
		}
		p.p++
	}
	return p.dims(d)
}

// wildcard reads ?, ? extends T and ? super T.
func (p *declaredParser) wildcard() (*kryoDeclared, error) {
	p.p++
	rest := p.s[p.space():]
	for _, word := range []string{"extends ", "super "} {
		if !strings.HasPrefix(rest, word) {
			continue
		}
		p.p += len(word)
		d, err := p.typ()
		if err != nil {
			return nil, err
		}
		c := *d
		c.bounded = true
		return &c, nil
	}
	return &kryoDeclared{variable: -1}, nil
}

// dims reads the brackets of an array.
func (p *declaredParser) dims(d *kryoDeclared) (*kryoDeclared, error) {
	for strings.HasPrefix(p.s[p.space():], "[") {
		if !strings.HasPrefix(p.s[p.p:], "[]") {
			return nil, fmt.Errorf("%q is no type: ] is missing", p.s)
		}
		p.p += 2
		a := &kryoDeclared{variable: -1, array: true, elemArgs: d.args}
		switch {
		case d.class == nil: // of a type variable: the class stands in the value
		case d.prim:
			a.class = kryoPrimitives[kryoLetter(d.class.name)]
		default:
			a.class = arrayOf(d.class, 1)
		}
		d = a
	}
	return d, nil
}

func kryoLetter(primitive string) string {
	for letter, c := range kryoPrimitives {
		if c.elem.name == primitive {
			return letter
		}
	}
	return ""
}

func kryoPrimitiveForm(name string) kryoForm {
	for _, c := range kryoPrimitives {
		if c.elem.name == name {
			return c.elem.form
		}
	}
	return formUnknown
}

// addKryoFields adds classes of the platform and of Flink that the field serializer writes.
func addKryoFields(m map[string]*kryoClass) {
	describe := func(form kryoForm, final bool, name, params string, fields ...string) {
		src := &KryoClass{Name: name}
		for i := 0; i < len(fields); i += 2 {
			src.Fields = append(src.Fields, KryoField{Name: fields[i], Type: fields[i+1]})
		}
		c := &kryoClass{name: name, form: form, final: final, source: src, params: strings.Fields(params)}
		m[name] = c
	}
	const atomic, types = "java.util.concurrent.atomic.", "org.apache.flink.types."
	describe(formAtomic, false, atomic+"AtomicInteger", "", "value", "int")
	describe(formAtomic, false, atomic+"AtomicLong", "", "value", "long")
	describe(formAtomic, false, atomic+"AtomicBoolean", "", "value", "int")
	describe(formAtomic, false, atomic+"AtomicReference", "V", "value", "V")
	describe(formFields, false, "java.util.AbstractMap$SimpleEntry", "K V", "key", "K", "value", "V")
	describe(formFields, false, "java.util.AbstractMap$SimpleImmutableEntry", "K V", "key", "K", "value", "V")
	describe(formFields, false, types+"Row", "", "fieldByName", "java.util.Map<java.lang.String,java.lang.Object>", "fieldByPosition", "java.lang.Object[]",
		"kind", types+"RowKind", "positionByName", "java.util.LinkedHashMap<java.lang.String,java.lang.Integer>")
	for n := 1; n <= 25; n++ {
		var params []string
		var fields []string
		for i := range n {
			params = append(params, "T"+strconv.Itoa(i))
			fields = append(fields, "f"+strconv.Itoa(i), "T"+strconv.Itoa(i))
		}
		describe(formFields, false, tupleClass+strconv.Itoa(n), strings.Join(params, " "), fields...)
	}
	describe(formFields, false, tupleClass+"0", "")
	for _, c := range m {
		if c.source == nil {
			continue
		}
		if err := c.link(func(name string) *kryoClass {
			if c := m[name]; c != nil {
				return c
			}
			return &kryoClass{name: name, form: formUnknown}
		}); err != nil {
			panic(err)
		}
		c.source = nil
	}
}

const tupleClass = "org.apache.flink.api.java.tuple.Tuple"

// fields reads an instance of a class that is written field by field. args are the arguments of its declared type.
func (r *kryoReader) fields(c *kryoClass, args []*kryoDeclared) Value {
	var values []Value
	if r.build {
		values = make([]Value, 0, len(c.desc.types))
	}
	for _, d := range c.desc.types {
		if r.err != nil {
			return nil
		}
		if v := r.field(d, args); r.build {
			values = append(values, v)
		}
	}
	switch {
	case r.err != nil || !r.build:
		return nil
	case c.form == formAtomic && c.name == "java.util.concurrent.atomic.AtomicBoolean":
		return Object{Class: c.name, Value: values[0] != Value(int32(0))}
	case c.form == formAtomic:
		return Object{Class: c.name, Value: values[0]}
	}
	return Object{Class: c.name, Names: c.desc.names, Values: values}
}

// record reads a record: its components have no type arguments.
func (r *kryoReader) record(c *kryoClass) Value {
	at := r.p
	if !r.five {
		r.opaque(at, c.name, "records cannot be written by Kryo 2")
		return nil
	}
	var values []Value
	for _, d := range c.desc.types {
		if r.err != nil {
			return nil
		}
		plain := *d
		plain.args, plain.elemArgs = nil, nil
		if v := r.field(&plain, nil); r.build {
			values = append(values, v)
		}
	}
	if r.err != nil || !r.build {
		return nil
	}
	return Object{Class: c.name, Names: c.desc.names, Values: values}
}

// field reads what a field of a declared type holds. args are those of the class that declares it.
func (r *kryoReader) field(d *kryoDeclared, args []*kryoDeclared) Value {
	if d == nil || d.inherited && !r.five {
		return r.value(nil)
	}
	if d.word != "" {
		return r.writtenField(d)
	}
	if d.variable >= 0 {
		arg := argument(args, d.variable)
		if of := r.known(arg); of != nil {
			return r.nullable(of, arg.args)
		}
		return r.value(nil)
	}
	switch {
	case d.class == nil:
		return r.value(nil)
	case d.class.undetermined():
		if r.p < len(r.b) && r.b[r.p] == 0 { // null in either form
			return r.value(nil)
		}
		r.undescribed(d.class)
		return nil
	case d.prim:
		return r.box(d.class.form)
	case d.class.final:
		return r.nullable(d.class, r.bound(d.args, args))
	case d.array:
		return r.value(r.bound(d.elemArgs, args))
	}
	return r.value(r.bound(d.args, args))
}

// undetermined says whether it is not known that a declared class is final, which decides whether values name theirs: of
// a class of the job that nothing describes, and of arrays of it.
func (c *kryoClass) undetermined() bool {
	for c.form == formArray {
		c = c.elem
	}
	return c.form == formUnknown && !holdsKnown(c.name)
}

// undescribed says that values declared as c cannot be read.
func (r *kryoReader) undescribed(c *kryoClass) {
	for c.form == formArray {
		c = c.elem
	}
	if r.p >= len(r.b) && !r.whole {
		r.short()
	}
	r.opaque(r.p, c.name, c.reason)
}

// bound puts the arguments of the class in the place of its variables.
func (r *kryoReader) bound(own, args []*kryoDeclared) []*kryoDeclared {
	for i, d := range own {
		if d.variable < 0 {
			continue
		}
		all := append([]*kryoDeclared{}, own[:i]...)
		for _, d := range own[i:] {
			if d.variable >= 0 {
				if d = argument(args, d.variable); d != nil && r.known(d) == nil {
					d = &kryoDeclared{class: d.class, variable: -1} // what is inside is forgotten
				}
			}
			all = append(all, d)
		}
		return all
	}
	return own
}
