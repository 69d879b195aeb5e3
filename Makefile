# make test    what README promises: the Go tests, and real Flink where Java and Maven are
# make check   what a change must pass besides: style, vet, staticcheck, race, invariants, fuzz
.PHONY: build test check check-short bench bench-peers fixtures python clean

build:
	CGO_ENABLED=0 go build -trimpath -o bin/ckpt ./cmd/ckpt

test:
	@tools/test.sh

check:
	@tools/check.sh

check-short:
	@FUZZ_SECONDS=2 SHORT=1 tools/check.sh

bench:
	go test -run '^$$' -bench . -benchmem ./...

bench-peers:
	@tools/bench-peers.sh

fixtures:
	@tools/fixtures.sh

python:
	@tools/python.sh

clean:
	rm -rf bin dist testdata/flink/target
