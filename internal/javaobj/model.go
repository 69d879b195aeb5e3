// Package javaobj parses Java object streams (java.io.ObjectOutputStream) into a graph of plain values. It never runs
// anything: only the grammar is walked, with bounds on depth, nodes and lengths.
package javaobj

// Value is nil, string (WTF-8), *Object, *Array, *Class, *Enum, *ClassDesc (an ObjectStreamClass that was written as an
// object), Block in annotations and at the top of a stream, or a boxed primitive (bool, int8, uint16 for char, int16,
// int32, int64, float32, float64) inside fields and arrays.
type Value = any

// ClassDesc is a class descriptor. Serialization ids are kept, never compared.
type ClassDesc struct {
	Name   string
	UID    int64
	Flags  uint8
	Fields []FieldDesc
	Super  *ClassDesc
	Proxy  []string // interfaces of a proxy class; Name is empty then
}

// FieldDesc is a field in stored order; Type is the JVM type letter, Signature the type string of '[' and 'L'.
type FieldDesc struct {
	Type      byte
	Name      string
	Signature string
}

// Object is an instance: the data of each Serializable class from the topmost superclass down. An externalizable object
// has one ClassData with an annotation only.
type Object struct {
	Desc *ClassDesc
	Data []ClassData
}

// ClassData is what one class of the hierarchy wrote: fields in descriptor order, then what its writeObject added.
type ClassData struct {
	Desc       *ClassDesc
	Values     []Value
	Annotation []Value // Block data as Block; empty where the class has none
}

// Block is block data: what a class wrote as primitives. Adjacent blocks are joined, since the writer cuts anywhere.
type Block []byte

// Array is a Java array; Desc.Name is its JVM name ("[B", "[Lpkg.Class;"). Primitive byte arrays are kept in Bytes.
type Array struct {
	Desc   *ClassDesc
	Values []Value
	Bytes  []byte
}

// Class is a java.lang.Class object.
type Class struct{ Desc *ClassDesc }

// Enum is an enum constant.
type Enum struct {
	Desc *ClassDesc
	Name string
}

// Class returns the binary name of the object's class.
func (o *Object) Class() string {
	if o == nil || o.Desc == nil {
		return ""
	}
	return o.Desc.Name
}

// Field returns the value of the named field, from the most derived class that has it.
func (o *Object) Field(name string) (Value, bool) {
	if o == nil {
		return nil, false
	}
	for i := len(o.Data) - 1; i >= 0; i-- {
		d := o.Data[i]
		for j, f := range d.Desc.Fields {
			if f.Name == name && j < len(d.Values) {
				return d.Values[j], true
			}
		}
	}
	return nil, false
}

// Extends says whether the object's class or one of its superclasses has the given binary name.
func (o *Object) Extends(class string) bool {
	if o == nil {
		return false
	}
	for d := o.Desc; d != nil; d = d.Super {
		if d.Name == class {
			return true
		}
	}
	return false
}
