package main

import (
	"testing"
	"time"
)

func TestAge(t *testing.T) {
	for in, want := range map[string]time.Duration{"90s": 90 * time.Second, "24h": 24 * time.Hour, "7d": 168 * time.Hour, "2w": 336 * time.Hour,
		"1w1d": 192 * time.Hour, "1d12h": 36 * time.Hour, "0s": 0} {
		var a age
		if err := a.Set(in); err != nil || time.Duration(a) != want {
			t.Errorf("%s: %v, %v", in, time.Duration(a), err)
		}
		if again, err := parseAge(a.String()); err != nil || again != want {
			t.Errorf("%s prints as %s: %v, %v", in, a.String(), again, err)
		}
	}
	for _, in := range []string{"", "d", "-1d", "7", "-1h", "1d1w", "99999999d"} {
		if d, err := parseAge(in); err == nil {
			t.Errorf("%q is %v", in, d)
		}
	}
}
