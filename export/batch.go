package export

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"ckpt/serializer"
	"ckpt/state"
)

// Batch collects rows of a table as Arrow columns. It belongs to one goroutine; its memory is used again after Reset.
type Batch struct {
	table *Table
	rows  int

	columns                             []*vector
	keyGroup, subtask                   *vector
	key, namespace, mapKey, value       *vector
	index, timestamp, access, exactJSON *vector

	programs map[programKey]*program
	last     programKey // of the last row
	program  *program
	row      row

	// Opaque and Inexact count rows with a value that has no decoder, and rows that need the exact column.
	Opaque, Inexact int64
}

type programKey struct {
	header *state.Header
	state  int
}

// program appends the entries of one registration of a state.
type program struct {
	key, namespace, mapKey, value cell
}

// cell appends one column of an entry.
type cell struct {
	v    *vector // nil: no such column
	walk walk    // nil: null
	raw  bool    // bytes as they are
}

// NewBatch returns an empty batch.
func (t *Table) NewBatch() *Batch { return t.newBatch(false) }

// newBatch returns an empty batch. Where dense is set, its records are for Parquet: newVector.
func (t *Table) newBatch(dense bool) *Batch {
	b := &Batch{table: t, programs: map[programKey]*program{}}
	places := map[string]**vector{
		colKeyGroup: &b.keyGroup, colSubtask: &b.subtask, colKey: &b.key, colNamespace: &b.namespace, colMapKey: &b.mapKey,
		colValue: &b.value, colIndex: &b.index, colTimestamp: &b.timestamp, colLastAccess: &b.access, colExact: &b.exactJSON,
	}
	for _, n := range t.columns {
		v := newVector(n, dense)
		b.columns = append(b.columns, v)
		*places[n.name] = v
	}
	return b
}

// Rows is the number of rows.
func (b *Batch) Rows() int { return b.rows }

// Size is the memory that the rows take.
func (b *Batch) Size() (n int) {
	for _, v := range b.columns {
		n += v.size()
	}
	return n
}

// Append adds a row. The entry must come from a scan, which has validated it.
func (b *Batch) Append(e *state.Entry) error {
	p := b.programFor(e)
	b.row = row{} // of the batch: on the stack it would escape
	r, failed := &b.row, false
	for _, c := range [...]struct {
		cell  *cell
		bytes []byte
	}{{&p.key, e.Key}, {&p.namespace, e.Namespace}, {&p.mapKey, e.UserKey}} {
		if c.cell.v != nil && !c.cell.append(r, c.bytes, b.rows) {
			failed = true
		}
	}
	if p.value.v != nil {
		switch {
		case e.Flags&state.Null != 0:
			p.value.v.null()
		case e.Flags&state.Oversize != 0:
			p.value.v.null()
			failed = true
		case !p.value.append(r, e.Value, b.rows):
			failed = true
		}
		if p.value.raw && e.Flags&state.Null == 0 {
			b.Opaque++
		}
	}
	b.fixed(e)
	if b.table.opts.Flatten && b.lostStruct() {
		r.inexact = true
	}
	b.rows++
	if failed || r.opaque {
		b.Opaque++
	}
	if !failed && !r.inexact {
		if b.exactJSON != nil {
			b.exactJSON.null()
		}
		return nil
	}
	b.Inexact++
	if b.exactJSON == nil {
		return nil
	}
	return b.exact(e)
}

// lostStruct says whether the last row has a struct that, once its fields are columns, looks like null.
func (b *Batch) lostStruct() bool {
	for _, v := range b.columns {
		if v.node.kind == nodeStruct && !v.isNull(b.rows) && v.blank(b.rows) {
			return true
		}
	}
	return false
}

// blank says whether value i is null in all columns that flattening makes of v.
func (v *vector) blank(i int) bool {
	if v.node.kind != nodeStruct {
		return v.isNull(i)
	}
	for _, k := range v.kids {
		if !k.blank(i) {
			return false
		}
	}
	return true
}

// fixed appends the columns that every entry has as numbers.
func (b *Batch) fixed(e *state.Entry) {
	if b.keyGroup != nil {
		b.keyGroup.put32(uint32(e.KeyGroup))
	} else {
		b.subtask.put32(uint32(e.Subtask))
	}
	if b.index != nil {
		if e.Index < 0 {
			b.index.null()
		} else {
			b.index.put64(uint64(e.Index))
		}
	}
	if b.timestamp != nil {
		b.timestamp.put64(uint64(e.Time))
	}
	if b.access != nil {
		if e.Flags&state.HasTTL == 0 {
			b.access.null()
		} else {
			b.access.put64(uint64(e.Time))
		}
	}
}

// append adds a value to the column. False: it has no decoder and is null in row n.
func (c *cell) append(r *row, b []byte, n int) bool {
	switch {
	case c.raw:
		c.v.putBytes(b)
		return true
	case c.walk == nil:
		c.v.null()
		return true
	}
	inexact := r.inexact
	if rest := c.walk(r, b); !r.failed && len(rest) == 0 {
		return true
	}
	r.failed, r.inexact = false, inexact
	c.v.cut(n)
	c.v.null()
	return false
}

func (b *Batch) programFor(e *state.Entry) *program {
	k := programKey{e.Header, e.State}
	if k == b.last && b.program != nil {
		return b.program
	}
	p := b.programs[k]
	if p == nil {
		p = b.compile(e.Header, e.Meta())
		b.programs[k] = p
	}
	b.last, b.program = k, p
	return p
}

func (b *Batch) compile(h *state.Header, m *state.Meta) *program {
	c := &compiler{shapes{typedTime: b.table.opts.TypedTime}}
	cellOf := func(v *vector, s *serializer.Serializer) cell {
		switch {
		case v == nil || s == nil:
			return cell{v: v}
		case v.node.kind == nodeOpaque:
			return cell{v: v, raw: true}
		}
		return cell{v: v, walk: c.compile(s.Type, v)}
	}
	return &program{
		key: cellOf(b.key, keyOf(m, h.Key)), namespace: cellOf(b.namespace, m.Namespace),
		mapKey: cellOf(b.mapKey, m.UserKey), value: cellOf(b.value, m.Value),
	}
}

// exact appends the JSON of what identifies and makes up the row.
func (b *Batch) exact(e *state.Entry) error {
	j := rowJSON{encoder: encoder{typedTime: b.table.opts.TypedTime}}
	b.exactJSON.data = j.exact(b.exactJSON.data, b.table.set, e)
	if j.err != nil {
		return fmt.Errorf("state %q, key group %d: %w", b.table.State.Name, e.KeyGroup, j.err)
	}
	b.exactJSON.endText()
	return nil
}

// Reset empties the batch. Records taken from it are no longer valid.
func (b *Batch) Reset() {
	for _, v := range b.columns {
		v.reset()
	}
	b.rows = 0
}

// Record lends the rows as an Arrow record: valid until the next Append or Reset.
func (b *Batch) Record() arrow.Record {
	var arrays []arrow.Array
	b.each(func(v *vector, _ string) { arrays = append(arrays, array.MakeFromData(v.array())) })
	return array.NewRecord(b.schema(), arrays, int64(b.rows))
}

func (b *Batch) schema() *arrow.Schema {
	var fields []arrow.Field
	b.each(func(v *vector, name string) {
		f := v.field()
		f.Name = name
		fields = append(fields, f)
	})
	return arrow.NewSchema(fields, &b.table.meta)
}

// each calls f for each column: with Flatten, the fields of structs instead of the structs.
func (b *Batch) each(f func(v *vector, name string)) {
	for _, v := range b.columns {
		b.flat(v, v.node.name, f)
	}
}

func (b *Batch) flat(v *vector, name string, f func(v *vector, name string)) {
	if !b.table.opts.Flatten || v.node.kind != nodeStruct {
		f(v, name)
		return
	}
	for _, k := range v.kids {
		b.flat(k, name+"."+k.node.name, f)
	}
}
