package export

import (
	"encoding/json"
	"flag"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/array"

	"ckpt/metadata"
	"ckpt/serializer"
	"ckpt/state"
	"ckpt/statereader"
)

var seed = flag.Uint64("seed", 0, "of random tests; 0: by the clock")

func newRand(t *testing.T) *rand.Rand {
	s := *seed
	if s == 0 {
		s = uint64(time.Now().UnixNano())
	}
	t.Logf("-seed %d", s)
	return rand.New(rand.NewPCG(s, 0))
}

// valueState is a keyed value state with keys of type Int and the given value type.
func valueState(t *serializer.Type) (*statereader.State, *state.Header) {
	m := &state.Meta{Name: "s", Kind: state.Value, Namespace: serializer.Derived(typ(serializer.KindVoidNamespace)), Value: serializer.Derived(t)}
	h := &state.Header{Key: serializer.Derived(typ(serializer.KindInt)), States: []*state.Meta{m}}
	op := &statereader.Operator{Meta: &metadata.Operator{MaxParallelism: 128}, UID: "op"}
	return &statereader.State{Operator: op, Name: "s", Class: state.ClassKeyed, Kind: state.Value, Metas: h.States, Key: h.Key}, h
}

// TestArrowEqualsJSON compares two ways from bytes to JSON: decoded, and through Arrow columns read back; where the
// columns cannot hold a row, exact must.
func TestArrowEqualsJSON(t *testing.T) {
	r := newRand(t)
	exacts := 0
	for range 3000 {
		ty := randomType(r, r.IntN(4))
		var values [][]byte
		for range 6 {
			v := randomValue(r, ty)
			b, err := serializer.Compile(ty).Append(nil, v)
			if err != nil {
				t.Fatalf("%s: %v of %#v", ty, err, v)
			}
			values = append(values, b)
		}
		exacts += compareWays(t, ty, values)
	}
	if exacts == 0 {
		t.Error("no row needed exact: the test has lost its edge")
	}
}

// FuzzArrow does the same with any bytes that are a value.
func FuzzArrow(f *testing.F) {
	f.Add(uint64(1), []byte{0})
	f.Add(uint64(3), []byte{0, 0, 0, 1, 2, 0x61})
	f.Add(uint64(11), []byte("\x02\x00\x00\x00\x00\x07\x01"))
	f.Fuzz(func(t *testing.T, seed uint64, b []byte) {
		ty := randomType(rand.New(rand.NewPCG(seed%4096, 0)), int(seed%3))
		if n, err := serializer.Compile(ty).Skip(b); err == nil && n == len(b) {
			compareWays(t, ty, [][]byte{b, b})
		}
	})
}

// compareWays fails where values of a type come out of Arrow columns as other JSON than decoded. It returns how many
// rows needed exact.
func compareWays(t *testing.T, ty *serializer.Type, values [][]byte) (exacts int) {
	t.Helper()
	s, h := valueState(ty)
	b := NewTable(s, TableOptions{}).NewBatch()
	var want []string
	for k, bytes := range values {
		v, err := s.Metas[0].Value.Program.DecodeFramed(bytes)
		if err != nil {
			t.Fatalf("%s: %v of %x", ty, err, bytes)
		}
		want = append(want, string(AppendJSON(nil, ty, v)))
		e := &state.Entry{Key: []byte{0, 0, 0, byte(k)}, Namespace: []byte{0}, Value: bytes, Index: -1, Header: h}
		if err := b.Append(e); err != nil {
			t.Fatal(err)
		}
		js, err := AppendRowJSON(nil, s, e)
		if err != nil || !json.Valid(js) {
			t.Fatalf("%s: row %s, %v", ty, js, err)
		}
	}
	for _, v := range b.columns {
		checkLengths(t, ty, v)
	}
	rec := b.Record()
	exact := rec.Column(3).(*array.String)
	for i := range want {
		lead := `"key":` + string(rune('0'+i)) + `,"value":`
		got := lead
		if exact.IsNull(i) {
			got += string(AppendJSON(nil, ty, arrowValue(ty, b.value.node, rec.Column(2), i)))
		} else {
			exacts++
			got = exact.Value(i)[1 : len(exact.Value(i))-1]
		}
		if got != lead+want[i] {
			t.Fatalf("%s\n got %s\nwant %s%s\n schema %s", ty, got, lead, want[i], rec.Schema())
		}
	}
	return exacts
}

// checkLengths fails where the children of a struct have another length than the struct.
func checkLengths(t *testing.T, ty *serializer.Type, v *vector) {
	for _, k := range v.kids {
		if v.node.kind == nodeStruct && k.len != v.len {
			t.Fatalf("%s: %s has %d values, %s in it %d", ty, v.node.name, v.len, k.node.name, k.len)
		}
		checkLengths(t, ty, k)
	}
}
