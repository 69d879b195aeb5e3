package serializer

// Position is where in a state a serializer is used: Flink does not migrate everywhere.
type Position uint8

// Positions.
const (
	AtKey          Position = iota // the key of keyed state
	AtNamespace                    // window or other namespace
	AtValue                        // of value, list, reducing, aggregating state, and the values of map state
	AtMapKey                       // the user key of map state
	AtTimer                        // an element of a priority queue
	AtBroadcast                    // key or value of broadcast state
	AtOperatorList                 // an element of operator list or union state
)

func (p Position) String() string {
	return [...]string{"key", "namespace", "value", "map key", "timer", "broadcast", "operator list"}[min(p, AtOperatorList)]
}

// Backend is a state backend, as far as migration differs.
type Backend uint8

// Backends.
const (
	HeapBackend    Backend = iota // HashMap, FsStateBackend, MemoryStateBackend: values are objects, written anew at the next checkpoint
	RocksDBBackend                // RocksDB and ForSt: all entries are rewritten when the state is registered
)

// CompatAt says what becomes of Compat's verdict at a position.
func CompatAt(p Position, v Verdict, b Backend) Verdict {
	if v.Outcome != Migrated {
		return v
	}
	switch {
	case p == AtKey, p == AtNamespace, p == AtMapKey && b == RocksDBBackend:
		v.Outcome = Incompatible
		v.Reason += "; Flink does not migrate a " + p.String()
	case p == AtTimer && b == RocksDBBackend:
		v.Outcome = AsIs
		v.Doubt = "RocksDB leaves stored timers as they are although they would have to be migrated: they may be misread"
	}
	return v
}
