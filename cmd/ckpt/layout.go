package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"ckpt/serializer"
)

// maxLayout bounds the nesting of layouts.
const maxLayout = 64

// layout reads how bytes lie: a type expression, utf, or a mapping with one of fields, list, map, nullable, protobuf and avro.
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
		return nil, fmt.Errorf("line %d: want a type, or one of fields, list, map, nullable, protobuf and avro", n.Line)
	}
	word, of := n.Content[0].Value, n.Content[1]
	var parts []*yaml.Node
	t := &serializer.Type{}
	switch word {
	case "protobuf":
		return f.protobuf(of)
	case "avro":
		return f.avro(of)
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
		return nil, fmt.Errorf("line %d: %q: want one of fields, list, map, nullable, protobuf and avro", n.Line, word)
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

// protobufDescription is a message of a descriptor set.
type protobufDescription struct {
	File    string `yaml:"file"`
	Message string `yaml:"message"`
	Length  string `yaml:"length"` // varint (default), int, none
}

var messageLengths = map[string]serializer.MessageLength{"": serializer.VarintLength, "varint": serializer.VarintLength, "int": serializer.IntLength, "none": serializer.NoLength}

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

// words reads a mapping into d, which has all the words that it may have.
func words(n *yaml.Node, d any, all ...string) error {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if w := n.Content[i].Value; !slices.Contains(all, w) {
			return fmt.Errorf("line %d: %q: want %s", n.Content[i].Line, w, strings.Join(all, ", "))
		}
	}
	return n.Decode(d)
}

func lengthOf(n *yaml.Node, word string) (serializer.MessageLength, error) {
	length, ok := messageLengths[word]
	if !ok {
		return 0, fmt.Errorf("line %d: length %q: want varint, int or none", n.Line, word)
	}
	return length, nil
}

// avro reads the layout avro: Avro's own encoding.
func (f *typesFile) avro(n *yaml.Node) (*serializer.Type, error) {
	d := struct{ Schema, Length string }{Length: "none"}
	if err := words(n, &d, "schema", "length"); err != nil {
		return nil, err
	}
	length, err := lengthOf(n, d.Length)
	if err != nil {
		return nil, err
	}
	s, err := f.schema(d.Schema)
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", n.Line, err)
	}
	return s.Binary(length), nil
}

// protobuf reads the layout protobuf.
func (f *typesFile) protobuf(n *yaml.Node) (*serializer.Type, error) {
	var d protobufDescription
	if err := words(n, &d, "file", "message", "length"); err != nil {
		return nil, err
	}
	length, err := lengthOf(n, d.Length)
	if err != nil {
		return nil, err
	}
	m, err := f.message(d)
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", n.Line, err)
	}
	return m.Type(length), nil
}
