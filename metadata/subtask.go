package metadata

// Subtask is the state of one parallel instance of an operator.
//
//	2:     index:i32 duration:i64 (-1) n:i32 ?stream{n} common          n is 0 but for state from before Flink 1.2
//	3 – 6: index:i32 common inputs outputs                              index -(i+1): subtask i had finished, no more follows
//	7:     as 6, flag:u8 [flag is 1: referenceID:i64]
//	common := ( flag:i32 [flag is 1: operatorState] ){2} ?keyed ?keyed  managed and raw
//	inputs, outputs := n:i32 channel{n}
type Subtask struct {
	Index    int32
	Finished bool // no state follows
	// Duration and LegacyState are recorded up to version 2.
	Duration        int64
	LegacyState     []StreamHandle
	ManagedOperator *OperatorStateHandle // nil: none
	RawOperator     *OperatorStateHandle
	ManagedKeyed    KeyedHandle // nil: none
	RawKeyed        KeyedHandle
	InputChannels   []*ChannelHandle
	OutputChannels  []*ChannelHandle
	// ReferenceID is set since version 7 for a subtask whose state was copied from another checkpoint, whose files
	// must stay as long as this checkpoint.
	ReferenceID *CheckpointID
}

// HasState says whether anything is recorded for the subtask: what Flink counts as state on restore.
func (s *Subtask) HasState() bool {
	return s.ManagedOperator != nil || s.RawOperator != nil || s.ManagedKeyed != nil || s.RawKeyed != nil ||
		len(s.InputChannels) > 0 || len(s.OutputChannels) > 0 || len(s.LegacyState) > 0
}

var (
	subtaskV2 = subtaskCodec{
		minSize: 26,
		decode: func(d *decoder, s *Subtask) {
			s.Index = d.i32("index")
			s.Duration = d.i64("duration")
			s.LegacyState = d.legacyState()
			d.subtaskState(s)
		},
		append: func(e *encoder, s *Subtask) {
			e.withoutReference(s)
			if s.Finished || len(s.InputChannels) > 0 || len(s.OutputChannels) > 0 {
				e.fail("", "version 2 has neither finished subtasks nor channel state")
			}
			e.i32(s.Index)
			e.i64(s.Duration)
			e.count(len(s.LegacyState))
			for _, h := range s.LegacyState {
				e.stream("legacyState", h)
			}
			e.subtaskState(s)
		},
	}
	subtaskV3 = subtaskCodec{
		minSize: 4,
		decode:  func(d *decoder, s *Subtask) { d.subtaskSince3(s) },
		append: func(e *encoder, s *Subtask) {
			e.withoutReference(s)
			e.subtaskSince3(s)
		},
	}
	subtaskV7 = subtaskCodec{
		minSize: 4,
		decode: func(d *decoder, s *Subtask) {
			if d.subtaskSince3(s); s.Finished || d.bad() {
				return
			}
			if d.flag("hasReference") == 1 {
				id := CheckpointID(d.i64("referenceID"))
				s.ReferenceID = &id
			}
		},
		append: func(e *encoder, s *Subtask) {
			if e.subtaskSince3(s); s.Finished {
				return
			}
			e.boolean(s.ReferenceID != nil)
			if s.ReferenceID != nil {
				e.i64(int64(*s.ReferenceID))
			}
		},
	}
)

func (d *decoder) subtaskSince3(s *Subtask) {
	at := d.r.Pos()
	s.Index = d.i32("index")
	if s.Index < 0 {
		if s.Finished, s.Index = true, -(s.Index + 1); s.Index == 1<<31-1 {
			d.fail(at, "index", "finished subtask %d", s.Index)
		}
		return
	}
	d.subtaskState(s)
	s.InputChannels = d.channels("inputChannel", false)
	s.OutputChannels = d.channels("outputChannel", true)
}

func (d *decoder) subtaskState(s *Subtask) {
	s.ManagedOperator = d.singleton("managedOperator")
	s.RawOperator = d.singleton("rawOperator")
	s.ManagedKeyed = d.keyedField("managedKeyed")
	s.RawKeyed = d.keyedField("rawKeyed")
}

// singleton reads a list of at most one handle. Flink takes any count but 0 for 1, and fails on null.
func (d *decoder) singleton(field string) *OperatorStateHandle {
	at := d.r.Pos()
	n := d.i32(field)
	if n == 0 || d.bad() {
		return nil
	}
	if n != 1 {
		d.tolerate(at, field, "%d handles, want 0 or 1", n)
	}
	at = d.r.Pos()
	h := d.operatorState(field)
	if h == nil && !d.bad() {
		d.tolerate(at, field, "null where operator state is announced")
	}
	return h
}

// legacyState reads what Flink 1.3 kept of operators from before 1.2; later releases refuse it.
func (d *decoder) legacyState() []StreamHandle {
	at := d.r.Pos()
	n := d.count("legacyState", 1)
	if n > 0 {
		d.warn(at, "legacyState", "state from before Flink 1.2: only 1.3 restores it")
	}
	var list []StreamHandle
	for i := 0; i < n && !d.bad(); i++ {
		d.path.pushIndex("legacyState", i)
		list = append(list, d.stream(""))
		d.path.pop()
	}
	return list
}

func (e *encoder) subtaskSince3(s *Subtask) {
	if len(s.LegacyState) > 0 {
		e.fail("legacyState", "state from before Flink 1.2 exists up to version 2")
	}
	if s.Finished {
		if s.HasState() {
			e.fail("", "a finished subtask with state")
		}
		e.i32(-(s.Index + 1))
		return
	}
	e.i32(s.Index)
	e.subtaskState(s)
	e.channels("inputChannel", s.InputChannels, false)
	e.channels("outputChannel", s.OutputChannels, true)
}

func (e *encoder) subtaskState(s *Subtask) {
	e.singleton("managedOperator", s.ManagedOperator)
	e.singleton("rawOperator", s.RawOperator)
	e.keyedField("managedKeyed", s.ManagedKeyed)
	e.keyedField("rawKeyed", s.RawKeyed)
}

func (e *encoder) singleton(field string, h *OperatorStateHandle) {
	if h == nil {
		e.i32(0)
		return
	}
	e.i32(1)
	e.operatorState(field, h)
}

func (e *encoder) withoutReference(s *Subtask) {
	if s.ReferenceID != nil {
		e.fail("referenceID", "references to other checkpoints exist since version 7")
	}
}
