package export

import (
	"slices"
	"strconv"

	"ckpt/serializer"
	"ckpt/state"
	"ckpt/statereader"
)

// AppendRowJSON appends an entry of s as one JSON object, without a line end:
//
//	{"operator":…,"state":…,"kind":…,"key_group":…,"key":…,"namespace":…,"map_key":…,"index":…,"timestamp":…,"value":…,"last_access":…}
//
// with the columns that rows of such states have. A value without a decoder becomes an $opaque object.
func AppendRowJSON(dst []byte, s *statereader.State, e *state.Entry) ([]byte, error) {
	var j rowJSON
	return j.row(dst, s, presence(s), e), j.err
}

// row appends an entry as a JSON object.
func (j *rowJSON) row(dst []byte, s *statereader.State, set columnSet, e *state.Entry) []byte {
	dst = j.origin(dst, s)
	if set.keyed {
		dst = strconv.AppendInt(append(dst, `,"key_group":`...), int64(e.KeyGroup), 10)
	} else {
		dst = strconv.AppendInt(append(dst, `,"subtask":`...), int64(e.Subtask), 10)
	}
	dst = j.names(dst, set, e)
	if set.index {
		dst = append(dst, `,"index":`...)
		if e.Index < 0 {
			dst = append(dst, "null"...)
		} else {
			dst = strconv.AppendInt(dst, e.Index, 10)
		}
	}
	if set.timestamp {
		dst = j.time(append(dst, `,"timestamp":`...), e.Time)
	}
	dst = j.value(dst, set, e)
	if s.TTL {
		dst = append(dst, `,"last_access":`...)
		if e.Flags&state.HasTTL == 0 {
			dst = append(dst, "null"...)
		} else {
			dst = j.time(dst, e.Time)
		}
	}
	return append(dst, '}')
}

// origin begins a row with where it comes from.
func (j *rowJSON) origin(dst []byte, s *statereader.State) []byte {
	dst = appendString(append(dst, `{"operator":`...), OperatorName(s.Operator))
	dst = appendString(append(dst, `,"state":`...), s.Name)
	return appendString(append(dst, `,"kind":`...), string(s.Kind))
}

// OperatorName is the operator's uid if it is known, else the 32 hex digits of its id.
func OperatorName(op *statereader.Operator) string {
	if op.UID != "" {
		return op.UID
	}
	return op.Meta.ID.String()
}

// rowJSON appends parts of rows. The first error stays.
type rowJSON struct {
	encoder
	err    error
	opaque bool // a part has no decoder
}

// exact appends what the exact column holds: key, namespace, map_key and value.
func (j *rowJSON) exact(dst []byte, set columnSet, e *state.Entry) []byte {
	at := len(dst)
	dst = j.value(j.names(dst, set, e), set, e)
	dst[at] = '{' // instead of the first comma: each row has a key or a value
	return append(dst, '}')
}

// names appends what names an entry, each column behind a comma.
func (j *rowJSON) names(dst []byte, set columnSet, e *state.Entry) []byte {
	m := e.Meta()
	if set.keyed {
		dst = j.part(append(dst, `,"key":`...), keyOf(m, e.Header.Key), e.Key)
	}
	if set.namespace {
		dst = j.part(append(dst, `,"namespace":`...), m.Namespace, e.Namespace)
	}
	if set.mapKey {
		dst = j.part(append(dst, `,"map_key":`...), m.UserKey, e.UserKey)
	}
	return dst
}

func (j *rowJSON) value(dst []byte, set columnSet, e *state.Entry) []byte {
	if set.timestamp {
		return dst
	}
	dst = append(dst, `,"value":`...)
	switch m := e.Meta(); {
	case e.Flags&state.Null != 0:
		return append(dst, "null"...)
	case e.Flags&state.Oversize != 0:
		j.opaque = true
		return appendOversize(dst, m.Value, e.Size)
	default:
		return j.part(dst, m.Value, e.Value)
	}
}

// part appends the value that b is.
func (j *rowJSON) part(dst []byte, s *serializer.Serializer, b []byte) []byte {
	c := j.decode(s, b)
	return c.json(dst, j.encoder)
}

// decode returns the value that b is.
func (j *rowJSON) decode(s *serializer.Serializer, b []byte) cellValue {
	switch {
	case s == nil && b == nil:
		return cellValue{}
	case s == nil:
		j.opaque = true
		return cellValue{v: serializer.Opaque{Reason: unnamedSerializer, Bytes: b}}
	}
	v, err := s.Program.DecodeFramed(b)
	if err != nil && j.err == nil {
		j.err = err
	}
	j.opaque = j.opaque || holdsOpaque(v)
	return cellValue{t: s.Type, v: v}
}

const unnamedSerializer = "no header names its serializer"

// holdsOpaque says whether DecodeFramed left bytes without a decoder.
func holdsOpaque(v serializer.Value) bool {
	switch t := v.(type) {
	case serializer.Opaque:
		return true
	case serializer.KryoObject:
		return holdsOpaque(t.Graph)
	case serializer.Object:
		return holdsOpaque(t.Value) || slices.ContainsFunc(t.Values, holdsOpaque)
	case serializer.Struct:
		return slices.ContainsFunc(t.Values, holdsOpaque)
	case serializer.List:
		return slices.ContainsFunc(t, holdsOpaque)
	case serializer.Map:
		return slices.ContainsFunc(t, func(e serializer.MapEntry) bool { return holdsOpaque(e.Key) || holdsOpaque(e.Value) })
	case serializer.Either:
		return holdsOpaque(t.Value)
	case serializer.Branch:
		return holdsOpaque(t.Value)
	case serializer.Some:
		return holdsOpaque(t.Value)
	case serializer.Element:
		return holdsOpaque(t.Value)
	}
	return false
}

// appendOversize stands for a value that is too large to decode.
func appendOversize(dst []byte, s *serializer.Serializer, size int64) []byte {
	class := ""
	if s != nil {
		if class = s.Type.Class; class == "" {
			class = s.Type.String()
		}
	}
	dst = appendString(append(dst, `{"$opaque":`...), class)
	dst = append(dst, `,"$reason":"larger than --max-value","$size":`...)
	return append(strconv.AppendInt(dst, size, 10), '}')
}
