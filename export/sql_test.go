package export

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"ckpt/metadata"
	"ckpt/serializer"
	"ckpt/state"
	"ckpt/statereader"
)

func parseType(tb testing.TB, s string) *serializer.Type {
	t, err := serializer.ParseType(s)
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

// TestTableValues has the rows of the table of values that are SQL's, as the column of a row.
func TestTableValues(t *testing.T) {
	decimal := func(s string, scale int32) serializer.Decimal {
		return serializer.Decimal{Unscaled: bigInt(s), Scale: scale}
	}
	moment := func(year int32, nanos int32) serializer.LocalDateTime {
		return serializer.LocalDateTime{Date: serializer.LocalDate{Year: year, Month: 1, Day: 1}, Time: serializer.LocalTime{Nanos: nanos}}
	}
	for _, tc := range []struct {
		typ     string
		v       serializer.Value
		json    string
		arrow   string
		inexact bool
	}{
		{"BOOLEAN", true, `true`, "bool", false},
		{"TINYINT", int8(-1), `-1`, "int8", false},
		{"SMALLINT", int16(-1), `-1`, "int16", false},
		{"INT", int32(7), `7`, "int32", false},
		{"BIGINT", int64(math.MinInt64), `-9223372036854775808`, "int64", false},
		{"BIGINT", nil, `null`, "int64", false},
		{"FLOAT", float32(1.5), `1.5`, "float32", false},
		{"DOUBLE", math.Inf(1), `"Infinity"`, "float64", false},
		{"CHAR(7)", "seven77", `"seven77"`, "utf8", false},
		{"CHAR(8)", "eight888", `"eight888"`, "utf8", false},
		{"STRING", "", `""`, "utf8", false},
		{"BYTES", []byte{1, 2}, `"AQI="`, "binary", false},
		{"DECIMAL(10, 2)", decimal("-12345", 2), `"-123.45"`, "decimal(10, 2)", false},
		{"DECIMAL(2, 0)", decimal("100", 0), `"100"`, "decimal(2, 0)", true},
		{"DECIMAL(38, 2)", decimal("-99999999999999999999999999999999999999", 2), `"-999999999999999999999999999999999999.99"`, "decimal(38, 2)", false},
		{"DECIMAL(20, 0)", decimal("100000000000000000000", 0), `"100000000000000000000"`, "decimal(20, 0)", true},
		{"DATE", serializer.LocalDate{Year: -4712, Month: 1, Day: 1}, `"-4712-01-01"`, "date32", false},
		{"TIME(3)", serializer.LocalTime{Hour: 23, Nanos: 5_000_000}, `"23:00:00.005"`, "time32[ms]", false},
		{"TIME(0)", int32(-5), `-5`, "time32[ms]", true},
		{"TIMESTAMP(3)", moment(9999, 0), `"9999-01-01T00:00:00"`, "timestamp[ms]", false},
		{"TIMESTAMP(6)", moment(-4712, 1000), `"-4712-01-01T00:00:00.000001"`, "timestamp[us]", false},
		{"TIMESTAMP(6)", moment(2024, 1), `"2024-01-01T00:00:00.000000001"`, "timestamp[us]", true},
		{"TIMESTAMP(9)", moment(2024, 1), `"2024-01-01T00:00:00.000000001"`, "timestamp[ns]", false},
		{"TIMESTAMP(9)", moment(-4712, 1), `"-4712-01-01T00:00:00.000000001"`, "timestamp[ns]", true},
		{"TIMESTAMP(9)", moment(9999, 1), `"9999-01-01T00:00:00.000000001"`, "timestamp[ns]", true},
		{"TIMESTAMP_LTZ(3)", serializer.Instant{Seconds: 1}, `"1970-01-01T00:00:01Z"`, "timestamp[ms, tz=UTC]", false},
		{"INTERVAL YEAR(2) TO MONTH", int32(14), `14`, "int32", false},
		{"INTERVAL DAY(2) TO SECOND(3)", int64(1500), `1500`, "duration[ms]", false},
		{"ARRAY<INT>", serializer.List{int32(1), nil}, `[1,null]`, "list<element: int32, nullable>", false},
		{"MAP<STRING, INT>", serializer.Map{{Key: "a", Value: nil}}, `{"a":null}`, "map<utf8, int32, items_nullable>", false},
		{"MAP<INT, INT>", serializer.Map{{Key: nil, Value: int32(1)}}, `[[null,1]]`, "map<int32, int32, items_nullable>", true},
		{"MAP<STRING, INT>", serializer.Map{{Key: "a", Value: int32(1)}, {Key: "a", Value: int32(2)}}, `[["a",1],["a",2]]`, "map<utf8, int32, items_nullable>", true},
		{"MULTISET<INT>", serializer.Map{{Key: int32(5), Value: int32(2)}}, `[[5,2]]`, "map<int32, int32, items_nullable>", false},
		{"ROW<`a` INT, `$b` STRING>", serializer.Struct{Values: []serializer.Value{int32(1), nil}}, `{"a":1,"$$b":null}`, "struct<a: int32, $$b: utf8>", false},
		{"ROW<`a` INT>", serializer.Struct{Values: []serializer.Value{int32(1)}, Kind: serializer.Delete}, `{"$kind":"-D","a":1}`, "struct<a: int32>", true},
		{"ROW<>", serializer.Struct{}, `{}`, "bool", false},
	} {
		t.Run(fmt.Sprintf("%s %v", tc.typ, tc.v), func(t *testing.T) {
			column := parseType(t, tc.typ)
			ty := &serializer.Type{Kind: serializer.KindTableRow, Fields: []string{"x"}, Elems: []*serializer.Type{column}}
			v := serializer.Struct{Type: ty, Values: []serializer.Value{tc.v}}
			s, h := valueState(ty)
			bytes, err := s.Metas[0].Value.Program.Append(nil, v)
			if err != nil {
				t.Fatal(err)
			}
			e := &state.Entry{Key: make([]byte, 4), Value: bytes, Index: -1, Header: h}
			got, err := AppendRowJSON(nil, s, e)
			const lead = `{"operator":"op","state":"s","kind":"value","key_group":0,"key":0,"value":{"x":`
			if want := lead + tc.json + "}}"; string(got) != want || err != nil {
				t.Errorf("JSON is\n%s, want\n%s (err = %v)", got, want, err)
			}
			b := NewTable(s, TableOptions{}).NewBatch()
			if err := b.Append(e); err != nil {
				t.Fatal(err)
			}
			dt := b.value.kids[1].dt.String()
			if dt != tc.arrow {
				t.Errorf("Arrow type is %s, want %s", dt, tc.arrow)
			}
			if (b.Inexact == 1) != tc.inexact {
				t.Errorf("%d inexact rows", b.Inexact)
			}
			checkBack(t, column, tc.v, got)
		})
	}
}

// checkBack reads the JSON of a row of one column, as keys can be given.
func checkBack(t *testing.T, column *serializer.Type, v serializer.Value, row []byte) {
	switch column.Kind {
	case serializer.KindTableMap, serializer.KindTableMultiset, serializer.KindTableRow, serializer.KindTableTime:
		return
	}
	text := AppendJSON(nil, column, v)
	got, err := ParseJSON(column, text)
	if back := AppendJSON(nil, column, got); err != nil && column.Precision != 2 && column.Precision != 20 || err == nil && string(back) != string(text) {
		t.Errorf("%s of %s reads as %s (err = %v)", text, row, back, err)
	}
}

// TestTableArrowEqualsJSON compares the two ways from bytes to JSON for SQL types and values at random.
func TestTableArrowEqualsJSON(t *testing.T) {
	r := newRand(t)
	exacts := 0
	for range 3000 {
		ty := randomTable(r, r.IntN(4))
		var values [][]byte
		for range 6 {
			v := randomTableValue(r, ty)
			p := serializer.Compile(ty)
			b, err := p.Append(nil, v)
			if err != nil {
				t.Fatalf("%s: %v of %#v", ty, err, v)
			}
			again, _, err := p.Decode(b)
			if err != nil {
				t.Fatalf("%s: %v of %x", ty, err, b)
			}
			if back, err := p.Append(nil, again); err != nil || string(back) != string(b) {
				t.Fatalf("%s: %x is encoded as %x (err = %v)", ty, b, back, err)
			}
			values = append(values, b)
		}
		exacts += compareWays(t, ty, values)
	}
	if exacts == 0 {
		t.Error("no row needed exact: the test has lost its edge")
	}
}

// FuzzTableArrow does the same with any bytes that are a value.
func FuzzTableArrow(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	for seed := range uint64(40) {
		ty := randomTable(rand.New(rand.NewPCG(seed, 0)), int(seed%4))
		b, err := serializer.Compile(ty).Append(nil, randomTableValue(r, ty))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed, b)
	}
	f.Fuzz(func(t *testing.T, seed uint64, b []byte) {
		ty := randomTable(rand.New(rand.NewPCG(seed%4096, 0)), int(seed%4))
		if n, err := serializer.Compile(ty).Skip(b); err == nil && n == len(b) {
			compareWays(t, ty, [][]byte{b, b})
		}
	})
}

func randomTable(r *rand.Rand, depth int) *serializer.Type {
	words := []string{"BOOLEAN", "TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE", "DATE", "TIME(3)", "INTERVAL MONTH",
		"INTERVAL DAY(2)", "CHAR(7)", "STRING", "BYTES", "DECIMAL(18, 3)", "DECIMAL(3, 1)", "DECIMAL(38, 10)", "DECIMAL(19, 0)",
		"TIMESTAMP(0)", "TIMESTAMP(4)", "TIMESTAMP(9)", "TIMESTAMP_LTZ(3)", "TIMESTAMP_LTZ(6)", "TIMESTAMP_LTZ(8)"}
	sub := func() *serializer.Type { return randomTable(r, depth-1) }
	if depth > 0 {
		switch r.IntN(8) {
		case 0:
			return typ(serializer.KindTableArray, sub())
		case 1:
			return typ(serializer.KindTableMap, randomTable(r, 0), sub())
		case 2:
			return typ(serializer.KindTableMultiset, randomTable(r, 0), typ(serializer.KindTableInt))
		case 3:
			return typ(serializer.KindTableRaw, randomType(r, depth-1))
		case 4, 5, 6:
			t := &serializer.Type{Kind: serializer.KindTableRow, Flag: r.IntN(8) == 0}
			for range r.IntN(5) {
				t.Elems = append(t.Elems, sub())
			}
			return t
		}
	}
	t, err := serializer.ParseType(words[r.IntN(len(words))])
	if err != nil {
		panic(err)
	}
	return t
}

func randomTableValue(r *rand.Rand, t *serializer.Type) serializer.Value {
	n := randomInt(r)
	part := func(t *serializer.Type) serializer.Value {
		if r.IntN(5) == 0 {
			return nil
		}
		return randomTableValue(r, t)
	}
	switch t.Kind {
	case serializer.KindTableBoolean:
		return n&1 == 0
	case serializer.KindTableTinyInt:
		return int8(n)
	case serializer.KindTableSmallInt:
		return int16(n)
	case serializer.KindTableInt, serializer.KindTableMonths:
		return int32(n)
	case serializer.KindTableBigInt, serializer.KindTableDuration:
		return n
	case serializer.KindTableFloat:
		return float32(r.NormFloat64())
	case serializer.KindTableDouble:
		return r.NormFloat64()
	case serializer.KindTableDate:
		return serializer.LocalDate{Year: int32(r.IntN(20000) - 5000), Month: int8(1 + r.IntN(12)), Day: int8(1 + r.IntN(28))}
	case serializer.KindTableTime:
		if r.IntN(8) == 0 {
			return int32(-1 - r.IntN(5))
		}
		return serializer.LocalTime{Hour: int8(r.IntN(24)), Minute: int8(r.IntN(60)), Second: int8(r.IntN(60)), Nanos: int32(r.IntN(1000)) * 1_000_000}
	case serializer.KindTableTimestamp, serializer.KindTableInstant:
		return randomMoment(r, t)
	case serializer.KindTableDecimal:
		u := big.NewInt(n)
		if !t.Compact() && r.IntN(2) == 0 {
			u.Mul(u, big.NewInt(math.MaxInt64))
		}
		return serializer.Decimal{Unscaled: u, Scale: t.Scale}
	case serializer.KindTableChar, serializer.KindTableVarchar:
		return []string{"", "a", "seven77", "eight888", "漢字 and more", "\xff"}[min(r.IntN(12), 5)]
	case serializer.KindTableBinary, serializer.KindTableVarbinary:
		return make([]byte, r.IntN(20))
	case serializer.KindTableArray:
		return serializer.List(manyOf(r, func() serializer.Value { return part(t.Elems[0]) }))
	case serializer.KindTableMap, serializer.KindTableMultiset:
		return serializer.Map(manyOf(r, func() serializer.MapEntry {
			return serializer.MapEntry{Key: part(t.Elems[0]), Value: part(t.Elems[1])}
		}))
	case serializer.KindTableRow:
		return randomTableRow(r, t, part)
	}
	switch v := randomValue(r, t.Elems[0]); {
	case t.Elems[0].Kind == serializer.KindVoid:
		return serializer.Struct{Type: t}
	case v == nil:
		return serializer.Some{}
	default:
		return v
	}
}

func randomTableRow(r *rand.Rand, t *serializer.Type, part func(*serializer.Type) serializer.Value) serializer.Value {
	s := serializer.Struct{Type: t, Values: make([]serializer.Value, len(t.Elems)), Kind: serializer.RowKind(r.IntN(4)), Reserved: r.IntN(2) == 0}
	if t.Flag && s.Kind != serializer.Insert {
		s.Kind = serializer.Delete
	}
	for i, e := range t.Elems {
		s.Values[i] = part(e)
	}
	return s
}

func randomMoment(r *rand.Rand, t *serializer.Type) serializer.Value {
	seconds, nanos := r.Int64N(400_000_000_000)-200_000_000_000, int32(r.IntN(1000))*1_000_000
	if !t.Compact() {
		nanos += int32(r.IntN(1_000_000))
		if r.IntN(2) == 0 {
			nanos -= nanos % 1000
		}
	}
	if t.Kind == serializer.KindTableInstant {
		return serializer.Instant{Seconds: seconds, Nanos: nanos}
	}
	y, m, d := civil(floorDiv(seconds, secondsPerDay))
	clock := clockOf(floorMod(seconds, secondsPerDay) * 1_000_000_000)
	clock.Nanos = nanos
	return serializer.LocalDateTime{Date: serializer.LocalDate{Year: int32(y), Month: int8(m), Day: int8(d)}, Time: clock}
}

// orders is a state of SQL rows of six columns.
func orders(tb testing.TB, n int) (*statereader.State, []state.Entry) {
	key := parseType(tb, "ROW<`id` BIGINT>")
	order := parseType(tb, "ROW<`active` BOOLEAN, `age` INT, `name` STRING, `note` STRING, `price` DECIMAL(10, 2), `ts` TIMESTAMP(3)>")
	m := &state.Meta{Name: "order", Kind: state.Value, Namespace: serializer.Derived(typ(serializer.KindVoidNamespace)), Value: serializer.Derived(order)}
	h := &state.Header{Key: serializer.Derived(key), States: []*state.Meta{m}}
	entries := make([]state.Entry, n)
	for i := range entries {
		x := uint64(i) * 0x9E3779B97F4A7C15
		v := serializer.Struct{Type: order, Values: []serializer.Value{x>>20&3 != 0, int32(18 + x>>8&63), fmt.Sprintf("Alexander Blackwood %d", 100+x>>40%900),
			nil, serializer.Decimal{Unscaled: big.NewInt(int64(x >> 45)), Scale: 2},
			serializer.LocalDateTime{Date: serializer.LocalDate{Year: 2024, Month: 5, Day: int8(1 + x>>3%28)}, Time: serializer.LocalTime{Hour: int8(x >> 9 % 24)}}}}
		if x>>22&1 == 0 {
			v.Values[3] = fmt.Sprintf("note-%x", x>>24)
		}
		k, err := h.Key.Program.Append(nil, serializer.Struct{Type: key, Values: []serializer.Value{int64(i)}})
		if err != nil {
			tb.Fatal(err)
		}
		value, err := m.Value.Program.Append(nil, v)
		if err != nil {
			tb.Fatal(err)
		}
		entries[i] = state.Entry{KeyGroup: state.KeyGroup(binary.BigEndian.Uint16(value[8:]) % 128), Key: k, Namespace: []byte{0}, Value: value, Index: -1, Header: h}
	}
	op := &statereader.Operator{Meta: &metadata.Operator{MaxParallelism: 128}, UID: "orders"}
	return &statereader.State{Operator: op, Name: "order", Class: state.ClassKeyed, Kind: state.Value, Metas: h.States, Key: h.Key}, entries
}

// TestTableAllocatesNothing: rows of SQL become columns without an allocation each.
func TestTableAllocatesNothing(t *testing.T) {
	s, entries := orders(t, 512)
	batch := NewTable(s, TableOptions{}).NewBatch()
	fill := func() {
		batch.Reset()
		for i := range entries {
			if err := batch.Append(&entries[i]); err != nil {
				t.Fatal(err)
			}
		}
	}
	fill()
	if n := testing.AllocsPerRun(5, fill); n > 2 {
		t.Errorf("%v allocations for %d rows", n, len(entries))
	}
	if batch.Inexact != 0 {
		t.Errorf("%d inexact rows", batch.Inexact)
	}
}

func BenchmarkTableToArrow(b *testing.B) {
	s, entries := orders(b, benchRows)
	batch := NewTable(s, TableOptions{}).NewBatch()
	b.SetBytes(size(entries))
	b.ReportAllocs()
	done := perRow(b)
	for b.Loop() {
		for i := range entries {
			if err := batch.Append(&entries[i]); err != nil {
				b.Fatal(err)
			}
		}
		batch.Reset()
	}
	done()
}

// TestTableFormats writes a row of the SQL types that no snapshot of the corpus has, in every format.
func TestTableFormats(t *testing.T) {
	ty := parseType(t, "ROW<`a` INTERVAL DAY(2), `b` TIME(0), `c` TIMESTAMP(9), `d` DECIMAL(38, 2), `e` INTERVAL MONTH, `f` MAP<TINYINT, DATE>, `g` NULL, `h` ROW<>>")
	s, h := valueState(ty)
	v := serializer.Struct{Type: ty, Values: make([]serializer.Value, len(ty.Elems))}
	v.Values[0] = int64(77)
	b, err := s.Metas[0].Value.Program.Append(nil, v)
	if err != nil {
		t.Fatal(err)
	}
	for format, part := range map[Format]string{Parquet: "PAR1", Arrow: "ARROW1", CSV: `"a":77`, JSONL: `"a":77`} {
		w := newSink(format, NewTable(s, TableOptions{}), false)
		if err := w.append(s, &state.Entry{Key: make([]byte, 4), Value: b, Index: -1, Header: h}); err != nil {
			t.Fatal(format, err)
		}
		var out bytes.Buffer
		if err := errors.Join(w.begin(&out), w.flush(), w.end()); err != nil || !strings.Contains(strings.ReplaceAll(out.String(), `""`, `"`), part) {
			t.Errorf("%s: %d bytes, %v", format, out.Len(), err)
		}
	}
}

// TestTableKey: a key given as JSON has the bytes that generated code writes, room for nulls included.
func TestTableKey(t *testing.T) {
	key := parseType(t, "ROW<`a` DECIMAL(38, 2), `b` TIMESTAMP(9)>")
	p := serializer.Compile(key)
	v, err := ParseJSON(key, []byte(`{"a":null,"b":null}`))
	if err != nil {
		t.Fatal(err)
	}
	b, err := p.Append(nil, v)
	if err != nil || len(b) != 4+8+16+16+8 {
		t.Errorf("%d bytes, err = %v", len(b), err)
	}
	if v, err = ParseJSON(key, []byte(`["1.5","2024-02-29T12:00:00.000000001"]`)); err != nil {
		t.Fatal(err)
	}
	if got := string(AppendJSON(nil, key, v)); got != `{"a":"1.50","b":"2024-02-29T12:00:00.000000001"}` {
		t.Errorf("got %s", got)
	}
}

// TestTableMapOfManyKeys: a key that comes again goes to the exact column, in large maps too.
func TestTableMapOfManyKeys(t *testing.T) {
	for _, typ := range []string{"MAP<INT, INT>", "MAP<STRING, INT>", "MAP<BOOLEAN, INT>"} {
		ty := parseType(t, typ)
		for _, n := range []int{2, 3, fewKeys, 10 * fewKeys} {
			m := serializer.Map{}
			for i := range n {
				key := map[serializer.Kind]serializer.Value{serializer.KindTableInt: int32(i), serializer.KindTableVarchar: fmt.Sprint(i),
					serializer.KindTableBoolean: i%2 == 0}[ty.Elems[0].Kind]
				m = append(m, serializer.MapEntry{Key: key, Value: int32(i)})
			}
			want := n
			if ty.Elems[0].Kind == serializer.KindTableBoolean {
				want = min(n, 2)
			}
			m = append(m, m[0])
			b, err := serializer.Compile(ty).Append(nil, m)
			if err != nil {
				t.Fatal(err)
			}
			if exacts := compareWays(t, ty, [][]byte{b, b}); exacts != 2 {
				t.Errorf("%s of %d keys: %d rows in the exact column", typ, n+1, exacts)
			}
			s, h := valueState(ty)
			batch := NewTable(s, TableOptions{}).NewBatch()
			if err := batch.Append(&state.Entry{Key: make([]byte, 4), Value: b, Index: -1, Header: h}); err != nil {
				t.Fatal(err)
			}
			if got := batch.value.kids[0].len; got != want {
				t.Errorf("%s of %d keys: %d entries, want %d", typ, n+1, got, want)
			}
		}
	}
}
