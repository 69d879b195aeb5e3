package statereader

import (
	"ckpt/serializer"
	"ckpt/state"
)

// settleKryo decides, once all headers are known, which Kryo wrote the values of the checkpoint. Only headers that have
// such values are made anew.
func (v *View) settleKryo() {
	var headers []*state.Header
	seen := map[*state.Header]bool{}
	for _, op := range v.operators {
		for _, h := range op.handles {
			if h.header != nil && !seen[h.header] {
				seen[h.header] = true
				headers = append(headers, h.header)
			}
		}
	}
	o := serializer.Options{KryoClasses: v.opts.KryoClasses, Registry: v.opts.Types, Strict: v.opts.KryoClasses != nil}
	evidence := kryoEvidence(headers)
	evidence.Option, evidence.Metadata = v.opts.Kryo, int32(v.checkpoint.Version)
	o.Kryo = evidence.Generation()
	v.kryo = o.Kryo
	v.serializers = o
	for _, h := range headers {
		for s := range h.Serializers {
			if s.Type.HasKryo() || o.Registry.Describes(s.Type) {
				h.Use(o)
				break
			}
		}
	}
}

// KryoGeneration returns which Kryo wrote the values of the checkpoint whose own snapshots do not say it. KryoUnknown: what
// is known contradicts itself; each value is then read as the one generation that fits, or is opaque as ambiguous.
func (v *View) KryoGeneration() serializer.KryoGeneration { return v.kryo }

// kryoEvidence collects what headers tell.
func kryoEvidence(headers []*state.Header) (e serializer.KryoEvidence) {
	for _, h := range headers {
		for s := range h.Serializers {
			e.Add(s.Snapshot)
		}
		if h.Version > 0 && !h.Operator && h.Version < 6 { // to 1.6
			e.AddRelease(serializer.Kryo2)
		}
		for _, m := range h.States {
			if m.Backend == state.KeyValueV2 {
				e.AddRelease(serializer.Kryo5)
			}
		}
	}
	return e
}
