#!/usr/bin/env bash
# What CI checks besides the tests. Without arguments all steps run; a step's name runs it alone:
# format vet staticcheck fix tidy arch race invariants fuzz
# FUZZ_SECONDS (default 20) is for each fuzz target, RACE_PACKAGES limits the race step, SHORT=1 passes -short.
set -uo pipefail
cd "$(dirname "$0")/.."
fuzz_seconds=${FUZZ_SECONDS:-20}
short=()
[ -z "${SHORT:-}" ] || short=(-short)
unset CKPT_FLINK # real Flink is the business of `make test`

# empty runs a command that must print nothing.
empty() {
  local out status=0
  out=$("$@" 2>&1) || status=$?
  [ -z "$out" ] || printf '%s\n' "$out"
  [ -z "$out" ] && [ $status -eq 0 ]
}

go_files() { git ls-files -z --cached --others --exclude-standard '*.go'; }

check_format() { go_files | { files=$(xargs -0 gofmt -l) && [ -z "$files" ] || { echo "gofmt: $files"; return 1; }; }; }
check_vet() { go vet ./... && go vet -tags invariants ./... && go vet -tags flink ./...; }
check_staticcheck() { go tool -modfile=tools/go.mod staticcheck -tests ./...; }
check_fix() { empty go fix -diff ./...; }
check_tidy() { empty go mod tidy -diff && (cd tools && empty go mod tidy -diff); }
check_arch() { go test ./internal/archtest; }
check_race() { go test "${short[@]}" -race -timeout 40m ${RACE_PACKAGES:-./...}; }
check_invariants() { go test "${short[@]}" -tags invariants -timeout 40m ./...; }

# check_fuzz finds every target by its name.
check_fuzz() {
  local failed=0 package target log
  log=$(mktemp)
  while read -r package target; do
    echo "$package $target"
    go test -run '^$' -fuzz "^$target\$" -fuzztime "${fuzz_seconds}s" "$package" >"$log" 2>&1 || {
      failed=1
      cat "$log"
    }
  done < <(fuzz_targets)
  rm -f "$log"
  return $failed
}

# fuzz_targets prints "package target" for each.
fuzz_targets() {
  git grep -oE --untracked '^func Fuzz[A-Za-z0-9_]+\(f' -- '*_test.go' |
    sed -E 's|^(.*)/[^/]*_test\.go:func (Fuzz[A-Za-z0-9_]+).*|./\1 \2|' | sort -u
}

failed=()
[ $# -gt 0 ] || set -- format vet staticcheck fix tidy arch race invariants fuzz
for step; do
  echo "== $step"
  started=$SECONDS
  "check_$step" || failed+=("$step")
  echo "-- $step: $((SECONDS - started)) s"
done
if [ ${#failed[@]} -gt 0 ]; then
  echo "FAILED: ${failed[*]}"
  exit 1
fi
echo "all checks passed"
