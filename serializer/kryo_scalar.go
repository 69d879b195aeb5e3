package serializer

// kryoScalars are the classes of the platform that have a Kind of their own, as the class that a Kryo serializer was made
// for: then all its values are of it.
var kryoScalars = map[string]Kind{
	"java.lang.Boolean": KindBoolean, "java.lang.Byte": KindByte, "java.lang.Short": KindShort, "java.lang.Integer": KindInt,
	"java.lang.Long": KindLong, "java.lang.Float": KindFloat, "java.lang.Double": KindDouble, "java.lang.Character": KindChar,
	"java.lang.String": KindString, "java.math.BigInteger": KindBigInt, "java.math.BigDecimal": KindBigDec,
	"java.util.Date": KindDate, "java.sql.Date": KindSQLDate, "java.sql.Time": KindSQLTime, "java.sql.Timestamp": KindSQLTimestamp,
	"java.time.Instant": KindInstant, "java.time.LocalDate": KindLocalDate, "java.time.LocalTime": KindLocalTime,
	"java.time.LocalDateTime": KindLocalDateTime,
}

// ScalarOf returns the type without parts that says what values of a class of the platform are; nil if there is none.
func ScalarOf(class string) *Type {
	if k, ok := kryoScalars[class]; ok {
		return scalar(k)
	}
	return nil
}

// Plain returns what a value that Kryo wrote says without its class: of objects that hold one value, that value.
func Plain(v Value) Value {
	if k, ok := v.(KryoObject); ok {
		v = k.Graph
	}
	if o, ok := v.(Object); ok && o.Names == nil && o.Comparator == nil {
		return o.Value
	}
	return v
}

// ParseUUID reads what UUID's String gives.
func ParseUUID(s string) (u UUID, ok bool) {
	if len(s) != 36 {
		return u, false
	}
	at := 0
	for i := 0; i < len(s); i++ {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return u, false
			}
			continue
		}
		n := nibble(s[i])
		if n < 0 {
			return u, false
		}
		u[at/2] = u[at/2]<<4 | byte(n)
		at++
	}
	return u, true
}

func nibble(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
