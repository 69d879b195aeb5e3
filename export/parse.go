package export

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"ckpt/internal/javaio"
	"ckpt/serializer"
)

// ParseJSON reads the JSON form of a value of type t: the inverse of AppendJSON for the types that keys, namespaces and
// map keys have. Tuples, rows, POJOs and records may also be given as arrays. A string that is no JSON (flink instead
// of "flink") is taken as it stands where t is text. Errors say what was expected.
func ParseJSON(t *serializer.Type, text []byte) (serializer.Value, error) {
	text = bytes.TrimSpace(text)
	if !json.Valid(text) {
		if isText(t) && utf8.Valid(text) {
			return string(text), nil
		}
		return nil, fmt.Errorf("%q is not JSON", text)
	}
	return parseValue(t, text)
}

func isText(t *serializer.Type) bool {
	switch t.Kind {
	case serializer.KindString, serializer.KindStringValue, serializer.KindUTF, serializer.KindAvroString, serializer.KindHadoopText,
		serializer.KindTableChar, serializer.KindTableVarchar:
		return true
	}
	return false
}

func wanted(t *serializer.Type, raw []byte) error {
	const most = 60
	if len(raw) > most {
		raw = append(bytes.Clone(raw[:most]), "…"...)
	}
	return fmt.Errorf("%s is no value of type %s", raw, t)
}

// parseValue reads valid JSON.
func parseValue(t *serializer.Type, raw []byte) (serializer.Value, error) {
	raw = bytes.TrimSpace(raw)
	if string(raw) == "null" {
		return nil, nil
	}
	switch t.Kind {
	case serializer.KindBoolean, serializer.KindAvroBoolean, serializer.KindTableBoolean:
		switch string(raw) {
		case "true", "false":
			return string(raw) == "true", nil
		}
		return nil, wanted(t, raw)
	case serializer.KindByte, serializer.KindShort, serializer.KindInt, serializer.KindLong,
		serializer.KindAvroInt, serializer.KindAvroLong, serializer.KindTableTinyInt, serializer.KindTableSmallInt,
		serializer.KindTableInt, serializer.KindTableBigInt, serializer.KindTableMonths, serializer.KindTableDuration,
		serializer.KindSortedLong, serializer.KindHadoopInt, serializer.KindHadoopLong:
		return parseInteger(t, raw)
	case serializer.KindFloat, serializer.KindDouble, serializer.KindAvroFloat, serializer.KindAvroDouble,
		serializer.KindTableFloat, serializer.KindTableDouble:
		return parseFloat(t, raw)
	case serializer.KindList, serializer.KindSet, serializer.KindArray, serializer.KindTraversable, serializer.KindLinkedList,
		serializer.KindAvroArray, serializer.KindTableArray:
		return parseList(t.Elems[0], raw)
	case serializer.KindTuple, serializer.KindCaseClass, serializer.KindStruct, serializer.KindRow, serializer.KindPojo,
		serializer.KindAvroRecord, serializer.KindRecord, serializer.KindTableRow:
		return parseStruct(t, raw)
	case serializer.KindNullable, serializer.KindOption, serializer.KindTableRaw, serializer.KindAvroBinary:
		return parseValue(t.Elems[0], raw)
	case serializer.KindEither:
		return parseEither(t, raw)
	case serializer.KindKryo:
		return parseKryo(t, raw)
	case serializer.KindProtobuf:
		return parseStruct(t.Elems[0], raw)
	case serializer.KindUint64:
		n, err := strconv.ParseUint(string(raw), 10, 64)
		if err != nil {
			return nil, wanted(t, raw)
		}
		return n, nil
	case serializer.KindTimeWindow:
		return parseWindow(t, raw)
	case serializer.KindCountWindow:
		var w struct{ ID json.Number }
		if json.Unmarshal(raw, &w) != nil {
			return nil, wanted(t, raw)
		}
		id, err := w.ID.Int64()
		return serializer.CountWindow{ID: id}, err
	case serializer.KindGlobalWindow:
		return serializer.GlobalWindow{}, nil
	}
	s, ok := unquote(raw)
	if !ok {
		return nil, wanted(t, raw)
	}
	return parseText(t, s, raw)
}

// parseText reads the types whose JSON is a string.
func parseText(t *serializer.Type, s string, raw []byte) (serializer.Value, error) {
	switch t.Kind {
	case serializer.KindString, serializer.KindStringValue, serializer.KindUTF, serializer.KindAvroString, serializer.KindHadoopText,
		serializer.KindTableChar, serializer.KindTableVarchar:
		return s, nil
	case serializer.KindChar:
		if javaio.UnitCount(s) != 1 {
			return nil, wanted(t, raw)
		}
		var c serializer.Char
		javaio.Units(s, func(u uint16) { c = serializer.Char(u) })
		return c, nil
	case serializer.KindByteArray, serializer.KindAvroBytes, serializer.KindAvroFixed, serializer.KindTableBinary,
		serializer.KindTableVarbinary:
		b, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			return nil, wanted(t, raw)
		}
		return b, nil
	case serializer.KindBigInt:
		n, ok := new(big.Int).SetString(s, 10)
		if !ok {
			return nil, wanted(t, raw)
		}
		return n, nil
	case serializer.KindBigDec, serializer.KindTableDecimal:
		return parseDecimal(t, s, raw)
	case serializer.KindEnum, serializer.KindScalaEnum, serializer.KindAvroEnum:
		for i, name := range t.Symbols {
			if name == s && t.IDs != nil {
				return serializer.Enum{Name: name, Index: t.IDs[i]}, nil
			} else if name == s {
				return serializer.Enum{Name: name, Index: int32(i)}, nil
			}
		}
		return nil, fmt.Errorf("%w; its constants are %s", wanted(t, raw), strings.Join(t.Symbols, ", "))
	}
	return parseTime(t, s, raw)
}

func parseInteger(t *serializer.Type, raw []byte) (serializer.Value, error) {
	bits := map[serializer.Kind]int{serializer.KindByte: 8, serializer.KindShort: 16, serializer.KindInt: 32, serializer.KindHadoopInt: 32, serializer.KindAvroInt: 32,
		serializer.KindTableTinyInt: 8, serializer.KindTableSmallInt: 16, serializer.KindTableInt: 32, serializer.KindTableMonths: 32}[t.Kind]
	if bits == 0 {
		bits = 64
	}
	v, err := strconv.ParseInt(string(raw), 10, bits)
	if err != nil {
		return nil, wanted(t, raw)
	}
	switch bits {
	case 8:
		return int8(v), nil
	case 16:
		return int16(v), nil
	case 32:
		return int32(v), nil
	}
	return v, nil
}

func parseFloat(t *serializer.Type, raw []byte) (serializer.Value, error) {
	bits := 64
	if t.Kind == serializer.KindFloat || t.Kind == serializer.KindAvroFloat || t.Kind == serializer.KindTableFloat {
		bits = 32
	}
	if string(raw) == `"NaN"` { // Java's, whose bits are not those of Go's
		if bits == 32 {
			return math.Float32frombits(0x7fc00000), nil
		}
		return math.Float64frombits(0x7ff8000000000000), nil
	}
	v, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), bits)
	if err != nil && !math.IsInf(v, 0) {
		return nil, wanted(t, raw)
	}
	if bits == 32 {
		return float32(v), nil
	}
	return v, nil
}

func parseDecimal(t *serializer.Type, s string, raw []byte) (serializer.Value, error) {
	digits, exponent, _ := strings.Cut(strings.ToUpper(s), "E")
	scale := int64(0)
	if exponent != "" {
		e, err := strconv.ParseInt(exponent, 10, 32)
		if err != nil {
			return nil, wanted(t, raw)
		}
		scale = -e
	}
	whole, fraction, _ := strings.Cut(digits, ".")
	n, ok := new(big.Int).SetString(whole+fraction, 10)
	if scale += int64(len(fraction)); !ok || scale != int64(int32(scale)) {
		return nil, wanted(t, raw)
	}
	if t.Kind == serializer.KindTableDecimal {
		return rescale(t, n, int32(scale), raw)
	}
	return serializer.Decimal{Unscaled: n, Scale: int32(scale)}, nil
}

// rescale gives a decimal the scale of its SQL type, if that keeps its value.
func rescale(t *serializer.Type, n *big.Int, scale int32, raw []byte) (serializer.Value, error) {
	const most = 38
	shift := int64(t.Scale) - int64(scale)
	if shift < -most || shift > most {
		return nil, wanted(t, raw)
	}
	power, rest := new(big.Int).Exp(big.NewInt(10), big.NewInt(max(shift, -shift)), nil), new(big.Int)
	if shift >= 0 {
		n.Mul(n, power)
	} else {
		n.QuoRem(n, power, rest)
	}
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(t.Precision)), nil)
	if rest.Sign() != 0 || n.CmpAbs(limit) >= 0 {
		return nil, wanted(t, raw)
	}
	return serializer.Decimal{Unscaled: n, Scale: t.Scale}, nil
}

func parseList(elem *serializer.Type, raw []byte) (serializer.Value, error) {
	var parts []json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil {
		return nil, fmt.Errorf("%s is no JSON array", raw)
	}
	list := make(serializer.List, len(parts))
	for i, p := range parts {
		v, err := parseValue(elem, p)
		if err != nil {
			return nil, fmt.Errorf("[%d]: %w", i, err)
		}
		list[i] = v
	}
	return list, nil
}

func parseStruct(t *serializer.Type, raw []byte) (serializer.Value, error) {
	parts := make([]json.RawMessage, len(t.Elems))
	if raw[0] == '[' {
		var given []json.RawMessage
		if err := json.Unmarshal(raw, &given); err != nil || len(given) != len(parts) {
			return nil, fmt.Errorf("%w: it has %d fields", wanted(t, raw), len(parts))
		}
		parts = given
	} else {
		var given map[string]json.RawMessage
		if err := json.Unmarshal(raw, &given); err != nil {
			return nil, wanted(t, raw)
		}
		for i := range parts {
			name := t.Field(i)
			if strings.HasPrefix(name, "$") {
				name = "$" + name
			}
			p, ok := given[name]
			if !ok {
				return nil, fmt.Errorf("%w: field %s is missing", wanted(t, raw), name)
			}
			parts[i] = p
			delete(given, name)
		}
		for name := range given {
			return nil, fmt.Errorf("%w: it has no field %s", wanted(t, raw), name)
		}
	}
	// A SQL row that somebody names is a key, which generated code made.
	s := serializer.Struct{Type: t, Values: make([]serializer.Value, len(parts)), Reserved: t.Kind == serializer.KindTableRow}
	for i, p := range parts {
		v, err := parseValue(t.Elems[i], p)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Field(i), err)
		}
		s.Values[i] = v
	}
	return s, nil
}

func parseEither(t *serializer.Type, raw []byte) (serializer.Value, error) {
	var sides map[string]json.RawMessage
	if json.Unmarshal(raw, &sides) == nil && len(sides) == 1 {
		if p, ok := sides["left"]; ok {
			v, err := parseValue(t.Elems[0], p)
			return serializer.Either{Value: v}, err
		}
		if p, ok := sides["right"]; ok {
			v, err := parseValue(t.Elems[1], p)
			return serializer.Either{Right: true, Value: v}, err
		}
	}
	return nil, wanted(t, raw)
}

func parseWindow(t *serializer.Type, raw []byte) (serializer.Value, error) {
	var w struct{ Start, End *int64 }
	if json.Unmarshal(raw, &w) != nil || w.Start == nil || w.End == nil {
		return nil, wanted(t, raw)
	}
	return serializer.Window{Start: *w.Start, End: *w.End}, nil
}

// unquote reads a JSON string into WTF-8: unlike encoding/json it keeps unpaired surrogates.
func unquote(raw []byte) (string, bool) {
	if len(raw) < 2 || raw[0] != '"' {
		return "", false
	}
	raw = raw[1 : len(raw)-1]
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			out = append(out, raw[i])
			continue
		}
		i++
		switch raw[i] {
		case 'u':
			u, _ := strconv.ParseUint(string(raw[i+1:i+5]), 16, 16) // json.Valid has seen four digits
			out = javaio.AppendUnit(out, uint16(u))
			i += 4
		case 'b', 'f', 'n', 'r', 't':
			out = append(out, "\b\f\n\r\t"[strings.IndexByte("bfnrt", raw[i])])
		default:
			out = append(out, raw[i])
		}
	}
	return string(out), true
}
