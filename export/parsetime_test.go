package export

import (
	"math"
	"testing"

	"ckpt/serializer"
)

func TestParseTime(t *testing.T) {
	for _, tc := range []struct {
		name string
		kind serializer.Kind
		text string
		want serializer.Value // nil: refused
	}{
		{"date", serializer.KindLocalDate, "2024-02-29", serializer.LocalDate{Year: 2024, Month: 2, Day: 29}},
		{"last date", serializer.KindLocalDate, "+999999999-12-31", serializer.LocalDate{Year: 999999999, Month: 12, Day: 31}},
		{"date before year 0", serializer.KindLocalDate, "-0005-12-31", serializer.LocalDate{Year: -5, Month: 12, Day: 31}},
		{"no leap day", serializer.KindLocalDate, "2023-02-29", nil},
		{"year too large", serializer.KindLocalDate, "+2147483648-01-01", nil},
		{"short year", serializer.KindLocalDate, "24-02-29", nil},
		{"something behind", serializer.KindLocalDate, "2024-02-29 ", nil},
		{"clock", serializer.KindLocalTime, "23:59:59.5", serializer.LocalTime{Hour: 23, Minute: 59, Second: 59, Nanos: 500_000_000}},
		{"ten digits of the second", serializer.KindLocalTime, "23:59:59.1234567890", nil},
		{"no such hour", serializer.KindLocalTime, "24:00:00", nil},
		{"point without digits", serializer.KindLocalTime, "23:00:00.", nil},
		{"date and time", serializer.KindLocalDateTime, "-999999999-01-01T00:00:00.000000001",
			serializer.LocalDateTime{Date: serializer.LocalDate{Year: -999999999, Month: 1, Day: 1}, Time: serializer.LocalTime{Nanos: 1}}},
		{"zone where there is none", serializer.KindLocalDateTime, "2024-02-29T00:00:00Z", nil},
		{"last instant", serializer.KindInstant, "+1000000000-12-31T23:59:59.999999999Z", serializer.Instant{Seconds: 31556889864403199, Nanos: 999_999_999}},
		{"first instant", serializer.KindInstant, "-1000000000-01-01T00:00:00Z", serializer.Instant{Seconds: -31557014167219200}},
		{"east", serializer.KindInstant, "1970-01-01T02:00:00+02:00", serializer.Instant{}},
		{"west", serializer.KindInstant, "1969-12-31T20:30:00-03:30", serializer.Instant{}},
		{"no zone", serializer.KindInstant, "1970-01-01T00:00:00", nil},
		{"last date of java.util", serializer.KindDate, "+292278994-08-17T07:12:55.807Z", serializer.Millis(math.MaxInt64)},
		{"first date of java.util", serializer.KindDate, "-292275055-05-16T16:47:04.192Z", serializer.Millis(math.MinInt64)},
		{"a millisecond more", serializer.KindDate, "+292278994-08-17T07:12:55.808Z", nil},
		{"a millisecond less", serializer.KindSQLDate, "-292275055-05-16T16:47:04.191Z", nil},
		{"timestamp", serializer.KindSQLTimestamp, "1969-12-31T23:59:59.999999999Z", serializer.SQLTimestamp{Millis: -1, Nanos: 999_999_999}},
		{"empty", serializer.KindInstant, "", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := ParseJSON(&serializer.Type{Kind: tc.kind}, []byte(`"`+tc.text+`"`))
			if got != tc.want || (err == nil) != (tc.want != nil) {
				t.Errorf("got %v, %v; want %v", got, err, tc.want)
			}
		})
	}
}

func TestParseNaN(t *testing.T) {
	d, err := ParseJSON(&serializer.Type{Kind: serializer.KindDouble}, []byte(`"NaN"`))
	if v, ok := d.(float64); !ok || err != nil || math.Float64bits(v) != 0x7ff8000000000000 {
		t.Errorf("%v %v", d, err)
	}
	f, err := ParseJSON(&serializer.Type{Kind: serializer.KindFloat}, []byte(`"NaN"`))
	if v, ok := f.(float32); !ok || err != nil || math.Float32bits(v) != 0x7fc00000 {
		t.Errorf("%v %v", f, err)
	}
}
