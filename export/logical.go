package export

import (
	"github.com/apache/arrow/go/v17/arrow"

	"ckpt/serializer"
)

const logicalDecimal = "decimal"

// logicalTime is an Avro logical type that makes a number a date or time.
type logicalTime struct {
	perSecond int64 // units in a second; 0: the number counts days
	ofDay     bool  // a time of day
	utc       bool  // an instant, else local
	arrow     arrow.DataType
}

var logicalTimes = map[string]logicalTime{
	"date":                   {arrow: arrow.FixedWidthTypes.Date32},
	"time-millis":            {perSecond: 1e3, ofDay: true, arrow: arrow.FixedWidthTypes.Time64ns},
	"time-micros":            {perSecond: 1e6, ofDay: true, arrow: arrow.FixedWidthTypes.Time64ns},
	"timestamp-millis":       {perSecond: 1e3, utc: true, arrow: timestamp(arrow.Millisecond, true)},
	"timestamp-micros":       {perSecond: 1e6, utc: true, arrow: timestamp(arrow.Microsecond, true)},
	"timestamp-nanos":        {perSecond: 1e9, utc: true, arrow: timestamp(arrow.Nanosecond, true)},
	"local-timestamp-millis": {perSecond: 1e3, arrow: timestamp(arrow.Millisecond, false)},
	"local-timestamp-micros": {perSecond: 1e6, arrow: timestamp(arrow.Microsecond, false)},
	"local-timestamp-nanos":  {perSecond: 1e9, arrow: timestamp(arrow.Nanosecond, false)},
}

// logicalOf returns t's logical type if Avro defines it for t's own type; others are to be ignored.
func logicalOf(t *serializer.Type) string {
	var base serializer.Kind
	switch t.Logical {
	case "":
		return ""
	case logicalDecimal:
		if t.Kind == serializer.KindAvroBytes || t.Kind == serializer.KindAvroFixed {
			return t.Logical
		}
		return ""
	case "date", "time-millis":
		base = serializer.KindAvroInt
	default:
		base = serializer.KindAvroLong
	}
	if _, known := logicalTimes[t.Logical]; !known || t.Kind != base {
		return ""
	}
	return t.Logical
}

// appendISO appends the ISO 8601 form of n, without quotes.
func (l logicalTime) appendISO(dst []byte, n int64) []byte {
	if l.perSecond == 0 {
		y, m, d := civil(n)
		return appendDate(dst, y, m, d)
	}
	seconds, nanos := floorDiv(n, l.perSecond), floorMod(n, l.perSecond)*(1_000_000_000/l.perSecond)
	switch {
	case l.ofDay:
		return appendClock(dst, seconds/3600, seconds/60%60, seconds%60, nanos)
	case l.utc:
		return appendInstant(dst, seconds, nanos)
	}
	return appendDateTime(dst, seconds, nanos)
}

func timestamp(unit arrow.TimeUnit, utc bool) arrow.DataType {
	if utc {
		return &arrow.TimestampType{Unit: unit, TimeZone: "UTC"}
	}
	return &arrow.TimestampType{Unit: unit}
}
