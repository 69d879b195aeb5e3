package inspect

import (
	"testing"

	"ckpt/metadata"
	"ckpt/serializer"
	"ckpt/state"
)

func TestScaled(t *testing.T) {
	for _, tc := range []struct {
		max  int32
		now  JobOperator
		want string
	}{
		{128, JobOperator{}, ""},
		{128, JobOperator{Parallelism: 128, MaxParallelism: 128}, ""},
		{128, JobOperator{Parallelism: 129}, "PARALLELISM_TOO_HIGH"},
		{128, JobOperator{Parallelism: 4, MaxParallelism: 129}, "MAX_PARALLELISM_DIFFERS"},
		{128, JobOperator{Parallelism: 200, MaxParallelism: 256}, "MAX_PARALLELISM_DIFFERS"}, // Flink looks at it first
	} {
		if code, why, fix := scaled(&metadata.Operator{MaxParallelism: tc.max}, &tc.now); code != tc.want || (code != "") != (why != "" && fix != "") {
			t.Errorf("%+v: %q, want %q", tc.now, code, tc.want)
		}
	}
}

func TestBackendFor(t *testing.T) {
	op := func(h metadata.KeyedHandle) *metadata.Operator {
		return &metadata.Operator{Subtasks: []*metadata.Subtask{{ManagedKeyed: h}}}
	}
	heap, canonical := op(&metadata.KeyGroupsHandle{Code: metadata.CodeKeyedV2}), op(&metadata.KeyGroupsHandle{Code: metadata.CodeSavepoint})
	for _, tc := range []struct {
		named string
		op    *metadata.Operator
		want  serializer.Backend
	}{
		{"", heap, serializer.HeapBackend},
		{"rocksdb", heap, serializer.RocksDBBackend},
		{"", canonical, serializer.RocksDBBackend},
		{"hashmap", canonical, serializer.HeapBackend},
		{"", op(&metadata.IncrementalHandle{}), serializer.RocksDBBackend},
		{"forst", canonical, serializer.RocksDBBackend},
	} {
		if got := backendFor(tc.named, tc.op); got != tc.want {
			t.Errorf("%q: %d, want %d", tc.named, got, tc.want)
		}
	}
}

func TestMetaVerdict(t *testing.T) {
	of := func(text string) *serializer.Serializer {
		typ, err := serializer.ParseType(text)
		if err != nil {
			t.Fatal(err)
		}
		return serializer.Derived(typ)
	}
	job := func(text string) *JobType { return &JobType{Type: of(text).Type} }
	yes := true
	pojo, wider := "pojo P{a:int}", "pojo P{a:int,b:int}"
	m := func(kind state.Kind, value string) *state.Meta {
		return &state.Meta{Kind: kind, Backend: state.KeyValue, Value: of(value), UserKey: of(pojo), Namespace: of(pojo)}
	}
	old, recent := serializer.Version{Major: 1, Minor: 20}, serializer.Version{Major: 2, Minor: 3}
	for _, tc := range []struct {
		name   string
		meta   *state.Meta
		job    *JobState
		target serializer.Version
		b      serializer.Backend
		want   serializer.Outcome
	}{
		{"the same", m(state.Value, pojo), &JobState{Kind: state.Value, Value: job(pojo)}, recent, serializer.RocksDBBackend, serializer.AsIs},
		{"value wider", m(state.Value, pojo), &JobState{Value: job(wider)}, recent, serializer.RocksDBBackend, serializer.Migrated},
		{"namespace wider", m(state.Value, pojo), &JobState{Namespace: job(wider)}, recent, serializer.HeapBackend, serializer.Incompatible},
		{"map key wider, RocksDB", m(state.Map, pojo), &JobState{Key: job(wider)}, recent, serializer.RocksDBBackend, serializer.Incompatible},
		{"map key wider, heap", m(state.Map, pojo), &JobState{Key: job(wider)}, recent, serializer.HeapBackend, serializer.Migrated},
		{"another kind", m(state.Value, pojo), &JobState{Kind: state.Map}, recent, serializer.HeapBackend, serializer.Incompatible},
		{"time-to-live, 1.20", m(state.Value, pojo), &JobState{TTL: &yes}, old, serializer.HeapBackend, serializer.Incompatible},
		{"time-to-live, 2.3", m(state.Value, pojo), &JobState{TTL: &yes}, recent, serializer.HeapBackend, serializer.Migrated},
		{"not known", m(state.Value, pojo), nil, recent, serializer.HeapBackend, serializer.AsIs},
	} {
		p := partComparison{Restore: serializer.Restore{Target: tc.target}, backend: tc.b}
		if got := p.meta(tc.meta, tc.job); got.Outcome != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}
