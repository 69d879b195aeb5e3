package wellknown

import (
	"fmt"
	"slices"
	"unicode"

	"ckpt/internal/javaio"
	"ckpt/serializer"
)

// codec reads one part of a format as values of one type.
type codec struct {
	typ  *serializer.Type
	read func(in *input) serializer.Value
}

// input is an element that is being read.
type input struct {
	*javaio.Reader
	versions []int32 // of the outermost versioned parts
	depth    int
	payloads int // parts that only this format's connector writes
}

// field is a named part of a record; without a name it is checked and left out.
type field struct {
	name string
	codec
}

func kindOf(k serializer.Kind) *serializer.Type { return &serializer.Type{Kind: k} }

var (
	boolean = codec{kindOf(serializer.KindBoolean), func(in *input) serializer.Value { return in.Bool() }}
	int16s  = codec{kindOf(serializer.KindShort), func(in *input) serializer.Value { return in.Int16() }}
	int32s  = codec{kindOf(serializer.KindInt), func(in *input) serializer.Value { return in.Int32() }}
	int64s  = codec{kindOf(serializer.KindLong), func(in *input) serializer.Value { return in.Int64() }}
	utf     = codec{kindOf(serializer.KindString), func(in *input) serializer.Value { return in.UTF() }}
	bin     = codec{kindOf(serializer.KindByteArray), func(in *input) serializer.Value { return slices.Clone(in.Bin()) }}
	// name is a utf that names something: not empty, all of it printable.
	name = codec{utf.typ, func(in *input) serializer.Value {
		at, s := in.Pos(), in.UTF()
		if in.Err() == nil && (s == "" || !printable(s)) {
			in.FailAt(at, javaio.ErrCorrupt, "%q is no name", s)
		}
		return s
	}}
	// index is an i32 that is not negative.
	index = codec{int32s.typ, func(in *input) serializer.Value {
		at, n := in.Pos(), in.Int32()
		if n < 0 {
			in.FailAt(at, javaio.ErrCorrupt, "%d is negative", n)
		}
		return n
	}}
)

func printable(s string) bool {
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// magic is a number that must stand here.
func magic(want uint32) field {
	return field{"", codec{nil, func(in *input) serializer.Value {
		at, got := in.Pos(), in.Uint32()
		if got != want {
			in.FailAt(at, javaio.ErrCorrupt, "magic number %08x, want %08x", got, want)
		}
		return nil
	}}}
}

// record is its fields one after the other.
func record(fields ...field) codec {
	t := &serializer.Type{Kind: serializer.KindStruct}
	for _, f := range fields {
		if f.name != "" {
			t.Fields, t.Elems = append(t.Fields, f.name), append(t.Elems, f.typ)
		}
	}
	return codec{t, func(in *input) serializer.Value {
		s := serializer.Struct{Type: t, Values: make([]serializer.Value, 0, len(t.Elems))}
		for _, f := range fields {
			v := f.read(in)
			if in.Err() != nil {
				in.InField(f.name)
				return s
			}
			if f.name != "" {
				s.Values = append(s.Values, v)
			}
		}
		return s
	}}
}

// list is a count and that many elements of at least minSize bytes.
func list(minSize int, c codec) codec {
	return codec{listOf(c.typ), func(in *input) serializer.Value {
		n := in.Length(minSize)
		l := make(serializer.List, 0, n)
		for ; n > 0 && in.Err() == nil; n-- {
			l = append(l, c.read(in))
		}
		return l
	}}
}

func listOf(t *serializer.Type) *serializer.Type {
	return &serializer.Type{Kind: serializer.KindList, Elems: []*serializer.Type{t}}
}

func nullable(t *serializer.Type) *serializer.Type {
	if t.Kind == serializer.KindNullable {
		return t
	}
	return &serializer.Type{Kind: serializer.KindNullable, Elems: []*serializer.Type{t}}
}

// optional is a boolean, and where it is true a value.
func optional(c codec) codec {
	return codec{nullable(c.typ), func(in *input) serializer.Value {
		if !in.Bool() {
			return nil
		}
		return c.read(in)
	}}
}

// payload marks what only one connector writes.
func payload(c codec) codec {
	return codec{c.typ, func(in *input) serializer.Value {
		in.payloads++
		return c.read(in)
	}}
}

// maxDepth bounds parts within parts.
const maxDepth = 32

// framed reads c, which is all of the next n bytes.
func (in *input) framed(n int, c codec) serializer.Value {
	at := in.Offset()
	b := in.Bytes(n)
	if in.Err() != nil {
		return nil
	}
	if in.depth >= maxDepth {
		in.Unsupportedf("more than %d parts within parts", maxDepth)
		return nil
	}
	part := input{Reader: javaio.NewReader(b, at), depth: in.depth + 1}
	v := c.read(&part)
	if err := part.Done(); err != nil {
		in.Fail(err)
		return nil
	}
	in.payloads += part.payloads
	if len(in.versions) == 0 {
		in.versions = part.versions
	}
	return v
}

// inBin is a length and all of c.
func inBin(c codec) codec {
	return codec{c.typ, func(in *input) serializer.Value { return in.framed(in.Length(1), c) }}
}

// version is the form of a record in one version of its serializer.
type version struct {
	number int32
	codec
}

// versions is what the versions of a record have in common: the fields of all, null where a version has none.
// Forms that are no records must have one type.
type versions struct {
	typ     *serializer.Type
	forms   []version
	indexes [][]int // of each form: where its fields are in typ; nil: the form's own type is typ
}

func newVersions(forms ...version) *versions {
	v := &versions{forms: forms, indexes: make([][]int, len(forms))}
	first := forms[0].typ
	if len(forms) == 1 || first.Kind != serializer.KindStruct {
		v.typ = first
		return v
	}
	t := &serializer.Type{Kind: serializer.KindStruct}
	count := map[string]int{}
	for i, f := range forms {
		for j, name := range f.typ.Fields {
			at := slices.Index(t.Fields, name)
			if at < 0 {
				at = len(t.Fields)
				t.Fields, t.Elems = append(t.Fields, name), append(t.Elems, f.typ.Elems[j])
			}
			count[name]++
			v.indexes[i] = append(v.indexes[i], at)
		}
	}
	for i, name := range t.Fields {
		if count[name] < len(forms) {
			t.Elems[i] = nullable(t.Elems[i])
		}
	}
	v.typ = t
	return v
}

// of returns the form of a version as a codec of the common type.
func (v *versions) of(in *input, number int32) (codec, bool) {
	for i, f := range v.forms {
		if f.number != number {
			continue
		}
		if v.indexes[i] == nil {
			return f.codec, true
		}
		return codec{v.typ, func(in *input) serializer.Value {
			s := serializer.Struct{Type: v.typ, Values: make([]serializer.Value, len(v.typ.Elems))}
			if own, ok := f.read(in).(serializer.Struct); ok && in.Err() == nil {
				for j, at := range v.indexes[i] {
					s.Values[at] = own.Values[j]
				}
			}
			return s
		}}, true
	}
	in.Unsupportedf("version %d", number)
	return codec{}, false
}

// svs is a version, a length and the form of that version.
func svs(forms ...version) codec {
	v := newVersions(forms...)
	return codec{v.typ, func(in *input) serializer.Value {
		number := in.Int32()
		if c, ok := v.of(in, number); ok {
			x := in.framed(in.Length(1), c)
			in.versions = []int32{number}
			return x
		}
		return nil
	}}
}

// svsList is a version, and a list whose elements have lengths.
func svsList(forms ...version) codec {
	v := newVersions(forms...)
	return codec{listOf(v.typ), func(in *input) serializer.Value {
		c, ok := v.of(in, in.Int32())
		if !ok {
			return nil
		}
		return list(4, inBin(c)).read(in)
	}}
}

// anyVersion is a version and bytes that are kept.
func anyVersion() codec {
	return record(field{"version", int32s}, field{"bytes", bin})
}

// anyVersionList is a version, and bytes of each element.
func anyVersionList() codec {
	return record(field{"version", int32s}, field{"elements", list(4, bin)})
}

// Format is one form of a state, as one connector writes it.
type Format struct {
	// Name is stable: it stands in exported files.
	Name string
	// Connector is what the user knows it by: kafka, file …
	Connector string
	codec     codec
	own       bool // the element's serializer is not that of byte arrays
	generic   bool // taken although nothing in it is the connector's
}

// Type is the type of what the format decodes to.
func (f *Format) Type() *serializer.Type { return f.codec.typ }

// Decode returns the value that b is, from its first byte to its last, and the versions of its outermost part.
func (f *Format) Decode(b []byte) (serializer.Value, []int32, error) {
	in := newInput(b)
	v, err := f.decode(in)
	return v, in.versions, err
}

func newInput(b []byte) *input { return &input{Reader: javaio.NewReader(b, 0)} }

func (f *Format) decode(in *input) (serializer.Value, error) {
	v := f.codec.read(in)
	if err := in.Done(); err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	return v, nil
}

// member returns a field of a record by its name; nil if it has none.
func member(v serializer.Value, name string) serializer.Value {
	if s, ok := v.(serializer.Struct); ok {
		if i := slices.Index(s.Type.Fields, name); i >= 0 {
			return s.Values[i]
		}
	}
	return nil
}
