package statereader

import (
	"cmp"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"time"

	"ckpt/serializer"
)

// binder puts decoded values into Go values. How structs correspond is worked out once per pair of types.
type binder struct{ plans map[planKey]*plan }

type planKey struct {
	stored *serializer.Type
	goType reflect.Type
}

// plan says which field of a Go struct takes each stored field; -1: none.
type plan struct {
	fields []int
	err    error
}

var (
	timeType = reflect.TypeFor[time.Time]()
	anyType  = reflect.TypeFor[any]()
)

// maxBindDepth bounds nested Go types that are looked at before the first row.
const maxBindDepth = 32

// plan returns how the fields of t correspond to those of a Go struct. Each of these must be stored.
func (b *binder) plan(t *serializer.Type, rt reflect.Type) *plan {
	key := planKey{t, rt}
	if p := b.plans[key]; p != nil {
		return p
	}
	p := &plan{fields: make([]int, len(t.Elems))}
	for i := range p.fields {
		p.fields[i] = -1
	}
	for i := range rt.NumField() {
		f := rt.Field(i)
		name := cmp.Or(f.Tag.Get("flink"), f.Name)
		if !f.IsExported() || name == "-" {
			continue
		}
		at := fieldIndex(t, name)
		if at < 0 && p.err == nil {
			p.err = fmt.Errorf("%s.%s: %s has no field %q", rt, f.Name, t, name)
		}
		if at >= 0 {
			p.fields[at] = i
		}
	}
	b.plans[key] = p
	return p
}

// fieldIndex finds a stored field by name: exactly, else ignoring case. -1: there is none.
func fieldIndex(t *serializer.Type, name string) int {
	at := -1
	for i := range t.Elems {
		switch field := t.Field(i); {
		case field == name:
			return i
		case at < 0 && strings.EqualFold(field, name):
			at = i
		}
	}
	return at
}

// fits says why a Go type cannot hold values of t, as far as the types tell.
func (b *binder) fits(t *serializer.Type, rt reflect.Type, depth int) error {
	for rt.Kind() == reflect.Pointer {
		rt = rt.Elem()
	}
	switch {
	case depth > maxBindDepth || rt == anyType || t.Undecodable():
		return nil
	case t.Kind == serializer.KindNullable || t.Kind == serializer.KindOption || t.Kind == serializer.KindTableRaw:
		return b.fits(t.Elems[0], rt, depth+1)
	case rt.Kind() == reflect.Struct && isStruct(t) && rt != reflect.TypeFor[serializer.Struct]():
		p := b.plan(t, rt)
		if p.err != nil {
			return p.err
		}
		for i, f := range p.fields {
			if f >= 0 {
				if err := b.fits(t.Elems[i], rt.Field(f).Type, depth+1); err != nil {
					return fmt.Errorf("%s: %w", rt.Field(f).Name, err)
				}
			}
		}
		return nil
	case rt.Kind() == reflect.Slice && (t.Kind == serializer.KindList || t.Kind == serializer.KindTableArray):
		return b.fits(t.Elems[0], rt.Elem(), depth+1)
	}
	want, ok := goKinds[t.Kind]
	if !ok {
		return nil
	}
	for _, k := range want {
		if rt.Kind() == k {
			return nil
		}
	}
	return fmt.Errorf("%s does not go into a Go %s", t, rt)
}

func isStruct(t *serializer.Type) bool {
	switch t.Kind {
	case serializer.KindTuple, serializer.KindCaseClass, serializer.KindStruct, serializer.KindRow, serializer.KindAvroRecord,
		serializer.KindTableRow:
		return true
	case serializer.KindPojo:
		return len(t.Tagged) == 0 && len(t.Named) == 0
	}
	return false
}

// goKinds are the Go kinds that take a scalar.
var goKinds = func() map[serializer.Kind][]reflect.Kind {
	ints := []reflect.Kind{reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Int,
		reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uint}
	floats := []reflect.Kind{reflect.Float32, reflect.Float64}
	text := []reflect.Kind{reflect.String}
	return map[serializer.Kind][]reflect.Kind{
		serializer.KindBoolean: {reflect.Bool}, serializer.KindByte: ints, serializer.KindShort: ints,
		serializer.KindInt: ints, serializer.KindLong: ints, serializer.KindFloat: floats, serializer.KindDouble: floats,
		serializer.KindString: text, serializer.KindStringValue: text, serializer.KindUTF: text, serializer.KindHadoopText: text, serializer.KindHadoopInt: ints, serializer.KindHadoopLong: ints,
		serializer.KindAvroInt: ints, serializer.KindAvroLong: ints, serializer.KindAvroFloat: floats,
		serializer.KindAvroDouble: floats, serializer.KindAvroString: text, serializer.KindAvroBoolean: {reflect.Bool},
		serializer.KindTableBoolean: {reflect.Bool}, serializer.KindTableTinyInt: ints, serializer.KindTableSmallInt: ints,
		serializer.KindTableInt: ints, serializer.KindTableBigInt: ints, serializer.KindTableMonths: ints,
		serializer.KindTableDuration: ints, serializer.KindTableFloat: floats, serializer.KindTableDouble: floats,
		serializer.KindTableChar: text, serializer.KindTableVarchar: text,
	}
}()

// set puts a decoded value into dst.
func (b *binder) set(dst reflect.Value, v serializer.Value) error {
	if v == nil {
		dst.SetZero()
		return nil
	}
	src := reflect.ValueOf(v)
	if src.Type().AssignableTo(dst.Type()) {
		dst.Set(src)
		return nil
	}
	if dst.Kind() == reflect.Pointer {
		p := reflect.New(dst.Type().Elem())
		if err := b.set(p.Elem(), v); err != nil {
			return err
		}
		dst.Set(p)
		return nil
	}
	switch v := v.(type) {
	case serializer.Struct:
		return b.setStruct(dst, v)
	case serializer.KryoObject:
		return b.set(dst, v.Graph)
	case serializer.Object:
		return b.setObject(dst, v)
	case serializer.UUID:
		if dst.Kind() == reflect.String {
			dst.SetString(v.String())
			return nil
		}
	case serializer.Some:
		return b.set(dst, v.Value)
	case serializer.Branch:
		return b.set(dst, v.Value)
	case serializer.Enum:
		return b.set(dst, v.Name)
	case serializer.Char:
		if dst.Kind() == reflect.String {
			dst.SetString(string(rune(v)))
			return nil
		}
	case serializer.Map:
		return b.setMap(dst, v)
	case *big.Int:
		if v.IsInt64() {
			return b.set(dst, v.Int64())
		}
	}
	if dst.Type() == timeType {
		if t, ok := asTime(v); ok {
			dst.Set(reflect.ValueOf(t))
			return nil
		}
	}
	return b.setPlain(dst, src)
}

// setPlain sets numbers, strings, booleans and sequences.
func (b *binder) setPlain(dst, src reflect.Value) error {
	switch {
	case src.CanInt() && dst.CanInt() && !dst.OverflowInt(src.Int()):
		dst.SetInt(src.Int())
	case src.CanInt() && dst.CanUint() && src.Int() >= 0 && !dst.OverflowUint(uint64(src.Int())):
		dst.SetUint(uint64(src.Int()))
	case src.CanUint() && dst.CanInt() && !dst.OverflowInt(int64(src.Uint())):
		dst.SetInt(int64(src.Uint()))
	case src.CanFloat() && dst.Kind() == reflect.Float64, src.Kind() == dst.Kind() && src.CanFloat():
		dst.SetFloat(src.Float())
	case src.Kind() == reflect.String && dst.Kind() == reflect.String:
		dst.SetString(src.String())
	case src.Kind() == reflect.Bool && dst.Kind() == reflect.Bool:
		dst.SetBool(src.Bool())
	case src.Kind() == reflect.Slice && dst.Kind() == reflect.Slice:
		out := reflect.MakeSlice(dst.Type(), src.Len(), src.Len())
		for i := range src.Len() {
			if err := b.set(out.Index(i), src.Index(i).Interface()); err != nil {
				return fmt.Errorf("[%d]: %w", i, err)
			}
		}
		dst.Set(out)
	case src.Kind() == reflect.Struct && src.Type().ConvertibleTo(dst.Type()):
		dst.Set(src.Convert(dst.Type()))
	default:
		return fmt.Errorf("%v (%s) does not go into a Go %s", src.Interface(), src.Type(), dst.Type())
	}
	return nil
}

func (b *binder) setStruct(dst reflect.Value, v serializer.Struct) error {
	if dst.Kind() != reflect.Struct {
		return fmt.Errorf("%s does not go into a Go %s", v.Type, dst.Type())
	}
	p := b.plan(v.Type, dst.Type())
	if hierarchy := v.Via != 0 || v.Type.Kind == serializer.KindPojo && !isStruct(v.Type); p.err != nil && !hierarchy {
		return p.err // where classes derive from each other, one Go struct takes the fields of all
	}
	for i, f := range p.fields {
		if f >= 0 && i < len(v.Values) {
			if err := b.set(dst.Field(f), v.Values[i]); err != nil {
				return fmt.Errorf("%s: %w", dst.Type().Field(f).Name, err)
			}
		}
	}
	return nil
}

func (b *binder) setMap(dst reflect.Value, m serializer.Map) error {
	if dst.Kind() != reflect.Map {
		return fmt.Errorf("a map does not go into a Go %s", dst.Type())
	}
	out := reflect.MakeMapWithSize(dst.Type(), len(m))
	for _, e := range m {
		k, v := reflect.New(dst.Type().Key()).Elem(), reflect.New(dst.Type().Elem()).Elem()
		if err := b.set(k, e.Key); err != nil {
			return fmt.Errorf("map key: %w", err)
		}
		if err := b.set(v, e.Value); err != nil {
			return fmt.Errorf("[%v]: %w", e.Key, err)
		}
		if !k.Comparable() {
			return fmt.Errorf("map key %v cannot be a key in Go", e.Key)
		}
		out.SetMapIndex(k, v)
	}
	dst.Set(out)
	return nil
}

// asTime returns what a value of date or time means, in UTC. Local dates and times have no zone: they are taken as UTC.
func asTime(v serializer.Value) (time.Time, bool) {
	switch v := v.(type) {
	case serializer.Millis:
		return time.UnixMilli(int64(v)).UTC(), true
	case serializer.SQLTimestamp:
		ms := v.Millis - int64(v.Nanos)/1e6
		return time.UnixMilli(ms).UTC().Add(time.Duration(v.Nanos)), true
	case serializer.Instant:
		return time.Unix(v.Seconds, int64(v.Nanos)).UTC(), true
	case serializer.LocalDate:
		return time.Date(int(v.Year), time.Month(v.Month), int(v.Day), 0, 0, 0, 0, time.UTC), true
	case serializer.LocalDateTime:
		d, t := v.Date, v.Time
		return time.Date(int(d.Year), time.Month(d.Month), int(d.Day), int(t.Hour), int(t.Minute), int(t.Second), int(t.Nanos), time.UTC), true
	}
	return time.Time{}, false
}
