package serializer

// Serializer joins what was stored about one serializer with what follows from it.
type Serializer struct {
	Snapshot *Snapshot // nil where only a type is known (derived parts)
	Type     *Type
	Program  *Program
}

// New returns the serializer that s describes.
func New(s *Snapshot) *Serializer {
	t := TypeOf(s)
	return &Serializer{Snapshot: s, Type: t, Program: Compile(t)}
}

// Derived returns a serializer for a part of another's type.
func Derived(t *Type) *Serializer { return &Serializer{Type: t, Program: Compile(t)} }
