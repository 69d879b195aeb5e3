package statereader

import (
	"context"
	"errors"
	"slices"
	"strings"

	"ckpt/internal/javaio"
	"ckpt/serializer"
	"ckpt/state"
)

// settleTypes takes descriptions back that do not fit: one value that they leave bytes of, or that they find too short,
// and every value of the class is shown as bytes again. Nothing is ever decoded in part.
func (v *View) settleTypes(ctx context.Context) error {
	if v.opts.Types == nil || v.opts.MetadataOnly {
		return nil
	}
	for again := true; again; {
		again = false
		for _, op := range v.operators {
			for _, s := range op.states {
				classes := v.described(s)
				if len(classes) == 0 {
					continue
				}
				why, err := v.misfit(ctx, s)
				if err != nil {
					return err
				}
				if why != nil {
					again = true
					v.withdraw(classes, why)
				}
			}
		}
	}
	return nil
}

// described returns the described classes that values of a state have in them.
func (v *View) described(s *State) (classes []string) {
	add := func(sr *serializer.Serializer) {
		if sr == nil {
			return
		}
		for _, c := range v.serializers.Registry.Used(sr.Type) {
			if !slices.Contains(classes, c) {
				classes = append(classes, c)
			}
		}
	}
	add(s.Key)
	for _, m := range s.Metas {
		add(m.Key)
		add(m.Namespace)
		add(m.UserKey)
		add(m.Value)
	}
	return classes
}

// misfit reads a state and returns the first defect in its entries.
func (v *View) misfit(ctx context.Context, s *State) (why, err error) {
	for _, u := range v.Units(Selection{States: []*State{s}, AllCopies: true}) {
		if u.handle.err != nil {
			continue
		}
		for _, err := range u.Scan(ctx).All() {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if errors.Is(err, javaio.ErrCorrupt) {
				return err, nil
			}
		}
	}
	return nil, nil
}

// withdraw reads headers as if the classes were not described.
func (v *View) withdraw(classes []string, why error) {
	reason := why.Error()
	if fe, ok := errors.AsType[*javaio.FormatError](why); ok {
		reason = strings.TrimPrefix(fe.Err.Error(), javaio.ErrCorrupt.Error()+": ")
	}
	var affected []*state.Header
	for _, op := range v.operators {
		for _, h := range op.handles {
			if h.header == nil || slices.Contains(affected, h.header) {
				continue
			}
			for s := range h.header.Serializers {
				if slices.ContainsFunc(v.serializers.Registry.Used(s.Type), func(c string) bool { return slices.Contains(classes, c) }) {
					affected = append(affected, h.header)
					break
				}
			}
		}
	}
	for _, c := range classes {
		v.serializers.Registry = v.serializers.Registry.Without(c, "its description does not fit: "+reason)
	}
	for _, h := range affected {
		key := h.Key
		h.Use(v.serializers)
		for _, op := range v.operators {
			for _, s := range op.states {
				if s.Key == key {
					s.Key = h.Key
				}
			}
		}
	}
}
