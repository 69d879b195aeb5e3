package metadata

import (
	"errors"
	"reflect"
	"testing"

	"ckpt/internal/javaio"
)

func TestLayoutOf(t *testing.T) {
	for _, tc := range []struct{ in, dir, shared string }{
		{"/c/job/chk-7/_metadata", "/c/job/chk-7", "/c/job/shared"},
		{"file:///c/job/chk-7/_metadata", "/c/job/chk-7", "/c/job/shared"},
		{"s3://b/job/chk-7/_metadata", "s3://b/job/chk-7", "s3://b/job/shared"},
		{"s3://b/_metadata", "s3://b", "s3://b/shared"},
	} {
		l := LayoutOf(tc.in)
		if l.Dir != tc.dir || l.Shared != tc.shared || l.File() != tc.dir+"/_metadata" {
			t.Errorf("%s: %+v", tc.in, l)
		}
		if !l.Exclusive(tc.dir+"/x") || l.Exclusive(l.Shared+"/x") || l.Exclusive(tc.dir+"/a/x") {
			t.Errorf("%s: exclusive is wrong", tc.in)
		}
	}
	if l := LayoutOf("s3a://b/chk-1/_metadata"); !l.Exclusive("s3://b/chk-1/x") {
		t.Error("s3 and s3a are one place")
	}
}

func TestCandidates(t *testing.T) {
	chk := LayoutOf("/new/job/chk-7/_metadata")
	for _, tc := range []struct {
		name   string
		layout Layout
		h      StreamHandle
		want   []string
	}{
		{"relative", chk, &RelativeHandle{Path: "x"}, []string{"/new/job/chk-7/x"}},
		{"relative below", chk, &RelativeHandle{Path: "a/x"}, []string{"/new/job/chk-7/a/x"}},
		{"shared", chk, &FileHandle{Path: "file:/old/job/shared/x"}, []string{"/old/job/shared/x", "/new/job/shared/x"}},
		{"file merging", chk, &SegmentHandle{Path: "s3://b/job/shared/job_a_op_b_0_4/x"},
			[]string{"s3://b/job/shared/job_a_op_b_0_4/x", "/new/job/shared/job_a_op_b_0_4/x"}},
		{"task-owned", chk, &FileHandle{Path: "/old/job/taskowned/x"}, []string{"/old/job/taskowned/x", "/new/job/taskowned/x"}},
		{"changelog", chk, &FileHandle{Path: "/old/job/dstl/x"}, []string{"/old/job/dstl/x", "/new/job/dstl/x"}},
		{"own chk", chk, &FileHandle{Path: "/old/job/chk-7/x"}, []string{"/old/job/chk-7/x", "/new/job/chk-7/x"}},
		{"other chk", chk, &FileHandle{Path: "/old/job/chk-3/x"}, []string{"/old/job/chk-3/x", "/new/job/chk-3/x", "/new/job/chk-7/x"}},
		{"savepoint", chk, &FileHandle{Path: "/old/savepoint-ab-cd/x"}, []string{"/old/savepoint-ab-cd/x", "/new/job/savepoint-ab-cd/x", "/new/job/chk-7/x"}},
		{"elsewhere", chk, &FileHandle{Path: "hdfs://nn/a/x"}, []string{"hdfs://nn/a/x"}},
		{"shared twice", chk, &FileHandle{Path: "/shared/job/shared/x"}, []string{"/shared/job/shared/x", "/new/job/shared/x"}},
		{"not moved", chk, &FileHandle{Path: "/new/job/shared/x"}, []string{"/new/job/shared/x"}},
		{"no number", chk, &FileHandle{Path: "/old/chk-x/x"}, []string{"/old/chk-x/x"}},
		{"dots", chk, &FileHandle{Path: "/old/job/shared/../../../etc/passwd"}, []string{"/etc/passwd"}},
		{"key-group stream", chk, &KeyGroupsStream{Stream: &RelativeHandle{Path: "x"}}, []string{"/new/job/chk-7/x"}},
		{"inline", chk, &InlineHandle{Name: "file:/x"}, nil},
		{"empty segment", chk, &EmptySegment{}, nil},
		{"URI", LayoutOf("s3://n/job/chk-1/_metadata"), &FileHandle{Path: "s3://o/job/shared/x"}, []string{"s3://o/job/shared/x", "s3://n/job/shared/x"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := tc.layout.Candidates(tc.h)
			if err != nil || !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %q, %v, want %q", got, err, tc.want)
			}
		})
	}
	for _, bad := range []string{"", "../x", "a/../../x", "a/..", "/etc/passwd", "s3://b/x", ".", `..\x`} {
		if got, err := chk.Candidates(&RelativeHandle{Path: bad}); !errors.Is(err, javaio.ErrCorrupt) || got != nil {
			t.Errorf("relative %q: %q, %v", bad, got, err)
		}
	}
	if got, err := chk.Candidates(&FileHandle{Path: "a/x"}); !errors.Is(err, javaio.ErrCorrupt) {
		t.Errorf("neither absolute nor relative: %q, %v", got, err)
	}
}
