package serializer

import (
	"math"
	"slices"
)

// argument returns a type argument; nil: not known.
func argument(args []*kryoDeclared, i int) *kryoDeclared {
	if i >= len(args) {
		return nil
	}
	return args[i]
}

// known returns the class that a type argument fixes for its values; nil if they name their classes themselves.
func (r *kryoReader) known(d *kryoDeclared) *kryoClass {
	if d == nil || d.class == nil || d.bounded && !r.five || d.prim {
		return nil
	}
	if d.class.undetermined() {
		r.undescribed(d.class)
	}
	if !d.class.final {
		return nil
	}
	return d.class
}

// inside returns the arguments of a type argument, which 5.6 passes on.
func (r *kryoReader) inside(d *kryoDeclared) []*kryoDeclared {
	if d == nil || !r.five {
		return nil
	}
	return d.args
}

// container reads arrays, collections and maps.
func (r *kryoReader) container(c *kryoClass, args []*kryoDeclared) Value {
	switch c.form {
	case formArray:
		return r.array(c, args)
	case formArraysList:
		if r.five {
			return r.collection5(c, args)
		}
		n := r.length(1)
		r.class()
		return r.elements(c, n, nil, nil, nil)
	case formList, formSorted, formImmutable:
		if r.five {
			return r.collection5(c, args)
		}
		return r.collection2(c, args)
	case formMap, formSortedMap, formSkipList, formEnumMap:
		return r.mapping(c, args)
	case formEnumSet:
		return r.enumSet(c)
	case formEmptyList:
		return r.object(c, boxed(r, List{}))
	case formEmptyMap:
		return r.object(c, boxed(r, Map{}))
	case formSingle:
		return r.single(c)
	}
	key := r.value(nil) // formSingleMap
	v := r.value(nil)
	if !r.build {
		return nil
	}
	return r.object(c, Map{{key, v}})
}

func (r *kryoReader) single(c *kryoClass) Value {
	v := r.value(nil)
	if !r.build {
		return nil
	}
	return r.object(c, List{v})
}

// elements reads n values: of the class of, or else each with its own.
func (r *kryoReader) elements(c *kryoClass, n int, of *kryoClass, args []*kryoDeclared, comparator Value) Value {
	var list List
	if r.build {
		list = make(List, 0, n)
	}
	for i := 0; i < n && r.err == nil; i++ {
		var v Value
		if of != nil {
			v = r.nullable(of, args)
		} else {
			v = r.value(args)
		}
		if r.build {
			list = append(list, v)
		}
	}
	return r.collected(c, list, comparator)
}

func (r *kryoReader) collected(c *kryoClass, v, comparator Value) Value {
	if r.err != nil || !r.build {
		return nil
	}
	return Object{Class: c.name, Value: v, Comparator: comparator}
}

// collection2 reads a collection of 2.24.
//
//	[comparator:VALUE] n:uvarint VALUE{n}
func (r *kryoReader) collection2(c *kryoClass, args []*kryoDeclared) Value {
	var comparator Value
	if c.form == formSorted {
		comparator = r.value(nil)
		if c.name == "java.util.PriorityQueue" {
			args = nil
		}
	}
	return r.elements(c, r.length(1), r.known(argument(args, 0)), nil, comparator)
}

// collection5 reads a collection of 5.6.
//
//	head [comparator:VALUE] elements       head: n+1 with bit 7 of its first byte as a flag
//	elements := VALUE{n}                                              flag clear
//	          | 00 | CLASS hasNull:bool (REFBODY, null if hasNull){n}       flag set; List.of has no hasNull
//	          | (REFBODY, null if flag){n}                            of a known class
func (r *kryoReader) collection5(c *kryoClass, args []*kryoDeclared) Value {
	at := r.p
	first := r.byte()
	size := r.flagVarint(first&0x7F, 0x40)
	if r.err == nil && size == 0 {
		r.corrupt(at, "null inside an object")
	}
	if r.err == nil && size-1 > math.MaxInt32 {
		r.corrupt(at, "a length of %d", size-1)
	}
	var comparator Value
	if c.form == formSorted {
		comparator = r.value(nil)
	}
	if r.err != nil {
		return nil
	}
	flag, n := first&0x80 != 0, int(size-1)
	element := argument(args, 0)
	if of := r.known(element); of != nil {
		return r.alike(c, n, of, element.args, flag, comparator)
	}
	if !flag || n == 0 {
		return r.elements(c, r.atLeast(size-1, 1), nil, r.inside(element), comparator)
	}
	of := r.class()
	if of == nil {
		if !r.spend(n) || !r.build {
			return nil
		}
		return r.collected(c, make(List, n), comparator)
	}
	null := c.form != formImmutable && r.flag()
	return r.alike(c, n, of, r.inside(element), null, comparator)
}

// alike reads n values of one class.
func (r *kryoReader) alike(c *kryoClass, n int, of *kryoClass, args []*kryoDeclared, null bool, comparator Value) Value {
	n = r.atLeast(uint32(n), 1)
	if null {
		return r.elements(c, n, of, args, comparator)
	}
	var list List
	if r.build {
		list = make(List, 0, n)
	}
	for i := 0; i < n && r.err == nil; i++ {
		if v := r.instance(of, args, false); r.build {
			list = append(list, v)
		}
	}
	return r.collected(c, list, comparator)
}

// mapping reads a map.
//
//	[comparator:VALUE] n:uvarint (VALUE VALUE){n}      5.6: n+1, before the comparator
func (r *kryoReader) mapping(c *kryoClass, args []*kryoDeclared) Value {
	n := 0
	var comparator Value
	if r.five {
		n = r.lengthOrNull(2)
	}
	if c.form == formSortedMap || c.form == formSkipList && r.five {
		comparator = r.value(nil)
	}
	if !r.five {
		n = r.length(2)
	}
	var m Map
	if r.build {
		m = make(Map, 0, n)
	}
	for i := 0; i < n && r.err == nil; i++ {
		var e MapEntry
		if c.form == formEnumMap {
			e.Key = r.enumKey()
		} else {
			e.Key = r.mapped(argument(args, 0))
		}
		e.Value = r.mapped(argument(args, 1))
		if r.build {
			m = append(m, e)
		}
	}
	return r.collected(c, m, comparator)
}

// mapped reads a key or value.
func (r *kryoReader) mapped(d *kryoDeclared) Value {
	if of := r.known(d); of != nil {
		return r.nullable(of, r.inside(d))
	}
	return r.value(r.inside(d))
}

// enumKey reads a constant of an enum that may not be known.
func (r *kryoReader) enumKey() Value {
	c := r.class()
	if c == nil {
		return nil
	}
	return r.instance(asEnum(c), nil, false)
}

// asEnum is a class that what stands around it proves to be an enum.
func asEnum(c *kryoClass) *kryoClass {
	if c.form == formEnum {
		return c
	}
	return &kryoClass{name: c.name, form: formEnum}
}

func (r *kryoReader) enumSet(c *kryoClass) Value {
	of := r.class()
	if r.err == nil && of == nil {
		r.corrupt(r.p, "null inside an object")
	}
	n := r.length(1)
	if r.err != nil {
		return nil
	}
	of = asEnum(of)
	var list List
	for i := 0; i < n && r.err == nil; i++ {
		if v := r.enum(of); r.build {
			list = append(list, v)
		}
	}
	return r.object(c, list)
}

// array reads an array: n+1 and the elements.
func (r *kryoReader) array(c *kryoClass, args []*kryoDeclared) Value {
	if len(c.name) == 2 {
		return r.primitives(c)
	}
	n := r.lengthOrNull(1)
	if c.final {
		return r.elements(c, n, c.elem, nil, nil)
	}
	if r.five {
		args = nil
	}
	return r.elements(c, n, nil, args, nil)
}

// primitives reads an array of primitives.
func (r *kryoReader) primitives(c *kryoClass) Value {
	least := map[kryoForm]int{formShort: 2, formChar: 2, formFloat: 4, formDouble: 8}[c.elem.form]
	n := r.lengthOrNull(max(1, least))
	switch c.elem.form {
	case formByte:
		b := r.take(n)
		if r.err != nil || !r.build {
			return nil
		}
		return slices.Clone(b)
	case formBoolean:
		return eachOf(r, n, r.flag)
	case formInt:
		return eachOf(r, n, r.int32)
	case formLong:
		return eachOf(r, n, r.int64)
	case formShort:
		return eachOf(r, n, func() int16 { return int16(r.fixed(2)) })
	case formChar:
		return eachOf(r, n, func() Char { return Char(r.fixed(2)) })
	case formFloat:
		return eachOf(r, n, func() float32 { return math.Float32frombits(uint32(r.fixed(4))) })
	}
	return eachOf(r, n, func() float64 { return math.Float64frombits(r.fixed(8)) })
}

func eachOf[T any](r *kryoReader, n int, one func() T) Value {
	var all []T
	if r.build {
		all = make([]T, 0, n)
	}
	for i := 0; i < n && r.err == nil; i++ {
		if v := one(); r.build {
			all = append(all, v)
		}
	}
	if r.err != nil || !r.build {
		return nil
	}
	return all
}
