package export

import (
	"bytes"
	"io"
	"strconv"

	"ckpt/serializer"
	"ckpt/state"
	"ckpt/statereader"
)

// csvSink writes CSV (RFC 4180): a header row, null as an empty field, the empty string as "", nested values as JSON.
type csvSink struct {
	text
	table   *Table
	columns []*node
	scratch []byte
}

func newCSVSink(t *Table) *csvSink {
	s := &csvSink{table: t}
	for _, n := range t.columns {
		if n.name != colExact {
			s.columns = append(s.columns, n)
		}
	}
	return s
}

func (s *csvSink) begin(w io.Writer) error {
	s.w = w
	var line []byte
	for _, n := range s.columns {
		s.names(n, n.name, func(name string) { line = appendCSV(append(line, ','), []byte(name), false) })
	}
	_, err := w.Write(append(line[1:], '\r', '\n'))
	return err
}

// names calls f for each column that n makes.
func (s *csvSink) names(n *node, name string, f func(string)) {
	if !s.table.opts.Flatten || n.kind != nodeStruct {
		f(name)
		return
	}
	for _, k := range n.kids {
		s.names(k, name+"."+k.name, f)
	}
}

func (s *csvSink) append(st *statereader.State, e *state.Entry) error {
	j := rowJSON{encoder: encoder{typedTime: s.table.opts.TypedTime}}
	start := len(s.buf)
	s.cells(&j, e, func(_ string, c *cellValue) {
		s.buf = append(s.buf, ',')
		s.scratch = c.json(s.scratch[:0], j.encoder)
		s.buf = appendCSVOfJSON(s.buf, s.scratch)
	})
	if j.err != nil {
		return rowError(st, e, j.err)
	}
	s.buf = append(append(s.buf[:start], s.buf[start+1:]...), '\r', '\n')
	s.rows++
	if j.opaque {
		s.opaque++
	}
	return nil
}

// RowCSV writes rows of one state as CSV, as an export does. It belongs to one goroutine.
type RowCSV struct{ sink *csvSink }

// NewRowCSV writes the header row.
func NewRowCSV(w io.Writer, s *statereader.State) (*RowCSV, error) {
	r := &RowCSV{newCSVSink(NewTable(s, TableOptions{}))}
	return r, r.sink.begin(w)
}

// Append writes an entry of the state.
func (r *RowCSV) Append(e *state.Entry) error {
	if err := r.sink.append(r.sink.table.State, e); err != nil {
		return err
	}
	return r.sink.flush()
}

// appendCSVOfJSON appends a field: a JSON string's text, nothing for null, other JSON as it stands.
func appendCSVOfJSON(dst, js []byte) []byte {
	switch {
	case string(js) == "null":
		return dst
	case js[0] == '"':
		if s, ok := unquote(js); ok {
			s = surrogatesEscaped(s)
			return appendCSV(dst, []byte(s), true)
		}
	}
	return appendCSV(dst, js, false)
}

// surrogatesEscaped makes UTF-8 of WTF-8: unpaired surrogates become \ud800 and the like.
func surrogatesEscaped(s string) string {
	var out []byte
	start := 0
	for i := 0; i+2 < len(s); i++ {
		if s[i] == 0xED && s[i+1] >= 0xA0 {
			out = append(out, s[start:i]...)
			out = appendUnitEscape(out, 0xD000|uint16(s[i+1]&0x3F)<<6|uint16(s[i+2]&0x3F))
			i += 2
			start = i + 1
		}
	}
	if start == 0 {
		return s
	}
	return string(append(out, s[start:]...))
}

// appendCSV appends a field, quoted where it must be; the empty text is quoted if null could be meant.
func appendCSV(dst, field []byte, nullable bool) []byte {
	if len(field) == 0 && nullable {
		return append(dst, '"', '"')
	}
	if !bytes.ContainsAny(field, ",\"\r\n") {
		return append(dst, field...)
	}
	dst = append(dst, '"')
	for _, c := range field {
		if c == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}

// cellValue is a value of a row: JSON that is settled, or a value with its type.
type cellValue struct {
	settled []byte
	t       *serializer.Type
	v       serializer.Value
}

func (c *cellValue) json(dst []byte, e encoder) []byte {
	if c.settled != nil {
		return append(dst, c.settled...)
	}
	return e.append(dst, c.t, c.v)
}

// cells gives the columns of a row, in order.
func (s *csvSink) cells(j *rowJSON, e *state.Entry, f func(name string, c *cellValue)) {
	m := e.Meta()
	settled := func(name string, js []byte) { f(name, &cellValue{settled: js}) }
	value := func(n *node, sr *serializer.Serializer, b []byte) { s.spread(n, n.name, j.decode(sr, b), f) }
	var num [64]byte
	for _, n := range s.columns {
		switch n.name {
		case colKeyGroup:
			settled(n.name, strconv.AppendInt(num[:0], int64(e.KeyGroup), 10))
		case colSubtask:
			settled(n.name, strconv.AppendInt(num[:0], int64(e.Subtask), 10))
		case colIndex:
			js := []byte("null")
			if e.Index >= 0 {
				js = strconv.AppendInt(num[:0], e.Index, 10)
			}
			settled(n.name, js)
		case colTimestamp:
			settled(n.name, j.time(num[:0], e.Time))
		case colLastAccess:
			js := []byte("null")
			if e.Flags&state.HasTTL != 0 {
				js = j.time(num[:0], e.Time)
			}
			settled(n.name, js)
		case colKey:
			value(n, keyOf(m, e.Header.Key), e.Key)
		case colNamespace:
			value(n, m.Namespace, e.Namespace)
		case colMapKey:
			value(n, m.UserKey, e.UserKey)
		case colValue:
			switch {
			case e.Flags&state.Null != 0:
				s.spread(n, n.name, cellValue{}, f)
			case e.Flags&state.Oversize != 0:
				j.opaque = true
				s.spread(n, n.name, cellValue{settled: appendOversize(nil, m.Value, e.Size)}, f)
			default:
				value(n, m.Value, e.Value)
			}
		}
	}
}

// spread gives a value as one column, or with Flatten as those of its fields. What has no fields where the column has
// goes to the first of them whole, so that nothing is lost.
func (s *csvSink) spread(n *node, name string, c cellValue, f func(string, *cellValue)) {
	if !s.table.opts.Flatten || n.kind != nodeStruct {
		f(name, &c)
		return
	}
	fields, ok := partsOf(c)
	for i, k := range n.kids {
		part := cellValue{}
		if !ok && i == 0 {
			part = c
		}
		for _, fd := range fields {
			if fd.name == k.base && (fd.value.t == nil || n.fieldFor(fd.name, (&shapes{typedTime: s.table.opts.TypedTime}).of(fd.value.t)) == i) {
				part = fd.value
			}
		}
		s.spread(k, name+"."+k.name, part, f)
	}
}

type fieldValue struct {
	name  string
	value cellValue
}

// partsOf takes a value with named parts apart; ok is false for one that has none and is not null.
func partsOf(c cellValue) (fields []fieldValue, ok bool) {
	add := func(name string, t *serializer.Type, v serializer.Value) {
		fields = append(fields, fieldValue{name, cellValue{t: t, v: v}})
	}
	if c.settled != nil {
		return nil, false
	}
	switch v := c.v.(type) {
	case nil:
	case serializer.Struct:
		if v.Via != 0 {
			add(ownClass, nil, v.Type.Class)
		}
		if v.Kind != serializer.Insert {
			add(ownKind, nil, v.Kind.String())
		}
		if v.Via != 0 && v.Type.Kind != serializer.KindPojo {
			return nil, false
		}
		for i, f := range v.Values {
			add(rowName(fieldName(v.Type, i)), fieldType(v.Type, i), f)
		}
	case serializer.Window:
		add("start", nil, v.Start)
		add("end", nil, v.End)
	case serializer.CountWindow:
		add("id", nil, v.ID)
	case serializer.Either:
		side := 0
		if v.Right {
			side = 1
		}
		add(sideNames(c.t)[side], elem(under(c.t), side), v.Value)
	case serializer.Element:
		if v.Tag > serializer.Watermark {
			return nil, false
		}
		add("element", nil, v.Tag.String())
		add("timestamp", nil, v.Timestamp)
		add("value", elem(under(c.t), 0), v.Value)
	case serializer.Variant:
		add("$variant", nil, v.Value)
		add("$metadata", nil, v.Metadata)
	default:
		return nil, false
	}
	return fields, true
}
