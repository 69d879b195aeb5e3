package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"ckpt/serializer"
	"ckpt/statereader"
)

// typesFile is the file of --types.
type typesFile struct {
	// Serializers are layouts by the class of the serializer.
	Serializers map[string]yaml.Node `yaml:"serializers"`
	// Avro are schemas, or names of files with them, by the class of the records.
	Avro map[string]string `yaml:"avro"`
	// Kryo are classes that Kryo wrote field by field.
	Kryo map[string]kryoDescription `yaml:"kryo"`
}

// kryoDescription is a class that Kryo wrote.
type kryoDescription struct {
	Form    string    `yaml:"form"` // fields (default), record, enum, list, map, java
	Fields  yaml.Node `yaml:"fields"`
	Params  []string  `yaml:"params"`
	Final   bool      `yaml:"final"`
	Symbols []string  `yaml:"symbols"`
}

var kryoForms = map[string]serializer.KryoForm{"": serializer.KryoFields, "fields": serializer.KryoFields, "record": serializer.KryoRecord,
	"enum": serializer.KryoEnum, "list": serializer.KryoList, "map": serializer.KryoMap, "java": serializer.KryoJava}

// readTypes reads the file of --types into the options that it fills.
func readTypes(file string, o *statereader.Options) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var f typesFile
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if o.Types, err = f.registry(filepath.Dir(file)); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if o.KryoClasses, err = f.kryo(); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// registry joins what describes serializers; files are named relative to dir.
func (f *typesFile) registry(dir string) (*serializer.Registry, error) {
	var all []serializer.Description
	for _, class := range sortedKeys(f.Serializers) {
		n := f.Serializers[class]
		t, err := layout(&n, 0)
		if err != nil {
			return nil, fmt.Errorf("serializers: %s: %w", class, err)
		}
		all = append(all, serializer.Description{Class: class, Type: t})
	}
	for _, class := range sortedKeys(f.Avro) {
		schema := f.Avro[class]
		if !bytes.ContainsAny([]byte(schema), "{[\"") {
			if !filepath.IsAbs(schema) {
				schema = filepath.Join(dir, schema)
			}
			b, err := os.ReadFile(schema)
			if err != nil {
				return nil, fmt.Errorf("avro: %s: %w", class, err)
			}
			schema = string(b)
		}
		all = append(all, serializer.Description{Class: class, Schema: schema})
	}
	return serializer.NewRegistry(all...)
}

func (f *typesFile) kryo() (*serializer.KryoClasses, error) {
	if len(f.Kryo) == 0 {
		return nil, nil
	}
	var all []serializer.KryoClass
	for _, class := range sortedKeys(f.Kryo) {
		d := f.Kryo[class]
		form, ok := kryoForms[d.Form]
		if !ok {
			return nil, fmt.Errorf("kryo: %s: form %q: want fields, record, enum, list, map or java", class, d.Form)
		}
		c := serializer.KryoClass{Name: class, Form: form, Params: d.Params, Final: d.Final, Symbols: d.Symbols}
		if err := eachField(&d.Fields, func(name string, n *yaml.Node) error {
			if n.Kind != yaml.ScalarNode {
				return fmt.Errorf("line %d: want a Java type, such as java.lang.String", n.Line)
			}
			declared, inherited := strings.CutPrefix(n.Value, "inherited ")
			c.Fields = append(c.Fields, serializer.KryoField{Name: name, Type: declared, Inherited: inherited})
			return nil
		}); err != nil {
			return nil, fmt.Errorf("kryo: %s: %w", class, err)
		}
		all = append(all, c)
	}
	return serializer.NewKryoClasses(all...)
}

func sortedKeys[T any](m map[string]T) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// eachField goes over a mapping in the order of the file.
func eachField(n *yaml.Node, f func(name string, n *yaml.Node) error) error {
	if n.Kind == 0 {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: want name: type", n.Line)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if err := f(n.Content[i].Value, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// maxLayout bounds the nesting of layouts.
const maxLayout = 64

// layout reads how bytes lie: a type expression, utf, or a mapping with one of fields, list, map and nullable.
func layout(n *yaml.Node, depth int) (*serializer.Type, error) {
	if depth > maxLayout {
		return nil, fmt.Errorf("line %d: nested more than %d deep", n.Line, maxLayout)
	}
	if n.Kind == yaml.ScalarNode {
		if n.Value == "utf" {
			return &serializer.Type{Kind: serializer.KindUTF}, nil
		}
		t, err := serializer.ParseType(n.Value)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n.Line, err)
		}
		return t, nil
	}
	if n.Kind != yaml.MappingNode || len(n.Content) != 2 {
		return nil, fmt.Errorf("line %d: want a type, or one of fields, list, map and nullable", n.Line)
	}
	word, of := n.Content[0].Value, n.Content[1]
	var parts []*yaml.Node
	t := &serializer.Type{}
	switch word {
	case "fields":
		t.Kind = serializer.KindStruct
		if err := eachField(of, func(name string, n *yaml.Node) error {
			t.Fields, parts = append(t.Fields, name), append(parts, n)
			return nil
		}); err != nil {
			return nil, err
		}
	case "list":
		t.Kind, parts = serializer.KindList, []*yaml.Node{of}
	case "nullable":
		t.Kind, parts = serializer.KindNullable, []*yaml.Node{of}
	case "map":
		if t.Kind = serializer.KindMap; of.Kind != yaml.SequenceNode || len(of.Content) != 2 {
			return nil, fmt.Errorf("line %d: want map: [key, value]", of.Line)
		}
		parts = of.Content
	default:
		return nil, fmt.Errorf("line %d: %q: want one of fields, list, map and nullable", n.Line, word)
	}
	for _, p := range parts {
		e, err := layout(p, depth+1)
		if err != nil {
			return nil, err
		}
		t.Elems = append(t.Elems, e)
	}
	if word == "fields" && len(parts) == 0 {
		return nil, fmt.Errorf("line %d: no fields", n.Line)
	}
	return t, nil
}
