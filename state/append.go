package state

import (
	"ckpt/internal/javaio"
	"ckpt/serializer"
)

// AppendTo appends the header as its version lays it out: for a decoded one, the bytes that were decoded.
func (h *Header) AppendTo(dst []byte) []byte {
	dst = javaio.AppendInt32(dst, h.Version)
	if h.Operator && h.Version >= 6 || !h.Operator && h.Version >= 4 {
		dst = javaio.AppendBool(dst, h.Compressed)
	}
	if h.Operator {
		return h.appendOperator(dst)
	}
	switch {
	case h.Version <= 2:
		dst = append(dst, h.Key.Snapshot.Raw...)
	case h.Version <= 5:
		dst = appendResilience(dst, h.Key.Snapshot)
	default:
		dst = appendProxy(dst, h.Key.Snapshot)
	}
	return h.appendStates(dst, h.States)
}

func (h *Header) appendOperator(dst []byte) []byte {
	lists, maps := []*Meta{}, []*Meta{}
	for _, m := range h.States {
		if h.Version >= 3 && m.Backend == BroadcastType {
			maps = append(maps, m)
		} else {
			lists = append(lists, m)
		}
	}
	dst = h.appendStates(dst, lists)
	if h.Version <= 2 {
		return javaio.AppendInt32(dst, int32(len(lists)))
	}
	return h.appendStates(dst, maps)
}

func (h *Header) appendStates(dst []byte, states []*Meta) []byte {
	dst = javaio.AppendInt16(dst, int16(len(states)))
	for _, m := range states {
		switch {
		case h.Operator && h.Version <= 3:
			dst = h.appendOldOperator(dst, m)
		case !h.Operator && h.Version <= 4:
			dst = h.appendOldKeyed(dst, m)
		default:
			dst = h.appendByKeys(dst, m)
		}
	}
	return dst
}

func (h *Header) appendOldKeyed(dst []byte, m *Meta) []byte {
	dst = javaio.AppendInt32(dst, int32(indexOf(kindNames, m.Option(optionKind))))
	dst = javaio.AppendUTF(dst, m.Name)
	if h.Version <= 2 {
		for _, s := range m.Stored {
			dst = append(dst, s.Serializer.Snapshot.Raw...)
		}
		return dst
	}
	return appendResilience(dst, m.snapshots()...)
}

func (h *Header) appendOldOperator(dst []byte, m *Meta) []byte {
	dst = javaio.AppendUTF(dst, m.Name)
	dst = append(dst, byte(indexOf(modeNames, m.Option(optionMode))))
	if h.Version == 1 {
		return append(dst, m.Stored[0].Serializer.Snapshot.Raw...)
	}
	return appendResilience(dst, m.snapshots()...)
}

func (h *Header) appendByKeys(dst []byte, m *Meta) []byte {
	dst = javaio.AppendUTF(dst, m.Name)
	dst = javaio.AppendInt32(dst, int32(m.Backend))
	dst = javaio.AppendInt32(dst, int32(len(m.Options)))
	for _, o := range m.Options {
		dst = javaio.AppendUTF(javaio.AppendUTF(dst, o.Key), o.Value)
	}
	dst = javaio.AppendInt32(dst, int32(len(m.Stored)))
	if h.Version == h.lastResilient() {
		for _, s := range m.Stored {
			dst = javaio.AppendUTF(dst, s.Name)
		}
		return appendResilience(dst, m.snapshots()...)
	}
	for _, s := range m.Stored {
		dst = appendProxy(javaio.AppendUTF(dst, s.Name), s.Serializer.Snapshot)
	}
	return dst
}

// lastResilient is the version whose states keep their serializers in a resilience block under key names.
func (h *Header) lastResilient() int32 {
	if h.Operator {
		return 4
	}
	return 5
}

func (m *Meta) snapshots() []*serializer.Snapshot {
	list := make([]*serializer.Snapshot, len(m.Stored))
	for i, s := range m.Stored {
		list[i] = s.Serializer.Snapshot
	}
	return list
}

func appendProxy(dst []byte, s *serializer.Snapshot) []byte {
	version := s.Proxy
	if version == 0 { // not read from a header
		version = 2
	}
	return append(javaio.AppendInt32(dst, version), s.Raw...)
}

// appendResilience appends pairs of serializer object and snapshot.
func appendResilience(dst []byte, list ...*serializer.Snapshot) []byte {
	dst = javaio.AppendInt32(dst, int32(len(list)))
	var blob []byte
	for _, s := range list {
		dst = javaio.AppendInt32(dst, int32(len(blob)))
		blob = append(blob, s.JavaRaw...)
		dst = javaio.AppendInt32(dst, int32(len(blob)))
		blob = append(javaio.AppendInt32(blob, s.Proxy), s.Raw...)
	}
	return javaio.AppendBin(dst, blob)
}

func indexOf(list []string, s string) int {
	for i, v := range list {
		if v == s {
			return i
		}
	}
	return 0
}
