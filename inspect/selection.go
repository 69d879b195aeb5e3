package inspect

import (
	"fmt"
	"slices"
	"strings"

	"ckpt/statereader"
)

// Filter says which part of a checkpoint a user means. The zero value means everything.
type Filter struct {
	Operators []string // by id, then uid, then name
	States    []string // every state of that name
	Kind      string   // narrows both
	KeyGroups string   // "0-63,70"
	AllCopies bool     // broadcast state of every subtask
}

// Select finds what the filter means. Nothing found is ErrNotFound, with the names that there are.
func Select(view *statereader.View, f Filter) (sel statereader.Selection, err error) {
	sel.AllCopies = f.AllCopies
	if f.KeyGroups != "" {
		if sel.KeyGroups, err = statereader.ParseKeyGroupSet(f.KeyGroups); err != nil {
			return sel, fmt.Errorf("%w: --key-groups: %w", ErrUsage, err)
		}
	}
	if len(f.Operators) == 0 && len(f.States) == 0 && f.Kind == "" {
		return sel, nil
	}
	ops, err := selectOperators(view.Checkpoint(), viewUIDs(view), f.Operators)
	if err != nil {
		return sel, err
	}
	var names []string
	for _, op := range view.Operators() {
		if !slices.Contains(ops, op.Meta) {
			continue
		}
		sel.Operators = append(sel.Operators, op)
		for _, s := range op.States() {
			if !slices.Contains(names, s.Name) {
				names = append(names, s.Name)
			}
			if f.matches(s) {
				sel.States = append(sel.States, s)
			}
		}
	}
	for _, name := range f.States {
		if !slices.ContainsFunc(sel.States, func(s *statereader.State) bool { return s.Name == name }) {
			return sel, hinted{fmt.Errorf("state %q: %w; there are %s", name, ErrNotFound, strings.Join(names, ", ")), showStates}
		}
	}
	if len(sel.States) == 0 {
		return sel, hinted{fmt.Errorf("no state is selected: %w; there are %s", ErrNotFound, strings.Join(names, ", ")), showStates}
	}
	return sel, nil
}

func (f Filter) matches(s *statereader.State) bool {
	return (len(f.States) == 0 || slices.Contains(f.States, s.Name)) && (f.Kind == "" || f.Kind == string(s.Kind))
}

// viewUIDs are the uids that the view knows.
func viewUIDs(view *statereader.View) uids {
	known := uids{}
	for _, op := range view.Operators() {
		if op.UID != "" {
			known[op.Meta.ID] = op.UID
		}
	}
	return known
}
