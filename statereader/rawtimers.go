package statereader

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"

	"ckpt/internal/javaio"
	"ckpt/metadata"
	"ckpt/serializer"
	"ckpt/state"
)

// Timers of heap timer services, which Flink keeps as raw keyed state: always up to 1.5, beside RocksDB until 1.12 and in
// checkpoints since. Each key group begins at its offset and repeats the serializers:
//
//	group   := [F1CD859F version:i32] services:i32 service*
//	service := name:utf HEAD events:i32 timer* processing:i32 timer*
//	HEAD    := javaObject javaObject (no version, up to 1.4.0) | RESIL(2) (1, up to 1.7) | SNAP SNAP (2)     key, namespace
//	timer   := key namespace time:i64
//
// Nothing says whether raw state is timers: it is if the first key group can be read as such to its end.
const (
	timersMagic       = 0xF1CD859F
	timersUnversioned = 0
	timersResilient   = 1
	timersSnapshots   = 2

	maxTimerHead = 16 << 20 // bytes of serializers
	maxServices  = 1 << 16
)

// timerService is what the first key group says about a service. Its states are 2i (events) and 2i+1 (processing time).
type timerService struct {
	head []byte // name and serializers as stored
}

// loadRawKeyed finds out whether raw keyed state is timers. If not, its bytes are the user's: a state without entries.
func (v *View) loadRawKeyed(ctx context.Context, h *handle, k *metadata.KeyGroupsHandle) error {
	h.size = max(0, k.Stream.StreamSize())
	h.metas = []*state.Meta{{Name: "_raw_keyed_", Kind: state.RawKeyed}}
	if v.opts.MetadataOnly {
		return nil
	}
	c, err := v.openContent(ctx, k.Stream)
	if err != nil {
		return v.locate(err, "", h)
	}
	defer c.close()
	h.size = c.size
	first, err := rawOffsets(k.KeyGroups, c)
	if err != nil || first < 0 {
		return v.locate(err, c.name, h)
	}
	ends := h.groupEnds(k.KeyGroups.Offsets, h.size)
	r := &scanner{Scan: &Scan{unit: &Unit{Operator: h.op, view: v, handle: h}}, c: c}
	r.raw = c.window(ends[first], &v.opts)
	r.plain = r.raw
	defer r.raw.src.close()
	r.raw.region(ends[first])
	if err := r.raw.seek(ctx, k.KeyGroups.Offsets[first]); err != nil {
		return v.locate(err, c.name, h)
	}
	r.raw.region(ends[first])
	h.header = new(state.Header)
	err = r.timerGroup(ctx, k.KeyGroups.Range.Start+int32(first))
	if err == nil && r.raw.left() == 0 && (len(h.services) > 0 || h.onlyHeads(k.KeyGroups, ends[first]-k.KeyGroups.Offsets[first])) {
		h.metas = h.header.States
		return nil
	}
	h.header, h.services = nil, nil
	if err != nil && !errors.Is(err, javaio.ErrCorrupt) && !errors.Is(err, javaio.ErrUnsupported) {
		return v.locate(err, c.name, h)
	}
	return nil
}

// onlyHeads says that every key group that was written has size bytes: no service anywhere.
func (h *handle) onlyHeads(k metadata.KeyGroupOffsets, size int64) bool {
	for i, end := range h.groupEnds(k.Offsets, h.size) {
		if off := k.Offsets[i]; off != h.noData() && end-off != size {
			return false
		}
	}
	return true
}

// rawOffsets checks the offsets of raw keyed state and returns the first key group that was written; -1: none.
func rawOffsets(k metadata.KeyGroupOffsets, c *content) (int, error) {
	first, last := -1, int64(-1)
	for i, off := range k.Offsets {
		switch {
		case off == -1:
			continue
		case off < -1 || off > c.size:
			return 0, offsetError(c.base+c.size, i, "offset %d of key group %d lies outside the %d bytes", off, int(k.Range.Start)+i, c.size)
		case off < last:
			return 0, offsetError(c.base+off, i, "offset %d of key group %d lies before %d", off, int(k.Range.Start)+i, last)
		}
		if first < 0 {
			first = i
		}
		last = off
	}
	return first, nil
}

// timerGroup reads the timers of a key group. While the handle is being opened, it learns the services.
func (r *scanner) timerGroup(ctx context.Context, _ int32) error {
	w, h := r.raw, r.unit.handle
	learn := r.metas == nil
	version := timersUnversioned
	n, err := r.int32(ctx, w)
	if err == nil && uint32(n) == timersMagic {
		if version, err = r.int32(ctx, w); err == nil {
			if version < timersResilient || version > timersSnapshots {
				w.advance(-4)
				return corruptAt(w, 0, "timers of version %d", version)
			}
			n, err = r.int32(ctx, w)
		}
	}
	if err != nil {
		return err
	}
	if n < 0 || n > maxServices || !learn && n != len(h.services) {
		w.advance(-4)
		return corruptAt(w, 0, "%d timer services, want %d", n, len(h.services))
	}
	for i := range n {
		if learn {
			err = r.learnService(ctx, w, h, version)
		} else {
			err = r.passService(ctx, w, h.services[i])
		}
		if err == nil {
			err = r.timers(ctx, w, h.header.States[2*i])
		}
		if err == nil {
			err = r.timers(ctx, w, h.header.States[2*i+1])
		}
		if err != nil {
			return err
		}
	}
	if n := w.left(); n > 0 && !learn {
		r.warn(w, 0, "%d bytes behind the timers of a key group", n)
	}
	return nil
}

// passService passes name and serializers, which must be those of the first key group.
func (r *scanner) passService(ctx context.Context, w *window, s timerService) error {
	if err := r.need(ctx, w, len(s.head)); err != nil {
		return err
	}
	if !bytes.HasPrefix(w.bytes(), s.head) {
		return corruptAt(w, 0, "a timer service has another name or other serializers than in the first key group")
	}
	w.advance(len(s.head))
	return nil
}

// learnService reads name and serializers of a service and adds its states.
func (r *scanner) learnService(ctx context.Context, w *window, h *handle, version int) error {
	for size := 4096; ; size *= 2 {
		whole := int64(size) >= w.left()
		if err := r.need(ctx, w, int(min(int64(size), w.left()))); err != nil {
			return err
		}
		b := w.bytes()
		br := javaio.NewReader(b, w.file(0))
		name := br.UTF()
		key, namespace := timerHead(br, version)
		switch {
		case br.Err() == nil:
			h.services = append(h.services, timerService{head: bytes.Clone(br.Since(0))})
			h.addTimers(name, serializer.New(key), serializer.New(namespace))
			w.advance(br.Pos())
			return nil
		case whole || size > maxTimerHead || !errors.Is(br.Err(), javaio.ErrEnd):
			return br.Err()
		}
	}
}

func timerHead(r *javaio.Reader, version int) (key, namespace *serializer.Snapshot) {
	switch version {
	case timersUnversioned:
		return serializer.ParseSerializer(r, nil), serializer.ParseSerializer(r, nil)
	case timersResilient:
		if pair := serializer.ParseResilience(r, 2, nil); len(pair) == 2 {
			return pair[0], pair[1]
		}
		return nil, nil
	}
	return serializer.ParseSnapshot(r, nil), serializer.ParseSnapshot(r, nil)
}

// addTimers adds the two states of a service under the names that they have as managed state.
func (h *handle) addTimers(service string, key, namespace *serializer.Serializer) {
	h.header.Key = key
	for _, domain := range []string{"event_", "processing_"} {
		h.header.States = append(h.header.States, &state.Meta{
			ID: len(h.header.States), Name: state.TimerPrefix + domain + service, Backend: state.PriorityQueue, Kind: state.Timer,
			TimerKey: key, Namespace: namespace,
		})
	}
}

// timers reads a counted list of timers.
func (r *scanner) timers(ctx context.Context, w *window, m *state.Meta) error {
	ms := &metaScan{Meta: m, keyOf: m.TimerKey.Program, namespaceOf: m.Namespace.Program}
	if r.metas != nil {
		ms = &r.metas[m.ID]
		ms.seen = true
	}
	count, err := r.count(ctx, w)
	if err != nil {
		return err
	}
	for range count {
		key, err := r.length(ctx, w, 0, ms, ms.keyOf)
		if err != nil {
			return err
		}
		ns, err := r.length(ctx, w, key, ms, ms.namespaceOf)
		if err != nil {
			return err
		}
		if err := r.need(ctx, w, key+ns+8); err != nil {
			return err
		}
		b := w.bytes()
		r.fresh(ms)
		r.e.Key, r.e.Namespace = b[:key:key], b[key:key+ns:key+ns]
		r.e.Time = int64(binary.BigEndian.Uint64(b[key+ns:]))
		w.advance(key + ns + 8)
		if err := r.give(ms); err != nil {
			return err
		}
	}
	return nil
}
