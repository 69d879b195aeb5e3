package serializer

import (
	"errors"
	"fmt"

	"ckpt/internal/javaio"
)

// A snapshot has no length. Where its class is unknown, everything behind it in the header hangs on a guess: a few
// forms cover what users write, and the one is right with which the whole header parses to its known end.

// unknownForm reads the payload of an unknown class.
type unknownForm func(*parser, *Snapshot)

// unknownForms is the number of readings.
const unknownForms = 7

// unknownReading returns reading i in the order of trial.
func unknownReading(i int) unknownForm {
	anything := composite{nested: anyNumber, first: 0, last: maxVersion}
	switch i {
	case 0:
		return func(*parser, *Snapshot) {}
	case 1:
		return outerText
	case 2:
		return anything.parse
	case 3:
		anything.outer = outerText
		return anything.parse
	case 4:
		return func(p *parser, _ *Snapshot) { p.Int32() }
	case 5:
		return func(p *parser, _ *Snapshot) { p.Bool() }
	default:
		return func(p *parser, s *Snapshot) { s.Body = &ObjectBody{p.object()} }
	}
}

// maxTries bounds the parses that unknown classes of one header may cost.
const maxTries = 4096

func newTries() *int {
	n := maxTries
	return &n
}

// Grammar reads the payload of a user's snapshot class: class and version of s have been read. It may set Nested (with
// ParseSnapshot) and Body, and reports failure through r.
type Grammar func(r *javaio.Reader, o *Context, s *Snapshot)

// Grammars are what users told about their snapshot classes, by binary class name.
type Grammars map[string]Grammar

// Context is what one parse of a header knows beyond its bytes. It belongs to one goroutine.
type Context struct {
	grammars Grammars
	depth    int     // of the snapshot being read
	tries    *int    // left; shared with the searches of frames inside
	search   *search // nil: unknown classes are failures
}

// ParseWithUnknowns runs parse, which reads a whole header and fails unless it ends exactly where it must. Where unknown
// snapshot classes occur, parse runs again for each reading of them, in a fixed order, until it succeeds. One class is
// read alike wherever it occurs. If no reading fits, the error wraps javaio.ErrUnsupported and names the first class.
func ParseWithUnknowns(parse func(*Context) error) error { return Grammars(nil).Parse(parse) }

// Parse is ParseWithUnknowns that asks g before it tries.
func (g Grammars) Parse(parse func(*Context) error) error {
	return (&Context{grammars: g, tries: newTries()}).resolve(parse)
}

// search is the state of a depth-first search: one reading per unknown class, in the order they were met.
type search struct {
	classes []string
	forms   []int
	offsets []int64
}

// form returns the reading of class to use in this run.
func (s *search) form(class string, offset int64) unknownForm {
	for i, c := range s.classes {
		if c == class {
			return unknownReading(s.forms[i])
		}
	}
	s.classes = append(s.classes, class)
	s.forms = append(s.forms, 0)
	s.offsets = append(s.offsets, offset)
	return unknownReading(0)
}

// next moves to the reading after the one that failed; false when all have.
func (s *search) next() bool {
	for n := len(s.forms); n > 0; n-- {
		if s.forms[n-1]++; s.forms[n-1] < unknownForms {
			return true
		}
		s.classes, s.forms, s.offsets = s.classes[:n-1], s.forms[:n-1], s.offsets[:n-1]
	}
	return false
}

// errUnknownClass marks the failure of a search; it is what an opaque snapshot in a frame may recover from.
var errUnknownClass = fmt.Errorf("%w: unknown snapshot class", javaio.ErrUnsupported)

// resolve runs parse until a reading of the unknown classes fits.
func (o *Context) resolve(parse func(*Context) error) error {
	c := &Context{grammars: o.grammars, tries: o.tries, search: new(search)}
	var first *javaio.FormatError // the unknown class met first
	var furthest error
	for {
		c.depth = o.depth
		err := parse(c)
		if err == nil {
			return nil
		}
		if len(c.search.classes) == 0 {
			return err
		}
		if first == nil {
			first = &javaio.FormatError{
				Offset: c.search.offsets[0],
				Fix:    "describe the class, or give its grammar",
				Err:    fmt.Errorf("%w %s", errUnknownClass, c.search.classes[0]),
			}
		}
		furthest = laterError(furthest, err)
		if *c.tries <= 0 || !c.search.next() {
			first.Err = fmt.Errorf("%w: no reading fits; the longest ends with %v", first.Err, furthest)
			return first
		}
		*c.tries--
	}
}

// laterError returns the error with the greater offset.
func laterError(a, b error) error {
	fa, oka := errors.AsType[*javaio.FormatError](a)
	fb, okb := errors.AsType[*javaio.FormatError](b)
	if oka && (!okb || fa.Offset >= fb.Offset) {
		return a
	}
	return b
}

// unknown reads the payload of an unknown class without a frame.
func (p *parser) unknown(s *Snapshot) {
	if p.o.search == nil {
		p.Fail(&javaio.FormatError{Offset: s.start, Err: fmt.Errorf("%w %s", errUnknownClass, s.Class)})
		return
	}
	p.o.search.form(s.Class, s.start)(p, s)
}

// framed reads a snapshot that fills a frame; nil if there is none. If an unknown class inside it cannot be delimited,
// the snapshot itself is the unknown one, and the frame its extent.
func (p *parser) framed(f *frame, parse func(*parser) *Snapshot) (s *Snapshot) {
	if p.Err() != nil || f == nil {
		return nil
	}
	err := p.o.resolve(func(c *Context) error {
		q := &parser{javaio.NewReader(f.b, f.base), c}
		s = parse(q)
		return q.Done()
	})
	if errors.Is(err, errUnknownClass) {
		return s.opaque(f)
	}
	p.Fail(err)
	return s
}

// opaque turns what was read of a snapshot into one that extends to the end of its frame and says no more than its class.
func (s *Snapshot) opaque(f *frame) *Snapshot {
	return &Snapshot{
		Class: s.Class, Version: s.Version, Proxy: s.Proxy, Legacy: s.Legacy, Java: s.Java,
		Outer: -1, Unknown: true, extent: extent{start: s.start, end: f.base + int64(len(f.b))},
	}
}
