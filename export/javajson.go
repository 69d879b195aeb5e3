package export

import (
	"strconv"

	"ckpt/internal/javaobj"
	"ckpt/serializer"
)

// javaGraph appends a Java object graph as JSON. Objects are numbered in the order they begin; one that was met before
// is {"$ref":N}.
type javaGraph struct {
	ids  map[any]int
	next int
}

func (g *javaGraph) append(dst []byte, v javaobj.Value) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case string:
		return appendString(dst, v)
	case bool:
		return strconv.AppendBool(dst, v)
	case int8:
		return strconv.AppendInt(dst, int64(v), 10)
	case int16:
		return strconv.AppendInt(dst, int64(v), 10)
	case int32:
		return strconv.AppendInt(dst, int64(v), 10)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case uint16:
		return appendChar(dst, serializer.Char(v))
	case float32:
		return appendFloat(dst, float64(v), 32)
	case float64:
		return appendFloat(dst, v, 64)
	case javaobj.Block:
		return append(appendBase64(append(dst, `{"$bytes":`...), v), '}')
	case *javaobj.Enum:
		dst = appendString(append(dst, `{"$class":`...), descName(v.Desc))
		return append(appendString(append(dst, `,"$name":`...), v.Name), '}')
	case *javaobj.Class:
		dst = append(dst, `{"$class":"java.lang.Class","name":`...)
		return append(appendString(dst, descName(v.Desc)), '}')
	case *javaobj.ClassDesc:
		dst = append(dst, `{"$class":"java.io.ObjectStreamClass","name":`...)
		return append(appendString(dst, descName(v)), '}')
	case *javaobj.Array:
		return g.array(dst, v)
	case *javaobj.Object:
		return g.object(dst, v)
	}
	panic("export: a value of a type that javaobj.Value does not list")
}

// met appends the reference to an object that was met before; else it numbers the object.
func (g *javaGraph) met(dst []byte, o any) ([]byte, bool) {
	if id, ok := g.ids[o]; ok {
		return append(strconv.AppendInt(append(dst, `{"$ref":`...), int64(id), 10), '}'), true
	}
	if g.ids == nil {
		g.ids = map[any]int{}
	}
	g.ids[o] = g.next
	g.next++
	return dst, false
}

func (g *javaGraph) array(dst []byte, a *javaobj.Array) []byte {
	dst, met := g.met(dst, a)
	if met {
		return dst
	}
	if a.Bytes != nil {
		return appendBase64(dst, a.Bytes)
	}
	return appendEach(dst, a.Values, g.append)
}

// boxes are the classes whose objects are their values.
var boxes = map[string]bool{
	"java.lang.Boolean": true, "java.lang.Byte": true, "java.lang.Short": true, "java.lang.Integer": true,
	"java.lang.Long": true, "java.lang.Float": true, "java.lang.Double": true, "java.lang.Character": true,
}

func (g *javaGraph) object(dst []byte, o *javaobj.Object) []byte {
	if boxes[o.Class()] {
		if v, ok := o.Field("value"); ok {
			return g.append(dst, v)
		}
	}
	dst, met := g.met(dst, o)
	if met {
		return dst
	}
	dst = appendString(append(dst, `{"$class":`...), o.Class())
	for _, d := range o.Data {
		for i, f := range d.Desc.Fields {
			if i < len(d.Values) {
				dst = append(appendName(append(dst, ','), f.Name), ':')
				dst = g.append(dst, d.Values[i])
			}
		}
		if len(d.Annotation) > 0 {
			dst = append(dst, `,"$data":`...)
			dst = appendEach(dst, d.Annotation, g.append)
		}
	}
	return append(dst, '}')
}

func descName(d *javaobj.ClassDesc) string {
	if d == nil {
		return ""
	}
	return d.Name
}
