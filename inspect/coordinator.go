package inspect

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"ckpt/export"
	"ckpt/metadata"
	"ckpt/serializer"
	"ckpt/statereader"
	"ckpt/statereader/wellknown"
)

// Coordinator is the state of an operator's coordinator: of a source, its enumerator.
type Coordinator struct {
	// Format is what it was decoded by, kafka-enumerator …; empty: it was not.
	Format string          `json:"format,omitempty"`
	Value  json.RawMessage `json:"value,omitempty"`
	// Hex are the first bytes of what was not decoded.
	Hex string `json:"hex,omitempty"`
}

// shownBytes of a state that has no decoder are shown.
const shownBytes = 64

func hexOf(b []byte) string {
	if len(b) > shownBytes {
		return hex.EncodeToString(b[:shownBytes]) + "…"
	}
	return hex.EncodeToString(b)
}

// describeCoordinator decodes the coordinator state of an operator; connector is that of its reader, if it is known.
func describeCoordinator(op *metadata.Operator, connector string) *Coordinator {
	if op.Coordinator == nil {
		return nil
	}
	f, v := wellknown.Enumerator(op.Coordinator.Data, connector)
	if f == nil {
		return &Coordinator{Hex: hexOf(op.Coordinator.Data)}
	}
	return &Coordinator{Format: f.Name, Value: valueJSON(f.Type(), v)}
}

func valueJSON(t *serializer.Type, v serializer.Value) json.RawMessage {
	return export.AppendJSON(nil, t, v)
}

// connectorOf is the connector of an operator's source reader; empty: there is none, or it is not known.
func connectorOf(ctx context.Context, view *statereader.View, op *statereader.Operator) (string, error) {
	for _, s := range op.States() {
		if !wellknown.IsReader(s.Name) {
			continue
		}
		r, err := wellknown.Recognise(ctx, view, s)
		if err != nil || r != nil {
			return r.Connector(), err
		}
	}
	return "", nil
}

// coordinators adds to a dumped `_metadata`, behind the bytes of each coordinator's state, what they mean.
func (d *Dumped) coordinators(cp *metadata.Checkpoint) {
	if cp == nil {
		return
	}
	for i, op := range cp.Operators {
		c := describeCoordinator(op, "")
		if c == nil || c.Format == "" {
			continue
		}
		at := fmt.Sprintf("operator[%d].coordinator.", i)
		for j, f := range d.Fields {
			if f.Field == at+"data" {
				decoded := DumpedField{Offset: -1, Field: at + c.Format, Value: string(c.Value)}
				d.Fields = append(d.Fields[:j+1], append([]DumpedField{decoded}, d.Fields[j+1:]...)...)
				break
			}
		}
	}
}
