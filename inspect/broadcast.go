package inspect

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"

	"ckpt/state"
	"ckpt/statereader"
)

// copies compares what subtasks stored of broadcast states: every one of them should have the same map.
type copies struct {
	mu   sync.Mutex
	maps map[*statereader.State][]broadcastCopy
}

// broadcastCopy is a digest of one subtask's map that does not depend on the order of its entries.
type broadcastCopy struct {
	subtask int32
	entries int64
	digest  [sha256.Size]byte
}

// add adds an entry to the copy; one that stands for an empty map counts for nothing.
func (c *broadcastCopy) add(e *state.Entry) {
	if e.Flags&state.Empty != 0 {
		return
	}
	c.entries++
	key := sha256.Sum256(e.UserKey) // of fixed length, so that key and value do not run together
	sum := sha256.Sum256(append(append(key[:], byte(e.Flags&state.Null)), e.Value...))
	for i := range sum {
		c.digest[i] ^= sum[i]
	}
}

// unitCopies are the copies of one unit, which has one for each broadcast state of its subtask.
type unitCopies map[*statereader.State]*broadcastCopy

func (u unitCopies) add(s *statereader.State, e *state.Entry) {
	if s.Kind != state.BroadcastState {
		return
	}
	if u[s] == nil {
		u[s] = &broadcastCopy{subtask: e.Subtask}
	}
	u[s].add(e)
}

// merge takes the copies of a unit that was read to its end.
func (c *copies) merge(u unitCopies) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for s, one := range u {
		c.maps[s] = append(c.maps[s], *one)
	}
}

// findings has one for each state whose copies differ, in the order of the view.
func (c *copies) findings(view *statereader.View) (found []Finding) {
	for _, op := range view.Operators() {
		for _, s := range op.States() {
			list := c.maps[s]
			slices.SortFunc(list, func(a, b broadcastCopy) int { return int(a.subtask) - int(b.subtask) })
			for _, one := range list {
				first := list[0]
				if one.entries == first.entries && one.digest == first.digest {
					continue
				}
				found = append(found, Finding{Code: "BROADCAST_COPIES_DIFFER", Severity: Warning, Offset: -1, Operator: op.Meta.ID.String(), State: s.Name,
					Message: fmt.Sprintf("broadcast state %s: subtask %d has %d entries, subtask %d has %d, and they are not the same map", s.Name,
						first.subtask, first.entries, one.subtask, one.entries),
					Fix: "ckpt export PATH --state " + s.Name + " --all-copies shows all; the job must change broadcast state alike in every subtask"})
				break
			}
		}
	}
	return found
}
