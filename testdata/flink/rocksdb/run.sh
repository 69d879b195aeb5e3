#!/bin/bash
# run.sh VERSION OUTDIR [NAME-PART [SEEDS]]   writes OUTDIR/VERSION/<case>/ and OUTDIR/VERSION/<case>.dump
# VERSION is 5.17.2 (Flink 1.8 to 1.13), 6.20.3 (1.14 to 1.20) or 8.10.0 (2.x).
set -euo pipefail
version=$1 out=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
case $version in
  5.17.2) group=com.data-artisans full=5.17.2-artisans-2.0 ;;
  6.20.3) group=com.ververica full=6.20.3-ververica-2.0 ;;
  8.10.0) group=com.ververica full=8.10.0-ververica-1.0 ;;
  *) echo "unknown version $version" >&2; exit 2 ;;
esac
build=$here/../target/rocksdb-$full
if [ ! -f "$build/built" ] || [ -n "$(find "$here/pom.xml" "$here/src" -newer "$build/built" -print -quit)" ]; then
  mkdir -p "$build"
  (cd "$here" && { mvn -q -o -B -Drocksdb.group=$group -Drocksdb.version=$full package || mvn -q -B -Drocksdb.group=$group -Drocksdb.version=$full package; }) >&2
  touch "$build/built"
fi
exec java -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$build/classes:$(cat "$build/classpath")" \
  ckpt.harness.rocksdb.Main "$version" "$out/$version" "$@"
