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
		s, h := valueState(ty)
		p := s.Metas[0].Value.Program
		b := NewTable(s, TableOptions{}).NewBatch()
		var want, row []string
		for k := range 6 {
			v := randomValue(r, ty)
			bytes, err := p.Append(nil, v)
			if err != nil {
				t.Fatalf("%s: %v of %#v", ty, err, v)
			}
			v, err = p.DecodeFramed(bytes)
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
			row = append(row, string(js))
		}
		for _, v := range b.columns {
			checkLengths(t, ty, v)
		}
		rec := b.Record()
		exact := rec.Column(3).(*array.String)
		for i := range want {
			got := `"key":` + string(rune('0'+i)) + `,"value":`
			if exact.IsNull(i) {
				got += string(AppendJSON(nil, ty, arrowValue(ty, b.value.node, rec.Column(2), i)))
			} else {
				exacts++
				got = exact.Value(i)[1 : len(exact.Value(i))-1]
			}
			if w := `"key":` + string(rune('0'+i)) + `,"value":` + want[i]; got != w {
				t.Fatalf("%s\n got %s\nwant %s\n row %s\n schema %s", ty, got, w, row[i], rec.Schema())
			}
		}
	}
	if exacts == 0 {
		t.Error("no row needed exact: the test has lost its edge")
	}
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
