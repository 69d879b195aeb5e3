#!/usr/bin/env bash
# Compares ckpt with its peers on snapshots that real Flink writes here: the State Processor API, which decodes every
# entry, and arrow-go's Parquet writer alone. Needs java and mvn. Leave the machine alone meanwhile.
#   KEYS      how many keys (default 1000000; 10000000 for figures to quote: the JVM takes seconds to start)
#   CKPT_PEERS  where snapshots lie or are made (default: the temporary directory)
set -euo pipefail
cd "$(dirname "$0")/.."
keys=${KEYS:-1000000}
data=${CKPT_PEERS:-${TMPDIR:-/tmp}/ckpt-peers/$keys}
mkdir -p "$data"
for version in 1.20.4 2.3.0; do testdata/flink/run.sh build "$version"; done
export FLINK_JVM="-Xms1g -Xmx9g" # otherwise as Java starts by itself
if [ ! -f "$data/expected.json" ]; then
  echo "writing snapshots of $keys keys to $data" >&2
  testdata/flink/run.sh peers 1.20.4 generate "$keys" "$data" >&2
fi
go test -c -o "$data/export.test" ./export
for snapshot in big-canonical big-heap-native; do
  for version in 1.20.4 2.3.0; do
    testdata/flink/run.sh peers "$version" read "$data/$snapshot" "$data/expected.json"
  done
  for work in decode parquet alone; do # each in its own process, for its peak memory
    (cd export && CKPT_PEERS=$data "$data/export.test" -test.run '^$' -test.bench "Peers/$work/$snapshot\$" -test.benchtime 1x -test.cpu 2) |
      grep '^Benchmark'
  done
done
