package inspect

import (
	"fmt"
	"sync"

	"ckpt/serializer"
	"ckpt/state"
	"ckpt/statereader"
)

// KeyHash says by which rule the keys of an operator were hashed.
type KeyHash struct {
	Operator string `json:"operator"`
	KeyType  string `json:"keyType"`
	// Rule fits every key: "row-1.12", "objects(code,shard)"; "unknown": none does, or too few keys are no proof.
	Rule string `json:"rule"`
	Keys int64  `json:"keys"` // looked at; a key that several states have counts for each
}

// unknownRule is shown where no rule was found.
const unknownRule = "unknown"

// keyHashes collects what the units of each operator prove. It is safe for concurrent use.
type keyHashes struct {
	mu sync.Mutex
	by map[*statereader.Operator]*serializer.HashDetector
}

func newKeyHashes() *keyHashes {
	return &keyHashes{by: map[*statereader.Operator]*serializer.HashDetector{}}
}

// unitHashes are the detectors of a unit; nil: it has no keys whose hash could be looked at.
type unitHashes struct {
	unit     *statereader.Unit
	all      bool // keys that Flink hashes by one rule in all releases too
	header   *state.Header
	detector *serializer.HashDetector
}

func newUnitHashes(u *statereader.Unit, all bool) *unitHashes {
	if !u.Keyed || u.Operator.Meta.MaxParallelism < 1 {
		return nil
	}
	return &unitHashes{unit: u, all: all}
}

// add takes the key of an entry.
func (h *unitHashes) add(e *state.Entry) {
	if h == nil || e.Header.Key == nil {
		return
	}
	if h.header == nil { // a unit is one file
		h.header = e.Header
		d := serializer.DetectHash(e.Header.Key.Program, h.unit.Operator.Meta.MaxParallelism)
		if h.all || !d.Settled() {
			h.detector = d
		}
	}
	if h.detector != nil {
		h.detector.Add(e.Key, int32(e.KeyGroup))
	}
}

// merge adds what a unit proves.
func (k *keyHashes) merge(h *unitHashes) {
	if h == nil || h.detector == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if d := k.by[h.unit.Operator]; d != nil {
		d.Merge(h.detector)
	} else {
		k.by[h.unit.Operator] = h.detector
	}
}

// rule returns the rule of an operator's keys; empty: none was looked at.
func (k *keyHashes) rule(op *statereader.Operator) string {
	d := k.by[op]
	if d == nil || d.Keys() == 0 {
		return ""
	}
	if r := d.Rule(); r != nil {
		return r.String()
	}
	return unknownRule
}

// presentRow is the rule that releases since 1.13 look for rows by.
const presentRow = "row-1.13"

// keyHashes adds the rules that were found to the report. Rows that an older release hashed are where that release looks
// for them, and not misplaced in themselves.
func (val *validator) keyHashes(view *statereader.View, k *keyHashes) {
	for _, op := range view.Operators() {
		rule := k.rule(op)
		if rule == "" {
			continue
		}
		id := op.Meta.ID.String()
		keyType := ""
		for _, s := range op.States() {
			if s.Key != nil {
				keyType = s.Key.Type.String()
				break
			}
		}
		val.v.KeyHashes = append(val.v.KeyHashes, KeyHash{Operator: id, KeyType: keyType, Rule: rule, Keys: k.by[op].Keys()})
		if len(rule) < 4 || rule[:4] != presentRow[:4] || rule == presentRow {
			continue
		}
		kept := val.v.Findings[:0]
		for _, f := range val.v.Findings {
			if f.Code != "KEY_MISPLACED" || f.Operator != id {
				kept = append(kept, f)
			}
		}
		val.v.Findings = kept
		val.add(Finding{Code: "KEY_HASH_RULE", Severity: Warning, Offset: -1, Operator: id,
			Message: fmt.Sprintf("keys were hashed by the rule %s; Flink since 1.13 looks for them in other key groups", rule),
			Fix:     "restore with the release that wrote the snapshot, or let the job write it again under new keys"})
	}
}
