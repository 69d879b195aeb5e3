package metadata

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"

	"ckpt/internal/javaio"
)

// For returns the checkpoint as version v holds it, ready for AppendTo; c is unchanged. For its own version that is a copy.
// Anything that would lose state is an error; what else is lost, Losses says.
//
//   - To version 2: no coordinator state, channel state or finished subtasks; handles keep their codes.
//   - To 3 and up: handles get the codes that Flink since 1.15 writes (3 → 12, 5 → 11), and to 4 and up those since 1.16
//     (8 → 14, 10 → 13). New handle ids are derived from the old handles.
//   - To 4 and up: properties are kept as stored; a checkpoint without any gets null ones.
//   - Below 5: names and uids are dropped. Below 6: channel handles have one channel each.
//   - From 1: every operator needs its id, which that version records for heads of chains only.
func (c *Checkpoint) For(v Version) (*Checkpoint, error) {
	out := c.Clone()
	if v == c.Version {
		return out, nil
	}
	body := v.body()
	switch {
	case body == nil || body.append == nil:
		return nil, unwritable("version", "version %d cannot be written", v)
	case c.Version == 0:
		return nil, unwritable("version", "the state of version 0 cannot be decoded")
	case c.Changelog114:
		return nil, unwritable("", "changelog state of Flink 1.14 cannot be restored by any later release")
	case c.damage != "":
		return nil, unwritable("", "the file this was read from is damaged (%s)", c.damage)
	}
	out.Version = v
	switch {
	case !body.properties:
		out.Properties = nil
	case c.Properties == nil:
		out.Properties = NullProperties()
	}
	for i, op := range out.Operators {
		if err := op.convert(c.Version, v); err != nil {
			return nil, javaio.InField(err, fmt.Sprintf("operator[%d]", i))
		}
	}
	return out, nil
}

// Losses says what a conversion to version v drops without error, in words; empty if nothing.
func (c *Checkpoint) Losses(v Version) []string {
	body := v.body()
	if body == nil {
		return nil
	}
	var lost []string
	if !body.names {
		n := 0
		for _, op := range c.Operators {
			if op.Name != "" || op.UID != "" {
				n++
			}
		}
		if n > 0 {
			lost = append(lost, fmt.Sprintf("names and uids of %d operators", n))
		}
	}
	if !body.properties && c.Properties != nil && !c.Properties.Null {
		lost = append(lost, "checkpoint properties")
	}
	return lost
}

func (op *Operator) convert(from, to Version) error {
	if op.ID.IsZero() && from == 1 {
		return unwritable("id", "the id of the operator at position %d of the chain of %s is not recorded", op.Chain, op.VertexID)
	}
	if to == 2 {
		op.ChainLength = 1
		if op.Coordinator != nil || op.FullyFinished {
			return unwritable("", "operator %s: version 2 has neither coordinator state nor finished operators", op.ID)
		}
	} else {
		op.ChainLength = 0
	}
	op.Chain, op.VertexID = 0, OperatorID{}
	if !to.body().names {
		op.Name, op.UID = "", ""
	}
	for i, s := range op.Subtasks {
		if err := s.convert(to); err != nil {
			return javaio.InField(err, fmt.Sprintf("subtask[%d]", i))
		}
	}
	return nil
}

func (s *Subtask) convert(to Version) error {
	switch {
	case s.ReferenceID != nil && to < 7:
		return unwritable("referenceID", "the files of checkpoint %d must be copied first", *s.ReferenceID)
	case to == 2:
		s.Duration = -1
		if s.Finished || len(s.InputChannels)+len(s.OutputChannels) > 0 {
			return unwritable("", "version 2 has neither channel state nor finished subtasks")
		}
		return nil
	case len(s.LegacyState) > 0:
		return unwritable("legacyState", "state from before Flink 1.2 exists up to version 2")
	}
	s.Duration = 0
	s.ManagedKeyed = upgraded(s.ManagedKeyed, to)
	s.RawKeyed = upgraded(s.RawKeyed, to)
	s.InputChannels = channelsFor(s.InputChannels, to, channelMergedInput)
	s.OutputChannels = channelsFor(s.OutputChannels, to, channelMergedOutput)
	return nil
}

// channelsFor expands merged handles where a version has none. Handles without a type get that of merged ones: Flink since
// 2.1 writes no other, for single channels too.
func channelsFor(list []*ChannelHandle, to Version, merged uint8) []*ChannelHandle {
	var out []*ChannelHandle
	for _, h := range list {
		switch {
		case to >= 6:
			if h.Type == 0 {
				h.Type = merged
			}
			out = append(out, h)
		default:
			out = append(out, h.expanded()...)
		}
	}
	return out
}

// upgraded gives a keyed handle the code that current releases write.
func upgraded(h KeyedHandle, to Version) KeyedHandle {
	switch h := h.(type) {
	case *KeyGroupsHandle:
		if h.Code == CodeKeyed {
			h.Code, h.HandleID = CodeKeyedV2, derivedID(h.Stream, h.KeyGroups.Range)
		}
	case *IncrementalHandle:
		if h.Code == CodeIncrementalV1 {
			h.Code, h.CheckpointedSize, h.HandleID = CodeIncremental, unknownSize, derivedID(h.Meta, h.Range)
		}
	case *ChangelogHandle:
		if h.Code == CodeChangelogV1 && to >= 4 {
			h.Code = CodeChangelog
		}
		for i := range h.Base {
			h.Base[i] = upgraded(h.Base[i], to)
		}
		for i := range h.Delta {
			h.Delta[i] = upgraded(h.Delta[i], to)
		}
	case *FileChangesHandle:
		if h.Code == CodeFileChangesV1 && to >= 4 {
			h.Code, h.StorageID = CodeFileChanges, "filesystem" // the only storage with files
		}
	}
	return h
}

// derivedID returns a UUID (version 3) that is as unique as the physical id of the handle.
func derivedID(h StreamHandle, r KeyGroupRange) string {
	sum := md5.Sum(fmt.Appendf(nil, "%s %d-%d", physicalID(h), r.Start, r.Last()))
	sum[6] = sum[6]&0x0F | 0x30
	sum[8] = sum[8]&0x3F | 0x80
	s := hex.EncodeToString(sum[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// physicalID is what Flink compares handles by: the path, the name of inline bytes, the logical file of a segment.
func physicalID(h StreamHandle) string {
	switch h := innermost(h).(type) {
	case *InlineHandle:
		return h.Name
	case *FileHandle:
		return h.Path
	case *RelativeHandle:
		return h.Path
	case *SegmentHandle:
		return h.LogicalFileID
	default:
		return ""
	}
}
