#!/usr/bin/env bash
# The test command: all Go tests, those included that run real Flink (where java and mvn are) and the Python readers of
# Parquet. What this machine cannot run is said at the end; where CI is set, it is a failure.
# Arguments are passed to `go test`, for example: tools/test.sh -run Flink ./statereader
set -euo pipefail
cd "$(dirname "$0")/.."
left_out=()
status=0
flink_versions=(1.20.4 2.3.0)

corpus=${CKPT_CORPUS:-../shared/corpus}
[ -d "$corpus" ] || left_out+=("the corpus of real checkpoints: no directory $corpus (set CKPT_CORPUS)")

unset CKPT_FLINK
if command -v java >/dev/null && command -v mvn >/dev/null; then
  if [ $# -eq 0 ]; then
    testdata/flink/verify.sh </dev/null || status=1
  else # a part of the tests: the tools they run are built, the full matrix is left out
    for version in "${flink_versions[@]}"; do
      echo "building the harness for Flink $version" >&2
      testdata/flink/run.sh build "$version" </dev/null
    done
  fi
  export CKPT_FLINK=1
else
  left_out+=("real Flink: java and mvn are not both installed")
fi

if [ -z "${CKPT_PYTHON:-}" ]; then
  if python=$(tools/python.sh); then
    export CKPT_PYTHON=$python
  else
    left_out+=("Parquet read by pyarrow and DuckDB: no Python environment (tools/python.sh, or set CKPT_PYTHON)")
  fi
fi

if [ $# -eq 0 ]; then set -- ./...; fi
go test -timeout 40m "$@" || status=$?

if [ ${#left_out[@]} -gt 0 ]; then
  {
    echo
    echo "=============================== LEFT OUT ==============================="
    printf '  %s\n' "${left_out[@]}"
    echo "========================================================================"
  } >&2
  if [ -n "${CI:-}" ]; then
    echo "CI is set: leaving something out is a failure" >&2
    status=1
  fi
fi
exit $status
