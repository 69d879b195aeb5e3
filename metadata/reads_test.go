package metadata

import (
	"strings"
	"testing"
)

// TestRefusedBy has a line per row of what each release reads.
func TestRefusedBy(t *testing.T) {
	keyed := func(h KeyedHandle) []*Operator { return []*Operator{{Subtasks: []*Subtask{{ManagedKeyed: h}}}} }
	for _, tc := range []struct {
		name    string
		c       Checkpoint
		refused string // releases
		read    string
	}{
		{"0", Checkpoint{Version: 0}, "1.4 1.20 2.3", "1.1 1.2 1.3"},
		{"1", Checkpoint{Version: 1}, "1.1 1.11 2.3", "1.2 1.3 1.10"},
		{"2", Checkpoint{Version: 2}, "1.2", "1.3 1.10 1.11 1.20 2.3 2.9"},
		{"3", Checkpoint{Version: 3}, "1.10", "1.11 1.15 1.20 2.3"},
		{"4", Checkpoint{Version: 4}, "1.15", "1.16 1.20 2.0 2.3"},
		{"5", Checkpoint{Version: 5}, "1.20", "2.0 2.1 2.3"},
		{"6", Checkpoint{Version: 6}, "1.20 2.0", "2.1 2.3 2.9"},
		{"7", Checkpoint{Version: 7}, "2.3", ""},
		{"canonical", Checkpoint{Version: 3, Operators: keyed(&KeyGroupsHandle{Code: CodeSavepoint})}, "1.12", "1.13 2.3"},
		{"key groups of 1.14", Checkpoint{Version: 3, Operators: keyed(&KeyGroupsHandle{Code: CodeKeyed})}, "", "1.11 1.14 2.3"},
		{"key groups of 1.15", Checkpoint{Version: 3, Operators: keyed(&KeyGroupsHandle{Code: CodeKeyedV2})}, "1.14", "1.15 2.3"},
		{"finished", Checkpoint{Version: 3, Operators: []*Operator{{FullyFinished: true}}}, "1.13", "1.14 2.3"},
		{"changelog of 1.14", Checkpoint{Version: 3, Changelog114: true}, "1.15 2.3", "1.14"},
		{"state of 1.1", Checkpoint{Version: 2, Operators: []*Operator{{Subtasks: []*Subtask{{LegacyState: []StreamHandle{&InlineHandle{}}}}}}},
			"1.4 1.20", "1.3"},
	} {
		for r := range strings.FieldsSeq(tc.refused) {
			if tc.c.RefusedBy(r) == "" {
				t.Errorf("%s: %s does not read it", tc.name, r)
			}
		}
		for r := range strings.FieldsSeq(tc.read) {
			if why := tc.c.RefusedBy(r); why != "" {
				t.Errorf("%s: %s reads it, not: %s", tc.name, r, why)
			}
		}
	}
}
