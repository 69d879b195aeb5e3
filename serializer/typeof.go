package serializer

// TypeOf returns what s says about values. It never fails: what cannot be decoded is of an undecodable Kind with Class
// and Reason.
func TypeOf(s *Snapshot) *Type { return &Type{Kind: KindOpaque, Class: s.Class} }
