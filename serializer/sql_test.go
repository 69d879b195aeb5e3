package serializer

import (
	"bytes"
	"math/big"
	"testing"
)

// Rows in the layout of Flink's own tests of its hash: a key, its bytes and its hash code.
func TestTableKeys(t *testing.T) {
	for _, tc := range []struct {
		name, typ, row string
		values         []Value
		hash           int32
	}{
		{"none", "ROW<>", "0000000000000000", nil, -1670924195},
		{"long", "ROW<`k` BIGINT>", "0000000000000000 0100000000000000", []Value{int64(1)}, 1465514398},
		{"another long", "ROW<`k` BIGINT>", "0000000000000000 0200000000000000", []Value{int64(2)}, 1340390384},
		{"int", "ROW<`k` INT>", "0000000000000000 0700000000000000", []Value{int32(7)}, -348168691},
		{"inline text", "ROW<`k` STRING>", "0000000000000000 6200000000000081", []Value{"b"}, 377813733},
		{"text", "ROW<`k` STRING>", "0000000000000000 0b00000010000000 48656c6c6f20576f726c640000000000", []Value{"Hello World"}, 1147993945},
		{"null", "ROW<`k` STRING>", "0001000000000000 0000000000000000", []Value{nil}, -1748325344},
		{"two nulls", "ROW<`k` STRING, `l` INT>", "0003000000000000 00000000000000000000000000000000", []Value{nil, nil}, -1130415291},
		{"two ints", "ROW<`k` INT, `l` INT>", "0000000000000000 0100000000000000 0000000000000000", []Value{int32(1), int32(0)}, -1362674182},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := Compile(mustParse(t, tc.typ))
			row := unhex(t, tc.row)
			b, err := p.Append(nil, Struct{Type: p.Type, Values: tc.values})
			if want := append([]byte{0, 0, 0, byte(len(row))}, row...); err != nil || !bytes.Equal(b, want) {
				t.Fatalf("encoded as %x, want %x (err = %v)", b, want, err)
			}
			hash, known, err := p.HashBytes(b)
			if hash != tc.hash || !known || err != nil {
				t.Errorf("hash %d, known %t, want %d (err = %v)", hash, known, tc.hash, err)
			}
			v, n, err := p.Decode(b)
			if also, known := p.Hash(v); n != len(b) || err != nil || also != hash || !known {
				t.Errorf("%v (%d of %d bytes) hashes to %d, known %t; err = %v", v, n, len(b), also, known, err)
			}
		})
	}
}

// A value of each type, by itself, as the column of a row and as an element; bytes as Flink writes them.
func TestTableValues(t *testing.T) {
	decimal := func(n int64, scale int32) Decimal { return Decimal{Unscaled: big.NewInt(n), Scale: scale} }
	huge, _ := new(big.Int).SetString("-99999999999999999999999999999999999999", 10)
	for _, tc := range []struct {
		typ     string
		v       Value
		alone   string // by itself
		slot    string // in a row of one column, behind the header
		element string // in an array of one element, behind its head of 8 bytes
	}{
		{"BOOLEAN", true, "01", "0100000000000000", "0100000000000000"},
		{"TINYINT", int8(-2), "fe", "fe00000000000000", "fe00000000000000"},
		{"SMALLINT", int16(-2), "fffe", "feff000000000000", "feff000000000000"},
		{"INT", int32(-2), "fffffffe", "feffffff00000000", "feffffff00000000"},
		{"BIGINT", int64(-2), "fffffffffffffffe", "feffffffffffffff", "feffffffffffffff"},
		{"FLOAT", float32(1.5), "3fc00000", "0000c03f00000000", "0000c03f00000000"},
		{"DOUBLE", 1.5, "3ff8000000000000", "000000000000f83f", "000000000000f83f"},
		{"DATE", LocalDate{Year: 1969, Month: 12, Day: 31}, "ffffffff", "ffffffff00000000", "ffffffff00000000"},
		{"TIME(3)", LocalTime{Hour: 1, Second: 2, Nanos: 3_000_000}, "0036f653", "53f6360000000000", "53f6360000000000"},
		{"TIME(0)", int32(-1), "ffffffff", "ffffffff00000000", "ffffffff00000000"},
		{"INTERVAL YEAR(2) TO MONTH", int32(14), "0000000e", "0e00000000000000", "0e00000000000000"},
		{"INTERVAL DAY(2) TO SECOND(3)", int64(1000), "00000000000003e8", "e803000000000000", "e803000000000000"},
		{"DECIMAL(18, 2)", decimal(-150, 2), "ffffffffffffff6a", "6affffffffffffff", "6affffffffffffff"},
		{"DECIMAL(19, 2)", decimal(-150, 2), "00000002ff6a",
			"0200000010000000 ff6a0000000000000000000000000000", "0200000010000000 ff6a0000000000000000000000000000"},
		{"DECIMAL(38, 0)", Decimal{Unscaled: huge}, "00000010b4c4b357a5793b85f675ddc000000001",
			"1000000010000000 b4c4b357a5793b85f675ddc000000001", "1000000010000000 b4c4b357a5793b85f675ddc000000001"},
		{"TIMESTAMP(3)", LocalDateTime{LocalDate{1969, 12, 31}, LocalTime{23, 59, 59, 999_000_000}}, "ffffffffffffffff", "ffffffffffffffff", "ffffffffffffffff"},
		{"TIMESTAMP(9)", LocalDateTime{LocalDate{1969, 12, 31}, LocalTime{23, 59, 59, 999_000_001}}, "ffffffffffffffff00000001",
			"0100000010000000 ffffffffffffffff", "0100000010000000 ffffffffffffffff"},
		{"TIMESTAMP_LTZ(3)", Instant{Seconds: -1, Nanos: 999_000_000}, "ffffffffffffffff", "ffffffffffffffff", "ffffffffffffffff"},
		{"TIMESTAMP_LTZ(6)", Instant{Seconds: 1, Nanos: 2_003_000}, "00000000000003ea00000bb8",
			"b80b000010000000 ea03000000000000", "b80b000010000000 ea03000000000000"},
		{"STRING", "", "00000000", "0000000000000080", "0000000000000080"},
		{"CHAR(7)", "seven77", "00000007736576656e3737", "736576656e373787", "736576656e373787"},
		{"CHAR(8)", "eight888", "000000086569676874383838", "0800000010000000 6569676874383838", "0800000010000000 6569676874383838"},
		{"BINARY(3)", []byte{1, 2, 0xFF}, "000000030102ff", "0102ff0000000083", "0102ff0000000083"},
		{"BYTES", make([]byte, 9), "00000009000000000000000000",
			"0900000010000000 00000000000000000000000000000000", "0900000010000000 00000000000000000000000000000000"},
		{"ARRAY<INT>", List{int32(5), nil}, "00000010 02000000 02000000 05000000 00000000",
			"1000000010000000 02000000 02000000 05000000 00000000", "1000000010000000 02000000 02000000 05000000 00000000"},
		{"ARRAY<INT>", List{}, "00000008 00000000 00000000", "0800000010000000 0000000000000000", "0800000010000000 0000000000000000"},
		{"MAP<TINYINT, STRING>", Map{{int8(1), nil}}, "00000024 10000000 01000000 00000000 0100000000000000 01000000 01000000 0000000000000000", "", ""},
		{"MULTISET<TINYINT>", Map{{int8(1), int32(3)}}, "00000024 10000000 01000000 00000000 0100000000000000 01000000 00000000 0300000000000000", "", ""},
	} {
		t.Run(tc.typ, func(t *testing.T) {
			typ := mustParse(t, tc.typ)
			checkEncoding(t, typ, tc.v, tc.alone)
			row, array := &Type{Kind: KindTableRow, Elems: []*Type{typ}}, &Type{Kind: KindTableArray, Elems: []*Type{typ}}
			if tc.slot == "" {
				checkEncoding(t, row, Struct{Type: row, Values: []Value{tc.v}}, "")
				checkEncoding(t, array, List{tc.v}, "")
				return
			}
			checkEncoding(t, row, Struct{Type: row, Values: []Value{tc.v}}, prefixed(t, "0000000000000000"+tc.slot))
			checkEncoding(t, array, List{tc.v}, prefixed(t, "0100000000000000"+tc.element))
			checkEncoding(t, array, List{tc.v, nil, tc.v}, "")
			checkEncoding(t, row, Struct{Type: row, Values: []Value{nil}}, prefixed(t, "00010000000000000000000000000000"))
		})
	}
}

// prefixed puts the length in front of hex digits.
func prefixed(t *testing.T, digits string) string {
	n := len(unhex(t, digits))
	return string([]byte{'0', '0', '0', '0', '0', '0', hexDigit(n >> 4), hexDigit(n & 15)}) + digits
}

func hexDigit(n int) byte { return "0123456789abcdef"[n] }

// checkEncoding asserts that v is encoded as want, if that is given, and decoded from it; and that every part of it is
// too short.
func checkEncoding(t *testing.T, typ *Type, v Value, want string) {
	t.Helper()
	p := Compile(typ)
	b, err := p.Append(nil, v)
	if err != nil {
		t.Fatalf("%s %v: %v", typ, v, err)
	}
	if want != "" && !bytes.Equal(b, unhex(t, want)) {
		t.Fatalf("%s %v: encoded as %x, want %s", typ, v, b, want)
	}
	got, n, err := p.Decode(b)
	if err != nil || n != len(b) || show(got) != show(v) {
		t.Fatalf("%s %x: %s, want %s (%d bytes, err = %v)", typ, b, show(got), show(v), n, err)
	}
	for i := range b {
		if _, err := p.Skip(b[:i]); err != ErrShort {
			t.Fatalf("%s: %d of %d bytes: err = %v", typ, i, len(b), err)
		}
	}
	if typ.FixedLength() > 0 && typ.FixedLength() != len(b) {
		t.Errorf("%s: declared length %d, %d bytes", typ, typ.FixedLength(), len(b))
	}
}
