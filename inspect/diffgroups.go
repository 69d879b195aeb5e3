package inspect

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"maps"
	"slices"
)

// diffGroup is all entries of both sides with the same names: mostly one of each.
type diffGroup struct {
	key    []byte
	values map[string]*[2]int64 // how often each side has a value
}

// compare goes through the sorted records, group by group.
func (d *differ) compare(ctx context.Context) error {
	g := &diffGroup{values: map[string]*[2]int64{}}
	n := 0
	for rest, err := range d.sorter.All() {
		if err != nil {
			return err
		}
		if n++; n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		size, used := binary.Uvarint(rest)
		if used <= 0 || size > uint64(len(rest)-used-1) {
			return errors.New("a temporary file was changed by another program")
		}
		key, side, value := rest[used:used+int(size)], rest[used+int(size)], rest[used+int(size)+1:]
		if !bytes.Equal(g.key, key) {
			d.end(g)
			g.key = append(g.key[:0], key...)
		}
		count := g.values[string(value)]
		if count == nil {
			count = &[2]int64{}
			g.values[string(value)] = count
		}
		count[side]++
	}
	d.end(g)
	d.finish()
	return nil
}

// end counts the differences of a group and empties it. Values that both sides have are the same; of what is left, pairs are
// changes.
func (d *differ) end(g *diffGroup) {
	if len(g.values) == 0 {
		return
	}
	s := &d.out.States[binary.BigEndian.Uint32(g.key)]
	var left, right []string
	for _, v := range slices.Sorted(maps.Keys(g.values)) {
		c := g.values[v]
		common := min(c[0], c[1])
		s.Same += common
		if s.Kind == "operator-list" || s.Kind == "operator-union" {
			s.Removed, s.Added = s.Removed+c[0]-common, s.Added+c[1]-common
			d.repeated(s, g.key, c[0]-common, "-")
			d.repeated(s, g.key, c[1]-common, "+")
			continue
		}
		for range c[0] - common {
			left = append(left, v)
		}
		for range c[1] - common {
			right = append(right, v)
		}
	}
	for i := range max(len(left), len(right)) {
		row := DiffRow{Operator: s.Operator, State: s.State, Kind: s.Kind}
		switch {
		case i >= len(right):
			row.Op, row.Left = "-", json.RawMessage(left[i])
			s.Removed++
		case i >= len(left):
			row.Op, row.Right = "+", json.RawMessage(right[i])
			s.Added++
		default:
			row.Op, row.Left, row.Right = "*", json.RawMessage(left[i]), json.RawMessage(right[i])
			s.Changed++
		}
		d.row(row, g.key[4:])
	}
	clear(g.values)
}

// repeated shows an element of an operator list that one side has n times more.
func (d *differ) repeated(s *StateDiff, key []byte, n int64, op string) {
	for range n {
		row := DiffRow{Op: op, Operator: s.Operator, State: s.State, Kind: s.Kind}
		value := json.RawMessage(bytes.Clone(key[4+len("{}"):]))
		if row.Left = value; op == "+" {
			row.Left, row.Right = nil, value
		}
		d.row(row, []byte("{}"))
	}
}

func (d *differ) row(row DiffRow, names []byte) {
	if len(d.out.Rows) >= d.o.Rows {
		d.out.More++
		return
	}
	row.Names = bytes.Clone(names)
	d.out.Rows = append(d.out.Rows, row)
}

// finish orders what was found by chance and sums up.
func (d *differ) finish() {
	slices.SortFunc(d.out.Missing, func(a, b DiffMissing) int {
		return cmp.Or(cmp.Compare(a.Side, b.Side), cmp.Compare(a.Operator, b.Operator), cmp.Compare(a.State, b.State), cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.KeyGroups, b.KeyGroups), cmp.Compare(a.Reason, b.Reason))
	})
	d.out.Equal = len(d.out.Missing) == 0
	for _, s := range d.out.States {
		if s.Added+s.Removed+s.Changed > 0 || s.InLeft != s.InRight && s.Same+s.Added+s.Removed > 0 {
			d.out.Equal = false
		}
	}
}
