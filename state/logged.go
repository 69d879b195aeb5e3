package state

import (
	"errors"
	"fmt"

	"ckpt/internal/javaio"
	"ckpt/internal/javaobj"
	"ckpt/serializer"
)

// Logged is what a changelog says about a state before the state's first change.
type Logged struct {
	// ID names the state in the changes of the same handle.
	ID   int
	Meta *Meta
	// TTL is the StateTtlConfig of the state, which nothing but a changelog records; nil: there is none.
	TTL javaobj.Value
	// Default is the value of the descriptor, as the value's serializer wrote it; nil: there is none.
	Default []byte
}

const (
	// LoggedMeta begins a change that registers a state.
	LoggedMeta = 8

	loggedFirst, loggedLast = 6, 7 // versions of registrations, one layout
	loggedTail              = 3    // id:i16 type:u8
)

// loggedTypes are the backend types by the code that ends a registration: not their ordinals.
var loggedTypes = map[uint8]BackendType{0: KeyValue, 3: PriorityQueue, 10: KeyValueV2}

// DecodeLogged decodes a change that registers a state, since Flink 1.15.
//
//	change := 8:u8 version:i32 META [key-value: hasTTL:bool [javaObject] hasDefault:bool [value]] id:i16 type:u8
//
// META is that of headers. b is the whole change.
func DecodeLogged(b []byte) (*Logged, error) {
	var l *Logged
	run := func(o *serializer.Context) error {
		d := &decoder{r: javaio.NewReader(b, 0), o: o, h: &Header{Version: keyedLast}}
		l = &Logged{}
		d.logged(l)
		return d.r.Done()
	}
	err := run(nil)
	if errors.Is(err, javaio.ErrUnsupported) {
		if serializer.ParseWithUnknowns(run) == nil {
			err = nil
		}
	}
	if err != nil {
		return nil, javaio.InField(err, "registration")
	}
	return l, nil
}

func (d *decoder) logged(l *Logged) {
	r := d.r
	if op := r.Uint8(); r.Err() == nil && op != LoggedMeta {
		r.FailAt(0, javaio.ErrCorrupt, "change of type %d, want %d", op, LoggedMeta)
	}
	if v := r.Int32(); r.Err() == nil && (v < loggedFirst || v > loggedLast) {
		r.FailAt(1, javaio.ErrUnsupported, "registration of version %d, want %d or %d", v, loggedFirst, loggedLast)
	}
	at := r.Pos()
	l.Meta = &Meta{}
	d.metaByKeys(l.Meta)
	if r.Err() != nil {
		return
	}
	if err := d.h.describe(l.Meta); err != nil {
		l.Meta.Kind = Unknown
		l.Meta.Err = &javaio.FormatError{Offset: int64(at), Err: err}
	}
	if l.Meta.Backend == KeyValue {
		d.loggedExtras(l)
	}
	if r.Err() == nil && r.Len() == 0 {
		r.Unsupportedf("changelog of Flink 1.14, whose changes name their states")
		return
	}
	at = r.Pos()
	l.ID = int(r.Int16())
	l.Meta.ID = l.ID
	code := r.Uint8()
	if r.Err() != nil {
		return
	}
	if l.ID < 0 {
		r.FailAt(at, javaio.ErrCorrupt, "state %d", l.ID)
	} else if t, ok := loggedTypes[code]; !ok || t != l.Meta.Backend {
		r.FailAt(at+2, javaio.ErrCorrupt, "state %q of type %d has the type code %d", l.Meta.Name, l.Meta.Backend, code)
	}
}

// loggedExtras reads what only the registration of a key-value state has.
func (d *decoder) loggedExtras(l *Logged) {
	r := d.r
	if r.Bool() && r.Err() == nil {
		v, n, err := javaobj.Parse(r.Rest(), javaobj.Limits{})
		if err != nil {
			r.Fail(fmt.Errorf("TTL: %w", javaio.Shift(err, r.Offset())))
			return
		}
		l.TTL = v
		r.Skip(n)
	}
	if !r.Bool() || r.Err() != nil {
		return
	}
	n := r.Len() - loggedTail // the value is all that is left
	if n < 0 {
		r.Failf("default value is cut off")
		return
	}
	l.Default = append([]byte{}, r.Bytes(n)...)
}
