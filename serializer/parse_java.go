package serializer

import (
	"bytes"
	"errors"
	"fmt"

	"ckpt/internal/javaio"
	"ckpt/internal/javaobj"
)

// Until 1.6 Flink stored the serializer objects themselves, alone (1.2) or beside their snapshots. The length of such an
// object is stored, except where Flink wrote again one that it could not load: then one byte stands for the length.
//
//	SERPROXY := 1:i32 len:i32 jobj     | 1:i32 len:u8 jobj
//	RESIL    := n:i32 (offSerializer:i32 offSnapshot:i32)*n total:i32 byte*total
//	            pair k of the blob: SERPROXY at offSerializer(k), PROXY at offSnapshot(k), up to the next pair

const serializerProxyVersion = 1

// ParseSerializerProxy reads a serializer object in its frame (state headers of 1.2). The snapshot has Java, and the
// class is the serializer's; Raw is the frame.
func ParseSerializerProxy(r *javaio.Reader, o *Context) *Snapshot {
	p := newParser(r, o)
	return p.own(p.Pos(), func() *Snapshot { return p.javaOnly(p.serializerProxy) })
}

// ParseSerializer reads a serializer object without a frame (operator state headers of 1.2), else as
// ParseSerializerProxy does.
func ParseSerializer(r *javaio.Reader, o *Context) *Snapshot {
	p := newParser(r, o)
	return p.own(p.Pos(), func() *Snapshot {
		return p.javaOnly(func() *javaobj.Object { return p.serializerObject(p.object()) })
	})
}

// javaOnly makes a snapshot of a serializer object.
func (p *parser) javaOnly(read func() *javaobj.Object) *Snapshot {
	from := p.Offset()
	s := fromJava(read())
	s.extent = extent{start: from, end: p.Offset()}
	return s
}

// ParseResilience reads a resilience block of n pairs (any number if n is negative).
func ParseResilience(r *javaio.Reader, n int, o *Context) []*Snapshot {
	p := newParser(r, o)
	holder := p.own(p.Pos(), func() *Snapshot {
		s := &Snapshot{extent: extent{start: p.Offset()}}
		p.resilience(s, n)
		s.end = p.Offset()
		return s
	})
	if holder == nil {
		return nil
	}
	return holder.Nested
}

// pairOffsets are where the parts of a pair begin in the blob of a resilience block.
type pairOffsets struct{ serializer, snapshot int }

func (p *parser) pairs(n int) []pairOffsets {
	pairs := make([]pairOffsets, n)
	for i := range pairs {
		pairs[i] = pairOffsets{int(p.Int32()), int(p.Int32())}
	}
	return pairs
}

// resilience appends the snapshots of a resilience block to s.Nested.
func (p *parser) resilience(s *Snapshot, want int) {
	at := p.Pos()
	n := p.Length(8)
	if p.Err() == nil && want != anyNumber && n != want {
		p.FailAt(at, javaio.ErrCorrupt, "%d serializers in a resilience block, want %d", n, want)
	}
	pairs := p.pairs(n)
	blob := p.take(p.Length(1))
	if p.Err() != nil {
		return
	}
	end := 0
	for i, pair := range pairs {
		next := len(blob.b)
		if i+1 < n {
			next = pairs[i+1].serializer
		}
		if pair.serializer != end || pair.snapshot < pair.serializer || next < pair.snapshot || next > len(blob.b) {
			p.FailAt(at+4+8*i, javaio.ErrCorrupt, "pair of a resilience block at %d and %d, want from %d to at most %d",
				pair.serializer, pair.snapshot, end, next)
			return
		}
		s.Nested = append(s.Nested, p.pair(blob.part(pair.serializer, pair.snapshot), blob.part(pair.snapshot, next)))
		if p.Err() != nil {
			p.InField(fmt.Sprintf("pair[%d]", i))
			return
		}
		end = next
	}
	if end != len(blob.b) {
		p.Failf("%d bytes left over in a resilience block", len(blob.b)-end)
	}
}

func (f *frame) part(from, to int) *frame {
	return &frame{f.b[from:to:to], f.base + int64(from)}
}

// pair reads a serializer and its snapshot. The serializer may be missing (1.7), and its stream unreadable.
func (p *parser) pair(serializer, snapshot *frame) *Snapshot {
	s := p.framed(snapshot, func(q *parser) *Snapshot { return q.proxy(true) })
	if len(serializer.b) == 0 || s == nil {
		return s
	}
	s.javaStart, s.javaEnd = serializer.base, serializer.base+int64(len(serializer.b))
	q := &parser{javaio.NewReader(serializer.b, serializer.base), p.o}
	obj := q.serializerProxy()
	if err := q.Done(); err == nil {
		s.Java = obj
	} else if !errors.Is(err, javaio.ErrUnsupported) {
		p.Fail(err)
	}
	return s
}

// serializerProxy reads a serializer object in its frame; nil if its stream cannot be read but delimited.
func (p *parser) serializerProxy() *javaobj.Object {
	p.expect(serializerProxyVersion, "serializer proxy version")
	rest := p.Rest()
	if p.Err() != nil || len(rest) == 0 || !bytes.HasPrefix(rest[1:], []byte(javaobj.Magic)) {
		return p.framedSerializer(p.take(p.Length(1)))
	}
	p.Skip(1)
	at := p.Pos()
	obj := p.serializerObject(p.object())
	if n := p.Pos() - at; p.Err() == nil && byte(n) != rest[0] {
		p.FailAt(at-1, javaio.ErrCorrupt, "low byte of a serializer's length is %d, want %d", rest[0], byte(n))
	}
	return obj
}

// framedSerializer reads a serializer object of known extent. Streams with parts that no one but their class can read
// are legal: nil then.
func (p *parser) framedSerializer(f *frame) *javaobj.Object {
	if p.Err() != nil {
		return nil
	}
	q := &parser{javaio.NewReader(f.b, f.base), p.o}
	obj := q.serializerObject(q.object())
	if err := q.Done(); err != nil && !errors.Is(err, javaio.ErrUnsupported) {
		p.Fail(err)
	}
	if q.Err() != nil {
		return nil
	}
	return obj
}

func (p *parser) serializerObject(v javaobj.Value) *javaobj.Object {
	obj, ok := v.(*javaobj.Object)
	if !ok && v != nil {
		p.Failf("Java object before is %T, want a serializer", v)
	}
	return obj
}
