package metadata

import "slices"

// Versions 0 (Flink 1.1) and 1 (Flink 1.2) record the state of job vertices, not of operators. They are only read.
//
//	V0    := nTasks:i32 task0{nTasks}
//	task0 := vertexID par:i32 n:i32 entry{n} m:i32 entry{m}          operator states, then keyed states
//	entry := subtask:i32 length:i32 (-1: null) byte{length} size:i64 duration:i64
//
//	V1    := nTasks:i32 task{nTasks}
//	task  := vertexID par:i32 maxPar:i32 chainLength:i32 n:i32 sub{n}
//	sub   := index:i32 duration:i64 legacy managed raw ?keyed ?keyed
//	legacy, managed, raw := n:i32 (?stream | ?operatorState){n}      by position in the chain, the last is the head
const (
	minTaskV0    = 28
	minEntryV0   = 24
	minTaskV1    = 32
	minSubtaskV1 = 26
)

// LegacyTask is one job vertex of a version 0 file: sizes only.
type LegacyTask struct {
	VertexID    OperatorID
	Parallelism int32
	Entries     []LegacyEntry
}

// LegacyEntry is a Java-serialized state handle of version 0.
type LegacyEntry struct {
	Keyed    bool
	Subtask  int32
	Bytes    []byte // nil: null; borrowed from the decoded input
	Size     int64
	Duration int64
}

func decodeV0(d *decoder, c *Checkpoint) {
	n := d.count("tasks", minTaskV0)
	for i := 0; i < n && !d.bad(); i++ {
		d.path.pushIndex("task", i)
		t := &LegacyTask{VertexID: d.id("vertexID"), Parallelism: d.i32("parallelism")}
		d.entriesV0(t, "operatorState", false)
		d.entriesV0(t, "keyedState", true)
		d.path.pop()
		c.Tasks = append(c.Tasks, t)
	}
}

func (d *decoder) entriesV0(t *LegacyTask, field string, keyed bool) {
	n := d.count(field, minEntryV0)
	for i := 0; i < n && !d.bad(); i++ {
		d.path.pushIndex(field, i)
		e := LegacyEntry{Keyed: keyed, Subtask: d.i32("subtask")}
		at := d.r.Pos()
		if length := d.i32("length"); length != -1 {
			e.Bytes = d.r.Bytes(int(length))
			d.done(at+4, "bytes", func() any { return e.Bytes })
		}
		e.Size = d.i64("size")
		e.Duration = d.i64("duration")
		d.path.pop()
		t.Entries = append(t.Entries, e)
	}
}

func decodeV1(d *decoder, c *Checkpoint) {
	n := d.count("tasks", minTaskV1)
	for i := 0; i < n && !d.bad(); i++ {
		d.path.pushIndex("task", i)
		d.taskV1(c)
		d.path.pop()
	}
}

// taskV1 reads one job vertex as the operators of its chain: the head, and those of the others that have state.
func (d *decoder) taskV1(c *Checkpoint) {
	head := &Operator{}
	d.operatorHead(head)
	head.VertexID = head.ID
	at := d.r.Pos()
	if head.ChainLength = d.i32("chainLength"); head.ChainLength < 1 {
		d.fail(at, "chainLength", "chain of %d operators", head.ChainLength)
	}
	head.Chain = head.ChainLength - 1
	chain := map[int32]*Operator{head.Chain: head}
	n := d.count("subtasks", minSubtaskV1)
	for i := 0; i < n && !d.bad(); i++ {
		d.path.pushIndex("subtask", i)
		d.subtaskV1(head, chain)
		d.path.pop()
	}
	positions := make([]int32, 0, len(chain))
	for p := range chain {
		positions = append(positions, p)
	}
	slices.Sort(positions)
	for _, p := range positions {
		c.Operators = append(c.Operators, chain[p])
	}
}

func (d *decoder) subtaskV1(head *Operator, chain map[int32]*Operator) {
	at := d.r.Pos()
	index := d.i32("index")
	if index < 0 || index >= head.Parallelism {
		d.tolerate(at, "index", "subtask %d of %d", index, head.Parallelism)
	}
	if n := len(head.Subtasks); n > 0 && head.Subtasks[n-1].Index >= index {
		d.tolerate(at, "index", "subtask %d is not after subtask %d", index, head.Subtasks[n-1].Index)
	}
	s := &Subtask{Index: index, Duration: d.i64("duration")}
	head.Subtasks = append(head.Subtasks, s)
	// part returns the record of the chained operator at position i.
	part := func(i int) *Subtask {
		op := chain[int32(i)]
		if op == nil {
			op = &Operator{Parallelism: head.Parallelism, MaxParallelism: head.MaxParallelism,
				ChainLength: head.ChainLength, Chain: int32(i), VertexID: head.VertexID}
			chain[int32(i)] = op
		}
		if n := len(op.Subtasks); n == 0 || op.Subtasks[n-1].Index != index {
			op.Subtasks = append(op.Subtasks, &Subtask{Index: index, Duration: s.Duration})
		}
		return op.Subtasks[len(op.Subtasks)-1]
	}
	d.chained("legacyState", head, func(field string, i int) {
		if h := d.stream(field); h != nil {
			part(i).LegacyState = []StreamHandle{h}
			d.warn(d.r.Pos(), "", "state from before Flink 1.2: only 1.2 and 1.3 restore it")
		}
	})
	d.chained("managedOperator", head, func(field string, i int) {
		if h := d.operatorState(field); h != nil {
			part(i).ManagedOperator = h
		}
	})
	d.chained("rawOperator", head, func(field string, i int) {
		if h := d.operatorState(field); h != nil {
			part(i).RawOperator = h
		}
	})
	s.ManagedKeyed = d.keyedField("managedKeyed")
	s.RawKeyed = d.keyedField("rawKeyed")
}

// chained reads a list that has one element per operator of the chain.
func (d *decoder) chained(field string, head *Operator, read func(field string, i int)) {
	at := d.r.Pos()
	n := d.count(field, 1)
	if n > int(head.ChainLength) {
		d.fail(at, field, "%d elements for a chain of %d operators", n, head.ChainLength)
	}
	for i := 0; i < n && !d.bad(); i++ {
		d.path.pushIndex(field, i)
		read("", i)
		d.path.pop()
	}
}
