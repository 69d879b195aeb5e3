package inspect

import (
	"ckpt/metadata"
	"ckpt/serializer"
	"ckpt/state"
	"ckpt/statereader"
)

// Job is what is known about the job that is to restore a snapshot.
type Job struct {
	Flink   serializer.Version // zero: not said
	Backend string             // hashmap, rocksdb, forst; empty: that of the snapshot
	// AllowNonRestored lets state without operator be dropped.
	AllowNonRestored bool
	// Operators are all of the job; nil: not said, so that only what the release can read is checked.
	Operators []JobOperator
}

// JobOperator is an operator of the new job. Zero: not said.
type JobOperator struct {
	ID                          metadata.OperatorID
	Parallelism, MaxParallelism int32
	Key                         *JobType
	States                      []JobState // nil: not said
}

// JobState is what the new job registers.
type JobState struct {
	Name             string
	Kind             state.Kind
	TTL              *bool
	Key              *JobType // of map and broadcast state
	Namespace, Value *JobType
	stored           []state.StoredSerializer // as another snapshot has them; then the types above are nil
}

// class tells apart the states of one name that an operator may have: by kind.
func (s *JobState) class() state.Class {
	switch s.Kind {
	case state.Timer:
		return state.ClassTimer
	case state.OperatorList, state.OperatorUnion:
		return state.ClassOperator
	case state.BroadcastState:
		return state.ClassBroadcast
	}
	return state.ClassKeyed
}

// JobType is a serializer of the new job: its snapshot from elsewhere, or the type alone.
type JobType struct {
	Snapshot *serializer.Snapshot
	Type     *serializer.Type
}

// jobLike takes the serializers of another snapshot for those of the new job.
func jobLike(view *statereader.View) *Job {
	j := &Job{Operators: []JobOperator{}}
	for _, op := range view.Operators() {
		o := JobOperator{ID: op.Meta.ID, States: []JobState{}}
		for _, s := range op.States() {
			if o.Key == nil && s.Key != nil {
				o.Key = &JobType{s.Key.Snapshot, s.Key.Type}
			}
			if len(s.Metas) > 0 {
				o.States = append(o.States, JobState{Name: s.Name, Kind: s.Kind, stored: s.Metas[0].Stored})
			}
		}
		j.Operators = append(j.Operators, o)
	}
	return j
}
