package metadata

// releases in order; positions are compared.
var releases = []string{"1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9", "1.10", "1.11", "1.12", "1.13", "1.14", "1.15",
	"1.16", "1.17", "1.18", "1.19", "1.20", "2.0", "2.1", "2.2", "2.3"}

// span is a range of releases by name; an empty name is open.
type span struct{ first, last string }

// written says which releases write each version.
var written = [...]span{
	0: {"1.1", "1.1"}, 1: {"1.2", "1.2"}, 2: {"1.3", "1.10"}, 3: {"1.11", "1.15"}, 4: {"1.16", "1.20"}, 5: {"2.0", "2.0"}, 6: {"2.1", ""},
}

// keyedWritten says which releases write each code in the position of keyed state.
var keyedWritten = map[HandleCode]span{
	CodeKeyed: {"", "1.14"}, CodeIncrementalV1: {"1.3", "1.14"}, CodeSavepoint: {"1.13", ""},
	CodeChangelogV1: {"1.15", "1.15"}, CodeInlineChanges: {"1.15", ""}, CodeFileChangesV1: {"1.15", "1.15"},
	CodeIncremental: {"1.15", ""}, CodeKeyedV2: {"1.15", ""}, CodeFileChanges: {"1.16", ""}, CodeChangelog: {"1.16", ""},
}

// FlinkVersions returns the releases that write what was found, as "1.16 – 1.20", "1.15" or "2.1 and later": by the version of the file, the
// codes of its handles and what else came later than the version. Where parts of several releases meet, it is the range of
// the version alone.
func (c *Checkpoint) FlinkVersions() string {
	if c.Version < 0 || int(c.Version) >= len(written) {
		return "unreleased"
	}
	version := newReleaseRange(written[c.Version])
	found := version
	for _, op := range c.Operators {
		found.operator(op)
	}
	if c.Changelog114 {
		found = version
		found.narrow(span{"1.14", "1.14"})
	}
	if found.first > found.last {
		found = version
	}
	return found.String()
}

// releaseRange is a range of positions in releases.
type releaseRange struct{ first, last int }

func newReleaseRange(s span) releaseRange {
	r := releaseRange{0, len(releases) - 1}
	r.narrow(s)
	return r
}

func (r *releaseRange) narrow(s span) {
	for i, name := range releases {
		if name == s.first {
			r.first = max(r.first, i)
		}
		if name == s.last {
			r.last = min(r.last, i)
		}
	}
}

func (r *releaseRange) operator(op *Operator) {
	if op.FullyFinished {
		r.narrow(span{"1.14", ""})
	}
	var relative, segments bool
	for h := range op.Streams() {
		switch h.(type) {
		case *RelativeHandle:
			relative = true
		case *SegmentHandle, *EmptySegment:
			segments = true
		}
	}
	if relative {
		r.narrow(span{"1.11", ""})
	}
	if segments {
		r.narrow(span{"1.20", ""})
	}
	for _, s := range op.Subtasks {
		if s.Finished {
			r.narrow(span{"1.14", ""})
		}
		if len(s.LegacyState) > 0 {
			r.narrow(span{"", "1.3"})
		}
		r.keyed(s.ManagedKeyed)
		r.keyed(s.RawKeyed)
		for _, h := range []*OperatorStateHandle{s.ManagedOperator, s.RawOperator} {
			r.operatorState(h)
		}
	}
}

func (r *releaseRange) keyed(h KeyedHandle) {
	if h == nil {
		return
	}
	r.narrow(keyedWritten[h.TypeCode()])
	if log, ok := h.(*ChangelogHandle); ok {
		for _, part := range log.Base {
			r.keyed(part)
		}
		for _, part := range log.Delta {
			r.keyed(part)
		}
	}
}

func (r *releaseRange) operatorState(h *OperatorStateHandle) {
	if h == nil {
		return
	}
	if h.Code == CodeMergedState {
		r.narrow(span{"1.20", ""})
	}
	for i := range h.States {
		if h.States[i].Mode == Broadcast {
			r.narrow(span{"1.5", ""})
		}
	}
}

func (r releaseRange) String() string {
	switch {
	case r.last == len(releases)-1:
		return releases[r.first] + " and later"
	case r.first == r.last:
		return releases[r.first]
	}
	return releases[r.first] + " – " + releases[r.last]
}
