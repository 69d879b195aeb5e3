package export

import (
	"encoding/binary"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// vector collects the values of a node in Arrow's layout. It is cheaper than an Arrow builder, it can take values
// back, and its memory is used again for the next batch. It belongs to one goroutine.
type vector struct {
	node  *node
	dt    arrow.DataType // what array gives
	width int            // bytes of a value; widthBits, widthVar
	len   int
	nulls int
	bits  []byte  // validity; meaningful only while nulls > 0
	data  []byte  // fixed-width values, booleans as bits, text
	ends  []int32 // of text and lists: a leading 0, then where each value ends
	kids  []*vector
	dict  arrow.ArrayData // nodeDict, unless dense
}

const (
	widthVar    = 0
	widthBits   = -1
	widthNested = -2
)

// keepBytes is how much memory a vector keeps from one batch to the next.
const keepBytes = 4 << 20

// newVector returns an empty vector for n. Where dense is set, array has what Parquet can write: plain text instead of
// dictionaries, and numbers instead of durations.
func newVector(n *node, dense bool) *vector {
	v := &vector{node: n, width: widthNested}
	switch n.kind {
	case nodeText, nodeJSON, nodeBinary, nodeOpaque:
		v.width, v.dt = widthVar, arrow.BinaryTypes.Binary
		if n.kind == nodeText || n.kind == nodeJSON {
			v.dt = arrow.BinaryTypes.String
		}
	case nodeEmpty:
		v.width, v.dt = widthBits, arrow.FixedWidthTypes.Boolean
	case nodeScalar:
		if v.dt = n.dt; dense && n.dt.ID() == arrow.DURATION {
			v.dt = arrow.PrimitiveTypes.Int64
		}
		if v.width = n.dt.(arrow.FixedWidthDataType).BitWidth() / 8; v.width == 0 {
			v.width = widthBits
		}
	case nodeDict:
		v.width, v.dt = 4, dictType
		if dense {
			v.dt = arrow.BinaryTypes.String
		} else {
			v.dict = textData(n.symbols)
		}
	}
	for _, k := range n.kids {
		v.kids = append(v.kids, newVector(k, dense))
	}
	if v.dt == nil {
		v.dt = nestedType(n.kind, fieldsOf(v.kids))
	}
	if v.hasEnds() {
		v.ends = append(v.ends, 0)
	}
	return v
}

func fieldsOf(vectors []*vector) []arrow.Field {
	fields := make([]arrow.Field, len(vectors))
	for i, v := range vectors {
		fields[i] = v.field()
	}
	return fields
}

// nestedType is the Arrow type of a struct, list or map of the given fields.
func nestedType(kind nodeKind, fields []arrow.Field) arrow.DataType {
	switch kind {
	case nodeStruct:
		return arrow.StructOf(fields...)
	case nodeList:
		f := fields[0]
		f.Name = "element" // as Parquet names it
		return arrow.ListOfField(f)
	}
	m := arrow.MapOfWithMetadata(fields[0].Type, fields[0].Metadata, fields[1].Type, fields[1].Metadata)
	m.SetItemNullable(true)
	return m
}

// field is the Arrow field of v's arrays.
func (v *vector) field() arrow.Field {
	return arrow.Field{Name: v.node.name, Type: v.dt, Nullable: true, Metadata: v.node.metadata()}
}

func textData(texts []string) arrow.ArrayData {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	b.AppendValues(texts, nil)
	return b.NewArray().Data()
}

func (v *vector) hasEnds() bool {
	return v.width == widthVar || v.node.kind == nodeList || v.node.kind == nodeMap
}

// mark counts a value that is not null; its data is up to the caller.
func (v *vector) mark() {
	if v.nulls > 0 {
		v.bits = setBit(v.bits, v.len, true)
	}
	v.len++
}

// null appends a null.
func (v *vector) null() {
	if v.nulls == 0 {
		v.bits = v.bits[:0]
		for i := 0; i < v.len; i += 8 {
			v.bits = append(v.bits, 0xFF)
		}
	}
	v.bits = setBit(v.bits, v.len, false)
	v.nulls++
	switch {
	case v.width > 0:
		for range v.width {
			v.data = append(v.data, 0)
		}
	case v.width == widthBits:
		v.data = setBit(v.data, v.len, false)
	case v.hasEnds():
		v.ends = append(v.ends, v.ends[v.len])
	default:
		for _, k := range v.kids {
			k.null()
		}
	}
	v.len++
}

// setBit sets bit i of a bitmap that has i bits or more.
func setBit(bits []byte, i int, on bool) []byte {
	for len(bits) <= i>>3 {
		bits = append(bits, 0)
	}
	if on {
		bits[i>>3] |= 1 << (i & 7)
	} else {
		bits[i>>3] &^= 1 << (i & 7)
	}
	return bits
}

// isNull says whether value i is null.
func (v *vector) isNull(i int) bool { return v.nulls > 0 && v.bits[i>>3]&(1<<(i&7)) == 0 }

// put16, put32 and put64 append a fixed-width value.
func (v *vector) put16(x uint16) {
	v.data = binary.LittleEndian.AppendUint16(v.data, x)
	v.mark()
}

func (v *vector) put32(x uint32) {
	v.data = binary.LittleEndian.AppendUint32(v.data, x)
	v.mark()
}

func (v *vector) put64(x uint64) {
	v.data = binary.LittleEndian.AppendUint64(v.data, x)
	v.mark()
}

func (v *vector) putBool(x bool) {
	v.data = setBit(v.data, v.len, x)
	v.mark()
}

// putBytes appends text or bytes.
func (v *vector) putBytes(b []byte) {
	v.data = append(v.data, b...)
	v.endText()
}

// endText ends a text whose bytes have been appended to data.
func (v *vector) endText() {
	v.ends = append(v.ends, int32(len(v.data)))
	v.mark()
}

// endList ends a list or map whose elements have been appended to the first of kids.
func (v *vector) endList() {
	v.ends = append(v.ends, int32(v.kids[0].len))
	v.mark()
}

// cut takes back all values but the first n; parts of a value that was never finished go too.
func (v *vector) cut(n int) {
	for i := n; v.nulls > 0 && i < v.len; i++ {
		if v.isNull(i) {
			v.nulls--
		}
	}
	v.len = min(v.len, n)
	switch {
	case v.width > 0:
		v.data = v.data[:v.len*v.width]
	case v.width == widthBits:
		v.data = v.data[:(v.len+7)/8]
	case v.width == widthVar:
		v.ends = v.ends[:v.len+1]
		v.data = v.data[:v.ends[v.len]]
	case v.node.kind == nodeStruct:
		for _, k := range v.kids {
			k.cut(v.len)
		}
	default:
		v.ends = v.ends[:v.len+1]
		for _, k := range v.kids {
			k.cut(int(v.ends[v.len]))
		}
	}
}

// size is the memory that the values take.
func (v *vector) size() int {
	n := len(v.data) + 4*len(v.ends)
	if v.nulls > 0 {
		n += len(v.bits)
	}
	for _, k := range v.kids {
		n += k.size()
	}
	return n
}

// reset empties v for the next batch. Arrays taken from it are no longer valid.
func (v *vector) reset() {
	v.len, v.nulls = 0, 0
	v.bits, v.data = v.bits[:0], v.data[:0]
	if cap(v.data) > keepBytes {
		v.data = nil
	}
	if v.ends != nil {
		if v.ends = v.ends[:1]; cap(v.ends) > keepBytes/4 {
			v.ends = []int32{0}
		}
	}
	for _, k := range v.kids {
		k.reset()
	}
}

// array lends the values as an Arrow array: valid until the next change of v.
func (v *vector) array() arrow.ArrayData {
	valid := (*memory.Buffer)(nil)
	if v.nulls > 0 {
		valid = memory.NewBufferBytes(v.bits)
	}
	data := memory.NewBufferBytes(v.data)
	switch {
	case v.node.kind == nodeDict && v.dict == nil:
		return v.denseText(valid)
	case v.node.kind == nodeDict:
		return array.NewDataWithDictionary(v.dt, v.len, []*memory.Buffer{valid, data}, v.nulls, 0, v.dict.(*array.Data))
	case v.width == widthVar:
		return array.NewData(v.dt, v.len, []*memory.Buffer{valid, v.endsBuffer(), data}, nil, v.nulls, 0)
	case v.width != widthNested:
		return array.NewData(v.dt, v.len, []*memory.Buffer{valid, data}, nil, v.nulls, 0)
	}
	kids := make([]arrow.ArrayData, len(v.kids))
	for i, k := range v.kids {
		kids[i] = k.array()
	}
	if v.node.kind == nodeStruct {
		return array.NewData(v.dt, v.len, []*memory.Buffer{valid}, kids, v.nulls, 0)
	}
	if v.node.kind == nodeMap {
		entries := array.NewData(v.dt.(*arrow.MapType).Elem(), v.kids[0].len, []*memory.Buffer{nil}, kids, 0, 0)
		kids = []arrow.ArrayData{entries}
	}
	return array.NewData(v.dt, v.len, []*memory.Buffer{valid, v.endsBuffer()}, kids, v.nulls, 0)
}

func (v *vector) endsBuffer() *memory.Buffer {
	return memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(v.ends))
}

// denseText is the array of a dictionary vector as plain text.
func (v *vector) denseText(valid *memory.Buffer) arrow.ArrayData {
	ends := make([]int32, 1, v.len+1)
	var text []byte
	for i := range v.len {
		if !v.isNull(i) {
			text = append(text, v.node.symbols[binary.LittleEndian.Uint32(v.data[4*i:])]...)
		}
		ends = append(ends, int32(len(text)))
	}
	offsets := memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(ends))
	return array.NewData(v.dt, v.len, []*memory.Buffer{valid, offsets, memory.NewBufferBytes(text)}, nil, v.nulls, 0)
}
