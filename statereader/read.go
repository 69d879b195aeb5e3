package statereader

import (
	"context"
	"fmt"
	"iter"
	"reflect"

	"ckpt/internal/javaio"
	"ckpt/serializer"
	"ckpt/state"
)

// Row is an entry of a state as Go values. It owns its memory.
type Row[K, V any] struct {
	KeyGroup state.KeyGroup // keyed state
	Subtask  int32          // who wrote it
	Key      K              // keyed state
	// Namespace is nil where it is void, else a serializer.Window, a string …
	Namespace any
	MapKey    any   // map and broadcast state
	Index     int64 // lists: position; -1 elsewhere
	// Timestamp is a timer's; LastAccess is that of a value with TTL.
	Timestamp  int64
	LastAccess int64
	HasTTL     bool
	// Value is the zero value for timers and where a map holds null.
	Value V
}

// MissingError ends a sequence of rows that is not all there is.
type MissingError struct{ Missing Missing }

func (e *MissingError) Error() string {
	m := e.Missing
	s := fmt.Sprintf("%s: state %q", m.Code, m.State.Name)
	if m.KeyGroups != nil {
		s += " in key groups " + m.KeyGroups.String()
	}
	return s + " has more entries: " + m.Text()
}

// Is makes it an ErrUnsupported.
func (e *MissingError) Is(target error) bool { return target == javaio.ErrUnsupported }

// Read yields the rows of one state, unit by unit. K and V say what keys and values become:
//
//   - any: the forms of serializer.Value;
//   - a struct: POJOs, tuples, rows, case classes and records by field name (f0, f1 … and _1, _2 … where none are
//     stored). A Go field takes the stored field of its `flink:"name"` tag, or of its own name ignoring case; "-" leaves
//     it out. Stored fields without a Go field are passed;
//   - pointers are nil for null, other types have their zero value then;
//   - numbers of any width that holds the value, string, bool, []byte, slices, maps, time.Time for dates and times.
//
// An error of one row does not end the sequence, unless the loop does; a type that cannot hold what is stored is the
// only pair. What could not be read at all is a *MissingError at the end.
func Read[K, V any](ctx context.Context, v *View, s *State) iter.Seq2[Row[K, V], error] {
	return func(yield func(Row[K, V], error) bool) {
		b := &binder{plans: map[planKey]*plan{}}
		if err := b.check(s, reflect.TypeFor[K](), reflect.TypeFor[V]()); err != nil {
			yield(Row[K, V]{}, err)
			return
		}
		for _, u := range v.Units(Selection{States: []*State{s}}) {
			sc := u.Scan(ctx)
			for e, err := range sc.All() {
				if e.Flags&state.Empty != 0 {
					continue
				}
				var row Row[K, V]
				if err == nil {
					row, err = readRow[K, V](b, &e)
				}
				if !yield(row, err) {
					return
				}
			}
			for _, m := range sc.Missing() {
				if m.Code != CorruptState && !yield(Row[K, V]{}, &MissingError{m}) { // defects were given already
					return
				}
			}
		}
	}
}

// check rejects types that cannot hold what the state's serializers describe, before the first row.
func (b *binder) check(s *State, key, value reflect.Type) error {
	in := func(what string, ser *serializer.Serializer, t reflect.Type) error {
		if ser == nil {
			return nil
		}
		if err := b.fits(ser.Type, t, 0); err != nil {
			return fmt.Errorf("state %q: %s: %w", s.Name, what, err)
		}
		return nil
	}
	if err := in("key", s.Key, key); err != nil {
		return err
	}
	for _, m := range s.Metas {
		if err := in("value", m.Value, value); err != nil {
			return err
		}
	}
	return nil
}

func readRow[K, V any](b *binder, e *state.Entry) (row Row[K, V], err error) {
	row.KeyGroup, row.Subtask, row.Index = e.KeyGroup, e.Subtask, e.Index
	m := e.Meta()
	if row.HasTTL = e.Flags&state.HasTTL != 0; row.HasTTL {
		row.LastAccess = e.Time
	} else {
		row.Timestamp = e.Time
	}
	part := func(what string, s *serializer.Serializer, bytes []byte, dst reflect.Value) {
		if err != nil || s == nil || bytes == nil {
			return
		}
		var v serializer.Value
		if v, err = s.Program.DecodeFramed(bytes); err == nil {
			err = b.set(dst, v)
		}
		if err != nil {
			err = fmt.Errorf("state %q: %s: %w", m.Name, what, err)
		}
	}
	part("key", e.Header.Key, e.Key, reflect.ValueOf(&row.Key).Elem())
	if m.Namespace != nil && m.Namespace.Type.Kind != serializer.KindVoidNamespace {
		part("namespace", m.Namespace, e.Namespace, reflect.ValueOf(&row.Namespace).Elem())
	}
	part("map key", m.UserKey, e.UserKey, reflect.ValueOf(&row.MapKey).Elem())
	switch dst := reflect.ValueOf(&row.Value).Elem(); {
	case err != nil:
	case e.Flags&state.Oversize != 0:
		err = fmt.Errorf("state %q: value of %d bytes is larger than Options.MaxValue: %w", m.Name, e.Size, javaio.ErrUnsupported)
	case e.Flags&state.Whole != 0:
		v := serializer.Opaque{Class: m.Value.Type.Class, Reason: m.Value.Type.Reason, Bytes: append([]byte{}, e.Value...)}
		if err = b.set(dst, v); err != nil {
			err = fmt.Errorf("state %q: value: %w", m.Name, err)
		}
	case e.Flags&state.Null == 0:
		part("value", m.Value, e.Value, dst)
	}
	return row, err
}
