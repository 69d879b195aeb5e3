package state

import (
	"fmt"
	"strings"

	"ckpt/internal/javaio"
	"ckpt/serializer"
)

// kindNames are the names of state kinds in headers, by the ordinal of 1.2 to 1.5.
var kindNames = []string{"UNKNOWN", "VALUE", "LIST", "REDUCING", "FOLDING", "AGGREGATING", "MAP"}

var kinds = map[string]Kind{
	"UNKNOWN": Unknown, "VALUE": Value, "LIST": List, "REDUCING": Reducing,
	"FOLDING": Folding, "AGGREGATING": Aggregating, "MAP": Map,
}

// modeNames are the names of distribution modes in headers, by ordinal.
var modeNames = []string{"SPLIT_DISTRIBUTE", "UNION", "BROADCAST"}

// TimerPrefix begins the names of queues that are timers.
const TimerPrefix = "_timer_state/"

// arrayListClass is the list serializer of heap files; RocksDB files of 1.2 name the element's serializer instead.
const arrayListClass = "org.apache.flink.runtime.state.ArrayListSerializer"

// describe derives what a state holds from what is stored about it.
func (h *Header) describe(m *Meta) error {
	stored := m.Serializer(valueSerializer)
	if stored == nil {
		return fmt.Errorf("%w: state %q has no %s", javaio.ErrCorrupt, m.Name, valueSerializer)
	}
	m.Value = stored
	switch m.Backend {
	case Operator:
		return m.describeOperator()
	case BroadcastType:
		return m.describeBroadcast()
	case PriorityQueue:
		m.describeQueue(stored)
		return nil
	}
	kind, ok := kinds[m.Option(optionKind)]
	if !ok {
		return fmt.Errorf("%w: state %q is of kind %q", javaio.ErrUnsupported, m.Name, m.Option(optionKind))
	}
	m.Kind = kind
	if m.Namespace = m.Serializer(namespaceSerializer); m.Namespace == nil {
		return fmt.Errorf("%w: state %q has no %s", javaio.ErrCorrupt, m.Name, namespaceSerializer)
	}
	m.describeValue(h, stored)
	return nil
}

// describeValue takes apart list, map and TTL serializers.
func (m *Meta) describeValue(h *Header, stored *serializer.Serializer) {
	second := m.Backend == KeyValueV2
	switch t := stored.Type; {
	case m.Kind == List && second:
		m.Collection = true
	case m.Kind == List && t.Kind == serializer.KindList && !h.recordsElement(stored):
		m.Collection = true
		m.Value = part(stored, 0, 1)
	case m.Kind == List && h.recordsElement(stored):
		m.Collection = true
	case m.Kind == Map && second:
		m.Collection = true
		m.UserKey = m.Serializer(userKeySerializer)
	case m.Kind == Map && t.Kind == serializer.KindMap:
		m.Collection = true
		m.UserKey, m.Value = part(stored, 0, 2), part(stored, 1, 2)
	case m.Kind == Map: // neither user keys nor values are known
		m.UserKey = stored
	}
	if m.Value.Type.Kind == serializer.KindTTL {
		m.TTL = true
		m.Value = part(m.Value, 0, 1)
	}
}

// recordsElement says that a list state names its element's serializer: RocksDB files of 1.2.
func (h *Header) recordsElement(stored *serializer.Serializer) bool {
	return h.Version == 1 && stored.Snapshot.Class != arrayListClass
}

func (m *Meta) describeQueue(stored *serializer.Serializer) {
	m.Kind = Unknown
	if stored.Type.Kind == serializer.KindTimer {
		m.Kind, m.Value = Timer, nil
		m.TimerKey, m.Namespace = part(stored, 0, 2), part(stored, 1, 2)
	}
}

func (m *Meta) describeOperator() error {
	switch m.Mode = m.Option(optionMode); m.Mode {
	case "SPLIT_DISTRIBUTE":
		m.Kind = OperatorList
	case "UNION", "BROADCAST":
		m.Kind = OperatorUnion
	case "":
		return fmt.Errorf("%w: operator state %q has no %s", javaio.ErrCorrupt, m.Name, optionMode)
	default:
		return fmt.Errorf("%w: operator state %q has the mode %q", javaio.ErrUnsupported, m.Name, m.Mode)
	}
	return nil
}

func (m *Meta) describeBroadcast() error {
	m.Kind, m.Collection, m.Mode = BroadcastState, true, m.Option(optionMode)
	m.Key = m.Serializer(keySerializer)
	if m.UserKey = m.Key; m.Key == nil {
		return fmt.Errorf("%w: broadcast state %q has no %s", javaio.ErrCorrupt, m.Name, keySerializer)
	}
	return nil
}

// part returns the serializer of an element of s's type: with its snapshot where that is what s stores at the place.
func part(s *serializer.Serializer, i, of int) *serializer.Serializer {
	t := s.Type.Elems[i]
	if s.Snapshot != nil {
		nested := s.Snapshot.Modern().Nested
		if s.Type.Kind == serializer.KindTTL && len(nested) == 2 { // timestamp, value
			nested = nested[1:]
		}
		if len(nested) == of {
			if n := s.Part(nested[i]); n.Type.String() == t.String() {
				return n
			}
		}
	}
	return serializer.Derived(t)
}

// Option returns a stored option; empty if it is missing.
func (m *Meta) Option(key string) string {
	for _, o := range m.Options {
		if o.Key == key {
			return o.Value
		}
	}
	return ""
}

// Serializer returns a stored serializer by its name; nil if it is missing.
func (m *Meta) Serializer(name string) *serializer.Serializer {
	for _, s := range m.Stored {
		if s.Name == name {
			return s.Serializer
		}
	}
	return nil
}

// IsTimer says whether the state is a queue of timers.
func (m *Meta) IsTimer() bool { return m.Kind == Timer && strings.HasPrefix(m.Name, TimerPrefix) }
