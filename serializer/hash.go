package serializer

// Hash returns the Java hash code of v; known is false where it depends on code or releases that are not recorded.
func (p *Program) Hash(v Value) (hash int32, known bool) { return 0, false }

// HashBytes returns the Java hash code of the value that b is.
func (p *Program) HashBytes(b []byte) (hash int32, known bool, err error) { return 0, false, nil }
