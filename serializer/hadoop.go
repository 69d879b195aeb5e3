package serializer

import (
	"unicode/utf8"
)

const pkgHadoop = "org.apache.hadoop.io."

// hadoopKinds are Hadoop's own Writable classes.
var hadoopKinds = map[string]Kind{
	"BooleanWritable": KindBoolean, "ByteWritable": KindByte, "ShortWritable": KindShort, "IntWritable": KindInt, "LongWritable": KindLong,
	"FloatWritable": KindFloat, "DoubleWritable": KindDouble, "NullWritable": KindNullValue, "BytesWritable": KindByteArray,
	"Text": KindHadoopText, "VIntWritable": KindHadoopInt, "VLongWritable": KindHadoopLong,
}

// hadoopLong reads a number as WritableUtils writes it: one byte from -112 to 127, or -113 to -120 for one to eight bytes
// that follow, -121 to -128 for as many of the complement. It must be in its shortest form.
func hadoopLong(b []byte, p int) (v int64, next int, err error) {
	if p >= len(b) {
		return 0, 0, ErrShort
	}
	head := int8(b[p])
	if head >= -112 {
		return int64(head), p + 1, nil
	}
	n := -112 - int(head)
	if head < -120 {
		n = -120 - int(head)
	}
	if n > len(b)-p-1 {
		return 0, 0, ErrShort
	}
	for _, c := range b[p+1 : p+1+n] {
		v = v<<8 | int64(c)
	}
	if v < 0 || b[p+1] == 0 || head >= -120 && v <= 127 || head < -120 && ^v >= -112 {
		return 0, 0, corrupt(p, "not a number in its shortest form")
	}
	if head < -120 {
		v = ^v
	}
	return v, p + 1 + n, nil
}

func appendHadoopLong(dst []byte, v int64) []byte {
	if v >= -112 && v <= 127 {
		return append(dst, byte(v))
	}
	head := int8(-112)
	if v < 0 {
		v, head = ^v, -120
	}
	n := int8(1)
	for n < 8 && v>>(8*n) != 0 {
		n++
	}
	dst = append(dst, byte(head-n))
	for n--; n >= 0; n-- {
		dst = append(dst, byte(v>>(8*n)))
	}
	return dst
}

// skipHadoop passes a number, or a text behind its length.
func skipHadoop(n *node, b []byte, p int) (int, error) {
	v, next, err := hadoopLong(b, p)
	switch {
	case err != nil:
		return 0, err
	case n.kind == KindHadoopInt && v != int64(int32(v)):
		return 0, corrupt(p, "number of more than 32 bits")
	case n.kind != KindHadoopText:
		return next, nil
	case v < 0 || v != int64(int32(v)):
		return 0, corrupt(p, "a length of %d", v)
	case int(v) > len(b)-next:
		return 0, ErrShort
	case !utf8.Valid(b[next : next+int(v)]):
		return 0, corrupt(next, "text is not UTF-8")
	}
	return next + int(v), nil
}

// HadoopText returns the text, or the number, that begins b as Hadoop writes them, and what follows it. The value has been
// skipped before.
func HadoopText(b []byte) (text, rest []byte) {
	n, at, _ := hadoopLong(b, 0)
	return b[at : at+int(n)], b[at+int(n):]
}

// HadoopLong is HadoopText for numbers.
func HadoopLong(b []byte) (v int64, rest []byte) {
	v, at, _ := hadoopLong(b, 0)
	return v, b[at:]
}

func (d *decoder) hadoop(n *node) Value {
	v, next, _ := hadoopLong(d.b, d.p)
	switch d.p = next; n.kind {
	case KindHadoopInt:
		return int32(v)
	case KindHadoopLong:
		return v
	}
	return string(d.bytesLent(int(v)))
}

func (e *encoder) hadoop(n *node, v Value) error {
	switch x := v.(type) {
	case int32:
		e.b = appendHadoopLong(e.b, int64(x))
		return n.check(v, KindHadoopInt)
	case int64:
		e.b = appendHadoopLong(e.b, x)
		return n.check(v, KindHadoopLong)
	case string:
		if !utf8.ValidString(x) {
			return n.mismatch(v)
		}
		e.b = append(appendHadoopLong(e.b, int64(len(x))), x...)
		return n.check(v, KindHadoopText)
	}
	return n.mismatch(v)
}
