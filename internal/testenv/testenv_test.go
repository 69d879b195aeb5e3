package testenv

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestRoot(t *testing.T) {
	if _, err := os.Stat(filepath.Join(Root(), "go.mod")); err != nil {
		t.Error(err)
	}
}

// What is missing skips a test, and fails it in CI.
func TestMissing(t *testing.T) {
	t.Setenv("CKPT_CORPUS", filepath.Join(t.TempDir(), "none"))
	t.Setenv("CKPT_PYTHON", filepath.Join(t.TempDir(), "none"))
	for _, tc := range []struct {
		name            string
		need            func(testing.TB)
		ci, skip, fatal string
	}{
		{"corpus", func(t testing.TB) { Corpus(t) }, "", "skip", ""},
		{"corpus in CI", func(t testing.TB) { Corpus(t) }, "true", "", "fatal"},
		{"python", func(t testing.TB) { Python(t) }, "", "skip", ""},
		{"python in CI", func(t testing.TB) { Python(t) }, "true", "", "fatal"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Setenv("CI", tc.ci)
			rec := &recorder{TB: t}
			done := make(chan struct{})
			go func() {
				defer close(done)
				tc.need(rec)
			}()
			<-done
			if rec.skip != tc.skip || rec.fatal != tc.fatal {
				t.Errorf("skip %q, fatal %q", rec.skip, rec.fatal)
			}
		})
	}
}

type recorder struct {
	testing.TB
	skip, fatal string
}

func (r *recorder) Skip(...any) {
	r.skip = "skip"
	runtime.Goexit()
}

func (r *recorder) Fatal(...any) {
	r.fatal = "fatal"
	runtime.Goexit()
}
