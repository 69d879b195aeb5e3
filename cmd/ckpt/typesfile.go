package main

import (
	"bytes"
	"errors"
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
	dir string // of the file: others are named relative to it

	// Serializers are layouts by the class of the serializer.
	Serializers map[string]yaml.Node `yaml:"serializers"`
	// Avro are schemas, or names of files with them, by the class of the records.
	Avro map[string]string `yaml:"avro"`
	// Kryo are classes that Kryo wrote field by field.
	Kryo map[string]kryoDescription `yaml:"kryo"`
}

// kryoDescription is a class that Kryo wrote.
type kryoDescription struct {
	Form    string    `yaml:"form"` // fields (default), record, enum, list, map, java, protobuf
	Fields  yaml.Node `yaml:"fields"`
	Params  []string  `yaml:"params"`
	Final   bool      `yaml:"final"`
	Symbols []string  `yaml:"symbols"`
	// Protobuf is the message that a generated class is: the form is protobuf.
	Protobuf *protobufDescription `yaml:"protobuf"`
}

// protobufDescription is a message of a descriptor set.
type protobufDescription struct {
	File    string `yaml:"file"`
	Message string `yaml:"message"`
	Length  string `yaml:"length"` // varint (default), int, none
}

var messageLengths = map[string]serializer.MessageLength{"": serializer.VarintLength, "varint": serializer.VarintLength, "int": serializer.IntLength, "none": serializer.NoLength}

var kryoForms = map[string]serializer.KryoForm{"": serializer.KryoFields, "fields": serializer.KryoFields, "record": serializer.KryoRecord,
	"enum": serializer.KryoEnum, "list": serializer.KryoList, "map": serializer.KryoMap, "java": serializer.KryoJava,
	"protobuf": serializer.KryoProtobuf}

// readTypes reads the file of --types into the options that it fills.
func readTypes(file string, o *statereader.Options) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	f := typesFile{dir: filepath.Dir(file)}
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if o.Types, err = f.registry(); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if o.KryoClasses, err = f.kryo(); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// read reads a file that the file names.
func (f *typesFile) read(name string) ([]byte, error) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(f.dir, name)
	}
	return os.ReadFile(name)
}

// message finds a message of a descriptor set.
func (f *typesFile) message(d protobufDescription) (*serializer.Message, error) {
	if d.File == "" || d.Message == "" {
		return nil, errors.New("want protobuf: {file: FILE, message: NAME}")
	}
	set, err := f.read(d.File)
	if err != nil {
		return nil, err
	}
	m, err := serializer.NewMessage(set, d.Message)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.File, err)
	}
	return m, nil
}

// protobuf reads the layout protobuf.
func (f *typesFile) protobuf(n *yaml.Node) (*serializer.Type, error) {
	var d protobufDescription
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if w := n.Content[i].Value; w != "file" && w != "message" && w != "length" {
			return nil, fmt.Errorf("line %d: protobuf: %q: want file, message and length", n.Line, w)
		}
	}
	if err := n.Decode(&d); err != nil {
		return nil, fmt.Errorf("protobuf: %w", err)
	}
	length, ok := messageLengths[d.Length]
	if !ok {
		return nil, fmt.Errorf("line %d: length %q: want varint, int or none", n.Line, d.Length)
	}
	m, err := f.message(d)
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", n.Line, err)
	}
	return m.Type(length), nil
}

// registry joins what describes serializers.
func (f *typesFile) registry() (*serializer.Registry, error) {
	var all []serializer.Description
	for _, class := range sortedKeys(f.Serializers) {
		n := f.Serializers[class]
		t, err := f.layout(&n, 0)
		if err != nil {
			return nil, fmt.Errorf("serializers: %s: %w", class, err)
		}
		all = append(all, serializer.Description{Class: class, Type: t})
	}
	for _, class := range sortedKeys(f.Avro) {
		schema := f.Avro[class]
		if !bytes.ContainsAny([]byte(schema), "{[\"") {
			b, err := f.read(schema)
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
		if d.Form == "" && d.Protobuf != nil {
			d.Form = "protobuf"
		}
		form, ok := kryoForms[d.Form]
		if !ok {
			return nil, fmt.Errorf("kryo: %s: form %q: want fields, record, enum, list, map, java or protobuf", class, d.Form)
		}
		c := serializer.KryoClass{Name: class, Form: form, Params: d.Params, Final: d.Final, Symbols: d.Symbols}
		if d.Protobuf != nil {
			if d.Protobuf.Length != "" {
				return nil, fmt.Errorf("kryo: %s: Kryo stores the length of a message in its own way: length says nothing", class)
			}
			var err error
			if c.Message, err = f.message(*d.Protobuf); err != nil {
				return nil, fmt.Errorf("kryo: %s: %w", class, err)
			}
		}
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

// layout reads how bytes lie: a type expression, utf, or a mapping with one of fields, list, map, nullable and protobuf.
func (f *typesFile) layout(n *yaml.Node, depth int) (*serializer.Type, error) {
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
		return nil, fmt.Errorf("line %d: want a type, or one of fields, list, map, nullable and protobuf", n.Line)
	}
	word, of := n.Content[0].Value, n.Content[1]
	var parts []*yaml.Node
	t := &serializer.Type{}
	switch word {
	case "protobuf":
		return f.protobuf(of)
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
		return nil, fmt.Errorf("line %d: %q: want one of fields, list, map, nullable and protobuf", n.Line, word)
	}
	for _, p := range parts {
		e, err := f.layout(p, depth+1)
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
