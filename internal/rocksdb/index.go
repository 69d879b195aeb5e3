package rocksdb

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"ckpt/internal/javaio"
)

// indexBlock steps through one index block: an entry per data block or per partition.
type indexBlock struct {
	blockReader
	userKeys bool // keys have no trailer
	delta    bool // a handle may be the difference from the one before
	firstKey bool // the first key of the block stands behind its handle

	user    []byte // separator: at or after every key of the block, before every key of the next
	trailer uint64 // 0 where separators are user keys: after all versions
	handle  handle
}

// reset starts at the beginning of b.
func (x *indexBlock) reset(b block, p *Properties, firstKey bool) {
	x.userKeys, x.delta, x.firstKey = p.IndexKeyIsUserKey, p.IndexDeltaEncoded, firstKey
	x.bare = x.delta
	x.blockReader.reset(b)
}

// next reads one entry; false is the end or a failure.
func (x *indexBlock) next() bool {
	if !x.blockReader.next() {
		return false
	}
	if x.user, x.trailer = x.key, 0; !x.userKeys {
		k, ok := splitKey(x.key)
		if !ok {
			return x.bad("separator of %d bytes", len(x.key))
		}
		x.user, x.trailer = k.User, k.Trailer
	}
	n := 0
	if x.delta && x.share != 0 {
		var d int64
		if d, n = binary.Varint(x.value); n > 0 {
			x.handle.off = x.handle.end()
			x.handle.size += d
		}
	} else {
		x.handle, n = decodeHandle(x.value)
	}
	if n <= 0 {
		return x.bad("no handle")
	}
	if x.firstKey {
		size, m := binary.Uvarint(x.value[n:])
		if m <= 0 || size > uint64(len(x.value)-n-m) {
			return x.bad("first key is cut")
		}
		n += m + int(size)
	}
	if x.delta {
		x.taken(n)
	} else if n != len(x.value) {
		return x.bad("%d bytes behind the handle", len(x.value)-n)
	}
	return true
}

func (x *indexBlock) bad(format string, args ...any) bool {
	x.err = fmt.Errorf("index entry before %d of the block: "+format, append([]any{x.pos}, args...)...)
	return false
}

// seek makes next return the first entry whose separator is at or after a user key, or a little earlier one.
func (x *indexBlock) seek(user []byte) {
	x.blockReader.seek(func(key []byte) bool {
		if !x.userKeys && len(key) >= trailerLen {
			key = key[:len(key)-trailerLen]
		}
		return bytes.Compare(key, user) < 0
	})
}

// index gives the data blocks of a table in order.
type index struct {
	r     *tableReader
	top   indexBlock
	part  indexBlock
	two   bool
	begun bool   // part is that of the current entry of top
	from  []byte // pass separators before it; nil once one was found
	whole []byte // memory of top
	piece []byte // memory of part
	win   window // over the partitions
	leaf  *indexBlock
	at    handle // of the block that leaf stands in
}

// open loads the top block of r's table.
func (x *index) open(ctx context.Context, r *tableReader) error {
	m := r.meta
	x.r, x.two, x.begun, x.from = r, m.props.Index == IndexTwoLevel, false, nil
	content, err := r.load(ctx, &r.win, m.index, &x.whole, loadKept)
	if err != nil {
		return javaio.InField(err, "index")
	}
	b, err := parseBlock(content)
	if err != nil {
		return r.corrupt(m.index.off, "index", "%v", err)
	}
	x.top.reset(b, m.props, m.props.Index == IndexFirstKey)
	x.leaf, x.at = &x.top, m.index
	if x.two {
		x.leaf = &x.part
		x.win.set(r.file, r.t.Name)
		x.win.ahead, x.win.soft = min(r.win.ahead, 256<<10), m.index.off
	}
	return nil
}

// seek makes next return the first block that may have keys at or after user.
func (x *index) seek(ctx context.Context, user []byte) error {
	x.begun, x.from = false, user
	x.top.seek(user)
	if !x.two {
		return x.failure()
	}
	for x.top.next() {
		if bytes.Compare(x.top.user, user) < 0 {
			continue
		}
		if err := x.load(ctx); err != nil {
			return err
		}
		x.part.seek(user)
		break
	}
	return x.failure()
}

// next goes to the next block: handle and separator are those of leaf.
func (x *index) next(ctx context.Context) (bool, error) {
	for {
		more, err := x.step(ctx)
		if !more || err != nil || x.from == nil || bytes.Compare(x.leaf.user, x.from) >= 0 {
			x.from = nil
			return more, err
		}
	}
}

func (x *index) step(ctx context.Context) (bool, error) {
	if !x.two {
		return x.top.next(), x.failure()
	}
	for {
		if x.begun && x.part.next() {
			return true, nil
		}
		if err := x.failure(); err != nil || !x.top.next() {
			return false, x.failure()
		}
		if err := x.load(ctx); err != nil {
			return false, err
		}
	}
}

// load reads the partition of the current entry of top.
func (x *index) load(ctx context.Context) error {
	h := x.top.handle
	content, err := x.r.load(ctx, &x.win, h, &x.piece, loadBorrowed)
	if err != nil {
		return javaio.InField(err, "index")
	}
	b, err := parseBlock(content)
	if err != nil {
		return x.r.corrupt(h.off, "index", "%v", err)
	}
	x.part.reset(b, x.r.meta.props, false)
	x.begun, x.at = true, h
	return nil
}

func (x *index) failure() error {
	switch {
	case x.top.err != nil:
		return x.r.corrupt(x.r.meta.index.off, "index", "%v", x.top.err)
	case x.two && x.begun && x.part.err != nil:
		return x.r.corrupt(x.at.off, "index", "%v", x.part.err)
	}
	return nil
}
