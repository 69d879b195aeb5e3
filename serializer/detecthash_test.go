package serializer

import (
	"fmt"
	"testing"

	"ckpt/internal/keygroup"
)

// TestDetectHash spells the hash codes of generated methods out, and lets the detector find which it was.
func TestDetectHash(t *testing.T) {
	code := func(s Value) int32 { // of a string, or null
		if s == nil {
			return 0
		}
		return stringHash(s.(string))
	}
	type key struct {
		code   Value
		on     bool
		amount int64
		shard  int32
	}
	truth := func(k key, yes, no int32) int32 {
		if k.on {
			return yes
		}
		return no
	}
	typ := mustParse(t, "pojo com.acme.Key{amount:long,code:string,on:boolean,shard:int}")
	value := func(k key) Value { return fields(typ, k.amount, k.code, k.on, k.shard) }
	program := Compile(typ)
	for _, tc := range []struct {
		want string
		hash func(k key) int32
	}{
		{"objects(amount,code,on,shard)", func(k key) int32 {
			return 31*(31*(31*(31+longHash(k.amount))+code(k.code))+truth(k, 1231, 1237)) + k.shard
		}},
		{"objects(shard,on,code,amount)", func(k key) int32 {
			return 31*(31*(31*(31+k.shard)+truth(k, 1231, 1237))+code(k.code)) + longHash(k.amount)
		}},
		{"record(code,shard,amount,on)", func(k key) int32 {
			return 31*(31*(31*code(k.code)+k.shard)+longHash(k.amount)) + truth(k, 1231, 1237)
		}},
		{"lombok(on,shard,amount,code)", func(k key) int32 {
			c := code(k.code)
			if k.code == nil {
				c = 43
			}
			return 59*(59*(59*(59+truth(k, 79, 97))+k.shard)+longHash(k.amount)) + c
		}},
		{"apache(code,on,shard,amount)", func(k key) int32 {
			return 37*(37*(37*(37*17+code(k.code))+truth(k, 0, 1))+k.shard) + longHash(k.amount)
		}},
		{"prime(amount,shard,code,on)", func(k key) int32 {
			return 31*(31*(31*(31*17+longHash(k.amount))+k.shard)+code(k.code)) + truth(k, 1231, 1237)
		}},
		{"field(code)", func(k key) int32 { return code(k.code) }},
		{"", func(k key) int32 { return int32(uint32(k.shard)*2654435761) ^ code(k.code) ^ int32(k.amount*k.amount) }},
	} {
		for _, maxParallelism := range []int32{60, 128, 32768} {
			parts := []*HashDetector{DetectHash(program, maxParallelism), DetectHash(program, maxParallelism)}
			var last []byte
			var group int32
			for i := range int32(40) {
				k := key{fmt.Sprintf("c%d", i%13), i%3 == 0, int64(i) * 5_000_000_011, i * i % 17}
				if i%7 == 0 {
					k.code = nil
				}
				b, err := program.Append(nil, value(k))
				if err != nil {
					t.Fatal(err)
				}
				last, group = b, keygroup.Of(tc.hash(k), maxParallelism)
				parts[i%2].Add(b, group)
				parts[i%2].Add(b, group) // entries of one key
			}
			few := parts[0].Rule()
			if few != nil {
				t.Errorf("%s: %s is believed after %d keys", tc.want, few, parts[0].Keys())
			}
			parts[0].Merge(parts[1])
			got := ""
			if r := parts[0].Rule(); r != nil {
				got = r.String()
				v, _ := program.DecodeFramed(last)
				if h, known := r.Hash(program, v); !known || keygroup.Of(h, maxParallelism) != group {
					t.Errorf("%s: the rule does not give the group that it was found by", got)
				}
			}
			if got != tc.want || parts[0].Keys() != 40 {
				t.Errorf("max parallelism %d: found %q by %d keys, want %q", maxParallelism, got, parts[0].Keys(), tc.want)
			}
			parts[0].Add(last, (group+1)%maxParallelism)
			if r := parts[0].Rule(); r != nil {
				t.Errorf("%s: one key that does not fit leaves %s", tc.want, r)
			}
		}
	}
}

// TestDetectHashOfRows finds which release hashed rows; the present rule needs no proof.
func TestDetectHashOfRows(t *testing.T) {
	typ := mustParse(t, "row<f0:string,f1:int>")
	p := Compile(typ)
	for rule, want := range map[RowRule]string{Row113: "row-1.13", Row112: "row-1.12", Row111: "row-1.11"} {
		d := DetectHash(p, 128)
		for i := range int32(40) {
			v := fields(typ, fmt.Sprint(i), i)
			v.Kind = RowKind(i % 4)
			hash, _ := p.HashAs(v, rule)
			b, err := p.Append(nil, v)
			if err != nil {
				t.Fatal(err)
			}
			d.Add(b, keygroup.Of(hash, 128))
			if i == 3 && (d.Rule() != nil) != (rule == Row113) {
				t.Errorf("%s: after 4 keys %v", want, d.Rule())
			}
		}
		if r := d.Rule(); r == nil || r.String() != want {
			t.Errorf("found %v, want %s", r, want)
		}
	}
}

// TestDetectHashOfScalars: what Flink hashes itself is known, unless a key contradicts.
func TestDetectHashOfScalars(t *testing.T) {
	p := Compile(mustParse(t, "tuple<long,string>"))
	d := DetectHash(p, 128)
	b, err := p.Append(nil, fields(p.Type, int64(7), "x"))
	if err != nil {
		t.Fatal(err)
	}
	hash, _, _ := p.HashBytes(b)
	group := keygroup.Of(hash, 128)
	d.Add(b, group)
	if r := d.Rule(); r == nil || r.String() != "flink" {
		t.Errorf("found %v", r)
	}
	d.Add(b[:3], group)
	if d.Rule() != nil {
		t.Error("a key cut short fits")
	}
	nested := DetectHash(Compile(mustParse(t, "tuple<pojo com.acme.A{a:int},long>")), 128)
	if len(nested.left) < 6 {
		t.Errorf("a class inside a tuple: %d rules", len(nested.left))
	}
}
