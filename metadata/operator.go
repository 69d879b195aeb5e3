package metadata

// Operator is the state of one operator over all its subtasks.
//
//	2:     id par:i32 maxPar:i32 chain:i32 (= 1)          n:i32 subtask{n}
//	3, 4:  id par:i32 maxPar:i32 coordinator:?stream      n:i32 subtask{n}
//	5 – 7: name:utf uid:utf, then as 3
//	id    := byte{16}
//
// Since version 3, n = -1 means that the whole operator had finished.
type Operator struct {
	Name           string // since version 5; empty: not recorded
	UID            string // since version 5; empty: not recorded
	ID             OperatorID
	Parallelism    int32
	MaxParallelism int32
	Coordinator    *InlineHandle // nil: none
	FullyFinished  bool          // no subtask records then
	Subtasks       []*Subtask    // in file order; subtasks without state may be missing
	// ChainLength is what version 2 records (always 1); version 1 is split into operators when it is read.
	ChainLength int32
	// Chain is set by version 1 only: position in the chain (0 = tail, ChainLength-1 = head). The ids of positions
	// below the head are not recorded there; ID is then zero and VertexID names the job vertex.
	Chain    int32
	VertexID OperatorID
}

// maxMaxParallelism is the number of key groups a job may have.
const maxMaxParallelism = 32768

var (
	operatorV2 = operatorCodec{
		minSize: 32,
		decode: func(d *decoder, op *Operator) {
			d.operatorHead(op)
			op.ChainLength = d.i32("chainLength")
			d.subtasks(op, d.count("subtasks", d.body.subtask.minSize))
		},
		append: func(e *encoder, op *Operator) {
			e.withoutNames(op)
			e.operatorHead(op)
			if op.Coordinator != nil {
				e.fail("coordinator", "version 2 has no coordinator state")
			}
			if op.FullyFinished {
				e.fail("finished", "version 2 has no finished operators")
			}
			e.i32(op.ChainLength)
			e.count(len(op.Subtasks))
			e.subtasks(op)
		},
	}
	operatorV3 = operatorCodec{
		minSize: 29,
		decode:  decodeOperatorV3,
		append: func(e *encoder, op *Operator) {
			e.withoutNames(op)
			appendOperatorV3(e, op)
		},
	}
	operatorV5 = operatorCodec{
		minSize: 33,
		decode: func(d *decoder, op *Operator) {
			op.Name = d.utf("name")
			op.UID = d.utf("uid")
			decodeOperatorV3(d, op)
		},
		append: func(e *encoder, op *Operator) {
			e.utf("name", op.Name)
			e.utf("uid", op.UID)
			appendOperatorV3(e, op)
		},
	}
)

func (d *decoder) operatorHead(op *Operator) {
	op.ID = d.id("id")
	at := d.r.Pos()
	op.Parallelism = d.i32("parallelism")
	op.MaxParallelism = d.i32("maxParallelism")
	switch par, most := op.Parallelism, op.MaxParallelism; {
	case par < 0:
		d.fail(at, "parallelism", "parallelism is %d", par)
	case most < 0:
		d.fail(at+4, "maxParallelism", "max parallelism is %d", most)
	case par > most:
		d.tolerate(at, "parallelism", "parallelism %d above max parallelism %d", par, most)
	case par == 0 || par > maxMaxParallelism:
		d.warn(at, "parallelism", "parallelism is %d", par)
	case most > maxMaxParallelism:
		d.warn(at+4, "maxParallelism", "max parallelism is %d, a job may have %d", most, maxMaxParallelism)
	}
}

func (d *decoder) id(field string) (id OperatorID) {
	at := d.r.Pos()
	copy(id[:], d.r.Bytes(len(id)))
	d.done(at, field, func() any { return id.String() })
	return id
}

func decodeOperatorV3(d *decoder, op *Operator) {
	d.operatorHead(op)
	at := d.r.Pos()
	coordinator := d.stream("coordinator")
	if inline, ok := coordinator.(*InlineHandle); ok {
		op.Coordinator = inline
	} else if coordinator != nil && !d.bad() {
		d.tolerate(at, "coordinator", "coordinator state under handle code %d, want inline bytes", coordinator.TypeCode())
	}
	at = d.r.Pos()
	n := d.i32("subtasks")
	switch {
	case d.bad():
		return
	case n < -1:
		d.tolerate(at, "subtasks", "%d subtasks", n)
	case n > int32(d.r.Len()/d.body.subtask.minSize):
		d.fail(at, "subtasks", "%d elements cannot fit in the %d bytes left", n, d.r.Len())
	}
	if op.FullyFinished = n < 0; op.FullyFinished && coordinator != nil {
		d.tolerate(at, "subtasks", "a finished operator with coordinator state")
	}
	d.subtasks(op, int(n))
}

// subtasks reads n records; the index of each is legal and occurs once.
func (d *decoder) subtasks(op *Operator, n int) {
	if n <= 0 || d.bad() {
		return
	}
	op.Subtasks = make([]*Subtask, 0, min(n, preallocated))
	var seen map[int32]int // position by index; nil while they ascend
	for i := 0; i < n && !d.bad(); i++ {
		at := d.r.Pos()
		d.path.pushIndex("subtask", i)
		s := &Subtask{}
		d.body.subtask.decode(d, s)
		if !d.bad() && (s.Index < 0 || s.Index >= op.Parallelism) {
			d.tolerate(at, "index", "subtask %d of %d", s.Index, op.Parallelism)
		}
		if seen == nil && i > 0 && s.Index <= op.Subtasks[i-1].Index {
			seen = make(map[int32]int, i)
			for j, earlier := range op.Subtasks {
				seen[earlier.Index] = j
			}
		}
		if _, twice := seen[s.Index]; twice && !d.bad() {
			d.tolerate(at, "index", "subtask %d is recorded twice", s.Index)
		}
		d.path.pop()
		if seen != nil {
			seen[s.Index] = i
		}
		op.Subtasks = append(op.Subtasks, s)
	}
}

func (e *encoder) operatorHead(op *Operator) {
	e.dst = append(e.dst, op.ID[:]...)
	e.i32(op.Parallelism)
	e.i32(op.MaxParallelism)
}

// withoutNames refuses to lose what versions before 5 do not record.
func (e *encoder) withoutNames(op *Operator) {
	if op.Name != "" {
		e.fail("name", "names are recorded since version 5")
	}
	if op.UID != "" {
		e.fail("uid", "uids are recorded since version 5")
	}
}

func appendOperatorV3(e *encoder, op *Operator) {
	e.operatorHead(op)
	if op.Coordinator == nil {
		e.stream("coordinator", nil)
	} else {
		e.stream("coordinator", op.Coordinator)
	}
	if !op.FullyFinished {
		e.count(len(op.Subtasks))
		e.subtasks(op)
		return
	}
	if len(op.Subtasks) > 0 || op.Coordinator != nil {
		e.fail("finished", "a finished operator with state")
	}
	e.i32(-1)
}

func (e *encoder) subtasks(op *Operator) {
	for i, s := range op.Subtasks {
		e.path.pushIndex("subtask", i)
		e.body.subtask.append(e, s)
		e.path.pop()
	}
}
