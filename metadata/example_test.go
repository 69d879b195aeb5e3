package metadata_test

import (
	"fmt"
	"os"

	"ckpt/metadata"
)

// A savepoint says which operators have state, and in which files.
func Example() {
	const path = "../testdata/savepoints/2.3.0/operator-hashmap-native-p3-m32768/_metadata"
	b, err := os.ReadFile(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := metadata.Decode(b)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("version %d, Flink %s, self-contained: %t\n", c.Version, c.FlinkVersions(), c.SelfContained())
	for _, op := range c.Operators {
		if op.UID == "lists" {
			fmt.Printf("%s: parallelism %d of %d, %d subtask records\n", op.ID, op.Parallelism, op.MaxParallelism, len(op.Subtasks))
		}
	}
	// Output:
	// version 6, Flink 2.1 and later, self-contained: true
	// ee71ae2074dab6424f714964de65e530: parallelism 3 of 32768, 3 subtask records
}
