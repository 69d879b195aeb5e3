package export

import (
	"strconv"

	"ckpt/serializer"
)

const (
	secondsPerDay = 86400
	nanosPerDay   = secondsPerDay * 1_000_000_000
)

// floorDiv and floorMod divide towards minus infinity; b is positive.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 {
	if m := a % b; m < 0 {
		return m + b
	} else {
		return m
	}
}

// civil gives the proleptic Gregorian date of a day counted from 1970-01-01.
func civil(day int64) (year int64, month, dom int) {
	day += 719468 // days from 0000-03-01
	era := floorDiv(day, 146097)
	doe := day - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	dom = int(doy - (153*mp+2)/5 + 1)
	month = int(mp + 3)
	if month > 12 {
		month -= 12
	}
	year = yoe + era*400
	if month <= 2 {
		year++
	}
	return year, month, dom
}

// epochDay is the inverse of civil.
func epochDay(year int64, month, dom int) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	era := floorDiv(year, 400)
	yoe := year - era*400
	doy := int64((153*(month-3)+2)/5 + dom - 1)
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

// daysIn returns the length of a month of a year.
func daysIn(year int64, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// validDate says whether a stored date exists.
func validDate(d serializer.LocalDate) bool {
	return d.Month >= 1 && d.Month <= 12 && d.Day >= 1 && int(d.Day) <= daysIn(int64(d.Year), int(d.Month))
}

// validTime says whether a stored time of day exists.
func validTime(t serializer.LocalTime) bool {
	return t.Hour >= 0 && t.Hour < 24 && t.Minute >= 0 && t.Minute < 60 && t.Second >= 0 && t.Second < 60 &&
		t.Nanos >= 0 && t.Nanos < 1_000_000_000
}

func nanoOfDay(t serializer.LocalTime) int64 {
	return (int64(t.Hour)*3600+int64(t.Minute)*60+int64(t.Second))*1_000_000_000 + int64(t.Nanos)
}

func appendPadded(dst []byte, n int64, width int) []byte {
	if n < 0 {
		dst = append(dst, '-')
		n = -n
	}
	at := len(dst)
	dst = strconv.AppendInt(dst, n, 10)
	for len(dst)-at < width {
		dst = append(dst, 0)
		copy(dst[at+1:], dst[at:len(dst)-1])
		dst[at] = '0'
	}
	return dst
}

// appendDate appends an ISO 8601 date. Years have at least four digits and, beyond 9999, a sign.
func appendDate(dst []byte, year int64, month, dom int) []byte {
	if year > 9999 {
		dst = append(dst, '+')
	}
	dst = appendPadded(dst, year, 4)
	dst = append(dst, '-')
	dst = appendPadded(dst, int64(month), 2)
	dst = append(dst, '-')
	return appendPadded(dst, int64(dom), 2)
}

// appendClock appends hh:mm:ss and, where they are not zero, 3, 6 or 9 digits of the second.
func appendClock(dst []byte, hour, minute, second, nanos int64) []byte {
	dst = append(appendPadded(dst, hour, 2), ':')
	dst = append(appendPadded(dst, minute, 2), ':')
	dst = appendPadded(dst, second, 2)
	if nanos == 0 {
		return dst
	}
	dst = append(dst, '.')
	switch {
	case nanos%1_000_000 == 0:
		return appendPadded(dst, nanos/1_000_000, 3)
	case nanos%1000 == 0:
		return appendPadded(dst, nanos/1000, 6)
	}
	return appendPadded(dst, nanos, 9)
}

// appendDateTime appends the ISO 8601 form of a point of time counted from 1970, without zone.
func appendDateTime(dst []byte, seconds, nanos int64) []byte {
	y, m, d := civil(floorDiv(seconds, secondsPerDay))
	s := floorMod(seconds, secondsPerDay)
	dst = append(appendDate(dst, y, m, d), 'T')
	return appendClock(dst, s/3600, s/60%60, s%60, nanos)
}

func appendInstant(dst []byte, seconds, nanos int64) []byte {
	return append(appendDateTime(dst, seconds, nanos), 'Z')
}

// appendMillis appends an instant in milliseconds, without quotes.
func appendMillis(dst []byte, ms int64) []byte {
	return appendInstant(dst, floorDiv(ms, 1000), floorMod(ms, 1000)*1_000_000)
}

func appendLocalDate(dst []byte, d serializer.LocalDate) []byte {
	return appendDate(dst, int64(d.Year), int(d.Month), int(d.Day))
}

func appendLocalTime(dst []byte, t serializer.LocalTime) []byte {
	return appendClock(dst, int64(t.Hour), int64(t.Minute), int64(t.Second), int64(t.Nanos))
}
