package serializer

import "testing"

func TestAppendText(t *testing.T) {
	for _, tc := range []struct {
		name, hex, want string
		value           bool
		null, exact     bool
	}{
		{"null", "00", "", false, true, true},
		{"empty", "01", "", false, false, true},
		{"empty value", "00", "", true, false, true},
		{"ASCII", "0668656c6c6f", "hello", false, false, true},
		{"value", "0568656c6c6f", "hello", true, false, true},
		{"two bytes and three", "03 e901 ac41", "\u00e9\u20ac", false, false, true},
		{"supplementary", "03 b4b003 9eba03", "\U0001D11E", false, false, true},
		{"lead alone", "03 80b003 61", "\xED\xA0\x80a", false, false, false},
		{"trail alone", "02 80b803", "\xED\xB0\x80", false, false, false},
		{"lead at the end", "02 80b003", "\xED\xA0\x80", false, false, false},
		{"two leads and a trail", "04 80b003 80b003 80b803", "\xED\xA0\x80\U00010000", false, false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := unhex(t, tc.hex)
			// What stands before never joins with the text: the lead surrogate here would.
			out, n, null, exact := AppendText([]byte("\xED\xA0\xB4"), append(b, 0xFF), tc.value)
			if string(out[3:]) != tc.want || n != len(b) || null != tc.null || exact != tc.exact {
				t.Errorf("%q in %d of %d bytes, null %t, exact %t; want %q, %t, %t", out[3:], n, len(b), null, exact, tc.want, tc.null, tc.exact)
			}
		})
	}
}
