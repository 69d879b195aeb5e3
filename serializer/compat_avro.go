package serializer

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// readerSchema is an Avro schema with what resolution looks at and a Type leaves out: aliases and defaults.
type readerSchema struct {
	kind    string // primitive, record, enum, fixed, array, map, union
	name    string // full name
	aliases []string
	size    int32
	symbols []string
	fields  []readerField
	elems   []*readerSchema // items, values, branches
	hasDef  bool            // enum: a default for unknown symbols
	props   map[string]any  // what else is written: logical types and the like
}

type readerField struct {
	name    string
	aliases []string
	typ     *readerSchema
	hasDef  bool
	def     any
}

// avroCompat is Flink's decision: equal schemas, else whether the new one can read the old one.
func avroCompat(before, after string) Verdict {
	if before == after && before != "" {
		return Verdict{}
	}
	if before == "" || after == "" {
		return Verdict{Reason: "an Avro schema is not stored", Doubt: "whether the schemas are equal cannot be seen"}
	}
	writer, err := parseReader(before)
	if err != nil {
		return verdict(Incompatible, "the stored Avro schema cannot be read: %v", err)
	}
	reader, err := parseReader(after)
	if err != nil {
		return verdict(Incompatible, "the job's Avro schema cannot be read: %v", err)
	}
	if r := (&resolution{seen: map[schemaPair]bool{}}); r.equal(writer, reader) {
		return Verdict{}
	}
	r := resolution{results: map[schemaPair]string{}}
	if why := r.reads(reader, writer); why != "" {
		return verdict(Incompatible, "the new Avro schema cannot read the stored one: %s", why)
	}
	return verdict(Migrated, "the Avro schema changed and can read the stored one")
}

type schemaPair struct{ a, b *readerSchema }

// resolution remembers the pairs it has met: schemas are graphs.
type resolution struct {
	seen    map[schemaPair]bool
	results map[schemaPair]string
}

// promotions are the primitives that a reader's type takes besides itself.
var promotions = map[string][]string{
	"long": {"int"}, "float": {"int", "long"}, "double": {"int", "long", "float"}, "string": {"bytes"}, "bytes": {"string"},
}

// reads returns why reader cannot read what writer wrote; empty if it can. A pair that is open is taken to fit.
func (r *resolution) reads(reader, writer *readerSchema) string {
	pair := schemaPair{reader, writer}
	if why, ok := r.results[pair]; ok {
		return why
	}
	if len(r.results) > maxSchemaNodes {
		return "the schemas are too large to compare"
	}
	r.results[pair] = ""
	why := r.decide(reader, writer)
	r.results[pair] = why
	return why
}

func (r *resolution) decide(reader, writer *readerSchema) string {
	switch {
	case writer.kind == "union":
		for _, branch := range writer.elems {
			if why := r.reads(reader, branch); why != "" {
				return "branch " + branch.text() + ": " + why
			}
		}
		return ""
	case reader.kind == "union":
		for _, branch := range reader.elems {
			if r.reads(branch, writer) == "" {
				return ""
			}
		}
		return "no branch of the union takes " + writer.text()
	case reader.kind != writer.kind:
		if slices.Contains(promotions[reader.kind], writer.kind) {
			return ""
		}
		return writer.text() + " cannot become " + reader.text()
	case reader.name != "" && !sameName(reader, writer):
		return writer.text() + " was renamed to " + reader.text() + " without alias"
	}
	switch reader.kind {
	case "array", "map":
		return r.reads(reader.elems[0], writer.elems[0])
	case "fixed":
		if reader.size != writer.size {
			return fmt.Sprintf("fixed %s had %d bytes, now %d", writer.name, writer.size, reader.size)
		}
	case "enum":
		for _, s := range writer.symbols {
			if !slices.Contains(reader.symbols, s) && !reader.hasDef {
				return fmt.Sprintf("symbol %s of enum %s is gone, and there is no default", s, writer.name)
			}
		}
	case "record":
		return r.fields(reader, writer)
	}
	return ""
}

// sameName compares unqualified names and the reader's aliases, as Avro's SchemaCompatibility does.
func sameName(reader, writer *readerSchema) bool {
	return unqualified(reader.name) == unqualified(writer.name) || slices.Contains(reader.aliases, writer.name)
}

func unqualified(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

func (r *resolution) fields(reader, writer *readerSchema) string {
	written := make(map[string]*readerSchema, len(writer.fields))
	for _, f := range writer.fields {
		written[f.name] = f.typ
	}
	for _, f := range reader.fields {
		typ := written[f.name]
		for i := 0; typ == nil && i < len(f.aliases); i++ {
			typ = written[f.aliases[i]]
		}
		switch {
		case typ == nil && !f.hasDef:
			return fmt.Sprintf("field %s of %s is new and has no default", f.name, reader.name)
		case typ == nil:
			continue
		}
		if why := r.reads(f.typ, typ); why != "" {
			return "field " + f.name + ": " + why
		}
	}
	return ""
}

func (s *readerSchema) text() string {
	if s.name != "" {
		return s.kind + " " + s.name
	}
	return s.kind
}

// equal compares like Avro's Schema.equals: documentation and aliases do not count.
func (r *resolution) equal(a, b *readerSchema) bool {
	pair := schemaPair{a, b}
	if r.seen[pair] {
		return true
	}
	r.seen[pair] = true
	if a.kind != b.kind || a.name != b.name || a.size != b.size || a.hasDef != b.hasDef || !slices.Equal(a.symbols, b.symbols) ||
		len(a.elems) != len(b.elems) || len(a.fields) != len(b.fields) || !reflect.DeepEqual(a.props, b.props) {
		return false
	}
	for i, f := range a.fields {
		g := b.fields[i]
		if f.name != g.name || f.hasDef != g.hasDef || !reflect.DeepEqual(f.def, g.def) || !r.equal(f.typ, g.typ) {
			return false
		}
	}
	for i := range a.elems {
		if !r.equal(a.elems[i], b.elems[i]) {
			return false
		}
	}
	return true
}

// parseReader reads a schema that parseSchema accepts.
func parseReader(schema string) (*readerSchema, error) {
	if _, err := parseSchema(schema); err != nil {
		return nil, err
	}
	var tree any
	dec := json.NewDecoder(strings.NewReader(schema))
	dec.UseNumber()
	if err := dec.Decode(&tree); err != nil {
		return nil, err
	}
	p := readerParser{map[string]*readerSchema{}}
	return p.schema(tree, ""), nil
}

// readerParser walks a schema that is known to be valid and bounded in depth.
type readerParser struct{ names map[string]*readerSchema }

func (p readerParser) schema(tree any, namespace string) *readerSchema {
	switch s := tree.(type) {
	case string:
		if t := p.names[fullName(s, namespace)]; t != nil {
			return t
		}
		if t := p.names[s]; t != nil {
			return t
		}
		return &readerSchema{kind: s}
	case []any:
		t := &readerSchema{kind: "union"}
		for _, branch := range s {
			t.elems = append(t.elems, p.schema(branch, namespace))
		}
		return t
	}
	s, _ := tree.(map[string]any)
	kind, ok := s["type"].(string)
	if !ok {
		return p.schema(s["type"], namespace)
	}
	switch kind {
	case "array":
		return &readerSchema{kind: kind, elems: []*readerSchema{p.schema(s["items"], namespace)}, props: propsOf(s)}
	case "map":
		return &readerSchema{kind: kind, elems: []*readerSchema{p.schema(s["values"], namespace)}, props: propsOf(s)}
	case "record", "error", "enum", "fixed":
		return p.definition(kind, s, namespace)
	}
	t := *p.schema(kind, namespace)
	if t.name != "" {
		return p.schema(kind, namespace)
	}
	t.props = propsOf(s)
	return &t
}

func (p readerParser) definition(kind string, s map[string]any, namespace string) *readerSchema {
	name, _ := s["name"].(string)
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		namespace = name[:i]
	} else if ns, ok := s["namespace"].(string); ok {
		namespace = ns
	}
	if kind == "error" {
		kind = "record"
	}
	t := &readerSchema{kind: kind, name: fullName(name, namespace), props: propsOf(s), size: max(number(s["size"]), 0)}
	p.names[t.name] = t
	_, t.hasDef = s["default"]
	for _, alias := range texts(s["aliases"]) {
		t.aliases = append(t.aliases, fullName(alias, namespace))
	}
	t.symbols = texts(s["symbols"])
	fields, _ := s["fields"].([]any)
	for _, f := range fields {
		field, _ := f.(map[string]any)
		name, _ := field["name"].(string)
		def, has := field["default"]
		t.fields = append(t.fields, readerField{name, texts(field["aliases"]), p.schema(field["type"], namespace), has, def})
	}
	return t
}

// texts returns the strings of a JSON list.
func texts(list any) (all []string) {
	items, _ := list.([]any)
	for _, item := range items {
		if s, ok := item.(string); ok {
			all = append(all, s)
		}
	}
	return all
}

// schemaWords are the attributes that the specification gives a meaning; others are properties.
var schemaWords = map[string]bool{
	"type": true, "name": true, "namespace": true, "doc": true, "aliases": true, "fields": true, "symbols": true, "size": true,
	"items": true, "values": true, "default": true,
}

func propsOf(s map[string]any) map[string]any {
	props := map[string]any{}
	for k, v := range s {
		if !schemaWords[k] {
			props[k] = v
		}
	}
	if len(props) == 0 {
		return nil
	}
	return props
}
