package serializer

import (
	"slices"

	"ckpt/internal/javaio"
	"ckpt/internal/javaobj"
)

// On disk.
const (
	proxyLegacy    = 1          // 1.3 to 1.6
	proxyCurrent   = 2          // since 1.7
	adapterVersion = 0x7A53C4F0 // a snapshot of the …ConfigSnapshot era inside today's frame, 1.7 to 1.16
)

// Limits of what is accepted.
const (
	maxSnapshotDepth = 64   // nested snapshots
	maxVersion       = 1000 // no snapshot class counts further
	minSnap          = 6    // bytes of the shortest SNAP: empty class name, version
)

// ParseSnapshot reads a bare SNAP. A failure sticks in r, and the result is nil. Raw is an owned copy; graphs of Java
// objects borrow byte arrays from r's input. The context may be nil: then an unknown class is a failure.
func ParseSnapshot(r *javaio.Reader, o *Context) *Snapshot {
	p := newParser(r, o)
	return p.own(p.Pos(), func() *Snapshot { return p.snapshot(false) })
}

// ParseProxy reads the frame in which backend headers hold a snapshot.
//
//	PROXY := proxyVersion:i32 SNAP
func ParseProxy(r *javaio.Reader, o *Context) *Snapshot {
	p := newParser(r, o)
	return p.own(p.Pos(), func() *Snapshot { return p.proxy(false) })
}

// parser walks one reader. Its methods fail like those of the reader: the first failure sticks.
type parser struct {
	*javaio.Reader
	o *Context
}

func newParser(r *javaio.Reader, o *Context) *parser {
	if o == nil {
		o = new(Context)
	}
	if o.tries == nil {
		o.tries = newTries()
	}
	return &parser{r, o}
}

// proxy reads a PROXY; last says that it reaches to the end of the input.
func (p *parser) proxy(last bool) *Snapshot {
	at := p.Pos()
	version := p.Int32()
	if p.Err() == nil && version != proxyLegacy && version != proxyCurrent {
		p.FailAt(at, javaio.ErrCorrupt, "snapshot proxy version is %d, want 1 or 2", version)
	}
	s := p.snapshot(last)
	s.Proxy = version
	s.Legacy = s.Legacy || version == proxyLegacy
	return s
}

// snapshot reads a SNAP; last says that it reaches to the end of the input, which delimits unknown classes. The result
// is never nil, and worthless after a failure.
func (p *parser) snapshot(last bool) *Snapshot {
	s := &Snapshot{Outer: -1, extent: extent{start: p.Offset()}}
	if p.o.depth >= maxSnapshotDepth {
		p.Failf("serializers nested deeper than %d", maxSnapshotDepth)
		return s
	}
	p.o.depth++
	s.Class = p.className()
	s.Version = p.version(s)
	if p.Err() == nil {
		p.payload(s, last)
	}
	p.o.depth--
	s.end = p.Offset()
	return s
}

// version reads the version of a class, passing an adapter frame.
func (p *parser) version(s *Snapshot) int32 {
	at := p.Pos()
	v := p.Int32()
	if v == adapterVersion {
		s.Legacy = true
		s.Java = p.serializerProxy()
		at, v = p.Pos(), p.Int32()
	}
	if v < 0 || v > maxVersion {
		p.FailAt(at, javaio.ErrCorrupt, "version of %s is %d", s.Class, v)
	}
	return v
}

func (p *parser) payload(s *Snapshot, last bool) {
	if c, ok := classes()[s.Class]; ok {
		c.parse(p, s)
		return
	}
	s.Unknown = true
	switch grammar := p.o.grammars[s.Class]; {
	case grammar != nil:
		grammar(p.Reader, p.o, s)
	case last:
		p.Skip(p.Len())
	default:
		p.unknown(s)
	}
}

// className reads a name that must be one of a Java class: this catches most misreadings at once.
func (p *parser) className() string {
	at := p.Pos()
	name := p.UTF()
	if p.Err() == nil && !plausibleClass(name) {
		p.FailAt(at, javaio.ErrCorrupt, "%.80q is no class name", name)
	}
	return name
}

func plausibleClass(name string) bool {
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		return false
	}
	for i := range len(name) {
		switch c := name[i]; {
		case c <= ' ' || c == 0x7F:
			return false
		case c == '/' || c == ';' || c == '[' || c == ':' || c == '"':
			return false
		}
	}
	return true
}

// unsupported rejects the version of s, which has been read just now.
func (p *parser) unsupported(s *Snapshot) {
	p.Unsupportedf("version %d of %s", s.Version, s.Class)
}

// atVersion says whether s has one of the given versions, and fails otherwise.
func (p *parser) atVersion(s *Snapshot, versions ...int32) bool {
	if slices.Contains(versions, s.Version) {
		return p.Err() == nil
	}
	p.unsupported(s)
	return false
}

// object reads one Java object stream, which delimits itself.
func (p *parser) object() javaobj.Value {
	if p.Err() != nil {
		return nil
	}
	v, n, err := javaobj.Parse(p.Rest(), javaobj.Limits{})
	if err != nil {
		p.Fail(javaio.Shift(err, p.Offset()))
		return nil
	}
	p.Skip(n)
	return v
}

// objectIn reads a frame that holds one Java object stream.
func (p *parser) objectIn(f *frame) (v javaobj.Value) {
	p.within(f, func(q *parser) { v = q.object() })
	return v
}

// classObject reads a Java object stream that must be a Class object, and returns the class's name.
func (p *parser) classObject() string {
	at := p.Pos()
	v := p.object()
	if p.Err() != nil {
		return ""
	}
	c, ok := v.(*javaobj.Class)
	if !ok || c.Desc == nil {
		p.FailAt(at, javaio.ErrCorrupt, "Java object is %T, want a Class", v)
		return ""
	}
	return c.Desc.Name
}
