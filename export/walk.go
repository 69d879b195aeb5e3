package export

import (
	"encoding/binary"
	"math"

	"ckpt/serializer"
)

// walk appends the value that begins b to a vector and returns what follows it. The value has been validated by the
// scan it comes from. What the vector cannot hold exactly is null there and makes the row inexact. A value without a
// decoder makes it failed: walks then end at once, and the row's vectors have to be cut back.
type walk func(r *row, b []byte) []byte

// row is what walks report about the row they append to.
type row struct {
	inexact, failed bool
	opaque          bool                  // a part of it, in a frame of its own, has no decoder
	graph           serializer.KryoObject // the value that puts take parts of
}

func (r *row) fail() []byte {
	r.failed = true
	return nil
}

// compiler makes walks. shapes must be those that the vectors' nodes come from.
type compiler struct{ shapes }

// compile returns the walk for values of t into v, whose node holds them.
func (c *compiler) compile(t *serializer.Type, v *vector) walk {
	if t.Undecodable() {
		return func(r *row, b []byte) []byte { return r.fail() }
	}
	switch t.Kind {
	case serializer.KindNullable:
		return c.nullable(t, v)
	case serializer.KindOption:
		return c.option(t, v)
	case serializer.KindAvroUnion:
		if _, ok := nullableUnion(t); ok {
			return c.avroNullable(t, v)
		}
	}
	if t.Kind == serializer.KindTableRaw {
		return c.table(t, v)
	}
	if v.node.kind == nodeJSON {
		return c.json(t, v)
	}
	if v.node.kind == nodeOpaque { // a union took the bytes of another type
		return skipping(t, v)
	}
	if t.Kind == serializer.KindAvroBinary {
		return c.transcoded(t, v)
	}
	if t.Kind.IsTable() {
		return c.table(t, v)
	}
	if w := scalarWalk(t, v); w != nil {
		return w
	}
	if k := t.Columnar(); k != nil {
		return c.decoded(t, k, v)
	}
	if w := c.list(t, v); w != nil {
		return w
	}
	return c.structure(t, v)
}

// skipping passes values that the vector cannot hold; v may be nil.
func skipping(t *serializer.Type, v *vector) walk {
	p := serializer.Compile(t)
	return func(r *row, b []byte) []byte {
		n, err := p.Skip(b)
		if err != nil {
			return r.fail()
		}
		r.inexact = true
		if v != nil {
			v.null()
		}
		return b[n:]
	}
}

// json decodes a value and keeps it as JSON text; what is null there is null in the column.
func (c *compiler) json(t *serializer.Type, v *vector) walk {
	p, e := serializer.Compile(t), encoder{typedTime: c.typedTime}
	return func(r *row, b []byte) []byte {
		val, n, err := p.Decode(b)
		if err != nil {
			return r.fail()
		}
		at := len(v.data)
		if val != nil {
			v.data = e.append(v.data, t, val)
		}
		if text := v.data[at:]; len(text) == 0 || string(text) == "null" { // an empty Optional is null too
			v.data = v.data[:at]
			v.null()
		} else {
			v.endText()
		}
		return b[n:]
	}
}

// transcoded walks values in Avro's own encoding as if Flink had written them.
func (c *compiler) transcoded(t *serializer.Type, v *vector) walk {
	inner := c.compile(t.Elems[0], v)
	var scratch []byte
	return func(r *row, b []byte) []byte {
		var n int
		var err error
		if scratch, n, err = t.FlinkAvro(scratch[:0], b); err != nil {
			return r.fail()
		}
		if inner(r, scratch); r.failed {
			return nil
		}
		return b[n:]
	}
}

func (c *compiler) nullable(t *serializer.Type, v *vector) walk {
	inner, pad := c.compile(t.Elems[0], v), int(t.Size)
	return func(r *row, b []byte) []byte {
		if b[0] != 0 {
			v.null()
			return b[1+pad:]
		}
		return inner(r, b[1:])
	}
}

// option cannot tell an option that holds null from one that holds nothing.
func (c *compiler) option(t *serializer.Type, v *vector) walk {
	inner := c.compile(t.Elems[0], v)
	return func(r *row, b []byte) []byte {
		if b[0] == 0 {
			v.null()
			return b[1:]
		}
		b = inner(r, b[1:])
		r.inexact = r.inexact || !r.failed && v.isNull(v.len-1)
		return b
	}
}

func (c *compiler) avroNullable(t *serializer.Type, v *vector) walk {
	branches := make([]walk, len(t.Elems))
	for i, e := range t.Elems {
		if e.Kind != serializer.KindAvroNull {
			branches[i] = c.compile(e, v)
		}
	}
	return func(r *row, b []byte) []byte {
		if w := branches[binary.BigEndian.Uint32(b)]; w != nil {
			return w(r, b[4:])
		}
		v.null()
		return b[4:]
	}
}

// scalarWalk returns the walk of a type without nested types; nil for others.
func scalarWalk(t *serializer.Type, v *vector) walk {
	if logicalOf(t) != "" {
		return logicalWalk(t, v)
	}
	switch t.Kind {
	case serializer.KindBoolean, serializer.KindAvroBoolean:
		return func(r *row, b []byte) []byte { v.putBool(b[0] != 0); return b[1:] }
	case serializer.KindByte:
		return func(r *row, b []byte) []byte { v.data = append(v.data, b[0]); v.mark(); return b[1:] }
	case serializer.KindShort:
		return func(r *row, b []byte) []byte { v.put16(binary.BigEndian.Uint16(b)); return b[2:] }
	case serializer.KindInt, serializer.KindFloat, serializer.KindAvroInt, serializer.KindAvroFloat:
		return func(r *row, b []byte) []byte { v.put32(binary.BigEndian.Uint32(b)); return b[4:] }
	case serializer.KindLong, serializer.KindDouble, serializer.KindUint64, serializer.KindAvroLong, serializer.KindAvroDouble:
		return func(r *row, b []byte) []byte { v.put64(binary.BigEndian.Uint64(b)); return b[8:] }
	case serializer.KindHadoopInt, serializer.KindHadoopLong:
		return func(r *row, b []byte) []byte {
			n, rest := serializer.HadoopLong(b)
			if v.width == 4 {
				v.put32(uint32(n))
			} else {
				v.put64(uint64(n))
			}
			return rest
		}
	case serializer.KindSortedLong:
		return func(r *row, b []byte) []byte { v.put64(binary.BigEndian.Uint64(b) ^ 1<<63); return b[8:] }
	case serializer.KindVoid, serializer.KindVoidNamespace:
		return func(r *row, b []byte) []byte { v.null(); return b[1:] }
	case serializer.KindNullValue, serializer.KindAvroNull:
		return func(r *row, b []byte) []byte { v.null(); return b }
	case serializer.KindTimeWindow:
		return func(r *row, b []byte) []byte {
			v.kids[0].put64(binary.BigEndian.Uint64(b))
			v.kids[1].put64(binary.BigEndian.Uint64(b[8:]))
			v.mark()
			return b[16:]
		}
	case serializer.KindCountWindow:
		return func(r *row, b []byte) []byte {
			v.kids[0].put64(binary.BigEndian.Uint64(b))
			v.mark()
			return b[8:]
		}
	case serializer.KindVariant:
		return func(r *row, b []byte) []byte { return walkVariant(v, b) }
	case serializer.KindEnum, serializer.KindScalaEnum, serializer.KindAvroEnum:
		return enumWalk(t, v)
	}
	if w := textWalk(t, v); w != nil {
		return w
	}
	return timeWalk(t, v)
}

func walkVariant(v *vector, b []byte) []byte {
	value, meta := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	b = b[8:]
	v.kids[0].putBytes(b[:value])
	v.kids[1].putBytes(b[value : value+meta])
	v.mark()
	return b[value+meta:]
}

// enumWalk translates stored numbers to the symbols of the column.
func enumWalk(t *serializer.Type, v *vector) walk {
	if v.node.kind != nodeDict { // constants without names
		return func(r *row, b []byte) []byte { v.put32(binary.BigEndian.Uint32(b)); return b[4:] }
	}
	at := make(map[string]uint32, len(v.node.symbols))
	for i, s := range v.node.symbols {
		at[s] = uint32(i)
	}
	if t.IDs == nil {
		indices := make([]uint32, len(t.Symbols))
		for i, s := range t.Symbols {
			indices[i] = at[s]
		}
		return func(r *row, b []byte) []byte { v.put32(indices[binary.BigEndian.Uint32(b)]); return b[4:] }
	}
	indices := make(map[uint32]uint32, len(t.IDs))
	for i, id := range t.IDs {
		indices[uint32(id)] = at[t.Symbols[i]]
	}
	return func(r *row, b []byte) []byte {
		if i, ok := indices[binary.BigEndian.Uint32(b)]; ok {
			v.put32(i)
		} else {
			r.inexact = true
			v.null()
		}
		return b[4:]
	}
}

// logicalWalk appends Avro's dates, times and decimals.
func logicalWalk(t *serializer.Type, v *vector) walk {
	switch t.Logical {
	case logicalDecimal:
		return decimalWalk(t, v)
	case "date":
		return func(r *row, b []byte) []byte { v.put32(binary.BigEndian.Uint32(b)); return b[4:] }
	case "time-millis":
		return func(r *row, b []byte) []byte {
			putDayTime(r, v, int64(int32(binary.BigEndian.Uint32(b))), 1_000_000)
			return b[4:]
		}
	case "time-micros":
		return func(r *row, b []byte) []byte {
			putDayTime(r, v, int64(binary.BigEndian.Uint64(b)), 1000)
			return b[8:]
		}
	}
	return func(r *row, b []byte) []byte { v.put64(binary.BigEndian.Uint64(b)); return b[8:] }
}

// putDayTime appends a time of day given in units of so many nanoseconds.
func putDayTime(r *row, v *vector, n, unit int64) {
	if n < 0 || n >= nanosPerDay/unit {
		r.inexact = true
		v.null()
		return
	}
	v.put64(uint64(n * unit))
}

// timeWalk returns the walk of Java's dates and times; nil for other types.
func timeWalk(t *serializer.Type, v *vector) walk {
	switch t.Kind {
	case serializer.KindDate, serializer.KindSQLDate, serializer.KindSQLTime:
		return func(r *row, b []byte) []byte {
			if ms := binary.BigEndian.Uint64(b); ms != 1<<63 {
				v.put64(ms)
			} else {
				v.null()
			}
			return b[8:]
		}
	case serializer.KindSQLTimestamp:
		return func(r *row, b []byte) []byte {
			ms, nanos := int64(binary.BigEndian.Uint64(b)), int32(binary.BigEndian.Uint32(b[8:]))
			if ms == math.MinInt64 {
				v.null()
			} else {
				putNanos(r, v, floorDiv(ms, 1000), int64(nanos))
			}
			return b[12:]
		}
	case serializer.KindInstant:
		return func(r *row, b []byte) []byte {
			s, nanos := int64(binary.BigEndian.Uint64(b)), int32(binary.BigEndian.Uint32(b[8:]))
			if s == math.MinInt64 && nanos == math.MinInt32 {
				v.null()
			} else {
				putNanos(r, v, s, int64(nanos))
			}
			return b[12:]
		}
	case serializer.KindLocalDate:
		return func(r *row, b []byte) []byte {
			d, null := localDate(b)
			day := epochDay(int64(d.Year), int(d.Month), int(d.Day))
			switch {
			case !null && validDate(d) && day == int64(int32(day)):
				v.put32(uint32(int32(day)))
			default:
				r.inexact = r.inexact || !null
				v.null()
			}
			return b[6:]
		}
	case serializer.KindLocalTime:
		return func(r *row, b []byte) []byte {
			clock, null := localTime(b)
			switch {
			case !null && validTime(clock):
				v.put64(uint64(nanoOfDay(clock)))
			default:
				r.inexact = r.inexact || !null
				v.null()
			}
			return b[7:]
		}
	case serializer.KindLocalDateTime:
		return func(r *row, b []byte) []byte { return walkDateTime(r, v, b) }
	}
	return nil
}

func walkDateTime(r *row, v *vector, b []byte) []byte {
	d, null := localDate(b)
	clock, _ := localTime(b[6:])
	switch {
	case null:
		v.null()
	case !validDate(d) || !validTime(clock):
		r.inexact = true
		v.null()
	default:
		day, nanos := epochDay(int64(d.Year), int(d.Month), int(d.Day)), nanoOfDay(clock)
		putNanos(r, v, day*secondsPerDay+nanos/1_000_000_000, nanos%1_000_000_000)
	}
	return b[13:]
}

func localDate(b []byte) (d serializer.LocalDate, null bool) {
	d = serializer.LocalDate{Year: int32(binary.BigEndian.Uint32(b)), Month: int8(b[4]), Day: int8(b[5])}
	return d, d.Year == math.MinInt32
}

func localTime(b []byte) (t serializer.LocalTime, null bool) {
	t = serializer.LocalTime{Hour: int8(b[0]), Minute: int8(b[1]), Second: int8(b[2]), Nanos: int32(binary.BigEndian.Uint32(b[3:]))}
	return t, t.Hour == math.MinInt8
}

// putNanos appends a point of time in nanoseconds since 1970, if 64 bits hold it.
func putNanos(r *row, v *vector, seconds, nanos int64) {
	const most = math.MaxInt64 / 1_000_000_000
	n := seconds*1_000_000_000 + nanos
	if nanos < 0 || nanos > 999_999_999 || seconds > most || seconds < -most-1 || n < 0 != (seconds < 0) {
		r.inexact = true
		v.null()
		return
	}
	v.put64(uint64(n))
}
