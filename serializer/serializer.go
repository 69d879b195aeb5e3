package serializer

import "sync"

// Serializer joins what was stored about one serializer with what follows from it.
type Serializer struct {
	Snapshot *Snapshot // nil where only a type is known (derived parts)
	Type     *Type
	Program  *Program
}

// New returns the serializer that s describes. Serializers of equal stored bytes share type and program, so that the
// many headers of a snapshot cost little; the Snapshot is s.
func New(s *Snapshot) *Serializer {
	p, ok := programs.get(s)
	if !ok {
		p = Compile(TypeOf(s))
		programs.put(s, p)
	}
	return &Serializer{Snapshot: s, Type: p.Type, Program: p}
}

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
type key struct{ raw, java string }

// keyOf returns no key where the bytes alone do not say what s is: what stood around them did.
func keyOf(s *Snapshot) (key, bool) {
	return key{string(s.Raw), string(s.JavaRaw)}, len(s.Raw) > 0 && !s.Unknown
}

func (m *memory) get(s *Snapshot) (*Program, bool) {
	k, ok := keyOf(s)
	if !ok {
		return nil, false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	p, ok := m.programs[k]
	return p, ok
}

func (m *memory) put(s *Snapshot, p *Program) {
	k, ok := keyOf(s)
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
