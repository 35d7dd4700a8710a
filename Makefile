# Everything that is done with this project. `make help` lists it. Go is all that has to be installed.
.DEFAULT_GOAL := help
SHELL := /bin/bash

ADDR ?= 127.0.0.1:8080
STORE ?=
SUITE ?= cmd/validatorgen/testdata/json-schema-tests
FUZZTIME ?= 1m
N ?= 1000000
CALLS ?= 100000
UPDATES ?= 1000000
BENCH_JSON ?=
BASE ?=
FAST = ./api/bulk/... ./api/client/... ./api/group/... ./api/server/... ./api/validate/... ./api/store ./api/store/memory ./api/store/sqlite ./cmd/oxgroups/... ./cmd/oxgroupsd/...

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: build ## Update a group through client, HTTP, server and SQLite, and show a refused request
	@.scripts/demo

.PHONY: run
run: build ## Serve sample data until interrupted (ADDR=127.0.0.1:8080, STORE=sqlite:FILE)
	@bin/oxgroupsd serve --demo --addr "$(ADDR)" $(if $(STORE),--store "$(STORE)")

.PHONY: build
build: ## Build oxgroups and oxgroupsd into bin/, static as they are released
	@CGO_ENABLED=0 go build -o bin/ ./cmd/oxgroups ./cmd/oxgroupsd

.PHONY: test
test: deps drift vet ## Run every test, with the race detector, and check that generated code is up to date
	go test -race -timeout 30m ./...
	cd cmd/validatorgen/example && go vet ./... && go test -race ./...

.PHONY: check
check: vet drift ## Before a commit: formatting, vet, generated code, and the tests that take no minutes
	go test -short $(FAST)

.PHONY: deps
deps: ## Install what the tests use beside Go (as root on Debian; elsewhere name what is missing)
	@.scripts/deps

.PHONY: one-edit-test
one-edit-test: deps ## Make every kind of edit of openapi.yaml in copies, and drive it on every engine (about half an hour)
	go test ./api -run 'TestOneEdit|TestEveryKind' -edits -v -timeout 120m

.PHONY: spec-check
spec-check: ## Print what changed in the spec and the Go API since the last tag (BASE=REV), and check that CHANGELOG.md says what breaks
	@.scripts/spec-check $(BASE)

.PHONY: drift
drift: ## Check that go generate changes nothing
	@.scripts/drift

.PHONY: docs
docs: ## Write man pages and completions into bin/docs, and the references in the READMEs (go generate does it too)
	@.scripts/docs

.PHONY: generate
generate: ## Write gen/ and the references in the READMEs from openapi.yaml
	go generate ./...

.PHONY: flow
flow: ## Draw api/flow.svg, the picture in README.md, from api/flow.dot (needs graphviz)
	dot -Tsvg api/flow.dot -o api/flow.svg

.PHONY: recording
recording: ## Draw cmd/oxgroups/apply.svg, the recording in README.md, from a run of oxgroups apply (needs script, of util-linux)
	@.scripts/recording

.PHONY: vet
vet:
	@unformatted="$$(git ls-files -co --exclude-standard '*.go' 2>/dev/null | xargs -r ls -d 2>/dev/null | xargs -r gofmt -l)"; \
	if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	go vet ./...

.PHONY: lint
lint: vet build ## Run gofmt, go vet and staticcheck; where node is, also redocly, spectral and prism on openapi.yaml
	go run honnef.co/go/tools/cmd/staticcheck ./...
	@.scripts/lint/run

.PHONY: release
release: ## Build what is released into dist/: static, reproducible binaries, checksums, SBOM, and an image where a builder runs
	@.scripts/release

.PHONY: noise
noise: ## Print what good clients keep of their rate beside each kind of bad ones (TIME=5s each)
	go test ./cmd/oxgroupsd -run TestNoise -v -noise "$(or $(TIME),5s)" -timeout 30m

.PHONY: strain
strain: ## Print what overload, stops, slow connections, observation and a flood of N (1000000) hostile requests do to the server
	go test ./cmd/oxgroupsd -run 'TestOverload|TestStops|TestSlowConnections|TestObservationIsCheap' -strain -v -timeout 30m
	go test ./api/server -run TestFlood -flood $(N) -v -timeout 120m

.PHONY: bench
bench: ## Run the benchmarks: requests against peers (BENCH_JSON=FILE keeps the figures), engines, the client by hand, bulk updates
	cd cmd/bench && go generate . && go vet ./... && go test . && go run . -json "$(if $(BENCH_JSON),$(abspath $(BENCH_JSON)))" -svg "$(CURDIR)/api/server/bench.svg"
	go test -run '^$$' -bench . -benchmem ./api/store/... ./api/client
	go test -run '^$$' -bench . -benchtime 2x ./cmd/oxgroups

.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZTIME (1m)
	@.scripts/fuzz "$(FUZZTIME)"

.PHONY: differential
differential: ## Compare generated validators with kin-openapi, and for OpenAPI 3.1 with JSON Schema, on N random documents (1000000)
	go test ./cmd/validatorgen/internal/differential -v -differential $(N) -timeout 60m

.PHONY: torture
torture: ## Kill servers and bulk updates, cut the power, crash PostgreSQL and fail it over, make UPDATES (1000000) through two servers; prints what was lost and torn
	go test ./api/store/torture -torture -updates $(UPDATES) -v -timeout 120m
	go test ./cmd/oxgroups -run 'TestKill|TestMemory' -kills 100 -rows 1000000 -v -timeout 60m

.PHONY: ha
ha: ## Kill the primary of two PostgreSQL servers under Patroni with etcd, under load (root on Debian; ROUNDS=3)
	@.scripts/ha

.PHONY: soak
soak: ## Make CALLS calls (100000) with 64 goroutines while a tenth of the requests fails
	go test ./api/client -run TestSoak -v -soak $(CALLS) -timeout 60m

.PHONY: schema-suite
schema-suite: ## Run a folder of the JSON Schema Test Suite against generated validators (SUITE=DIR)
	go test ./cmd/validatorgen/internal/suite -run TestSuite -count=1 -v -suite "$(abspath $(SUITE))"
