package metadata

// Types of channel handles since version 6; the numbers are on disk.
const (
	channelInput        uint8 = 1
	channelOutput       uint8 = 2
	channelMergedInput  uint8 = 3
	channelMergedOutput uint8 = 4
)

// ChannelHandle is in-flight data of input channels or result subpartitions (unaligned checkpoints). Several handles, of
// other subtasks and operators too, may point into one file.
//
//	single := subtask:i32 a:i32 b:i32 k:i32 offset:i64{k} size:i64 stream
//	merged := subtask:i32 size:i64 stream blob:bin                                   since version 6
//	blob   := n:i32 ( a:i32 b:i32 size:i64 k:i32 offset:i64{k} ){n}
//	before version 6: channel := single; since then: channel := type:u8 (single | merged)
type ChannelHandle struct {
	Type     uint8 // since version 6: 1 input, 2 output, 3 and 4 the same with several channels in one handle; 0 before
	Subtask  int32 // who wrote the data
	Channels []Channel
	Size     int64 // as recorded: 4 and the length of each chunk
	Stream   StreamHandle
}

// Channel is (input gate, channel) or (result partition, subpartition).
type Channel struct {
	A, B    int32
	Size    int64 // of its data
	Offsets []int64
}

// Merged says whether the handle is of a type with any number of channels.
func (h *ChannelHandle) Merged() bool { return h.Type >= channelMergedInput }

var plainChannel = channelCodec{
	minSize: 25,
	decode:  func(d *decoder, h *ChannelHandle, _ bool) { d.singleChannel(h) },
	append: func(e *encoder, h *ChannelHandle, _ bool) {
		if h.Type != 0 {
			e.fail("type", "this version has no types of channel handles")
		}
		e.singleChannel(h)
	},
}

var typedChannel = channelCodec{
	minSize: 18,
	decode: func(d *decoder, h *ChannelHandle, output bool) {
		at := d.r.Pos()
		h.Type = d.u8("type")
		if layout := layoutOfChannel(h.Type, output); layout != nil {
			layout.decode(d, h)
		} else {
			d.fail(at, "type", "channel type %d in this list", h.Type)
		}
	},
	append: func(e *encoder, h *ChannelHandle, output bool) {
		e.u8(h.Type)
		if layout := layoutOfChannel(h.Type, output); layout != nil {
			layout.append(e, h)
		} else {
			e.fail("type", "channel type %d in this list", h.Type)
		}
	},
}

// channelLayout is what follows the type, and the list that the type belongs to.
type channelLayout struct {
	output bool
	decode func(*decoder, *ChannelHandle)
	append func(*encoder, *ChannelHandle)
}

var channelLayouts = [...]channelLayout{
	channelInput:        {false, (*decoder).singleChannel, (*encoder).singleChannel},
	channelOutput:       {true, (*decoder).singleChannel, (*encoder).singleChannel},
	channelMergedInput:  {false, (*decoder).mergedChannel, (*encoder).mergedChannel},
	channelMergedOutput: {true, (*decoder).mergedChannel, (*encoder).mergedChannel},
}

// layoutOfChannel returns the layout of a type, nil if it has no place in that list.
func layoutOfChannel(t uint8, output bool) *channelLayout {
	if t == 0 || int(t) >= len(channelLayouts) || channelLayouts[t].output != output {
		return nil
	}
	return &channelLayouts[t]
}

func (d *decoder) channels(field string, output bool) []*ChannelHandle {
	if at := d.r.Pos(); d.o.Lenient && d.r.Len() >= 4 && d.r.Rest()[0] >= 0x80 {
		d.tolerate(at, field, "%d channels", d.i32(field))
		return nil
	}
	n := d.count(field, d.body.channel.minSize)
	var list []*ChannelHandle
	for i := 0; i < n && !d.bad(); i++ {
		d.path.pushIndex(field, i)
		h := &ChannelHandle{}
		d.body.channel.decode(d, h, output)
		d.path.pop()
		list = append(list, h)
	}
	return list
}

func (d *decoder) singleChannel(h *ChannelHandle) {
	h.Subtask = d.i32("subtask")
	c := Channel{A: d.i32("a"), B: d.i32("b"), Offsets: d.offsets()}
	h.Size = d.i64("size")
	c.Size = h.Size
	h.Channels = []Channel{c}
	h.Stream = d.requiredStream("stream")
}

func (d *decoder) mergedChannel(h *ChannelHandle) {
	h.Subtask = d.i32("subtask")
	h.Size = d.i64("size")
	h.Stream = d.requiredStream("stream")
	n := d.count("channels.length", 1)
	d.nested(n, "channels", func() {
		n := d.count("channels", minMergedChannelEntry)
		h.Channels = make([]Channel, 0, min(n, preallocated))
		for i := 0; i < n && !d.bad(); i++ {
			d.path.pushIndex("channel", i)
			c := Channel{A: d.i32("a"), B: d.i32("b"), Size: d.i64("size"), Offsets: d.offsets()}
			d.path.pop()
			h.Channels = append(h.Channels, c)
		}
	})
}

func (e *encoder) channels(field string, list []*ChannelHandle, output bool) {
	e.count(len(list))
	for i, h := range list {
		e.path.pushIndex(field, i)
		e.body.channel.append(e, h, output)
		e.path.pop()
	}
}

func (e *encoder) singleChannel(h *ChannelHandle) {
	if len(h.Channels) != 1 {
		e.fail("channels", "%d channels in a handle for one", len(h.Channels))
		return
	}
	c := &h.Channels[0]
	e.i32(h.Subtask)
	e.i32(c.A)
	e.i32(c.B)
	e.offsets(c.Offsets)
	e.i64(h.Size)
	e.requiredStream("stream", h.Stream)
}

func (e *encoder) mergedChannel(h *ChannelHandle) {
	e.i32(h.Subtask)
	e.i64(h.Size)
	e.requiredStream("stream", h.Stream)
	e.prefixed(func() {
		e.count(len(h.Channels))
		for i := range h.Channels {
			c := &h.Channels[i]
			e.i32(c.A)
			e.i32(c.B)
			e.i64(c.Size)
			e.offsets(c.Offsets)
		}
	})
}

// expanded returns a merged handle as one handle per channel, for versions before 6.
func (h *ChannelHandle) expanded() []*ChannelHandle {
	list := make([]*ChannelHandle, len(h.Channels))
	for i, c := range h.Channels {
		list[i] = &ChannelHandle{Subtask: h.Subtask, Channels: []Channel{c}, Size: c.Size, Stream: h.Stream}
	}
	return list
}
