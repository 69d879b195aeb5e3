package serializer

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"ckpt/internal/javaio"
	"ckpt/internal/testenv"
)

// Golden pairs of Flink's own tests: a snapshot and a value, by every release since 1.11. What this package decodes is
// decoded to the last byte and encoded to the same bytes.
func TestGoldenPairs(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testenv.Corpus(t), "*", "*", "serializer-snapshot"))
	if err != nil || len(files) == 0 {
		t.Fatal("no golden pairs in the corpus", err)
	}
	userCode := regexp.MustCompile(`^(kryo-|value-serializer-|copyable-value-|writeable-|scala-try-)`)
	decoded := 0
	opaque := map[string]int{}
	for _, file := range files {
		name := filepath.Base(filepath.Dir(file))
		value, err := os.ReadFile(filepath.Join(filepath.Dir(file), "test-data"))
		if err != nil {
			t.Error(err)
			continue
		}
		p := goldenProgram(t, file)
		v, n, err := p.Decode(value)
		if o, ok := errors.AsType[*OpaqueError](err); ok && userCode.MatchString(name) {
			opaque[o.Class+": "+o.Reason]++
			checkFramed(t, name, p, value)
			continue
		}
		if err != nil || n != len(value) {
			t.Errorf("%s: %d of %d bytes, err = %v", name, n, len(value), err)
			continue
		}
		if b, err := p.Append(nil, v); err != nil || !bytes.Equal(b, value) {
			t.Errorf("%s: %s is encoded as %x, want %x (err = %v)", name, show(v), b, value, err)
		}
		for i := range value {
			if _, err := p.Skip(value[:i]); err != ErrShort {
				t.Errorf("%s: %d of %d bytes: err = %v", name, i, len(value), err)
			}
		}
		decoded++
	}
	t.Logf("%d pairs decoded", decoded)
	for _, reason := range slices.Sorted(maps.Keys(opaque)) {
		t.Logf("%d pairs opaque: %s", opaque[reason], reason)
	}
	if decoded < 700 {
		t.Errorf("%d pairs decoded, want at least 700", decoded)
	}
}

func goldenProgram(t *testing.T, file string) *Program {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r := javaio.NewReader(b, 0)
	s := ParseProxy(r, nil)
	if err := r.Done(); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return New(s).Program
}

// checkFramed decodes a value that its frame must delimit.
func checkFramed(t *testing.T, name string, p *Program, b []byte) {
	t.Helper()
	v, err := p.DecodeFramed(b)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if again, err := p.Append(nil, v); err != nil || !bytes.Equal(again, b) {
		t.Errorf("%s: %v is encoded as %x, want %x (err = %v)", name, v, again, b, err)
	}
}
