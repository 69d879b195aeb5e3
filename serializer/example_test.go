package serializer_test

import (
	"encoding/hex"
	"fmt"

	"ckpt/internal/javaio"
	"ckpt/serializer"
)

// A state's header stores a snapshot of its serializer; what that says about values decodes them.
func Example() {
	header := javaio.AppendUTF(nil, "org.apache.flink.api.common.typeutils.base.StringSerializer$StringSerializerSnapshot")
	header = javaio.AppendInt32(header, 3)
	r := javaio.NewReader(header, 0)
	s := serializer.New(serializer.ParseSnapshot(r, nil))
	if err := r.Done(); err != nil {
		fmt.Println(err)
		return
	}

	value, _ := hex.DecodeString("0c417061636865466c696e6b")
	v, n, err := s.Program.Decode(value)
	fmt.Println(s.Type, v, n, err)
	hash, known := s.Program.Hash(v)
	fmt.Println(hash, known)
	// Output:
	// string ApacheFlink 12 <nil>
	// 908325010 true
}

func ExampleParseType() {
	t, err := serializer.ParseType("tuple<string, int>")
	if err != nil {
		fmt.Println(err)
		return
	}
	p := serializer.Compile(t)
	b, err := p.Append(nil, serializer.Struct{Type: t, Values: []serializer.Value{"a", int32(1)}})
	fmt.Printf("%s %x %v\n", t, b, err)
	// Output: tuple<string,int> 026100000001 <nil>
}
