package javaobj

import "ckpt/internal/javaio"

// Flags of a class descriptor; the numbers are on disk.
const (
	FlagWriteMethod    = 0x01 // the class adds an annotation to its fields
	FlagSerializable   = 0x02
	FlagExternalizable = 0x04
	FlagBlockData      = 0x08 // an externalizable class wrote its data in blocks
	FlagEnum           = 0x10
)

// instanceDesc reads the descriptor of an instance that begins at position at: complete and not null.
func (p *parser) instanceDesc(at int) *ClassDesc {
	d := p.classDesc()
	if d == nil {
		p.fail(at, "an instance without a class")
		return &ClassDesc{}
	}
	if p.open[d] {
		p.fail(at, "an instance inside the descriptor of its own class %s", d.Name)
	}
	return d
}

// classDesc := null | reference | newDesc
func (p *parser) classDesc() *ClassDesc {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	at := p.r.Pos()
	switch tc := p.peek(); tc {
	case tcClassDesc, tcProxyDesc:
		return p.newDesc()
	case tcNull:
		p.r.Skip(1)
	case tcReference:
		p.r.Skip(1)
		d, ok := p.reference(at).(*ClassDesc)
		if !ok {
			p.fail(at, "reference to something else than a class descriptor")
		}
		return d
	default:
		p.r.Uint8()
		p.fail(at, "type byte %#02x where a class descriptor is expected", tc)
	}
	return nil
}

// newDesc reads a descriptor.
//
//	newDesc := 72 name:utf uid:i64 [new handle] flags:u8 n:u16 field{n} annotation super:classDesc
//	         | 7D [new handle] n:i32 interface:utf{n} annotation super:classDesc
func (p *parser) newDesc() *ClassDesc {
	d := &ClassDesc{}
	p.open[d] = true
	if p.r.Uint8() == tcProxyDesc {
		p.assign(d)
		p.proxy(d)
	} else {
		d.Name = p.r.UTF()
		d.UID = p.r.Int64()
		p.assign(d)
		p.plain(d)
	}
	p.annotation()
	at := p.r.Pos()
	if super := p.classDesc(); p.open[super] {
		p.fail(at, "class %s is its own superclass", d.Name)
	} else {
		d.Super = super
	}
	delete(p.open, d)
	return d
}

func (p *parser) proxy(d *ClassDesc) {
	d.Flags = FlagSerializable
	n := p.r.Length(2)
	d.Proxy = make([]string, 0, min(n, preallocated))
	for range n {
		d.Proxy = append(d.Proxy, p.r.UTF())
		if p.failed() {
			return
		}
	}
}

func (p *parser) plain(d *ClassDesc) {
	at := p.r.Pos()
	d.Flags = p.r.Uint8()
	if d.Flags&FlagSerializable != 0 && d.Flags&FlagExternalizable != 0 {
		p.fail(at, "class %s is both serializable and externalizable", d.Name)
	}
	n := int(p.r.Uint16())
	if n > p.r.Len()/minFieldBytes || !p.spend(n) {
		p.r.FailAt(at+1, javaio.ErrEnd, "%d fields cannot fit in the %d bytes left", n, p.r.Len())
		return
	}
	d.Fields = make([]FieldDesc, 0, min(n, preallocated))
	for range n {
		d.Fields = append(d.Fields, p.field())
		if p.failed() {
			return
		}
	}
}

// field := type:u8 name:utf [type is '[' or 'L': signature:string]
func (p *parser) field() FieldDesc {
	at := p.r.Pos()
	f := FieldDesc{Type: p.r.Uint8()}
	if width(f.Type) == 0 {
		p.fail(at, "field of type %#02x", f.Type)
	}
	f.Name = p.r.UTF()
	if f.Type == 'L' || f.Type == '[' {
		f.Signature = p.text("type of field " + f.Name)
	}
	return f
}
