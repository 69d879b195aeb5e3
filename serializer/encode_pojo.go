package serializer

import (
	"fmt"

	"ckpt/internal/javaio"
)

func (e *encoder) pojo(n *node, v Value, depth int) error {
	if v == nil {
		e.b = append(e.b, pojoNull)
		return nil
	}
	s, ok := v.(Struct)
	if !ok {
		return n.mismatch(v)
	}
	if s.Via != 0 {
		return e.subclass(n, s, depth)
	}
	if len(s.Values) != len(n.elems) {
		return fmt.Errorf("%d fields, want %d of %s", len(s.Values), len(n.elems), n.t)
	}
	e.b = append(e.b, pojoPlain)
	for i, f := range n.elems {
		e.flag(s.Values[i] == nil)
		if s.Values[i] == nil {
			continue
		}
		if err := e.value(f, s.Values[i], depth+1); err != nil {
			return in(err, n.t.Field(i))
		}
	}
	return nil
}

// subclass encodes a POJO that is stored as one of its subclasses, which s.Type identifies.
func (e *encoder) subclass(n *node, s Struct, depth int) error {
	subs, nodes := n.t.Named, n.named
	if s.Via == ViaTag {
		subs, nodes = n.t.Tagged, n.tagged
	}
	for i, sub := range nodes {
		if sub == nil || sub.t != s.Type {
			continue
		}
		if s.Via == ViaTag {
			e.b = append(e.b, ViaTag, byte(i))
		} else {
			e.b = javaio.AppendUTF(append(e.b, ViaName), subs[i].Class)
		}
		if sub.kind == KindPojo {
			s.Via = 0
			return e.value(sub, s, depth+1)
		}
		if len(s.Values) != 1 {
			return n.mismatch(s)
		}
		return e.value(sub, s.Values[0], depth+1)
	}
	return fmt.Errorf("a subclass that the serializer of %s does not know", n.t.Class)
}
