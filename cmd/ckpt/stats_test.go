package main

import (
	"strings"
	"testing"

	"ckpt/internal/fixtures"
)

func TestStats(t *testing.T) {
	plainPath := fixtures.Get(t, "2.3.0", plain).Path()
	for _, tc := range []struct {
		name string
		args []string
		code int
		want string // in stdout, or in stderr where the code is an error
	}{
		{"by state", nil, exitDone, "SKEW KEY GROUPS"},
		{"by key group", []string{"--by", "key-group", "--key-groups", "0-9"}, exitDone, "KEY-GROUP"},
		{"by subtask", []string{"--by", "subtask"}, exitDone, "SUBTASK"},
		{"by operator", []string{"--by", "operator"}, exitDone, "4/128"},
		{"report", []string{"--report", "--ttl", "ttl-map=7d", "--now", "2030-01-01T00:00:00Z"}, exitDone, "older than 168h: "},
		{"growth", []string{plainPath}, exitDone, "(+0)"},
		{"by nothing", []string{"--by", "colour"}, exitUsage, "--by"},
		{"a time to live without state", []string{"--ttl", "7d"}, exitUsage, "STATE=DURATION"},
		{"a time to live that is none", []string{"--ttl", "ttl-map=soon"}, exitUsage, "STATE=DURATION"},
		{"a time to live of another state", []string{"--ttl", "value=7d"}, exitNotFound, "value"},
		{"a moment that is none", []string{"--now", "today"}, exitUsage, "--now"},
		{"no such state", []string{"--state", "none"}, exitNotFound, "none"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := ckpt(t, append([]string{"stats", plainPath}, tc.args...)...)
			if r.code != tc.code || !strings.Contains(r.out+r.err, tc.want) {
				t.Errorf("exit %d: %s%s", r.code, r.out, r.err)
			}
		})
	}
}
