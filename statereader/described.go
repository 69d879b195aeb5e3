package statereader

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ckpt/internal/javaio"
	"ckpt/serializer"
	"ckpt/state"
)

// settleTypes takes descriptions back that do not fit: one value that they leave bytes of, or that they find too short,
// and every value of the class is shown as bytes again. Nothing is ever decoded in part.
func (v *View) settleTypes(ctx context.Context) error {
	if v.opts.Types == nil && v.opts.KryoClasses == nil || v.opts.MetadataOnly {
		return nil
	}
	corrupt := map[*State]bool{}
	for again := true; again; {
		again = false
		for _, op := range v.operators {
			for _, s := range op.states {
				if corrupt[s] {
					continue
				}
				misfit, err := v.settle(ctx, s)
				if err != nil {
					return err
				}
				switch misfit {
				case notDescribed:
					corrupt[s] = true
				case takenBack:
					again = true
				}
			}
		}
	}
	return nil
}

// misfit says what became of a state's descriptions.
type misfit uint8

const (
	fits         misfit = iota
	takenBack           // of some classes
	notDescribed        // the state is corrupt without them too
)

// settle takes back the descriptions that the values of a state do not fit.
func (v *View) settle(ctx context.Context, s *State) (misfit, error) {
	classes, ofKryo := v.described(s)
	if len(classes)+len(ofKryo) == 0 {
		return fits, nil
	}
	why, _, err := v.read(ctx, s)
	if err != nil || why == nil {
		return fits, err
	}
	if e, ok := errors.AsType[*serializer.MisfitError](why); ok {
		culprit, err := v.culprit(ctx, e.Classes)
		if err == nil {
			v.withdraw(nil, []string{culprit}, why)
		}
		return takenBack, err
	}
	return v.blame(ctx, s, classes, ofKryo, why)
}

// culprit returns the first of the classes that a value is made of of which no value fits; if each has some that do, the
// first.
func (v *View) culprit(ctx context.Context, met []string) (string, error) {
	innocent := map[string]bool{}
	for _, op := range v.operators {
		for _, s := range op.states {
			if _, ofKryo := v.described(s); len(ofKryo) == 0 {
				continue
			}
			if err := v.kryoClassesOf(ctx, s, innocent); err != nil {
				return "", err
			}
		}
	}
	for _, class := range met {
		if !innocent[class] {
			return class, nil
		}
	}
	return met[0], nil
}

// kryoClassesOf adds the classes in those entries of a state that can be decoded.
func (v *View) kryoClassesOf(ctx context.Context, s *State, found map[string]bool) error {
	for _, u := range v.Units(Selection{States: []*State{s}, AllCopies: true}) {
		if u.handle.err != nil {
			continue
		}
		sc := u.Scan(ctx)
		for e, err := range sc.All() {
			if err != nil {
				break
			}
			m := e.Header.States[e.State]
			for _, part := range []struct {
				s *serializer.Serializer
				b []byte
			}{{m.Value, e.Value}, {m.UserKey, e.UserKey}, {m.Namespace, e.Namespace}, {e.Header.Key, e.Key}} {
				if part.s == nil || part.b == nil || !part.s.Type.HasKryo() {
					continue
				}
				if val, err := part.s.Program.DecodeFramed(part.b); err == nil {
					serializer.Walk(val, func(v serializer.Value) {
						if o, ok := v.(serializer.Object); ok {
							found[o.Class] = true
						}
					})
				}
			}
		}
	}
	return ctx.Err()
}

// blame finds the description without which an operator's states read, where values have no lengths that would tell: the
// one that leaves most entries; else it is all of them, or the state is corrupt.
func (v *View) blame(ctx context.Context, s *State, classes, ofKryo []string, why error) (misfit, error) {
	before := v.serializers
	try := func(classes, ofKryo []string) (still error, n int, err error) {
		affected := v.withdraw(classes, ofKryo, why)
		still, n, err = v.read(ctx, s.Operator.states...)
		v.serializers = before
		v.use(affected)
		return still, n, err
	}
	var one [][2][]string
	for _, c := range classes {
		one = append(one, [2][]string{{c}, nil})
	}
	for _, c := range ofKryo {
		one = append(one, [2][]string{nil, {c}})
	}
	most, best := -1, [2][]string{classes, ofKryo}
	for _, c := range one {
		still, n, err := try(c[0], c[1])
		if err != nil {
			return fits, err
		}
		if still == nil && n > most {
			most, best = n, c
		}
	}
	if most < 0 {
		still, _, err := try(classes, ofKryo)
		if err != nil || still != nil && still.Error() == why.Error() {
			return notDescribed, err
		}
	}
	v.withdraw(best[0], best[1], why)
	return takenBack, nil
}

// described returns the described classes that values of a state have in them, and those that Kryo may have written there.
func (v *View) described(s *State) (classes, ofKryo []string) {
	add := func(sr *serializer.Serializer) {
		if sr == nil {
			return
		}
		for _, c := range v.serializers.Registry.Used(sr.Type) {
			if !slices.Contains(classes, c) {
				classes = append(classes, c)
			}
		}
		if ofKryo == nil && v.serializers.KryoClasses != nil && sr.Type.HasKryo() {
			ofKryo = v.serializers.KryoClasses.Described()
		}
	}
	add(s.Key)
	for _, m := range s.Metas {
		add(m.Key)
		add(m.Namespace)
		add(m.UserKey)
		add(m.Value)
	}
	return classes, ofKryo
}

// read reads states and returns the first defect in their entries, or how many there are.
func (v *View) read(ctx context.Context, states ...*State) (why error, n int, err error) {
	for _, u := range v.Units(Selection{States: states, AllCopies: true}) {
		if u.handle.err != nil {
			continue
		}
		sc := u.Scan(ctx)
		for _, err := range sc.All() {
			if ctx.Err() != nil {
				return nil, 0, ctx.Err()
			}
			if errors.Is(err, javaio.ErrCorrupt) {
				return err, n, nil
			}
			n++
		}
		for _, m := range sc.Missing() { // a value that ended too early makes an id of what follows it
			if strings.HasPrefix(m.Class, "class ") && strings.HasSuffix(m.Reason, serializer.NoSuchID) {
				return fmt.Errorf("%w: %s", javaio.ErrCorrupt, m.Reason), n, nil
			}
		}
	}
	return nil, n, nil
}

// withdraw reads headers as if the classes were not described, and returns them.
func (v *View) withdraw(classes, ofKryo []string, why error) []*state.Header {
	reason := why.Error()
	if fe, ok := errors.AsType[*javaio.FormatError](why); ok {
		reason = fe.Err.Error()
	}
	if e, ok := errors.AsType[*serializer.MisfitError](why); ok {
		if fe, ok := errors.AsType[*javaio.FormatError](e.Err); ok {
			reason = fe.Err.Error()
		}
	}
	reason = "its description does not fit: " + strings.TrimPrefix(reason, javaio.ErrCorrupt.Error()+": ")
	affected := v.headersOf(classes, len(ofKryo) > 0)
	for _, c := range classes {
		v.serializers.Registry = v.serializers.Registry.Without(c, reason)
	}
	if len(ofKryo) > 0 {
		v.serializers.KryoClasses = v.serializers.KryoClasses.Without(ofKryo, reason)
	}
	v.use(affected)
	return affected
}

// headersOf returns the headers with values of the classes, and those with values that Kryo wrote.
func (v *View) headersOf(classes []string, ofKryo bool) (all []*state.Header) {
	for _, op := range v.operators {
		for _, h := range op.handles {
			if h.header == nil || slices.Contains(all, h.header) {
				continue
			}
			for s := range h.header.Serializers {
				if ofKryo && s.Type.HasKryo() || slices.ContainsFunc(v.serializers.Registry.Used(s.Type), func(c string) bool { return slices.Contains(classes, c) }) {
					all = append(all, h.header)
					break
				}
			}
		}
	}
	return all
}

// use makes the serializers of headers anew, and the keys of the states that share them.
func (v *View) use(headers []*state.Header) {
	for _, h := range headers {
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
