package inspect

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"ckpt/metadata"
	"ckpt/serializer"
	"ckpt/state"
	"ckpt/statereader"
)

// Restore is what Flink would do with a snapshot: section restore of a Validation.
type Restore struct {
	FlinkVersion string            `json:"flinkVersion,omitempty"`
	Against      string            `json:"against,omitempty"`
	Operators    []OperatorRestore `json:"operators"`
}

// OperatorRestore is the verdict on an operator: restored, dropped, refused.
type OperatorRestore struct {
	ID      string         `json:"id"`
	UID     string         `json:"uid,omitempty"`
	Verdict string         `json:"verdict"`
	Reason  string         `json:"reason,omitempty"`
	States  []StateRestore `json:"states"`
}

// StateRestore is the verdict on a state: as is, reconfigured, migrated, incompatible, dropped.
type StateRestore struct {
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	Verdict string `json:"verdict"`
	Part    string `json:"part,omitempty"` // which serializer decided, and what inside it
	Reason  string `json:"reason,omitempty"`
	Doubt   string `json:"doubt,omitempty"` // what the verdict depends on and cannot be seen
}

// restore adds the restore section and its findings.
func (val *validator) restore(ctx context.Context, view *statereader.View, o ValidateOptions) error {
	job, target := o.Job, o.Job.Flink
	val.v.Restore = &Restore{Against: o.Against, Operators: []OperatorRestore{}}
	if o.Against != "" {
		other, err := statereader.OpenPath(ctx, o.Against, o.Reader)
		if err != nil {
			return fmt.Errorf("against: %w", err)
		}
		defer other.Close()
		if problems := other.Problems(); len(problems) > 0 {
			return fmt.Errorf("against: %w", problems[0])
		}
		like := jobLike(other)
		like.Flink, like.Backend, like.AllowNonRestored = job.Flink, job.Backend, job.AllowNonRestored
		job, target = *like, cmp.Or(target, newestWriter(other.Checkpoint()))
	}
	target = cmp.Or(target, newestWriter(val.checkpoint))
	if job.Flink != (serializer.Version{}) {
		val.v.Restore.FlinkVersion = job.Flink.String()
		if why := val.checkpoint.RefusedBy(job.Flink.String()); why != "" {
			val.add(Finding{Code: "RELEASE_CANNOT_READ", Severity: Error, Offset: -1, Message: "Flink " + job.Flink.String() + ": " + why,
				Fix: "restore with a release that reads it, take a savepoint there, and go on with that"})
		}
	}
	for _, op := range view.Operators() {
		r := restoreJudge{job: &job, target: target, kryo: view.KryoGeneration()}
		val.v.Restore.Operators = append(val.v.Restore.Operators, r.operator(op))
		for _, f := range r.found {
			f.Operator = op.Meta.ID.String()
			val.add(f)
		}
	}
	return nil
}

// newestWriter is the newest release that writes a snapshot's version: where none is named, it is taken to restore.
func newestWriter(c *metadata.Checkpoint) serializer.Version {
	switch {
	case c.Version >= 5:
		return serializer.Version{Major: 2, Minor: 3}
	case c.Version == 4:
		return serializer.Version{Major: 1, Minor: 20}
	case c.Version == 3:
		return serializer.Version{Major: 1, Minor: 15}
	}
	return serializer.Version{Major: 1, Minor: 10}
}

// restoreJudge decides about one operator.
type restoreJudge struct {
	job    *Job
	target serializer.Version
	kryo   serializer.KryoGeneration
	found  []Finding
}

func (r *restoreJudge) finding(code string, s Severity, state, message, fix string) {
	r.found = append(r.found, Finding{Code: code, Severity: s, Offset: -1, State: state, Message: message, Fix: fix})
}

// operator makes Flink's checks in Flink's order: is it in the job, max parallelism, parallelism, serializers.
func (r *restoreJudge) operator(op *statereader.Operator) OperatorRestore {
	out := OperatorRestore{ID: op.Meta.ID.String(), UID: op.UID, Verdict: "restored", States: []StateRestore{}}
	var now *JobOperator
	if r.job.Operators != nil {
		i := slices.IndexFunc(r.job.Operators, func(o JobOperator) bool { return o.ID == op.Meta.ID })
		if i < 0 {
			return r.unclaimed(op, out)
		}
		now = &r.job.Operators[i]
		if code, why, fix := scaled(op.Meta, now); code != "" {
			out.Verdict, out.Reason = "refused", why
			r.finding(code, Error, "", why, fix)
		}
	}
	backend := backendFor(r.job.Backend, op.Meta)
	for _, s := range op.States() {
		st := r.state(s, now, backend)
		if st.Verdict == serializer.Incompatible.String() && out.Reason == "" {
			out.Verdict, out.Reason = "refused", "state "+st.Name+" is incompatible"
		}
		out.States = append(out.States, st)
	}
	return out
}

func hasState(op *metadata.Operator) bool {
	return op.Coordinator != nil || slices.ContainsFunc(op.Subtasks, func(s *metadata.Subtask) bool {
		return s.ManagedKeyed != nil || s.RawKeyed != nil || s.ManagedOperator != nil || s.RawOperator != nil ||
			len(s.InputChannels)+len(s.OutputChannels) > 0
	})
}

// unclaimed is about an operator that the job does not have.
func (r *restoreJudge) unclaimed(op *statereader.Operator, out OperatorRestore) OperatorRestore {
	out.Verdict, out.Reason = "dropped", "the job has no such operator"
	if !hasState(op.Meta) {
		return out
	}
	if r.job.AllowNonRestored {
		r.finding("STATE_DROPPED", Warning, "", "the job has no such operator: its state is dropped", "give the operator its uid if the state is needed")
	} else {
		out.Verdict = "refused"
		r.finding("OPERATOR_NOT_IN_JOB", Error, "", "the job has no such operator, and its state is not allowed to be dropped",
			"give the operator its uid, or restore with --allowNonRestoredState (-n), which drops it")
	}
	for _, s := range op.States() {
		out.States = append(out.States, StateRestore{Name: s.Name, Kind: string(s.Kind), Verdict: "dropped", Reason: out.Reason})
	}
	return out
}

// scaled compares parallelism and max parallelism; a max parallelism that Flink derives adopts the stored one.
func scaled(old *metadata.Operator, now *JobOperator) (code, why, fix string) {
	switch {
	case now.MaxParallelism > 0 && now.MaxParallelism != old.MaxParallelism:
		return "MAX_PARALLELISM_DIFFERS", fmt.Sprintf("max parallelism was %d, the job sets %d", old.MaxParallelism, now.MaxParallelism),
			"set the stored one, or none: it is fixed for the life of the state"
	case now.Parallelism > old.MaxParallelism:
		return "PARALLELISM_TOO_HIGH", fmt.Sprintf("parallelism %d is above max parallelism %d", now.Parallelism, old.MaxParallelism),
			"run with at most that parallelism"
	}
	return "", "", ""
}

// backendFor is the job's backend, else the stored one. A canonical snapshot does not tell: the stricter is taken.
func backendFor(named string, op *metadata.Operator) serializer.Backend {
	if named == "hashmap" || named == "" && slices.Contains(backendsOf(op), "heap") {
		return serializer.HeapBackend
	}
	return serializer.RocksDBBackend
}

// state judges every registration of a state; the worst decides.
func (r *restoreJudge) state(s *statereader.State, now *JobOperator, b serializer.Backend) StateRestore {
	out := StateRestore{Name: s.Name, Kind: string(s.Kind)}
	var v serializer.Verdict
	target := (*JobState)(nil)
	if now != nil && now.States != nil {
		if i := slices.IndexFunc(now.States, func(j JobState) bool { return j.Name == s.Name && j.class() == s.Class }); i >= 0 {
			target = &now.States[i]
		} else if s.Class != state.ClassTimer {
			v.Reason = "the job does not register it: Flink keeps it and stores it again"
		}
	}
	c := serializer.Restore{Target: r.target, Kryo: r.kryo}
	parts := partComparison{Restore: c, accept: r.job.Flink != (serializer.Version{}), backend: b}
	if s.Key != nil {
		var key *JobType
		if now != nil {
			key = now.Key
		}
		v = worseOf(v, parts.one("key", serializer.AtKey, s.Key, key))
	}
	for _, m := range s.Metas {
		v = worseOf(v, parts.meta(m, target))
	}
	out.Verdict, out.Part, out.Reason, out.Doubt = v.Outcome.String(), v.Path, v.Reason, v.Doubt
	r.report(s.Name, v)
	return out
}

// report turns a verdict into a finding.
func (r *restoreJudge) report(name string, v serializer.Verdict) {
	switch {
	case v.Outcome == serializer.Incompatible:
		r.finding("STATE_INCOMPATIBLE", Error, name, v.String(), "keep the type as it was, or write the state under a new name")
	case v.Outcome == serializer.Migrated:
		r.finding("STATE_MIGRATED", Info, name, v.String(), "nothing to do; RocksDB rewrites all its entries during the restore, which takes time")
	case v.Doubt != "":
		r.finding("STATE_UNSURE", Info, name, v.String(), "try the restore with a copy of the job")
	}
}

// worseOf keeps the first of two verdicts unless the second is worse, or alone has something to say.
func worseOf(a, b serializer.Verdict) serializer.Verdict {
	if b.Outcome > a.Outcome || b.Outcome == a.Outcome && a.Reason == "" && a.Doubt == "" {
		return b
	}
	return a
}

// partComparison compares the serializers of one state.
type partComparison struct {
	serializer.Restore
	accept  bool // a release is named: say what it can read
	backend serializer.Backend
}

// one compares one serializer at its position; without a new one only what the release can read counts.
func (p partComparison) one(name string, at serializer.Position, old *serializer.Serializer, now *JobType) (v serializer.Verdict) {
	switch {
	case old == nil:
		return v
	case now != nil && now.Snapshot != nil && old.Snapshot != nil:
		v = p.Compat(old.Snapshot, now.Snapshot)
	case now != nil && now.Snapshot == nil && now.Type != nil:
		v = serializer.CompatType(old.Type, now.Type)
		if p.accept && old.Snapshot != nil {
			v = worseOf(p.Accepts(old.Snapshot), v)
		}
	case p.accept && old.Snapshot != nil:
		v = p.Accepts(old.Snapshot)
	}
	v = serializer.CompatAt(at, v, p.backend)
	if v != (serializer.Verdict{}) {
		v.Path = joinPath(name, v.Path)
	}
	return v
}

func joinPath(name, path string) string {
	if path == "" {
		return name
	}
	return name + ", " + path
}

// meta compares a registration with what the job registers; nil: not known.
func (p partComparison) meta(m *state.Meta, now *JobState) serializer.Verdict {
	if now != nil && now.Kind != "" && now.Kind != m.Kind && m.Kind != state.Unknown {
		return serializer.Verdict{Outcome: serializer.Incompatible,
			Reason: fmt.Sprintf("%s state was stored, the job registers %s state", m.Kind, now.Kind)}
	}
	if now == nil || now.stored != nil {
		return p.stored(m, now)
	}
	var v serializer.Verdict
	if now.TTL != nil && *now.TTL != m.TTL {
		v = p.ttlSwitched(m.TTL)
	}
	v = worseOf(v, p.one("value", valuePosition(m), m.Value, now.Value))
	v = worseOf(v, p.one("namespace", serializer.AtNamespace, m.Namespace, now.Namespace))
	return worseOf(v, p.one("map key", mapKeyPosition(m), m.UserKey, now.Key))
}

// ttlSwitched: 2.0 learned to migrate between values with and without timestamp.
func (p partComparison) ttlSwitched(was bool) serializer.Verdict {
	v := serializer.Verdict{Outcome: serializer.Migrated, Reason: "time-to-live was switched on"}
	if was {
		v.Reason = "time-to-live was switched off"
	}
	if p.Target.Before(serializer.Version{Major: 2}) {
		v.Outcome = serializer.Incompatible
	}
	return v
}

// stored compares the snapshots of a registration by their names.
func (p partComparison) stored(m *state.Meta, now *JobState) (v serializer.Verdict) {
	for _, s := range m.Stored {
		var other *JobType
		if now != nil {
			i := slices.IndexFunc(now.stored, func(o state.StoredSerializer) bool { return o.Name == s.Name })
			if i >= 0 {
				other = &JobType{Snapshot: now.stored[i].Serializer.Snapshot}
			}
		}
		at, name := storedPosition(m, s.Name)
		v = worseOf(v, p.one(name, at, s.Serializer, other))
		if old, new := mapKeyOf(m, s.Serializer), mapKeyOf(m, otherOf(other)); old != nil && new != nil {
			v = worseOf(v, p.one("map key", serializer.AtMapKey, old, &JobType{Snapshot: new.Snapshot}))
		}
	}
	return v
}

func otherOf(t *JobType) *serializer.Serializer {
	if t == nil || t.Snapshot == nil {
		return nil
	}
	return serializer.New(t.Snapshot)
}

// mapKeyOf takes the user keys out of the serializer of map state.
func mapKeyOf(m *state.Meta, s *serializer.Serializer) *serializer.Serializer {
	if m.Kind != state.Map || s == nil || s.Snapshot == nil || s.Type.Kind != serializer.KindMap {
		return nil
	}
	nested := s.Snapshot.Modern().Nested
	if len(nested) != 2 {
		return nil
	}
	return s.Part(nested[0])
}

func storedPosition(m *state.Meta, name string) (serializer.Position, string) {
	switch name {
	case "NAMESPACE_SERIALIZER":
		return serializer.AtNamespace, "namespace"
	case "USER_KEY_SERIALIZER":
		return serializer.AtMapKey, "map key"
	case "KEY_SERIALIZER":
		return mapKeyPosition(m), "map key"
	}
	return valuePosition(m), "value"
}

func valuePosition(m *state.Meta) serializer.Position {
	switch m.Class() {
	case state.ClassTimer:
		return serializer.AtTimer
	case state.ClassBroadcast:
		return serializer.AtBroadcast
	case state.ClassOperator:
		return serializer.AtOperatorList
	}
	return serializer.AtValue
}

func mapKeyPosition(m *state.Meta) serializer.Position {
	if m.Class() == state.ClassBroadcast {
		return serializer.AtBroadcast
	}
	return serializer.AtMapKey
}
