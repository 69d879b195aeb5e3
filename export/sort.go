package export

import (
	"context"
	"encoding/binary"
	"iter"

	"ckpt/internal/extsort"
	"ckpt/state"
)

// sortMemory is what sorting one unit holds in memory; the rest goes to temporary files.
const sortMemory = 32 << 20

// sorted gives the entries of a unit by encoded key. Entries of one key keep their order.
type sorted struct {
	sorter  *extsort.Sorter
	headers []*state.Header
}

func sortedByKey(ctx context.Context, all iter.Seq2[state.Entry, error]) (*sorted, error) {
	s := &sorted{sorter: extsort.New("", sortMemory)}
	var buf []byte
	for e, err := range all {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			buf = s.encode(buf[:0], &e)
			err = s.sorter.Add(e.Key, buf)
		}
		if err != nil {
			s.close()
			return nil, err
		}
	}
	return s, nil
}

func (s *sorted) close() { s.sorter.Close() }

// all yields the entries; they are lent.
func (s *sorted) all() iter.Seq2[state.Entry, error] {
	return func(yield func(state.Entry, error) bool) {
		for b, err := range s.sorter.All() {
			var e state.Entry
			if err == nil {
				e = s.decode(b)
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

func (s *sorted) encode(dst []byte, e *state.Entry) []byte {
	h := len(s.headers) - 1
	for ; h >= 0 && s.headers[h] != e.Header; h-- {
	}
	if h < 0 {
		h = len(s.headers)
		s.headers = append(s.headers, e.Header)
	}
	for _, n := range [...]int64{int64(h), int64(e.State), int64(e.KeyGroup), int64(e.Subtask), e.Index, e.Time, int64(e.Flags), e.Size} {
		dst = binary.AppendVarint(dst, n)
	}
	for _, b := range [...][]byte{e.Key, e.Namespace, e.UserKey, e.Value} {
		n := int64(len(b))
		if b == nil {
			n = -1
		}
		dst = append(binary.AppendVarint(dst, n), b...)
	}
	return dst
}

func (s *sorted) decode(b []byte) state.Entry {
	num := func() int64 {
		n, k := binary.Varint(b)
		b = b[k:]
		return n
	}
	bytes := func() []byte {
		n := num()
		if n < 0 {
			return nil
		}
		v := b[:n:n]
		b = b[n:]
		return v
	}
	e := state.Entry{Header: s.headers[num()], State: int(num()), KeyGroup: state.KeyGroup(num()), Subtask: int32(num()), Index: num(),
		Time: num(), Flags: state.EntryFlags(num()), Size: num()}
	e.Key, e.Namespace, e.UserKey, e.Value = bytes(), bytes(), bytes(), bytes()
	return e
}
