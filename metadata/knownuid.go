package metadata

import (
	"strconv"
	"sync"
)

// KnownUID returns the uid of an operator that Flink SQL named itself: "<node>_<transformation>", for small node numbers.
func KnownUID(id OperatorID) (uid string, ok bool) {
	uid, ok = knownUIDs()[id]
	return uid, ok
}

// knownNodes bounds the node numbers of the dictionary.
const knownNodes = 100

var knownUIDs = sync.OnceValue(func() map[OperatorID]string {
	all := make(map[OperatorID]string, knownNodes*len(sqlTransformations))
	for node := 1; node <= knownNodes; node++ {
		for _, name := range sqlTransformations {
			uid := strconv.Itoa(node) + "_" + name
			all[OperatorIDFromUID(uid)] = uid
		}
	}
	return all
})

// sqlTransformations are the names that the SQL planner gives to the transformations of its nodes.
var sqlTransformations = []string{"source", "calc", "sink", "writer"}
