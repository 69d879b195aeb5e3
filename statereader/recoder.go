package statereader

import "ckpt/state"

// Recoder shows a state whose serializer declares bytes as what the bytes mean. Several goroutines may each use a Clone.
type Recoder interface {
	// State is the state with the types of its decoded entries.
	State() *State
	// Recode replaces the value of an entry and the header that describes it. It is lent until the next call.
	Recode(e *state.Entry) error
	Clone() Recoder
}
