package statereader_test

import (
	"context"
	"fmt"
	"log"
	"slices"

	"ckpt/statereader"
)

const savepoint = "../testdata/savepoints/2.3.0/kv-hashmap-canonical-p4-m128"

// The states of a savepoint, with the types that its files record.
func ExampleOpenPath() {
	ctx := context.Background()
	v, err := statereader.OpenPath(ctx, savepoint, statereader.Options{UIDs: []string{"pojo-keys"}})
	if err != nil {
		log.Fatal(err)
	}
	defer v.Close()
	for _, op := range v.Operators() {
		if op.UID != "pojo-keys" {
			continue
		}
		for _, s := range op.States() {
			fmt.Println(s.Kind, s.Name, "of", s.Key.Type)
		}
	}
	// Output:
	// list list of pojo ckpt.harness.generate.Pojos$Account{name:string,region:int}
	// map map of pojo ckpt.harness.generate.Pojos$Account{name:string,region:int}
	// value value of pojo ckpt.harness.generate.Pojos$Account{name:string,region:int}
	// timer _timer_state/event_user-timers of pojo ckpt.harness.generate.Pojos$Account{name:string,region:int}
	// timer _timer_state/processing_user-timers of pojo ckpt.harness.generate.Pojos$Account{name:string,region:int}
}

// Typed rows: stored fields go into Go fields of the same name.
func ExampleRead() {
	ctx := context.Background()
	v, err := statereader.OpenPath(ctx, savepoint, statereader.Options{UIDs: []string{"pojo-keys"}})
	if err != nil {
		log.Fatal(err)
	}
	defer v.Close()
	type place struct {
		Name   *string // nil for null
		Region int
	}
	var lines []string
	for _, op := range v.Operators() {
		if op.UID != "pojo-keys" {
			continue
		}
		for row, err := range statereader.Read[place, any](ctx, v, op.State("value")) {
			if err != nil {
				log.Fatal(err)
			}
			name := "null"
			if row.Key.Name != nil {
				name = *row.Key.Name
			}
			lines = append(lines, fmt.Sprintf("%3d %q in region %d: %v", row.KeyGroup, name, row.Key.Region, row.Value))
		}
	}
	slices.Sort(lines)
	for _, l := range lines {
		fmt.Println(l)
	}
	// Output:
	//  55 "😀" in region 7: 4000005
	//  61 "null" in region 3: 1999999
	//  76 "minus two" in region -2: 999996
	//  94 "" in region 0: 3000002
	// 113 "one" in region 1: -7
}

// The lower level: entries of any states in one pass, undecoded, one unit at a time.
func ExampleUnit_Scan() {
	ctx := context.Background()
	v, err := statereader.OpenPath(ctx, savepoint, statereader.Options{UIDs: []string{"tuple-keys"}})
	if err != nil {
		log.Fatal(err)
	}
	defer v.Close()
	entries, bytes := 0, 0
	for _, u := range v.Units(statereader.Selection{}) {
		if u.Operator.UID != "tuple-keys" {
			continue
		}
		scan := u.Scan(ctx)
		for e, err := range scan.All() {
			if err != nil {
				log.Fatal(err)
			}
			entries++
			bytes += len(e.Key) + len(e.Value) // lent until the next step
		}
		for _, m := range scan.Missing() {
			log.Fatal(m.Reason)
		}
	}
	fmt.Println(entries, "entries,", bytes, "bytes of keys and values")
	// Output:
	// 31 entries, 3102 bytes of keys and values
}
