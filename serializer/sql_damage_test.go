package serializer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"ckpt/internal/javaio"
)

// Rows that contradict their layout are corrupt, at the place where they do.
func TestTableDamage(t *testing.T) {
	const fixed = "0000000000000000"
	for _, tc := range []struct {
		name, typ, row string
		offset         int64
		want           string
	}{
		{"too small", "ROW<`a` INT>", fixed, 4, "row of 8 bytes, want 16"},
		{"odd size", "ROW<`a` INT>", fixed + "010000000000000000", 4, "row of 17 bytes"},
		{"kind", "ROW<>", "0400000000000000", 4, "kind of a row is 4, want 0 to 3"},
		{"stray null bit", "ROW<`a` INT>", "0002000000000000" + fixed, 5, "null bit 1 of a row of 1 columns"},
		{"boolean", "ROW<`a` BOOLEAN>", fixed + "0200000000000000", 12, "boolean is 2"},
		{"inline length", "ROW<`a` STRING>", fixed + "0000000000000088", 19, "8 bytes in a slot of 8"},
		{"offset in the slots", "ROW<`a` STRING>", fixed + "0800000008000000" + fixed, 12, "8 bytes at 8 of 24"},
		{"size past the end", "ROW<`a` STRING>", fixed + "0900000010000000" + fixed, 12, "9 bytes at 16 of 24"},
		{"offset past the end", "ROW<`a` STRING>", fixed + "08000000ffffff7f" + fixed, 12, "at 2147483647 of 24"},
		{"huge size", "ROW<`a` BYTES>", fixed + "ffffff7f10000000" + fixed, 12, "2147483647 bytes at 16 of 24"},
		{"nanos", "ROW<`a` TIMESTAMP(9)>", fixed + "40420f0010000000" + fixed, 12, "1000000 nanoseconds"},
		{"millis past the end", "ROW<`a` TIMESTAMP(9)>", fixed + "0000000014000000" + fixed, 12, "8 bytes at 20 of 24"},
		{"digits", "ROW<`a` DECIMAL(20, 0)>", fixed + "1100000010000000" + fixed + fixed + fixed, 12, "16 bytes at 16 of 40"},
		{"no digits", "ROW<`a` DECIMAL(20, 0)>", fixed + "0000000010000000" + fixed + fixed, 20, "has 0 bytes"},
		{"long digits", "ROW<`a` DECIMAL(20, 0)>", fixed + "0200000010000000" + "0001000000000000" + fixed, 20, "more bytes than it needs"},
		{"overlap", "ROW<`a` STRING, `b` STRING>", fixed + "0900000018000000" + "0900000018000000" + fixed + fixed, 20, "parts of the row overlap"},
		{"null that is none", "ROW<`a` NULL>", fixed + fixed, 12, "a value of type NULL"},
		{"nested row", "ROW<`a` ROW<`b` INT>>", fixed + "1000000010000000" + "0700000000000000" + fixed, 20, "kind of a row is 7"},
		{"count of an array", "ROW<`a` ARRAY<INT>>", fixed + "0800000010000000" + "ffffffff00000000", 20, "array of 4294967295 elements in 8 bytes"},
		{"large count of an array", "ROW<`a` ARRAY<INT>>", fixed + "0800000010000000" + "0300000000000000", 20, "array of 3 elements in 8 bytes"},
		{"array without a count", "ROW<`a` ARRAY<INT>>", fixed + "0000000010000000", 20, "array of 0 bytes"},
		{"stray null bit of an array", "ROW<`a` ARRAY<INT>>", fixed + "1000000010000000" + "0100000002000000" + fixed, 24, "null bit 1 of an array of 1 elements"},
		{"element", "ROW<`a` ARRAY<BOOLEAN>>", fixed + "1000000010000000" + "0100000000000000" + "0300000000000000", 28, "boolean is 3"},
		{"elements overlap", "ROW<`a` ARRAY<STRING>>", fixed + "2800000010000000" + "0200000000000000" + "0900000018000000" + "0900000018000000" + fixed + fixed, 36, "parts of the array overlap"},
		{"map", "ROW<`a` MAP<INT, INT>>", fixed + "0800000010000000" + "0900000000000000", 20, "keys of 9 bytes in a map of 8"},
		{"map of different arrays", "ROW<`a` MAP<INT, INT>>", fixed + "2400000010000000" + "10000000" + "0100000000000000" + fixed + "0000000000000000" + fixed + "00000000", 20, "map of 1 keys and 0 values"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := Compile(mustParse(t, tc.typ))
			row := unhex(t, tc.row)
			b := append(binary.BigEndian.AppendUint32(nil, uint32(len(row))), row...)
			_, err := p.Skip(b)
			fe, _ := errors.AsType[*javaio.FormatError](err)
			if fe == nil || fe.Offset != tc.offset || !strings.Contains(err.Error(), tc.want) || !errors.Is(err, javaio.ErrCorrupt) {
				t.Errorf("err = %v, want %q at %d", err, tc.want, tc.offset)
			}
		})
	}
}

// Lengths that no input bears allocate nothing and are short or corrupt.
func TestTableLengths(t *testing.T) {
	for _, typ := range []string{"STRING", "BYTES", "ROW<`a` INT>", "ARRAY<INT>", "MAP<INT, INT>", "RAW('x', '...')", "DECIMAL(38, 0)"} {
		p := Compile(mustParse(t, typ))
		for _, size := range []uint32{1 << 31, 1<<31 - 1, 1 << 20} {
			b := append(binary.BigEndian.AppendUint32(nil, size), make([]byte, 64)...)
			if _, err := p.Skip(b); err == nil || size < 1<<31 && err != ErrShort {
				t.Errorf("%s of %d bytes: err = %v", typ, size, err)
			}
		}
	}
}

// Whatever byte changes: no panic, and a value that encodes to its bytes.
func TestTableFlips(t *testing.T) {
	for _, typ := range tableSamples {
		p := Compile(mustParse(t, typ))
		for _, b := range tableBytes(t, p) {
			for i := range b {
				for _, flip := range []byte{0x01, 0x10, 0x80, 0xFF} {
					c := bytes.Clone(b)
					c[i] ^= flip
					checkTable(t, p, c)
				}
			}
		}
	}
}

var tableSamples = []string{
	"ROW<`a` INT, `b` STRING, `c` DECIMAL(38, 2), `d` TIMESTAMP(9), `e` BOOLEAN>",
	"ROW<`a` ARRAY<STRING>, `b` MAP<STRING, BIGINT>, `c` ROW<`d` DOUBLE, `e` BYTES>, `f` MULTISET<INT>>",
	"ARRAY<ROW<`a` TIME(3), `b` DATE>>", "MAP<BIGINT, ARRAY<DECIMAL(20, 1)>>",
}

// tableBytes are values of p: all columns present, and all null.
func tableBytes(t testing.TB, p *Program) (values [][]byte) {
	for _, null := range []bool{false, true} {
		b, err := p.Append(nil, sampleOf(p.Type, null))
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, b)
	}
	return values
}

// sampleOf is a value of t.
func sampleOf(t *Type, null bool) Value {
	part := func(i int) Value {
		if null {
			return nil
		}
		return sampleOf(t.Elems[i], false)
	}
	switch t.Kind {
	case KindTableRow:
		s := Struct{Type: t, Reserved: true}
		for i := range t.Elems {
			s.Values = append(s.Values, part(i))
		}
		return s
	case KindTableArray:
		return List{part(0), nil, part(0)}
	case KindTableMap, KindTableMultiset:
		return Map{{part(0), part(1)}, {part(0), nil}}
	case KindTableVarchar:
		return "a text of some length"
	case KindTableVarbinary:
		return []byte("nine bytes")
	}
	p := Compile(t)
	v, _, err := p.Decode(append([]byte{0, 0, 0, 1, 1}, make([]byte, 8)...))
	if err != nil {
		v, _, _ = p.Decode(make([]byte, 12))
	}
	return v
}

// checkTable asserts what holds for every input: what is accepted is decoded, and encoded to the same bytes or value.
func checkTable(t *testing.T, p *Program, b []byte) {
	t.Helper()
	n, err := p.Skip(b)
	if err != nil {
		if _, ok := errors.AsType[*javaio.FormatError](err); err != ErrShort && !ok {
			t.Fatalf("%s %x: err = %v, of no class", p.Type, b, err)
		}
		return
	}
	v, m, err := p.Decode(b)
	if err != nil || m != n {
		t.Fatalf("%s %x: skipped %d bytes, decoded %d, %v", p.Type, b, n, m, err)
	}
	again, err := p.Append(nil, v)
	if err != nil {
		t.Fatalf("%s %x: %v", p.Type, b, err)
	}
	if w, _, err := p.Decode(again); err != nil || show(w) != show(v) {
		t.Fatalf("%s %x: %s becomes %s (err = %v)", p.Type, b, show(v), show(w), err)
	}
	if _, _, err := p.HashBytes(b[:n]); err != nil {
		t.Fatal(err)
	}
}

func FuzzTable(f *testing.F) {
	for _, typ := range tableSamples {
		for _, b := range tableBytes(f, Compile(mustParse(f, typ))) {
			f.Add(typ, b)
		}
	}
	f.Fuzz(func(t *testing.T, typ string, b []byte) {
		if parsed, err := ParseType(typ); err == nil && parsed.Kind.IsTable() {
			checkTable(t, Compile(parsed), b)
		}
	})
}

// Rows of more columns than their serializer knows keep their bytes, as long as the type is the same.
func TestTableRowStored(t *testing.T) {
	wide, narrow := Compile(mustParse(t, "ROW<`a` INT, `b` STRING, `c` STRING>")), Compile(mustParse(t, "ROW<`a` INT>"))
	b, err := wide.Append(nil, Struct{Values: []Value{int32(1), "a text of some length", "x"}})
	if err != nil {
		t.Fatal(err)
	}
	v, n, err := narrow.Decode(b)
	if err != nil || n != len(b) || show(v) != "(a=int32 1)" {
		t.Fatalf("%s, %d of %d bytes, err = %v", show(v), n, len(b), err)
	}
	if again, err := narrow.Append(nil, v); err != nil || !bytes.Equal(again, b) {
		t.Errorf("encoded as %x, want %x (err = %v)", again, b, err)
	}
	other := Compile(mustParse(t, "ROW<`a` INT>"))
	if again, err := other.Append(nil, v); err != nil || len(again) != 20 {
		t.Errorf("for another serializer encoded as %x (err = %v)", again, err)
	}
}

// Both spellings of a null that is kept apart: their hashes differ, and each stays what it is.
func TestTableReserved(t *testing.T) {
	p := Compile(mustParse(t, "ROW<`a` DECIMAL(38, 0), `b` TIMESTAMP(9), `c` STRING>"))
	hashes := map[int32]bool{}
	for _, reserved := range []bool{false, true} {
		b, err := p.Append(nil, Struct{Values: []Value{nil, nil, "a text of some length"}, Reserved: reserved})
		if err != nil {
			t.Fatal(err)
		}
		v, _, err := p.Decode(b)
		if err != nil || v.(Struct).Reserved != reserved || v.(Struct).Stored != nil {
			t.Errorf("%x: %v, err = %v", b, v, err)
		}
		if again, err := p.Append(nil, v); err != nil || !bytes.Equal(again, b) {
			t.Errorf("encoded as %x, want %x (err = %v)", again, b, err)
		}
		hash, _, _ := p.HashBytes(b)
		hashes[hash] = true
		if want := 4 + 32 + 24; !reserved && len(b) != want || reserved && len(b) != want+24 {
			t.Errorf("%d bytes, reserved %t", len(b), reserved)
		}
	}
	if len(hashes) != 2 {
		t.Errorf("hashes %v", hashes)
	}
}

// Rows of 1.9 and 1.10: their kinds are two, and timestamps of 1.9 are milliseconds.
func TestTableLegacy(t *testing.T) {
	row := &Type{Kind: KindTableRow, Flag: true, Elems: []*Type{{Kind: KindTableTimestamp, Precision: 6, Flag: true}}}
	p := Compile(row)
	b := unhex(t, "00000010 0100000000000000 e803000000000000")
	v, _, err := p.Decode(b)
	if err != nil || v.(Struct).Kind != Delete || show(v.(Struct).Values[0]) != show(LocalDateTime{LocalDate{1970, 1, 1}, LocalTime{Second: 1}}) {
		t.Errorf("%s, err = %v", show(v), err)
	}
	if again, err := p.Append(nil, v); err != nil || !bytes.Equal(again, b) {
		t.Errorf("encoded as %x (err = %v)", again, err)
	}
	if _, err := p.Skip(unhex(t, "00000010 0200000000000000 e803000000000000")); err == nil {
		t.Error("a third kind of row is accepted")
	}
}

// What is no value of a type is not encoded.
func TestTableMismatch(t *testing.T) {
	for typ, values := range map[string][]Value{
		"INT": {int64(1), "x", nil}, "STRING": {[]byte("x"), int32(1)}, "BYTES": {"x"}, "BOOLEAN": {int8(1)},
		"DECIMAL(5, 2)": {Decimal{}, int64(1)}, "DECIMAL(20, 2)": {Decimal{}}, "TIMESTAMP(3)": {LocalDateTime{Time: LocalTime{Nanos: 1}}, Instant{}},
		"TIMESTAMP_LTZ(9)": {LocalDateTime{}, Instant{Seconds: 1 << 60}}, "TIME(0)": {LocalTime{Nanos: 1}}, "DATE": {LocalDate{Year: 1 << 30}},
		"ARRAY<INT>": {List{"x"}, Map{}}, "MAP<INT, INT>": {List{}, Map{{"x", nil}}}, "ROW<`a` INT>": {Struct{}, Struct{Values: []Value{"x"}}, List{}},
	} {
		p := Compile(mustParse(t, typ))
		for _, v := range values {
			if b, err := p.Append(nil, v); err == nil {
				t.Errorf("%s: %v is encoded as %x", typ, v, b)
			}
		}
	}
}

func BenchmarkTable(b *testing.B) {
	p := Compile(mustParse(b, "ROW<`a` BOOLEAN, `b` INT, `c` STRING, `d` STRING, `e` DECIMAL(10, 2), `f` TIMESTAMP(3)>"))
	v, err := p.Append(nil, sampleOf(p.Type, false))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("skip", func(b *testing.B) {
		b.SetBytes(int64(len(v)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := p.Skip(v); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("hash", func(b *testing.B) {
		b.SetBytes(int64(len(v)))
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := p.HashBytes(v); err != nil {
				b.Fatal(err)
			}
		}
	})
}
