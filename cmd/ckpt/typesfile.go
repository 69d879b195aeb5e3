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
	Form    string    `yaml:"form"` // fields (default), record, enum, list, map, java, written, protobuf, avro
	Fields  yaml.Node `yaml:"fields"`
	Params  []string  `yaml:"params"`
	Final   bool      `yaml:"final"`
	Symbols []string  `yaml:"symbols"`
	// Protobuf is the message that a generated class is: the form is protobuf.
	Protobuf *protobufDescription `yaml:"protobuf"`
	// Avro is the schema, or a file with it, of records in Avro's own encoding behind their length: the form is avro.
	Avro string `yaml:"avro"`
}

var kryoForms = map[string]serializer.KryoForm{"": serializer.KryoFields, "fields": serializer.KryoFields, "record": serializer.KryoRecord,
	"enum": serializer.KryoEnum, "list": serializer.KryoList, "map": serializer.KryoMap, "java": serializer.KryoJava,
	"written": serializer.KryoWritten, "protobuf": serializer.KryoProtobuf, "avro": serializer.KryoAvro}

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

// schema reads an Avro schema, or a file with one.
func (f *typesFile) schema(text string) (*serializer.AvroSchema, error) {
	name := ""
	if !strings.ContainsAny(text, "{[\"") {
		b, err := f.read(text)
		if err != nil {
			return nil, err
		}
		name, text = text+": ", string(b)
	}
	s, err := serializer.NewAvroSchema(text)
	if err != nil {
		return nil, fmt.Errorf("%sAvro schema: %w", name, err)
	}
	return s, nil
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
		s, err := f.schema(f.Avro[class])
		if err != nil {
			return nil, fmt.Errorf("avro: %s: %w", class, err)
		}
		all = append(all, serializer.Description{Class: class, Type: s.Type()})
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
		switch {
		case d.Form == "" && d.Protobuf != nil:
			d.Form = "protobuf"
		case d.Form == "" && d.Avro != "":
			d.Form = "avro"
		}
		form, ok := kryoForms[d.Form]
		if !ok {
			return nil, fmt.Errorf("kryo: %s: form %q: want fields, record, enum, list, map, java, written, protobuf or avro", class, d.Form)
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
		if d.Avro != "" {
			var err error
			if c.Avro, err = f.schema(d.Avro); err != nil {
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
