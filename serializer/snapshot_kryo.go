package serializer

import (
	"fmt"

	"ckpt/internal/javaio"
	"ckpt/internal/javaobj"
)

// Kinds of Kryo registrations. On disk.
const (
	kryoUnspecified = 0 // Kryo's own choice
	kryoClassKind   = 1 // a serializer class
	kryoInstance    = 2 // a serializer object
)

// kryo reads KryoSerializerSnapshot (since 1.8). Registrations are in the order of their ids.
//
//	class:utf registrations:OPTMAP defaultSerializers:OPTMAP defaultSerializerClasses:OPTMAP
//	key frames: class:utf; value frames: REG | jobj | serializerClass:utf
//	REG := class:utf kind:i32 (1: serializerClass:utf, 2: jobj)
func kryo(p *parser, s *Snapshot) {
	if !p.atVersion(s, 2) {
		return
	}
	body := &KryoBody{Type: p.UTF()}
	s.Body = body
	p.optionalMap("registrations", func(name string, key, value *frame) {
		p.within(key, func(q *parser) { q.UTF() })
		reg := KryoRegistration{Class: name}
		p.within(value, func(q *parser) { reg = q.kryoRegistration() })
		body.Registrations = append(body.Registrations, reg)
	})
	p.optionalMap("defaultSerializers", func(name string, key, value *frame) {
		p.within(key, func(q *parser) { q.UTF() })
		def := KryoDefault{Class: name}
		p.within(value, func(q *parser) { def.Instance = q.serializerObject(q.object()) })
		body.Defaults = append(body.Defaults, def)
	})
	p.optionalMap("defaultSerializerClasses", func(name string, key, value *frame) {
		p.within(key, func(q *parser) { q.UTF() })
		def := KryoRegistration{Class: name, Kind: kryoClassKind}
		p.within(value, func(q *parser) { def.Serializer = q.UTF() })
		body.DefaultClasses = append(body.DefaultClasses, def)
	})
}

func (p *parser) kryoRegistration() KryoRegistration {
	reg := KryoRegistration{Class: p.UTF()}
	at := p.Pos()
	switch reg.Kind = p.Int32(); reg.Kind {
	case kryoUnspecified:
	case kryoClassKind:
		reg.Serializer = p.UTF()
	case kryoInstance:
		reg.Instance = p.serializerObject(p.object())
	default:
		p.FailAt(at, javaio.ErrCorrupt, "kind of a Kryo registration is %d, want 0, 1 or 2", reg.Kind)
	}
	return reg
}

// kryoConfig reads KryoSerializerConfigSnapshot and what derives from its base (1.3 to 1.7).
//
//	class:utf n:i32 (name:utf REG)*n
func kryoConfig(p *parser, s *Snapshot) {
	if !p.atVersion(s, 1) {
		return
	}
	body := &KryoBody{Type: p.UTF()}
	s.Body = body
	n := p.Length(8)
	seen := map[string]bool{}
	for i := 0; i < n && p.Err() == nil; i++ {
		p.unique(seen)
		body.Registrations = append(body.Registrations, p.kryoRegistration())
		if p.Err() != nil {
			p.InField(fmt.Sprintf("registrations[%d]", i))
		}
	}
}

// avroKryoConfig reads the AvroSerializerConfigSnapshot of 1.3, which holds no schema.
//
//	Kryo's payload typeToInstantiate:utf
func avroKryoConfig(p *parser, s *Snapshot) {
	kryoConfig(p, s)
	p.UTF()
}

// generation is the Kryo that the classes of registered serializers belong to: Flink moved the one that holds them.
func (b *KryoBody) generation() KryoGeneration {
	of := func(o *javaobj.Object) KryoGeneration {
		switch o.Class() {
		case "org.apache.flink.api.common.ExecutionConfig$SerializableSerializer":
			return Kryo2
		case "org.apache.flink.api.common.SerializableSerializer":
			return Kryo5
		}
		return KryoUnknown
	}
	for _, r := range b.Registrations {
		if g := of(r.Instance); g != KryoUnknown {
			return g
		}
	}
	for _, d := range b.Defaults {
		if g := of(d.Instance); g != KryoUnknown {
			return g
		}
	}
	return KryoUnknown
}
