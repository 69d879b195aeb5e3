// Package state is the vocabulary that reader and writer share: entries, kinds, and the header of a state file with
// the serializers of its states. It is pure: no I/O, no clock.
package state

// KeyGroup is a shard of the key space, 0 to 32767.
type KeyGroup uint16

// Entry is one stored item: a value, a list element, a map entry, a timer. Slices are lent until the next step.
type Entry struct {
	KeyGroup                KeyGroup // keyed state
	Subtask                 int32    // who wrote it
	Key, Namespace, UserKey []byte   // as their serializers wrote them: no prefix, no length suffix. Broadcast: UserKey alone
	Value                   []byte   // one value or one element; nil for timers and null map values
	Index                   int64    // position in its list; -1 elsewhere
	Time                    int64    // timer: timestamp, sign flip undone; TTL: last access
	Flags                   EntryFlags
	Header                  *Header // the serializers of the file this entry lies in; subtasks may differ
	State                   int     // index into Header.States
	Size                    int64   // of Value where Oversize leaves it out
}

// EntryFlags qualify an Entry.
type EntryFlags uint8

const (
	// Null: a map entry whose value is null; Value is nil.
	Null EntryFlags = 1 << iota
	// HasTTL: Time is the last access; Value is the user's value without the timestamp.
	HasTTL
	// Whole: an opaque collection that cannot be taken apart; Value is all of it (TTL timestamps included), or of a list
	// whose beginning could be, what begins at Index.
	Whole
	// Empty: a list or map stored without elements. It is no row, but a rewrite keeps it.
	Empty
	// Oversize: Value is larger than the limit and left out; Size says how large it is.
	Oversize
)

// Meta returns the state that the entry belongs to.
func (e *Entry) Meta() *Meta { return e.Header.States[e.State] }
