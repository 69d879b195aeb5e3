package state

import "ckpt/serializer"

// Kind is what a state is to the user. The strings are API (cli.md).
type Kind string

const (
	Value          Kind = "value"
	List           Kind = "list"
	Map            Kind = "map"
	Reducing       Kind = "reducing"
	Aggregating    Kind = "aggregating"
	Folding        Kind = "folding"
	Timer          Kind = "timer"
	OperatorList   Kind = "operator-list"
	OperatorUnion  Kind = "operator-union"
	BroadcastState Kind = "broadcast"
	RawKeyed       Kind = "raw-keyed"
	RawOperator    Kind = "raw-operator"
	ChannelInput   Kind = "channel-input"
	ChannelOutput  Kind = "channel-output"
	Coordinator    Kind = "coordinator"
	Unknown        Kind = "unknown"
)

// Kinds are all kinds.
func Kinds() []Kind {
	return []Kind{Value, List, Map, Reducing, Aggregating, Folding, Timer, OperatorList, OperatorUnion, BroadcastState, RawKeyed,
		RawOperator, ChannelInput, ChannelOutput, Coordinator, Unknown}
}

// BackendType is the kind that a header stores; the ordinals are on disk.
type BackendType int32

const (
	KeyValue      BackendType = 0
	Operator      BackendType = 1
	BroadcastType BackendType = 2
	PriorityQueue BackendType = 3
	KeyValueV2    BackendType = 4
)

// Class groups states whose names may coincide in one operator.
type Class uint8

const (
	ClassKeyed Class = iota
	ClassOperator
	ClassBroadcast
	ClassTimer
)

// Header is the beginning of a state file: which states it holds and with which serializers.
type Header struct {
	Version    int32 // 0: there is no such header (raw timers)
	Operator   bool  // operator-state header, else keyed
	Compressed bool
	Key        *serializer.Serializer // keyed headers
	States     []*Meta                // in stored order: a state's index is its id in the file
	Size       int64                  // bytes of the header: data begins there, or its compressed stream does
	Raw        []byte                 // the header as stored, owned
	// Salvaged says that serializers of the header could not be delimited and were passed by searching for what follows.
	Salvaged bool
}

// Meta is one state of a header.
type Meta struct {
	ID      int
	Name    string
	Backend BackendType
	Kind    Kind
	Mode    string // OPERATOR_STATE_DISTRIBUTION_MODE of operator state
	// Key is the map key of broadcast state (UserKey is the same there); Namespace of keyed state; UserKey of map state.
	Key, Namespace, UserKey *serializer.Serializer
	// Value is what one Entry.Value holds: the element of a list, the value of a map, without TTL. For a timer: nil.
	Value *serializer.Serializer
	TTL   bool
	// Collection: Value is taken out of a stored list or map serializer. False where it is opaque (Flag Whole).
	Collection bool
	// TimerKey is the key serializer that a timer's own snapshot names (equal to the header's in sound files).
	TimerKey *serializer.Serializer
	Options  []Option
	Stored   []StoredSerializer // as in the file, in file order
	// Err says why the entries of the state cannot be read although its place in the header is known: an option or a
	// serializer is missing, or of no known kind. A *javaio.FormatError; nil: sound.
	Err error
	// Salvaged names the snapshot class that hid this state's serializers or those behind it in the header.
	Salvaged string
}

// Option is a stored key and value.
type Option struct{ Key, Value string }

// StoredSerializer is a named snapshot of a state (VALUE_SERIALIZER, NAMESPACE_SERIALIZER …).
type StoredSerializer struct {
	Name       string
	Serializer *serializer.Serializer
}

// Class returns the class of the state.
func (m *Meta) Class() Class {
	switch {
	case m.Backend == Operator:
		return ClassOperator
	case m.Backend == BroadcastType:
		return ClassBroadcast
	case m.Backend == PriorityQueue:
		return ClassTimer
	}
	return ClassKeyed
}
