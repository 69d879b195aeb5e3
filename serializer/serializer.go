package serializer

// Serializer joins what was stored about one serializer with what follows from it.
type Serializer struct {
	Snapshot *Snapshot // nil where only a type is known (derived parts)
	Type     *Type
	Program  *Program
}
