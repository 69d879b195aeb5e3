package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// age is a flag for durations: as Go writes them, and in days and weeks.
type age time.Duration

// parseAge reads 90s, 72h, 7d, 2w and sums such as 1d12h.
func parseAge(s string) (time.Duration, error) {
	var days time.Duration
	rest := s
	for _, unit := range []struct {
		mark string
		size time.Duration
	}{{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}} {
		head, tail, ok := strings.Cut(rest, unit.mark)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(head, 10, 16)
		if err != nil {
			return 0, fmt.Errorf("%q: want a duration such as 90m, 72h, 7d or 2w", s)
		}
		days += time.Duration(n) * unit.size
		rest = tail
	}
	if rest == "" && days > 0 {
		return days, nil
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q: want a duration such as 90m, 72h, 7d or 2w", s)
	}
	return days + d, nil
}

// String prints whole days as such.
func (a *age) String() string {
	const day = 24 * time.Hour
	switch d := time.Duration(*a); {
	case d > 2*day && d%day == 0:
		return fmt.Sprintf("%dd", d/day)
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	default:
		return d.String()
	}
}

// Set parses the flag's value.
func (a *age) Set(s string) error {
	d, err := parseAge(s)
	*a = age(d)
	return err
}

// Type names the flag's type in the usage.
func (a *age) Type() string { return "duration" }
