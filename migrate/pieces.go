package migrate

import (
	"fmt"
	"strings"

	"ckpt/internal/fspath"
	"ckpt/internal/javaio"
	"ckpt/metadata"
)

// piece is a file that the copy will have: a whole file of the source, or a range of one that file merging filled.
type piece struct {
	candidates []string // where the source may lie, best first
	ref        metadata.Ref
	segment    bool
	start      int64
	size       int64 // of the piece; until it was looked at the recorded one, -1: unknown
	exact      bool  // size is the true one, or the file is damaged
	name       string

	from string // where the source lies
}

const metadataName = "_metadata"

// pieces says which files a self-contained copy of a checkpoint has, in order of first use, and under which name. What is
// used twice is there once. It depends on the metadata alone.
func pieces(c *metadata.Checkpoint, l metadata.Layout) ([]*piece, map[string]*piece, error) {
	var list []*piece
	byKey := map[string]*piece{}
	names := map[string]bool{metadataName: true, markerName: true}
	for ref := range c.Refs() {
		candidates, err := l.Candidates(ref.Handle)
		if err != nil {
			return nil, nil, javaio.InFile(javaio.InField(err, ref.Field), l.File())
		}
		key := pieceKey(ref, candidates)
		if p := byKey[key]; p != nil {
			p.exact = p.exact || ref.SizeExact
			p.size = max(p.size, ref.Size)
			continue
		}
		p := &piece{candidates: candidates, ref: ref, segment: isSegment(ref.Handle), start: ref.Start, size: ref.Size, exact: ref.SizeExact}
		p.name = freeName(p.wanted(), names)
		names[p.name] = true
		byKey[key] = p
		list = append(list, p)
	}
	return list, byKey, nil
}

// pieceKey tells pieces apart. A file that is recorded by two spellings of its path is one.
func pieceKey(ref metadata.Ref, candidates []string) string {
	key := fspath.Identity(candidates[0])
	if isSegment(ref.Handle) {
		key += fmt.Sprintf("@%d+%d", ref.Start, ref.Size)
	}
	return key
}

func isSegment(h metadata.StreamHandle) bool {
	switch h := h.(type) {
	case *metadata.SegmentHandle:
		return true
	case *metadata.KeyGroupsStream:
		return isSegment(h.Stream)
	}
	return false
}

// wanted is the name that the piece has, unless another one does: its own, that of a logical file for a range. Flink draws
// both at random.
func (p *piece) wanted() string {
	name := fspath.Base(p.candidates[0])
	h := p.ref.Handle
	for {
		switch s := h.(type) {
		case *metadata.KeyGroupsStream:
			h = s.Stream
			continue
		case *metadata.SegmentHandle:
			if id := s.LogicalFileID; id != "" && len(id) <= 64 && !strings.ContainsAny(id, `/\:`) && id[0] != '.' {
				return id
			}
			return fmt.Sprintf("%s-%d", name, s.Start)
		}
		return name
	}
}

// freeName adds a number to a name that is taken. Names that begin with a dot are those of unfinished files.
func freeName(name string, taken map[string]bool) string {
	name = strings.TrimLeft(name, ".")
	if len(name) > 200 {
		name = name[:200]
	}
	free := name
	for n := 2; free == "" || free == "/" || taken[free]; n++ {
		free = fmt.Sprintf("%s-%d", name, n)
	}
	return free
}
