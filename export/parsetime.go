package export

import (
	"fmt"
	"math"

	"ckpt/serializer"
)

// parseTime reads the ISO 8601 forms of dates and times, with years of any length: those that appendDate writes.
func parseTime(t *serializer.Type, s string, raw []byte) (v serializer.Value, err error) {
	p := timeParser{rest: s}
	switch t.Kind {
	case serializer.KindLocalDate, serializer.KindTableDate:
		v = p.date()
	case serializer.KindLocalTime, serializer.KindTableTime:
		v = p.clock()
	case serializer.KindLocalDateTime, serializer.KindTableTimestamp:
		date := p.date()
		p.char('T')
		v = serializer.LocalDateTime{Date: date, Time: p.clock()}
	case serializer.KindInstant, serializer.KindTableInstant:
		seconds, nanos := p.instant()
		v = serializer.Instant{Seconds: seconds, Nanos: nanos}
	case serializer.KindSQLTimestamp:
		seconds, nanos := p.instant()
		v = serializer.SQLTimestamp{Millis: p.millis(seconds, nanos), Nanos: nanos}
	case serializer.KindDate, serializer.KindSQLDate, serializer.KindSQLTime:
		v = serializer.Millis(p.millis(p.instant()))
	default:
		return nil, fmt.Errorf("a value of type %s cannot be given as JSON", t)
	}
	if p.bad || p.rest != "" {
		return nil, wanted(t, raw)
	}
	return v, nil
}

// timeParser reads a text from left to right. The first failure sticks.
type timeParser struct {
	rest string
	bad  bool
}

// has passes c if it comes next.
func (p *timeParser) has(c byte) bool {
	if p.bad || p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

func (p *timeParser) char(c byte) { p.bad = !p.has(c) || p.bad }

// digits reads least to most digits and says how many there were.
func (p *timeParser) digits(least, most int) (v int64, n int) {
	for n < most && n < len(p.rest) && p.rest[n] >= '0' && p.rest[n] <= '9' {
		v = v*10 + int64(p.rest[n]-'0')
		n++
	}
	p.bad = p.bad || n < least
	p.rest = p.rest[n:]
	return v, n
}

func (p *timeParser) two() int8 {
	v, _ := p.digits(2, 2)
	return int8(v)
}

func (p *timeParser) date() (d serializer.LocalDate) {
	sign := int64(1)
	if p.has('-') {
		sign = -1
	} else {
		p.has('+')
	}
	year, _ := p.digits(4, 10)
	year *= sign
	p.char('-')
	d.Month = p.two()
	p.char('-')
	d.Year, d.Day = int32(year), p.two()
	p.bad = p.bad || int64(d.Year) != year || !validDate(d)
	return d
}

// clock reads hh:mm:ss with up to nine digits of the second.
func (p *timeParser) clock() (c serializer.LocalTime) {
	c.Hour = p.two()
	p.char(':')
	c.Minute = p.two()
	p.char(':')
	c.Second = p.two()
	if p.has('.') {
		v, n := p.digits(1, 9)
		for ; n < 9; n++ {
			v *= 10
		}
		c.Nanos = int32(v)
	}
	p.bad = p.bad || !validTime(c)
	return c
}

// instant reads a date and time of day with Z or an offset such as +02:00.
func (p *timeParser) instant() (seconds int64, nanos int32) {
	d := p.date()
	p.char('T')
	c := p.clock()
	if p.bad {
		return 0, 0
	}
	seconds = epochDay(int64(d.Year), int(d.Month), int(d.Day))*secondsPerDay + nanoOfDay(c)/1_000_000_000
	if p.has('Z') {
		return seconds, c.Nanos
	}
	east := p.has('+')
	if !east {
		p.char('-')
	}
	h := p.two()
	p.char(':')
	m := p.two()
	p.bad = p.bad || h > 23 || m > 59
	if offset := int64(h)*3600 + int64(m)*60; east {
		return seconds - offset, c.Nanos
	} else {
		return seconds + offset, c.Nanos
	}
}

// millis counts milliseconds, which not every instant has as a long.
func (p *timeParser) millis(seconds int64, nanos int32) int64 {
	if seconds < floorDiv(math.MinInt64, 1000) || seconds > floorDiv(math.MaxInt64, 1000) {
		p.bad = true
		return 0
	}
	ms := seconds*1000 + int64(nanos)/1_000_000 // may wrap on the way at both ends
	p.bad = p.bad || floorDiv(ms, 1000) != seconds
	return ms
}
