package metadata

// newestReleased is the newest version that a released Flink reads.
const newestReleased Version = 6

// body is the codec of one version. Fields differ between versions, never within one.
type body struct {
	decode func(*decoder, *Checkpoint)
	append func(*encoder, *Checkpoint) // nil: the version is only read
	// Of the body since version 2:
	names      bool // operators record name and uid
	properties bool // an object stream follows the operators
	operator   operatorCodec
	subtask    subtaskCodec
	channel    channelCodec
}

type operatorCodec struct {
	minSize int // of an encoded operator
	decode  func(*decoder, *Operator)
	append  func(*encoder, *Operator)
}

type subtaskCodec struct {
	minSize int
	decode  func(*decoder, *Subtask)
	append  func(*encoder, *Subtask)
}

type channelCodec struct {
	minSize int
	decode  func(d *decoder, h *ChannelHandle, output bool)
	append  func(e *encoder, h *ChannelHandle, output bool)
}

// bodies by version: 0 of Flink 1.1, 1 of 1.2, 2 of 1.3 – 1.10, 3 of 1.11 – 1.15, 4 of 1.16 – 1.20, 5 of 2.0, 6 of 2.1 and
// later; 7 is not released.
var bodies = [...]body{
	0: {decode: decodeV0},
	1: {decode: decodeV1},
	2: {decode: decodeBody, append: appendBody, operator: operatorV2, subtask: subtaskV2},
	3: {decode: decodeBody, append: appendBody, operator: operatorV3, subtask: subtaskV3, channel: plainChannel},
	4: {decode: decodeBody, append: appendBody, operator: operatorV3, subtask: subtaskV3, channel: plainChannel, properties: true},
	5: {decode: decodeBody, append: appendBody, operator: operatorV5, subtask: subtaskV3, channel: plainChannel, properties: true, names: true},
	6: {decode: decodeBody, append: appendBody, operator: operatorV5, subtask: subtaskV3, channel: typedChannel, properties: true, names: true},
	7: {decode: decodeBody, append: appendBody, operator: operatorV5, subtask: subtaskV7, channel: typedChannel, properties: true, names: true},
}

// body returns the codec of a version, nil if there is none.
func (v Version) body() *body {
	if v < 0 || int(v) >= len(bodies) {
		return nil
	}
	return &bodies[v]
}

// decodeBody reads what follows the checkpoint id since version 2.
//
//	body := nMaster:i32 master{nMaster} nOps:i32 operator{nOps} [since 4: properties]
func decodeBody(d *decoder, c *Checkpoint) {
	n := d.count("masterStates", minMasterState)
	for i := 0; i < n && !d.bad(); i++ {
		d.path.pushIndex("masterState", i)
		c.MasterStates = append(c.MasterStates, d.masterState())
		d.path.pop()
	}
	d.operators(c)
	if d.body.properties && !d.bad() {
		c.Properties = d.properties()
	}
	if c.Version > newestReleased {
		d.warn(4, "version", "version %d is not released; its layout may still change", c.Version)
	}
}

func appendBody(e *encoder, c *Checkpoint) {
	e.count(len(c.MasterStates))
	for i := range c.MasterStates {
		e.path.pushIndex("masterState", i)
		e.masterState(&c.MasterStates[i])
		e.path.pop()
	}
	e.count(len(c.Operators))
	for i, op := range c.Operators {
		e.path.pushIndex("operator", i)
		e.body.operator.append(e, op)
		e.path.pop()
	}
	switch {
	case e.body.properties && c.Properties == nil:
		e.fail("properties", "version %d needs properties; null ones will do", c.Version)
	case e.body.properties:
		e.dst = c.Properties.AppendTo(e.dst)
	case c.Properties != nil:
		e.fail("properties", "version %d has no properties", c.Version)
	}
}

func (d *decoder) operators(c *Checkpoint) {
	n := d.count("operators", d.body.operator.minSize)
	c.Operators = make([]*Operator, 0, min(n, preallocated))
	seen := make(map[OperatorID]struct{}, min(n, preallocated))
	for i := 0; i < n && !d.bad(); i++ {
		at := d.r.Pos()
		d.path.pushIndex("operator", i)
		op := &Operator{}
		d.body.operator.decode(d, op)
		if _, twice := seen[op.ID]; twice {
			d.tolerate(at, "id", "operator %s is recorded twice", op.ID)
		}
		d.inOperator(op.ID)
		d.path.pop()
		seen[op.ID] = struct{}{}
		c.Operators = append(c.Operators, op)
	}
}
