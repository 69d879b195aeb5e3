package serializer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ckpt/internal/javaio"
	"ckpt/internal/javaobj"
	"ckpt/internal/testenv"
)

// goldenSnapshots returns the files in which Flink's own tests keep a serializer snapshot, as PROXY.
func goldenSnapshots(t testing.TB) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(testenv.Corpus(t), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "serializer-snapshot" {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden snapshots: %v", err)
	}
	return files
}

func walk(s *Snapshot, visit func(*Snapshot)) {
	visit(s)
	for part := range s.Parts {
		walk(part, visit)
	}
}

func TestGoldenSnapshots(t *testing.T) {
	count, nodes := 0, 0
	unknown := map[string]bool{}
	for _, path := range goldenSnapshots(t) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r := javaio.NewReader(b, 0)
		s := ParseProxy(r, nil)
		if err := r.Done(); err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		count++
		if got := append(javaio.AppendInt32(nil, s.Proxy), s.Raw...); !bytes.Equal(got, b) {
			t.Errorf("%s: Raw differs from what was stored", path)
		}
		walk(s, func(s *Snapshot) {
			nodes++
			if s.Unknown {
				unknown[s.Class] = true
			}
			if !bytes.Contains(b, s.Raw) || len(s.Raw) == 0 {
				t.Errorf("%s: Raw of %s is not a part of the input", path, s.Class)
			}
		})
	}
	for class := range unknown {
		t.Errorf("unknown class %s", class)
	}
	t.Logf("%d golden snapshots, %d with nested ones", count, nodes)
}

// userClasses are the snapshot and serializer classes that Flink's tests define.
var userClasses = map[string]bool{
	"org.apache.flink.test.migration.TypeSerializerSnapshotMigrationITCase$TestSerializer":         true,
	"org.apache.flink.test.migration.TypeSerializerSnapshotMigrationITCase$TestSerializerSnapshot": true,
	// Conditions of CEP patterns look like serializer proxies.
	"org.apache.flink.cep.operator.CEPMigrationTest$EndFilter":   true,
	"org.apache.flink.cep.operator.CEPMigrationTest$StartFilter": true,
	"org.apache.flink.cep.pattern.conditions.AndCondition":       true,
	"org.apache.flink.cep.pattern.conditions.OrCondition":        true,
}

// stored is a snapshot found in a file, and where it ended.
type stored struct {
	at   int
	kind string // "proxy", "resilience", "serializer"
}

// findStored finds the snapshots in a file by how they begin: the headers around them are not read.
func findStored(b []byte) (found []stored) {
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte("\x00\x00\x00\x02\x00"))
		if i < 0 {
			break
		}
		at += i + 4
		if n := int(b[at])<<8 | int(b[at+1]); at+2+n <= len(b) && snapshotName(string(b[at+2:at+2+n])) {
			found = append(found, stored{at - 4, "proxy"})
		}
	}
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte(javaobj.Magic))
		if i < 0 {
			return found
		}
		at += i + len(javaobj.Magic)
		from := at - len(javaobj.Magic) - 8
		if from < 0 || be32(b[from:]) != 1 {
			continue
		}
		found = append(found, stored{from, "serializer"})
		for n := 1; n <= 8 && from-8-8*n >= 0; n++ {
			if be32(b[from-8-8*n:]) == n && be32(b[from-4-8*n:]) == 0 {
				found = append(found, stored{from - 8 - 8*n, "resilience"})
			}
		}
	}
}

func snapshotName(name string) bool {
	return strings.HasPrefix(name, "org.apache.flink.") &&
		(strings.HasSuffix(name, "Snapshot") || strings.HasSuffix(name, "SnapshotV2") || strings.HasSuffix(name, "SerializerConfig"))
}

func be32(b []byte) int { return int(int32(binary.BigEndian.Uint32(b))) }

func (f stored) parse(r *javaio.Reader) []*Snapshot {
	switch f.kind {
	case "proxy":
		return []*Snapshot{ParseProxy(r, nil)}
	case "resilience":
		return ParseResilience(r, -1, nil)
	default:
		return []*Snapshot{ParseSerializerProxy(r, nil)}
	}
}

// TestStoredSnapshots reads every snapshot in every real file.
func TestStoredSnapshots(t *testing.T) {
	counts := map[string]int{}
	unknown := map[string]int{}
	old := map[string]int{}
	root := testenv.Corpus(t)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "serializer-snapshot" {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, f := range findStored(b) {
			r := javaio.NewReader(b[f.at:], int64(f.at))
			list := f.parse(r)
			if err := r.Err(); err != nil {
				if class := unknownClassOf(err); class != "" {
					unknown[class]++
					continue
				}
				t.Errorf("%s: %s at %d: %v", path, f.kind, f.at, err)
				continue
			}
			counts[f.kind]++
			for _, s := range list {
				if s.Java != nil && !s.Unknown && s.Raw != nil && s.JavaRaw != nil {
					counts["objects compared"]++
					if got, want := describe(fromJava(s.Java)), describe(s); got != want && !strings.HasPrefix(want, "ScalaEnum") {
						t.Errorf("%s: %s at %d: object says\n%s, snapshot says\n%s", path, f.kind, f.at, got, want)
					}
				}
				walk(s, func(s *Snapshot) {
					counts["snapshots"]++
					if s.Unknown {
						unknown[s.Class]++
					} else if m := s.Modern(); classes()[m.Class].parse == nil || classes()[m.Class].modern != nil {
						old[m.Class]++
					}
				})
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for class, n := range unknown {
		if !userClasses[class] {
			t.Errorf("unknown class %q, %d times", class, n)
		}
	}
	for class, n := range old {
		t.Errorf("%s has no modern form, %d times", class, n)
	}
	t.Logf("%v; user classes %v", counts, unknown)
}

// unknownClassOf returns the class that an error calls unknown.
func unknownClassOf(err error) string {
	if !errors.Is(err, errUnknownClass) {
		return ""
	}
	words := strings.Fields(err.Error())
	return words[len(words)-1]
}
