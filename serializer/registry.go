package serializer

import (
	"fmt"
	"maps"
	"slices"
)

// Description says what the values of a class are that no snapshot describes. Exactly one of Type and Schema is set.
type Description struct {
	// Class is the serializer's, as opaque types name it: of a user's serializer, a Value or Writable class, or the
	// class of Avro records without a recorded schema.
	Class string
	// Type is how the serializer's bytes lie.
	Type *Type
	// Schema is an Avro schema, whose values Flink's AvroSerializer wrote.
	Schema string
}

// Registry is what users say about classes. It is immutable; nil knows nothing.
type Registry struct {
	types   map[string]*Type
	reasons map[string]string // why a description was taken back
}

// NewRegistry checks descriptions and joins them.
func NewRegistry(all ...Description) (*Registry, error) {
	r := &Registry{types: map[string]*Type{}}
	for _, d := range all {
		switch {
		case d.Class == "" || r.types[d.Class] != nil:
			return nil, fmt.Errorf("class %q is described twice, or has no name", d.Class)
		case (d.Type == nil) == (d.Schema == ""):
			return nil, fmt.Errorf("class %s: want a type or a schema", d.Class)
		}
		t := d.Type
		if t == nil {
			var err error
			if t, err = parseSchema(d.Schema); err != nil {
				return nil, fmt.Errorf("class %s: Avro schema: %w", d.Class, err)
			}
			t.Schema = d.Schema
		} else {
			c := *t // its own, by which uses of it are found
			t = &c
		}
		if !t.endsLast() {
			return nil, fmt.Errorf("class %s: a message without its length can only be the last of a value", d.Class)
		}
		if o := t.Opaque(); o != nil {
			return nil, fmt.Errorf("class %s: values of %s cannot be delimited", d.Class, o)
		}
		r.types[d.Class] = t
	}
	return r, nil
}

// Without returns a registry that shows a class as it is without its description, and the reason for that.
func (r *Registry) Without(class, reason string) *Registry {
	c := &Registry{types: map[string]*Type{}, reasons: map[string]string{class: reason}}
	for k, t := range r.types {
		if k != class {
			c.types[k] = t
		}
	}
	maps.Copy(c.reasons, r.reasons)
	return c
}

// Used returns the described classes that are in t, sorted.
func (r *Registry) Used(t *Type) (classes []string) {
	if r == nil {
		return nil
	}
	seen := map[*Type]bool{}
	var walk func(t *Type)
	walk = func(t *Type) {
		if t == nil || seen[t] {
			return
		}
		seen[t] = true
		for class, described := range r.types {
			if described == t {
				classes = append(classes, class)
			}
		}
		for _, e := range t.Elems {
			walk(e)
		}
		for _, subs := range [][]Subclass{t.Tagged, t.Named} {
			for _, s := range subs {
				walk(s.Type)
			}
		}
	}
	walk(t)
	slices.Sort(classes)
	return classes
}

// Describes says whether something is said about a class that t cannot decode.
func (r *Registry) Describes(t *Type) bool {
	if r == nil {
		return false
	}
	seen := map[*Type]bool{}
	for _, o := range allOpaque(t, seen, nil) {
		if r.types[o.Class] != nil {
			return true
		}
	}
	return false
}

// AllOpaque returns all types in t that have no decoder, t included, each once.
func (t *Type) AllOpaque() []*Type { return allOpaque(t, map[*Type]bool{}, nil) }

func allOpaque(t *Type, seen map[*Type]bool, found []*Type) []*Type {
	if t == nil || seen[t] {
		return found
	}
	seen[t] = true
	if t.Undecodable() {
		return append(found, t)
	}
	for _, e := range t.Elems {
		found = allOpaque(e, seen, found)
	}
	for _, subs := range [][]Subclass{t.Tagged, t.Named} {
		for _, s := range subs {
			found = allOpaque(s.Type, seen, found)
		}
	}
	return found
}

// instead returns the described type of a class without a decoder, or else t.
func (r *Registry) instead(t *Type) *Type {
	if r == nil || !t.Undecodable() || t.Kind == KindKryo {
		return t
	}
	if d := r.types[t.Class]; d != nil {
		return d
	}
	if why := r.reasons[t.Class]; why != "" {
		c := *t
		c.Reason = why
		return &c
	}
	return t
}
