package inspect

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ckpt/metadata"
	"ckpt/storage"
)

var gcNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const (
	job1, job2 = "11111111111111111111111111111111", "22222222222222222222222222222222"
	old, young = 100 * time.Hour, time.Hour
)

// uuid is the n-th name that Flink might draw.
func uuid(n int) string { return fmt.Sprintf("%08x-0000-4000-8000-000000000000", n) }

// world is a set of facts in the making.
type world struct{ GCFacts }

func newWorld() *world { return &world{GCFacts{Now: gcNow, OlderThan: 24 * time.Hour}} }

func (w *world) file(path string, age time.Duration) *world {
	w.Files = append(w.Files, storage.Info{Path: path, Size: 10, ModTime: gcNow.Add(-age)})
	return w
}

// snapshot adds a `_metadata` that names files by absolute path, or beside it where they are bare names.
func (w *world) snapshot(file string, refs ...string) *metadata.Checkpoint {
	s := &metadata.Subtask{}
	c := &metadata.Checkpoint{Version: 4, Properties: metadata.NullProperties(), Operators: []*metadata.Operator{{Parallelism: 1, MaxParallelism: 1, Subtasks: []*metadata.Subtask{s}}}}
	h := &metadata.IncrementalHandle{Code: metadata.CodeIncremental, Range: metadata.KeyGroupRange{Count: 1}, Meta: &metadata.InlineHandle{Name: "meta"}}
	for _, r := range refs {
		var stream metadata.StreamHandle = &metadata.FileHandle{Path: r, Size: 10}
		if !strings.Contains(r, "/") {
			stream = &metadata.RelativeHandle{Path: r, Size: 10}
		}
		h.Shared = append(h.Shared, metadata.NamedFile{LocalPath: r, Stream: stream})
	}
	s.ManagedKeyed = h
	w.file(file, old)
	w.Snapshots = append(w.Snapshots, GCSnapshot{File: file, Checkpoint: c})
	return c
}

func TestOrphans(t *testing.T) {
	job := "/ckp/" + job1
	shared := func(n int) string { return job + "/shared/" + uuid(n) }
	for _, tc := range []struct {
		name string
		set  func(w *world)
		want []string
		kept string // part of the only reason
	}{
		{"needed and not", func(w *world) {
			w.file(shared(1), old).file(shared(2), old).snapshot(job+"/chk-5/_metadata", "file:"+shared(1))
		}, []string{shared(2)}, ""},
		{"a young file", func(w *world) {
			w.file(shared(2), young).snapshot(job + "/chk-5/_metadata")
		}, nil, "younger than 24h"},
		{"task-owned files", func(w *world) {
			w.file(job+"/taskowned/"+uuid(3), old).snapshot(job + "/chk-5/_metadata")
		}, []string{job + "/taskowned/" + uuid(3)}, ""},
		{"another job needs it", func(w *world) {
			w.file(shared(1), old).file(shared(2), old).snapshot("/ckp/"+job2+"/chk-9/_metadata", shared(1))
			w.snapshot(job + "/chk-5/_metadata")
		}, []string{shared(2)}, ""},
		{"a savepoint needs it", func(w *world) {
			w.file(shared(1), old).snapshot("/sp/savepoint-111111-000000000000/_metadata", "s3a://x/y", "file://"+shared(1))
			w.snapshot(job + "/chk-5/_metadata")
		}, nil, ""},
		{"a job without snapshots", func(w *world) {
			w.file(shared(1), old).snapshot("/ckp/" + job2 + "/chk-9/_metadata")
		}, nil, "no snapshot of this job"},
		{"a job whose files another job claimed", func(w *world) {
			w.file(shared(1), old).file(shared(2), old).snapshot("/ckp/"+job2+"/chk-9/_metadata", shared(1))
		}, []string{shared(2)}, ""},
		{"a checkpoint in progress", func(w *world) {
			w.file(shared(2), old).file(job+"/chk-6/"+uuid(9), young).snapshot(job + "/chk-5/_metadata")
		}, nil, "may be in progress"},
		{"a checkpoint that has just begun", func(w *world) {
			w.EmptyDirs = append(w.EmptyDirs, storage.Info{Path: job + "/chk-6", IsDir: true, ModTime: gcNow.Add(-young)})
			w.file(shared(2), old).snapshot(job + "/chk-5/_metadata")
		}, nil, "may be in progress"},
		{"what an aborted checkpoint left", func(w *world) {
			w.file(job+"/chk-4/"+uuid(9), old).file(job+"/chk-4/._metadata.inprogress.1", old).file(job+"/chk-5/"+uuid(8), old).snapshot(job + "/chk-5/_metadata")
		}, []string{job + "/chk-4/" + uuid(9)}, ""},
		{"a file that another chk-N needs", func(w *world) {
			w.file(job+"/chk-4/"+uuid(9), old).snapshot(job+"/chk-5/_metadata", job+"/chk-4/"+uuid(9))
		}, nil, ""},
		{"names that Flink does not draw", func(w *world) {
			w.file(job+"/shared/README", old).file("/ckp/shared/"+uuid(7), old).file(job+"/shared/_metadata.bak", old).snapshot(job + "/chk-5/_metadata")
		}, nil, "no snapshot of this job"},
		{"a directory of merged files that a snapshot keeps", func(w *world) {
			w.file(job+"/shared/job_1_op_2_0_1/"+uuid(1), old)
			c := w.snapshot(job + "/chk-5/_metadata")
			c.Operators[0].Subtasks[0].ManagedOperator = &metadata.OperatorStateHandle{Code: metadata.CodeMergedState, SharedDir: "file:" + job + "/shared/job_1_op_2_0_1",
				Stream: &metadata.EmptySegment{}}
		}, nil, "keeps this directory"},
		{"a directory of merged files with a segment in use", func(w *world) {
			at := job + "/taskowned/job_1_tm_2/"
			w.file(at+uuid(1), old).file(at+uuid(2), old).snapshot(job+"/chk-5/_metadata", at+uuid(1))
		}, nil, "is needed, or young"},
		{"a directory of merged files of no use", func(w *world) {
			w.file(job+"/taskowned/job_1_tm_2/"+uuid(1), old).snapshot(job + "/chk-5/_metadata")
		}, []string{job + "/taskowned/job_1_tm_2/" + uuid(1)}, ""},
		{"a database of ForSt", func(w *world) {
			w.file(job+"/shared/op_X_1__1_1__attempt_0/db/"+uuid(1), old).file(job+"/shared/op_X_1__1_1__attempt_0/db/CURRENT", old).snapshot(job + "/chk-5/_metadata")
		}, nil, "ForSt"},
		{"all of another checkpoint", func(w *world) {
			w.file(job+"/chk-4/"+uuid(1), old).file(job+"/chk-3/"+uuid(2), old)
			c := w.snapshot(job + "/chk-5/_metadata")
			id := metadata.CheckpointID(4)
			c.Operators[0].Subtasks[0].ReferenceID = &id
		}, []string{job + "/chk-3/" + uuid(2)}, ""},
		{"entropy", func(w *world) {
			at := func(entropy, rest string) string { return "s3://b/" + entropy + job + rest }
			w.file(at("x7Qp", "/shared/"+uuid(1)), old).file(at("Ab1c", "/shared/"+uuid(2)), old).file(at("zzzz", "/chk-5/"+uuid(3)), young)
			w.snapshot("s3://b"+job+"/chk-5/_metadata", "s3a://b/x7Qp"+job+"/shared/"+uuid(1), at("zzzz", "/chk-5/"+uuid(3)))
		}, []string{"s3://b/Ab1c" + job + "/shared/" + uuid(2)}, ""},
		{"entropy and a checkpoint in progress", func(w *world) {
			w.file("s3://b/x7Qp"+job+"/shared/"+uuid(2), old).file("s3://b/zzzz"+job+"/chk-6/"+uuid(3), young).snapshot("s3://b" + job + "/chk-5/_metadata")
		}, nil, "may be in progress"},
		{"a tree that was moved", func(w *world) {
			w.file(shared(1), old).file(shared(2), old).snapshot(job+"/chk-5/_metadata", "s3://bucket/"+job1+"/shared/"+uuid(1))
		}, []string{shared(2)}, ""},
		{"two trees that were moved, one needing the other", func(w *world) {
			w.file(shared(1), old).snapshot("/ckp/"+job2+"/chk-9/_metadata", "s3://bucket/"+job1+"/shared/"+uuid(1))
			w.snapshot(job + "/chk-5/_metadata")
		}, nil, ""},
		{"a mapping", func(w *world) {
			w.Map = []storage.Mapping{{From: "s3://bucket", To: "/ckp"}}
			w.file(shared(1), old).file("/copy/"+job1+"/shared/"+uuid(1), old).snapshot(job+"/chk-5/_metadata", "s3p://bucket/"+job1+"/shared/"+uuid(1))
		}, []string{"/copy/" + job1 + "/shared/" + uuid(1)}, ""},
		{"a relative path that should have been absolute", func(w *world) {
			w.file(job+"/chk-4/"+uuid(1), old).snapshot(job+"/chk-5/_metadata", uuid(1))
		}, nil, ""},
		{"a path no Flink writes", func(w *world) {
			c := w.file(shared(1), old).snapshot(job+"/chk-5/_metadata", "x/y")
			c.Operators[0].Subtasks[0].ManagedKeyed.(*metadata.IncrementalHandle).Shared[0].Stream = &metadata.RelativeHandle{Path: "../shared/" + uuid(1)}
		}, nil, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld()
			tc.set(w)
			orphans, kept := Orphans(w.GCFacts)
			var got []string
			for _, o := range orphans {
				got = append(got, o.Path)
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("orphans %q, want %q", got, tc.want)
			}
			if tc.kept == "" != (len(kept) == 0) {
				t.Errorf("kept %+v, want %q", kept, tc.kept)
			}
			for _, k := range kept {
				if !strings.Contains(k.Reason, tc.kept) {
					t.Errorf("kept %+v, want %q", k, tc.kept)
				}
			}
			if len(w.Files) > 0 {
				slices.Reverse(w.Files)
				if again, _ := Orphans(w.GCFacts); !slices.Equal(again, orphans) {
					t.Errorf("in another order: %v", again)
				}
			}
		})
	}
}

// Two jobs, the second restored from the first with CLAIM, entropy, a fresh upload, merged files and a reference to a whole
// checkpoint: two files are true orphans.
func TestOrphansOfTwoJobs(t *testing.T) {
	w := newWorld()
	a, b := "s3://b/ckp/"+job1, "s3://b/ckp/"+job2
	random := func(s string) string { return "s3://b/q8Zk/ckp/" + s }
	for _, f := range []string{a + "/shared/" + uuid(1), a + "/shared/" + uuid(2), random(job1 + "/shared/" + uuid(3)), random(job1 + "/chk-4/" + uuid(4)),
		b + "/chk-2/" + uuid(5), b + "/shared/job_1_op_2_0_1/" + uuid(6), b + "/taskowned/" + uuid(7), b + "/shared/" + uuid(12)} {
		w.file(f, old)
	}
	fresh := "33333333333333333333333333333333" // a third job is about to write its second checkpoint
	w.file("s3://b/ckp/"+fresh+"/shared/"+uuid(8), old).file("s3://b/ckp/"+fresh+"/chk-2/"+uuid(9), young).snapshot("s3://b/ckp/" + fresh + "/chk-1/_metadata")
	w.snapshot(b+"/chk-3/_metadata", "s3a://b/ckp/"+job1+"/shared/"+uuid(1), random(job1+"/shared/"+uuid(3)), b+"/shared/job_1_op_2_0_1/"+uuid(6), b+"/shared/"+uuid(12))
	w.snapshot(a+"/chk-4/_metadata", random(job1+"/chk-4/"+uuid(4)))
	id := metadata.CheckpointID(2)
	w.snapshot(b + "/chk-4/_metadata").Operators[0].Subtasks[0].ReferenceID = &id
	orphans, kept := Orphans(w.GCFacts)
	want := []string{a + "/shared/" + uuid(2), b + "/taskowned/" + uuid(7)}
	if len(orphans) != 2 || orphans[0].Path != want[0] || orphans[1].Path != want[1] {
		t.Errorf("orphans %+v, want %q", orphans, want)
	}
	if len(kept) != 2 {
		t.Errorf("kept %+v, want those of the fresh upload's job alone", kept)
	}
}
