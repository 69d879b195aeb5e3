package inspect

import (
	"fmt"
	"slices"
	"strings"

	"ckpt/metadata"
)

// uids are the known uids of operators: recorded, or proved by hashing to the id.
type uids map[metadata.OperatorID]string

func newUIDs(cp *metadata.Checkpoint, given []string) uids {
	byID := map[metadata.OperatorID]string{}
	for _, u := range given {
		byID[metadata.OperatorIDFromUID(u)] = u
	}
	known := uids{}
	for _, op := range cp.Operators {
		switch {
		case op.UID != "":
			known[op.ID] = op.UID
		case byID[op.ID] != "":
			known[op.ID] = byID[op.ID]
		default:
			if u, ok := metadata.KnownUID(op.ID); ok {
				known[op.ID] = u
			}
		}
	}
	return known
}

// selectOperators finds the operators that the user means: each text is tried as id, then uid, then name.
func selectOperators(cp *metadata.Checkpoint, names uids, texts []string) ([]*metadata.Operator, error) {
	if len(texts) == 0 {
		return cp.Operators, nil
	}
	var out []*metadata.Operator
	for _, text := range texts {
		op, err := selectOperator(cp, names, text)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, op) {
			out = append(out, op)
		}
	}
	return out, nil
}

func selectOperator(cp *metadata.Checkpoint, names uids, text string) (*metadata.Operator, error) {
	var byUID, byName []*metadata.Operator
	id := metadata.OperatorIDFromUID(text)
	for _, op := range cp.Operators {
		if op.ID.String() == strings.ToLower(text) {
			return op, nil
		}
		if names[op.ID] == text || op.ID == id {
			byUID = append(byUID, op)
		}
		if op.Name == text {
			byName = append(byName, op)
		}
	}
	found := byUID
	if len(found) == 0 {
		found = byName
	}
	switch len(found) {
	case 0:
		return nil, hinted{fmt.Errorf("operator %q: %w; there are %s", text, ErrNotFound, operatorNames(cp, names)), showStates}
	case 1:
		return found[0], nil
	}
	ids := make([]string, len(found))
	for i, op := range found {
		ids[i] = op.ID.String()
	}
	return nil, fmt.Errorf("%w: %d operators are named %q; give an id: %s", ErrUsage, len(found), text, strings.Join(ids, ", "))
}

func operatorNames(cp *metadata.Checkpoint, names uids) string {
	const most = 10
	var out []string
	for _, op := range cp.Operators {
		if len(out) == most {
			out = append(out, "…")
			break
		}
		if u := names[op.ID]; u != "" {
			out = append(out, u)
		} else {
			out = append(out, op.ID.String())
		}
	}
	return strings.Join(out, ", ")
}
