package serializer

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Limits of Avro schemas.
const (
	maxSchemaDepth = 100
	maxSchemaNodes = 1 << 16 // of the schema with each named type in full wherever it is used first on a path
)

// avroKinds are the primitive types.
var avroKinds = map[string]Kind{
	"null": KindAvroNull, "boolean": KindAvroBoolean, "int": KindAvroInt, "long": KindAvroLong, "float": KindAvroFloat,
	"double": KindAvroDouble, "string": KindAvroString, "bytes": KindAvroBytes,
}

// avroType is the type of a writer schema.
func avroType(body *AvroBody) *Type {
	if body.Schema == "" {
		return opaque(body.Class, "Avro values without a recorded schema")
	}
	t, err := parseSchema(body.Schema)
	if err != nil {
		return opaque(body.Class, "its Avro schema cannot be used: %v", err)
	}
	t.Schema = body.Schema
	generic := strings.HasPrefix(body.Class, "org.apache.avro.generic.")
	t.foreign = !generic && hasLogical(t, map[*Type]bool{})
	return t
}

// hasLogical says whether a logical type is in t.
func hasLogical(t *Type, seen map[*Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	return t.Logical != "" || slices.ContainsFunc(t.Elems, func(e *Type) bool { return hasLogical(e, seen) })
}

// parseSchema reads an Avro schema. The result is finite, but has cycles where the schema is recursive.
func parseSchema(schema string) (*Type, error) {
	var tree any
	dec := json.NewDecoder(strings.NewReader(schema))
	dec.UseNumber()
	if err := dec.Decode(&tree); err != nil {
		return nil, err
	}
	p := schemaParser{names: map[string]*Type{}}
	t, err := p.schema(tree, "", 0)
	if err != nil {
		return nil, err
	}
	if expanded(t, map[*Type]int{}) > maxSchemaNodes {
		return nil, fmt.Errorf("written out it has more than %d types", maxSchemaNodes)
	}
	return t, nil
}

// expanded counts the types of t when every named type is written out, except inside itself.
func expanded(t *Type, known map[*Type]int) int {
	if n, ok := known[t]; ok {
		return n
	}
	known[t] = 1 // while it is open
	n := 1
	for _, e := range t.Elems {
		n = min(n+expanded(e, known), maxSchemaNodes+1)
	}
	known[t] = n
	return n
}

type schemaParser struct {
	names map[string]*Type // by full name
}

// schema reads one schema in the given namespace.
func (p *schemaParser) schema(tree any, namespace string, depth int) (*Type, error) {
	if depth > maxSchemaDepth {
		return nil, fmt.Errorf("nested more than %d deep", maxSchemaDepth)
	}
	switch s := tree.(type) {
	case string:
		return p.named(s, namespace)
	case []any:
		t := &Type{Kind: KindAvroUnion}
		for _, branch := range s {
			b, err := p.schema(branch, namespace, depth+1)
			if err != nil {
				return nil, err
			}
			if b.Kind == KindAvroUnion {
				return nil, fmt.Errorf("a union inside a union")
			}
			t.Elems = append(t.Elems, b)
		}
		return t, nil
	case map[string]any:
		return p.object(s, namespace, depth)
	}
	return nil, fmt.Errorf("%v is no schema", tree)
}

// named resolves a primitive or a name: in its namespace, else without one.
func (p *schemaParser) named(name, namespace string) (*Type, error) {
	if k, ok := avroKinds[name]; ok {
		return scalar(k), nil
	}
	if t, ok := p.names[fullName(name, namespace)]; ok {
		return t, nil
	}
	if t, ok := p.names[name]; ok {
		return t, nil
	}
	return nil, fmt.Errorf("type %q is not defined", name)
}

func fullName(name, namespace string) string {
	if strings.Contains(name, ".") || namespace == "" {
		return name
	}
	return namespace + "." + name
}

func (p *schemaParser) object(s map[string]any, namespace string, depth int) (*Type, error) {
	kind, ok := s["type"].(string)
	if !ok {
		return p.schema(s["type"], namespace, depth+1)
	}
	switch kind {
	case "record", "error", "enum", "fixed":
		return p.definition(kind, s, namespace, depth)
	case "array":
		return p.collection(KindAvroArray, s["items"], namespace, depth)
	case "map":
		return p.collection(KindAvroMap, s["values"], namespace, depth)
	}
	t, err := p.named(kind, namespace)
	if err != nil || t.Class != "" {
		return t, err
	}
	setLogical(t, s)
	return t, nil
}

func (p *schemaParser) collection(k Kind, items any, namespace string, depth int) (*Type, error) {
	e, err := p.schema(items, namespace, depth+1)
	if err != nil {
		return nil, err
	}
	return &Type{Kind: k, Elems: []*Type{e}}, nil
}

// definition reads a type with a name, which its parts may refer to.
func (p *schemaParser) definition(kind string, s map[string]any, namespace string, depth int) (*Type, error) {
	name, _ := s["name"].(string)
	if name == "" {
		return nil, fmt.Errorf("a %s without a name", kind)
	}
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		namespace = name[:i]
	} else if ns, ok := s["namespace"].(string); ok {
		namespace = ns
	}
	t := &Type{Class: fullName(name, namespace)}
	if p.names[t.Class] != nil {
		return nil, fmt.Errorf("type %q is defined twice", t.Class)
	}
	p.names[t.Class] = t
	switch kind {
	case "enum":
		t.Kind = KindAvroEnum
		return t, symbols(t, s["symbols"])
	case "fixed":
		t.Kind = KindAvroFixed
		size := number(s["size"])
		if size < 0 {
			return nil, fmt.Errorf("fixed %s without a size", t.Class)
		}
		t.Size = size
		setLogical(t, s)
		return t, nil
	}
	t.Kind = KindAvroRecord
	return t, p.fields(t, s["fields"], namespace, depth)
}

func symbols(t *Type, list any) error {
	all, _ := list.([]any)
	for _, s := range all {
		name, ok := s.(string)
		if !ok {
			return fmt.Errorf("enum %s has a symbol that is no string", t.Class)
		}
		t.Symbols = append(t.Symbols, name)
	}
	return nil
}

func (p *schemaParser) fields(t *Type, list any, namespace string, depth int) error {
	all, ok := list.([]any)
	if !ok {
		return fmt.Errorf("record %s without fields", t.Class)
	}
	t.Fields = make([]string, 0, len(all)) // not nil: a record without fields has names for all of them
	for _, f := range all {
		field, _ := f.(map[string]any)
		name, ok := field["name"].(string)
		if !ok {
			return fmt.Errorf("record %s has a field without a name", t.Class)
		}
		e, err := p.schema(field["type"], namespace, depth+1)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", t.Class, name, err)
		}
		t.Fields = append(t.Fields, name)
		t.Elems = append(t.Elems, e)
		if field["order"] == "ignore" {
			t.unordered = append(t.unordered, make([]bool, len(t.Elems)-len(t.unordered))...)
			t.unordered[len(t.Elems)-1] = true
		}
	}
	return nil
}

// number reads a size: -1 if v is none.
func number(v any) int32 {
	n, ok := v.(json.Number)
	if !ok {
		return -1
	}
	i, err := n.Int64()
	if err != nil || i < 0 || i > math.MaxInt32 {
		return -1
	}
	return int32(i)
}

// setLogical notes a logical type that fits the type under it; Avro ignores others.
func setLogical(t *Type, s map[string]any) {
	logical, _ := s["logicalType"].(string)
	base := map[string]Kind{
		"date": KindAvroInt, "time-millis": KindAvroInt, "time-micros": KindAvroLong,
		"timestamp-millis": KindAvroLong, "timestamp-micros": KindAvroLong, "timestamp-nanos": KindAvroLong,
		"local-timestamp-millis": KindAvroLong, "local-timestamp-micros": KindAvroLong, "local-timestamp-nanos": KindAvroLong,
		"uuid": KindAvroString,
	}
	switch {
	case logical == "decimal" && (t.Kind == KindAvroBytes || t.Kind == KindAvroFixed):
		precision, scale := number(s["precision"]), int32(0)
		if v, ok := s["scale"]; ok {
			scale = number(v)
		}
		if precision < 1 || scale < 0 || scale > precision {
			return
		}
		t.Precision, t.Scale = precision, scale
	case logical == "duration" && t.Kind == KindAvroFixed && t.Size == 12:
	case base[logical] != KindInvalid && base[logical] == t.Kind:
	default:
		return
	}
	t.Logical = logical
}
