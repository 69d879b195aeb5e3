package serializer

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ckpt/internal/golden"
	"ckpt/internal/javaio"
	"ckpt/internal/testenv"
)

// goldenPair is a pair of Flink's own tests: a snapshot, and a value that its serializer wrote.
type goldenPair struct {
	suite, version string
	snapshot       *Snapshot
	value          []byte
}

func goldenPairs(t testing.TB) (all []goldenPair) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testenv.Corpus(t), "*", "*", "serializer-snapshot"))
	if err != nil || len(files) == 0 {
		t.Fatal("no golden pairs in the corpus", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		value, err := os.ReadFile(filepath.Join(filepath.Dir(file), "test-data"))
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(filepath.Dir(file))
		dash := strings.LastIndexByte(name, '-')
		r := javaio.NewReader(b, 0)
		p := goldenPair{name[:dash], name[dash+1:], ParseProxy(r, nil), value}
		if err := r.Done(); err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		all = append(all, p)
	}
	return all
}

// decodedness is how much of a value is decoded.
type decodedness uint8

const (
	whole  decodedness = iota // all of it
	partly                    // all but parts that are bytes
	bare                      // it is bytes
)

// judge decodes a value, and encodes it to the same bytes.
func judge(t *testing.T, p goldenPair, o Options) (v Value, how decodedness, reason string) {
	t.Helper()
	program := NewAs(p.snapshot, o).Program
	v, err := program.DecodeFramed(p.value)
	if err != nil {
		t.Errorf("%s %s: %v", p.suite, p.version, err)
		return nil, bare, err.Error()
	}
	if again, err := program.Append(nil, v); err != nil || !bytes.Equal(again, p.value) {
		t.Errorf("%s %s: %s is encoded as %x, want %x (%v)", p.suite, p.version, show(v), again, p.value, err)
	}
	Walk(v, func(part Value) {
		if o, ok := part.(Opaque); ok {
			how, reason = partly, o.Class+": "+o.Reason
		}
	})
	if o, ok := v.(Opaque); ok {
		return v, bare, o.Class + ": " + o.Reason
	}
	if how == whole && !program.Type.HasKryo() { // ids that no cluster gives are known of whole values only
		for i := range p.value {
			if _, err := program.Skip(p.value[:i]); err != ErrShort {
				t.Errorf("%s %s: %d of %d bytes: err = %v", p.suite, p.version, i, len(p.value), err)
			}
		}
	}
	return v, how, reason
}

// pairsDog is a class of the pairs that Kryo wrote.
const pairsDog = "org.apache.flink.api.java.typeutils.runtime.kryo.KryoPojosForMigrationTests$Dog"

// describedPairs are the user's classes in the golden pairs, as their source has them.
func describedPairs(t *testing.T, dog KryoClass) Options {
	t.Helper()
	const runtime = "org.apache.flink.api.java.typeutils.runtime."
	classes, err := NewKryoClasses(dog, KryoClass{Name: strings.TrimSuffix(pairsDog, "Dog") + "Animal"})
	if err != nil {
		t.Fatal(err)
	}
	registry, err := NewRegistry(
		Description{Class: runtime + "CopyableSerializerUpgradeTest$SimpleCopyable", Type: scalar(KindLong)},
		Description{Class: runtime + "ValueSerializerUpgradeTest$NameValue", Type: scalar(KindUTF)},
		Description{Class: runtime + "WritableSerializerUpgradeTest$WritableName", Type: scalar(KindUTF)})
	if err != nil {
		t.Fatal(err)
	}
	return Options{KryoClasses: classes, Registry: registry}
}

// TestGoldenPairs decodes the golden pairs, written by every release since 1.11, by suite: what is decoded is encoded to the
// same bytes, and what is not has a reason. The second time the user's own classes are described.
func TestGoldenPairs(t *testing.T) {
	described := describedPairs(t, KryoClass{Name: pairsDog, Fields: []KryoField{{Name: "name", Type: "java.lang.String"}}})
	written := describedPairs(t, KryoClass{Name: pairsDog, Form: KryoWritten, Fields: []KryoField{{Name: "name", Type: "string"}}})
	type row struct {
		pairs  int
		how    [2][3]int // by decodedness, without and with descriptions
		reason map[string]bool
	}
	rows := map[string]*row{}
	for _, p := range goldenPairs(t) {
		r := rows[p.suite]
		if r == nil {
			r = &row{reason: map[string]bool{}}
			rows[p.suite] = r
		}
		r.pairs++
		for i, o := range []Options{{}, described, written} {
			if i > 0 && (i == 2) != strings.HasPrefix(p.suite, "kryo-custom-") {
				continue
			}
			i = min(i, 1)
			_, how, reason := judge(t, p, o)
			r.how[i][how]++
			if reason != "" {
				r.reason[strings.ReplaceAll(reason, "org.apache.flink.api.java.typeutils.runtime.", "…")] = true
			}
		}
	}
	var out strings.Builder
	var all row
	fmt.Fprintf(&out, "pairs: decoded, partly, opaque; with the user's classes described: decoded, partly, opaque\n")
	for _, suite := range sortedNames(rows) {
		r := rows[suite]
		fmt.Fprintf(&out, "%4d: %4d %2d %2d; %4d %2d %2d  %s", r.pairs, r.how[0][whole], r.how[0][partly], r.how[0][bare], r.how[1][whole], r.how[1][partly], r.how[1][bare], suite)
		for _, why := range sortedNames(r.reason) {
			fmt.Fprintf(&out, "\n      %s", why)
		}
		out.WriteByte('\n')
		all.pairs += r.pairs
		for i := range r.how {
			for j := range r.how[i] {
				all.how[i][j] += r.how[i][j]
			}
		}
	}
	fmt.Fprintf(&out, "%4d: %4d %2d %2d; %4d %2d %2d  all\n", all.pairs, all.how[0][whole], all.how[0][partly], all.how[0][bare], all.how[1][whole], all.how[1][partly], all.how[1][bare])
	t.Log("\n" + out.String())
	golden.Check(t, "pairs.golden", out.String())
}

func sortedNames[T any](m map[string]T) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	slices.SortFunc(names, cmp.Compare[string])
	return names
}
