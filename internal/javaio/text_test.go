package javaio

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf16"
)

func TestModifiedUTF8(t *testing.T) {
	for _, tc := range []struct {
		name, encoded, text string
		canonical           bool // text is encoded to the same bytes
	}{
		{"empty", "", "", true},
		{"ASCII", "abcdefgh", "abcdefgh", true},
		{"long ASCII", "abcdefghijklmnopq", "abcdefghijklmnopq", true},
		{"NUL", "a\xC0\x80b", "a\x00b", true},
		{"plain NUL", "abcdefgh\x00", "abcdefgh\x00", false},
		{"two bytes", "\xC3\xBC", "ü", true},
		{"three bytes", "\xE2\x82\xAC", "€", true},
		{"supplementary", "\xED\xA0\xBD\xED\xB8\x80", "😀", true},
		{"lead surrogate", "\xED\xA0\xBDx", "\xED\xA0\xBDx", true},
		{"trail surrogate", "\xED\xB8\x80", "\xED\xB8\x80", true},
		{"surrogates in the wrong order", "\xED\xB8\x80\xED\xA0\xBD", "\xED\xB8\x80\xED\xA0\xBD", true},
		{"overlong", "\xC1\x81", "A", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, bad := DecodeModifiedUTF8([]byte(tc.encoded))
			if got != tc.text || bad != -1 {
				t.Errorf("%q, %d, want %q", got, bad, tc.text)
			}
			if again := string(AppendModifiedUTF8(nil, got)); (again == tc.encoded) != tc.canonical {
				t.Errorf("encoded again: %q", again)
			}
		})
	}
	for in, want := range map[string]int{"a\x80": 1, "\xFF": 0, "ab\xC3": 2, "\xE2\x82": 0, "\xF0\x9F\x98\x80": 0, "\xC3\xC3": 0, "\xE2\x82\xC0": 0} {
		if _, bad := DecodeModifiedUTF8([]byte(in)); bad != want {
			t.Errorf("%q: bad at %d, want %d", in, bad, want)
		}
	}
}

func TestUnits(t *testing.T) {
	const text = "a\x00ü€😀\xED\xA0\xBD"
	var units []uint16
	Units(text, func(u uint16) { units = append(units, u) })
	if want := append(utf16.Encode([]rune("a\x00ü€😀")), 0xD83D); !equal(units, want) || UnitCount(text) != len(want) {
		t.Errorf("units %x, want %x", units, want)
	}
	var back []byte
	for _, u := range units {
		back = AppendUnit(back, u)
	}
	if string(back) != text {
		t.Errorf("back to %q", back)
	}
	if n := UnitCount("a\xFFb"); n != 3 {
		t.Errorf("%d units, want a replacement for the byte that is no text", n)
	}
}

func equal(a, b []uint16) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestIsPlain(t *testing.T) {
	for n := range 40 {
		plain := strings.Repeat("\x01\x7F", n)[:n]
		if !IsPlain(plain) {
			t.Errorf("%d plain bytes", n)
		}
		for i := range n {
			for _, c := range []byte{0, 0x80, 0xFF} {
				b := []byte(plain)
				b[i] = c
				if IsPlain(string(b)) {
					t.Errorf("%#02x at %d of %d", c, i, n)
				}
			}
		}
	}
}

func TestUTF(t *testing.T) {
	b := AppendUTF([]byte("x"), "ü\x00")
	if !bytes.Equal(b, []byte("x\x00\x04\xC3\xBC\xC0\x80")) {
		t.Errorf("% x", b)
	}
	r := NewReader(b[1:], 0)
	if s := r.UTF(); s != "ü\x00" || r.Done() != nil {
		t.Errorf("%q, %v", s, r.Err())
	}
	if !FitsUTF(strings.Repeat("a", 65535)) || FitsUTF(strings.Repeat("a", 65536)) ||
		!FitsUTF(strings.Repeat("€", 21845)) || FitsUTF(strings.Repeat("€", 21846)) || FitsUTF(strings.Repeat("\x00", 32768)) {
		t.Error("the limit is 65,535 encoded bytes")
	}
}

func FuzzModifiedUTF8(f *testing.F) {
	for _, s := range []string{"", "a\xC0\x80", "\xED\xA0\xBD\xED\xB8\x80", "\xC1\x81", "\xF0"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, bad := DecodeModifiedUTF8(b)
		if bad >= 0 {
			return
		}
		again, bad := DecodeModifiedUTF8(AppendModifiedUTF8(nil, s))
		if again != s || bad >= 0 {
			t.Fatalf("%q became %q", s, again)
		}
	})
}
