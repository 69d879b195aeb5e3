package statereader

import (
	"runtime"

	"ckpt/serializer"
	"ckpt/storage"
)

// Options say how a checkpoint is read. The zero value is the default.
type Options struct {
	// Map replaces path prefixes of a checkpoint that was moved.
	Map []storage.Mapping
	// Parallelism is how many headers are read at once while opening; 0: four per core, at least 16 (it is I/O).
	Parallelism int
	// Memory bounds what one Scan holds for a single value whose end it has to find; 0: 1 GiB.
	Memory int64
	// MaxValue is the size above which a value is left out of its Entry (flag Oversize); 0: 64 MiB.
	MaxValue int64
	// MetadataOnly opens no state file: keyed states stay unknown, operator states have names and modes only.
	MetadataOnly bool
	// IgnoreChecksums reads compressed state whose checksum is wrong, as Flink does.
	IgnoreChecksums bool
	// Wrap is put around the file system of a path that is opened, for counting, caching or limiting; nil: nothing is.
	Wrap func(storage.FS) storage.FS
	// Chosen is told the checkpoint that was taken where the path named a job's directory; may be nil.
	Chosen func(dir string)
	// UIDs are names that may be uids of operators: one whose hash is an operator's id becomes its UID.
	UIDs []string
	// Plan is the compiled plan of a SQL job: it names operators and the columns of their states. Nil: there is none.
	Plan *Plan
	// Kryo is the generation of values that Kryo wrote where nothing in the checkpoint tells it.
	Kryo serializer.KryoGeneration
	// KryoClasses describes classes whose fields Kryo wrote.
	KryoClasses *serializer.KryoClasses
	// Types describes serializers that no snapshot does. States with values of such a class are read once while opening:
	// a description that does not fit all of them is taken back.
	Types *serializer.Registry
}

const (
	defaultMaxValue = 64 << 20
	defaultMemory   = 1 << 30
)

func (o *Options) parallelism() int {
	if o.Parallelism > 0 {
		return o.Parallelism
	}
	return max(16, 4*runtime.GOMAXPROCS(0))
}

func (o *Options) maxValue() int64 {
	if o.MaxValue > 0 {
		return o.MaxValue
	}
	return defaultMaxValue
}

func (o *Options) memory() int64 {
	if o.Memory > 0 {
		return o.Memory
	}
	return defaultMemory
}
