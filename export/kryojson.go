package export

import (
	"fmt"
	"strconv"
	"strings"

	"ckpt/serializer"
)

// appendKryo appends what only values that Kryo wrote are made of:
//
//	{"$class":CLASS,"field":…}             fields that are known by name
//	{"$class":CLASS,"$value":…}            what a subclass of a list, a map … or an enum holds
//	…                                      the same of classes of Java and Scala: an array, an object, text …
//	                …,"$comparator":…}     of a sorted collection that is not in natural order
//	{"$ref":N}                             an object that began before, numbered as Kryo numbers them
//
// UUIDs, durations and the like are strings, as Java prints them.
func (e encoder) appendKryo(dst []byte, v serializer.Value) ([]byte, bool) {
	switch v := v.(type) {
	case serializer.KryoObject:
		return e.append(dst, nil, v.Graph), true
	case serializer.Ref:
		return append(strconv.AppendInt(append(dst, `{"$ref":`...), int64(v), 10), '}'), true
	case serializer.Object:
		return e.kryoObject(dst, v), true
	case serializer.UUID, serializer.BitSet, serializer.Duration, serializer.Period, serializer.Year, serializer.YearMonth,
		serializer.MonthDay, serializer.ZoneOffset, serializer.OffsetDateTime, serializer.OffsetTime, serializer.ZonedDateTime:
		return appendString(dst, fmt.Sprint(v)), true
	}
	return dst, false
}

// showsClass says whether an object is more than the value that it holds.
func showsClass(o serializer.Object) bool {
	platform := strings.HasPrefix(o.Class, "java.") || strings.HasPrefix(o.Class, "scala.") || strings.HasPrefix(o.Class, "[")
	return o.Names != nil || o.Comparator != nil || !platform
}

func (e encoder) kryoObject(dst []byte, o serializer.Object) []byte {
	if !showsClass(o) {
		return e.append(dst, nil, o.Value)
	}
	if s, ok := o.Value.(serializer.Struct); ok { // a message
		return e.object(dst, s, o.Class)
	}
	dst = appendString(append(dst, `{"$class":`...), o.Class)
	for i, name := range o.Names {
		dst = append(appendName(append(dst, ','), name), ':')
		dst = e.append(dst, nil, o.Values[i])
	}
	if o.Names == nil {
		dst = e.append(append(dst, `,"$value":`...), nil, o.Value)
	}
	if o.Comparator != nil {
		dst = e.append(append(dst, `,"$comparator":`...), nil, o.Comparator)
	}
	return append(dst, '}')
}
