package serializer

import (
	"bytes"
	"errors"
	"reflect"

	"ckpt/internal/javaio"
)

// skipKryo returns the position behind the Kryo value at p.
func skipKryo(n *node, b []byte, p int) (int, error) {
	_, next, err := n.t.kryo.extent(b, p, n.frame)
	switch {
	case err == nil || err == ErrShort && !(n.frame && n.t.kryo.strict):
		return next, err
	case n.t.kryo.tolerant && (!isOpaque(err) || n.t.kryo.strict && unknownID(err)):
		if err == ErrShort {
			err = corrupt(len(b), "bytes end inside the value")
		}
		err = n.t.kryo.misread(b, p, err)
	}
	if isOpaque(err) && n.frame && p < len(b) {
		return len(b), nil
	}
	return 0, err
}

// unknownID says whether err tells of a class id that nothing was registered for: where descriptions were used, of one that
// is none.
func unknownID(err error) bool {
	o, ok := errors.AsType[*OpaqueError](err)
	return ok && o.Reason == NoSuchID
}

// MisfitError is an ErrCorrupt: a value does not fit the description of one of these classes, which it is made of. The
// outermost is the first.
type MisfitError struct {
	Classes []string
	Err     error
}

func (e *MisfitError) Error() string { return e.Err.Error() }
func (e *MisfitError) Unwrap() error { return e.Err }

// misread says that the value at p does not fit its description.
func (t *kryoTypes) misread(b []byte, p int, err error) error {
	met := t.met(b[p:])
	switch {
	case met == nil:
		return err // descriptions have nothing to do with it
	case t.strict:
		return &javaio.FormatError{Offset: int64(p), Err: &MisfitError{Classes: met, Err: err}}
	}
	return &javaio.FormatError{Offset: int64(p), Err: &OpaqueError{Class: t.classAt(b[p:]), Reason: "its description does not fit: " + err.Error()}}
}

// met returns the described classes that the value which begins b is read to be made of, the first one first, by any Kryo
// that may have written it.
func (t *kryoTypes) met(b []byte) (classes []string) {
	for _, g := range []KryoGeneration{Kryo2, Kryo5} {
		if t.generation != KryoUnknown && t.generation != g {
			continue
		}
		r := kryoReader{whole: true, met: &classes}
		t.read(&r, b, g)
	}
	return classes
}

// classAt returns the class of the value that begins b.
func (t *kryoTypes) classAt(b []byte) string {
	r := kryoReader{t: t, ids: t.ids, b: b}
	if c := r.class(); c != nil {
		return c.name
	}
	return t.declared.name
}

// told returns the class that begins b, if that is one without a known form: a subclass of the declared one.
func (t *kryoTypes) told(b []byte, class, reason string) (string, string) {
	r := kryoReader{t: t, ids: t.ids, b: b}
	if c := r.class(); c != nil && c.form == formUnknown && !r.foreign {
		return c.name, c.reason
	}
	return class, reason
}

// extent returns which Kryo wrote the value at p, and the position behind it.
func (t *kryoTypes) extent(b []byte, p int, whole bool) (KryoGeneration, int, error) {
	if t.generation != KryoUnknown {
		n, err := t.skip(b, p, t.generation, whole)
		return t.generation, n, err
	}
	n2, err2 := t.skip(b, p, Kryo2, whole)
	n5, err5 := t.skip(b, p, Kryo5, whole)
	switch {
	case err2 == nil && err5 == nil:
		switch {
		case n2 == n5 && t.same(b[p:n2], whole):
			return Kryo2, n2, nil
		case n2 == len(b) && n5 != len(b):
			return Kryo2, n2, nil
		case n5 == len(b) && n2 != len(b):
			return Kryo5, n5, nil
		}
		return KryoUnknown, 0, &javaio.FormatError{Offset: int64(p), Err: &OpaqueError{
			Class: t.declared.name, Reason: "ambiguous: Kryo 2 and Kryo 5 read it differently, and nothing says which wrote it"}}
	case err2 == nil:
		return Kryo2, n2, nil
	case err5 == nil:
		return Kryo5, n5, nil
	case isOpaque(err2) || err5 == ErrShort && !isOpaque(err5):
		return KryoUnknown, 0, err2
	case isOpaque(err5) || err5 == ErrShort:
		return KryoUnknown, 0, err5
	}
	return KryoUnknown, 0, err2
}

// same says whether both generations read b alike.
func (t *kryoTypes) same(b []byte, whole bool) bool {
	v2, _, err2 := t.graph(b, Kryo2, whole)
	v5, _, err5 := t.graph(b, Kryo5, whole)
	return err2 == nil && err5 == nil && reflect.DeepEqual(v2, v5)
}

func (t *kryoTypes) skip(b []byte, p int, g KryoGeneration, whole bool) (int, error) {
	r := kryoReader{whole: whole}
	t.read(&r, b[p:], g)
	if r.err != nil {
		if r.err == ErrShort {
			return 0, ErrShort
		}
		return 0, shifted(r.err, p)
	}
	return p + r.p, nil
}

// graph makes the value that b is, and its objects by number.
func (t *kryoTypes) graph(b []byte, g KryoGeneration, whole bool) (v Value, objects []Value, err error) {
	r := kryoReader{build: true, whole: whole}
	v = t.read(&r, b, g)
	if r.err != nil {
		return nil, nil, r.err
	}
	return v, r.values, nil
}

// kryo decodes the next value. What skipping took for a value without a decoder is opaque.
func (d *decoder) kryo(n *node) Value {
	t := n.t.kryo
	g, next, err := t.extent(d.b, d.p, n.frame)
	if err != nil {
		if n.t.kryo.tolerant && !isOpaque(err) {
			err = n.t.kryo.misread(d.b, d.p, err)
		}
		return d.undecodedKryo(n.t, err)
	}
	v, objects, err := t.graph(d.b[d.p:next], g, n.frame)
	b := d.bytesLent(next - d.p)
	if err != nil {
		return Opaque{Class: n.t.Class, Reason: err.Error(), Bytes: bytes.Clone(b)}
	}
	if plainKryo(v) {
		if again, err := t.append(nil, v); err == nil && bytes.Equal(again, b) {
			return v
		}
	}
	return KryoObject{Graph: v, Bytes: bytes.Clone(b), objects: objects}
}

func (d *decoder) undecodedKryo(t *Type, err error) Value {
	o := Opaque{Class: t.Class, Reason: err.Error(), Bytes: d.bytes(len(d.b) - d.p)}
	if e, ok := errors.AsType[*OpaqueError](err); ok {
		o.Class, o.Reason = e.Class, e.Reason
	}
	return o
}

// KryoGenerationOf tells by trial which Kryo wrote the values of a type, each complete: the one that reads all of them.
// KryoUnknown with ambiguous set: both do, and differ.
func KryoGenerationOf(t *Type, values func(yield func([]byte) bool)) (g KryoGeneration, ambiguous bool) {
	with := func(g KryoGeneration) *Program { return Compile(t.withKryo(g, map[*Type]*Type{})) }
	p2, p5 := with(Kryo2), with(Kryo5)
	fits2, fits5, differ := true, true, false
	for b := range values {
		v2, n2, err2 := p2.Decode(b)
		v5, n5, err5 := p5.Decode(b)
		fits2 = fits2 && err2 == nil && n2 == len(b)
		fits5 = fits5 && err5 == nil && n5 == len(b)
		if !fits2 && !fits5 {
			return KryoUnknown, false
		}
		differ = differ || !reflect.DeepEqual(v2, v5)
	}
	switch {
	case fits2 && fits5:
		return KryoUnknown, differ
	case fits2:
		return Kryo2, false
	}
	return Kryo5, false
}

// withKryo returns t with values of Kryo being of generation g.
func (t *Type) withKryo(g KryoGeneration, made map[*Type]*Type) *Type {
	if t == nil || t.kryoPart() == nil {
		return t
	}
	if c := made[t]; c != nil {
		return c
	}
	c := *t
	made[t] = &c
	if t.kryo != nil {
		k := *t.kryo
		k.generation = g
		c.kryo = &k
	}
	c.Elems = nil
	for _, e := range t.Elems {
		c.Elems = append(c.Elems, e.withKryo(g, made))
	}
	subs := func(all []Subclass) (list []Subclass) {
		for _, s := range all {
			list = append(list, Subclass{Class: s.Class, Type: s.Type.withKryo(g, made)})
		}
		return list
	}
	c.Tagged, c.Named = subs(t.Tagged), subs(t.Named)
	return &c
}
