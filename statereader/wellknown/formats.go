package wellknown

import (
	"ckpt/serializer"
	"ckpt/state"
)

// Names of states, on disk.
const (
	readerState        = "SourceReaderState"
	legacyKafkaState   = "topic-partition-offset-states"
	legacyKinesisState = "Kinesis-Stream-Shard-State"
	writerState        = "writer_raw_states"
	committerState     = "streaming_committer_raw_states"
	bucketState        = "bucket-states"
	compactorState     = "remaining_compact_commit_raw_state"
)

// coordinatorVersion of sources, on disk. Version 0, of 1.11, had more behind the enumerator.
const coordinatorVersion = 1

// unknownConnector is that of formats which keep what a connector wrote as bytes.
const unknownConnector = "unknown"

// formatsOf are the formats of a state, the most telling first.
func formatsOf(name string) []*Format {
	switch name {
	case readerState:
		return splitFormats
	case legacyKafkaState:
		return legacyKafkaFormats
	case legacyKinesisState:
		return legacyKinesisFormats
	case writerState:
		return writerFormats
	case committerState:
		return committerFormats
	case bucketState:
		return bucketFormats
	case compactorState:
		return compactorFormats
	}
	return nil
}

// IsReader says whether a state of that name holds the splits of a source's reader.
func IsReader(name string) bool { return name == readerState }

// IsSource says whether a state of that name holds positions of a source.
func IsSource(name string) bool {
	return name == readerState || name == legacyKafkaState || name == legacyKinesisState
}

// elements is a format that is taken as soon as all elements fit.
func elements(name, connector string, c codec) *Format {
	return &Format{Name: name, Connector: connector, codec: inBin(c), generic: true}
}

// Formats, by the state they are of. All are immutable.
var (
	splitFormats = []*Format{
		elements("kafka-split", "kafka", svs(kafkaSplit)),
		elements("kinesis-split", "kinesis", svs(kinesisSplits...)),
		elements("dynamic-kafka-split", "dynamic-kafka", svs(dynamicKafkaSplit...)),
		elements("file-split", "file", svs(fileSplit)),
		elements("number-sequence-split", "number-sequence", svs(numberSplit)),
		elements("hybrid-split", "hybrid", svs(hybridSplit)),
	}
	legacyKafkaFormats   = []*Format{{Name: "kafka-consumer", Connector: "kafka", codec: legacyKafka, own: true, generic: true}}
	legacyKinesisFormats = []*Format{{Name: "kinesis-consumer", Connector: "kinesis", codec: legacyKinesis, own: true, generic: true}}
	bucketFormats        = []*Format{elements("file-bucket", "file", svs(fileBucket...))}
	compactorFormats     = []*Format{elements("file-compaction", "file", svs(fileCommittable...))}
	writerFormats        = []*Format{
		elements("file-bucket", "file", svs(fileBucket...)),
		elements("async-sink-writer", "async-sink", svs(asyncWriter)),
		elements("kafka-writer", "kafka", svs(kafkaWriter...)),
	}
	committerFormats = []*Format{
		{Name: "file-committer", Connector: "file", codec: inBin(committer(fileCommittable...))},
		{Name: "kafka-committer", Connector: "kafka", codec: inBin(committer(kafkaCommittable...))},
		{Name: "pulsar-committer", Connector: "pulsar", codec: inBin(committer(pulsarCommittable))},
		elements("sink-committer", unknownConnector, committer()),
		elements("global-committer", unknownConnector, globalCommitter()),
	}
	// Of coordinators: no bin around them.
	enumeratorFormats = []*Format{
		{Name: "kafka-enumerator", Connector: "kafka", codec: coordinator(svs(kafkaEnumerator...))},
		{Name: "kinesis-enumerator", Connector: "kinesis", codec: coordinator(svs(kinesisEnumerator...))},
		{Name: "file-enumerator", Connector: "file", generic: true, codec: coordinator(svs(fileEnumerator))},
		{Name: "number-sequence-enumerator", Connector: "number-sequence", codec: coordinator(svs(version{1, record(field{colSplits, list(18, payload(numberSplit.codec))})}))},
		{Name: "hybrid-enumerator", Connector: "hybrid", generic: true, codec: coordinator(svs(hybridEnumerator))},
		{Name: "source-enumerator", Connector: unknownConnector, generic: true, codec: coordinator(anyVersion())},
	}
)

// coordinator is the state of a source's coordinator.
func coordinator(c codec) codec {
	return codec{c.typ, func(in *input) serializer.Value {
		if v := in.Int32(); in.Err() == nil && v != coordinatorVersion {
			in.Unsupportedf("coordinator version %d", v)
		}
		return c.read(in)
	}}
}

// Enumerator decodes the coordinator state of a source. Where a reader of the source was recognised, connector is its
// name: the enumerator of that one may be empty, another's must hold something that tells it from the rest. nil: it is
// none of a source's.
func Enumerator(b []byte, connector string) (*Format, serializer.Value) {
	for _, own := range []bool{true, false} {
		for _, f := range enumeratorFormats {
			in := newInput(b)
			if v, err := f.decode(in); err == nil && (own && f.Connector == connector || !own && (f.generic || in.payloads > 0)) {
				return f, v
			}
		}
	}
	return nil, nil
}

// applies says whether elements of m may be of the format.
func (f *Format) applies(m *state.Meta) bool { return m.Value != nil && (f.own || isBytes(m)) }
