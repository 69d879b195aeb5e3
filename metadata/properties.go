package metadata

// Properties is Flink's CheckpointProperties, a Java-serialized object at the end of version 4 and up.
type Properties struct {
	Null             bool // the stream holds null (the State Processor API writes that); all else is zero
	Savepoint        bool // SavepointType, else CheckpointType
	Name             string
	Format           string // savepoint: CANONICAL or NATIVE
	PostAction       string // savepoint: NONE, SUSPEND, TERMINATE
	Sharing          string // checkpoint: FORWARD_BACKWARD, FORWARD, NO_SHARING
	Forced           bool
	Unclaimed        bool
	DiscardSubsumed  bool
	DiscardFinished  bool
	DiscardCancelled bool
	DiscardFailed    bool
	DiscardSuspended bool
	// Raw is the stream as stored, written back unchanged; nil: encode the fields above.
	Raw []byte
	// Err says why Raw could not be understood; the fields above are zero then.
	Err error
}
