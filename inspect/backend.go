package inspect

import (
	"slices"

	"ckpt/metadata"
	"ckpt/statereader"
)

// backendsOf names the kinds of an operator's handles by their codes. Codes 3 and 12 do not say which layout
// follows: "heap" is the usual one and refineBackends corrects it from the content.
func backendsOf(op *metadata.Operator) []string {
	set := map[string]bool{}
	for _, st := range op.Subtasks {
		if st.ManagedKeyed != nil {
			set[keyedBackend(st.ManagedKeyed)] = true
		}
		if st.ManagedOperator != nil && !st.ManagedOperator.Empty {
			set["operator-state"] = true
		}
		if st.RawKeyed != nil || st.RawOperator != nil || len(st.LegacyState) > 0 {
			set["raw"] = true
		}
		if len(st.InputChannels)+len(st.OutputChannels) > 0 {
			set["channel-state"] = true
		}
	}
	return sorted(set)
}

func keyedBackend(h metadata.KeyedHandle) string {
	switch h := h.(type) {
	case *metadata.KeyGroupsHandle:
		if h.Code == 7 {
			return "canonical"
		}
		return "heap"
	case *metadata.IncrementalHandle:
		return "rocksdb-incremental" // also of key groups without entries, which share no file
	case *metadata.ChangelogHandle, *metadata.InlineChangesHandle, *metadata.FileChangesHandle:
		return "changelog"
	}
	return "unknown"
}

// refineBackends replaces "heap" by the layout that the reader found in the files.
func refineBackends(backends []string, op *statereader.Operator) []string {
	if !slices.Contains(backends, "heap") || len(op.Layouts) == 0 {
		return backends
	}
	set := map[string]bool{}
	for _, b := range backends {
		if b != "heap" {
			set[b] = true
		}
	}
	for l := range op.Layouts {
		if l == statereader.LayoutFull {
			set["rocksdb-full"] = true
		} else {
			set["heap"] = true
		}
	}
	return sorted(set)
}

func sorted(set map[string]bool) []string {
	out := []string{}
	for s := range set {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

// formatOf names the format of a whole snapshot by the handles in it and, for savepoints, the recorded properties.
func formatOf(cp *metadata.Checkpoint) string {
	set := map[string]bool{}
	for _, op := range cp.Operators {
		for _, st := range op.Subtasks {
			if st.ManagedKeyed != nil {
				set[keyedBackend(st.ManagedKeyed)] = true
			}
		}
	}
	savepoint := cp.Properties != nil && cp.Properties.Savepoint
	if len(set) == 0 && savepoint && cp.Properties.Format != "" {
		return map[string]string{"CANONICAL": "canonical", "NATIVE": "native"}[cp.Properties.Format]
	}
	return formatFrom(sorted(set), savepoint)
}

func formatFrom(backends []string, savepoint bool) string {
	switch {
	case len(backends) == 0:
		return "none"
	case len(backends) > 1:
		return "mixed"
	case backends[0] == "canonical", backends[0] == "changelog":
		return backends[0]
	case savepoint:
		return "native"
	case backends[0] == "rocksdb-incremental":
		return "incremental"
	}
	return "full"
}
