package serializer

import "testing"

// benchPojo is a POJO of six fields, all present.
func benchPojo(t testing.TB) (*Program, []byte) {
	p := Compile(mustParse(t, "pojo com.acme.Order{active:boolean,amount:double,count:int,id:long,name:string,note:nullable string}"))
	s := Struct{Type: p.Type, Values: []Value{true, 12.5, int32(7), int64(1234567890123), "customer-0000042", "no note"}}
	b, err := p.Append(nil, s)
	if err != nil {
		t.Fatal(err)
	}
	return p, b
}

func TestSkipAllocatesNothing(t *testing.T) {
	for _, v := range flinkValues(t) {
		if v.p.Type.Kind == KindJava {
			continue // its graph is built to find its end
		}
		if n := testing.AllocsPerRun(10, func() { _, _ = v.p.Skip(v.b) }); n != 0 {
			t.Errorf("%s %x: %v allocations", v.name, v.b, n)
		}
		if len(v.b) == 0 {
			continue
		}
		if n := testing.AllocsPerRun(10, func() { _, _ = v.p.Skip(v.b[:len(v.b)-1]) }); n != 0 {
			t.Errorf("%s %x: %v allocations where it is too short", v.name, v.b, n)
		}
	}
	for typ, v := range map[string]Value{"string": "key", "long": int64(1), "tuple<string,int>": fields(nil, "a", int32(1))} {
		p := Compile(mustParse(t, typ))
		b, err := p.Append(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(10, func() { _, _, _ = p.HashBytes(b) }); n != 0 {
			t.Errorf("hash of %s: %v allocations", typ, n)
		}
	}
}

func BenchmarkSkip(b *testing.B) {
	pojo, order := benchPojo(b)
	text := Compile(scalar(KindString))
	ascii := appendText(nil, "a string of some forty characters, or so", 1)
	greek := appendText(nil, "μία συμβολοσειρά περίπου σαράντα χαρακτήρων", 1)
	pair := Compile(mustParse(b, "tuple<long,int>"))
	list := Compile(mustParse(b, "map<string,long>"))
	m := Map{}
	for _, k := range []string{"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"} {
		m = append(m, MapEntry{k, int64(len(k))})
	}
	entries, err := list.Append(nil, m)
	if err != nil {
		b.Fatal(err)
	}
	for _, bc := range []struct {
		name string
		p    *Program
		v    []byte
	}{
		{"pojo", pojo, order}, {"ascii", text, ascii}, {"greek", text, greek}, {"tuple", pair, make([]byte, 12)}, {"map", list, entries},
	} {
		b.Run(bc.name, func(b *testing.B) {
			b.SetBytes(int64(len(bc.v)))
			b.ReportAllocs()
			for b.Loop() {
				if n, err := bc.p.Skip(bc.v); n != len(bc.v) || err != nil {
					b.Fatal(n, err)
				}
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	p, v := benchPojo(b)
	b.SetBytes(int64(len(v)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := p.Decode(v); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	p, v := benchPojo(b)
	s, _, err := p.Decode(v)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(v)))
	b.ReportAllocs()
	var dst []byte
	for b.Loop() {
		if dst, err = p.Append(dst[:0], s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHashBytes(b *testing.B) {
	p := Compile(scalar(KindString))
	key := appendText(nil, "customer-0000042", 1)
	b.SetBytes(int64(len(key)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := p.HashBytes(key); err != nil {
			b.Fatal(err)
		}
	}
}
