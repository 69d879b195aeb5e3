package serializer

import (
	"fmt"
	"strings"
)

// What a serializer of the job's own writes for Kryo, by the word of a description:
//
//	string           Output.writeString: n+1 and units, or ASCII; 0x80 is null
//	boolean byte     one byte
//	short char int long float double      2 to 8 bytes: big endian in 2.24, little endian in 5.6
//	svarint svarlong writeInt(v, false), writeLong(v, false): zig-zag groups of seven bits
//	uvarint uvarlong writeInt(v, true), writeLong(v, true)
//	value            Kryo.writeClassAndObject
//	object CLASS     Kryo.writeObject: an object of exactly that class
//	nullable CLASS   Kryo.writeObjectOrNull
var kryoWritten = map[string]kryoForm{
	"boolean": formBoolean, "byte": formByte, "short": formShort, "char": formChar, "float": formFloat, "double": formDouble,
	"svarint": formInt, "svarlong": formLong,
}

// written resolves the words of a class that a serializer of the job's own writes, in its order.
func (c *kryoClass) written(class func(string) *kryoClass) error {
	c.desc = &kryoFields{names: []string{}}
	for _, f := range c.source.Fields {
		d := &kryoDeclared{variable: -1, word: f.Type}
		if word, name, ok := strings.Cut(f.Type, " "); ok && (word == "object" || word == "nullable") {
			d.word, d.class = word, class(name)
		} else if form, ok := kryoWritten[f.Type]; ok {
			d.word, d.class = "box", &kryoClass{name: f.Type, form: form}
		} else if !strings.Contains(" string int long uvarint uvarlong value ", " "+f.Type+" ") {
			return fmt.Errorf("class %s: field %s: %q is none of string, boolean, byte, short, char, int, long, float, double, svarint, svarlong, uvarint, uvarlong, value, object CLASS, nullable CLASS", c.name, f.Name, f.Type)
		}
		c.desc.names = append(c.desc.names, f.Name)
		c.desc.types = append(c.desc.types, d)
	}
	return nil
}

// writtenField reads what one call of such a serializer wrote.
func (r *kryoReader) writtenField(d *kryoDeclared) Value {
	switch d.word {
	case "string":
		if r.p < len(r.b) && r.b[r.p] == 0x80 { // null
			r.p++
			return nil
		}
		return boxed(r, r.text())
	case "int":
		return boxed(r, int32(r.fixed(4)))
	case "long":
		return boxed(r, int64(r.fixed(8)))
	case "uvarint":
		return boxed(r, int32(r.uvarint()))
	case "uvarlong":
		return boxed(r, int64(r.uvarint64()))
	case "box":
		return r.box(d.class.form)
	case "object":
		return r.instance(d.class, nil, false)
	case "nullable":
		return r.nullable(d.class, nil)
	}
	return r.value(nil)
}

// columnWritten are the kinds of the words' columns.
var columnWritten = map[string]Kind{"string": KindString, "int": KindInt, "long": KindLong, "uvarint": KindInt, "uvarlong": KindLong}
