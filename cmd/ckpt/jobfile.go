package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"gopkg.in/yaml.v3"

	"ckpt/inspect"
	"ckpt/metadata"
	"ckpt/serializer"
	"ckpt/state"
)

// jobFile is what a user writes.
type jobFile struct {
	FlinkVersion          string            `yaml:"flinkVersion"`
	Backend               string            `yaml:"backend"`
	AllowNonRestoredState bool              `yaml:"allowNonRestoredState"`
	Operators             []jobOperatorFile `yaml:"operators"`
}

type jobOperatorFile struct {
	UID            string                  `yaml:"uid"`
	ID             string                  `yaml:"id"`
	Parallelism    int32                   `yaml:"parallelism"`
	MaxParallelism int32                   `yaml:"maxParallelism"`
	Key            string                  `yaml:"key"`
	States         map[string]jobStateFile `yaml:"states"`
}

type jobStateFile struct {
	Kind      string `yaml:"kind"`
	Key       string `yaml:"key"`
	Namespace string `yaml:"namespace"`
	Value     string `yaml:"value"`
	TTL       *bool  `yaml:"ttl"`
}

// readJob reads the file of --job.
func readJob(file string) (*inspect.Job, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	j, err := parseJob(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return j, nil
}

func parseJob(b []byte) (*inspect.Job, error) {
	var f jobFile
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		return nil, err
	}
	j := &inspect.Job{Backend: f.Backend, AllowNonRestored: f.AllowNonRestoredState}
	var err error
	if f.FlinkVersion != "" {
		if j.Flink, err = serializer.ParseVersion(f.FlinkVersion); err != nil {
			return nil, err
		}
	}
	switch f.Backend {
	case "", "hashmap", "rocksdb", "forst":
	default:
		return nil, fmt.Errorf("backend %q, want hashmap, rocksdb or forst", f.Backend)
	}
	if len(f.Operators) == 0 {
		return nil, errors.New("no operators")
	}
	for i, o := range f.Operators {
		op, err := o.parse()
		if err != nil {
			return nil, fmt.Errorf("operators[%d]: %w", i, err)
		}
		j.Operators = append(j.Operators, op)
	}
	return j, nil
}

func (f *jobOperatorFile) parse() (op inspect.JobOperator, err error) {
	op = inspect.JobOperator{Parallelism: f.Parallelism, MaxParallelism: f.MaxParallelism}
	switch {
	case (f.UID == "") == (f.ID == ""):
		return op, errors.New("want either uid or id")
	case f.UID != "":
		op.ID = metadata.OperatorIDFromUID(f.UID)
	default:
		if op.ID, err = metadata.ParseOperatorID(f.ID); err != nil {
			return op, err
		}
	}
	if f.Parallelism < 0 || f.MaxParallelism < 0 {
		return op, errors.New("parallelism and maxParallelism are at least 1")
	}
	if op.Key, err = parseJobType(f.Key); err != nil {
		return op, fmt.Errorf("key: %w", err)
	}
	for _, name := range sortedKeys(f.States) {
		s := f.States[name]
		js := inspect.JobState{Name: name, Kind: state.Kind(s.Kind), TTL: s.TTL}
		for _, p := range []struct {
			to   **inspect.JobType
			text string
		}{{&js.Key, s.Key}, {&js.Namespace, s.Namespace}, {&js.Value, s.Value}} {
			if *p.to, err = parseJobType(p.text); err != nil {
				return op, fmt.Errorf("states: %s: %w", name, err)
			}
		}
		op.States = append(op.States, js)
	}
	return op, nil
}

func parseJobType(text string) (*inspect.JobType, error) {
	if text == "" {
		return nil, nil
	}
	t, err := serializer.ParseType(text)
	if err != nil {
		return nil, err
	}
	return &inspect.JobType{Type: t}, nil
}
