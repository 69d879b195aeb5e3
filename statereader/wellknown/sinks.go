package wellknown

import (
	"ckpt/internal/javaio"
	"ckpt/serializer"
)

// The committer of a sink:
//
//	collector 1  := B91F252C svsList(committable)                              sinks of 1.12 to 1.14
//	collector 2  := B91F252C svsList(checkpoint)                               since 1.15
//	checkpoint 0 := checkpointId:i64 svsList(subtask)
//	checkpoint 1 := checkpointId:i64 subtasks:i32 svsList(subtask)             since 2.0
//	subtask 0    := svsList(request) expected:i32 drained:i32 failed:i32
//	subtask 1    := subtaskId:i32 svsList(request) expected:i32 drained:i32 failed:i32
//	subtask 2    := subtaskId:i32 svsList(request) expected:i32 failed:i32     since 2.0
//	request 0    := svs(committable) retries:i32 state:i32
//	global 1     := B91F252C svsList(globalCommittable)
//	global 2     := B91F252B ?svsList(globalCommittable) svs(collector)
const (
	collectorMagic = 0xB91F252C
	globalMagic    = 0xB91F252B
)

// requestStates are on disk by index.
var requestStates = []string{"received", "retry", "failed", "committed"}

var requestState = codec{utf.typ, func(in *input) serializer.Value {
	at, n := in.Pos(), in.Int32()
	if n < 0 || int(n) >= len(requestStates) {
		in.FailAt(at, javaio.ErrCorrupt, "state %d of a commit request", n)
		return ""
	}
	return requestStates[n]
}}

// collector is the committer's element for one kind of committable: one is what svs of it gives, many svsList of it.
func collector(one, many codec) []version {
	request := version{0, record(field{"committable", one}, field{"retries", index}, field{"state", requestState})}
	requests := field{"requests", svsList(request)}
	expected, drained, failed := field{"expected", int32s}, field{"drained", int32s}, field{"failed", int32s}
	subtask := field{"subtask", int32s}
	managers := field{"subtasks", svsList(
		version{0, record(requests, expected, drained, failed)},
		version{1, record(subtask, requests, expected, drained, failed)},
		version{2, record(subtask, requests, expected, failed)})}
	checkpoints := svsList(
		version{0, record(field{"checkpointId", int64s}, managers)},
		version{1, record(field{"checkpointId", int64s}, field{"parallelism", int32s}, managers)})
	return []version{
		{1, record(magic(collectorMagic), field{"committables", many})},
		{2, record(magic(collectorMagic), field{"checkpoints", checkpoints})},
	}
}

// committer is the committer's element of a connector; without versions, of one that is not known.
func committer(forms ...version) codec {
	if len(forms) == 0 {
		return svs(collector(anyVersion(), anyVersionList())...)
	}
	return svs(collector(svs(forms...), svsList(forms...))...)
}

// globalCommitter is the element of a global committer, committables as bytes.
func globalCommitter() codec {
	inner := collector(anyVersion(), anyVersionList())
	return svs(version{2, record(magic(globalMagic), field{"global", optional(anyVersionList())}, field{"collector", svs(inner...)})})
}

// asyncWriter := -1:i64 n:i32 (size:i64 request){n}: requests of sinks that buffer, here bytes.
//
//	kinesis request 1 := size bytes, partition key length:i32, key
var asyncWriter = version{1, record(asyncMagic, field{"requests", list(13, record(field{"data", sized}, field{"partitionKey", asciiText}))})}

var asyncMagic = field{"", codec{nil, func(in *input) serializer.Value {
	at, n := in.Pos(), in.Int64()
	if n != -1 {
		in.FailAt(at, javaio.ErrCorrupt, "identifier %d, want -1", n)
	}
	return nil
}}}

var sized = codec{bin.typ, func(in *input) serializer.Value {
	at, n := in.Pos(), in.Int64()
	if n < 0 || n > int64(in.Len()) {
		in.FailAt(at, javaio.ErrCorrupt, "request of %d bytes", n)
		return []byte{}
	}
	return append([]byte{}, in.Bytes(int(n))...)
}}

var asciiText = codec{utf.typ, func(in *input) serializer.Value {
	at, s := in.Pos(), string(in.Bin())
	if !printable(s) {
		in.FailAt(at, javaio.ErrCorrupt, "%q is no partition key", s)
	}
	return s
}}

// pulsarCommittable 1 := high:i64 low:i64 topic:utf
var pulsarCommittable = version{1, payload(record(field{"transactionHigh", int64s}, field{"transactionLow", int64s}, field{"topic", name}))}
