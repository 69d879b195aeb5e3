package inspect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ckpt/internal/fixtures"
	"ckpt/internal/javaio"
	"ckpt/internal/keygroup"
	"ckpt/metadata"
	"ckpt/serializer"
	"ckpt/state"
	"ckpt/statereader"
)

// rehashed writes a canonical savepoint with n keys under the serializers of a fixture's operator, hashed by hash.
func rehashed(t *testing.T, fixture, keyType string, n int, key func(t *serializer.Type, i int) serializer.Value, hash func(p *serializer.Program, v serializer.Value, i int) int32) string {
	t.Helper()
	ctx := context.Background()
	v, err := statereader.OpenPath(ctx, fixtures.Get(t, "2.3.0", fixture).Path(), statereader.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var found *statereader.State
	for _, op := range v.Operators() {
		if s := op.State("value"); s != nil && s.Key != nil && strings.HasPrefix(s.Key.Type.String(), keyType) {
			found = s
		}
	}
	if found == nil {
		t.Fatalf("%s has no keys of type %s", fixture, keyType)
	}
	var entry state.Entry
	for _, u := range v.Units(statereader.Selection{States: []*statereader.State{found}}) {
		for e, err := range u.Scan(ctx).All() {
			if err != nil {
				t.Fatal(err)
			}
			entry = e
			entry.Namespace, entry.Value = bytes.Clone(e.Namespace), bytes.Clone(e.Value)
			break
		}
	}
	const groups = 128
	b := bytes.Clone(entry.Header.Raw)
	inGroup := map[int32][][]byte{}
	for i := range n {
		value := key(found.Key.Type, i)
		k, err := found.Key.Program.Append(nil, value)
		if err != nil {
			t.Fatal(err)
		}
		g := keygroup.Of(hash(found.Key.Program, value, i), groups)
		inGroup[g] = append(inGroup[g], append(append([]byte{byte(g)}, k...), entry.Namespace...))
	}
	offsets := make([]int64, groups)
	for g := range int32(groups) {
		keys := inGroup[g]
		if keys == nil {
			continue
		}
		offsets[g] = int64(len(b))
		b = javaio.AppendInt16(b, int16(entry.State))
		for i, k := range keys {
			if i == len(keys)-1 {
				k[0] |= 0x80 // the last of the state
			}
			b = javaio.AppendBin(javaio.AppendBin(b, k), entry.Value)
		}
		b = append(b, 0xFF, 0xFF)
	}
	cp := &metadata.Checkpoint{Version: 3, CheckpointID: 1, Operators: []*metadata.Operator{{
		ID: metadata.OperatorIDFromUID("op"), Parallelism: 1, MaxParallelism: groups, Subtasks: []*metadata.Subtask{{
			ManagedKeyed: &metadata.KeyGroupsHandle{Code: 7, KeyGroups: metadata.KeyGroupOffsets{Range: metadata.KeyGroupRange{Count: groups}, Offsets: offsets},
				Stream: &metadata.InlineHandle{Name: "x", Data: b}}}}}}}
	out, err := cp.AppendTo(nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "_metadata"), out, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func rowKey(t *serializer.Type, i int) serializer.Value {
	return serializer.Struct{Type: t, Values: []serializer.Value{int32(i), fmt.Sprint("k", i)}}
}

func pojoKey(t *serializer.Type, i int) serializer.Value {
	return serializer.Struct{Type: t, Values: []serializer.Value{fmt.Sprint("k", i), int32(i % 5)}} // name, region
}

func byRow(rule serializer.RowRule) func(*serializer.Program, serializer.Value, int) int32 {
	return func(p *serializer.Program, v serializer.Value, _ int) int32 {
		hash, _ := p.HashAs(v, rule)
		return hash
	}
}

// byRecord is 31 · region + name.hashCode().
func byRecord(_ *serializer.Program, v serializer.Value, _ int) int32 {
	s := v.(serializer.Struct)
	hash := int32(0)
	for _, c := range []byte(s.Values[0].(string)) {
		hash = 31*hash + int32(c)
	}
	return 31*s.Values[1].(int32) + hash
}

func byChance(_ *serializer.Program, _ serializer.Value, i int) int32 { return int32(i*i*7919 + i) }

func TestKeyHash(t *testing.T) {
	const rows, pojos = "keys-hashmap-canonical-p3-m128-inline0", "kv-hashmap-canonical-p4-m128"
	for _, tc := range []struct {
		name, fixture, keyType string
		n                      int
		key                    func(*serializer.Type, int) serializer.Value
		hash                   func(*serializer.Program, serializer.Value, int) int32
		rule, code, lookup     string // found, and the finding; a key as JSON
		scanned                bool
	}{
		{"rows of 1.13", rows, "row<", 40, rowKey, byRow(serializer.Row113), "row-1.13", "", `[7,"k7"]`, false},
		{"rows of 1.12", rows, "row<", 40, rowKey, byRow(serializer.Row112), "row-1.12", "KEY_HASH_RULE", "", false},
		{"rows of 1.11", rows, "row<", 40, rowKey, byRow(serializer.Row111), "row-1.11", "KEY_HASH_RULE", "", false},
		{"few rows of 1.12", rows, "row<", 20, rowKey, byRow(serializer.Row112), "unknown", "KEY_MISPLACED", "", false},
		{"rows by chance", rows, "row<", 40, rowKey, byChance, "unknown", "KEY_MISPLACED", "", false},
		{"a record", pojos, "pojo", 40, pojoKey, byRecord, "record(region,name)", "", `{"name":"k7","region":2}`, false},
		{"few of a record", pojos, "pojo", 20, pojoKey, byRecord, "unknown", "", `{"name":"k7","region":2}`, true},
		{"by chance", pojos, "pojo", 40, pojoKey, byChance, "unknown", "", `{"name":"k7","region":2}`, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ctx := context.Background()
			dir := rehashed(t, tc.fixture, tc.keyType, tc.n, tc.key, tc.hash)
			v, err := Validate(ctx, dir, ValidateOptions{Level: "deep"})
			if err != nil || len(v.KeyHashes) != 1 || v.KeyHashes[0].Rule != tc.rule || v.KeyHashes[0].Keys != int64(tc.n) {
				t.Fatalf("validate: %+v, %v", v, err)
			}
			codes := map[string]bool{}
			for _, f := range v.Findings {
				codes[f.Code] = true
			}
			if codes[tc.code] != (tc.code != "") || len(codes) > 1 || v.OK != (tc.code != "KEY_MISPLACED") {
				t.Errorf("ok %v, findings %v, want %s", v.OK, codes, tc.code)
			}
			rep, err := Run(ctx, dir, Options{Count: true})
			if err != nil || rep.Operators[0].States[0].KeyHash != tc.rule {
				t.Errorf("inspect: %v, %v", rep, err)
			}
			if tc.lookup == "" {
				return
			}
			l, err := Get(ctx, dir, GetOptions{Filter: Filter{States: []string{"value"}}, Key: tc.lookup})
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			n := 0
			for _, err := range l.Rows(ctx) {
				if err != nil {
					t.Fatal(err)
				}
				n++
			}
			if n != 1 || l.Scanned != tc.scanned {
				t.Errorf("get: %d rows, all key groups searched: %v", n, l.Scanned)
			}
		})
	}
	t.Run("no such key", func(t *testing.T) {
		l, err := Get(context.Background(), rehashed(t, pojos, "pojo", 40, pojoKey, byRecord), GetOptions{Filter: Filter{States: []string{"value"}}, Key: `{"name":"z","region":1}`})
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		for _, err := range l.Rows(context.Background()) {
			if !errors.Is(err, ErrNotFound) || !l.Scanned {
				t.Errorf("%v, all key groups searched: %v", err, l.Scanned)
			}
		}
	})
}
