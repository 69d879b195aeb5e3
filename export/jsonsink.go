package export

import (
	"fmt"
	"io"

	"ckpt/state"
	"ckpt/statereader"
)

// jsonSink writes JSON lines, of several states too.
type jsonSink struct {
	text
	opts TableOptions
	sets map[*statereader.State]columnSet
	flat map[*statereader.State]*csvSink // with Flatten
}

func newJSONSink(o TableOptions) *jsonSink {
	return &jsonSink{opts: o, sets: map[*statereader.State]columnSet{}, flat: map[*statereader.State]*csvSink{}}
}

func (s *jsonSink) append(st *statereader.State, e *state.Entry) error {
	set, ok := s.sets[st]
	if !ok {
		set = presence(st)
		s.sets[st] = set
	}
	j := rowJSON{encoder: encoder{typedTime: s.opts.TypedTime}}
	if s.opts.Flatten {
		s.buf = s.flatRow(s.buf, &j, st, e)
	} else {
		s.buf = j.row(s.buf, st, set, e)
	}
	if j.err != nil {
		return rowError(st, e, j.err)
	}
	s.buf = append(s.buf, '\n')
	s.rows++
	if j.opaque {
		s.opaque++
	}
	return nil
}

func (s *jsonSink) begin(w io.Writer) error {
	s.w = w
	return nil
}

// flatRow is a row whose structs have become columns.
func (s *jsonSink) flatRow(dst []byte, j *rowJSON, st *statereader.State, e *state.Entry) []byte {
	c := s.flat[st]
	if c == nil {
		c = newCSVSink(NewTable(st, s.opts))
		s.flat[st] = c
	}
	dst = j.origin(dst, st)
	c.cells(j, e, func(name string, t *cellValue) {
		dst = append(appendString(append(dst, ','), name), ':')
		dst = t.json(dst, j.encoder)
	})
	return append(dst, '}')
}

// rowError says which row an error is about.
func rowError(s *statereader.State, e *state.Entry, err error) error {
	if presence(s).keyed {
		return fmt.Errorf("operator %s, state %q, key group %d: %w", OperatorName(s.Operator), s.Name, e.KeyGroup, err)
	}
	return fmt.Errorf("operator %s, state %q, subtask %d: %w", OperatorName(s.Operator), s.Name, e.Subtask, err)
}
