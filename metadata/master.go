package metadata

// Master states: what the hooks of a job kept. Flink matches them to its hooks by name.
//
//	master := C96B1696:i32 length:i32 (> 0) inner[length]
//	inner  := hookVersion:i32 name:utf payload:bin         exactly length bytes
const masterMagic int32 = -0x3694E96A // C96B1696

// minMasterState is the smallest encoding.
const minMasterState = 18

// MasterState is the state of a master hook.
type MasterState struct {
	HookVersion int32 // of the hook's own serializer
	Name        string
	Payload     []byte // borrowed from the decoded input
}

func (d *decoder) masterState() (m MasterState) {
	at := d.r.Pos()
	if magic := d.i32("magic"); magic != masterMagic {
		d.fail(at, "magic", "begins with %08x, want c96b1696", uint32(magic))
	}
	at = d.r.Pos()
	n := d.i32("length")
	if n <= 0 {
		d.fail(at, "length", "length is %d", n)
	}
	d.nested(int(n), "", func() {
		m.HookVersion = d.i32("hookVersion")
		m.Name = d.utf("name")
		m.Payload = d.bin("payload")
	})
	return m
}

func (e *encoder) masterState(m *MasterState) {
	e.i32(masterMagic)
	e.prefixed(func() {
		e.i32(m.HookVersion)
		e.utf("name", m.Name)
		e.bin(m.Payload)
	})
}
