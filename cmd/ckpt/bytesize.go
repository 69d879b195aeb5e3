package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// byteSize is a flag value such as 64MiB, 1.5GB or 1048576.
type byteSize int64

var byteUnits = []struct {
	suffix string
	factor float64
}{
	{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30}, {"tib", 1 << 40},
	{"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"tb", 1e12},
	{"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}, {"t", 1 << 40}, {"b", 1},
}

func (b *byteSize) Set(s string) error {
	t, factor := strings.ToLower(strings.TrimSpace(s)), 1.0
	for _, u := range byteUnits {
		if rest, ok := strings.CutSuffix(t, u.suffix); ok {
			t, factor = strings.TrimSpace(rest), u.factor
			break
		}
	}
	v, err := strconv.ParseFloat(t, 64)
	if err != nil || !(v >= 0) || v*factor > math.MaxInt64/2 {
		return fmt.Errorf("%q is no byte count; write 67108864, 64MiB or 64MB", s)
	}
	*b = byteSize(v * factor)
	return nil
}

func (b *byteSize) String() string {
	for _, u := range byteUnits[:4] {
		if n := int64(u.factor); int64(*b) >= n && int64(*b)%n == 0 && int64(*b)/n < 1024 {
			return fmt.Sprintf("%d%s", int64(*b)/n, strings.ToUpper(u.suffix[:1])+"iB")
		}
	}
	return strconv.FormatInt(int64(*b), 10)
}

func (*byteSize) Type() string { return "bytes" }

// humanBytes is a byte count for a table.
func humanBytes(n int64) string {
	v, unit := float64(n), "B"
	for _, u := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if v < 1024 {
			break
		}
		v, unit = v/1024, u
	}
	if unit == "B" {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", v, unit)
}

// sizeText is a byte count for a person, or plain where the user asked for that.
func sizeText(n int64, plain bool) string {
	if plain {
		return fmt.Sprint(n)
	}
	return humanBytes(n)
}
