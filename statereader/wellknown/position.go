package wellknown

import (
	"math"

	"ckpt/serializer"
)

// Meanings of a position.
const (
	Next          = "next"          // of the record to read next
	LastProcessed = "lastProcessed" // of the last record that was read
)

// Position is where a source stands in one of its partitions.
type Position struct {
	Partition map[string]any // what names it
	// At is a number or text as the connector counts, a name (latest, earliest, committed, end), an object of two
	// numbers, or nil: not stored.
	At    any
	Means string
	Stop  any // the first position that is not read; nil: there is none
	// Unassigned says of a split of an enumerator that no reader has it yet.
	Unassigned bool
}

// Positions are those that a decoded value of the format tells, in stored order.
func (f *Format) Positions(v serializer.Value) []Position {
	if one := positionOf[f.Name]; one != nil {
		return []Position{one(v)}
	}
	split := positionOf[f.splitName()]
	if split == nil {
		return nil
	}
	var out []Position
	for _, col := range []string{"partitions", colSplits, "shards"} {
		l, _ := member(v, col).(serializer.List)
		for _, e := range l {
			p := Position{Means: Next, Unassigned: true}
			s := member(e, colSplit)
			switch {
			case s != nil:
				p = split(s)
			case col == "partitions":
				p.Partition = map[string]any{"topic": member(e, colTopic), "partition": member(e, colPartition)}
			default:
				p = split(e)
			}
			state, has := member(e, colStatus).(int32)
			p.Unassigned = !has || state == unassignedInitial
			out = append(out, p)
		}
	}
	return out
}

// splitName is the format of the splits of an enumerator.
func (f *Format) splitName() string {
	const suffix = "-enumerator"
	if n := len(f.Name) - len(suffix); n > 0 && f.Name[n:] == suffix {
		return f.Name[:n] + "-split"
	}
	return ""
}

var positionOf = map[string]func(serializer.Value) Position{
	"kafka-split":           kafkaPosition,
	"dynamic-kafka-split":   dynamicKafkaPosition,
	"kinesis-split":         kinesisPosition,
	"file-split":            filePosition,
	"number-sequence-split": numberPosition,
	"hybrid-split":          hybridPosition,
	"kafka-consumer":        legacyKafkaPosition,
	"kinesis-consumer":      legacyKinesisPosition,
}

var kafkaPlaces = map[int64]string{kafkaLatest: "latest", kafkaEarliest: "earliest", kafkaCommitted: "committed"}

func place(n int64, names map[int64]string) any {
	if s, ok := names[n]; ok {
		return s
	}
	return n
}

func kafkaPosition(v serializer.Value) Position {
	p := Position{Partition: map[string]any{"topic": member(v, colTopic), "partition": member(v, colPartition)}, Means: Next,
		At: place(member(v, colOffset).(int64), kafkaPlaces)}
	if stop := member(v, colStop).(int64); stop != kafkaNoStop {
		p.Stop = place(stop, kafkaPlaces)
	}
	return p
}

func dynamicKafkaPosition(v serializer.Value) Position {
	p := kafkaPosition(member(v, colSplit))
	p.Partition["cluster"] = member(v, "cluster")
	return p
}

var legacyPlaces = map[int64]string{legacyEarliest: "earliest", legacyLatest: "latest", legacyGroup: "committed"}

// legacyKafkaPosition is the next offset, although the last processed one is stored.
func legacyKafkaPosition(v serializer.Value) Position {
	p := Position{Partition: map[string]any{"topic": member(v, colTopic), "partition": member(v, colPartition)}, Means: Next}
	switch n := member(v, "position").(int64); {
	case n == legacyNotSet:
	case legacyPlaces[n] != "":
		p.At = legacyPlaces[n]
	default:
		p.At = n + 1
	}
	return p
}

// kinesisPosition is not always that of the next record: sequence numbers have gaps.
func kinesisPosition(v serializer.Value) Position {
	p := Position{Partition: map[string]any{"stream": member(v, "streamArn"), "shard": member(v, "shardId")}, Means: Next}
	if member(v, "finished") == true {
		p.At = "end"
		return p
	}
	marker := member(v, "position")
	switch kind := member(v, "iteratorType").(string); kind {
	case "TRIM_HORIZON":
		p.At = "earliest"
	case "LATEST":
		p.At = "latest"
	case "AT_TIMESTAMP":
		p.At = map[string]any{"timestamp": member(marker, "timestamp")}
	default:
		p.At = member(marker, "sequence")
		if kind == "AFTER_SEQUENCE_NUMBER" {
			p.Means = LastProcessed
		}
	}
	return p
}

var legacySequences = map[string]string{"LATEST_SEQUENCE_NUM": "latest", "EARLIEST_SEQUENCE_NUM": "earliest", "SHARD_ENDING_SEQUENCE_NUM": "end"}

func legacyKinesisPosition(v serializer.Value) Position {
	p := Position{Partition: map[string]any{"stream": member(v, "streamName"), "shard": member(v, "shardId")}, Means: LastProcessed}
	sequence := member(v, "sequenceNumber").(string)
	p.At = sequence
	if s, ok := legacySequences[sequence]; ok {
		p.At, p.Means = s, Next
	} else if sub := member(v, "subSequenceNumber").(int64); sub >= 0 {
		p.At = map[string]any{"sequence": sequence, "subSequence": sub}
	}
	return p
}

func filePosition(v serializer.Value) Position {
	offset, length := member(v, colOffset).(int64), member(v, "length").(int64)
	p := Position{Partition: map[string]any{"path": member(v, "path"), "offset": offset, "length": length}, Means: Next, At: offset}
	if length <= math.MaxInt64-offset {
		p.Stop = offset + length
	}
	if at := member(v, "position"); at != nil {
		p.At = map[string]any{"offset": member(at, "offset"), "recordsToSkip": member(at, "recordsToSkip")}
	}
	return p
}

func numberPosition(v serializer.Value) Position {
	p := Position{Partition: map[string]any{"id": member(v, "id")}, Means: Next, At: member(v, "from")}
	if to := member(v, "to").(int64); to != math.MaxInt64 {
		p.Stop = to + 1
	}
	return p
}

func hybridPosition(v serializer.Value) Position {
	return Position{Partition: map[string]any{"source": member(v, "source"), "id": member(v, "id")}, Means: Next}
}
