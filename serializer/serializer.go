package serializer

import "sync"

// Serializer joins what was stored about one serializer with what follows from it.
type Serializer struct {
	Snapshot *Snapshot // nil where only a type is known (derived parts)
	Type     *Type
	Program  *Program

	opts Options
}

// New returns the serializer that s describes. Serializers of equal stored bytes share type and program, so that the
// many headers of a snapshot cost little; the Snapshot is s.
func New(s *Snapshot) *Serializer { return NewAs(s, Options{}) }

// NewAs is New with what a snapshot does not say.
func NewAs(s *Snapshot, o Options) *Serializer {
	p, ok := programs.get(s, o)
	if !ok {
		p = Compile(typeOf(s, o))
		programs.put(s, o, p)
	}
	return &Serializer{Snapshot: s, Type: p.Type, Program: p, opts: o}
}

// Part returns the serializer of a nested snapshot of s, made with the same options.
func (s *Serializer) Part(nested *Snapshot) *Serializer { return NewAs(nested, s.opts) }

// Derived returns a serializer for a part of another's type.
func Derived(t *Type) *Serializer { return &Serializer{Type: t, Program: Compile(t)} }

// programs remembers what New compiled. A program is a pure function of the bytes that are its key, so nobody can tell
// whether it was remembered; a full memory is emptied.
var programs memory

// maxRemembered bounds the stored bytes of the snapshots that are remembered.
const maxRemembered = 1 << 20

type memory struct {
	mu       sync.Mutex
	size     int
	programs map[key]*Program
}

// key is the stored form of a serializer.
type key struct {
	raw, java string
	opts      Options
}

// keyOf returns no key where the bytes alone do not say what s is: what stood around them did.
func keyOf(s *Snapshot, o Options) (key, bool) {
	return key{string(s.Raw), string(s.JavaRaw), o}, len(s.Raw) > 0 && !s.Unknown
}

func (m *memory) get(s *Snapshot, o Options) (*Program, bool) {
	k, ok := keyOf(s, o)
	if !ok {
		return nil, false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	p, ok := m.programs[k]
	return p, ok
}

func (m *memory) put(s *Snapshot, o Options, p *Program) {
	k, ok := keyOf(s, o)
	size := len(k.raw) + len(k.java)
	if !ok || size > maxRemembered {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.size += size; m.size > maxRemembered || m.programs == nil {
		m.size, m.programs = size, map[key]*Program{}
	}
	m.programs[k] = p
}
