package metadata

import (
	"strconv"
	"strings"
	"sync"
)

// KnownUID returns the uid of an operator that Flink SQL named itself, found by hashing what the planner may have said:
// "12_group-aggregate" by default, "12_stream-exec-group-aggregate_1_group-aggregate" in 1.15, the committers of sinks,
// and the built-in process table functions, which are named without a number. Only jobs from compiled plans have such uids (or all SQL jobs, if so configured).
func KnownUID(id OperatorID) (uid string, ok bool) {
	uid, ok = knownUIDs()[id]
	return uid, ok
}

// Node numbers of the dictionary. A plan numbers its nodes from 1, but goes on counting in one session.
const (
	knownNodes    = 300
	knownNodes115 = 100
)

// Formats of uids, as in the option table.exec.uid.format: the default, and that of 1.15.
const (
	uidFormat    = "<id>_<transformation>"
	uidFormat115 = "<id>_stream-exec-<type>_1_<transformation>"
)

var knownUIDs = sync.OnceValue(func() map[OperatorID]string {
	all := make(map[OperatorID]string, knownNodes*72)
	add := func(uid string) { all[OperatorIDFromUID(uid)] = uid }
	add("TO_CHANGELOG")
	add("FROM_CHANGELOG")
	for n := 1; n <= knownNodes; n++ {
		nodeUIDs(n, uidFormat, add)
		if n <= knownNodes115 {
			nodeUIDs(n, uidFormat115, add)
		}
	}
	return all
})

// NodeUIDs returns the uids that operators of the node of that number in a SQL plan may have. The format is the option
// table.exec.uid.format; empty: those of all releases.
func NodeUIDs(node int, format string) (uids []string) {
	formats := []string{format}
	if format == "" {
		formats = []string{uidFormat, uidFormat115}
	}
	for _, f := range formats {
		nodeUIDs(node, f, func(uid string) { uids = append(uids, uid) })
	}
	return uids
}

func nodeUIDs(node int, format string, add func(string)) {
	number := strconv.Itoa(node)
	for _, of := range sqlNodes {
		for _, name := range of.transformations {
			uid := strings.NewReplacer("<id>", number, "<type>", of.node, "<version>", "1", "<transformation>", name).Replace(format)
			add(uid)
			if name == "sink" {
				add("Sink Committer: " + uid)
				add("Sink " + uid + " Global Committer")
			}
		}
	}
}

// sqlNodes are the nodes of streaming plans with the names of their transformations.
var sqlNodes = []struct {
	node            string
	transformations []string
}{
	{"table-source-scan", []string{"source"}},
	{"sink", []string{"sink", "constraint-validator", "partitioner", "upsert-materialize", "timestamp-inserter", "row-kind-setter",
		"streaming-writer", "compact-coordinator", "compact-operator", "partition-committer", "discarding-sink"}},
	{"calc", []string{"calc"}},
	{"async-calc", []string{"async-calc"}},
	{"correlate", []string{"correlate"}},
	{"async-correlate", []string{"async-correlate"}},
	{"expand", []string{"expand"}},
	{"exchange", []string{"exchange"}},
	{"union", []string{"union"}},
	{"values", []string{"values"}},
	{"limit", []string{"limit"}},
	{"sort-limit", []string{"rank"}}, // ORDER BY … LIMIT runs as a rank
	{"rank", []string{"rank"}},
	{"watermark-assigner", []string{"watermark-assigner"}},
	{"mini-batch-assigner", []string{"mini-batch-assigner"}},
	{"drop-update-before", []string{"drop-update-before"}},
	{"changelog-normalize", []string{"changelog-normalize"}},
	{"deduplicate", []string{"deduplicate"}},
	{"group-aggregate", []string{"group-aggregate"}},
	{"local-group-aggregate", []string{"local-group-aggregate"}},
	{"global-group-aggregate", []string{"global-group-aggregate"}},
	{"incremental-group-aggregate", []string{"incremental-group-aggregate"}},
	{"group-table-aggregate", []string{"group-table-aggregate"}},
	{"group-window-aggregate", []string{"group-window-aggregate"}},
	{"window-aggregate", []string{"window-aggregate"}},
	{"local-window-aggregate", []string{"local-window-aggregate"}},
	{"global-window-aggregate", []string{"global-window-aggregate"}},
	{"window-table-function", []string{"window"}},
	{"window-join", []string{"window-join"}},
	{"window-rank", []string{"window-rank"}},
	{"window-deduplicate", []string{"window-deduplicate"}},
	{"over-aggregate", []string{"over-aggregate"}},
	{"sort", []string{"sort"}},
	{"temporal-sort", []string{"temporal-sort"}},
	{"join", []string{"join"}},
	{"interval-join", []string{"interval-join", "filter-left", "filter-right", "pad-left", "pad-right"}},
	{"temporal-join", []string{"temporal-join"}},
	{"lookup-join", []string{"lookup-join", "lookup-join-materialize"}},
	{"match", []string{"match", "timestamp-inserter"}},
	{"multi-join", []string{"multi-join"}},
	{"delta-join", []string{"delta-join"}},
	{"process-table-function", []string{"process"}},
	{"lateral-snapshot-join", []string{"lateral-snapshot-join"}},
	{"ml-predict-table-function", []string{"ml-predict-table-function"}},
	{"vector-search-table-function", []string{"vector-search-table-function"}},
	{"python-calc", []string{"python-calc"}},
	{"python-correlate", []string{"python-correlate"}},
	{"python-group-aggregate", []string{"python-group-aggregate"}},
	{"python-group-window-aggregate", []string{"python-group-window-aggregate"}},
	{"python-over-aggregate", []string{"python-over-aggregate"}},
}
