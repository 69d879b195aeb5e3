package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ckpt/inspect"
	"ckpt/internal/faultfs"
	"ckpt/internal/testenv"
	"ckpt/metadata"
	"ckpt/storage"
)

// TestFindings provokes every code that docs/validate.md lists, each on a copy of a snapshot that is sound before.
func TestFindings(t *testing.T) {
	operators := func(change func(*metadata.Operator)) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			patch(t, filepath.Join(path, "_metadata"), func(cp *metadata.Checkpoint) {
				for _, op := range cp.Operators {
					change(op)
				}
			})
		}
	}
	metadataFile := func(change func([]byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, path string) { edit(t, filepath.Join(path, "_metadata"), change) }
	}
	state := func(change func([]byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, path string) { edit(t, stateFile(t, path), change) }
	}
	largestLong := []byte{0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF} // no checkpoint id follows it
	provoked := map[string]bool{"KEY_HASH_RULE": true}                    // by TestKeyHash of package inspect: it takes 32 keys, of an old release
	for _, tc := range []struct {
		code     string
		severity inspect.Severity
		fixture  string // plain where empty
		damage   func(t *testing.T, path string)
		wrap     func(storage.FS) storage.FS
	}{
		{"METADATA_CORRUPT", inspect.Error, "", metadataFile(func(b []byte) []byte { return b[:len(b)/2] }), nil},
		{"METADATA_UNSUPPORTED", inspect.Error, "", metadataFile(func(b []byte) []byte { b[7] = 99; return b }), nil},
		{"METADATA_UNUSUAL", inspect.Warning, "", metadataFile(func(b []byte) []byte { return slices.Replace(b, 8, 16, largestLong...) }), nil},
		{"TRAILING_BYTES", inspect.Warning, "", metadataFile(func(b []byte) []byte { return append(b, 1, 2, 3) }), nil},
		{"PROPERTIES_UNREADABLE", inspect.Error, "", metadataFile(func(b []byte) []byte {
			b[bytes.LastIndex(b, []byte{0xAC, 0xED, 0, 5})] = 0
			return b
		}), nil},
		{"UID_MISMATCH", inspect.Warning, "", operators(func(op *metadata.Operator) { op.UID = "another" }), nil},
		{"MAX_PARALLELISM_RANGE", inspect.Error, "", operators(func(op *metadata.Operator) { op.MaxParallelism = 32769 }), nil},
		{"KEY_GROUP_RANGE", inspect.Error, "", operators(func(op *metadata.Operator) { op.MaxParallelism = 64 }), nil},
		{"BROADCAST_COPIES_DIFFER", inspect.Warning, "operator-hashmap-checkpoint-p4-m129-inline0", func(t *testing.T, path string) {
			files, err := filepath.Glob(filepath.Join(path, "*-*"))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				b, err := os.ReadFile(f)
				if at := bytes.LastIndex(b, []byte("first")); err == nil && at > 0 && bytes.Contains(b, []byte("limits")) {
					edit(t, f, func(b []byte) []byte { b[at] = 'F'; return b })
					return
				}
			}
			t.Fatal("no file has broadcast state")
		}, nil},
		{"KEY_MISPLACED", inspect.Error, "", operators(func(op *metadata.Operator) { op.MaxParallelism = 127 }), nil},
		{"PATH_REFUSED", inspect.Error, "", moved("../x"), nil},
		{"FILE_REFUSED", inspect.Error, "", moved("/etc/passwd"), nil},
		{"FILE_MISSING", inspect.Error, "", func(t *testing.T, path string) {
			if err := os.Remove(stateFile(t, path)); err != nil {
				t.Fatal(err)
			}
		}, nil},
		{"FILE_UNREADABLE", inspect.Error, "", nil, func(base storage.FS) storage.FS {
			return faultfs.New(base, faultfs.Plan{Fault: func(s faultfs.Step) error {
				if s.Op == faultfs.Stat && filepath.Base(s.Path) != "_metadata" && filepath.Base(s.Path) != plain {
					return errors.New("the disk is tired")
				}
				return nil
			}})
		}},
		{"FILE_TRUNCATED", inspect.Error, "", state(func(b []byte) []byte { return b[:len(b)-1] }), nil},
		{"FILE_LONGER", inspect.Warning, "", state(func(b []byte) []byte { return append(b, 0) }), nil},
		{"HEADER_UNREADABLE", inspect.Error, "", state(func(b []byte) []byte { b[9] = 0xFF; return b }), nil},
		{"STATE_CORRUPT", inspect.Error, "", state(func(b []byte) []byte { return append(b[:len(b)-100], bytes.Repeat([]byte{0xFF}, 100)...) }), nil},
		{"OPAQUE_BLOCKED", inspect.Info, "unusual-custom-hashmap-native-p1-m128-inline0", nil, nil},
		{"CHANGELOG_NOT_REPLAYABLE", inspect.Info, "unusual-changelog-based-rocksdb-checkpoint-p2-m129-inline0", nil, nil},
		{"KEY_TYPE_UNKNOWN", inspect.Info, "unusual-changelog-hashmap-checkpoint-p2-m128-inline0", nil, nil},
	} {
		provoked[tc.code] = true
		t.Run(tc.code, func(t *testing.T) {
			name := tc.fixture
			if name == "" {
				name = plain
			}
			path := copyFixture(t, "2.3.0", name)
			if tc.fixture == "" {
				if v := validate(t, &App{}, path, exitDone); len(v.Findings) > 0 {
					t.Fatalf("the neighbour is not sound: %+v", v.Findings)
				}
			}
			if tc.damage != nil {
				tc.damage(t, path)
			}
			code := exitDone
			if tc.severity == inspect.Error {
				code = exitFindings
			}
			for _, f := range validate(t, &App{Wrap: tc.wrap}, path, code).Findings {
				if f.Code == tc.code && f.Severity == tc.severity && f.File != "" && f.Message != "" && f.Fix != "" {
					return
				}
				t.Logf("%+v", f)
			}
			t.Errorf("no such finding")
		})
	}
	for _, tc := range restoreFindings { // TestRestoreFindings
		provoked[tc.code] = true
	}
	page, err := os.ReadFile(filepath.Join(testenv.Root(), "docs", "validate.md"))
	if err != nil {
		t.Fatal(err)
	}
	listed := codeRow.FindAllSubmatch(page, -1)
	for _, m := range listed {
		if code := string(m[1]); !provoked[code] {
			t.Errorf("%s is listed, but no test provokes it", code)
		}
		delete(provoked, string(m[1]))
	}
	if len(provoked) > 0 {
		t.Errorf("not listed: %v", provoked)
	}
}

// TestFileDefectsOnce: a file that is not there or too short is one finding, though the headers and the entries in it are asked for
// too, and all else is looked at.
func TestFileDefectsOnce(t *testing.T) {
	const rocks = "unusual-incremental-rocksdb-checkpoint-p2-m128-inline0"
	for _, tc := range []struct {
		name, fixture, code string
		damage              func(t *testing.T, path string)
	}{
		{"the only state file is gone", plain, "FILE_MISSING", func(t *testing.T, path string) {
			if err := os.Remove(stateFile(t, path)); err != nil {
				t.Fatal(err)
			}
		}},
		{"the only state file ends in its entries", plain, "FILE_TRUNCATED", func(t *testing.T, path string) {
			edit(t, stateFile(t, path), func(b []byte) []byte { return b[:len(b)/2] })
		}},
		{"the only state file ends in its header", plain, "FILE_TRUNCATED", func(t *testing.T, path string) {
			edit(t, stateFile(t, path), func(b []byte) []byte { return b[:20] })
		}},
		{"a table ends", rocks, "FILE_TRUNCATED", func(t *testing.T, path string) { edit(t, tableOf(t, path), func(b []byte) []byte { return b[:900] }) }},
		{"a table has no byte", rocks, "FILE_TRUNCATED", func(t *testing.T, path string) { edit(t, tableOf(t, path), func(b []byte) []byte { return nil }) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := copyFixture(t, "2.3.0", tc.fixture)
			tc.damage(t, path)
			v := validate(t, &App{}, path, exitFindings)
			if len(v.Findings) != 1 || v.Findings[0].Code != tc.code {
				t.Errorf("%+v, want one %s", v.Findings, tc.code)
			}
		})
	}
}

// tableOf returns a table that the newest checkpoint of the fixture needs.
func tableOf(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path, "_metadata"))
	if err != nil {
		t.Fatal(err)
	}
	shared, err := filepath.Glob(filepath.Join(filepath.Dir(path), "shared", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range shared {
		if info, err := os.Stat(file); err == nil && info.Size() > 1000 && bytes.Contains(b, []byte(filepath.Base(file))) {
			return file
		}
	}
	t.Fatal("no table")
	return ""
}

// validate runs the command at level deep.
func validate(t *testing.T, app *App, path string, code int) (v inspect.Validation) {
	t.Helper()
	r := app.test(t.Context(), "validate", "--level", "deep", "-o", "json", path)
	if err := json.Unmarshal([]byte(r.out), &v); err != nil || r.code != code {
		t.Errorf("exit %d, want %d: %v: %s%s", r.code, code, err, r.out, r.err)
	}
	return v
}

// moved lets every state file lie elsewhere.
func moved(to string) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		patch(t, filepath.Join(path, "_metadata"), func(cp *metadata.Checkpoint) {
			moveState(cp, func(r *metadata.RelativeHandle) metadata.StreamHandle {
				return &metadata.FileHandle{Path: to, Size: r.Size}
			})
		})
	}
}

// stateFile returns the one file beside the metadata.
func stateFile(t *testing.T, path string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(path, "*-*-*-*-*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%v %v", found, err)
	}
	return found[0]
}

func edit(t *testing.T, file string, change func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, change(b), 0o666); err != nil {
		t.Fatal(err)
	}
}
