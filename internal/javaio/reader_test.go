package javaio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"testing"
)

func TestReader(t *testing.T) {
	b := append([]byte{0xFF, 0xFE, 1}, AppendInt16(nil, -2)...)
	b = AppendInt32(b, -3)
	b = AppendInt64(b, math.MinInt64)
	b = binary.BigEndian.AppendUint32(b, math.Float32bits(1.5))
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(math.Copysign(0, -1)))
	b = AppendBin(AppendUTF(b, "é"), []byte{7, 8})
	b = AppendBool(binary.AppendUvarint(b, 300), false)
	r := NewReader(b, 1000)
	if r.Uint8() != 0xFF || r.Int8() != -2 || !r.Bool() || r.Int16() != -2 || r.Int32() != -3 || r.Int64() != math.MinInt64 {
		t.Fatal("integers")
	}
	if r.Pos() != 17 || r.Offset() != 1017 || r.Len() != len(b)-17 || !bytes.Equal(r.Rest(), b[17:]) {
		t.Fatalf("at %d, offset %d, %d left", r.Pos(), r.Offset(), r.Len())
	}
	if f, d := r.Float32(), r.Float64(); f != 1.5 || d != 0 || !math.Signbit(d) {
		t.Fatalf("floats %v %v", f, d)
	}
	at := r.Pos()
	if r.UTF() != "é" || !bytes.Equal(r.Since(at), []byte{0, 2, 0xC3, 0xA9}) {
		t.Fatal("text")
	}
	bin := r.Bin()
	if bin = append(bin, 0xEE); !bytes.Equal(bin, []byte{7, 8, 0xEE}) {
		t.Fatalf("bin % x", bin)
	}
	if r.Uvarint() != 300 || r.Bool() {
		t.Fatal("an append to a lent slice reached the next field")
	}
	if err := r.Done(); err != nil {
		t.Fatal(err)
	}
}

// Each defect is reported once, at its place, in its class; later reads give zero.
func TestReaderDefects(t *testing.T) {
	for _, tc := range []struct {
		name   string
		in     string
		read   func(*Reader)
		offset int64
		short  bool // more input might cure it
	}{
		{"u8", "", func(r *Reader) { r.Uint8() }, 100, true},
		{"u16", "\x01", func(r *Reader) { r.Uint16() }, 100, true},
		{"i32", "\x01\x02\x03", func(r *Reader) { r.Int32() }, 100, true},
		{"i64 after i16", "\x01\x02\x03\x04\x05", func(r *Reader) { r.Int16(); r.Int64() }, 102, true},
		{"negative length of bytes", "abc", func(r *Reader) { r.Bytes(-1) }, 100, false},
		{"boolean", "\x00\x02", func(r *Reader) { r.Bool(); r.Bool() }, 101, false},
		{"bin", "\x00\x00\x00\x02a", func(r *Reader) { r.Bin() }, 100, true},
		{"bin of negative length", "\xFF\xFF\xFF\xFFa", func(r *Reader) { r.Bin() }, 100, false},
		{"count", "\x00\x00\x00\x02abcdefg", func(r *Reader) { r.Length(4) }, 100, true},
		{"huge count", "\x7F\xFF\xFF\xFF", func(r *Reader) { r.Length(8) }, 100, true},
		{"text", "\x00\x03ab", func(r *Reader) { r.UTF() }, 102, true},
		{"text that is none", "\x00\x03ab\xFF", func(r *Reader) { r.UTF() }, 104, false},
		{"varint", "\x80\x80", func(r *Reader) { r.Uvarint() }, 100, true},
		{"varint of 65 bits", "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02", func(r *Reader) { r.Uvarint() }, 100, false},
		{"left over", "\x01\x02", func(r *Reader) { r.Uint8() }, 101, false},
		{"of the caller", "\x01", func(r *Reader) { r.Uint8(); r.Failf("bad %d", 1) }, 101, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := NewReader([]byte(tc.in), 100)
			tc.read(r)
			err := r.Done()
			fe, ok := errors.AsType[*FormatError](err)
			if !ok || fe.Offset != tc.offset || !errors.Is(err, ErrCorrupt) || errors.Is(err, ErrEnd) != tc.short {
				t.Fatalf("err = %v, want one at %d, short is %t", err, tc.offset, tc.short)
			}
			if r.Uint8() != 0 || r.Int64() != 0 || r.UTF() != "" || r.Uvarint() != 0 || r.Length(1) != 0 || r.Bytes(1) != nil {
				t.Error("a read after the failure gave something")
			}
			r.Unsupportedf("second")
			r.Fail(errors.New("third"))
			if r.Err() != err {
				t.Errorf("the first failure became %v", r.Err())
			}
		})
	}
}

func TestReaderReset(t *testing.T) {
	r := NewReader([]byte{1, 2}, 0)
	mark := r.Mark()
	r.Int64()
	if r.Err() == nil {
		t.Fatal("no failure")
	}
	if r.Reset(mark); r.Int16() != 0x0102 || r.Done() != nil {
		t.Errorf("after the alternative: %v", r.Err())
	}
}

func TestFormatError(t *testing.T) {
	base := &FormatError{Offset: 12, Field: "offsets", Err: fmt.Errorf("%w: count is 7", ErrCorrupt)}
	err := InFile(InField(InField(base, "[1]"), "keyed"), "/x/_metadata")
	if want := "/x/_metadata@12: keyed[1].offsets: corrupt: count is 7"; err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
	if base.Field != "offsets" || base.File != "" {
		t.Error("the cause was changed")
	}
	if InFile(err, "/other") != err || !errors.Is(Shift(err, 8), ErrCorrupt) {
		t.Error("the file was named twice, or the class lost")
	}
	if fe, _ := errors.AsType[*FormatError](Shift(err, 8)); fe.Offset != 20 {
		t.Errorf("shifted to %d", fe.Offset)
	}
	plain := errors.New("boom")
	if InField(plain, "x") != plain || Shift(plain, 1) != plain || InField(nil, "x") != nil || InFile(nil, "x") != nil {
		t.Error("another error was changed")
	}
	if got := InFile(plain, "/x"); !errors.Is(got, plain) || got.Error() != "/x: boom" {
		t.Errorf("%v", got)
	}
	if got := (&FormatError{Offset: -1, Err: ErrMissing}).Error(); got != "missing" {
		t.Errorf("%q", got)
	}
	r := NewReader(nil, 0)
	r.InField("sound")
	r.Uint8()
	r.InField("a")
	if fe, _ := errors.AsType[*FormatError](r.Err()); fe.Field != "a" {
		t.Errorf("field %q", fe.Field)
	}
}
