#!/bin/bash
# run.sh generate VERSION OUTDIR [all|committed]   writes OUTDIR/VERSION/<snapshot>/
# run.sh TOOL VERSION ARGS…                        any other tool: ckpt.harness.TOOL.Main ARGS…
# run.sh build VERSION                            only builds; do it first where several tools will run at once
# FLINK_JVM replaces the options of the JVM, which by default suit short runs.
# VERSION is a Flink version that pom.xml knows: 1.20.4 or 2.3.0.
set -euo pipefail
tool=$1 version=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
build=$here/target/$version
# rebuilt when a source is newer than the last build; offline when everything needed is there; by one process at a time
if [ ! -f "$build/built" ] || [ -n "$(find "$here/pom.xml" "$here/src" -newer "$build/built" -print -quit)" ]; then
  mkdir -p "$build"
  exec 9>"$build.lock"
  if command -v flock >/dev/null; then flock 9; fi
  if [ ! -f "$build/built" ] || [ -n "$(find "$here/pom.xml" "$here/src" -newer "$build/built" -print -quit)" ]; then
    touch "$build/begun"
    (cd "$here" && { mvn -q -o -B -Dflink.version="$version" package || mvn -q -B -Dflink.version="$version" package; }) >&2 9>&-
    mv "$build/begun" "$build/built"
  fi
  exec 9>&-
fi
[ "$tool" != build ] || exit 0
opens=()
for p in java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio java.text java.time java.util \
  java.util.concurrent java.util.concurrent.atomic java.util.concurrent.locks; do
  opens+=(--add-opens "java.base/$p=ALL-UNNAMED")
done
exec java ${FLINK_JVM:--Xmx3g -XX:+UseSerialGC -XX:TieredStopAtLevel=1} "${opens[@]}" \
  -Duser.timezone=UTC -Dfile.encoding=UTF-8 -Dorg.slf4j.simpleLogger.defaultLogLevel="${FLINK_LOG:-error}" \
  -cp "$build/classes:$(cat "$build/classpath")" ckpt.harness.Main "$tool" "$@"
