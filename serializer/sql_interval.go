package serializer

import (
	"fmt"
	"strings"

	"ckpt/internal/javaobj"
)

// intervalType is an INTERVAL: Logical has its fields as Flink prints them.
func intervalType(o *javaobj.Object) *Type {
	fields := enumField(o, "resolution")
	first, last, ranged := strings.Cut(fields, "_TO_")
	if logicalName(o.Class()) == "YearMonthIntervalType" {
		first = withDigits(first, "YEAR", intField(o, "yearPrecision"))
		if ranged {
			first += " TO " + last
		}
		return &Type{Kind: KindTableMonths, Logical: first}
	}
	first = withDigits(first, "DAY", intField(o, "dayPrecision"))
	first = withDigits(first, "SECOND", intField(o, "fractionalPrecision"))
	if ranged {
		first += " TO " + withDigits(last, "SECOND", intField(o, "fractionalPrecision"))
	}
	return &Type{Kind: KindTableDuration, Logical: first}
}

func withDigits(name, of string, digits int32) string {
	if name != of {
		return name
	}
	return fmt.Sprintf("%s(%d)", name, digits)
}
