package serializer

import (
	"strings"

	"ckpt/internal/javaobj"
)

// Modern returns the snapshot in today's words: the binary class name, outer version and body that the newest release
// would store for a serializer with the same value bytes. It differs from s for
//
//   - …ConfigSnapshot classes of 1.3 to 1.7 and ParameterlessTypeSerializerConfig, with or without adapter frame
//     (what they leave open, such as List or ArrayList, Tuple or case class, padding, Lockable, the Java serializer tells);
//   - serializer objects of 1.2, read from their object graph;
//   - classes that moved: Scala classes are under org.apache.flink.table.api.typeutils, the two-phase-commit sink's
//     under …sink.legacy, TTL's under …runtime.state.ttl, SQL's of 1.9 and 1.10 under their names of 1.11 (except
//     BaseRowSerializerSnapshot, whose rows have another header).
//
// One level only: Nested and bodies hold snapshots as stored, to be asked for their Modern again. What has no modern
// form is returned as it is, and so is what is modern already.
func (s *Snapshot) Modern() *Snapshot {
	if s.Unknown {
		return s
	}
	if s.Legacy && s.Version >= 0 && s.Java.Class() == lockableSerializer {
		return s.lockableToday()
	}
	if s.Version < 0 {
		return s.javaToday()
	}
	if c := classes()[s.Class]; c.modern != nil {
		return c.modern(s)
	}
	return s
}

// today returns a copy of s under another class and outer version, without what was stored.
func (s *Snapshot) today(class string, outer int32) *Snapshot {
	return &Snapshot{
		Class: class, Version: s.Version, Outer: outer,
		Nested: s.Nested, Body: s.Body, Java: s.Java, Legacy: s.Legacy,
	}
}

// inToday maps a class to another with the same nested snapshots and body.
func inToday(class string, outer int32) func(*Snapshot) *Snapshot {
	return func(s *Snapshot) *Snapshot { return s.today(class, outer) }
}

// withBody adds a body that the old class implies.
func withBody(modern func(*Snapshot) *Snapshot, body any) func(*Snapshot) *Snapshot {
	return func(s *Snapshot) *Snapshot {
		m := modern(s)
		m.Body = body
		return m
	}
}

const (
	lockableSerializer = pkgShared + "Lockable$LockableTypeSerializer"
	lockableSnapshot   = pkgShared + "LockableTypeSerializerSnapshot"
)

// lockableToday wraps an element's snapshot: until 1.7 that is what a Lockable serializer stored as its own.
func (s *Snapshot) lockableToday() *Snapshot {
	element := *s
	element.Java, _ = field[*javaobj.Object](s.Java, "elementSerializer")
	return &Snapshot{
		Class: lockableSnapshot, Version: 3, Outer: 1, Nested: []*Snapshot{&element}, Java: s.Java, Legacy: true,
	}
}

// field returns a field of an object if it has the given type.
func field[T any](o *javaobj.Object, name string) (T, bool) {
	v, _ := o.Field(name)
	t, ok := v.(T)
	return t, ok
}

// parameterlessToday looks the serializer up that a ParameterlessTypeSerializerConfig names.
func parameterlessToday(s *Snapshot) *Snapshot {
	if body, ok := s.Body.(*TextBody); ok {
		if m := withoutParameters(body.Text); m != nil {
			m.Java, m.Legacy = s.Java, true
			return m
		}
	}
	return s
}

// withoutParameters returns the snapshot of a serializer that had no parameters, by its binary or canonical name;
// nil if there is none of that name.
func withoutParameters(serializer string) *Snapshot {
	name := canonicalName(serializer)
	if rest, ok := strings.CutPrefix(name, pkgScalaOld); ok {
		name = pkgScala + rest
	}
	if class, ok := simpleSerializers[name]; ok {
		return &Snapshot{Class: class, Version: 3, Outer: -1}
	}
	simple := func(name string) *Snapshot { return &Snapshot{Class: pkgCEP + name, Version: 3, Outer: -1} }
	event := func() *Snapshot { return simple("sharedbuffer.EventId$EventIdSerializer$EventIdSerializerSnapshot") }
	dewey := func() *Snapshot { return simple("DeweyNumber$DeweyNumberSerializer$DeweyNumberSerializerSnapshot") }
	composite := func(class string, nested ...*Snapshot) *Snapshot {
		return &Snapshot{Class: class, Version: 3, Outer: 1, Nested: nested}
	}
	node := func() *Snapshot {
		return composite(pkgShared+"NodeId$NodeIdSerializer$NodeIdSerializerSnapshot", event())
	}
	edge := func() *Snapshot {
		return composite(pkgShared+"SharedBufferEdge$SharedBufferEdgeSerializer$SharedBufferEdgeSerializerSnapshot", node(), dewey())
	}
	switch name {
	case pkgShared + "NodeId.NodeIdSerializer":
		return node()
	case pkgShared + "SharedBufferEdge.SharedBufferEdgeSerializer":
		return edge()
	case pkgShared + "SharedBufferNode.SharedBufferNodeSerializer":
		return composite(pkgShared+"SharedBufferNode$SharedBufferNodeSerializer$SharedBufferNodeSerializerSnapshot",
			composite(pkgBase+"ListSerializerSnapshot", edge()))
	case pkgCEP + "NFAStateSerializer":
		m := composite(pkgCEP+"NFAStateSerializerSnapshot", dewey(), node(), event())
		m.Outer, m.Body = 2, &FlagBody{}
		return m
	}
	return nil
}

func collectionToday(s *Snapshot) *Snapshot {
	if s.Java.Class() == pkgState+"ArrayListSerializer" {
		return s.today(pkgState+"ArrayListSerializerSnapshot", 1)
	}
	return s.today(pkgBase+"ListSerializerSnapshot", 1)
}

func tupleToday(s *Snapshot) *Snapshot {
	body, ok := s.Body.(*ClassBody)
	if isCaseClass(s.Java) || ok && strings.HasPrefix(body.Class, "scala.") {
		return s.today(pkgScala+"ScalaCaseClassSerializerSnapshot", 2)
	}
	return s.today(pkgJava+"TupleSerializerSnapshot", 2)
}

// isCaseClass says whether a serializer is one that a Scala macro made, or its base.
func isCaseClass(o *javaobj.Object) bool {
	return o.Extends(pkgScalaOld+"CaseClassSerializer") || o.Extends(pkgScala+"CaseClassSerializer")
}

func eitherToday(s *Snapshot) *Snapshot {
	if s.Java.Class() == pkgScalaOld+"EitherSerializer" {
		return s.today(pkgScala+"ScalaEitherSerializerSnapshot", 1)
	}
	return s.today(pkgJava+"JavaEitherSerializerSnapshot", 1)
}

// nullableToday takes the padding from the Java serializer, where alone it is stored. Without that it stays as it is.
func nullableToday(s *Snapshot) *Snapshot {
	body := paddingOf(s.Java)
	if body == nil {
		return s
	}
	m := s.today(pkgJava+"NullableSerializer$NullableSerializerSnapshot", 2)
	m.Body = body
	return m
}

func paddingOf(o *javaobj.Object) any {
	padding, ok := field[*javaobj.Array](o, "padding")
	if !ok {
		return nil
	}
	return &PadBody{int32(len(padding.Bytes))}
}

func valueToday(s *Snapshot) *Snapshot {
	m := s.today(pkgJava+"ValueSerializer$ValueSerializerSnapshot", -1)
	if body, ok := s.Body.(*KryoBody); ok {
		m.Body = &ClassBody{body.Type}
	}
	return m
}

// compositeToday knows the one composite serializer of 1.6 that states use: TTL's.
func compositeToday(s *Snapshot) *Snapshot {
	ttl := s.Java == nil || s.Java.Class() == pkgState+"ttl.TtlStateFactory$TtlSerializer"
	if !ttl || len(s.Nested) != 2 {
		return s
	}
	return s.today(pkgState+"ttl.TtlStateFactory$TtlSerializerSnapshot", 2)
}
