package javaio

import (
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// Strings of this program are WTF-8: UTF-8 that may also hold the three-byte form of an unpaired surrogate, so
// that any sequence of UTF-16 units survives reading and writing.

// AppendUnit appends one UTF-16 unit to WTF-8 text, joining it with a lead surrogate that ends dst.
func AppendUnit(dst []byte, u uint16) []byte {
	if u >= 0xDC00 && u <= 0xDFFF {
		if n := len(dst); n >= 3 && dst[n-3] == 0xED && dst[n-2] >= 0xA0 && dst[n-2] <= 0xAF {
			lead := 0xD000 | uint16(dst[n-2]&0x3F)<<6 | uint16(dst[n-1]&0x3F)
			return utf8.AppendRune(dst[:n-3], utf16.DecodeRune(rune(lead), rune(u)))
		}
	}
	switch {
	case u < 0x80:
		return append(dst, byte(u))
	case u < 0x800:
		return append(dst, 0xC0|byte(u>>6), 0x80|byte(u&0x3F))
	default:
		return append(dst, 0xE0|byte(u>>12), 0x80|byte(u>>6&0x3F), 0x80|byte(u&0x3F))
	}
}

// Units calls yield for each UTF-16 unit of WTF-8 text. Bytes that are not WTF-8 are given as U+FFFD.
func Units(s string, yield func(u uint16)) {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 && i+2 < len(s) && s[i] == 0xED && s[i+1]&0xE0 == 0xA0 && s[i+2]&0xC0 == 0x80 {
			yield(0xD000 | uint16(s[i+1]&0x3F)<<6 | uint16(s[i+2]&0x3F))
			i += 3
			continue
		}
		i += n
		if r >= 0x10000 {
			hi, lo := utf16.EncodeRune(r)
			yield(uint16(hi))
			yield(uint16(lo))
			continue
		}
		yield(uint16(r))
	}
}

// UnitCount returns the number of UTF-16 units of WTF-8 text.
func UnitCount(s string) (n int) {
	Units(s, func(uint16) { n++ })
	return n
}

// IsPlain says whether s is ASCII without NUL: the same bytes in UTF-8 and modified UTF-8.
func IsPlain(s string) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for ; len(s) >= 8; s = s[8:] {
		w := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		if (w|(w-ones))&highs != 0 { // a high bit, or a zero byte that borrowed
			return false
		}
	}
	for i := range len(s) {
		if s[i] == 0 || s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// DecodeModifiedUTF8 turns modified UTF-8 (NUL as C0 80, supplementary characters as two three-byte surrogates)
// into WTF-8. As Java does, it also reads what no writer produces: a plain NUL and overlong forms. bad is the index of the
// first byte that cannot be read, or -1.
func DecodeModifiedUTF8(b []byte) (s string, bad int) {
	if s := string(b); IsPlain(s) {
		return s, -1
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		c := b[i]
		switch {
		case c < 0x80:
			out = append(out, c)
			i++
		case c&0xE0 == 0xC0 && i+1 < len(b) && b[i+1]&0xC0 == 0x80:
			out = AppendUnit(out, uint16(c&0x1F)<<6|uint16(b[i+1]&0x3F))
			i += 2
		case c&0xF0 == 0xE0 && i+2 < len(b) && b[i+1]&0xC0 == 0x80 && b[i+2]&0xC0 == 0x80:
			out = AppendUnit(out, uint16(c&0x0F)<<12|uint16(b[i+1]&0x3F)<<6|uint16(b[i+2]&0x3F))
			i += 3
		default:
			return string(out), i
		}
	}
	return string(out), -1
}

// AppendModifiedUTF8 appends the modified UTF-8 of WTF-8 text, without a length.
func AppendModifiedUTF8(dst []byte, s string) []byte {
	if IsPlain(s) {
		return append(dst, s...)
	}
	Units(s, func(u uint16) {
		switch {
		case u != 0 && u < 0x80:
			dst = append(dst, byte(u))
		case u < 0x800:
			dst = append(dst, 0xC0|byte(u>>6), 0x80|byte(u&0x3F))
		default:
			dst = append(dst, 0xE0|byte(u>>12), 0x80|byte(u>>6&0x3F), 0x80|byte(u&0x3F))
		}
	})
	return dst
}

// AppendUTF appends Java's writeUTF form. The encoded text must not exceed 65,535 bytes (FitsUTF).
func AppendUTF(dst []byte, s string) []byte {
	at := len(dst)
	dst = AppendModifiedUTF8(append(dst, 0, 0), s)
	binary.BigEndian.PutUint16(dst[at:], uint16(len(dst)-at-2))
	return dst
}

// FitsUTF says whether writeUTF can hold s.
func FitsUTF(s string) bool {
	return len(s) <= 65535/3 || len(AppendModifiedUTF8(nil, s)) <= 65535
}
