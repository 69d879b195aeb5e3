package export

import (
	"encoding/base64"
	"math/big"
	"strconv"

	"ckpt/serializer"
)

// AppendJSON appends v, a value of type t, as JSON (RFC 8259). t may be nil where it is not known.
//
// Integers have all their digits, floats the shortest form with the same bits, NaN and infinities are strings, bytes
// are base64, unpaired surrogates \ud800 and the like, dates and times ISO 8601. Names that begin with $ are ours; a
// user's gets a second one.
func AppendJSON(dst []byte, t *serializer.Type, v serializer.Value) []byte {
	return plainJSON.append(dst, t, v)
}

// encoder is how values become JSON.
type encoder struct{ typedTime bool }

var plainJSON encoder

func (e encoder) append(dst []byte, t *serializer.Type, v serializer.Value) []byte {
	switch v := v.(type) {
	case nil:
		if t != nil && t.Kind == serializer.KindTuple0 {
			return append(dst, '{', '}')
		}
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, v)
	case string:
		return appendString(dst, v)
	case int32:
		return e.integer(dst, t, int64(v))
	case int64:
		return e.integer(dst, t, v)
	case float64:
		return appendFloat(dst, v, 64)
	case []byte:
		return e.bytes(dst, t, v)
	case serializer.Struct:
		return e.structure(dst, v)
	case serializer.List:
		return appendEach(dst, v, func(dst []byte, el serializer.Value) []byte { return e.append(dst, elem(under(t), 0), el) })
	case serializer.Map:
		return e.mapping(dst, t, v)
	case serializer.Enum:
		if v.Name == "" {
			return strconv.AppendInt(dst, int64(v.Index), 10)
		}
		return appendString(dst, v.Name)
	}
	if out, ok := e.appendScalar(dst, v); ok {
		return out
	}
	if out, ok := e.appendWrapper(dst, t, v); ok {
		return out
	}
	return e.appendArray(dst, v)
}

// appendScalar appends the values that have no parts and are met less often.
func (e encoder) appendScalar(dst []byte, v serializer.Value) ([]byte, bool) {
	switch v := v.(type) {
	case int8:
		return strconv.AppendInt(dst, int64(v), 10), true
	case int16:
		return strconv.AppendInt(dst, int64(v), 10), true
	case uint64:
		return strconv.AppendUint(dst, v, 10), true
	case float32:
		return appendFloat(dst, float64(v), 32), true
	case serializer.Char:
		return appendChar(dst, v), true
	case *big.Int:
		return appendBig(dst, v), true
	case serializer.Decimal:
		return quoted(dst, func(dst []byte) []byte { return appendDecimal(dst, v) }), true
	case serializer.Millis:
		return quoted(dst, func(dst []byte) []byte { return appendMillis(dst, int64(v)) }), true
	case serializer.SQLTimestamp:
		return quoted(dst, func(dst []byte) []byte {
			return appendInstant(dst, floorDiv(v.Millis, 1000), int64(v.Nanos))
		}), true
	case serializer.Instant:
		return quoted(dst, func(dst []byte) []byte { return appendInstant(dst, v.Seconds, int64(v.Nanos)) }), true
	case serializer.LocalDate:
		return quoted(dst, func(dst []byte) []byte { return appendLocalDate(dst, v) }), true
	case serializer.LocalTime:
		return quoted(dst, func(dst []byte) []byte { return appendLocalTime(dst, v) }), true
	case serializer.LocalDateTime:
		return quoted(dst, func(dst []byte) []byte {
			return appendLocalTime(append(appendLocalDate(dst, v.Date), 'T'), v.Time)
		}), true
	case serializer.Window:
		dst = e.time(append(dst, `{"start":`...), v.Start)
		dst = e.time(append(dst, `,"end":`...), v.End)
		return append(dst, '}'), true
	case serializer.CountWindow:
		dst = strconv.AppendInt(append(dst, `{"id":`...), v.ID, 10)
		return append(dst, '}'), true
	case serializer.GlobalWindow:
		return append(dst, '{', '}'), true
	}
	return dst, false
}

// appendWrapper appends values that hold others.
func (e encoder) appendWrapper(dst []byte, t *serializer.Type, v serializer.Value) ([]byte, bool) {
	switch v := v.(type) {
	case serializer.Either:
		side := 0
		if v.Right {
			side = 1
		}
		dst = append(appendString(append(dst, '{'), sideNames(t)[side]), ':')
		dst = e.append(dst, elem(under(t), side), v.Value)
		return append(dst, '}'), true
	case serializer.Some:
		dst = e.append(append(dst, `{"$some":`...), t, v.Value)
		return append(dst, '}'), true
	case serializer.Branch:
		return e.branch(dst, t, v), true
	case serializer.Element:
		return e.element(dst, t, v), true
	case serializer.Variant:
		dst = appendBase64(append(dst, `{"$variant":`...), v.Value)
		dst = appendBase64(append(dst, `,"$metadata":`...), v.Metadata)
		return append(dst, '}'), true
	case serializer.JavaObject:
		return (&javaGraph{}).append(dst, v.Graph), true
	case serializer.Opaque:
		return appendOpaque(dst, v), true
	}
	return e.appendKryo(dst, v)
}

func (e encoder) appendArray(dst []byte, v serializer.Value) []byte {
	switch v := v.(type) {
	case []bool:
		return appendEach(dst, v, strconv.AppendBool)
	case []int16:
		return appendEach(dst, v, func(dst []byte, n int16) []byte { return strconv.AppendInt(dst, int64(n), 10) })
	case []int32:
		return appendEach(dst, v, func(dst []byte, n int32) []byte { return strconv.AppendInt(dst, int64(n), 10) })
	case []int64:
		return appendEach(dst, v, func(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) })
	case []float32:
		return appendEach(dst, v, func(dst []byte, f float32) []byte { return appendFloat(dst, float64(f), 32) })
	case []float64:
		return appendEach(dst, v, func(dst []byte, f float64) []byte { return appendFloat(dst, f, 64) })
	case []serializer.Char:
		return appendEach(dst, v, appendChar)
	case []serializer.Value:
		return appendEach(dst, v, func(dst []byte, el serializer.Value) []byte { return e.append(dst, nil, el) })
	}
	panic("export: a value of a type that serializer.Value does not list")
}

func appendEach[E any](dst []byte, list []E, one func([]byte, E) []byte) []byte {
	dst = append(dst, '[')
	for i, el := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = one(dst, el)
	}
	return append(dst, ']')
}

func appendChar(dst []byte, c serializer.Char) []byte {
	if c >= 0xD800 && c < 0xE000 {
		return append(appendUnitEscape(append(dst, '"'), uint16(c)), '"')
	}
	return appendString(dst, string(rune(c)))
}

func quoted(dst []byte, inner func([]byte) []byte) []byte {
	return append(inner(append(dst, '"')), '"')
}

func appendBase64(dst, b []byte) []byte {
	return append(base64.StdEncoding.AppendEncode(append(dst, '"'), b), '"')
}

func appendOpaque(dst []byte, o serializer.Opaque) []byte {
	dst = appendString(append(dst, `{"$opaque":`...), o.Class)
	dst = appendString(append(dst, `,"$reason":`...), o.Reason)
	dst = appendBase64(append(dst, `,"$bytes":`...), o.Bytes)
	return append(dst, '}')
}

// time appends one of Flink's own longs: event time, timers, last access.
func (e encoder) time(dst []byte, ms int64) []byte {
	if !e.typedTime {
		return strconv.AppendInt(dst, ms, 10)
	}
	return quoted(dst, func(dst []byte) []byte { return appendMillis(dst, ms) })
}

// integer appends an integer, which an Avro logical type can make a date or time.
func (e encoder) integer(dst []byte, t *serializer.Type, n int64) []byte {
	if t = under(t); t == nil || t.Logical == "" {
		return strconv.AppendInt(dst, n, 10)
	}
	c, ok := logicalTimes[logicalOf(t)]
	if !ok {
		return strconv.AppendInt(dst, n, 10)
	}
	return quoted(dst, func(dst []byte) []byte { return c.appendISO(dst, n) })
}

func (e encoder) bytes(dst []byte, t *serializer.Type, b []byte) []byte {
	if t = under(t); t != nil && logicalOf(t) == logicalDecimal {
		return quoted(dst, func(dst []byte) []byte {
			return appendDecimal(dst, serializer.Decimal{Unscaled: twosComplement(b), Scale: t.Scale})
		})
	}
	return appendBase64(dst, b)
}

// twosComplement reads a big-endian integer; no bytes are 0.
func twosComplement(b []byte) *big.Int {
	n := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(len(b))*8))
	}
	return n
}

// structure appends an object; its class is named where it is not the declared one.
func (e encoder) structure(dst []byte, v serializer.Struct) []byte {
	if v.Via != 0 {
		return e.object(dst, v, v.Type.Class)
	}
	return e.object(dst, v, "")
}

// object appends an object: $class and $kind where there is something to say, then the fields in stored order.
func (e encoder) object(dst []byte, v serializer.Struct, class string) []byte {
	at := len(dst)
	if class != "" {
		dst = appendString(append(dst, `,"$class":`...), class)
	}
	if v.Kind != serializer.Insert {
		dst = appendString(append(dst, `,"$kind":`...), v.Kind.String())
	}
	if v.Via != 0 && v.Type.Kind != serializer.KindPojo { // the one element is the value
		dst = e.append(append(dst, `,"$value":`...), v.Type, v.Values[0])
	} else {
		for i, f := range v.Values {
			dst = append(appendName(append(dst, ','), fieldName(v.Type, i)), ':')
			dst = e.field(dst, v.Type, i, f)
		}
	}
	if v.Unknown != nil {
		dst = appendBase64(append(dst, `,"$unknown":`...), v.Unknown)
	}
	if len(dst) == at {
		return append(dst, '{', '}')
	}
	dst[at] = '{'
	return append(dst, '}')
}

func (e encoder) field(dst []byte, t *serializer.Type, i int, v serializer.Value) []byte {
	if i == 0 && (t.Kind == serializer.KindTimer || t.Kind == serializer.KindTTL) {
		if ms, ok := v.(int64); ok {
			return e.time(dst, ms)
		}
	}
	return e.append(dst, fieldType(t, i), v)
}

// fieldName is the name of a struct's i-th field in rows, before $ is escaped.
func fieldName(t *serializer.Type, i int) string {
	switch t.Kind {
	case serializer.KindTimer:
		return [...]string{"timestamp", "key", "namespace"}[i]
	case serializer.KindTTL:
		return [...]string{"last_access", "value"}[i]
	}
	return t.Field(i)
}

// fieldType is the type of a struct's i-th field; nil for the time that leads a timer and a TTL value.
func fieldType(t *serializer.Type, i int) *serializer.Type {
	if t.Kind == serializer.KindTimer || t.Kind == serializer.KindTTL {
		i--
	}
	return elem(t, i)
}

// mapping appends an object where the keys are strings, none is null and none repeats; else an array of pairs.
func (e encoder) mapping(dst []byte, t *serializer.Type, m serializer.Map) []byte {
	if textKeys(t) && distinctText(m) {
		dst = append(dst, '{')
		for i, entry := range m {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendName(dst, entry.Key.(string)), ':')
			dst = e.append(dst, mapValue(t), entry.Value)
		}
		return append(dst, '}')
	}
	return appendEach(dst, m, func(dst []byte, entry serializer.MapEntry) []byte {
		dst = e.append(append(dst, '['), mapKey(t), entry.Key)
		dst = e.append(append(dst, ','), mapValue(t), entry.Value)
		return append(dst, ']')
	})
}

// textKeys says whether the keys of map type t are strings.
func textKeys(t *serializer.Type) bool {
	if t = under(t); t == nil || t.Kind == serializer.KindAvroMap {
		return true
	}
	k := under(mapKey(t))
	return k == nil || isText(k)
}

func distinctText(m serializer.Map) bool {
	seen := make(map[string]struct{}, len(m))
	for _, entry := range m {
		s, ok := entry.Key.(string)
		if !ok {
			return false
		}
		seen[s] = struct{}{}
	}
	return len(seen) == len(m)
}

func mapKey(t *serializer.Type) *serializer.Type {
	if t = under(t); t == nil || t.Kind == serializer.KindAvroMap {
		return nil
	}
	return elem(t, 0)
}

func mapValue(t *serializer.Type) *serializer.Type {
	if t = under(t); t != nil && t.Kind == serializer.KindAvroMap {
		return elem(t, 0)
	}
	return elem(t, 1)
}

// branch appends a value of a union with several types: plain, but a record is named, since only that tells it apart.
func (e encoder) branch(dst []byte, t *serializer.Type, b serializer.Branch) []byte {
	if s, ok := b.Value.(serializer.Struct); ok {
		return e.object(dst, s, s.Type.Class)
	}
	return e.append(dst, elem(under(t), int(b.Index)), b.Value)
}

// element appends a stream element.
func (e encoder) element(dst []byte, t *serializer.Type, v serializer.Element) []byte {
	dst = appendString(append(dst, `{"element":`...), v.Tag.String())
	if ms, ok := v.Timestamp.(int64); ok {
		dst = e.time(append(dst, `,"timestamp":`...), ms)
	} else {
		dst = append(dst, `,"timestamp":null`...)
	}
	dst = append(dst, `,"value":`...)
	var record *serializer.Type
	if v.Tag <= serializer.UntimedRecord {
		record = elem(under(t), 0)
	}
	return append(e.append(dst, record, v.Value), '}')
}

// under returns the type below wrappers that rows do not show; nil for nil.
func under(t *serializer.Type) *serializer.Type {
	for t != nil && (t.Kind == serializer.KindNullable || t.Kind == serializer.KindOption || t.Kind == serializer.KindAvroBinary || isRaw(t)) {
		t = elem(t, 0)
	}
	if t != nil && t.Kind == serializer.KindAvroUnion {
		if e, ok := nullableUnion(t); ok {
			return e
		}
	}
	return t
}

// isRaw says whether t is SQL's frame around a value, and not only the place of one.
func isRaw(t *serializer.Type) bool {
	return t.Kind == serializer.KindTableRaw && t.Elems[0].Kind != serializer.KindVoid
}

// nullableUnion returns the other type of a union of null and one type, or of one type alone.
func nullableUnion(t *serializer.Type) (*serializer.Type, bool) {
	var other *serializer.Type
	for _, e := range t.Elems {
		if e.Kind == serializer.KindAvroNull {
			continue
		}
		if other != nil {
			return nil, false
		}
		other = e
	}
	return other, other != nil
}

// elem returns a nested type, or nil.
func elem(t *serializer.Type, i int) *serializer.Type {
	if t == nil || i < 0 || i >= len(t.Elems) {
		return nil
	}
	return t.Elems[i]
}

// sideNames are the names of the two sides of an either, a try, a co-group union.
func sideNames(t *serializer.Type) [2]string {
	if t = under(t); t != nil {
		switch t.Kind {
		case serializer.KindTry:
			return [2]string{"success", "failure"}
		case serializer.KindUnion:
			return [2]string{"one", "two"}
		}
	}
	return [2]string{"left", "right"}
}
