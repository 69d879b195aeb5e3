package serializer

import (
	"math/bits"
	"strings"
)

// kryo hashes an object of a class that travels with it.
func (h *hasher) kryo(v Value) int32 {
	switch x := v.(type) {
	case nil:
		return 0
	case UUID:
		return uuidHash(x)
	case BitSet:
		return x.hash()
	case JavaObject:
		return h.object(x.Graph)
	case Object:
		return h.instance(x)
	case Duration:
		return longHash(x.Seconds) + 51*x.Nanos
	case Year:
		return int32(x)
	case YearMonth:
		return x.Year ^ x.Month<<27
	case MonthDay:
		return x.Month<<6 + x.Day
	case Period:
		return x.Years + int32(bits.RotateLeft32(uint32(x.Months), 8)) + int32(bits.RotateLeft32(uint32(x.Days), 16))
	case ZoneOffset:
		return int32(x)
	case OffsetDateTime:
		return localHash(x.Local) ^ int32(x.Offset)
	case OffsetTime:
		return timeHash(x.Time) ^ int32(x.Offset)
	case ZonedDateTime:
		if !x.HasOffset {
			return h.none()
		}
		zone := int32(x.Offset)
		if x.Zone != "" {
			zone = stringHash(x.Zone)
		}
		return localHash(x.Local) ^ int32(x.Offset) ^ int32(bits.RotateLeft32(uint32(zone), 3))
	}
	return h.scalar(v)
}

func localHash(t LocalDateTime) int32 { return dateHash(t.Date) ^ timeHash(t.Time) }

func uuidHash(u UUID) int32 {
	var x uint64
	for i := range 8 {
		x = x<<8 | uint64(u[i]^u[i+8])
	}
	return int32(x>>32) ^ int32(x)
}

func (s BitSet) hash() int32 {
	code := uint64(1234)
	for i := len(s) - 1; i >= 0; i-- {
		code ^= s[i] * uint64(i+1)
	}
	return int32(code>>32) ^ int32(code)
}

// instance hashes objects of classes whose hash codes are specified.
func (h *hasher) instance(o Object) int32 {
	known := kryoKnown[o.Class]
	if known == nil {
		return h.none()
	}
	switch known.form {
	case formDate, formOptional, formOptionalInt, formOptionalLong, formOptionalDouble:
		return h.kryo(o.Value)
	case formList, formArraysList, formImmutable, formSorted, formEmptyList, formSingle:
		return h.collection(o)
	case formMap, formSortedMap, formSkipList, formEmptyMap, formSingleMap:
		m, _ := o.Value.(Map)
		var code int32
		for _, e := range m {
			code += h.kryo(e.Key) ^ h.kryo(e.Value)
		}
		return code
	case formZoneRegion:
		id, _ := o.Value.(string)
		return stringHash(id)
	case formScalaTuple, formScalaFixed:
		return h.kryoProduct(o.Values)
	case formScalaOne:
		return h.kryoProduct([]Value{o.Value})
	case formScalaEnum:
		if e, ok := o.Value.(Enum); ok {
			return e.Index
		}
	case formFields:
		return h.kryoFields(o)
	}
	return h.none()
}

// collection hashes lists in order and sets regardless of it; queues hash by identity.
func (h *hasher) collection(o Object) int32 {
	list, _ := o.Value.(List)
	set := strings.Contains(o.Class, "Set")
	if !set && !strings.Contains(o.Class, "List") && o.Class != "java.util.Vector" && o.Class != "java.util.Stack" {
		return h.none()
	}
	code := int32(1)
	if set {
		code = 0
	}
	for _, v := range list {
		if set {
			code += h.kryo(v)
		} else {
			code = 31*code + h.kryo(v)
		}
	}
	return code
}

// kryoFields hashes tuples and entries of maps.
func (h *hasher) kryoFields(o Object) (code int32) {
	switch {
	case strings.HasPrefix(o.Class, tupleClass):
		for i, v := range o.Values {
			if c := h.kryo(v); i == 0 {
				code = c
			} else {
				code = 31*code + c
			}
		}
		return code
	case strings.HasPrefix(o.Class, "java.util.AbstractMap$"):
		return h.kryo(o.Values[0]) ^ h.kryo(o.Values[1])
	}
	return h.none()
}

// kryoProduct hashes what a Scala tuple holds.
func (h *hasher) kryoProduct(values []Value) int32 {
	codes := make([]int32, len(values))
	for i, v := range values {
		switch x := v.(type) {
		case int64, float32, float64:
			codes[i] = h.scala(plainNode, x)
		default:
			codes[i] = h.kryo(v)
		}
	}
	return productHash(codes...)
}

var plainNode = &node{kind: KindLong, t: scalar(KindLong)}
