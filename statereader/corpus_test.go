package statereader

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"testing"

	"ckpt/internal/keygroup"
	"ckpt/state"
)

// corpusSnapshots returns every directory of the corpus with a `_metadata`.
func corpusSnapshots(t testing.TB) []string {
	root := os.Getenv("CKPT_CORPUS")
	if root == "" {
		root = "../../shared/corpus"
	}
	if _, err := os.Stat(root); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("corpus: %v", err)
		}
		t.Skipf("no corpus: %v", err)
	}
	var dirs []string
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "_metadata" {
			dirs = append(dirs, filepath.Dir(p))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}

func TestCorpus(t *testing.T) {
	ctx := context.Background()
	counts := map[string]int{}
	bad := 0
	for _, dir := range corpusSnapshots(t) {
		v, err := OpenPath(ctx, dir, Options{})
		if err != nil {
			t.Errorf("%s: %v", dir, err)
			continue
		}
		counts["snapshots"]++
		for _, p := range v.Problems() {
			if bad++; bad < 20 {
				t.Errorf("%s: %v", dir, p)
			}
		}
		for _, op := range v.Operators() {
			for _, h := range op.handles {
				if h.header == nil {
					continue
				}
				counts[fmt.Sprintf("header %v v%d", h.header.Operator, h.header.Version)]++
				if b := h.header.AppendTo(nil); !bytes.Equal(b, h.header.Raw) {
					t.Errorf("%s: %s: header %x\n%x", dir, h.field(), h.header.Raw, b)
				}
				if h.header.Salvaged {
					counts["salvaged"]++
				}
			}
		}
		for _, u := range v.Units(Selection{AllCopies: true}) {
			counts["unit "+u.handle.layout.String()]++
			sc := u.Scan(ctx)
			for e, err := range sc.All() {
				if err != nil {
					if bad++; bad < 20 {
						t.Errorf("%s: %v", dir, err)
					}
					continue
				}
				counts["entry "+string(e.Meta().Kind)]++
				if e.Flags&state.Whole != 0 {
					counts["whole"]++
				}
				if u.Keyed {
					hash, known, err := e.Header.Key.Program.HashBytes(e.Key)
					switch {
					case err != nil:
						counts["hash "+err.Error()]++
					case !known:
						counts["hash unknown "+e.Header.Key.Type.String()]++
					case keygroup.Of(hash, u.Operator.Meta.MaxParallelism) != int32(e.KeyGroup):
						t.Errorf("%s: %s in %d", dir, e.Header.Key.Type.String(), e.KeyGroup)
					default:
						counts["hash right"]++
					}
				}
			}
			for _, m := range sc.Missing() {
				counts["missing "+m.Code+" "+m.Class+" "+m.State.Name]++
			}
			for _, w := range sc.Warnings() {
				t.Errorf("%s: warning %v", dir, w)
			}
		}
	}
	var names []string
	for n := range counts {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		fmt.Println(n, counts[n])
	}
}
