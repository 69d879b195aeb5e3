package serializer

import (
	"cmp"
	"errors"
	"math"
	"strings"

	"ckpt/internal/javaio"
	"ckpt/internal/javaobj"
)

// body reads the content of an instance of c.
func (r *kryoReader) body(c *kryoClass, args []*kryoDeclared) Value {
	switch {
	case r.err != nil:
		return nil
	case c.form == formUnknown:
		return r.unknown(c)
	case c.form <= formBoolean:
		return r.box(c.form)
	case c.form <= formCalendar:
		return r.simple(c)
	case c.form <= formPeriod:
		return r.time(c)
	case c.form <= formSingleMap:
		return r.container(c, args)
	case c.form <= formOptionalDouble:
		return r.optional(c, args)
	case c.form >= formScalaOne:
		return r.scala(c)
	}
	switch c.form {
	case formEnum:
		return r.enum(c)
	case formFields, formAtomic:
		return r.fields(c, args)
	case formRecord:
		return r.record(c)
	case formJava:
		return r.java()
	case formMessage:
		b := r.take(r.length(1))
		if c.message != nil || c.avro != nil {
			return r.message(c, b)
		}
		if r.err != nil || !r.build {
			return nil
		}
		return Opaque{Class: c.name, Reason: cmp.Or(c.reason, "a message whose fields are not described"), Bytes: append([]byte{}, b...)}
	}
	return r.object(c, nil) // formNothing
}

// object is an instance that holds v.
func (r *kryoReader) object(c *kryoClass, v Value) Value {
	if r.err != nil || !r.build {
		return nil
	}
	return Object{Class: c.name, Value: v}
}

// unknown reads an instance of a class without a known form: exceptions, which Java serializes, tell their class.
func (r *kryoReader) unknown(c *kryoClass) Value {
	at := r.p
	rest := r.b[at:]
	if !r.whole && len(rest) < len(javaobj.Magic) && strings.HasPrefix(javaobj.Magic, string(rest)) {
		r.short()
		return nil
	}
	if strings.HasPrefix(string(rest[:min(len(rest), len(javaobj.Magic))]), javaobj.Magic) {
		graph, n, err := javaobj.Parse(rest, javaobj.Limits{})
		if errors.Is(err, javaio.ErrEnd) && !r.whole {
			r.short()
			return nil
		}
		if o, ok := graph.(*javaobj.Object); err == nil && ok && o.Class() == c.name {
			r.p += n
			if !r.build {
				return nil
			}
			own := append([]byte{}, rest[:n]...)
			graph, _, _ := javaobj.Parse(own, javaobj.Limits{})
			return JavaObject{Graph: graph, Bytes: own}
		}
	}
	r.opaque(at, c.name, c.reason)
	return nil
}

func (r *kryoReader) java() Value {
	at := r.p
	n, err := skipJava(r.b, at)
	if err != nil {
		r.fail(err)
		return nil
	}
	r.p = n
	if !r.build {
		return nil
	}
	own := append([]byte{}, r.b[at:n]...)
	graph, _, _ := javaobj.Parse(own, javaobj.Limits{})
	return JavaObject{Graph: graph, Bytes: own}
}

// box reads a primitive or its box.
func (r *kryoReader) box(f kryoForm) Value {
	var v Value
	switch f {
	case formInt:
		if n := r.int32(); r.build {
			v = n
		}
	case formLong:
		if n := r.int64(); r.build {
			v = n
		}
	case formShort:
		if n := r.fixed(2); r.build {
			v = int16(n)
		}
	case formChar:
		if n := r.fixed(2); r.build {
			v = Char(n)
		}
	case formFloat:
		if n := r.fixed(4); r.build {
			v = math.Float32frombits(uint32(n))
		}
	case formDouble:
		if n := r.fixed(8); r.build {
			v = math.Float64frombits(n)
		}
	case formByte:
		if n := r.byte(); r.build {
			v = int8(n)
		}
	default:
		if n := r.flag(); r.build {
			v = n
		}
	}
	return v
}

// simple reads text and numbers.
func (r *kryoReader) simple(c *kryoClass) Value {
	switch c.form {
	case formString:
		return boxed(r, r.text())
	case formText:
		return r.object(c, boxed(r, r.text()))
	case formBigInteger:
		if v := r.bigInteger(); v != nil {
			return v
		}
	case formBigDecimal:
		if v, scale := r.bigInteger(), r.int32(); v != nil {
			return Decimal{Unscaled: v, Scale: scale}
		}
	case formUUID:
		return r.uuid()
	case formBitSet:
		return r.bitSet()
	case formPattern:
		text, flags := r.text(), uint32(0)
		if !r.five {
			return r.object(c, boxed(r, text))
		}
		if flags = r.uvarint(); flags == 0 {
			return r.object(c, boxed(r, text))
		}
		return r.parts(c, patternParts, boxed(r, text), boxed(r, int32(flags)))
	case formAddress:
		return r.parts(c, addressParts, boxed(r, r.text()), boxed(r, int32(r.uvarint())))
	case formLocale:
		return r.locale(c)
	case formClassOf:
		return r.classOf(c)
	case formCalendar:
		return r.parts(c, calendarParts,
			boxed(r, r.text()), boxed(r, Millis(r.uvarint64())), boxed(r, r.flag()), boxed(r, int32(r.uvarint())),
			boxed(r, int32(r.uvarint())), boxed(r, Millis(r.int64())))
	}
	return nil
}

// Names of the parts of classes of the platform.
var (
	patternParts  = []string{"pattern", "flags"}
	addressParts  = []string{"host", "port"}
	calendarParts = []string{"timeZone", "time", "lenient", "firstDayOfWeek", "minimalDaysInFirstWeek", "gregorianChange"}
)

// parts is an object of several values.
func (r *kryoReader) parts(c *kryoClass, names []string, values ...Value) Value {
	if r.err != nil || !r.build {
		return nil
	}
	return Object{Class: c.name, Names: names, Values: append([]Value{}, values...)}
}

func (r *kryoReader) uuid() Value {
	var id UUID
	high, low := uint64(0), uint64(0)
	if r.five {
		high, low = r.fixed(8), r.fixed(8)
	} else {
		high, low = uint64(r.int64()), uint64(r.int64())
	}
	if r.err != nil || !r.build {
		return nil
	}
	for i := range 8 {
		id[7-i], id[15-i] = byte(high>>(8*i)), byte(low>>(8*i))
	}
	return id
}

func (r *kryoReader) bitSet() Value {
	n := r.length(8)
	var words BitSet
	if r.build {
		words = make(BitSet, 0, n)
	}
	for i := 0; i < n && r.err == nil; i++ {
		if w := r.fixed(8); r.build {
			words = append(words, w)
		}
	}
	if r.err != nil || !r.build {
		return nil
	}
	return words
}

func (r *kryoReader) locale(c *kryoClass) Value {
	if !r.five {
		v, ok := r.java().(JavaObject)
		o, isObject := v.Graph.(*javaobj.Object)
		if !ok || !isObject {
			return nil
		}
		part := func(name string) string {
			f, _ := o.Field(name)
			s, _ := f.(string)
			return s
		}
		return r.object(c, boxed(r, localeText(part("language"), part("country"), part("variant"))))
	}
	return r.object(c, boxed(r, localeText(r.text(), r.text(), r.text())))
}

// localeText is Java's form of a locale.
func localeText(language, country, variant string) string {
	switch {
	case country == "" && variant == "":
		return language
	case variant == "":
		return language + "_" + country
	}
	return language + "_" + country + "_" + variant
}

func (r *kryoReader) classOf(c *kryoClass) Value {
	of := r.class()
	if r.err == nil && of == nil {
		r.corrupt(r.p, "null inside an object")
	}
	if r.err != nil {
		return nil
	}
	name := of.name
	if of.form <= formBoolean && of.form != formUnknown || name == "void" || !r.five {
		if !r.flag() && r.err == nil {
			for box, id := range kryoBoxes {
				if kryoIDs[id] == name {
					name = box
				}
			}
		}
	}
	return r.object(c, boxed(r, name))
}

// enum reads an ordinal.
func (r *kryoReader) enum(c *kryoClass) Value {
	at := r.p
	n := r.uvarint()
	switch {
	case r.err != nil:
		return nil
	case n == 0:
		r.corrupt(at, "null inside an object")
		return nil
	case n > math.MaxInt32 || c.labels != nil && int(n) > len(c.labels):
		r.corrupt(at, "constant %d of %s, which has %d", n-1, c.name, len(c.labels))
		return nil
	case !r.build:
		return nil
	}
	e := Enum{Index: int32(n - 1)}
	if c.labels != nil {
		e.Name = c.labels[n-1]
	}
	return r.object(c, e)
}

// optional reads a value that may be absent.
func (r *kryoReader) optional(c *kryoClass, args []*kryoDeclared) Value {
	if c.form == formOptional {
		if !r.five {
			return r.object(c, r.field(argument(args, 0), nil))
		}
		return r.object(c, r.value(nil))
	}
	present := r.flag()
	if r.five && !present {
		return r.object(c, nil)
	}
	var v Value
	switch {
	case c.form == formOptionalInt && r.five:
		v = boxed(r, int32(r.fixed(4)))
	case c.form == formOptionalLong && r.five:
		v = boxed(r, int64(r.fixed(8)))
	case c.form == formOptionalDouble:
		v = boxed(r, math.Float64frombits(r.fixed(8)))
	case c.form == formOptionalInt:
		v = boxed(r, r.int32())
	default:
		v = boxed(r, r.int64())
	}
	if !present {
		v = nil
	}
	return r.object(c, v)
}

// message reads a described message.
func (r *kryoReader) message(c *kryoClass, b []byte) Value {
	if r.err != nil {
		return nil
	}
	if c.avro != nil {
		if err := c.avro.t.skipAvroBinary(b, 0, len(b), 0); err != nil {
			r.fail(shifted(err, r.p-len(b)))
			return nil
		}
		if !r.build {
			return nil
		}
		return Object{Class: c.name, Value: decodeAvroBinary(c.avro, b)}
	}
	inner := protoReader{b: b}
	if inner.message(c.message, 0, true, protoSpan{0, len(b)}); inner.err != nil {
		r.fail(shifted(inner.err, r.p-len(b)))
		return nil
	}
	if !r.build {
		return nil
	}
	return Object{Class: c.name, Value: decodeMessage(c.message, b)}
}
