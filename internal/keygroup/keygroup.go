// Package keygroup holds Flink's assignment of keys to key groups and of key groups to subtasks.
// The formulas are part of every keyed file: a key in another group is unreachable for Flink.
package keygroup

import "math/bits"

// Mix is Flink's murmur step over one 32-bit hash; the result is never negative.
func Mix(hash int32) int32 {
	m := uint32(hash) * 0xCC9E2D51
	m = bits.RotateLeft32(m, 15) * 0x1B873593
	m = bits.RotateLeft32(m, 13)*5 + 0xE6546B64
	m ^= 4
	m ^= m >> 16
	m *= 0x85EBCA6B
	m ^= m >> 13
	m *= 0xC2B2AE35
	m ^= m >> 16
	switch v := int32(m); {
	case v >= 0:
		return v
	case v == -1<<31:
		return 0
	default:
		return -v
	}
}

// Of returns the key group of a key with the given Java hashCode; maxParallelism is 1 to 32768.
func Of(hash int32, maxParallelism int32) int32 { return Mix(hash) % maxParallelism }

// Range returns the first and last key group (inclusive) of a subtask.
func Range(subtask, parallelism, maxParallelism int32) (first, last int32) {
	i, p, m := int64(subtask), int64(parallelism), int64(maxParallelism)
	return int32((i*m + p - 1) / p), int32(((i+1)*m - 1) / p)
}

// Owner returns the subtask that a key group belongs to.
func Owner(keyGroup, parallelism, maxParallelism int32) int32 {
	return int32(int64(keyGroup) * int64(parallelism) / int64(maxParallelism))
}

// DefaultMaxParallelism is what Flink takes when the job sets none.
func DefaultMaxParallelism(parallelism int32) int32 {
	v := uint32(parallelism + parallelism/2)
	if v <= 128 {
		return 128
	}
	return int32(min(uint32(1)<<bits.Len32(v-1), 32768))
}

// PrefixBytes is the width of the key-group prefix of a key in the full (canonical) and RocksDB layouts.
func PrefixBytes(maxParallelism int32) int {
	if maxParallelism > 128 {
		return 2
	}
	return 1
}
