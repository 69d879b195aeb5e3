package export_test

import (
	"bytes"
	"context"
	"fmt"

	"ckpt/export"
	"ckpt/statereader"
)

// One state of a savepoint as JSON lines, by key within each unit.
func ExampleRun() {
	ctx := context.Background()
	v, err := statereader.OpenPath(ctx, "../testdata/savepoints/2.3.0/types-hashmap-canonical-p4-m129-inline0", statereader.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer v.Close()
	var sel statereader.Selection
	for _, op := range v.Operators() {
		if s := op.State("shape"); s != nil {
			sel.States = append(sel.States, s)
		}
	}
	var lines bytes.Buffer
	m, err := export.Run(ctx, v, sel, export.Options{Format: export.JSONL, Stream: &lines, Sort: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(lines.String())
	fmt.Println(m.States[0].Rows, "rows, complete:", m.Complete)
	// Output:
	// {"operator":"structs","state":"shape","kind":"value","key_group":94,"key":0,"value":{"name":"plain"}}
	// {"operator":"structs","state":"shape","kind":"value","key_group":80,"key":2,"value":{"$class":"ckpt.harness.generate.Pojos$Square","fill":"BLUE","name":"square","side":4}}
	// {"operator":"structs","state":"shape","kind":"value","key_group":114,"key":1,"value":{"$class":"ckpt.harness.generate.Pojos$Circle","name":"circle","radius":1.5}}
	// {"operator":"structs","state":"shape","kind":"value","key_group":98,"key":3,"value":{"$class":"ckpt.harness.generate.Pojos$Square","fill":null,"name":null,"side":-4}}
	// 4 rows, complete: true
}
