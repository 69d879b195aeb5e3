package metadata

import (
	"errors"
	"slices"
	"testing"

	"ckpt/internal/javaio"
)

func TestDetached(t *testing.T) {
	for _, v := range []Version{2, 3, 4, 5, 6} {
		for name, c := range samples(v) {
			if v == 2 && name == "operators" {
				continue // its samples have what version 2 has not
			}
			before, err := c.AppendTo(nil)
			if err != nil {
				t.Fatalf("version %d, %s: %v", v, name, err)
			}
			var refs []Ref
			out, err := c.Detached(func(ref Ref) (string, int64, error) {
				refs = append(refs, ref)
				return "file", 7, nil
			})
			if err != nil {
				t.Fatalf("version %d, %s: %v", v, name, err)
			}
			b, err := out.AppendTo(nil)
			if err != nil {
				t.Fatalf("version %d, %s: %v", v, name, err)
			}
			if out, err = Decode(b); err != nil {
				t.Fatalf("version %d, %s: %v", v, name, err)
			}
			if !out.SelfContained() {
				t.Errorf("version %d, %s: needs files outside", v, name)
			}
			if n := len(slices.Collect(c.Refs())); len(refs) != n || len(slices.Collect(out.Refs())) != n {
				t.Errorf("version %d, %s: %d files asked for, %d were there", v, name, len(refs), n)
			}
			for ref := range out.Refs() {
				if !ref.Relative || ref.Size != 7 || ref.Role == RoleShared {
					t.Errorf("version %d, %s: %s is %+v", v, name, ref.Field, ref)
				}
			}
			if after, err := c.AppendTo(nil); err != nil || string(after) != string(before) {
				t.Errorf("version %d, %s: the original changed, %v", v, name, err)
			}
		}
	}
}

func TestDetachedProperties(t *testing.T) {
	canonical := []*Operator{{Parallelism: 1, MaxParallelism: 1, Subtasks: []*Subtask{
		{ManagedKeyed: &KeyGroupsHandle{Code: CodeSavepoint, KeyGroups: groups(0, 0), Stream: inline("x")}},
	}}}
	native := []*Operator{{Parallelism: 1, MaxParallelism: 1, Subtasks: []*Subtask{
		{ManagedKeyed: &KeyGroupsHandle{Code: CodeKeyedV2, KeyGroups: groups(0, 0), Stream: inline("x")}},
	}}}
	suspended := &Properties{Savepoint: true, Name: "Suspend Savepoint", Format: "CANONICAL", PostAction: "SUSPEND"}
	for _, tc := range []struct {
		name      string
		p         *Properties
		operators []*Operator
		want      *Properties
	}{
		{"checkpoint", CheckpointProperties(), native, SavepointProperties("NATIVE")},
		{"null", NullProperties(), canonical, SavepointProperties("CANONICAL")},
		{"savepoint", suspended, native, suspended},
		{"none", nil, native, nil},
		{"not understood", &Properties{Err: javaio.ErrUnsupported}, native, &Properties{Err: javaio.ErrUnsupported}},
	} {
		out, err := (&Checkpoint{Version: 4, Properties: tc.p, Operators: tc.operators}).Detached(nil)
		if err != nil {
			t.Fatal(err)
		}
		if (out.Properties == nil) != (tc.want == nil) || tc.want != nil && !sameProperties(out.Properties, tc.want) {
			t.Errorf("%s: %+v, want %+v", tc.name, out.Properties, tc.want)
		}
	}
}

func sameProperties(a, b *Properties) bool {
	return a.Savepoint == b.Savepoint && a.Name == b.Name && a.Format == b.Format && a.Forced == b.Forced && a.PostAction == b.PostAction && a.Err == b.Err
}

// A checkpoint that needs all files of another one cannot say which those are.
func TestDetachedNeedsNames(t *testing.T) {
	id := CheckpointID(6)
	c := &Checkpoint{Version: 7, Operators: []*Operator{{Parallelism: 1, MaxParallelism: 1, Subtasks: []*Subtask{{ReferenceID: &id}}}}}
	if _, err := c.Detached(nil); !errors.Is(err, javaio.ErrUnsupported) {
		t.Errorf("err = %v", err)
	}
	failure := errors.New("no place")
	c = &Checkpoint{Version: 4, Operators: []*Operator{{Parallelism: 1, MaxParallelism: 1, Subtasks: []*Subtask{
		{LegacyState: []StreamHandle{&FileHandle{Path: "/a", Size: 1}}},
	}}}}
	if _, err := c.Detached(func(Ref) (string, int64, error) { return "", 0, failure }); !errors.Is(err, failure) {
		t.Errorf("err = %v", err)
	}
}
