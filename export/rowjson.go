package export

import (
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
	return appendRow(dst, s, presence(s), e, plainJSON)
}

func appendRow(dst []byte, s *statereader.State, set columnSet, e *state.Entry, enc encoder) ([]byte, error) {
	j := rowJSON{encoder: enc}
	dst = appendString(append(dst, `{"operator":`...), OperatorName(s.Operator))
	dst = appendString(append(dst, `,"state":`...), s.Name)
	dst = appendString(append(dst, `,"kind":`...), string(s.Kind))
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
		dst = enc.time(append(dst, `,"timestamp":`...), e.Time)
	}
	dst = j.value(dst, set, e)
	if s.TTL {
		dst = append(dst, `,"last_access":`...)
		if e.Flags&state.HasTTL == 0 {
			dst = append(dst, "null"...)
		} else {
			dst = enc.time(dst, e.Time)
		}
	}
	return append(dst, '}'), j.err
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
	err error
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
		return appendOversize(dst, m.Value, e.Size)
	default:
		return j.part(dst, m.Value, e.Value)
	}
}

// part appends the value that b is.
func (j *rowJSON) part(dst []byte, s *serializer.Serializer, b []byte) []byte {
	if s == nil {
		if b == nil {
			return append(dst, "null"...)
		}
		return appendOpaque(dst, serializer.Opaque{Reason: "no header names its serializer", Bytes: b})
	}
	v, err := s.Program.DecodeFramed(b)
	if err != nil {
		if j.err == nil {
			j.err = err
		}
		return append(dst, "null"...)
	}
	return j.append(dst, s.Type, v)
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
