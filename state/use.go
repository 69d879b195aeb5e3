package state

import "ckpt/serializer"

// Use makes the header's serializers anew, with what their snapshots do not say. Serializers that were taken from the
// header before stay as they were.
func (h *Header) Use(o serializer.Options) {
	again := func(s **serializer.Serializer) {
		if *s != nil && (*s).Snapshot != nil {
			*s = serializer.NewAs((*s).Snapshot, o)
		}
	}
	again(&h.Key)
	for _, m := range h.States {
		if len(m.Stored) == 0 { // timers in raw state
			again(&m.TimerKey)
			again(&m.Namespace)
			continue
		}
		for i := range m.Stored {
			again(&m.Stored[i].Serializer)
		}
		if m.Err == nil {
			m.Err = h.describe(m)
		}
	}
}

// Serializers yields what is stored in the header.
func (h *Header) Serializers(yield func(*serializer.Serializer) bool) {
	give := func(s *serializer.Serializer) bool { return s == nil || s.Snapshot == nil || yield(s) }
	if !give(h.Key) {
		return
	}
	for _, m := range h.States {
		for _, s := range m.Stored {
			if !give(s.Serializer) {
				return
			}
		}
		if len(m.Stored) == 0 && (!give(m.TimerKey) || !give(m.Namespace)) {
			return
		}
	}
}
