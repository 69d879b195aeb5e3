package serializer

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"unicode/utf8"

	"ckpt/internal/javaio"
)

// avroTranscoder turns values in Avro's own binary encoding into Flink's: numbers are zig-zag there, floats little endian,
// and a block may say how many bytes it has.
//
//	int, long := zig-zag in groups of seven bits    string, bytes := length:long bytes    enum, branch of a union := int
//	array, map := (count:long item{count} | -count:long bytes:long item{count})* 00
type avroTranscoder struct {
	b    []byte
	p    int
	out  []byte
	make bool // out is wanted
	free int  // how many more items without bytes there may be
	err  error
}

// transcode reads a value of t that begins b in Avro's encoding; dst gets it in Flink's.
func transcode(t *Type, dst, b []byte, want bool, depth int) (out []byte, n int, err error) {
	r := avroTranscoder{b: b, out: dst, make: want, free: maxFree}
	r.value(t, depth)
	return r.out, r.p, r.err
}

func (r *avroTranscoder) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *avroTranscoder) take(n int) []byte {
	if r.err != nil || n > len(r.b)-r.p {
		r.fail(ErrShort)
		return nil
	}
	r.p += n
	return r.b[r.p-n : r.p]
}

func (r *avroTranscoder) put(b ...byte) {
	if r.make {
		r.out = append(r.out, b...)
	}
}

func (r *avroTranscoder) put32(v int32) {
	if r.make {
		r.out = javaio.AppendInt32(r.out, v)
	}
}

func (r *avroTranscoder) put64(v int64) {
	if r.make {
		r.out = javaio.AppendInt64(r.out, v)
	}
}

// long reads a number of at most so many bits.
func (r *avroTranscoder) long(most int) int64 {
	v, n := binary.Uvarint(r.b[r.p:])
	switch {
	case r.err != nil:
		return 0
	case n == 0:
		r.fail(ErrShort)
		return 0
	case n < 0 || n > 1 && r.b[r.p+n-1] == 0 || bits.Len64(v) > most:
		r.fail(corrupt(r.p, "not a number of %d bits in its shortest form", most))
		return 0
	}
	r.p += n
	return int64(v>>1) ^ -int64(v&1)
}

// length reads a length in bytes, or an index below n.
func (r *avroTranscoder) below(n int) int {
	at := r.p
	v := r.long(64)
	if r.err == nil && (v < 0 || v >= int64(n)) {
		r.fail(corrupt(at, "%d, want less than %d", v, n))
	}
	return int(v)
}

func (r *avroTranscoder) value(t *Type, depth int) {
	if r.err != nil {
		return
	}
	switch t.Kind {
	case KindAvroNull:
	case KindAvroBoolean:
		if b := r.take(1); b != nil {
			if b[0] > 1 {
				r.fail(corrupt(r.p-1, "boolean is %d, want 0 or 1", b[0]))
			}
			r.put(b[0])
		}
	case KindAvroInt:
		r.put32(int32(r.long(32)))
	case KindAvroLong:
		r.put64(r.long(64))
	case KindAvroFloat, KindAvroDouble:
		b := slices.Clone(r.take(int(fixedBytes[t.Kind])))
		slices.Reverse(b)
		r.put(b...)
	case KindAvroString, KindAvroBytes:
		r.bytes(t.Kind == KindAvroString)
	case KindAvroFixed:
		r.put(r.take(int(t.Size))...)
	case KindAvroEnum:
		r.put32(int32(r.below(len(t.Symbols))))
	case KindAvroUnion:
		i := r.below(len(t.Elems))
		if r.put32(int32(i)); r.err == nil {
			r.value(t.Elems[i], depth)
		}
	case KindAvroArray, KindAvroMap:
		r.blocks(t, depth)
	case KindAvroRecord:
		if depth >= maxNesting {
			r.fail(corrupt(r.p, "records nested more than %d deep", maxNesting))
		}
		for i, e := range t.Elems {
			if r.value(e, depth+1); r.err != nil && r.err != ErrShort {
				r.err = javaio.InField(r.err, t.Field(i))
				return
			}
		}
	}
}

func (r *avroTranscoder) bytes(text bool) {
	n := r.below(math.MaxInt32)
	if b := r.take(n); r.err == nil {
		if text && !utf8.Valid(b) {
			r.fail(corrupt(r.p-n, "text is not UTF-8"))
		}
		r.put32(int32(n))
		r.put(b...)
	}
}

func (r *avroTranscoder) blocks(t *Type, depth int) {
	for r.err == nil {
		at := r.p
		count := r.long(64)
		end := -1
		if count < 0 {
			count = -count
			if n := r.below(math.MaxInt32); r.err == nil && n > len(r.b)-r.p {
				r.fail(ErrShort)
			} else {
				end = r.p + n
			}
		}
		switch {
		case r.err != nil:
			return
		case count < 0 || count > math.MaxInt32:
			r.fail(corrupt(at, "a block of %d items", count))
		case count == 0:
			r.put(0)
			return
		}
		if r.make {
			r.out = binary.AppendUvarint(r.out, uint64(count))
		}
		r.items(t, int(count), depth)
		if r.err == nil && end >= 0 && r.p != end {
			r.fail(corrupt(r.p, "the items of a block end here, and not at %d", end))
		}
	}
}

func (r *avroTranscoder) items(t *Type, count, depth int) {
	for i := 0; i < count && r.err == nil; i++ {
		at := r.p
		if t.Kind == KindAvroMap {
			r.bytes(true)
		}
		r.value(t.Elems[0], depth)
		if r.err == nil && r.p == at {
			if r.free--; r.free < 0 {
				r.fail(unsupported(r.p, "more than %d items of no bytes", maxFree))
			}
		}
	}
}

// appendAvro appends a value of n that begins b in Flink's encoding in Avro's, and returns what follows it.
func appendAvro(dst []byte, t *Type, b []byte) (out, rest []byte) {
	zigzag := func(v int64) []byte { return binary.AppendUvarint(dst, uint64(v<<1^v>>63)) }
	switch t.Kind {
	case KindAvroInt, KindAvroEnum:
		return zigzag(int64(int32At(b, 0))), b[4:]
	case KindAvroLong:
		return zigzag(int64At(b, 0)), b[8:]
	case KindAvroBoolean:
		return append(dst, b[0]), b[1:]
	case KindAvroFloat, KindAvroDouble:
		n := int(fixedBytes[t.Kind])
		dst = append(dst, b[:n]...)
		slices.Reverse(dst[len(dst)-n:])
		return dst, b[n:]
	case KindAvroString, KindAvroBytes:
		n := 4 + int(int32At(b, 0))
		return append(zigzag(int64(n-4)), b[4:n]...), b[n:]
	case KindAvroFixed:
		return append(dst, b[:t.Size]...), b[t.Size:]
	case KindAvroUnion:
		i := int32At(b, 0)
		return appendAvro(zigzag(int64(i)), t.Elems[i], b[4:])
	case KindAvroArray, KindAvroMap:
		for {
			count, w := binary.Uvarint(b)
			dst, b = binary.AppendUvarint(dst, count<<1), b[w:]
			if count == 0 {
				return dst, b
			}
			for range count {
				if t.Kind == KindAvroMap {
					dst, b = appendAvro(dst, scalar(KindAvroString), b)
				}
				dst, b = appendAvro(dst, t.Elems[0], b)
			}
		}
	case KindAvroRecord:
		for _, e := range t.Elems {
			dst, b = appendAvro(dst, e, b)
		}
	}
	return dst, b
}

// AvroSchema is a schema in which values were written.
type AvroSchema struct{ t *Type }

// NewAvroSchema reads a schema.
func NewAvroSchema(schema string) (*AvroSchema, error) {
	t, err := parseSchema(schema)
	if err != nil {
		return nil, err
	}
	t.Schema = schema
	return &AvroSchema{t}, nil
}

// Type is the type of values that Flink's AvroSerializer wrote.
func (s *AvroSchema) Type() *Type { return s.t }

// Binary is the type of values in Avro's own binary encoding, whose length is stored in the given way.
func (s *AvroSchema) Binary(l MessageLength) *Type {
	return &Type{Kind: KindAvroBinary, Class: s.t.Class, Elems: []*Type{s.t}, length: l}
}

// FlinkAvro reads a value of KindAvroBinary that begins b; dst gets it in the encoding of Flink's AvroSerializer, which
// is that of Elems[0]. n is its length.
func (t *Type) FlinkAvro(dst, b []byte) (out []byte, n int, err error) {
	from, to, err := t.messageAt(b, 0)
	if err != nil {
		return dst, 0, err
	}
	out, used, err := transcode(t.Elems[0], dst, b[from:to], true, 0)
	return out, from + used, err
}

// skipAvroBinary passes the value at p of the given bounds, from which it must not leave any.
func (t *Type) skipAvroBinary(b []byte, from, to, depth int) error {
	_, n, err := transcode(t.Elems[0], nil, b[from:to], false, depth)
	switch {
	case err == ErrShort:
		return corrupt(to, "the value ends before its schema does")
	case err == nil && n < to-from:
		return corrupt(from+n, "%d bytes left over", to-from-n)
	case err != nil:
		return shifted(err, from)
	}
	return nil
}

// decodeAvroBinary decodes bytes that have been skipped before; they are kept where encoding gives others.
func decodeAvroBinary(n *node, b []byte) Value {
	flink, _, _ := transcode(n.t.Elems[0], nil, b, true, 0)
	d := decoder{b: flink, free: maxFree}
	v := d.value(n.elems[0])
	if s, ok := v.(Struct); ok {
		if again, _ := appendAvro(nil, n.t.Elems[0], flink); string(again) != string(b) {
			s.Stored = slices.Clone(b)
		}
		return s
	}
	return v
}

// avroBinary encodes a value without its length.
func (n *node) avroBinary(v Value) ([]byte, error) {
	if s, ok := v.(Struct); ok && s.Stored != nil && s.Type == n.t.Elems[0] {
		return s.Stored, nil
	}
	e := encoder{}
	if err := e.value(n.elems[0], v, 0); err != nil {
		return nil, err
	}
	b, _ := appendAvro(nil, n.t.Elems[0], e.b)
	return b, nil
}
