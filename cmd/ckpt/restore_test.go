package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ckpt/inspect"
	"ckpt/internal/fixtures"
)

// soundJob restores the plain fixture, as far as it goes: what it says of one operator fits.
const soundJob = `
flinkVersion: "2.3"
backend: rocksdb
allowNonRestoredState: true
operators:
  - uid: long-keys
    parallelism: 128
    maxParallelism: 128
    key: long
    states:
      value: {kind: value, value: long, ttl: false}
      ttl-value: {kind: value, value: long, ttl: true}
      map: {kind: map, key: string, value: long}
`

// restoreFindings are those about a restore: each with what to change in soundJob, or with flags of its own.
var restoreFindings = []struct {
	code     string
	severity inspect.Severity
	old, new string
	args     []string // FIXTURE stands for the snapshot itself
	fixture  string
	says     string
}{
	{"RELEASE_CANNOT_READ", inspect.Error, "", "", []string{"--flink-version", "1.20"}, plain, "version 6"},
	{"OPERATOR_NOT_IN_JOB", inspect.Error, "allowNonRestoredState: true", "", nil, plain, "no such operator"},
	{"STATE_DROPPED", inspect.Warning, "", "", nil, plain, "its state is dropped"},
	{"MAX_PARALLELISM_DIFFERS", inspect.Error, "maxParallelism: 128", "maxParallelism: 256", nil, plain, "was 128, the job sets 256"},
	{"PARALLELISM_TOO_HIGH", inspect.Error, "parallelism: 128", "parallelism: 129", nil, plain, "parallelism 129"},
	{"STATE_INCOMPATIBLE", inspect.Error, "value, value: long, ttl: false", "value, value: int", nil, plain, "long was stored, the job has int"},
	{"STATE_INCOMPATIBLE", inspect.Error, "kind: map", "kind: list", nil, plain, "map state was stored"},
	{"STATE_INCOMPATIBLE", inspect.Error, "key: long", "key: string", nil, plain, "incompatible: key: long was stored"},
	{"STATE_MIGRATED", inspect.Info, "ttl: true", "ttl: false", nil, plain, "time-to-live was switched off"},
	{"STATE_UNSURE", inspect.Info, "", "", []string{"--against", "FIXTURE"}, "unusual-custom-hashmap-native-p1-m128-inline0", "its own code decides"},
}

func validateRestore(t *testing.T, path, job string, args []string) (v inspect.Validation) {
	t.Helper()
	all := []string{"validate", "-o", "json", path}
	if args == nil {
		file := filepath.Join(t.TempDir(), "job.yaml")
		if err := os.WriteFile(file, []byte(job), 0o600); err != nil {
			t.Fatal(err)
		}
		args = []string{"--job", file}
	}
	for _, a := range args {
		all = append(all, strings.ReplaceAll(a, "FIXTURE", path))
	}
	r := (&App{}).test(t.Context(), all...)
	if err := json.Unmarshal([]byte(r.out), &v); err != nil {
		t.Fatalf("%v: %s%s", err, r.out, r.err)
	}
	if want := map[bool]int{true: exitDone, false: exitFindings}[v.Count(inspect.Error) == 0]; r.code != want {
		t.Errorf("exit %d, want %d", r.code, want)
	}
	return v
}

func TestRestoreFindings(t *testing.T) {
	for _, tc := range restoreFindings {
		t.Run(tc.code, func(t *testing.T) {
			path := copyFixture(t, "2.3.0", tc.fixture)
			job := strings.Replace(soundJob, tc.old, tc.new, 1)
			found := false
			for _, f := range validateRestore(t, path, job, tc.args).Findings {
				found = found || f.Code == tc.code && f.Severity == tc.severity && f.Fix != "" && strings.Contains(f.Message, tc.says)
			}
			if !found {
				t.Errorf("no such finding")
			}
		})
	}
}

// TestRestoreSound is the neighbour of all of these.
func TestRestoreSound(t *testing.T) {
	path := copyFixture(t, "2.3.0", plain)
	v := validateRestore(t, path, soundJob, nil)
	for _, f := range v.Findings {
		if f.Code != "STATE_DROPPED" {
			t.Errorf("%+v", f)
		}
	}
	for _, op := range v.Restore.Operators {
		for _, s := range op.States {
			if want := map[bool]string{true: "as is", false: "dropped"}[op.UID == "long-keys"]; s.Verdict != want {
				t.Errorf("%s/%s: %s, want %s", op.UID, s.Name, s.Verdict, want)
			}
		}
	}
}

// TestRestoreNextRelease restores every snapshot of 1.20 as the same job of 2.3 and of 1.20.
func TestRestoreNextRelease(t *testing.T) {
	n := 0
	for _, f := range fixtures.Committed(t) {
		if f.Version != "1.20.4" || f.Manifest.Snapshot != "." || strings.Contains(f.Name, "moved") {
			continue
		}
		n++
		old, now := f.Dir, strings.Replace(f.Dir, "1.20.4", "2.3.0", 1)
		refused := strings.HasPrefix(f.Name, "types-") || strings.Contains(f.Name, "kryo") || strings.Contains(f.Name, "protobuf") || strings.Contains(f.Name, "described") // Kryo wrote some of its values
		for _, args := range [][]string{{"--against", "FIXTURE"}, {"--against", now, "--flink-version", "2.3"}} {
			v := validateRestore(t, old, "", args)
			if got := v.Count(inspect.Error) > 0; got != (refused && len(args) > 2) {
				t.Errorf("%s %v: %+v", f.Name, args, v.Findings)
			}
		}
	}
	if n < 20 {
		t.Errorf("%d snapshots were compared", n)
	}
}

func TestRestoreUsage(t *testing.T) {
	dir := t.TempDir()
	file := func(text string) string {
		name := filepath.Join(dir, "job.yaml")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	op := "operators: [{uid: a}]"
	for _, tc := range []struct{ job, says string }{
		{"", "EOF"},
		{"operators: []", "no operators"},
		{"backend: disk\n" + op, "want hashmap"},
		{"flinkVersion: new\n" + op, "no Flink release"},
		{"operators: [{uid: a, id: b}]", "either uid or id"},
		{"operators: [{id: xyz}]", "operators[0]"},
		{"operators: [{uid: a, parallelism: -1}]", "at least 1"},
		{"operators: [{uid: a, states: {s: {value: strange<}}}]", "states: s"},
		{"operators: [{uid: a, unheard: 1}]", "unheard"},
	} {
		r := (&App{}).test(t.Context(), "validate", "--job", file(tc.job), dir)
		if r.code != exitUsage || !strings.Contains(r.err, tc.says) {
			t.Errorf("%q: exit %d: %s, want %q", tc.job, r.code, r.err, tc.says)
		}
	}
	for _, args := range [][]string{
		{"--job", file(op), "--against", dir, dir}, {"--flink-version", "two", dir},
		{"--level", "metadata", "--flink-version", "2.3", dir}, {"--job", filepath.Join(dir, "none"), dir},
	} {
		if r := (&App{}).test(t.Context(), append([]string{"validate"}, args...)...); r.code != exitUsage {
			t.Errorf("%v: exit %d: %s", args, r.code, r.err)
		}
	}
}
