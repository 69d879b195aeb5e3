package export

import (
	"math"
	"math/big"
	"strconv"

	"ckpt/serializer"
)

const hexDigits = "0123456789abcdef"

// appendString appends WTF-8 text as a JSON string. Only what RFC 8259 demands is escaped, and unpaired surrogates.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	dst = appendEscaped(dst, s)
	return append(dst, '"')
}

// appendName appends the name of a user's field or map key: one that begins with $ gets another one.
func appendName(dst []byte, s string) []byte {
	dst = append(dst, '"')
	if s != "" && s[0] == '$' {
		dst = append(dst, '$')
	}
	dst = appendEscaped(dst, s)
	return append(dst, '"')
}

func appendEscaped(dst []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c != 0xED {
			continue
		}
		if c == 0xED && !(i+2 < len(s) && s[i+1] >= 0xA0) {
			continue
		}
		dst = append(dst, s[start:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		case 0xED:
			dst = appendUnitEscape(dst, 0xD000|uint16(s[i+1]&0x3F)<<6|uint16(s[i+2]&0x3F))
			i += 2
		default:
			dst = appendUnitEscape(dst, uint16(c))
		}
		start = i + 1
	}
	return append(dst, s[start:]...)
}

func appendUnitEscape(dst []byte, u uint16) []byte {
	return append(dst, '\\', 'u', hexDigits[u>>12], hexDigits[u>>8&15], hexDigits[u>>4&15], hexDigits[u&15])
}

// appendFloat appends the shortest decimal that reads back as the same bits of a float of the given size: always with a
// point or an exponent, so that -0.0 and the type survive. NaN and infinities are strings.
func appendFloat(dst []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(dst, `"Infinity"`...)
	case math.IsInf(f, -1):
		return append(dst, `"-Infinity"`...)
	}
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	at := len(dst)
	dst = strconv.AppendFloat(dst, f, format, -1, bits)
	for _, c := range dst[at:] {
		if c == '.' || c == 'e' {
			return dst
		}
	}
	return append(dst, '.', '0')
}

// appendDecimal appends what BigDecimal.toString prints, without quotes.
func appendDecimal(dst []byte, d serializer.Decimal) []byte {
	at := len(dst)
	dst = d.Unscaled.Append(dst, 10)
	return pointDecimal(dst, at, d.Scale)
}

// pointDecimal places point and exponent in the integer that dst holds from at on.
func pointDecimal(dst []byte, at int, scale int32) []byte {
	if scale == 0 {
		return dst
	}
	if dst[at] == '-' {
		at++
	}
	digits := len(dst) - at
	adjusted := -int64(scale) + int64(digits-1)
	if scale > 0 && adjusted >= -6 {
		return plainDecimal(dst, at, digits, int(scale))
	}
	if digits > 1 {
		dst = append(dst, 0)
		copy(dst[at+2:], dst[at+1:len(dst)-1])
		dst[at+1] = '.'
	}
	if adjusted != 0 {
		dst = append(dst, 'E')
		if adjusted > 0 {
			dst = append(dst, '+')
		}
		dst = strconv.AppendInt(dst, adjusted, 10)
	}
	return dst
}

// plainDecimal puts a point before the last scale digits, with leading zeros where there are fewer.
func plainDecimal(dst []byte, at, digits, scale int) []byte {
	if scale < digits {
		dst = append(dst, 0)
		copy(dst[at+digits-scale+1:], dst[at+digits-scale:len(dst)-1])
		dst[at+digits-scale] = '.'
		return dst
	}
	zeros := scale - digits // at most 6: see the caller
	for range zeros + 2 {
		dst = append(dst, 0)
	}
	copy(dst[at+zeros+2:], dst[at:at+digits])
	dst[at], dst[at+1] = '0', '.'
	for i := range zeros {
		dst[at+2+i] = '0'
	}
	return dst
}

// appendBig appends a BigInteger as a JSON string.
func appendBig(dst []byte, n *big.Int) []byte {
	dst = append(dst, '"')
	dst = n.Append(dst, 10)
	return append(dst, '"')
}
