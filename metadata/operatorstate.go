package metadata

// Codes of operator state handles; the numbers are on disk.
const (
	CodeOperatorState HandleCode = 4
	CodeMergedState   HandleCode = 17 // file merging, since 1.20
)

// OperatorStateHandle is operator state of one subtask. Code 17 is that of file merging (since 1.20): its stream is a
// segment, or the empty segment where the subtask has no state.
//
//	4  entries stream
//	17 entries taskOwnedDir:utf sharedDir:utf empty:bool stream
//	entries := n:i32 ( name:utf mode:u8 k:i32 offset:i64{k} ){n}
type OperatorStateHandle struct {
	Code   HandleCode
	States []OperatorStateMeta // in file order
	Stream StreamHandle
	// Of code 17:
	TaskOwnedDir, SharedDir string
	Empty                   bool
}

// OperatorStateMeta locates the elements of one operator state in the stream.
type OperatorStateMeta struct {
	Name    string
	Mode    DistributionMode
	Offsets []int64
}

// DistributionMode is how operator state is dealt out on restore; the numbers are on disk.
type DistributionMode uint8

// The distribution modes. Union was named "broadcast" up to Flink 1.4 and meant the same.
const (
	SplitDistribute DistributionMode = 0
	Union           DistributionMode = 1
	Broadcast       DistributionMode = 2
)

// minStateMeta is the smallest encoded entry.
const minStateMeta = 7

// operatorState reads a handle or null.
func (d *decoder) operatorState(field string) *OperatorStateHandle {
	if d.bad() {
		return nil
	}
	d.path.push(field)
	defer d.path.pop()
	at := d.r.Pos()
	h := &OperatorStateHandle{Code: HandleCode(d.u8("code"))}
	switch h.Code {
	case codeNull:
		return nil
	case CodeOperatorState:
		d.stateMetas(h)
		h.Stream = d.requiredStream("stream")
	case CodeMergedState:
		d.stateMetas(h)
		h.TaskOwnedDir = d.utf("taskOwnedDir")
		h.SharedDir = d.utf("sharedDir")
		h.Empty = d.boolean("empty")
		at = d.r.Pos()
		h.Stream = d.stream("stream")
		if !isSegment(h.Stream) {
			d.fail(at, "stream", "merged operator state needs a segment")
		}
	default:
		d.fail(at, "code", "handle code %d where operator state is expected", h.Code)
	}
	return h
}

func isSegment(h StreamHandle) bool {
	switch h.(type) {
	case *SegmentHandle, *EmptySegment:
		return true
	}
	return false
}

func (d *decoder) stateMetas(h *OperatorStateHandle) {
	n := d.count("states", minStateMeta)
	h.States = make([]OperatorStateMeta, 0, min(n, preallocated))
	seen := make(map[string]struct{}, min(n, preallocated))
	for i := 0; i < n && !d.bad(); i++ {
		d.path.pushIndex("state", i)
		at := d.r.Pos()
		m := OperatorStateMeta{Name: d.utf("name")}
		if _, twice := seen[m.Name]; twice {
			d.tolerate(at, "name", "state %q is listed twice", m.Name)
		}
		at = d.r.Pos()
		if m.Mode = DistributionMode(d.u8("mode")); m.Mode > Broadcast {
			d.fail(at, "mode", "unknown distribution mode %d", m.Mode)
		}
		m.Offsets = d.offsets()
		d.path.pop()
		seen[m.Name] = struct{}{}
		h.States = append(h.States, m)
	}
}

func (e *encoder) operatorState(field string, h *OperatorStateHandle) {
	if h == nil {
		e.u8(uint8(codeNull))
		return
	}
	e.path.push(field)
	defer e.path.pop()
	e.u8(uint8(h.Code))
	e.count(len(h.States))
	for i := range h.States {
		m := &h.States[i]
		e.path.pushIndex("state", i)
		e.utf("name", m.Name)
		e.u8(uint8(m.Mode))
		e.offsets(m.Offsets)
		e.path.pop()
	}
	switch h.Code {
	case CodeOperatorState:
		e.requiredStream("stream", h.Stream)
	case CodeMergedState:
		e.utf("taskOwnedDir", h.TaskOwnedDir)
		e.utf("sharedDir", h.SharedDir)
		e.boolean(h.Empty)
		if !isSegment(h.Stream) {
			e.fail("stream", "merged operator state needs a segment")
		}
		e.stream("stream", h.Stream)
	default:
		e.fail("code", "code %d is no operator state handle", h.Code)
	}
}
