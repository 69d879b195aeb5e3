#!/usr/bin/env bash
# Makes the snapshots of testdata/savepoints again with real Flink of each version (needs java and mvn).
set -euo pipefail
cd "$(dirname "$0")/.."
for version in 1.20.4 2.3.0; do
  testdata/flink/run.sh build "$version"
  rm -rf "testdata/savepoints/$version"
  for tool in generate unusual; do
    echo "Flink $version: $tool" >&2
    testdata/flink/run.sh "$tool" "$version" testdata/savepoints committed
  done
done

# The largest are kept of one version only: all together stay under 15 MB. The full matrix has them of both.
for name in timers-rocksdb-canonical-p3-m32768 kv-rocksdb-canonical-p3-m4096-inline1048576 \
  unusual-changelog-based-rocksdb-checkpoint-p2-m129-inline0 unusual-changelog-based-hashmap-checkpoint-snappy-p2-m128-inline0 \
  unusual-changelog-memory-hashmap-checkpoint-p2-m128-inline0 unusual-changelog-hashmap-checkpoint-p2-m128-inline0 \
  unusual-namespaces-rocksdb-canonical-p2-m128 heap-timers-rocksdb-checkpoint-p3-m128-inline0 \
  timers-rocksdb-checkpoint-p3-m60-inline0 kv-hashmap-checkpoint-snappy-p1-m129 \
  keys-hashmap-native-snappy-p4-m60 windows-hashmap-checkpoint-snappy-p3-m128-inline0; do
  rm -r "testdata/savepoints/1.20.4/$name"
done
