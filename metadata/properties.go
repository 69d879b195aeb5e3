package metadata

import (
	"fmt"

	"ckpt/internal/javaio"
	"ckpt/internal/javaobj"
)

// Properties is Flink's CheckpointProperties, a Java-serialized object at the end of version 4 and up.
type Properties struct {
	Null             bool // the stream holds null (the State Processor API writes that); all else is zero
	Savepoint        bool // SavepointType, else CheckpointType
	Name             string
	Format           string // savepoint: CANONICAL or NATIVE
	PostAction       string // savepoint: NONE, SUSPEND, TERMINATE
	Sharing          string // checkpoint: FORWARD_BACKWARD, FORWARD, NO_SHARING
	Forced           bool
	Unclaimed        bool
	DiscardSubsumed  bool
	DiscardFinished  bool
	DiscardCancelled bool
	DiscardFailed    bool
	DiscardSuspended bool
	// TypeUID is the serialVersionUID of the snapshot type's class; 0: that of all releases up to 2.3. Flink refuses
	// another one than its own.
	TypeUID int64
	// Raw is the stream as stored, borrowed from the decoded input and written back unchanged; nil: encode the fields
	// above.
	Raw []byte
	// Err says why Raw could not be understood; the fields above are zero then.
	Err error
}

// Names of the classes in the stream.
const (
	classProperties     = "org.apache.flink.runtime.checkpoint.CheckpointProperties"
	classSavepointType  = "org.apache.flink.runtime.checkpoint.SavepointType"
	classCheckpointType = "org.apache.flink.runtime.checkpoint.CheckpointType"
	classFormat         = "org.apache.flink.core.execution.SavepointFormatType"
	classPostAction     = "org.apache.flink.runtime.checkpoint.SavepointType$PostCheckpointAction"
	classSharing        = "org.apache.flink.runtime.checkpoint.SnapshotType$SharingFilesStrategy"
	classSnapshotType   = "org.apache.flink.runtime.checkpoint.SnapshotType"
	classEnum           = "java.lang.Enum"
)

// The implicit serialVersionUIDs of the snapshot types up to Flink 2.3.
const (
	savepointTypeUID  int64 = -6879297871714708296
	checkpointTypeUID int64 = -2963844630364414662
)

// propertyLimits bound the object stream; a real one has 600 to 760 bytes.
var propertyLimits = javaobj.Limits{Depth: 32, Nodes: 1024}

// Kinds of snapshots by the properties that Flink gives them.

// SavepointProperties are those of a savepoint; format is CANONICAL or NATIVE.
func SavepointProperties(format string) *Properties {
	return &Properties{Savepoint: true, Name: "Savepoint", Format: format, PostAction: "NONE", Forced: true}
}

// CheckpointProperties are those of a checkpoint that is kept when its job fails, is cancelled or suspended.
func CheckpointProperties() *Properties {
	return &Properties{Name: "Checkpoint", Sharing: "FORWARD_BACKWARD", DiscardSubsumed: true, DiscardFinished: true}
}

// NullProperties are what the State Processor API writes and every Flink accepts; in CLAIM mode the snapshot is then taken
// for an ordinary checkpoint.
func NullProperties() *Properties { return &Properties{Null: true} }

// properties reads the object stream that ends the file. What parses but is no CheckpointProperties is kept as Raw with
// the reason in Err.
func (d *decoder) properties() *Properties {
	at := d.r.Pos()
	rest := d.r.Rest()
	v, n, err := javaobj.Parse(rest, propertyLimits)
	if err != nil {
		return d.unreadableProperties(at, rest, err)
	}
	d.r.Skip(n)
	p := &Properties{}
	if err := p.fill(v); err != nil {
		*p = Properties{Err: err}
		d.warn(at, "properties", "%v", err)
	}
	p.Raw = rest[:n:n]
	d.done(at, "properties", func() any { return p.Raw })
	return p
}

// unreadableProperties: a stream that is cut or broken is an error, unless the caller wants what came before it.
func (d *decoder) unreadableProperties(at int, rest []byte, err error) *Properties {
	fe, ok := err.(*javaio.FormatError)
	if !ok {
		fe = &javaio.FormatError{Err: err}
	}
	d.tolerate(at+int(fe.Offset), "properties", "%v", fe.Err)
	d.r.Skip(len(rest))
	return &Properties{Raw: rest, Err: err}
}

// fill takes the fields from the object graph, by class and name; serialization ids are not compared.
func (p *Properties) fill(v javaobj.Value) error {
	o, ok := v.(*javaobj.Object)
	switch {
	case v == nil:
		p.Null = true
		return nil
	case !ok || o.Class() != classProperties:
		return fmt.Errorf("%w: properties are %s, want %s", javaio.ErrUnsupported, className(v), classProperties)
	}
	for name, dst := range map[string]*bool{
		"forced": &p.Forced, "unclaimed": &p.Unclaimed, "discardSubsumed": &p.DiscardSubsumed, "discardFinished": &p.DiscardFinished,
		"discardCancelled": &p.DiscardCancelled, "discardFailed": &p.DiscardFailed, "discardSuspended": &p.DiscardSuspended,
	} {
		if v, ok := o.Field(name); ok {
			if *dst, ok = v.(bool); !ok {
				return fmt.Errorf("%w: property %s is no boolean", javaio.ErrUnsupported, name)
			}
		}
	}
	v, _ = o.Field("checkpointType")
	kind, _ := v.(*javaobj.Object)
	switch kind.Class() {
	case classSavepointType:
		p.Savepoint = true
		p.setTypeUID(kind.Desc.UID, savepointTypeUID)
		return firstError(text(kind, "name", &p.Name),
			constant(kind, "formatType", &p.Format, "CANONICAL", "NATIVE"),
			constant(kind, "postCheckpointAction", &p.PostAction, "NONE", "SUSPEND", "TERMINATE"))
	case classCheckpointType:
		p.setTypeUID(kind.Desc.UID, checkpointTypeUID)
		return firstError(text(kind, "name", &p.Name),
			constant(kind, "sharingFilesStrategy", &p.Sharing, "FORWARD_BACKWARD", "FORWARD", "NO_SHARING"))
	}
	return fmt.Errorf("%w: snapshot type is %s", javaio.ErrUnsupported, className(v))
}

func (p *Properties) setTypeUID(uid, usual int64) {
	if uid != usual {
		p.TypeUID = uid
	}
}

func text(o *javaobj.Object, field string, dst *string) error {
	v, _ := o.Field(field)
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("%w: %s of the snapshot type is %s, want a string", javaio.ErrUnsupported, field, className(v))
	}
	*dst = s
	return nil
}

// constant reads an enum constant that must be one of known.
func constant(o *javaobj.Object, field string, dst *string, known ...string) error {
	v, _ := o.Field(field)
	if e, ok := v.(*javaobj.Enum); ok {
		for _, k := range known {
			if e.Name == k {
				*dst = k
				return nil
			}
		}
		return fmt.Errorf("%w: unknown %s %q", javaio.ErrUnsupported, field, e.Name)
	}
	return fmt.Errorf("%w: %s of the snapshot type is %s, want an enum constant", javaio.ErrUnsupported, field, className(v))
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// className names what was found instead of the expected.
func className(v javaobj.Value) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case *javaobj.Object:
		if v == nil {
			return "null"
		}
		return "a " + v.Class()
	case string:
		return "a string"
	default:
		return fmt.Sprintf("a %T", v)
	}
}
