package serializer

import (
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"

	"ckpt/internal/javaio"
)

// Text as StringValue writes it: a length in units and each UTF-16 unit as a vint of one to three bytes.

// highBits has the top bit of each byte set: none of eight bytes is a part of a longer vint.
const highBits = 0x8080808080808080

// skipUnits passes n units.
func skipUnits(b []byte, p, n int) (int, error) {
	if n > len(b)-p {
		return 0, ErrShort // a unit has at least one byte
	}
	s := b[p:]
	for n > 0 {
		k := min(n, 8)
		n -= k
		if len(s) >= 8 && binary.LittleEndian.Uint64(s)&(highBits>>(64-8*k)) == 0 {
			s = s[k:]
			continue
		}
		for ; k > 0; k-- {
			switch {
			case len(s) > 0 && s[0] < 0x80:
				s = s[1:]
			case len(s) > 1 && s[1] < 0x80 && s[1] != 0:
				s = s[2:]
			default:
				w, err := wideUnit(s)
				if err != nil {
					return 0, shifted(err, len(b)-len(s))
				}
				s = s[w:]
			}
		}
	}
	return len(b) - len(s), nil
}

// wideUnit returns the length of the unit that begins s and is not of one byte.
func wideUnit(s []byte) (int, error) {
	for i := 1; i < 3; i++ {
		if i >= len(s) {
			return 0, ErrShort
		}
		switch c := s[i]; {
		case c == 0:
			return 0, corrupt(0, "character in more bytes than it needs")
		case i == 2 && c > 3:
			return 0, corrupt(0, "character beyond 16 bits")
		case c < 0x80:
			return i + 1, nil
		}
	}
	return 0, ErrShort // not reached: the third byte ends a unit
}

// textLength reads the length in front of text: of StringSerializer, where null is -1, if bias is 1; else of StringValue.
func textLength(b []byte, p, bias int) (n, next int, err error) {
	if p < len(b) && b[p] < 0x80 {
		return int(b[p]) - bias, p + 1, nil
	}
	var v uint64
	for i := range 5 {
		if p+i >= len(b) {
			return 0, 0, ErrShort
		}
		c := b[p+i]
		v |= uint64(c&0x7F) << (7 * i)
		if c >= 0x80 {
			continue
		}
		if c == 0 || v > 1<<31-1+uint64(bias) {
			break
		}
		return int(v) - bias, p + i + 1, nil
	}
	return 0, 0, corrupt(p, "text length is no number below 2^31 in its shortest form")
}

// skipText passes text with its length.
func skipText(b []byte, p, bias int) (int, error) {
	n, p, err := textLength(b, p, bias)
	if err != nil || n <= 0 {
		return p, err
	}
	return skipUnits(b, p, n)
}

// AppendText appends the characters of the string that begins b, as WTF-8, to dst: what StringSerializer wrote, or
// StringValueSerializer if value. n is the number of bytes read; null says that there is none; exact that the result is
// UTF-8, which text with unpaired surrogates is not. The string must have been skipped before: nothing is checked.
func AppendText(dst, b []byte, value bool) (out []byte, n int, null, exact bool) {
	bias := 1
	if value {
		bias = 0
	}
	units, p, _ := textLength(b, 0, bias)
	if units <= 0 {
		return dst, p, units < 0, true
	}
	out, n, exact = appendUnits(dst, b, p, units)
	return out, n, false, exact
}

// appendUnits appends n units that have been skipped before, read from b at p, as WTF-8.
func appendUnits(dst, b []byte, p, n int) (out []byte, next int, exact bool) {
	exact = true
	for n > 0 {
		run := asciiRun(b[p:], n)
		dst = append(dst, b[p:p+run]...)
		p += run
		n -= run
		for n > 0 && b[p] >= 0x80 {
			u, w := unitAt(b, p)
			p += w
			n--
			if u&0xF800 != 0xD800 {
				dst = utf8.AppendRune(dst, rune(u))
				continue
			}
			if trail, w := trailAt(b, p, n); u < 0xDC00 && w > 0 {
				dst = utf8.AppendRune(dst, utf16.DecodeRune(rune(u), rune(trail)))
				p += w
				n--
				continue
			}
			dst = append(dst, 0xE0|byte(u>>12), 0x80|byte(u>>6&0x3F), 0x80|byte(u&0x3F))
			exact = false
		}
	}
	return dst, p, exact
}

// trailAt returns the unit at p and its length, if it is one of n more units and a trail surrogate.
func trailAt(b []byte, p, n int) (u uint16, w int) {
	if n == 0 || b[p] < 0x80 {
		return 0, 0
	}
	if u, w = unitAt(b, p); u&0xFC00 != 0xDC00 {
		return 0, 0
	}
	return u, w
}

// asciiRun returns how many of the n units at the beginning of b have one byte.
func asciiRun(b []byte, n int) (run int) {
	for n-run >= 8 && len(b)-run >= 8 && binary.LittleEndian.Uint64(b[run:])&highBits == 0 {
		run += 8
	}
	for run < n && b[run] < 0x80 {
		run++
	}
	return run
}

// unitAt returns the unit of two or three bytes at p and its length.
func unitAt(b []byte, p int) (uint16, int) {
	u := uint16(b[p]&0x7F) | uint16(b[p+1]&0x7F)<<7
	if b[p+1] < 0x80 {
		return u, 2
	}
	return u | uint16(b[p+2])<<14, 3
}

// appendText appends a string with its length.
func appendText(dst []byte, s string, bias int) []byte {
	if isASCII(s) {
		return append(binary.AppendUvarint(dst, uint64(len(s)+bias)), s...)
	}
	dst = binary.AppendUvarint(dst, uint64(javaio.UnitCount(s)+bias))
	javaio.Units(s, func(u uint16) { dst = binary.AppendUvarint(dst, uint64(u)) })
	return dst
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
