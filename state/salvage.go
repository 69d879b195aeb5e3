package state

import (
	"bytes"
	"slices"

	"ckpt/internal/javaio"
	"ckpt/serializer"
)

// A snapshot has no length. Where neither its class nor any trial delimits it, the next thing that looks like the
// continuation of the header does: a serializer's name with the frame version behind it, the next state, or the end.

// snapshot reads the key's serializer.
func (d *decoder) snapshot() *serializer.Snapshot {
	return d.passing(nextList, nil)
}

// snapshotOf reads a serializer of m, behind which another of its serializers comes if more is set.
func (d *decoder) snapshotOf(m *Meta, more bool) *serializer.Snapshot {
	return d.passing(func(b []byte) int {
		if more {
			return nextSerializer(b)
		}
		switch {
		case d.left > 0:
			for i := range b {
				if looksLikeState(b[i:]) {
					return i
				}
			}
			return -1
		case d.h.Operator && d.list == Operator: // the list of broadcast states comes next
			return nextList(b)
		}
		return len(b)
	}, m)
}

// nextList finds a count of states and the first of them; an empty list must be at the end.
func nextList(b []byte) int {
	for i := 0; i+2 < len(b); i++ {
		if n := int(b[i])<<8 | int(b[i+1]); n > 0 && n <= maxStates && looksLikeState(b[i+2:]) {
			return i
		}
	}
	if bytes.HasSuffix(b, []byte{0, 0}) {
		return len(b) - 2
	}
	return -1
}

// passing reads a framed snapshot. With salvage, one that cannot be read extends up to where next finds what follows.
func (d *decoder) passing(next func([]byte) int, m *Meta) *serializer.Snapshot {
	r := d.r
	at := r.Mark()
	s := serializer.ParseProxy(r, d.o)
	if r.Err() == nil || !d.salvage {
		return s
	}
	failure := r.Err()
	r.Reset(at)
	proxy := r.Int32()
	start := r.Pos()
	class, version := r.UTF(), r.Int32()
	if r.Err() != nil {
		return nil
	}
	n := next(r.Rest())
	if n < 0 {
		r.Fail(failure)
		return nil
	}
	r.Skip(n)
	if m != nil {
		m.Salvaged = class
	}
	d.h.Salvaged = true
	return &serializer.Snapshot{
		Class: class, Version: version, Outer: -1, Proxy: proxy, Unknown: true,
		Raw: bytes.Clone(r.Since(start)),
	}
}

var serializerTokens = func() (tokens [][]byte) {
	for _, name := range []string{keySerializer, namespaceSerializer, valueSerializer, userKeySerializer} {
		tokens = append(tokens, append(javaio.AppendUTF(nil, name), 0, 0, 0, 2))
	}
	return tokens
}()

// nextSerializer finds the name of another serializer; -1 if there is none.
func nextSerializer(b []byte) int {
	first := -1
	for _, token := range serializerTokens {
		if i := bytes.Index(b, token); i >= 0 && (first < 0 || i < first) {
			first = i
		}
	}
	return first
}

// looksLikeState says whether b begins with a state of version 6: printable name, type, and what its type demands.
func looksLikeState(b []byte) bool {
	if len(b) < 2+1+4+4+4 {
		return false
	}
	r := javaio.NewReader(b, 0)
	name := r.UTF()
	if r.Err() != nil || name == "" || !printable(name) {
		return false
	}
	backend, options := BackendType(r.Int32()), r.Int32()
	if r.Err() != nil || backend < KeyValue || backend > KeyValueV2 || options != wantOptions(backend) {
		return false
	}
	if options == 1 {
		key, _ := r.UTF(), r.UTF()
		if r.Err() != nil || key != optionKind && key != optionMode {
			return false
		}
	}
	n := r.Int32()
	return r.Err() == nil && n >= 1 && n <= 3 && slices.ContainsFunc(serializerTokens, func(token []byte) bool {
		return bytes.HasPrefix(r.Rest(), token)
	})
}

func wantOptions(backend BackendType) int32 {
	if backend == PriorityQueue {
		return 0
	}
	return 1
}

func printable(s string) bool {
	for _, c := range s {
		if c < ' ' || c == 0x7F || c == 0xFFFD {
			return false
		}
	}
	return true
}
