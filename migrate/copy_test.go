package migrate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ckpt/internal/faultfs"
	"ckpt/internal/javaio"
	"ckpt/metadata"
	"ckpt/statereader"
	"ckpt/storage"
)

// tree is a checkpoint on disk with a file behind every kind of handle.
type tree struct {
	root, snapshot string
	recorded       string // what paths in `_metadata` begin with; root unless the tree was moved
}

func newTree(t *testing.T, root, recorded string) *tree {
	t.Helper()
	tr := &tree{root: root, snapshot: root + "/job/chk-7", recorded: recorded}
	files := map[string]string{
		"job/chk-7/operator": "operator state", "job/chk-7/meta": "database header", "job/chk-7/channels": strings.Repeat("in flight", 9),
		"job/chk-7/heap": "heap state", "job/shared/sst": "shared table", "job/shared/manifest": "manifest", "job/taskowned/base": "base",
		"job/shared/job_1_op_2_0_1/merged": "-----segment one==segment two+++++", "job/taskowned/job_1_tm_3/merged": "??operator segment??",
		"job/dstl/changes": "compressed", "job/shared/op_X__1_1__attempt_0/db/live": "live table",
	}
	for name, content := range files {
		at := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	tr.write(t, tr.checkpoint())
	return tr
}

func (tr *tree) write(t *testing.T, c *metadata.Checkpoint) {
	t.Helper()
	b, err := c.AppendTo(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(tr.snapshot+"/_metadata", b, 0o666); err != nil {
		t.Fatal(err)
	}
}

func (tr *tree) file(name string, size int64) *metadata.FileHandle {
	return &metadata.FileHandle{Path: "file:" + tr.recorded + "/job/" + name, Size: size}
}

func (tr *tree) segment(dir string, scope metadata.Scope, start, size int64) *metadata.SegmentHandle {
	return &metadata.SegmentHandle{Start: start, Size: size, Scope: scope, Path: "file:" + tr.recorded + "/job/" + dir + "/merged",
		LogicalFileID: fmt.Sprintf("logical-%s-%d", filepath.Base(dir), start)}
}

// checkpoint has each kind of handle at least once.
func (tr *tree) checkpoint() *metadata.Checkpoint {
	r := metadata.KeyGroupRange{Start: 0, Count: 2}
	groups := metadata.KeyGroupOffsets{Range: r, Offsets: []int64{0, 4}}
	merged, owned := "shared/job_1_op_2_0_1", "taskowned/job_1_tm_3"
	incremental := func(meta metadata.StreamHandle) *metadata.IncrementalHandle {
		return &metadata.IncrementalHandle{Code: metadata.CodeIncremental, CheckpointID: 7, BackendID: "backend", Range: r, Meta: meta, HandleID: "id",
			Shared:  []metadata.NamedFile{{LocalPath: "1.sst", Stream: tr.file("shared/sst", 12)}, {LocalPath: "2.sst", Stream: tr.file("shared/op_X__1_1__attempt_0/db/live", -1)}},
			Private: []metadata.NamedFile{{LocalPath: "MANIFEST", Stream: tr.file("shared/manifest", 8)}, {LocalPath: "CURRENT", Stream: inline("current")}}}
	}
	operatorState := func(code metadata.HandleCode, s metadata.StreamHandle) *metadata.OperatorStateHandle {
		h := &metadata.OperatorStateHandle{Code: code, Stream: s}
		if _, empty := s.(*metadata.EmptySegment); empty {
			h.Empty = true
		} else {
			h.States = []metadata.OperatorStateMeta{{Name: "list", Offsets: []int64{0}}}
		}
		if code == metadata.CodeMergedState {
			h.TaskOwnedDir, h.SharedDir = "file:"+tr.recorded+"/job/"+owned, "file:"+tr.recorded+"/job/"+merged
		}
		return h
	}
	channel := func(b int32) *metadata.ChannelHandle {
		return &metadata.ChannelHandle{Subtask: 0, Size: 8, Channels: []metadata.Channel{{B: b, Size: 8, Offsets: []int64{4}}},
			Stream: &metadata.RelativeHandle{Path: "channels", Size: 81}}
	}
	keyed := []metadata.KeyedHandle{
		&metadata.KeyGroupsHandle{Code: metadata.CodeKeyedV2, KeyGroups: groups, Stream: tr.file("chk-7/heap", 10), HandleID: "h"},
		&metadata.KeyGroupsHandle{Code: metadata.CodeKeyedV2, KeyGroups: groups, Stream: tr.segment(merged, metadata.ScopeShared, 5, 11), HandleID: "s"},
		&metadata.KeyGroupsHandle{Code: metadata.CodeSavepoint, KeyGroups: groups, Stream: &metadata.KeyGroupsStream{KeyGroups: groups,
			Stream: tr.segment(merged, metadata.ScopeShared, 18, 11)}},
		incremental(&metadata.RelativeHandle{Path: "meta", Size: 15}),
		&metadata.ChangelogHandle{Code: metadata.CodeChangelog, Range: r, CheckpointID: 7, HandleID: "log",
			Base: []metadata.KeyedHandle{incremental(tr.file("taskowned/base", 4)), nil},
			Delta: []metadata.KeyedHandle{
				&metadata.InlineChangesHandle{Range: r, Changes: []metadata.Change{{KeyGroup: 1, Data: []byte{1}}}, HandleID: "inline"},
				&metadata.FileChangesHandle{Code: metadata.CodeFileChanges, Range: r, Size: 99, HandleID: "files", StorageID: "filesystem",
					Parts: []metadata.ChangePart{{Offset: 3, Stream: tr.file("dstl/changes", 500)}, {Offset: 90, Stream: tr.file("dstl/changes", 500)}}},
			}},
	}
	c := &metadata.Checkpoint{Version: 4, CheckpointID: 7, Properties: metadata.CheckpointProperties(),
		MasterStates: []metadata.MasterState{{HookVersion: 1, Name: "hook", Payload: []byte("kept")}}}
	for i, k := range keyed {
		s := &metadata.Subtask{ManagedKeyed: k}
		op := &metadata.Operator{ID: metadata.OperatorID{byte(i + 1)}, Parallelism: 1, MaxParallelism: 2, Subtasks: []*metadata.Subtask{s}}
		switch i {
		case 0:
			op.Coordinator = inline("coordinator")
			s.ManagedOperator = operatorState(metadata.CodeOperatorState, &metadata.RelativeHandle{Path: "operator", Size: 14})
			s.RawKeyed = &metadata.KeyGroupsHandle{Code: metadata.CodeKeyedV2, KeyGroups: groups, Stream: inline("raw timers"), HandleID: "raw"}
			s.InputChannels, s.OutputChannels = []*metadata.ChannelHandle{channel(0), channel(1)}, []*metadata.ChannelHandle{channel(2)}
		case 1:
			s.ManagedOperator = operatorState(metadata.CodeMergedState, tr.segment(owned, metadata.ScopeExclusive, 2, 16))
			s.RawOperator = operatorState(metadata.CodeMergedState, &metadata.EmptySegment{})
		}
		c.Operators = append(c.Operators, op)
	}
	return c
}

func inline(name string) *metadata.InlineHandle {
	return &metadata.InlineHandle{Name: name, Data: []byte(name)}
}

// contents gives, for each stream by field, its bytes as a reader of the snapshot in dir finds them. Files that moved from
// the shared list to the private one are told by their local name.
func contents(t *testing.T, dir string, mapping ...storage.Mapping) map[string]string {
	t.Helper()
	loc, err := statereader.Locate(t.Context(), dir, statereader.Options{Map: mapping})
	if err != nil {
		t.Fatal(err)
	}
	c, err := loc.Metadata(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, op := range c.Operators {
		op := *op
		one := &metadata.Checkpoint{Operators: []*metadata.Operator{&op}}
		for ref := range one.Streams() {
			place := fmt.Sprintf("%s %s ", op.ID, strings.NewReplacer("shared", "private").Replace(ref.Role))
			all[place] += "|" + content(t, loc, ref) // in file order: private before shared
		}
	}
	return all
}

func content(t *testing.T, loc *statereader.Location, ref metadata.Ref) string {
	t.Helper()
	h := ref.Handle
	for {
		k, ok := h.(*metadata.KeyGroupsStream)
		if !ok {
			break
		}
		h = k.Stream
	}
	if b, ok := h.(*metadata.InlineHandle); ok {
		return string(b.Data)
	}
	candidates, err := loc.Layout.Candidates(h)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range candidates {
		b, err := storage.ReadFile(t.Context(), loc.FS, p, 1<<20)
		if err != nil {
			continue
		}
		if ref.SizeExact || ref.Size < 0 || ref.Role == metadata.RoleChanges {
			return string(b)
		}
		return string(b[ref.Start : ref.Start+ref.Size])
	}
	if _, empty := h.(*metadata.EmptySegment); !empty {
		t.Errorf("%s: no file %v", ref.Field, candidates)
	}
	return ""
}

// sorted is contents for comparison: shared files come after private ones in a copy, and empty operator state has gone.
func sorted(all map[string]string) map[string]string {
	out := map[string]string{}
	for place, list := range all {
		parts := strings.Split(list, "|")[1:]
		if strings.Contains(place, "raw-operator") && list == "|" {
			continue
		}
		count := map[string]int{}
		for _, p := range parts {
			count[p]++
		}
		out[place] = fmt.Sprint(count) // maps print in order
	}
	return out
}

func copyTree(t *testing.T, src, dst string, o CopyOptions) (*CopyReport, error) {
	t.Helper()
	fsys, dir, err := storage.Open(dst, storage.Options{Write: true})
	if err != nil {
		t.Fatal(err)
	}
	return Copy(t.Context(), src, fsys, dir, o)
}

func TestCopyHasEveryKindOfHandle(t *testing.T) {
	for _, tc := range []struct {
		name  string
		share bool
		moved string // what paths begin with, where the tree is no longer
		whole bool   // the tree was moved as a whole: found by its layout
	}{
		{name: "bytes"}, {name: "shared", share: true}, {name: "mapped", moved: "/no/such/place"}, {name: "moved", moved: "/no/such/place", whole: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			root := t.TempDir()
			recorded := root
			if tc.moved != "" {
				recorded = tc.moved
			}
			tr := newTree(t, root, recorded)
			o := CopyOptions{Share: tc.share}
			if tc.moved != "" && !tc.whole {
				o.Reader.Map = []storage.Mapping{{From: recorded, To: root}}
			} else { // changelog segments lie in no directory that is opened by itself
				o.Reader.Map = []storage.Mapping{{From: recorded + "/job/dstl", To: root + "/job/dstl"}}
			}
			want := sorted(contents(t, tr.snapshot, o.Reader.Map...))
			dst := t.TempDir() + "/copy"
			var done, total int64
			o.Progress = func(d, n int64) { done, total = d, n }
			rep, err := copyTree(t, tr.snapshot, dst, o)
			if err != nil {
				t.Fatal(err)
			}
			if done != total || total == 0 {
				t.Errorf("progress ends at %d of %d", done, total)
			}
			checkReport(t, rep, tc.share)
			if err := os.RemoveAll(root); err != nil {
				t.Fatal(err)
			}
			if got := sorted(contents(t, dst)); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("contents\n%v\nwant\n%v", got, want)
			}
			checkCopy(t, dst)
		})
	}
}

func checkReport(t *testing.T, rep *CopyReport, share bool) {
	t.Helper()
	how := map[string]int{}
	for _, f := range rep.Files {
		how[f.How]++
		if (f.SHA256 == "") != (f.How == "link" || f.How == "clone") {
			t.Errorf("%s: %s with SHA-256 %q", f.Name, f.How, f.SHA256)
		}
	}
	if how["range"] != 3 || len(rep.Files) != 12 || share == (how["link"]+how["clone"] == 0) {
		t.Errorf("files by way: %v", how)
	}
	if share && how["copy"] != 1 {
		t.Errorf("%d files were copied, want that of a running database alone", how["copy"])
	}
}

func checkCopy(t *testing.T, dst string) {
	t.Helper()
	b, err := os.ReadFile(dst + "/_metadata")
	if err != nil {
		t.Fatal(err)
	}
	c, err := metadata.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if !c.SelfContained() || !c.Properties.Savepoint || c.Properties.Format != "NATIVE" {
		t.Errorf("self-contained %t, properties %+v", c.SelfContained(), c.Properties)
	}
	s := c.Operators[1].Subtasks[0]
	if s.ManagedOperator.Code != metadata.CodeOperatorState || s.RawOperator != nil {
		t.Errorf("merged operator state became %+v and %+v", s.ManagedOperator, s.RawOperator)
	}
	if h := c.Operators[3].Subtasks[0].ManagedKeyed.(*metadata.IncrementalHandle); len(h.Shared) != 0 || len(h.Private) != 4 {
		t.Errorf("%d shared and %d private files", len(h.Shared), len(h.Private))
	}
	if len(c.MasterStates) != 1 || string(c.Operators[0].Coordinator.Data) != "coordinator" || len(c.Operators[0].Subtasks[0].InputChannels) != 2 {
		t.Error("master, coordinator or channel state was lost")
	}
	entries, err := os.ReadDir(dst)
	if err != nil || len(entries) != 13 {
		t.Errorf("%d entries in the copy, %v", len(entries), err)
	}
}

func TestCopyRefuses(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(t *testing.T, tr *tree, dst string) (string, CopyOptions)
		want   error
	}{
		{"a destination that is not empty", func(t *testing.T, tr *tree, dst string) (string, CopyOptions) {
			mustWrite(t, dst+"/something", "")
			return dst, CopyOptions{}
		}, ErrUsage},
		{"another unfinished copy", func(t *testing.T, tr *tree, dst string) (string, CopyOptions) {
			mustWrite(t, dst+"/"+markerName, `{"metadataSha256":"00"}`)
			return dst, CopyOptions{}
		}, ErrUsage},
		{"its own place", func(t *testing.T, tr *tree, dst string) (string, CopyOptions) {
			return tr.snapshot + "/copy", CopyOptions{Overwrite: true}
		}, ErrUsage},
		{"the shared directory", func(t *testing.T, tr *tree, dst string) (string, CopyOptions) {
			return tr.root + "/job/shared/copy", CopyOptions{}
		}, ErrUsage},
		{"a directory around it", func(t *testing.T, tr *tree, dst string) (string, CopyOptions) {
			return tr.root, CopyOptions{Overwrite: true}
		}, ErrUsage},
		{"a missing file", func(t *testing.T, tr *tree, dst string) (string, CopyOptions) {
			os.Remove(tr.root + "/job/shared/sst")
			return dst, CopyOptions{}
		}, javaio.ErrMissing},
		{"a short file", func(t *testing.T, tr *tree, dst string) (string, CopyOptions) {
			mustWrite(t, tr.root+"/job/shared/sst", "short")
			return dst, CopyOptions{}
		}, javaio.ErrMissing},
		{"a short merged file", func(t *testing.T, tr *tree, dst string) (string, CopyOptions) {
			mustWrite(t, tr.root+"/job/shared/job_1_op_2_0_1/merged", "short")
			return dst, CopyOptions{}
		}, javaio.ErrMissing},
		{"a path that leads elsewhere", func(t *testing.T, tr *tree, dst string) (string, CopyOptions) {
			c := tr.checkpoint()
			c.Operators[0].Subtasks[0].ManagedOperator.Stream = &metadata.FileHandle{Path: "file:/etc/passwd", Size: 1}
			tr.write(t, c)
			return dst, CopyOptions{}
		}, storage.ErrOutside},
	} {
		t.Run(tc.name, func(t *testing.T) {
			root := t.TempDir()
			tr := newTree(t, root, root)
			dst, o := tc.change(t, tr, t.TempDir()+"/copy")
			o.Reader.Map = []storage.Mapping{{From: root + "/job/dstl", To: root + "/job/dstl"}}
			_, err := copyTree(t, tr.snapshot, dst, o)
			if !errors.Is(err, tc.want) {
				t.Errorf("err = %v, want %v", err, tc.want)
			}
			if _, err := os.Stat(dst + "/_metadata"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a _metadata was written: %v", err)
			}
		})
	}
}

func mustWrite(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

// Whatever operation fails, or the process dies at: the source is as it was, the copy absent or whole, and the same
// command works afterwards.
func TestCopySurvivesFailures(t *testing.T) {
	root := t.TempDir()
	tr := newTree(t, root, root)
	o := CopyOptions{}
	o.Reader.Parallelism = 1
	o.Reader.Map = []storage.Mapping{{From: root + "/job/dstl", To: root + "/job/dstl"}}
	want := fmt.Sprint(sorted(contents(t, tr.snapshot, o.Reader.Map...)))
	for _, kill := range []bool{false, true} {
		for n := 1; ; n++ {
			dst := t.TempDir() + "/copy"
			local, dir, err := storage.Open(dst, storage.Options{Write: true})
			if err != nil {
				t.Fatal(err)
			}
			plan := faultfs.Plan{FailAt: n}
			if kill {
				plan = faultfs.Plan{KillAt: n}
			}
			faulty := faultfs.New(local, plan)
			_, err = Copy(t.Context(), tr.snapshot, faulty, dir, o)
			steps := len(faulty.Steps())
			if err == nil && steps < n {
				if n < 20 {
					t.Errorf("%d steps only", steps)
				}
				break
			}
			complete := false
			if _, err := os.Stat(dst + "/_metadata"); err == nil {
				complete = true
				if got := fmt.Sprint(sorted(contents(t, dst))); got != want {
					t.Fatalf("step %d, kill %t: a copy that is not whole: %s", n, kill, got)
				}
			}
			if complete {
				continue
			}
			if _, err := Copy(t.Context(), tr.snapshot, local, dir, o); err != nil {
				t.Fatalf("step %d, kill %t: again: %v", n, kill, err)
			}
			if got := fmt.Sprint(sorted(contents(t, dst))); got != want {
				t.Fatalf("step %d, kill %t: again: %s", n, kill, got)
			}
		}
	}
	if got := fmt.Sprint(sorted(contents(t, tr.snapshot, o.Reader.Map...))); got != want {
		t.Errorf("the source changed: %s", got)
	}
}

// lying is a file system that keeps other bytes than it is given.
type lying struct{ storage.FS }

func (l lying) Create(ctx context.Context, path string) (storage.Writer, error) {
	w, err := l.FS.Create(ctx, path)
	return lyingWriter{w}, err
}

type lyingWriter struct{ storage.Writer }

func (w lyingWriter) Write(p []byte) (int, error) {
	return w.Writer.Write(bytes.ReplaceAll(p, []byte("heap"), []byte("heaq")))
}

func TestCopyVerifies(t *testing.T) {
	root := t.TempDir()
	tr := newTree(t, root, root)
	o := CopyOptions{}
	o.Reader.Map = []storage.Mapping{{From: root + "/job/dstl", To: root + "/job/dstl"}}
	dst := t.TempDir() + "/copy"
	local, dir, err := storage.Open(dst, storage.Options{Write: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Copy(t.Context(), tr.snapshot, lying{local}, dir, o); !errors.Is(err, javaio.ErrCorrupt) {
		t.Errorf("err = %v", err)
	}
	if entries, _ := os.ReadDir(dst); len(entries) != 0 {
		t.Errorf("left %v", entries)
	}
}

func TestCopyOverwrites(t *testing.T) {
	root := t.TempDir()
	tr := newTree(t, root, root)
	o := CopyOptions{Overwrite: true}
	o.Reader.Map = []storage.Mapping{{From: root + "/job/dstl", To: root + "/job/dstl"}}
	dst := t.TempDir() + "/copy"
	mustWrite(t, dst+"/other", "kept")
	mustWrite(t, dst+"/_metadata", "old")
	for range 2 {
		rep, err := copyTree(t, tr.snapshot, dst, o)
		if err != nil {
			t.Fatal(err)
		}
		if len(rep.Notes) != 2 || !strings.Contains(rep.Notes[1], "1 files") {
			t.Errorf("notes %q", rep.Notes)
		}
	}
	if b, err := os.ReadFile(dst + "/other"); string(b) != "kept" {
		t.Errorf("the other file: %q, %v", b, err)
	}
	o.DryRun, o.Overwrite = true, false
	rep, err := copyTree(t, tr.snapshot, dst+"2", o)
	if err != nil || !rep.DryRun || len(rep.Files) != 12 {
		t.Errorf("dry run: %+v, %v", rep, err)
	}
	if _, err := os.Stat(dst + "2"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a dry run wrote: %v", err)
	}
}

func TestNames(t *testing.T) {
	taken := map[string]bool{metadataName: true, "a": true, "a-2": true}
	for in, want := range map[string]string{"b": "b", "a": "a-3", "_metadata": "_metadata-2", ".hidden": "hidden", "": "-2",
		strings.Repeat("x", 250): strings.Repeat("x", 200)} {
		if got := freeName(in, taken); got != want {
			t.Errorf("freeName(%q) = %q, want %q", in, got, want)
		}
	}
}
