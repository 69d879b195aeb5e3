package export

import (
	"strings"
	"testing"

	"ckpt/serializer"
)

// A chain of 10,000 objects is JSON nested as deep.
func TestKryoChainJSON(t *testing.T) {
	const n = 10_000
	var v serializer.Value
	for range n {
		v = serializer.Object{Class: "x.N", Names: []string{"next"}, Values: []serializer.Value{v}}
	}
	got := string(AppendJSON(nil, nil, serializer.KryoObject{Graph: v}))
	if want := strings.Repeat(`{"$class":"x.N","next":`, n) + "null" + strings.Repeat("}", n); got != want {
		t.Errorf("%d bytes of JSON, want %d", len(got), len(want))
	}
}

func TestKryoJSON(t *testing.T) {
	typ := &serializer.Type{Kind: serializer.KindKryo, Class: "java.lang.Object"}
	for _, tc := range []struct {
		name string
		v    serializer.Value
		want string
	}{
		{"plain", "text", `"text"`},
		{"uuid", serializer.UUID{15: 1}, `"00000000-0000-0000-0000-000000000001"`},
		{"fields", serializer.KryoObject{Graph: serializer.Object{Class: "x.P", Names: []string{"n", "$d"}, Values: []serializer.Value{int64(1), nil}}},
			`{"$class":"x.P","n":1,"$$d":null}`},
		{"no fields", serializer.KryoObject{Graph: serializer.Object{Class: "x.P", Names: []string{}}}, `{"$class":"x.P"}`},
		{"list that holds itself", serializer.KryoObject{Graph: serializer.Object{Class: "java.util.ArrayList",
			Value: serializer.List{serializer.Ref(0), "a", serializer.Duration{Seconds: 90}}}},
			`[{"$ref":0},"a","PT1M30S"]`},
		{"list of a class of its own", serializer.KryoObject{Graph: serializer.Object{Class: "x.Words", Value: serializer.List{"a"}}},
			`{"$class":"x.Words","$value":["a"]}`},
		{"array", serializer.KryoObject{Graph: serializer.Object{Class: "[Ljava.lang.Object;", Value: serializer.List{int32(5), true}}}, `[5,true]`},
		{"absent", serializer.KryoObject{Graph: serializer.Object{Class: "java.util.Optional"}}, `null`},
		{"sorted", serializer.KryoObject{Graph: serializer.Object{Class: "java.util.TreeSet", Value: serializer.List{},
			Comparator: serializer.Object{Class: "x.C", Names: []string{}}}},
			`{"$class":"java.util.TreeSet","$value":[],"$comparator":{"$class":"x.C"}}`},
		{"map", serializer.KryoObject{Graph: serializer.Object{Class: "java.util.HashMap",
			Value: serializer.Map{{Key: "k", Value: serializer.BitSet{5}}}}}, `{"k":"{0, 2}"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := string(AppendJSON(nil, typ, tc.v)); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}
