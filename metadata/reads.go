package metadata

import (
	"fmt"
	"slices"
)

// read says which releases read each version of `_metadata`. Since 1.11 version 1 is refused, since 1.4 version 0.
var read = [...]span{
	0: {"1.1", "1.3"}, 1: {"1.2", "1.10"}, 2: {"1.3", ""}, 3: {"1.11", ""}, 4: {"1.16", ""}, 5: {"2.0", ""}, 6: {"2.1", ""},
}

// RefusedBy returns why a release ("1.20") cannot read the snapshot: by its version, or what is in it that came later.
// Empty: it can. A release that is newer than those known is taken to read what the newest known one reads.
func (c *Checkpoint) RefusedBy(release string) string {
	at := slices.Index(releases, release)
	if at < 0 {
		at = len(releases) - 1
	}
	if c.Version < 0 || int(c.Version) >= len(read) {
		return fmt.Sprintf("version %d of _metadata is not released", c.Version)
	}
	if r := newReleaseRange(read[c.Version]); at < r.first || at > r.last {
		return fmt.Sprintf("version %d of _metadata is read by Flink %s", c.Version, r)
	}
	if c.Changelog114 && release != "1.14" {
		return "changelog handles as 1.14 wrote them are read by 1.14 alone"
	}
	needs := newReleaseRange(span{})
	for _, op := range c.Operators {
		needs.operator(op)
		if slices.ContainsFunc(op.Subtasks, func(s *Subtask) bool { return len(s.LegacyState) > 0 }) && at > slices.Index(releases, "1.3") {
			return fmt.Sprintf("operator %s has state of Flink 1.1, which releases since 1.4 refuse", op.ID)
		}
	}
	if at < needs.first {
		return fmt.Sprintf("it holds handles that are in Flink since %s only", releases[needs.first])
	}
	return ""
}
