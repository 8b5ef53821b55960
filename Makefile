# make        lists the targets
# make run    builds everything and serves the demo page on http://127.0.0.1:8787
# make test   installs what the tests need and runs them all

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PORT ?= 8787
GO_FILES := $(shell find engine edge wasm -name '*.go' -not -name '*_test.go') go.mod go.sum
DEMO := testdata/genuine/real_uci_shoppers_rf

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "%-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: dist/pageleap dist/scorer.wasm dist/npm/package.json dist/page/index.html sizes ## build dist/: pageleap, scorer.wasm, the npm package, the page

# The program says at --version which scorer.wasm is of the same source.
SHA256 := $(or $(shell command -v sha256sum),shasum -a 256)
CLI_FLAGS = -trimpath -ldflags="-s -w -X main.wasmSHA256=$$($(SHA256) dist/scorer.wasm | cut -c1-64)"

dist/pageleap: $(GO_FILES) edge/openapi.json dist/scorer.wasm
	CGO_ENABLED=0 go build $(CLI_FLAGS) -o $@ ./engine/cmd/pageleap

# c-shared makes a reactor: no start function, only exports. What the flags
# save, of 838 kB after brotli: -l (no inlining) 80 kB, given back where the
# time goes (10 kB), and in the runtime (21 kB), which is 170 functions fewer to
# compile for the first score; -s -w (no symbol table) nothing after brotli, 0.7 MB raw.
# wasm/strip then takes the start, which is 25 ms, and 80 kB with the many small
# segments in which Go writes data; and the tables of tracebacks: 90 kB.
ENGINE := github.com/pageleap/pageleap/engine
WASM_FLAGS := -trimpath -buildvcs=false -buildmode=c-shared -ldflags='-s -w -buildid=' \
	-gcflags=all=-l -gcflags=$(ENGINE)/tree= -gcflags=$(ENGINE)/internal/fmath= -gcflags=math= -gcflags=$(ENGINE)/bundle= \
	-gcflags=$(ENGINE)/internal/json= -gcflags=$(ENGINE)/internal/inflate= -gcflags=$(ENGINE)/internal/word= \
	-gcflags=runtime= -gcflags=internal/runtime/...= -gcflags=internal/abi= -gcflags=internal/stringslite= -gcflags=internal/bytealg=

dist/scorer.wasm: $(GO_FILES)
	@mkdir -p dist
	GOOS=wasip1 GOARCH=wasm go build $(WASM_FLAGS) $(WASM_MORE) -o $(or $(WASM_OUT),$@).new ./wasm/scorer
	go run ./wasm/strip $(or $(WASM_OUT),$@).new
	@mv $(or $(WASM_OUT),$@).new $(or $(WASM_OUT),$@)

# The npm package, ready to publish.
dist/npm/package.json: dist/scorer.wasm web/node_modules $(wildcard web/src/* web/bin/* web/*.md) web/package.json
	node web/bin/build.mjs

# The demo: a shop that is scored, and 200 real sessions beside MLeap's answers.
SHOP := $(addprefix testdata/demo/,shoppers_visit.zip next_category.zip visitor_model.zip metrics.json)
dist/page/index.html: dist/npm/package.json dist/scorer.wasm.br $(wildcard web/demo/*) $(SHOP) $(wildcard $(DEMO)/*)
	@rm -rf dist/page
	@mkdir -p dist/page
	cp $(filter-out %.png,$(wildcard web/demo/*)) $(SHOP) dist/page/
	cp $(addprefix dist/npm/,pageleap.mjs worker.js scorer.wasm) dist/page/
	cp dist/scorer.wasm.br dist/page/
	cp $(DEMO)/bundle.json.zip dist/page/shoppers.zip
	cp $(DEMO)/frame.json dist/page/sessions.json
	cp $(DEMO)/expected.json dist/page/answers.json

# As servers of static files send it: half a minute's work, once.
dist/scorer.wasm.br: dist/scorer.wasm
	node web/bin/pack.mjs $< $@

# ---- the edge
.PHONY: worker worker-kept dev-worker image bench-edge

# The models that the Worker carries with it: NAME[@VERSION]=BUNDLE, several with
# spaces.
MODELS ?= shoppers=$(DEMO)/bundle.proto.zip

# The files of the Worker that are the same for all models.
WORKER := $(addprefix dist/worker/,worker.wasm worker.mjs stores.mjs wasm_exec.js)

worker: dist/pageleap $(WORKER) ## build the Cloudflare Worker in dist/worker (MODELS="name=bundle.zip …")
	rm -rf dist/worker/models
	dist/pageleap publish dist/worker/models $(MODELS)
	node edge/worker/embed.mjs dist/worker/models

# What wrangler calls before it deploys or runs the Worker: the models stay those
# that make worker packed, unless MODELS names others.
worker-kept: dist/pageleap $(WORKER)
	@[ -f dist/worker/models.mjs ] && [ -z "$${MODELS-}" ] || $(MAKE) worker

dist/worker/%.mjs: edge/worker/%.mjs
	@mkdir -p dist/worker
	cp $< $@

dist/worker/wasm_exec.js: go.mod
	@mkdir -p dist/worker
	cp "$$(go env GOROOT)/lib/wasm/wasm_exec.js" $@

dist/worker/worker.wasm: $(GO_FILES) edge/openapi.json
	@mkdir -p dist/worker
	GOOS=js GOARCH=wasm go build -trimpath -buildvcs=false -ldflags='-s -w -buildid=' -o $@ ./edge/worker

# A Worker for the tests, with an op that breaks it.
dist/poisoned/worker.wasm: $(GO_FILES) edge/openapi.json
	@mkdir -p dist/poisoned
	GOOS=js GOARCH=wasm go build -trimpath -buildvcs=false -ldflags='-s -w -buildid=' -o $@ ./edge/worker/test/poisoned

# IMAGE_TOOL is docker, podman or buildah.
IMAGE_TOOL ?= docker

image: dist/image/pageleap ## build the server's image with IMAGE_TOOL=docker
	$(IMAGE_TOOL) build -f edge/Dockerfile -t pageleap dist/image

dist/image/pageleap: $(GO_FILES) edge/openapi.json dist/scorer.wasm
	@mkdir -p dist/image
	CGO_ENABLED=0 GOOS=linux go build $(CLI_FLAGS) -o $@ ./engine/cmd/pageleap

dev-worker: worker edge/worker/node_modules ## run the Worker here, in the real runtime (PORT=8787)
	@WRANGLER_SEND_METRICS=false CLOUDFLARE_CF_FETCH_ENABLED=false exec edge/worker/node_modules/.bin/wrangler dev --ip 127.0.0.1 --port $(PORT)

edge/worker/node_modules: edge/worker/package-lock.json
	cd edge/worker && npm ci --no-audit --no-fund
	@touch $@

# Loopback only, about four minutes; nothing else should run. ROUNDS=1 SECONDS=1
# for a short look.
bench-edge: worker edge/worker/node_modules dist/npm/package.json ## measure the Worker and the server beside others: edge/bench/RESULTS.md
	@mkdir -p dist/bench
	CGO_ENABLED=0 go build -trimpath -o dist/bench/load ./edge/bench/load
	CGO_ENABLED=0 go build -trimpath -o dist/bench/bare-http ./edge/bench/bare
	echo '{"Replace": {"edge/bench/stock/bundle.zip": "$(DEMO)/bundle.proto.zip"}}' > dist/bench/overlay.json
	for d in stock idle; do go run github.com/syumai/workers/cmd/workers-assets-gen -mode=go -o dist/bench/$$d; \
	  GOOS=js GOARCH=wasm go build -overlay dist/bench/overlay.json -trimpath -ldflags='-s -w' -o dist/bench/$$d/app.wasm ./edge/bench/$$d; done
	node edge/bench/bench.mjs

# What a first visit downloads; the numbers are budgets in kB of brotli.
sizes: dist/npm/package.json dist/page/index.html ## print what a page downloads
	@node web/bin/sizes.mjs dist/page/pageleap.mjs=12 dist/page/scorer.wasm=860 dist/page/shoppers_visit.zip=100
	@node web/bin/sizes.mjs dist/npm/pageleap.js=12 dist/npm/worker.js=12 dist/npm/bare.mjs=7

op-sizes: ## print what each group of ops adds to scorer.wasm
	@node wasm/op-sizes.mjs

run: dist/pageleap dist/page/index.html ## serve the demo shop (PORT=8787)
	@echo "page:  http://127.0.0.1:$(PORT)/"
	@echo "score: curl -s -H 'Content-Type: application/json' -d @$(DEMO)/frame.json http://127.0.0.1:$(PORT)/models/shoppers/transform"
	@exec dist/pageleap serve --addr 127.0.0.1:$(PORT) --web dist/page --model shoppers=$(DEMO)/bundle.json.zip \
	  --model shoppers_visit=testdata/demo/shoppers_visit.zip --model next_category=testdata/demo/next_category.zip

test: lint browser build worker dist/poisoned/worker.wasm edge/worker/node_modules ## install what the tests need and run them all
	go test -vet=off ./... # lint has vetted
	GOOS=js GOARCH=wasm go test -short -vet=off -exec "$$(go env GOROOT)/lib/wasm/go_js_wasm_exec" ./engine/tree # has assembly
	cd web && npm test
	cd edge/worker && npm test

# What needs neither a browser nor workerd.
test-quick: dist/scorer.wasm web/node_modules ## run the quick tests: under a minute where little has changed
	go test -short -vet=off ./engine/... ./edge/... ./wasm/...
	cd web && node --test test/scorer.test.mjs test/experiment.test.mjs

PRETTIER := web/node_modules/.bin/prettier --config web/package.json --log-level warn \
	'web/{src,bin,test,demo,recipes}/**/*.{mjs,ts,tsx,css,html}' 'web/*.json' 'edge/**/*.mjs' 'wasm/**/*.mjs' 'testdata/scripts/*.mjs'

lint: web/node_modules staticcheck ## vet, staticcheck, gofmt, types and prettier: what must hold before the tests
	go vet ./...
	GOOS=wasip1 GOARCH=wasm go vet ./wasm/scorer
	GOOS=js GOARCH=wasm go vet ./edge/...
	@test -z "$$(gofmt -l engine edge wasm)" || { echo "gofmt wants to change (make format does):"; gofmt -l engine edge wasm; exit 1; }
	web/node_modules/.bin/tsc -p web
	$(PRETTIER) --check

format: web/node_modules ## format Go, JavaScript, TypeScript, CSS and HTML
	gofmt -w engine edge wasm
	$(PRETTIER) --write

docs-check: build worker ## run the commands and code of all the documentation
	node testdata/scripts/docs-check.mjs

# ---- releases
VERSION = $(shell node -p "require('./web/package.json').version")
PLATFORMS := linux-amd64 linux-arm64 darwin-amd64 darwin-arm64 windows-amd64 windows-arm64

release: build sbom ## make all that is published, with hashes and notes, in dist/release
	rm -rf dist/release
	mkdir -p dist/release
	for p in $(PLATFORMS); do case $$p in windows*) exe=.exe;; *) exe=;; esac; \
	  CGO_ENABLED=0 GOOS=$${p%-*} GOARCH=$${p#*-} go build $(CLI_FLAGS) -o dist/release/pageleap-$$p$$exe ./engine/cmd/pageleap; done
	cp dist/scorer.wasm LICENSE NOTICE dist/release/
	cd dist/release && npm pack --silent ../npm
	node web/bin/notes.mjs $(VERSION) > dist/release/NOTES.md
	cp dist/sbom/*.json dist/release/
	cd dist/release && $(SHA256) * > ../SHA256SUMS && mv ../SHA256SUMS .
	@ls -l dist/release

.PHONY: recipes bench-page
recipes: web/node_modules browser dist/npm/package.json ## install Next.js, build the recipe for it and look at it
	cd web && node --test --test-reporter=spec test/recipe-next.mjs

bench-page: web/node_modules browser dist/page/index.html ## time the demo page in Chromium: first score, long tasks, scores
	@node web/bin/sizes.mjs dist/npm/pageleap.mjs=12 dist/npm/scorer.wasm=860 dist/page/shoppers_visit.zip=100
	@node web/bin/bench-page.mjs

compat: dist/scorer.wasm web/node_modules ## run every genuine case everywhere and write engine/COMPAT.md
	go run ./wasm/harness -compat engine/COMPAT.md testdata/genuine

# Needs Python with pandas; PYTHON names one. The tests compare with what this
# leaves in testdata/visits.
PYTHON ?= python3
VISITS := testdata/visits
SESSION_FEATURES := $(PYTHON) testdata/scripts/session_features.py
visits: ## compute the features of testdata/visits anew with pandas
	$(PYTHON) testdata/scripts/synthetic_visits.py > $(VISITS)/synthetic.ndjson
	$(SESSION_FEATURES) eshop2008 testdata/data/e-shop_clothing_2008_first500.csv $(VISITS)/recsys15.json $(VISITS)/eshop2008.csv.gz
	$(SESSION_FEATURES) eshop2008 testdata/data/e-shop_clothing_2008_first500.csv $(VISITS)/recsys15_pair.json $(VISITS)/eshop2008_pairs.csv.gz --pairs
	$(SESSION_FEATURES) otto testdata/data/otto_first10_last10.jsonl $(VISITS)/recsys15.json $(VISITS)/otto.csv.gz
	$(SESSION_FEATURES) ndjson $(VISITS)/synthetic.ndjson $(VISITS)/all.json $(VISITS)/synthetic.csv.gz
	$(SESSION_FEATURES) ndjson $(VISITS)/synthetic.ndjson $(VISITS)/recsys15_pair.json $(VISITS)/synthetic_pairs.csv.gz --pairs
	$(SESSION_FEATURES) ndjson $(VISITS)/synthetic.ndjson $(VISITS)/all.json $(VISITS)/synthetic_prefix.csv.gz --label purchase --prefix 3,6,10,all

# Needs pandas as well: it computes the columns that the forest gets.
shoppers-visit: dist/pageleap ## put the stage that takes events before the demo's model
	$(PYTHON) testdata/scripts/shoppers_visit.py testdata/demo/shoppers_visit_spec.json $(VISITS)/synthetic.ndjson testdata/demo/shoppers_visit_frame.json dist/columns.json
	dist/pageleap transform testdata/demo/visitor_model.zip dist/columns.json > dist/answers.json
	$(PYTHON) testdata/scripts/shoppers_visit.py testdata/demo/shoppers_visit_frame.json dist/answers.json testdata/demo/shoppers_visit_expected.json
	dist/pageleap features --spec testdata/demo/shoppers_visit_spec.json --bundle dist/stage.zip
	dist/pageleap bundle compose dist/stage.zip testdata/demo/visitor_model.zip -o testdata/demo/shoppers_visit.zip \
	  --frame testdata/demo/shoppers_visit_frame.json --expected testdata/demo/shoppers_visit_expected.json

.PHONY: visits shoppers-visit train java
train: dist/pageleap dist/train/venv/ready java ## train the demo's model in Spark, run the notebook, print its ROC AUC
	SPARK_LOCAL_IP=127.0.0.1 dist/train/venv/bin/python testdata/train/notebook.py

# What the machine has in the versions pinned is not fetched again.
dist/train/venv/ready: testdata/train/requirements.txt
	python3 -m venv --system-site-packages $(@D)
	$(@D)/bin/pip install -q -r $<
	@touch $@

# Spark 4 wants Java 17 or 21.
java:
	@command -v java >/dev/null || (apt-get update -qq && apt-get install -y -qq --no-install-recommends openjdk-17-jre-headless)

# ROUNDS, SIZES, ONLY and the rest are at the top of wasm/bench/bench.mjs.
bench: dist/pageleap dist/scorer.wasm dist/npm/package.json wasm/bench/node_modules ## measure pageleap and its rivals (ROUNDS=3 SIZES="S M L" ONLY=REGEX)
	@node wasm/bench/bench.mjs

wasm/bench/node_modules: wasm/bench/package-lock.json
	cd wasm/bench && npm ci --no-audit --no-fund --ignore-scripts
	@touch $@

.PHONY: bench

# Minimizing takes a minute for each new input unless it is told to do with less.
FUZZTIME ?= 1m
TARGET ?= .
fuzz: dist/scorer.wasm ## fuzz each reader for FUZZTIME (1m), or those whose names match TARGET
	@grep -roE --include='*_test.go' '^func Fuzz[A-Za-z0-9]+' engine edge wasm | sed 's,/[^/]*:func , ,' | grep -E ' .*($(TARGET))' | while read -r dir name; do \
	  echo "== $$dir $$name"; go test ./$$dir -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x || exit 1; done

mutate: dist/scorer.wasm ## damage each committed bundle 80 times, natively and in scorer.wasm
	go test ./engine ./wasm/host -run '^TestMutants$$' -mutants 80 -timeout 1h -v

fuzz-compile: ## hold compiled modules against the engine on some 3.7 million random rows (4 minutes)
	go test ./wasm/harness -run 'TestBareRandom|TestBareForests' -rows 10000 -v | grep -v 'cannot be compiled'

# The race detector needs cgo, and that a C compiler.
race: dist/scorer.wasm ## run the tests of what is shared by goroutines under the race detector
	@command -v $${CC:-gcc} >/dev/null || { echo "make race needs a C compiler (gcc, or CC=clang); the tests without it are make test"; exit 1; }
	CGO_ENABLED=1 go test -race -short ./engine ./engine/transform ./engine/tree ./engine/visit/... ./edge/... ./wasm/host

SOAK ?= 5m
soak: dist/scorer.wasm ## keep the server busy for SOAK (5m); load 1,000 bundles and score 1,000,000 rows in one instance
	go test ./edge/server -run '^TestSoak$$' -soak $(SOAK) -timeout 2h -v
	go test ./wasm/host -run '^(TestRow|TestLoadAndClose)$$' -long -timeout 1h -v

# ---- the supply chain
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.7.0
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
CYCLONEDX := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0

# Left out: names of errors (ST1012), numbers for statuses in tests (ST1013), what
# Parquet's library would rather have (SA1019), and code that only the compiler of
# kernels reads (U1000 there).
staticcheck: ## look for mistakes that go vet does not know
	go run $(STATICCHECK) -checks inherit,-ST1012,-ST1013,-SA1019 $$(go list ./... | grep -v /compile/kernel)

# VULNDB names a copy of the database where vuln.go.dev cannot be reached.
vuln: ## look for known vulnerabilities in what is used
	go run $(GOVULNCHECK) $(if $(VULNDB),-db $(VULNDB)) ./...
	cd web && npm audit --package-lock-only --omit=dev
	cd edge/worker && npm audit --package-lock-only

sbom: dist/pageleap ## list what is in a release, in CycloneDX, in dist/sbom
	@mkdir -p dist/sbom
	go run $(CYCLONEDX) bin -json -licenses -version v$(VERSION) -output dist/sbom/pageleap.cdx.json dist/pageleap
	cd web && npm sbom --sbom-format cyclonedx --package-lock-only --omit dev > ../dist/sbom/npm.cdx.json
	@ls -l dist/sbom

reproducible: ## build scorer.wasm in two places: the bytes must be the same
	@for d in a b; do rm -rf dist/twice/$$d; mkdir -p dist/twice/$$d; git ls-files -z engine edge wasm go.mod go.sum Makefile | xargs -0 cp --parents -t dist/twice/$$d; \
	  GOCACHE=$(CURDIR)/dist/twice/cache-$$d $(MAKE) -s -C dist/twice/$$d dist/scorer.wasm; done
	@cmp dist/twice/a/dist/scorer.wasm dist/twice/b/dist/scorer.wasm
	@$(SHA256) dist/twice/a/dist/scorer.wasm
	@rm -rf dist/twice

test-spark: dist/pageleap dist/scorer.wasm dist/spark-venv/ready java ## run scorer.wasm inside Spark's executors (installs PySpark)
	cd wasm/spark && ../../dist/spark-venv/bin/python -W ignore -m unittest -v test_pageleap_spark

BENCH_EVENTS ?= 1000000,10000000
BENCH_SPARK_EVENTS ?= 1000000
bench-visits: dist/pageleap ## measure the features of 1 and 10 million events (BENCH_EVENTS)
	python3 testdata/scripts/bench_visits.py --events $(BENCH_EVENTS)
	python3 testdata/scripts/bench_visits.py --events $(BENCH_EVENTS) --scattered

bench-visits-spark: dist/pageleap dist/scorer.wasm dist/spark-venv/ready java ## measure the same in Spark local[2] (BENCH_SPARK_EVENTS)
	dist/spark-venv/bin/python -W ignore testdata/scripts/bench_visits.py --events $(BENCH_SPARK_EVENTS) --spark dist/scorer.wasm

dist/spark-venv/ready: wasm/spark/requirements.txt
	python3 -m venv $(@D)
	$(@D)/bin/pip install -q --disable-pip-version-check -r $<
	@touch $@

.PHONY: bench-visits bench-visits-spark

web/node_modules: web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

# The browser tests want Chromium; CHROMIUM names one that is not on the PATH.
browser:
	@command -v $${CHROMIUM:-chromium} >/dev/null || (apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium)

clean: ## remove what was built
	rm -rf dist web/node_modules edge/worker/node_modules

test-spark bench-visits-spark: export PYSPARK_PYTHON = $(CURDIR)/dist/spark-venv/bin/python

.PHONY: mutate race soak staticcheck vuln sbom reproducible fuzz-compile test-spark help build sizes op-sizes run test test-quick lint format docs-check release compat fuzz browser clean
