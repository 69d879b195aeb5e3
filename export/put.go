package export

import "ckpt/serializer"

// put appends a decoded value to a vector. What the vector cannot hold exactly is null there and makes the row inexact.
type put func(r *row, val serializer.Value)

// decoded returns the walk of values whose bytes are no columns: they are decoded, and put as values of k.
func (c *compiler) decoded(t, k *serializer.Type, v *vector) walk {
	p, put := serializer.Compile(t), c.put(k, v)
	decode := p.Decode
	if t.Endless() {
		decode = func(b []byte) (serializer.Value, int, error) {
			val, err := p.DecodeFramed(b)
			return val, len(b), err
		}
	}
	return func(r *row, b []byte) []byte {
		val, n, err := decode(b)
		if err != nil {
			return r.fail()
		}
		if o, ok := val.(serializer.KryoObject); ok {
			r.graph, val = o, o.Graph
		}
		put(r, val)
		return b[n:]
	}
}

// put returns the put of values of t.
func (c *compiler) put(t *serializer.Type, v *vector) put {
	t = under(t)
	inner := c.putPresent(t, v)
	return func(r *row, val serializer.Value) {
		if ref, ok := val.(serializer.Ref); ok && v.node.kind != nodeJSON {
			if val = r.graph.Resolve(ref); !scalarValue(val) { // which object it is shows in JSON only
				r.lose(v)
				return
			}
		}
		if v.node.kind != nodeJSON && t.Kind != serializer.KindRecord {
			val = unboxed(val)
		}
		if val == nil {
			v.null()
			return
		}
		inner(r, val)
	}
}

// lose appends null for a value that v cannot hold.
func (r *row) lose(v *vector) {
	r.inexact = true
	v.null()
}

// unboxed returns what an object of the platform holds, as JSON shows it.
func unboxed(val serializer.Value) serializer.Value {
	if o, ok := val.(serializer.Object); ok && !showsClass(o) {
		return unboxed(o.Value)
	}
	return val
}

// scalarValue says whether two objects of equal value are as good as one.
func scalarValue(val serializer.Value) bool {
	switch x := unboxed(val).(type) {
	case nil, serializer.Ref, serializer.List, serializer.Map, serializer.Object, serializer.Struct, serializer.JavaObject:
		return false
	case serializer.Value:
		return !isArray(x)
	}
	return false
}

func isArray(val serializer.Value) bool {
	switch val.(type) {
	case []byte, []bool, []int16, []int32, []int64, []float32, []float64, []serializer.Char, []serializer.Value:
		return true
	}
	return false
}

// putPresent is put for values that are not null.
func (c *compiler) putPresent(t *serializer.Type, v *vector) put {
	switch {
	case v.node.kind == nodeJSON:
		return c.putJSON(t, v)
	case v.node.kind == nodeOpaque: // a union took the bytes of another type
		return func(r *row, val serializer.Value) { r.lose(v) }
	}
	switch t.Kind {
	case serializer.KindRecord:
		return c.putFields(t, v)
	case serializer.KindArray:
		return c.putList(t, v)
	case serializer.KindMap:
		return c.putMap(t, v)
	case serializer.KindEnum, serializer.KindScalaEnum:
		return putEnum(t, v)
	}
	return c.putScalar(t, v)
}

// putJSON keeps a value as JSON text.
func (c *compiler) putJSON(t *serializer.Type, v *vector) put {
	e := encoder{typedTime: c.typedTime}
	return func(r *row, val serializer.Value) {
		at := len(v.data)
		v.data = e.append(v.data, t, val)
		if string(v.data[at:]) == "null" { // an empty Optional is null too
			v.data = v.data[:at]
			v.null()
			return
		}
		v.endText()
	}
}

// putScalar writes a value as its own serializer would, and walks that.
func (c *compiler) putScalar(t *serializer.Type, v *vector) put {
	p, inner := serializer.Compile(t), c.compile(t, v)
	var scratch []byte
	return func(r *row, val serializer.Value) {
		switch x := val.(type) {
		case serializer.UUID:
			val = x.String()
		case serializer.Object:
			if s, ok := x.Value.(serializer.Struct); ok && s.Type == t { // a record that Kryo wrote
				val = s
			}
		}
		var err error
		if scratch, err = p.Append(scratch[:0], val); err != nil { // of another class
			r.lose(v)
			return
		}
		inner(r, scratch)
	}
}

// putEnum appends a constant; a number without a name is lost.
func putEnum(t *serializer.Type, v *vector) put {
	at := make(map[string]uint32, len(v.node.symbols))
	for i, s := range v.node.symbols {
		at[s] = uint32(i)
	}
	return func(r *row, val serializer.Value) {
		if o, ok := val.(serializer.Object); ok && o.Class == t.Class {
			val = o.Value
		}
		e, _ := val.(serializer.Enum)
		i, ok := at[e.Name]
		if !ok || v.node.kind != nodeDict {
			r.lose(v)
			return
		}
		v.put32(i)
	}
}

func (c *compiler) putList(t *serializer.Type, v *vector) put {
	one := c.put(t.Elems[0], v.kids[0])
	return func(r *row, val serializer.Value) {
		list, ok := val.(serializer.List)
		if !ok {
			r.lose(v)
			return
		}
		for _, el := range list {
			one(r, el)
		}
		v.endList()
	}
}

func (c *compiler) putMap(t *serializer.Type, v *vector) put {
	kids := v.kids
	if v.node.kind == nodeList {
		kids = v.kids[0].kids
	}
	key, value := c.put(t.Elems[0], kids[0]), c.put(t.Elems[1], kids[1])
	return func(r *row, val serializer.Value) {
		m, ok := val.(serializer.Map)
		if !ok {
			r.lose(v)
			return
		}
		for _, entry := range m {
			n := kids[0].len
			key(r, entry.Key)
			value(r, entry.Value)
			switch {
			case v.node.kind == nodeList:
				v.kids[0].mark()
			case kids[0].isNull(n): // an entry with such a key is left out
				r.inexact = true
				kids[0].cut(n)
				kids[1].cut(n)
			}
		}
		v.endList()
	}
}

// putFields appends the fields of a message, or of an object of exactly the class of t.
func (c *compiler) putFields(t *serializer.Type, v *vector) put {
	if v.node.kind == nodeEmpty {
		return func(r *row, val serializer.Value) {
			if _, ok := fieldValues(t, val, r); ok {
				v.putBool(true)
			} else {
				r.lose(v)
			}
		}
	}
	c.path = append(c.path, t)
	defer func() { c.path = c.path[:len(c.path)-1] }()
	puts, into := make([]put, len(t.Elems)), make([]int, len(t.Elems))
	used := make([]bool, len(v.kids))
	for i, e := range t.Elems {
		into[i] = v.node.fieldFor(rowName(t.Field(i)), c.of(e))
		if at := into[i]; at < 0 || used[at] {
			into[i] = -1
			continue
		}
		used[into[i]] = true
		puts[i] = c.put(e, v.kids[into[i]])
	}
	return func(r *row, val serializer.Value) {
		values, ok := fieldValues(t, val, r)
		if !ok {
			r.lose(v)
			return
		}
		v.mark()
		for i, p := range puts {
			if p == nil {
				r.inexact = true
				continue
			}
			p(r, values[i])
		}
		for i, k := range v.kids {
			if !used[i] {
				k.null()
			}
		}
	}
}

// fieldValues returns what the fields of t hold; not ok: val is of another class.
func fieldValues(t *serializer.Type, val serializer.Value, r *row) (values []serializer.Value, ok bool) {
	o, boxed := val.(serializer.Object)
	if boxed && o.Names != nil {
		return o.Values, o.Class == t.Class && len(o.Values) == len(t.Elems)
	}
	if boxed {
		val = o.Value
	}
	s, ok := val.(serializer.Struct)
	if !ok || s.Type != t {
		return nil, false
	}
	r.inexact = r.inexact || s.Unknown != nil
	return s.Values, true
}
