package wellknown

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ckpt/serializer"
	"ckpt/state"
	"ckpt/statereader"
)

// Recoded is a state whose elements are of a known format.
type Recoded struct {
	Format   *Format
	Versions []int32 // that occur, ascending; empty: the format has none

	stored  *statereader.State
	shown   *statereader.State
	program *serializer.Serializer
	headers map[*state.Header]*state.Header
	buf     []byte
}

func isBytes(m *state.Meta) bool { return m.Value.Type.Kind == serializer.KindByteArray }

// Recognise finds the format of an operator list state. It reads all elements; nil: none fits all of them, or there are
// none.
func Recognise(ctx context.Context, v *statereader.View, s *statereader.State) (*Recoded, error) {
	if s.Class != state.ClassOperator || len(s.Metas) == 0 {
		return nil, nil
	}
	var left []*candidate
	for _, f := range formatsOf(s.Name) {
		if !slices.ContainsFunc(s.Metas, func(m *state.Meta) bool { return !f.applies(m) }) {
			left = append(left, &candidate{Format: f})
		}
	}
	n := 0
	for _, u := range v.Units(statereader.Selection{States: []*statereader.State{s}}) {
		if len(left) == 0 {
			return nil, nil
		}
		for e, err := range u.Scan(ctx).All() {
			if err != nil {
				if ctx.Err() != nil {
					return nil, err
				}
				return nil, nil // whoever reads the state reports the defect
			}
			n++
			left = slices.DeleteFunc(left, func(c *candidate) bool { return !c.fits(&e) })
		}
	}
	for _, c := range left {
		if n > 0 && (c.generic || c.payloads > 0) {
			return newRecoded(s, c), nil
		}
	}
	return nil, nil
}

// candidate is a format that has fitted so far.
type candidate struct {
	*Format
	payloads int
	versions []int32
}

func (c *candidate) fits(e *state.Entry) bool {
	if e.Flags&(state.Oversize|state.Null|state.Whole) != 0 {
		return false
	}
	in := newInput(e.Value)
	if _, err := c.decode(in); err != nil {
		return false
	}
	c.payloads += in.payloads
	for _, v := range in.versions {
		if !slices.Contains(c.versions, v) {
			c.versions = append(c.versions, v)
		}
	}
	return true
}

func newRecoded(s *statereader.State, c *candidate) *Recoded {
	slices.Sort(c.versions)
	shown := *s
	r := &Recoded{Format: c.Format, Versions: c.versions, stored: s, shown: &shown, program: serializer.Derived(c.Type()),
		headers: map[*state.Header]*state.Header{}}
	shown.WellKnown = r.String()
	shown.Metas = make([]*state.Meta, len(s.Metas))
	for i, m := range s.Metas {
		shown.Metas[i] = r.meta(m)
	}
	return r
}

func (r *Recoded) meta(m *state.Meta) *state.Meta {
	c := *m
	c.Value = r.program
	return &c
}

// String is the name and the versions of the format, as exported files have it: kafka-split/0, file-bucket/1,2.
func (r *Recoded) String() string {
	if len(r.Versions) == 0 {
		return r.Format.Name + "/0"
	}
	texts := make([]string, len(r.Versions))
	for i, v := range r.Versions {
		texts[i] = strconv.Itoa(int(v))
	}
	return r.Format.Name + "/" + strings.Join(texts, ",")
}

// Connector is what the user knows the format by; empty where r is nil.
func (r *Recoded) Connector() string {
	if r == nil {
		return ""
	}
	return r.Format.Connector
}

// State is the state as its decoded elements show it.
func (r *Recoded) State() *statereader.State { return r.shown }

// Recode replaces the stored element of an entry by its decoded form, in a header that says so. The entry's value is
// lent until the next call: a Recoded belongs to one goroutine, others take a Clone.
func (r *Recoded) Recode(e *state.Entry) error {
	v, _, err := r.Format.Decode(e.Value)
	if err == nil {
		r.buf, err = r.program.Program.Append(r.buf[:0], v)
	}
	if err != nil {
		return fmt.Errorf("state %q: %w", r.stored.Name, err)
	}
	h := r.headers[e.Header]
	if h == nil {
		c := *e.Header
		c.States = slices.Clone(c.States)
		c.States[e.State] = r.meta(c.States[e.State])
		h = &c
		r.headers[e.Header] = h
	}
	e.Header, e.Value = h, r.buf
	return nil
}

// Clone returns a Recoded for another goroutine.
func (r *Recoded) Clone() statereader.Recoder {
	c := *r
	c.headers, c.buf = map[*state.Header]*state.Header{}, nil
	return &c
}

// All recognises the states of a selection. An error means that ctx ended.
func All(ctx context.Context, v *statereader.View, sel statereader.Selection) (map[*statereader.State]statereader.Recoder, error) {
	found := map[*statereader.State]statereader.Recoder{}
	for _, op := range v.Operators() {
		for _, s := range op.States() {
			if sel.States != nil && !slices.Contains(sel.States, s) {
				continue
			}
			r, err := Recognise(ctx, v, s)
			if err != nil {
				return nil, err
			}
			if r != nil {
				found[s] = r
			}
		}
	}
	return found, nil
}
