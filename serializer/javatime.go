package serializer

import (
	"fmt"
	"strconv"
	"strings"
)

// Values of classes that only Kryo and Java serialization write. String is Java's toString.
type (
	UUID [16]byte
	// BitSet has bit i in word i/64.
	BitSet   []uint64
	Duration struct {
		Seconds int64
		Nanos   int32
	}
	Period         struct{ Years, Months, Days int32 }
	Year           int32
	YearMonth      struct{ Year, Month int32 }
	MonthDay       struct{ Month, Day int32 }
	ZoneOffset     int32 // seconds
	OffsetDateTime struct {
		Local  LocalDateTime
		Offset ZoneOffset
	}
	OffsetTime struct {
		Time   LocalTime
		Offset ZoneOffset
	}
	// ZonedDateTime has the name of a region as Zone; empty: the zone is the offset. Since Kryo 5 the offset of a region
	// is not written.
	ZonedDateTime struct {
		Local     LocalDateTime
		Offset    ZoneOffset
		Zone      string
		HasOffset bool
	}
)

func (u UUID) String() string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

func (s BitSet) String() string {
	var b strings.Builder
	b.WriteByte('{')
	for i, w := range s {
		for bit := range 64 {
			if w&(1<<bit) == 0 {
				continue
			}
			if b.Len() > 1 {
				b.WriteString(", ")
			}
			b.WriteString(strconv.Itoa(64*i + bit))
		}
	}
	b.WriteByte('}')
	return b.String()
}

func (d Duration) String() string {
	if d == (Duration{}) {
		return "PT0S"
	}
	whole := d.Seconds
	if whole < 0 && d.Nanos > 0 {
		whole++
	}
	hours, minutes, seconds := whole/3600, whole%3600/60, whole%60
	s := "PT"
	if hours != 0 {
		s += strconv.FormatInt(hours, 10) + "H"
	}
	if minutes != 0 {
		s += strconv.FormatInt(minutes, 10) + "M"
	}
	if seconds == 0 && d.Nanos == 0 {
		return s
	}
	nanos := int64(d.Nanos)
	if d.Seconds < 0 && nanos > 0 {
		if nanos = 1e9 - nanos; seconds == 0 {
			s += "-0"
		} else {
			s += strconv.FormatInt(seconds, 10)
		}
	} else {
		s += strconv.FormatInt(seconds, 10)
	}
	if nanos > 0 {
		s += "." + strings.TrimRight(fmt.Sprintf("%09d", nanos), "0")
	}
	return s + "S"
}

func (p Period) String() string {
	s := ""
	for _, part := range []struct {
		n    int32
		unit string
	}{{p.Years, "Y"}, {p.Months, "M"}, {p.Days, "D"}} {
		if part.n != 0 {
			s += strconv.Itoa(int(part.n)) + part.unit
		}
	}
	if s == "" {
		s = "0D"
	}
	return "P" + s
}

func (y Year) String() string { return strconv.Itoa(int(y)) }

func (m YearMonth) String() string { return yearText(m.Year) + fmt.Sprintf("-%02d", m.Month) }

func (m MonthDay) String() string { return fmt.Sprintf("--%02d-%02d", m.Month, m.Day) }

func (z ZoneOffset) String() string {
	if z == 0 {
		return "Z"
	}
	sign, n := '+', int64(z)
	if n < 0 {
		sign, n = '-', -n
	}
	s := fmt.Sprintf("%c%02d:%02d", sign, n/3600, n/60%60)
	if n%60 != 0 {
		s += fmt.Sprintf(":%02d", n%60)
	}
	return s
}

// parseOffset reads the id of an offset.
func parseOffset(id string) (ZoneOffset, bool) {
	if id == "Z" {
		return 0, true
	}
	var sign byte
	var h, m, s int32
	n, _ := fmt.Sscanf(id, "%c%02d:%02d:%02d", &sign, &h, &m, &s)
	z := ZoneOffset(h*3600 + m*60 + s)
	if sign == '-' {
		z = -z
	}
	return z, n >= 3 && z.String() == id
}

func (t OffsetDateTime) String() string { return localText(t.Local) + t.Offset.String() }

func (t OffsetTime) String() string { return clockText(t.Time) + t.Offset.String() }

func (t ZonedDateTime) String() string {
	s := localText(t.Local)
	if t.HasOffset {
		s += t.Offset.String()
	}
	if t.Zone != "" {
		s += "[" + t.Zone + "]"
	}
	return s
}

func localText(t LocalDateTime) string {
	return yearText(t.Date.Year) + fmt.Sprintf("-%02d-%02dT", t.Date.Month, t.Date.Day) + clockText(t.Time)
}

func yearText(year int32) string {
	switch y := int64(year); {
	case y > 9999:
		return fmt.Sprintf("+%d", y)
	case y < 0:
		return fmt.Sprintf("-%04d", -y)
	}
	return fmt.Sprintf("%04d", year)
}

// clockText leaves out seconds that are zero and has nanoseconds in groups of three digits.
func clockText(t LocalTime) string {
	s := fmt.Sprintf("%02d:%02d", t.Hour, t.Minute)
	if t.Second == 0 && t.Nanos == 0 {
		return s
	}
	s += fmt.Sprintf(":%02d", t.Second)
	switch n := t.Nanos; {
	case n == 0:
	case n%1e6 == 0:
		s += fmt.Sprintf(".%03d", n/1e6)
	case n%1e3 == 0:
		s += fmt.Sprintf(".%06d", n/1e3)
	default:
		s += fmt.Sprintf(".%09d", n)
	}
	return s
}
