// Package testenv finds what tests need and not every machine has: the corpus of real checkpoints, a JVM with Maven
// for real Flink, a Python with readers of Parquet. What is missing skips the test; where CI is set it fails it.
package testenv

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// FlinkVersions are the versions that testdata/flink builds against.
var FlinkVersions = []string{"1.20.4", "2.3.0"}

// Root is the root of the repository.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}

// Savepoints is the directory of the committed snapshots that real Flink wrote.
func Savepoints() string { return filepath.Join(Root(), "testdata", "savepoints") }

// Corpus is the directory of the corpus: CKPT_CORPUS, or ../shared/corpus beside the repository.
func Corpus(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("CKPT_CORPUS")
	if dir == "" {
		dir = filepath.Join(Root(), "..", "shared", "corpus")
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		missing(t, "the corpus of real checkpoints is not at "+dir+"; set CKPT_CORPUS")
	}
	return dir
}

// Flink runs a tool of testdata/flink in real Flink and returns what it printed. It only runs where CKPT_FLINK is
// set, as `make test` does, which builds the tools first.
func Flink(t testing.TB, version, tool string, args ...string) []byte {
	t.Helper()
	if os.Getenv("CKPT_FLINK") == "" {
		t.Skip("real Flink is left out; `make test` runs it, or set CKPT_FLINK=1")
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(Root(), "testdata", "flink", "run.sh"), append([]string{tool, version}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("Flink %s, %s %v: %v\n%s", version, tool, args, err, tail(stderr.Bytes(), 4000))
	}
	return out
}

func tail(b []byte, n int) []byte { return b[max(0, len(b)-n):] }

// Python is an interpreter that has pyarrow and duckdb: CKPT_PYTHON, or the one that tools/python.sh makes.
func Python(t testing.TB) string {
	t.Helper()
	python := os.Getenv("CKPT_PYTHON")
	if python == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			missing(t, err.Error())
		}
		python = filepath.Join(cache, "ckpt", "venv", "bin", "python")
	}
	if err := exec.CommandContext(t.Context(), python, "-c", "import duckdb, pyarrow").Run(); err != nil {
		missing(t, "no Python with pyarrow and duckdb at "+python+"; tools/python.sh makes one, or set CKPT_PYTHON")
	}
	return python
}

// missing ends a test that cannot run here.
func missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}
