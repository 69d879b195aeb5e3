package inspect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"

	"ckpt/export"
	"ckpt/internal/javaio"
	"ckpt/internal/keygroup"
	"ckpt/serializer"
	"ckpt/state"
	"ckpt/statereader"
	"ckpt/statereader/wellknown"
)

// GetOptions name what to look up. Key, Namespace and MapKey are JSON, as rows show them.
type GetOptions struct {
	Reader    statereader.Options
	Filter    Filter
	Key       string
	Namespace string
	MapKey    string
	Raw       bool // state of known connectors as stored
}

// Lookup is an opened checkpoint and the state to look in.
type Lookup struct {
	// State is what was found by operator, name and kind.
	State *statereader.State
	// Scanned says that the key's hash is unknown: every key group is searched.
	Scanned bool
	// HashRule is the rule by which the hash of the key was found out; empty: Flink's own, or Scanned.
	HashRule string

	view   *statereader.View
	stored *statereader.State // State, as its serializers declare it
	known  statereader.Recoder
	o      GetOptions
}

// Get finds the state that o names; Rows then yields what it holds under the key. The caller closes the Lookup.
func Get(ctx context.Context, path string, o GetOptions) (*Lookup, error) {
	view, err := statereader.OpenPath(ctx, path, o.Reader)
	if err != nil {
		return nil, err
	}
	l := &Lookup{view: view, o: o}
	if err := l.find(); err != nil {
		view.Close()
		return nil, err
	}
	l.stored = l.State
	if !o.Raw {
		r, err := wellknown.Recognise(ctx, view, l.stored)
		if err != nil {
			view.Close()
			return nil, err
		}
		if r != nil {
			l.known, l.State = r, r.State()
		}
	}
	return l, nil
}

// Close releases the checkpoint's files.
func (l *Lookup) Close() error { return l.view.Close() }

// Problems are headers that could not be read: the state may be hidden there.
func (l *Lookup) Problems() []error { return l.view.Problems() }

func (l *Lookup) find() error {
	sel, err := Select(l.view, l.o.Filter)
	if err != nil {
		return err
	}
	found := sel.States
	if found == nil {
		for _, op := range l.view.Operators() {
			found = append(found, op.States()...)
		}
	}
	switch len(found) {
	case 0:
		return fmt.Errorf("the checkpoint has no state: %w", ErrNotFound)
	case 1:
		l.State = found[0]
	default:
		return fmt.Errorf("%w: %d states match; narrow it with --operator, --state or --kind", ErrUsage, len(found))
	}
	if c := l.State.Class; l.State.Key == nil && (c == state.ClassKeyed || c == state.ClassTimer) && len(l.State.Metas) > 0 {
		return fmt.Errorf("%w: state %q: nothing in the checkpoint records the type of its keys (%s)", javaio.ErrUnsupported, l.State.Name, statereader.KeyTypeUnknown)
	}
	if keyed := l.State.Key != nil; keyed && l.o.Key == "" {
		return fmt.Errorf("%w: state %q is keyed: give --key", ErrUsage, l.State.Name)
	} else if !keyed && l.o.Key != "" {
		return fmt.Errorf("%w: state %q has no key: leave out --key", ErrUsage, l.State.Name)
	}
	return nil
}

// want is a lookup in the bytes of one header's serializers. Nil parts match everything.
type want struct{ key, namespace, userKey []byte }

// wants encodes the parts for one header.
func (l *Lookup) wants(m *state.Meta, key *serializer.Serializer) (w want, hash int32, known bool, err error) {
	if w.key, hash, known, err = encodePart("--key", l.o.Key, key); err != nil {
		return w, 0, false, err
	}
	if w.namespace, _, _, err = encodePart("--namespace", l.o.Namespace, m.Namespace); err != nil {
		return w, 0, false, err
	}
	userKey := m.UserKey
	if m.Backend == state.BroadcastType {
		userKey = m.Key
	}
	w.userKey, _, _, err = encodePart("--map-key", l.o.MapKey, userKey)
	return w, hash, known, err
}

func encodePart(flag, text string, s *serializer.Serializer) (b []byte, hash int32, known bool, err error) {
	if text == "" {
		return nil, 0, false, nil
	}
	if s == nil {
		return nil, 0, false, fmt.Errorf("%w: %s: this state has none", ErrUsage, flag)
	}
	v, err := export.ParseJSON(s.Type, []byte(text))
	if err != nil {
		return nil, 0, false, fmt.Errorf("%w: %s: %w", ErrUsage, flag, err)
	}
	if b, err = s.Program.Append([]byte{}, v); err != nil {
		return nil, 0, false, fmt.Errorf("%w: %s: %w", ErrUsage, flag, err)
	}
	hash, known = s.Program.Hash(v)
	return b, hash, known, nil
}

// Rows yields the entries of the state that match, in the order of the files. Entries are lent until the next step. It
// ends with an error that wraps ErrNotFound where there is none.
func (l *Lookup) Rows(ctx context.Context) iter.Seq2[state.Entry, error] {
	return func(yield func(state.Entry, error) bool) {
		n, err := l.rows(ctx, yield)
		if err == nil && n == 0 {
			err = l.nothing()
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(state.Entry{}, err)
		}
	}
}

// nothing says why no entry was found.
func (l *Lookup) nothing() error {
	switch l.State.Kind {
	case state.RawKeyed, state.RawOperator:
		return hinted{fmt.Errorf("state %q is raw: its bytes are the user's own: %w", l.State.Name, javaio.ErrUnsupported),
			"ckpt inspect shows how many bytes it has"}
	}
	if l.o.Key == "" && l.o.MapKey == "" {
		return hinted{fmt.Errorf("state %q has no entries: %w", l.State.Name, ErrNotFound), "ckpt inspect --count counts the entries of every state"}
	}
	return hinted{fmt.Errorf("no entry for that key in state %q: %w", l.State.Name, ErrNotFound),
		"ckpt export PATH --state " + l.State.Name + " --to jsonl --out - shows the keys that there are"}
}

var errStopped = errors.New("the consumer stopped")

func (l *Lookup) rows(ctx context.Context, yield func(state.Entry, error) bool) (n int, err error) {
	sel := statereader.Selection{States: []*statereader.State{l.stored}, AllCopies: l.o.Filter.AllCopies}
	if l.State.Key == nil {
		return l.search(ctx, sel, yield)
	}
	_, hash, known, err := l.wants(l.State.Metas[0], l.State.Key)
	if err != nil {
		return 0, err
	}
	if !known {
		if hash, known, err = l.detected(ctx, sel); err != nil {
			return 0, err
		}
	}
	if known {
		kg := state.KeyGroup(keygroup.Of(hash, l.State.Operator.Meta.MaxParallelism))
		one := sel
		one.KeyGroups = statereader.KeyGroupSet{{First: kg, Last: kg}}
		if n, err = l.search(ctx, one, yield); n > 0 || err != nil || l.HashRule == "" {
			return n, err
		}
		l.HashRule = "" // a rule that fits other keys alone proves nothing about this one
	}
	l.Scanned = true
	return l.search(ctx, sel, yield)
}

// sampledKeys is how many keys are looked at to find the rule that hashed them.
const sampledKeys = 1024

// detected hashes the key by the rule that fits the first keys of the state, if there is one.
func (l *Lookup) detected(ctx context.Context, sel statereader.Selection) (hash int32, known bool, err error) {
	op := l.State.Operator
	if op.Meta.MaxParallelism < 1 {
		return 0, false, nil
	}
	d := serializer.DetectHash(l.State.Key.Program, op.Meta.MaxParallelism)
	for _, u := range l.view.Units(sel) {
		for e, err := range u.Scan(ctx).All() {
			if err != nil {
				return 0, false, err
			}
			if d.Add(e.Key, int32(e.KeyGroup)); d.Keys() >= sampledKeys {
				break
			}
		}
		if d.Keys() >= sampledKeys {
			break
		}
	}
	r := d.Rule()
	if r == nil {
		return 0, false, nil
	}
	v, err := export.ParseJSON(l.State.Key.Type, []byte(l.o.Key))
	if err != nil {
		return 0, false, err
	}
	if hash, known = r.Hash(l.State.Key.Program, v); known {
		l.HashRule = r.String()
	}
	return hash, known, nil
}

// search yields the entries of the selection that match.
func (l *Lookup) search(ctx context.Context, sel statereader.Selection, yield func(state.Entry, error) bool) (n int, err error) {
	encoded := map[*state.Header]want{}
	for _, u := range l.view.Units(sel) {
		sc, err := l.scan(ctx, u)
		if err != nil {
			return n, err
		}
		for e, err := range sc.All() {
			if err != nil {
				return n, err
			}
			w, ok := encoded[e.Header]
			if !ok {
				if w, _, _, err = l.wants(e.Meta(), e.Header.Key); err != nil {
					return n, err
				}
				encoded[e.Header] = w
			}
			if !w.match(&e) || e.Flags&state.Empty != 0 {
				continue
			}
			if l.known != nil {
				if err := l.known.Recode(&e); err != nil {
					return n, err
				}
			}
			if n++; !yield(e, nil) {
				return n, errStopped
			}
		}
		for _, m := range sc.Missing() {
			return n, &statereader.MissingError{Missing: m}
		}
	}
	return n, nil
}

// scan looks only where the key can be, if a file of the unit has an index.
func (l *Lookup) scan(ctx context.Context, u *statereader.Unit) (*statereader.Scan, error) {
	key, m := u.Indexed(l.State)
	if key == nil {
		return u.Scan(ctx), nil
	}
	w, _, _, err := l.wants(m, key)
	return u.ScanKey(ctx, statereader.Probe{Key: w.key, Namespace: w.namespace, UserKey: w.userKey}), err
}

func (w want) match(e *state.Entry) bool {
	return (w.key == nil || bytes.Equal(w.key, e.Key)) && (w.namespace == nil || bytes.Equal(w.namespace, e.Namespace)) &&
		(w.userKey == nil || bytes.Equal(w.userKey, e.UserKey))
}
