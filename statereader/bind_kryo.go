package statereader

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"

	"ckpt/serializer"
)

// setObject puts an object whose class travels with it into dst: what it holds, or its fields by name.
func (b *binder) setObject(dst reflect.Value, o serializer.Object) error {
	switch {
	case o.Names == nil:
		return b.set(dst, o.Value)
	case dst.Kind() != reflect.Struct:
		return fmt.Errorf("an object of class %s does not go into a Go %s", o.Class, dst.Type())
	}
	for i := range dst.NumField() {
		f := dst.Type().Field(i)
		name := cmp.Or(f.Tag.Get("flink"), f.Name)
		if !f.IsExported() || name == "-" {
			continue
		}
		at := nameIndex(o.Names, name)
		if at < 0 {
			return fmt.Errorf("%s.%s: class %s has no field %q", dst.Type(), f.Name, o.Class, name)
		}
		if err := b.set(dst.Field(i), o.Values[at]); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}

// nameIndex finds a name: exactly, else ignoring case. -1: there is none.
func nameIndex(names []string, name string) int {
	at := -1
	for i, n := range names {
		switch {
		case n == name:
			return i
		case at < 0 && strings.EqualFold(n, name):
			at = i
		}
	}
	return at
}
