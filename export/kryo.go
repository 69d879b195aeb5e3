package export

import (
	"encoding/json"
	"math"
	"strconv"

	"ckpt/serializer"
)

const uuidClass = "java.util.UUID"

// parseKryo reads a value that Kryo is to write: of the class that the serializer was made for; else texts, booleans and
// numbers (Integer, or Long beyond its range) as they are, others as {"$class":CLASS,"$value":…}.
func parseKryo(t *serializer.Type, raw []byte) (serializer.Value, error) {
	if t.Class == uuidClass {
		s, _ := unquote(raw)
		if id, ok := serializer.ParseUUID(s); ok {
			return id, nil
		}
		return nil, wanted(t, raw)
	}
	if s := serializer.ScalarOf(t.Class); s != nil {
		return parseValue(s, raw)
	}
	switch raw[0] {
	case '"':
		s, ok := unquote(raw)
		if !ok {
			return nil, wanted(t, raw)
		}
		return s, nil
	case 't', 'f':
		return raw[0] == 't', nil
	case '{':
		var o struct {
			Class string          `json:"$class"`
			Value json.RawMessage `json:"$value"`
		}
		if json.Unmarshal(raw, &o) != nil || o.Value == nil || serializer.ScalarOf(o.Class) == nil && o.Class != uuidClass {
			return nil, wanted(t, raw)
		}
		named := *t
		named.Class = o.Class
		return parseKryo(&named, o.Value)
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	switch {
	case err != nil:
		return nil, wanted(t, raw)
	case n < math.MinInt32 || n > math.MaxInt32:
		return n, nil
	}
	return int32(n), nil
}
