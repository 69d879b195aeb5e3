#!/usr/bin/env bash
# Makes the snapshots of testdata/savepoints again with real Flink of each version (needs java and mvn).
set -euo pipefail
cd "$(dirname "$0")/.."
for version in 1.20.4 2.3.0; do
  echo "Flink $version" >&2
  testdata/flink/run.sh generate "$version" testdata/savepoints committed
done
