package export

import (
	"encoding/base64"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/flight"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"ckpt/state"
	"ckpt/statereader"
)

// Manifest is what an export wrote. It is the last file of a directory: its presence says that the export ended.
type Manifest struct {
	ManifestVersion int               `json:"manifestVersion"` // 1
	Complete        bool              `json:"complete"`        // nothing selected is missing
	Tool            string            `json:"tool"`
	Source          Source            `json:"source"`
	Selection       Selection         `json:"selection"`
	States          []ManifestState   `json:"states"`
	Missing         []ManifestMissing `json:"missing"`
}

// Source says what was exported.
type Source struct {
	Path            string `json:"path"`
	MetadataSHA256  string `json:"metadataSha256"`
	CheckpointID    int64  `json:"checkpointId"`
	MetadataVersion int32  `json:"metadataVersion"`
}

// Selection says what of it, as the user asked.
type Selection struct {
	Operator  []string `json:"operator"`
	State     []string `json:"state"`
	KeyGroups *string  `json:"keyGroups"`
	Shard     *string  `json:"shard"`
}

// ManifestState is an exported state.
type ManifestState struct {
	Operator         string         `json:"operator"`
	OperatorID       string         `json:"operatorId"`
	UID              *string        `json:"uid"`
	Name             *string        `json:"name"`
	State            string         `json:"state"`
	Kind             string         `json:"kind"`
	KeyType          *string        `json:"keyType"`
	NamespaceType    *string        `json:"namespaceType"`
	UserKeyType      *string        `json:"userKeyType"`
	ValueType        *string        `json:"valueType"`
	WellKnown        *string        `json:"wellKnown,omitempty"` // decoder of valueType, where the serializer declares bytes
	TTL              bool           `json:"ttl"`
	MaxParallelism   int32          `json:"maxParallelism"`
	Rows             int64          `json:"rows"`
	Opaque           int64          `json:"opaque"`
	Inexact          int64          `json:"inexact"`
	EmptyCollections int64          `json:"emptyCollections"`
	ArrowSchema      string         `json:"arrowSchema"` // base64 of the IPC message
	Files            []ManifestFile `json:"files"`
}

// ManifestFile is a file of a state.
type ManifestFile struct {
	Path      string  `json:"path"`
	Rows      int64   `json:"rows"`
	Bytes     int64   `json:"bytes"`
	SHA256    string  `json:"sha256"`
	KeyGroups *string `json:"keyGroups"` // that the rows may come from
	Subtask   *int32  `json:"subtask"`
}

// ManifestMissing is what could not be exported.
type ManifestMissing struct {
	Operator   string  `json:"operator"`
	OperatorID string  `json:"operatorId"`
	State      string  `json:"state"`
	Kind       string  `json:"kind"`
	Code       string  `json:"code"`
	Reason     string  `json:"reason"`
	KeyGroups  *string `json:"keyGroups"`
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func manifestState(t *Table) ManifestState {
	s := t.State
	op := s.Operator.Meta
	m := ManifestState{
		Operator: OperatorName(s.Operator), OperatorID: op.ID.String(), UID: optional(s.Operator.UID), Name: optional(op.Name),
		State: s.Name, Kind: string(s.Kind), TTL: s.TTL, MaxParallelism: op.MaxParallelism,
		ArrowSchema: schemaText(t.Schema()), Files: []ManifestFile{},
		NamespaceType: optional(typeText(s, namespaceOf)), UserKeyType: optional(typeText(s, mapKeyOf)),
		ValueType: optional(typeText(s, valueOf)), WellKnown: optional(s.WellKnown),
	}
	if t.set.keyed {
		m.KeyType = optional(typeText(s, keyOf))
	}
	return m
}

func schemaText(s *arrow.Schema) string {
	return base64.StdEncoding.EncodeToString(flight.SerializeSchema(s, memory.DefaultAllocator))
}

func manifestMissing(m statereader.Missing) ManifestMissing {
	out := ManifestMissing{
		Operator: OperatorName(m.State.Operator), OperatorID: m.State.Operator.Meta.ID.String(),
		State: m.State.Name, Kind: string(m.State.Kind), Code: m.Code, Reason: m.Reason,
	}
	if m.State.Class == state.ClassKeyed || m.State.Class == state.ClassTimer {
		out.KeyGroups = optional(m.KeyGroups.String())
	}
	return out
}
