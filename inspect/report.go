package inspect

// Report is the answer of `ckpt inspect` about one checkpoint or savepoint. Its JSON is API: fields are only added.
type Report struct {
	Path            string        `json:"path"`
	Kind            string        `json:"kind"`   // checkpoint, savepoint
	Format          string        `json:"format"` // canonical, native, full, incremental, changelog, mixed, none
	MetadataVersion int32         `json:"metadataVersion"`
	CheckpointID    int64         `json:"checkpointId"`
	Timestamp       *string       `json:"timestamp"` // no version records one
	FlinkVersions   string        `json:"flinkVersions"`
	SelfContained   bool          `json:"selfContained"`
	Bytes           Bytes         `json:"bytes"`
	Properties      *Properties   `json:"properties"`
	MasterStates    []MasterState `json:"masterStates"`
	Operators       []Operator    `json:"operators"`
	// Problems are handles whose header could not be read; the rest of the report stands.
	Problems []string `json:"problems,omitempty"`
}

// Bytes adds up sizes; each physical file counts once.
type Bytes struct {
	Metadata  int64 `json:"metadata"`
	Exclusive int64 `json:"exclusive"` // in the checkpoint's own directory, or inline
	Shared    int64 `json:"shared"`    // everywhere else
	Total     int64 `json:"total"`
	Missing   int64 `json:"missing"` // recorded bytes of files that are not there
}

// Properties are Flink's checkpoint properties as recorded; null before metadata version 4.
type Properties struct {
	Type             string `json:"type"`
	Format           string `json:"format,omitempty"`
	PostAction       string `json:"postAction,omitempty"`
	Sharing          string `json:"sharing,omitempty"`
	Forced           bool   `json:"forced"`
	Unclaimed        bool   `json:"unclaimed"`
	DiscardSubsumed  bool   `json:"discardOnSubsumed"`
	DiscardFinished  bool   `json:"discardOnFinished"`
	DiscardCancelled bool   `json:"discardOnCancelled"`
	DiscardFailed    bool   `json:"discardOnFailed"`
	DiscardSuspended bool   `json:"discardOnSuspended"`
}

// MasterState is the state of a master hook. Hooks are the user's: Hex are the first of its bytes.
type MasterState struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
	Hex   string `json:"hex,omitempty"`
}

// Operator is one operator of the report.
type Operator struct {
	ID               string       `json:"id"`
	UID              *string      `json:"uid"`
	Name             *string      `json:"name"`
	Parallelism      int32        `json:"parallelism"`
	MaxParallelism   int32        `json:"maxParallelism"`
	Finished         string       `json:"finished"` // none, some (FinishedSubtasks), all
	FinishedSubtasks []int32      `json:"finishedSubtasks,omitempty"`
	CoordinatorBytes int64        `json:"coordinatorBytes"`
	Coordinator      *Coordinator `json:"coordinator,omitempty"`
	Backends         []string     `json:"backends"`
	Bytes            int64        `json:"bytes"`
	States           []State      `json:"states"` // null with --metadata-only
}

// State is one state of an operator: the union over its subtasks.
type State struct {
	Name          string  `json:"name"`
	Kind          string  `json:"kind"`
	KeyType       *string `json:"keyType"`
	NamespaceType *string `json:"namespaceType"`
	UserKeyType   *string `json:"userKeyType,omitempty"`
	ValueType     *string `json:"valueType"`
	TTL           bool    `json:"ttl"`
	Subtasks      int     `json:"subtasks"`
	Differs       *string `json:"differs"`
	Entries       *int64  `json:"entries"`
	Bytes         *int64  `json:"bytes"`
	// KeyHash is the rule by which the operator's keys were hashed, found from their key groups: "flink" for what Flink
	// hashes itself, "unknown" where no rule fits all keys or too few are no proof. Empty without Options.Count.
	KeyHash string `json:"keyHash,omitempty"`
	// Opaque names what cannot be decoded, and why.
	Opaque string `json:"opaque,omitempty"`
}
