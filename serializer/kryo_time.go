package serializer

// time reads java.time and java.util.Date. In 2.24 the field serializer writes java.time: fields by name, int and long
// in zig-zag form.
func (r *kryoReader) time(c *kryoClass) Value {
	v := r.anyTime(c)
	if r.err != nil || !r.build {
		return nil
	}
	return v
}

func (r *kryoReader) anyTime(c *kryoClass) Value {
	switch c.form {
	case formDate:
		return r.made(c, boxed(r, Millis(r.uvarint64())))
	case formTimestamp:
		return r.timestamp()
	case formInstant:
		s, n := r.secondsAndNanos()
		return boxed(r, Instant{Seconds: s, Nanos: n})
	case formDuration:
		if r.five {
			s := int64(r.fixed(8))
			return boxed(r, Duration{Seconds: s, Nanos: r.nanos()})
		}
		s, n := r.secondsAndNanos()
		return boxed(r, Duration{Seconds: s, Nanos: n})
	case formLocalDate:
		return boxed(r, r.localDate())
	case formLocalTime:
		return boxed(r, r.localTime())
	case formLocalDateTime:
		return boxed(r, r.localDateTime())
	case formOffsetDateTime:
		t := OffsetDateTime{Local: r.nestedDateTime()}
		t.Offset = r.nestedOffset()
		return boxed(r, t)
	case formOffsetTime:
		return r.offsetTime()
	case formZonedDateTime:
		return r.zonedDateTime()
	case formZoneOffset:
		return boxed(r, r.zoneOffset())
	case formZoneRegion:
		return r.zoneRegion(c)
	}
	return r.calendarPart(c)
}

// made is v, in an object where its class does not tell it.
func (r *kryoReader) made(c *kryoClass, v Value) Value {
	if c.name == "java.util.Date" {
		return v
	}
	return r.object(c, v)
}

// calendarPart reads years, months and days.
func (r *kryoReader) calendarPart(c *kryoClass) Value {
	switch {
	case c.form == formYear:
		return boxed(r, Year(r.number()))
	case c.form == formYearMonth && r.five:
		y := int32(r.uvarint())
		return boxed(r, YearMonth{Year: y, Month: int32(int8(r.byte()))})
	case c.form == formYearMonth:
		m := r.int32()
		return boxed(r, YearMonth{Month: m, Year: r.int32()})
	case c.form == formMonthDay && r.five:
		m := int32(int8(r.byte()))
		return boxed(r, MonthDay{Month: m, Day: int32(int8(r.byte()))})
	case c.form == formMonthDay:
		d := r.int32()
		return boxed(r, MonthDay{Day: d, Month: r.int32()})
	case r.five:
		y, m := int32(r.uvarint()), int32(r.uvarint())
		return boxed(r, Period{Years: y, Months: m, Days: int32(r.uvarint())})
	}
	d, m := r.int32(), r.int32()
	return boxed(r, Period{Days: d, Months: m, Years: r.int32()})
}

// number reads an int that 5.6 expects to be positive.
func (r *kryoReader) number() int32 {
	if r.five {
		return int32(r.uvarint())
	}
	return r.int32()
}

const nanosPerSecond = 1_000_000_000

// nanos reads nanoseconds of a second as an unsigned number.
func (r *kryoReader) nanos() int32 {
	at := r.p
	n := r.uvarint()
	if n >= nanosPerSecond {
		r.corrupt(at, "%d nanoseconds", n)
	}
	return int32(n)
}

func (r *kryoReader) secondsAndNanos() (int64, int32) {
	if r.five {
		s := int64(r.uvarint64())
		return s, r.nanos()
	}
	at := r.p
	n := r.int32()
	if n < 0 || n >= nanosPerSecond {
		r.corrupt(at, "%d nanoseconds", n)
	}
	return r.int64(), n
}

// timestamp reads a java.sql.Timestamp: 5.6 writes whole seconds.
func (r *kryoReader) timestamp() Value {
	at := r.p
	t := SQLTimestamp{Millis: int64(r.uvarint64())}
	t.Nanos = r.nanos()
	milli := int64(t.Nanos / 1e6)
	if r.five {
		t.Millis += milli
	}
	if rest := t.Millis % 1000; r.err == nil && (rest+1000)%1000 != milli {
		r.corrupt(at, "%d milliseconds with %d nanoseconds of a second", t.Millis, t.Nanos)
	}
	return boxed(r, t)
}

func (r *kryoReader) localDate() (d LocalDate) {
	at := r.p
	if r.five {
		d.Year = int32(r.uvarint())
		d.Month, d.Day = int8(r.byte()), int8(r.byte())
	} else {
		day, month := int16(r.fixed(2)), int16(r.fixed(2))
		d = LocalDate{Year: r.int32(), Month: int8(month), Day: int8(day)}
		if r.err == nil && (month>>8 != 0 || day>>8 != 0) {
			r.corrupt(at, "day %d of month %d", day, month)
		}
	}
	if r.err == nil && (d.Month < 1 || d.Month > 12 || d.Day < 1 || d.Day > 31) {
		r.corrupt(at, "day %d of month %d", d.Day, d.Month)
	}
	return d
}

// localTime of 5.6 ends with the last part that is not zero: that part is written as its complement.
func (r *kryoReader) localTime() (t LocalTime) {
	at := r.p
	switch {
	case !r.five:
		t = LocalTime{Hour: int8(r.byte()), Minute: int8(r.byte()), Nanos: r.int32()}
		t.Second = int8(r.byte())
	default:
		if t.Hour = int8(r.byte()); t.Hour < 0 {
			t.Hour = ^t.Hour
			break
		}
		if t.Minute = int8(r.byte()); t.Minute < 0 {
			t.Minute = ^t.Minute
			break
		}
		if t.Second = int8(r.byte()); t.Second < 0 {
			t.Second = ^t.Second
			break
		}
		t.Nanos = r.nanos()
	}
	if r.err == nil && (t.Hour < 0 || t.Hour > 23 || t.Minute < 0 || t.Minute > 59 || t.Second < 0 || t.Second > 59 ||
		t.Nanos < 0 || t.Nanos >= nanosPerSecond) {
		r.corrupt(at, "time %d:%d:%d and %d nanoseconds", t.Hour, t.Minute, t.Second, t.Nanos)
	}
	return t
}

func (r *kryoReader) localDateTime() (t LocalDateTime) {
	if r.five {
		t.Date = r.localDate()
		t.Time = r.localTime()
		return t
	}
	t.Date = part[LocalDate](r, formLocalDate)
	t.Time = part[LocalTime](r, formLocalTime)
	return t
}

// part reads a field of a final class that is not null.
func part[T any](r *kryoReader, form kryoForm) T {
	at := r.p
	v, ok := r.resolved(r.nullable(kryoTimes[form], nil)).(T)
	if !ok && r.build {
		r.corrupt(at, "a part is missing")
	}
	return v
}

// kryoTimes are the classes that are parts of others.
var kryoTimes = map[kryoForm]*kryoClass{
	formLocalDate:     {name: "java.time.LocalDate", form: formLocalDate, final: true},
	formLocalTime:     {name: "java.time.LocalTime", form: formLocalTime, final: true},
	formLocalDateTime: {name: "java.time.LocalDateTime", form: formLocalDateTime, final: true},
	formZoneOffset:    {name: "java.time.ZoneOffset", form: formZoneOffset, final: true},
}

func (r *kryoReader) nestedDateTime() LocalDateTime {
	if r.five {
		return r.localDateTime()
	}
	return part[LocalDateTime](r, formLocalDateTime)
}

func (r *kryoReader) nestedOffset() ZoneOffset {
	if r.five {
		return r.zoneOffset()
	}
	return part[ZoneOffset](r, formZoneOffset)
}

const maxOffset = 18 * 3600

func (r *kryoReader) zoneOffset() ZoneOffset {
	at := r.p
	var z int32
	switch {
	case !r.five:
		z = r.int32()
	default:
		if z = int32(int8(r.byte())); z == 127 {
			z = int32(r.fixed(4))
		} else {
			z *= 900
		}
	}
	if z < -maxOffset || z > maxOffset {
		r.corrupt(at, "offset of %d seconds", z)
	}
	return ZoneOffset(z)
}

func (r *kryoReader) offsetTime() Value {
	if r.five {
		t := OffsetTime{Time: r.localTime()}
		t.Offset = r.zoneOffset()
		return boxed(r, t)
	}
	offset := part[ZoneOffset](r, formZoneOffset) // field offset, then time
	return boxed(r, OffsetTime{Time: part[LocalTime](r, formLocalTime), Offset: offset})
}

func (r *kryoReader) zonedDateTime() Value {
	t := ZonedDateTime{Local: r.nestedDateTime()}
	if r.five {
		t.Zone = r.text()
		if r.build {
			t.Offset, t.HasOffset = parseOffset(t.Zone)
		}
	} else {
		t.Offset, t.HasOffset = r.nestedOffset(), true
		switch z := r.resolved(r.value(nil)).(type) {
		case Object:
			t.Zone, _ = z.Value.(string)
		case ZoneOffset:
		default:
			if r.build {
				r.corrupt(r.p, "a part is missing")
			}
		}
	}
	if t.HasOffset && t.Zone == t.Offset.String() {
		t.Zone = ""
	}
	return boxed(r, t)
}

// zoneRegion is the id of a region.
func (r *kryoReader) zoneRegion(c *kryoClass) Value {
	if r.five {
		return r.object(c, boxed(r, r.text()))
	}
	id, _ := r.resolved(r.nullable(kryoKnown["java.lang.String"], nil)).(string)
	return r.object(c, boxed(r, id))
}
