package export

import (
	"math"
	"math/big"
	"math/rand/v2"

	"ckpt/serializer"
)

// Types and values at random, for tests that compare two ways from bytes to rows.

func typ(k serializer.Kind, elems ...*serializer.Type) *serializer.Type {
	return &serializer.Type{Kind: k, Elems: elems}
}

var leafTypes = []*serializer.Type{
	typ(serializer.KindBoolean), typ(serializer.KindByte), typ(serializer.KindShort), typ(serializer.KindInt), typ(serializer.KindLong),
	typ(serializer.KindFloat), typ(serializer.KindDouble), typ(serializer.KindChar), typ(serializer.KindVoid),
	typ(serializer.KindHadoopInt), typ(serializer.KindHadoopLong), typ(serializer.KindHadoopText), typ(serializer.KindUint64),
	typ(serializer.KindString), typ(serializer.KindStringValue), typ(serializer.KindUTF), typ(serializer.KindBigInt), typ(serializer.KindBigDec),
	typ(serializer.KindDate), typ(serializer.KindSQLDate), typ(serializer.KindSQLTime), typ(serializer.KindSQLTimestamp),
	typ(serializer.KindInstant), typ(serializer.KindLocalDate), typ(serializer.KindLocalTime), typ(serializer.KindLocalDateTime),
	typ(serializer.KindBooleanArray), typ(serializer.KindByteArray), typ(serializer.KindShortArray), typ(serializer.KindIntArray),
	typ(serializer.KindLongArray), typ(serializer.KindFloatArray), typ(serializer.KindDoubleArray), typ(serializer.KindCharArray),
	typ(serializer.KindStringArray), typ(serializer.KindStringValueArray), typ(serializer.KindShortBytes), typ(serializer.KindVariant),
	typ(serializer.KindTimeWindow), typ(serializer.KindCountWindow), typ(serializer.KindGlobalWindow),
	{Kind: serializer.KindEnum, Class: "x.Color", Symbols: []string{"RED", "GREEN", "BLUE"}},
	{Kind: serializer.KindScalaEnum, Class: "x.Level", Symbols: []string{"low", "high"}, IDs: []int32{7, -3}},
	typ(serializer.KindAvroBoolean), typ(serializer.KindAvroInt), typ(serializer.KindAvroLong), typ(serializer.KindAvroFloat),
	typ(serializer.KindAvroDouble), typ(serializer.KindAvroString), typ(serializer.KindAvroBytes),
	{Kind: serializer.KindAvroFixed, Class: "x.Four", Size: 4},
	{Kind: serializer.KindAvroEnum, Class: "x.E", Symbols: []string{"A", "B"}},
	{Kind: serializer.KindAvroInt, Logical: "date"}, {Kind: serializer.KindAvroInt, Logical: "time-millis"},
	{Kind: serializer.KindAvroLong, Logical: "time-micros"}, {Kind: serializer.KindAvroLong, Logical: "timestamp-millis"},
	{Kind: serializer.KindAvroLong, Logical: "timestamp-micros"}, {Kind: serializer.KindAvroLong, Logical: "local-timestamp-nanos"},
	{Kind: serializer.KindAvroBytes, Logical: "decimal", Precision: 9, Scale: 2},
	{Kind: serializer.KindAvroFixed, Class: "x.D", Size: 20, Logical: "decimal", Precision: 47, Scale: 5},
}

func randomType(r *rand.Rand, depth int) *serializer.Type {
	leaf := func() *serializer.Type { return leafTypes[r.IntN(len(leafTypes))] }
	if depth == 0 {
		return leaf()
	}
	sub := func() *serializer.Type { return randomType(r, depth-1) }
	some := func() (elems []*serializer.Type) {
		for range r.IntN(4) {
			elems = append(elems, sub())
		}
		return elems
	}
	switch r.IntN(20) {
	case 0:
		return typ(serializer.KindList, sub())
	case 1:
		return typ(serializer.KindSet, sub())
	case 2:
		return typ(serializer.KindMap, leaf(), sub())
	case 3:
		return typ(serializer.KindNullAwareMap, leaf(), sub())
	case 4:
		return typ(serializer.KindArray, sub())
	case 5:
		return typ(serializer.KindTraversable, sub())
	case 6:
		return &serializer.Type{Kind: serializer.KindLinkedList, Elems: []*serializer.Type{sub()}, Flag: r.IntN(2) == 0}
	case 7:
		return typ(serializer.KindTuple, some()...)
	case 8:
		return &serializer.Type{Kind: serializer.KindCaseClass, Class: "x.Case", Elems: some()}
	case 9:
		return &serializer.Type{Kind: serializer.KindRow, Elems: some(), Flag: r.IntN(2) == 0}
	case 10, 11:
		return randomPojo(r, "x.Base", depth, 2)
	case 12:
		return &serializer.Type{Kind: serializer.KindNullable, Elems: []*serializer.Type{sub()}, Size: int32(r.IntN(2) * 5)}
	case 13:
		return typ(serializer.KindOption, sub())
	case 14:
		return typ(serializer.KindEither, sub(), sub())
	case 15:
		return typ(serializer.KindUnion, sub(), sub())
	case 16:
		return typ(serializer.KindStreamElement, sub())
	case 17:
		return typ(serializer.KindAvroArray, leaf())
	case 18:
		return typ(serializer.KindAvroMap, leaf())
	}
	return typ(serializer.KindTimer, leaf(), leaf())
}

func randomPojo(r *rand.Rand, class string, depth, subs int) *serializer.Type {
	t := &serializer.Type{Kind: serializer.KindPojo, Class: class}
	for i := range r.IntN(4) {
		t.Fields = append(t.Fields, []string{"a", "b", "$c", "d"}[i])
		t.Elems = append(t.Elems, randomType(r, depth-1))
	}
	for i := range r.IntN(subs + 1) {
		sub := randomPojo(r, class+"$Sub"+string(rune('A'+i)), depth, 0)
		if i%2 == 0 {
			t.Tagged = append(t.Tagged, serializer.Subclass{Class: sub.Class, Type: sub})
		} else {
			t.Named = append(t.Named, serializer.Subclass{Class: sub.Class, Type: sub})
		}
	}
	return t
}

func randomText(r *rand.Rand) string {
	pieces := []string{"", "a", "plain text", "\x00", "é", "漢字", "𝄞", "\"\\\n\u2028", "$x", "\xED\xA0\x80", "z\xED\xB0\x80"}
	s := pieces[r.IntN(len(pieces)-2)] + pieces[r.IntN(len(pieces)-2)]
	if r.IntN(12) == 0 {
		s += pieces[len(pieces)-1-r.IntN(2)]
	}
	return s
}

func randomInt(r *rand.Rand) int64 {
	switch r.IntN(6) {
	case 0:
		return []int64{0, -1, math.MaxInt64, math.MinInt64 + 10, math.MinInt64 + 1}[r.IntN(5)]
	case 1:
		return int64(r.Uint64())
	}
	return r.Int64N(4_000_000_000_000) - 1_000_000_000_000
}

func manyOf[T any](r *rand.Rand, one func() T) []T {
	out := []T{}
	for range r.IntN(4) {
		out = append(out, one())
	}
	return out
}

// randomValue returns a value of t in the form that Decode gives.
func randomValue(r *rand.Rand, t *serializer.Type) serializer.Value {
	if t.Nullable() && t.Kind != serializer.KindTTL && r.IntN(5) == 0 || t.Kind == serializer.KindVoid {
		return nil
	}
	if v, ok := randomScalar(r, t); ok {
		return v
	}
	el := func(i int) serializer.Value { return randomValue(r, t.Elems[i]) }
	orNull := func(i int) serializer.Value {
		if r.IntN(5) == 0 {
			return nil
		}
		return el(i)
	}
	switch t.Kind {
	case serializer.KindList, serializer.KindAvroArray:
		return serializer.List(manyOf(r, func() serializer.Value { return el(0) }))
	case serializer.KindSet, serializer.KindArray, serializer.KindTraversable:
		return serializer.List(manyOf(r, func() serializer.Value { return orNull(0) }))
	case serializer.KindLinkedList:
		return serializer.List(manyOf(r, func() serializer.Value {
			if t.Flag {
				return orNull(0)
			}
			return el(0)
		}))
	case serializer.KindMap, serializer.KindNullAwareMap:
		return serializer.Map(manyOf(r, func() serializer.MapEntry {
			if t.Kind == serializer.KindMap {
				return serializer.MapEntry{Key: el(0), Value: orNull(1)}
			}
			return serializer.MapEntry{Key: orNull(0), Value: orNull(1)}
		}))
	case serializer.KindAvroMap:
		return serializer.Map(manyOf(r, func() serializer.MapEntry {
			return serializer.MapEntry{Key: randomText(r)[:0] + string(rune('a'+r.IntN(26))), Value: el(0)}
		}))
	case serializer.KindTuple, serializer.KindCaseClass, serializer.KindAvroRecord:
		s := serializer.Struct{Type: t, Values: []serializer.Value{}}
		for i := range t.Elems {
			s.Values = append(s.Values, el(i))
		}
		return s
	case serializer.KindRow:
		s := serializer.Struct{Type: t, Values: []serializer.Value{}}
		for i := range t.Elems {
			s.Values = append(s.Values, orNull(i))
		}
		if t.Flag {
			s.Kind = serializer.RowKind(r.IntN(4))
		}
		return s
	case serializer.KindPojo:
		return randomPojoValue(r, t)
	case serializer.KindNullable:
		return orNull(0)
	case serializer.KindOption:
		v := el(0)
		if _, nested := v.(serializer.Some); v == nil || nested || t.Elems[0].Kind == serializer.KindOption {
			return serializer.Some{Value: v}
		}
		return v
	case serializer.KindEither, serializer.KindUnion:
		side := r.IntN(2)
		return serializer.Either{Right: side == 1, Value: el(side)}
	case serializer.KindStreamElement:
		switch r.IntN(4) {
		case 0:
			return serializer.Element{Tag: serializer.UntimedRecord, Value: el(0)}
		case 1:
			return serializer.Element{Tag: serializer.Watermark, Timestamp: randomInt(r)}
		case 2:
			return serializer.Element{Tag: serializer.WatermarkStatus, Value: int32(-1)}
		}
		return serializer.Element{Tag: serializer.TimedRecord, Timestamp: randomInt(r), Value: el(0)}
	case serializer.KindTimer:
		return serializer.Struct{Type: t, Values: []serializer.Value{randomInt(r), el(0), el(1)}}
	}
	panic("no random value of this kind")
}

func randomPojoValue(r *rand.Rand, t *serializer.Type) serializer.Value {
	s := serializer.Struct{Type: t, Values: []serializer.Value{}}
	if n := len(t.Tagged) + len(t.Named); n > 0 && r.IntN(2) == 0 {
		if i := r.IntN(n); i < len(t.Tagged) {
			s.Type, s.Via = t.Tagged[i].Type, serializer.ViaTag
		} else {
			s.Type, s.Via = t.Named[i-len(t.Tagged)].Type, serializer.ViaName
		}
	}
	for _, e := range s.Type.Elems {
		if v := randomValue(r, e); r.IntN(5) > 0 {
			s.Values = append(s.Values, v)
		} else {
			s.Values = append(s.Values, nil)
		}
	}
	return s
}

func randomScalar(r *rand.Rand, t *serializer.Type) (serializer.Value, bool) {
	n := randomInt(r)
	date := serializer.LocalDate{Year: int32(r.IntN(4000) - 500), Month: int8(1 + r.IntN(12)), Day: int8(1 + r.IntN(28))}
	if r.IntN(8) == 0 {
		date.Year = []int32{-999999999, 999999999, 10000, 0, -1}[r.IntN(5)]
	}
	clock := serializer.LocalTime{Hour: int8(r.IntN(24)), Minute: int8(r.IntN(60)), Second: int8(r.IntN(60)), Nanos: []int32{0, 7, 5000, 120000000, 999999999}[r.IntN(5)]}
	floats := []float64{0, math.Copysign(0, -1), 1, 0.1, math.MaxFloat64, math.SmallestNonzeroFloat64, math.NaN(), math.Inf(1), math.Inf(-1), 1e21, 1e-7, 123456.789}
	f := floats[r.IntN(len(floats))]
	unscaled := big.NewInt(n)
	if r.IntN(3) == 0 {
		unscaled = new(big.Int).Mul(unscaled, new(big.Int).SetUint64(r.Uint64()))
	}
	switch t.Kind {
	case serializer.KindBoolean, serializer.KindAvroBoolean:
		return n%2 == 0, true
	case serializer.KindByte:
		return int8(n), true
	case serializer.KindShort:
		return int16(n), true
	case serializer.KindUint64:
		return uint64(n), true
	case serializer.KindInt, serializer.KindHadoopInt, serializer.KindAvroInt:
		return int32(n), true
	case serializer.KindLong, serializer.KindHadoopLong, serializer.KindAvroLong:
		return n, true
	case serializer.KindFloat, serializer.KindAvroFloat:
		return float32(f), true
	case serializer.KindDouble, serializer.KindAvroDouble:
		return f, true
	case serializer.KindChar:
		return randomChar(r), true
	case serializer.KindTuple0:
		return serializer.Struct{Type: t, Values: []serializer.Value{}}, true
	case serializer.KindGlobalWindow:
		return serializer.GlobalWindow{}, true
	case serializer.KindString, serializer.KindStringValue, serializer.KindUTF:
		return randomText(r), true
	case serializer.KindAvroString, serializer.KindHadoopText:
		return "naïve 𝄞"[:[]int{0, 2, 4, 11}[r.IntN(4)]], true
	case serializer.KindBigInt:
		return unscaled, true
	case serializer.KindBigDec:
		return serializer.Decimal{Unscaled: unscaled, Scale: int32(r.IntN(60) - 20)}, true
	case serializer.KindDate, serializer.KindSQLDate, serializer.KindSQLTime:
		return serializer.Millis(n), true
	case serializer.KindSQLTimestamp:
		return serializer.SQLTimestamp{Millis: n - floorMod(n, 1000) + int64(clock.Nanos/1e6), Nanos: clock.Nanos}, true
	case serializer.KindInstant:
		return serializer.Instant{Seconds: n / 1000, Nanos: clock.Nanos}, true
	case serializer.KindLocalDate:
		return date, true
	case serializer.KindLocalTime:
		return clock, true
	case serializer.KindLocalDateTime:
		return serializer.LocalDateTime{Date: date, Time: clock}, true
	case serializer.KindEnum, serializer.KindAvroEnum:
		i := r.IntN(len(t.Symbols))
		return serializer.Enum{Name: t.Symbols[i], Index: int32(i)}, true
	case serializer.KindScalaEnum:
		i := r.IntN(len(t.Symbols))
		return serializer.Enum{Name: t.Symbols[i], Index: t.IDs[i]}, true
	case serializer.KindTimeWindow:
		return serializer.Window{Start: n, End: randomInt(r)}, true
	case serializer.KindCountWindow:
		return serializer.CountWindow{ID: n}, true
	case serializer.KindVariant:
		return serializer.Variant{Value: []byte{1, 2}, Metadata: []byte{byte(n)}}, true
	case serializer.KindByteArray, serializer.KindShortBytes, serializer.KindAvroBytes:
		return manyOf(r, func() byte { return byte(r.Uint32()) }), true
	case serializer.KindAvroFixed:
		b := make([]byte, t.Size)
		b[len(b)-1] = byte(n)
		return b, true
	}
	return randomArray(r, t)
}

func randomChar(r *rand.Rand) serializer.Char {
	return []serializer.Char{'a', 0, 0xE9, 0x6F22, 0xD800, 0xDC00}[min(r.IntN(12), 5)]
}

func randomArray(r *rand.Rand, t *serializer.Type) (serializer.Value, bool) {
	switch t.Kind {
	case serializer.KindBooleanArray:
		return manyOf(r, func() bool { return r.IntN(2) == 0 }), true
	case serializer.KindShortArray:
		return manyOf(r, func() int16 { return int16(randomInt(r)) }), true
	case serializer.KindIntArray:
		return manyOf(r, func() int32 { return int32(randomInt(r)) }), true
	case serializer.KindLongArray:
		return manyOf(r, func() int64 { return randomInt(r) }), true
	case serializer.KindFloatArray:
		return manyOf(r, func() float32 { return float32(r.NormFloat64()) }), true
	case serializer.KindDoubleArray:
		return manyOf(r, r.NormFloat64), true
	case serializer.KindCharArray:
		return manyOf(r, func() serializer.Char { return randomChar(r) }), true
	case serializer.KindStringArray:
		return manyOf(r, func() serializer.Value {
			if r.IntN(4) == 0 {
				return nil
			}
			return randomText(r)
		}), true
	case serializer.KindStringValueArray:
		return manyOf(r, func() serializer.Value { return randomText(r) }), true
	}
	return nil, false
}
