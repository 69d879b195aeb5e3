#!/usr/bin/env bash
# verify.sh [DIR]: what real Flink has to say, for each version that pom.xml knows.
#
#   1. builds the harness and writes the full matrix of snapshots to DIR (default: target/matrix), unless it is there already;
#   2. restores every snapshot, those of the repository too, in real jobs, which must have the expected rows;
#   3. reads them all with ckpt, which must show the same rows (the Go tests with the build tag flink);
#   4. has Flink load the metadata files that ckpt writes.
#
# The first failure of a step does not end the others; the last line says how it went. It takes about six minutes on two cores.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
matrix=${1:-$here/target/matrix}
failed=()

# step NAME COMMAND…: runs a command, says how long it took, and remembers that it failed.
step() {
  local name=$1 start=$SECONDS
  shift
  echo "---- $name" >&2
  if "$@"; then
    echo "     $((SECONDS - start)) s" >&2
  else
    echo "     FAILED after $((SECONDS - start)) s: $*" >&2
    failed+=("$name")
    return 1
  fi
}

# write VERSION: the matrix of one version, again when the harness is newer than it.
write() {
  local version=$1 complete=$matrix/$1/complete
  if [ -f "$complete" ] && [ "$complete" -nt "$here/target/$version/built" ]; then
    return 0
  fi
  rm -rf "${matrix:?}/$version"
  "$here/run.sh" generate "$version" "$matrix" all &&
    "$here/run.sh" unusual "$version" "$matrix" all &&
    touch "$complete"
}

for version in 1.20.4 2.3.0; do
  step "Flink $version: build" "$here/run.sh" build "$version" &&
    step "Flink $version: write the matrix" write "$version" &&
    step "Flink $version: restore the matrix" "$here/run.sh" restore "$version" check "$matrix/$version"
  step "Flink $version: restore what is committed" "$here/run.sh" restore "$version" check "$root/testdata/savepoints/$version"
done

cd "$root" || exit 1
packages=()
while IFS= read -r dir; do packages+=("$dir"); done < <(grep -rl --include='*_test.go' '^//go:build flink' . | xargs -r -n 1 dirname | sort -u)
export CKPT_FLINK=1 CKPT_FIXTURES=$matrix
step "ckpt reads the matrix" go test -count=1 -timeout 20m -tags flink -run Matrix "${packages[@]}"
step "Flink loads what ckpt writes" go test -count=1 -timeout 10m -run Flink ./metadata

if [ ${#failed[@]} -gt 0 ]; then
  {
    echo "=========================== REAL FLINK DISAGREES ==========================="
    printf '  %s\n' "${failed[@]}"
    echo "============================================================================"
  } >&2
  exit 1
fi
echo "real Flink agrees ($SECONDS s)" >&2
