package metadata

import "testing"

func TestFlinkVersions(t *testing.T) {
	one := func(v Version, s *Subtask) *Checkpoint {
		return &Checkpoint{Version: v, Operators: []*Operator{{Subtasks: []*Subtask{s}}}}
	}
	keyed := func(code HandleCode) *Subtask {
		return &Subtask{ManagedKeyed: &KeyGroupsHandle{Code: code, Stream: &InlineHandle{}}}
	}
	for _, tc := range []struct {
		name string
		c    *Checkpoint
		want string
	}{
		{"V0", &Checkpoint{Version: 0}, "1.1"},
		{"V1", &Checkpoint{Version: 1}, "1.2"},
		{"V2", &Checkpoint{Version: 2}, "1.3 – 1.10"},
		{"V3", &Checkpoint{Version: 3}, "1.11 – 1.15"},
		{"V4", &Checkpoint{Version: 4}, "1.16 – 1.20"},
		{"V5", &Checkpoint{Version: 5}, "2.0"},
		{"V6", &Checkpoint{Version: 6}, "2.1 and later"},
		{"V7", &Checkpoint{Version: 7}, "unreleased"},
		{"heap of old", one(3, keyed(3)), "1.11 – 1.14"},
		{"canonical", one(3, keyed(7)), "1.13 – 1.15"},
		{"heap of 1.15", one(3, keyed(12)), "1.15"},
		{"two eras meet", &Checkpoint{Version: 3, Operators: []*Operator{{Subtasks: []*Subtask{keyed(3), keyed(12)}}}}, "1.11 – 1.15"},
		{"broadcast", one(2, &Subtask{ManagedOperator: &OperatorStateHandle{Code: 4, States: []OperatorStateMeta{{Mode: Broadcast}}}}), "1.5 – 1.10"},
		{"legacy", one(2, &Subtask{LegacyState: []StreamHandle{&InlineHandle{}}}), "1.3"},
		{"finished", one(3, &Subtask{Finished: true}), "1.14 – 1.15"},
		{"file merging", one(4, &Subtask{ManagedOperator: &OperatorStateHandle{Code: 17, Stream: &EmptySegment{}}}), "1.20"},
		{"segment", one(4, &Subtask{ManagedKeyed: &KeyGroupsHandle{Code: 12, Stream: &SegmentHandle{Path: "/x"}}}), "1.20"},
		{"changelog of 1.15", one(3, &Subtask{ManagedKeyed: &ChangelogHandle{Code: 8}}), "1.15"},
		{"changelog", one(4, &Subtask{ManagedKeyed: &ChangelogHandle{Code: 14, Base: []KeyedHandle{nil}}}), "1.16 – 1.20"},
	} {
		if got := tc.c.FlinkVersions(); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}
