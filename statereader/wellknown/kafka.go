package wellknown

import (
	"math"

	"ckpt/internal/javaio"
	"ckpt/serializer"
)

// Kafka:
//
//	split 0          := topic:utf partition:i32 offset:i64 stop:i64       the offset is that of the next record
//	enumerator 0     := assignments of splits
//	enumerator 1     := n:i32 (topic:utf partition:i32){n}                all of them assigned
//	enumerator 2     := n:i32 (topic:utf partition:i32 status:i32){n} initialDiscoveryFinished:bool
//	enumerator 3     := n:i32 splitVersion:i32 (bin(split) status:i32){n} initialDiscoveryFinished:bool
//	committable 1    := epoch:i16 producerId:i64 transactionalId:utf
//	writer 1         := transactionalIdPrefix:utf
//	writer 2         := prefix:utf subtask:i32 subtasks:i32 ownership:i32 n:i32 (transactionalId:utf checkpointId:i64){n}
//
// Numbers on disk that stand for a place in a partition:
const (
	kafkaLatest    = -1
	kafkaEarliest  = -2
	kafkaCommitted = -3
	kafkaNoStop    = math.MinInt64
	// FlinkKafkaConsumer has its own.
	legacyEarliest = -915623761775
	legacyLatest   = -915623761774
	legacyGroup    = -915623761773
	legacyNotSet   = -915623761776
)

// Status of a split in the enumerator, on disk.
const (
	assigned          = 0
	unassignedInitial = 1
)

var kafkaSplit = version{0, record(field{"topic", name}, field{"partition", index}, field{"offset", kafkaOffset}, field{"stop", kafkaStop})}

// kafkaOffset is a place that exists.
var kafkaOffset = codec{int64s.typ, func(in *input) serializer.Value {
	at, n := in.Pos(), in.Int64()
	if n < kafkaCommitted {
		in.FailAt(at, javaio.ErrCorrupt, "offset %d", n)
	}
	return n
}}

var kafkaStop = codec{int64s.typ, func(in *input) serializer.Value {
	at, n := in.Pos(), in.Int64()
	if n < kafkaCommitted && n != kafkaNoStop {
		in.FailAt(at, javaio.ErrCorrupt, "stopping offset %d", n)
	}
	return n
}}

var status = codec{int32s.typ, func(in *input) serializer.Value {
	at, n := in.Pos(), in.Int32()
	if n != assigned && n != unassignedInitial {
		in.FailAt(at, javaio.ErrCorrupt, "assignment status %d", n)
	}
	return n
}}

// Columns of the enumerator's partitions.
const (
	colTopic, colPartition, colOffset, colStop = "topic", "partition", "offset", "stop"
	colStatus, colSplit, colSplits             = "status", "split", "splits"
)

var kafkaEnumerator = []version{
	{0, record(field{"assignments", assignments(kafkaSplit)})},
	{1, record(field{"partitions", list(6, payload(record(field{colTopic, name}, field{colPartition, index}, field{colStatus, constant(assigned)})))})},
	{2, record(field{"partitions", list(10, payload(record(field{colTopic, name}, field{colPartition, index}, field{colStatus, status})))},
		field{"initialDiscoveryFinished", boolean})},
	{3, record(field{colSplits, statusSplits(kafkaSplit)}, field{"initialDiscoveryFinished", boolean})},
}

// constant is a value that takes no bytes.
func constant(n int32) codec {
	return codec{int32s.typ, func(*input) serializer.Value { return n }}
}

// statusSplits is a count, a version, and splits with their status.
func statusSplits(forms ...version) codec {
	v := newVersions(forms...)
	t := listOf(&serializer.Type{Kind: serializer.KindStruct, Fields: []string{colSplit, colStatus}, Elems: []*serializer.Type{v.typ, int32s.typ}})
	return codec{t, func(in *input) serializer.Value {
		n := in.Length(8)
		if in.Err() == nil && n > in.Len()/8 {
			in.Failf("%d splits cannot fit", n)
		}
		c, ok := v.of(in, in.Int32())
		if !ok {
			return nil
		}
		one := payload(record(field{colSplit, inBin(c)}, field{colStatus, status}))
		l := make(serializer.List, 0, n)
		for ; n > 0 && in.Err() == nil; n-- {
			l = append(l, one.read(in))
		}
		return l
	}}
}

// assignments are the splits of each subtask:
//
//	subtasks:i32 splitVersion:i32 (subtask:i32 n:i32 bin(split){n}){subtasks}
func assignments(forms ...version) codec {
	v := newVersions(forms...)
	t := listOf(&serializer.Type{Kind: serializer.KindStruct, Fields: []string{"subtask", colSplits}, Elems: []*serializer.Type{int32s.typ, listOf(v.typ)}})
	return codec{t, func(in *input) serializer.Value {
		at := in.Pos()
		n := in.Int32()
		number := in.Int32()
		if in.Err() == nil && (n < 0 || int(n) > in.Len()/8) {
			in.FailAt(at, javaio.ErrCorrupt, "%d subtasks cannot fit", n)
			return nil
		}
		l := serializer.List{}
		if n == 0 {
			return l
		}
		c, ok := v.of(in, number)
		if !ok {
			return nil
		}
		one := payload(record(field{"subtask", index}, field{colSplits, list(4, inBin(c))}))
		for ; n > 0 && in.Err() == nil; n-- {
			l = append(l, one.read(in))
		}
		return l
	}}
}

var kafkaCommittable = []version{{1, payload(record(field{"epoch", int16s}, field{"producerId", int64s}, field{"transactionalId", name}))}}

var kafkaWriter = []version{
	{1, record(field{"transactionalIdPrefix", name})},
	{2, record(field{"transactionalIdPrefix", name}, field{"ownedSubtask", int32s}, field{"ownedSubtasks", int32s}, field{"ownership", int32s},
		field{"precommitted", list(10, record(field{"transactionalId", name}, field{"checkpointId", int64s}))})},
}

// dynamicKafkaSplit 1 := clusterId:utf kafkaSplitVersion:i32 kafkaSplit
// dynamicKafkaSplit 2 := clusterId:utf ?retainedUntil:i64 kafkaSplitVersion:i32 kafkaSplit
var dynamicKafkaSplit = []version{
	{1, record(field{"cluster", name}, field{colSplit, toEnd(kafkaSplit)})},
	{2, record(field{"cluster", name}, field{"retainedUntil", optional(int64s)}, field{colSplit, toEnd(kafkaSplit)})},
}

// toEnd is a version and its form, without a length.
func toEnd(forms ...version) codec {
	v := newVersions(forms...)
	return codec{v.typ, func(in *input) serializer.Value {
		if c, ok := v.of(in, in.Int32()); ok {
			return c.read(in)
		}
		return nil
	}}
}
