package serializer

import (
	"bytes"
	"errors"
	"testing"

	"ckpt/internal/javaio"
)

const avroEverything = `{"type":"record","name":"a.All","fields":[
	{"name":"n","type":"null"},{"name":"z","type":"boolean"},{"name":"i","type":"int"},{"name":"l","type":"long"},
	{"name":"f","type":"float"},{"name":"d","type":"double"},{"name":"b","type":"bytes"},{"name":"s","type":"string"},
	{"name":"x","type":{"type":"fixed","name":"X","size":2}},{"name":"e","type":{"type":"enum","name":"E","symbols":["A","B"]}},
	{"name":"u","type":["null","All"]},{"name":"v","type":["int","string"]},
	{"name":"a","type":{"type":"array","items":"long"}},{"name":"m","type":{"type":"map","values":["null","string"]}},
	{"name":"t","type":{"type":"long","logicalType":"timestamp-millis"}}]}`

const (
	avroEverythingBytes = "01 01 808080808010 0000c03f 000000000000f8bf 04 00ff 04 c3bc 0102 02 00 02 02 61 04 02 01 00 02 02 6b 02 02 76 00 02"
	avroNone            = "00 00 00 00000000 0000000000000000 00 00 0000 00 00 00 00 00 00 00"
)

// Values in Avro's own encoding, as its specification has them.
func TestAvroBinary(t *testing.T) {
	for _, tc := range []struct {
		name, schema, in, want string
		again                  bool // encoded as it was
	}{
		{"specification", `{"type":"record","name":"test","fields":[{"name":"a","type":"long"},{"name":"b","type":"string"}]}`, "36 06 666f6f", `(a=int64 27 b="foo")`, true},
		{"everything", avroEverything, avroEverythingBytes,
			`(n=null z=bool true i=int32 -1 l=int64 274877906944 f=1.5 (3fc00000) d=-1.5 (bff8000000000000) b=0x00ff s="\u00fc" x=0x0102 e=serializer.Enum {B 1} u=null v=branch 1 "a" a=[int64 1 int64 -1] m={"k"="v"} t=int64 1)`, true},
		{"numbers", `{"type":"array","items":"int"}`, "0c 00 01 02 7f 8001 ffffffff0f 00", "[int32 0 int32 -1 int32 1 int32 -64 int32 64 int32 -2147483648]", true},
		{"blocks with their size", `{"type":"record","name":"r","fields":[{"name":"a","type":{"type":"array","items":"long"}}]}`, "03 04 02 04 02 06 00", "(a=[int64 1 int64 2 int64 3])", true},
		{"nulls", `{"type":"array","items":"null"}`, "06 00", "[null null null]", true},
		{"long", `"long"`, "ffffffffffffffffff01", "int64 -9223372036854775808", true},
	} {
		s, err := NewAvroSchema(tc.schema)
		if err != nil {
			t.Fatal(err)
		}
		in := unhex(t, tc.in)
		for l, head := range map[MessageLength][]byte{NoLength: nil, VarintLength: {byte(len(in))}, IntLength: {0, 0, 0, byte(len(in))}} {
			p, b := Compile(s.Binary(l)), append(head, in...)
			v, n, err := p.Decode(append(b[:len(b):len(b)], 9))
			if err != nil || n != len(b) || show(v) != tc.want {
				t.Errorf("%s: %d of %d bytes, %v: %s, want %s", tc.name, n, len(b), err, show(v), tc.want)
				continue
			}
			if again, err := p.Append(nil, v); err != nil || bytes.Equal(again, b) != tc.again {
				t.Errorf("%s: encoded as %x, want %x (%v)", tc.name, again, b, err)
			}
			for i := range b {
				if _, err := p.Skip(b[:i]); err != ErrShort {
					t.Errorf("%s: %d of %d bytes: %v", tc.name, i, len(b), err)
				}
			}
			flink, n, err := p.Type.FlinkAvro(nil, b)
			if again, _, decodeErr := Compile(s.Type()).Decode(flink); err != nil || n != len(b) || decodeErr != nil || show(again) != tc.want {
				t.Errorf("%s: in Flink's encoding %x: %s (%v, %v)", tc.name, flink, show(again), err, decodeErr)
			}
		}
	}
}

func TestAvroBinaryBad(t *testing.T) {
	for _, tc := range []struct {
		name, schema, in string
		err              error
		offset           int64
	}{
		{"number of 33 bits", `"int"`, "ffffffff1f", javaio.ErrCorrupt, 0},
		{"longer number", `"int"`, "8000", javaio.ErrCorrupt, 0},
		{"boolean of 2", `"boolean"`, "02", javaio.ErrCorrupt, 0},
		{"negative length", `"string"`, "01", javaio.ErrCorrupt, 0},
		{"length past the end", `"string"`, "fcffffff0f", ErrShort, 0},
		{"not UTF-8", `"string"`, "02ff", javaio.ErrCorrupt, 1},
		{"branch of nothing", `["null","int"]`, "04", javaio.ErrCorrupt, 0},
		{"symbol of nothing", `{"type":"enum","name":"E","symbols":["A"]}`, "02", javaio.ErrCorrupt, 0},
		{"wrong size of a block", `{"type":"array","items":"int"}`, "01 04 00 00", javaio.ErrCorrupt, 3},
		{"block of 2^62", `{"type":"array","items":"null"}`, "feffffffffffffff7f", javaio.ErrCorrupt, 0},
		{"nulls without end", `{"type":"array","items":"null"}`, "feffffff0f", javaio.ErrUnsupported, 5},
		{"deep", `{"type":"record","name":"r","fields":[{"name":"r","type":"r"}]}`, "", javaio.ErrCorrupt, 0},
	} {
		s, err := NewAvroSchema(tc.schema)
		if err != nil {
			t.Fatal(err)
		}
		p := Compile(s.Binary(NoLength))
		_, err = p.Skip(unhex(t, tc.in))
		fe, located := errors.AsType[*javaio.FormatError](err)
		if !errors.Is(err, tc.err) || located && fe.Offset != tc.offset || !located && tc.err != ErrShort {
			t.Errorf("%s: %v, want %v at %d", tc.name, err, tc.err, tc.offset)
		}
	}
	s, err := NewAvroSchema(`"int"`)
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]error{"03 02 02 02": javaio.ErrCorrupt, "01 80": javaio.ErrCorrupt, "80": ErrShort} {
		if _, err := Compile(s.Binary(VarintLength)).Skip(unhex(t, in)); !errors.Is(err, want) {
			t.Errorf("%s: %v", in, err)
		}
	}
}

// A record that Kryo wrote behind its length.
func TestKryoAvro(t *testing.T) {
	s, err := NewAvroSchema(`{"type":"record","name":"test","fields":[{"name":"a","type":"long"},{"name":"b","type":"string"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range []KryoGeneration{Kryo2, Kryo5} {
		p := kryoProgram(t, g, KryoClass{Name: "com.acme.R", Form: KryoAvro, Avro: s})
		in := unhex(t, "0100 636f6d2e61636d652ed2 01 05 36 06666f6f")
		v, err := p.DecodeFramed(in)
		if o, _ := v.(KryoObject); err != nil || shownKryo(o.Graph) != `R((a=int64 27 b="foo"))` && o.Graph.(Object).Value.(Struct).Values[1] != "foo" {
			t.Errorf("Kryo %s: %v, %v", g, v, err)
		}
		if v, err := p.DecodeFramed(append(in[:len(in)-5:len(in)-5], 4, 0x36, 4, 'f', 'o')); err != nil || v.(Opaque).Class != "com.acme.R" {
			t.Errorf("Kryo %s: bytes left over: %v, %v", g, v, err)
		}
	}
}

func FuzzAvroBinary(f *testing.F) {
	s, err := NewAvroSchema(avroEverything)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(unhex(f, avroEverythingBytes))
	f.Add(unhex(f, avroNone))
	p := Compile(s.Binary(NoLength))
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := p.Skip(b)
		if err != nil {
			return
		}
		v, m, err := p.Decode(b)
		if err != nil || m != n {
			t.Fatalf("skips %d, decodes %d: %v", n, m, err)
		}
		if again, err := p.Append(nil, v); err != nil || !bytes.Equal(again, b[:n]) {
			t.Fatalf("%x is encoded as %x: %v", b[:n], again, err)
		}
	})
}
