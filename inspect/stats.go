package inspect

import (
	"encoding/json"
	"time"

	"ckpt/statereader"
)

// StatsOptions: the zero value counts everything and shows no largest keys.
type StatsOptions struct {
	Reader statereader.Options
	Filter Filter
	// Shard restricts what is counted to a part of the units.
	Shard statereader.Shard
	// Largest is how many keys and values are shown of each state.
	Largest int
	// TTL gives the time to live of states by name, which no snapshot records.
	TTL map[string]time.Duration
	// Now is the moment that ages are counted to.
	Now time.Time
	// Progress is told how far the scan has come; may be nil. It is called from several goroutines.
	Progress func(done, total, entries int64)
}

// Stats is the answer of `ckpt stats` about one snapshot. Bytes of keys and values are those of their serialized forms,
// without what a format adds; on-disk bytes are those of files and inline data, compressed as they are.
type Stats struct {
	Path         string          `json:"path"`
	CheckpointID int64           `json:"checkpointId"`
	Entries      int64           `json:"entries"`
	Bytes        int64           `json:"bytes"` // of keys, namespaces, map keys and values
	OnDisk       int64           `json:"onDisk"`
	Operators    []OperatorStats `json:"operators"`
	Missing      []StatsMissing  `json:"missing"` // what could not be counted
}

// OperatorStats is one operator.
type OperatorStats struct {
	Operator       string       `json:"operator"` // uid if known, else the id
	ID             string       `json:"id"`
	Parallelism    int32        `json:"parallelism"`
	MaxParallelism int32        `json:"maxParallelism"`
	Entries        int64        `json:"entries"`
	Bytes          int64        `json:"bytes"`
	OnDisk         int64        `json:"onDisk"`
	Skew           Skew         `json:"skew"`
	Subtasks       []PartStats  `json:"subtasks"`
	KeyGroups      []PartStats  `json:"keyGroups"`
	States         []StateStats `json:"states"`
}

// StateStats is one state of an operator.
type StateStats struct {
	State            string      `json:"state"`
	Kind             string      `json:"kind"`
	Entries          int64       `json:"entries"`
	Keys             *int64      `json:"keys"` // (key, namespace) pairs; lists and maps have several entries each. Nil: timers and operator state
	EmptyCollections int64       `json:"emptyCollections"`
	KeyBytes         int64       `json:"keyBytes"` // key, namespace and map key of every entry
	ValueBytes       int64       `json:"valueBytes"`
	Skew             Skew        `json:"skew"`
	Subtasks         []PartStats `json:"subtasks"`
	KeyGroups        []PartStats `json:"keyGroups"`
	LargestKeys      []LargeItem `json:"largestKeys"`   // by bytes of all entries of a (key, namespace)
	LargestValues    []LargeItem `json:"largestValues"` // by bytes of one value
	Sizes            []SizeStats `json:"sizes"`         // entries by size of key and value
	TTL              *TTLStats   `json:"ttl"`
}

// PartStats is what one subtask or key group has; those without anything are left out.
type PartStats struct {
	Part    int32  `json:"part"` // its number
	Entries int64  `json:"entries"`
	Bytes   int64  `json:"bytes"`
	OnDisk  *int64 `json:"onDisk,omitempty"` // of operators; nil where the format does not divide so
}

// Skew is the bytes of the largest part by those of the mean one; 0 where there are none. Empty parts count.
type Skew struct {
	Subtasks  float64 `json:"subtasks"`
	KeyGroups float64 `json:"keyGroups"`
}

// LargeItem is a key or a value, in the JSON of rows.
type LargeItem struct {
	KeyGroup  *int32          `json:"keyGroup,omitempty"`
	Subtask   *int32          `json:"subtask,omitempty"`
	Key       json.RawMessage `json:"key,omitempty"`
	Namespace json.RawMessage `json:"namespace,omitempty"`
	MapKey    json.RawMessage `json:"mapKey,omitempty"`
	Index     *int64          `json:"index,omitempty"`
	Entries   int64           `json:"entries"`
	Bytes     int64           `json:"bytes"`
}

// SizeStats counts the entries of at most UpTo bytes that are larger than half of it.
type SizeStats struct {
	UpTo    int64 `json:"upTo"`
	Entries int64 `json:"entries"`
	Bytes   int64 `json:"bytes"`
}

// TTLStats says how long ago entries were last used, as Flink recorded it.
type TTLStats struct {
	Oldest       string     `json:"oldest"` // last access
	Newest       string     `json:"newest"`
	Ages         []AgeStats `json:"ages"`
	TimeToLive   string     `json:"timeToLive,omitempty"` // as given
	Expired      *int64     `json:"expired"`              // entries; nil where the time to live is not given
	ExpiredBytes *int64     `json:"expiredBytes"`
	ExpiredShare *float64   `json:"expiredShare"` // of entries
}

// AgeStats counts the entries that are younger than UpTo and older than the step before.
type AgeStats struct {
	UpTo    string `json:"upTo"` // a duration; empty: any
	Entries int64  `json:"entries"`
	Bytes   int64  `json:"bytes"`
}

// StatsMissing is a part of a state that could not be counted.
type StatsMissing struct {
	Operator  string `json:"operator"`
	State     string `json:"state"`
	Code      string `json:"code"`
	Reason    string `json:"reason"`
	KeyGroups string `json:"keyGroups,omitempty"`
}
