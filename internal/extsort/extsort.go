// Package extsort sorts more records than memory holds: sorted runs in temporary files, merged. Equal keys keep the
// order in which they were added. A Sorter belongs to one goroutine.
package extsort

import (
	"bufio"
	"bytes"
	"container/heap"
	"encoding/binary"
	"errors"
	"io"
	"iter"
	"os"
	"slices"
)

// Sorter collects records and gives them in ascending order of key.
type Sorter struct {
	dir   string
	limit int
	data  []byte
	recs  []record
	runs  []*os.File
}

// record lies in data: its key, then the rest.
type record struct{ at, key, end int }

// New returns a sorter that holds about limit bytes and keeps the rest in dir ("": the system's temporary directory).
func New(dir string, limit int) *Sorter { return &Sorter{dir: dir, limit: limit} }

// Add adds a record. Both slices are copied.
func (s *Sorter) Add(key, rest []byte) error {
	const overhead = 24
	if len(s.recs) > 0 && len(s.data)+len(key)+len(rest)+overhead*len(s.recs) > s.limit {
		if err := s.spill(); err != nil {
			return err
		}
	}
	at := len(s.data)
	s.data = append(append(s.data, key...), rest...)
	s.recs = append(s.recs, record{at, at + len(key), len(s.data)})
	return nil
}

func (s *Sorter) sort() {
	slices.SortStableFunc(s.recs, func(a, b record) int { return bytes.Compare(s.data[a.at:a.key], s.data[b.at:b.key]) })
}

// spill writes what is held as a run. The file has no name any more: it is gone when it is closed.
func (s *Sorter) spill() error {
	s.sort()
	f, err := os.CreateTemp(s.dir, "ckpt-sort-*")
	if err != nil {
		return err
	}
	s.runs = append(s.runs, f)
	if err := os.Remove(f.Name()); err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	var head [16]byte
	for _, r := range s.recs {
		binary.LittleEndian.PutUint64(head[:], uint64(r.key-r.at))
		binary.LittleEndian.PutUint64(head[8:], uint64(r.end-r.key))
		w.Write(head[:])
		w.Write(s.data[r.at:r.end]) // the first failure sticks until Flush
	}
	s.data, s.recs = s.data[:0], s.recs[:0]
	return w.Flush()
}

// All yields the records in order, without their keys; the slices are lent until the next step. An error is the last pair.
func (s *Sorter) All() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		s.sort()
		if len(s.runs) == 0 {
			for _, r := range s.recs {
				if !yield(s.data[r.key:r.end], nil) {
					return
				}
			}
			return
		}
		if err := s.merge(yield); err != nil {
			yield(nil, err)
		}
	}
}

// merge yields the records of all runs and of memory, which is the last run.
func (s *Sorter) merge(yield func([]byte, error) bool) error {
	var m merge
	for i, f := range s.runs {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
		m = append(m, &run{index: i, in: bufio.NewReaderSize(f, 256<<10)})
	}
	m = append(m, &run{index: len(s.runs), s: s})
	live := m[:0]
	for _, r := range m {
		ok, err := r.next()
		if err != nil {
			return err
		}
		if ok {
			live = append(live, r)
		}
	}
	m = live
	heap.Init(&m)
	for len(m) > 0 {
		if !yield(m[0].rest, nil) {
			return nil
		}
		ok, err := m[0].next()
		if err != nil {
			return err
		}
		if ok {
			heap.Fix(&m, 0)
		} else {
			heap.Pop(&m)
		}
	}
	return nil
}

// Close removes what is in files.
func (s *Sorter) Close() error {
	var errs []error
	for _, f := range s.runs {
		errs = append(errs, f.Close())
	}
	s.runs, s.data, s.recs = nil, nil, nil
	return errors.Join(errs...)
}

// run is a sorted run and its current record.
type run struct {
	index int
	in    *bufio.Reader
	s     *Sorter // memory
	pos   int
	buf   []byte
	key   []byte
	rest  []byte
}

func (r *run) next() (bool, error) {
	if r.s != nil {
		if r.pos == len(r.s.recs) {
			return false, nil
		}
		rec := r.s.recs[r.pos]
		r.pos++
		r.key, r.rest = r.s.data[rec.at:rec.key], r.s.data[rec.key:rec.end]
		return true, nil
	}
	var head [16]byte
	if _, err := io.ReadFull(r.in, head[:]); err != nil {
		if err == io.EOF {
			return false, nil
		}
		return false, err
	}
	key, rest := int(binary.LittleEndian.Uint64(head[:])), int(binary.LittleEndian.Uint64(head[8:]))
	r.buf = slices.Grow(r.buf[:0], key+rest)[:key+rest]
	if _, err := io.ReadFull(r.in, r.buf); err != nil {
		return false, err
	}
	r.key, r.rest = r.buf[:key], r.buf[key:]
	return true, nil
}

// merge is a heap of runs by key, then by age.
type merge []*run

func (m merge) Len() int { return len(m) }
func (m merge) Less(i, j int) bool {
	if c := bytes.Compare(m[i].key, m[j].key); c != 0 {
		return c < 0
	}
	return m[i].index < m[j].index
}
func (m merge) Swap(i, j int) { m[i], m[j] = m[j], m[i] }
func (m *merge) Push(x any)   { *m = append(*m, x.(*run)) }
func (m *merge) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}
