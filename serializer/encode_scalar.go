package serializer

import (
	"fmt"
	"math"
	"math/big"
	"unicode/utf8"

	"ckpt/internal/javaio"
)

// scalar encodes the kinds without parts.
func (e *encoder) scalar(n *node, v Value) error {
	switch n.kind {
	case KindVoid, KindVoidNamespace, KindNullValue, KindTuple0:
		return e.nothing(n, v)
	case KindString, KindStringValue, KindUTF:
		return e.text(n, v)
	case KindHadoopInt, KindHadoopLong, KindHadoopText:
		return e.hadoop(n, v)
	case KindBigInt, KindBigDec:
		return e.number(n, v)
	case KindDate, KindSQLDate, KindSQLTime, KindSQLTimestamp, KindInstant, KindLocalDate, KindLocalTime, KindLocalDateTime:
		return e.time(n, v)
	case KindEnum, KindScalaEnum:
		return e.enum(n, v)
	}
	switch x := v.(type) {
	case bool:
		e.flag(x)
		return n.check(v, KindBoolean)
	case int8:
		e.b = append(e.b, byte(x))
		return n.check(v, KindByte)
	case int16:
		e.b = javaio.AppendInt16(e.b, x)
		return n.check(v, KindShort)
	case Char:
		e.b = javaio.AppendInt16(e.b, int16(x))
		return n.check(v, KindChar)
	case int32:
		e.b = javaio.AppendInt32(e.b, x)
		return n.check(v, KindInt)
	case int64:
		if n.kind == KindSortedLong {
			e.b = javaio.AppendInt64(e.b, x^math.MinInt64)
			return nil
		}
		e.b = javaio.AppendInt64(e.b, x)
		return n.check(v, KindLong)
	case uint64:
		e.b = javaio.AppendInt64(e.b, int64(x))
		return n.check(v, KindUint64)
	case float32:
		e.b = javaio.AppendInt32(e.b, int32(math.Float32bits(x)))
		return n.check(v, KindFloat)
	case float64:
		e.b = javaio.AppendInt64(e.b, int64(math.Float64bits(x)))
		return n.check(v, KindDouble)
	case Window:
		e.b = javaio.AppendInt64(javaio.AppendInt64(e.b, x.Start), x.End)
		return n.check(v, KindTimeWindow)
	case CountWindow:
		e.b = javaio.AppendInt64(e.b, x.ID)
		return n.check(v, KindCountWindow)
	case GlobalWindow:
		e.b = append(e.b, 0)
		return n.check(v, KindGlobalWindow)
	}
	return n.mismatch(v)
}

func (n *node) check(v Value, want Kind) error {
	if n.kind != want {
		return n.mismatch(v)
	}
	return nil
}

// nothing encodes the kinds that have one value only.
func (e *encoder) nothing(n *node, v Value) error {
	if v != nil {
		return n.mismatch(v)
	}
	switch n.kind {
	case KindTuple0:
		e.b = append(e.b, 42)
	case KindVoid, KindVoidNamespace:
		e.b = append(e.b, 0)
	}
	return nil
}

func (e *encoder) text(n *node, v Value) error {
	s, ok := v.(string)
	switch {
	case n.kind == KindString && v == nil:
		e.b = append(e.b, 0)
	case !ok:
		return n.mismatch(v)
	case n.kind == KindString:
		e.b = appendText(e.b, s, 1)
	case n.kind == KindStringValue:
		e.b = appendText(e.b, s, 0)
	case !javaio.FitsUTF(s):
		return fmt.Errorf("text of %d bytes, which is more than its serializer can store", len(s))
	default:
		e.b = javaio.AppendUTF(e.b, s)
	}
	return nil
}

func (e *encoder) number(n *node, v Value) error {
	switch x := v.(type) {
	case nil:
		e.b = appendBig(e.b, nil)
		return nil
	case *big.Int:
		e.b = appendBig(e.b, x)
		return n.check(v, KindBigInt)
	case Decimal:
		e.b = javaio.AppendInt32(appendBig(e.b, x.Unscaled), x.Scale)
		return n.check(v, KindBigDec)
	}
	return n.mismatch(v)
}

func (e *encoder) enum(n *node, v Value) error {
	x, ok := v.(Enum)
	if !ok {
		return n.mismatch(v)
	}
	e.b = javaio.AppendInt32(e.b, x.Index)
	return checkFixed(n, e.b, len(e.b)-4)
}

// time encodes dates and times; nil is the sentinel of the kind.
func (e *encoder) time(n *node, v Value) error {
	null := v == nil
	ok := true
	at := len(e.b)
	switch n.kind {
	case KindDate, KindSQLDate, KindSQLTime:
		x := Millis(math.MinInt64)
		if !null {
			x, ok = v.(Millis)
		}
		e.b = javaio.AppendInt64(e.b, int64(x))
	case KindSQLTimestamp:
		x := SQLTimestamp{Millis: math.MinInt64}
		if !null {
			x, ok = v.(SQLTimestamp)
		}
		e.b = javaio.AppendInt32(javaio.AppendInt64(e.b, x.Millis), x.Nanos)
	case KindInstant:
		x := Instant{Seconds: math.MinInt64, Nanos: math.MinInt32}
		if !null {
			x, ok = v.(Instant)
		}
		e.b = javaio.AppendInt32(javaio.AppendInt64(e.b, x.Seconds), x.Nanos)
	case KindLocalDate:
		x := nullDate
		if !null {
			x, ok = v.(LocalDate)
		}
		e.date(x)
	case KindLocalTime:
		x := nullTime
		if !null {
			x, ok = v.(LocalTime)
		}
		e.clock(x)
	case KindLocalDateTime:
		x := LocalDateTime{Date: nullDate, Time: nullTime}
		if !null {
			x, ok = v.(LocalDateTime)
		}
		e.date(x.Date)
		e.clock(x.Time)
	}
	if !ok {
		return n.mismatch(v)
	}
	return checkFixed(n, e.b, at)
}

// The sentinels of null: the lowest number, then filler that Flink writes and does not read.
var (
	nullDate = LocalDate{Year: math.MinInt32, Month: math.MinInt8}
	nullTime = LocalTime{Hour: math.MinInt8, Minute: math.MinInt8, Nanos: math.MinInt32}
)

func (e *encoder) date(d LocalDate) {
	e.b = append(javaio.AppendInt32(e.b, d.Year), byte(d.Month), byte(d.Day))
}

func (e *encoder) clock(t LocalTime) {
	e.b = javaio.AppendInt32(append(e.b, byte(t.Hour), byte(t.Minute), byte(t.Second)), t.Nanos)
}

// avroScalar encodes the Avro kinds without parts.
func (e *encoder) avroScalar(n *node, v Value) error {
	switch x := v.(type) {
	case nil:
		return n.check(v, KindAvroNull)
	case bool:
		e.flag(x)
		return n.check(v, KindAvroBoolean)
	case int32:
		e.b = javaio.AppendInt32(e.b, x)
		return n.check(v, KindAvroInt)
	case int64:
		e.b = javaio.AppendInt64(e.b, x)
		return n.check(v, KindAvroLong)
	case float32:
		e.b = javaio.AppendInt32(e.b, int32(math.Float32bits(x)))
		return n.check(v, KindAvroFloat)
	case float64:
		e.b = javaio.AppendInt64(e.b, int64(math.Float64bits(x)))
		return n.check(v, KindAvroDouble)
	case string:
		if !utf8.ValidString(x) {
			return fmt.Errorf("text with unpaired surrogates, which Avro cannot store")
		}
		e.b = javaio.AppendBin(e.b, []byte(x))
		return n.check(v, KindAvroString)
	case Enum:
		if x.Index < 0 || int(x.Index) >= len(n.t.Symbols) {
			return n.mismatch(v)
		}
		e.b = javaio.AppendInt32(e.b, x.Index)
		return n.check(v, KindAvroEnum)
	case []byte:
		if n.kind == KindAvroFixed && len(x) == int(n.t.Size) {
			e.b = append(e.b, x...)
			return nil
		}
		e.b = javaio.AppendBin(e.b, x)
		return n.check(v, KindAvroBytes)
	}
	return n.mismatch(v)
}
