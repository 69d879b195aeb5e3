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
