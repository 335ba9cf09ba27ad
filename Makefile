# Strowger: GitOps for telecom network functions. `make help` lists what there is to make.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# IMG is the operator's image, for docker-build, deploy and bundle.
IMG ?= strowger/strowger:v$(VERSION)
VERSION ?= 0.1.0
# TEST_FLAGS go to go test, such as TEST_FLAGS='-race -count=1'.
TEST_FLAGS ?=
# BENCH_FLAGS go to hack/bench: -rows REGEXP, -runs N, names of tables.
BENCH_FLAGS ?=
# SOAK_FLAGS go to e2e/crash/soak: -duration D, -runs N, -seed N, -lanes REGEXP, -faults REGEXP.
SOAK_FLAGS ?=
# FUZZTIME is how long each fuzz target runs.
FUZZTIME ?= 30s
KUBECTL ?= kubectl

BIN := $(CURDIR)/bin
CONTROLLER_GEN := $(BIN)/controller-gen
KUSTOMIZE := $(BIN)/kustomize
GOTESTSUM := $(BIN)/gotestsum
GOLANGCI_LINT := $(BIN)/golangci-lint

# Modules of the stack that hold Go code of ours.
TOOL_MODULES := e2e/stack/tools/cert-manager
# The clients that make bench compares ours with.
BENCH_PEERS := hack/bench/peers
# What generators write.
GENERATED := api/v1alpha1 config/crd config/rbac bundle

##@ General

.PHONY: help
help: ## Show this help.
	@awk 'BEGIN {FS = ":.*##"; printf "Usage: make \033[36m<target>\033[0m\n"} \
		/^##@/ {printf "\n\033[1m%s\033[0m\n", substr($$0, 5)} \
		/^[a-z-]+:.*##/ {printf "  \033[36m%-16s\033[0m%s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: clean
clean: ## Remove what was built.
	rm -rf $(BIN)

##@ Development

.PHONY: generate
generate: $(CONTROLLER_GEN) ## Generate the deep copies of the API types.
	$(CONTROLLER_GEN) object paths=./api/...

.PHONY: manifests
manifests: $(CONTROLLER_GEN) ## Generate the CRDs and the RBAC role from the markers.
	$(CONTROLLER_GEN) crd paths=./api/... output:crd:dir=config/crd/bases
	$(CONTROLLER_GEN) rbac:roleName=strowger-manager paths=./controllers/... output:rbac:dir=config/rbac

.PHONY: bundle
bundle: manifests ## Generate the OperatorHub bundle from config.
	cd hack/bundle && go run . -root $(CURDIR) -version $(VERSION) -image $(IMG)

.PHONY: fmt
fmt: ## Format the Go code.
	gofmt -w .

.PHONY: vet
vet: ## Run go vet on all modules.
	go vet ./...
	cd hack/bundle && go vet ./...
	@for module in $(TOOL_MODULES) $(BENCH_PEERS); do echo "go vet $$module"; (cd $$module && CGO_ENABLED=0 go vet ./...); done

.PHONY: lint
lint: $(GOLANGCI_LINT) ## Run the linters, import rules among them.
	$(GOLANGCI_LINT) run ./...

.PHONY: verify
verify: verify-generated verify-format verify-modules vet lint verify-clean ## Check generated files, format, modules and lint.

.PHONY: verify-generated
verify-generated:
	hack/unchanged $(GENERATED) -- $(MAKE) generate bundle

.PHONY: verify-format
verify-format:
	@unformatted=$$(gofmt -l .); \
		if [ -n "$$unformatted" ]; then echo "not formatted, run make fmt:"; echo "$$unformatted"; exit 1; fi

.PHONY: verify-modules
verify-modules:
	go mod tidy -diff
	go mod verify

# In CI the clone is clean, and whatever a step changes was forgotten in a commit.
.PHONY: verify-clean
verify-clean:
	@if [ -n "$${CI:-}" ] && [ -n "$$(git status --porcelain)" ]; then git status --short; exit 1; fi

##@ Test

.PHONY: deps
deps: ## Install the Debian packages that the tests run against, if missing.
	@hack/install-deps

.PHONY: stack-tools
stack-tools: ## Build the programs of the stack, such as kube-apiserver; minutes, once.
	go run ./e2e/stack/cmd/stack tools

.PHONY: test
test: deps $(GOTESTSUM) stack-tools ## Run all tests, against real processes.
	$(GOTESTSUM) --format pkgname --junitfile $(BIN)/tests.xml --raw-command -- hack/test-json -timeout 20m $(TEST_FLAGS)

.PHONY: test-unit
test-unit: $(GOTESTSUM) ## Run the tests that need nothing but Go.
	UNIT=1 $(GOTESTSUM) --format pkgname --raw-command -- hack/test-json -timeout 5m $(TEST_FLAGS)

.PHONY: stack
stack: deps ## Run the stack until interrupted, to try things by hand.
	go run ./e2e/stack/cmd/stack up

.PHONY: soak
soak: deps stack-tools ## Kill the operator and break all around it, for long; SOAK_FLAGS='-duration 8h -seed N'.
	go run ./e2e/crash/soak $(SOAK_FLAGS)

.PHONY: demo
demo: deps stack-tools ## Show the operator at work on the stack; ONESHOT=1 ends after one round.
	ONESHOT=$(ONESHOT) go run ./e2e/demo

.PHONY: bench
bench: deps ## Print tables of what the engines take, beside others; STROWGER_YANG_SETS adds OpenConfig.
	go run ./hack/bench $(BENCH_FLAGS)

.PHONY: bench-go
bench-go: ## Run the Go benchmarks of all packages.
	go test -run '^$$' -bench . -benchmem ./internal/...

.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZTIME, and the comparisons with libyang on new random documents.
	hack/fuzz $(FUZZTIME)

# SETS is the folder of the public module sets.
SETS ?= $(STROWGER_YANG_SETS)
.PHONY: yang-table
yang-table: deps ## Measure how the module sets in SETS load, into docs/yang.md.
	go run ./hack/yangtable -write docs/yang.md $(SETS)

##@ Build and deploy

.PHONY: build
build: ## Build the operator and its command line.
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=v$(VERSION)" -o $(BIN)/strowger .

.PHONY: docker-build
docker-build: ## Build the operator's image.
	docker build --build-arg VERSION=v$(VERSION) --tag $(IMG) .

.PHONY: install
install: $(KUSTOMIZE) manifests ## Install the CRDs into the cluster of KUBECONFIG.
	$(KUSTOMIZE) build config/crd | $(KUBECTL) apply --server-side -f -

.PHONY: uninstall
uninstall: $(KUSTOMIZE) ## Remove the CRDs, and with them every object of their kinds.
	$(KUSTOMIZE) build config/crd | $(KUBECTL) delete --ignore-not-found -f -

.PHONY: deploy
deploy: $(KUSTOMIZE) manifests ## Deploy the operator into the cluster of KUBECONFIG.
	$(KUSTOMIZE) build config/default | sed 's|image: strowger:latest|image: $(IMG)|' | $(KUBECTL) apply --server-side -f -

.PHONY: undeploy
undeploy: $(KUSTOMIZE) ## Remove the operator from the cluster.
	$(KUSTOMIZE) build config/default | $(KUBECTL) delete --ignore-not-found -f -

##@ Tools

.PHONY: tools
tools: $(CONTROLLER_GEN) $(KUSTOMIZE) $(GOTESTSUM) $(GOLANGCI_LINT) ## Build the pinned development tools.

$(CONTROLLER_GEN): PACKAGE := sigs.k8s.io/controller-tools/cmd/controller-gen
$(KUSTOMIZE): PACKAGE := sigs.k8s.io/kustomize/kustomize/v5
$(GOTESTSUM): PACKAGE := gotest.tools/gotestsum
$(CONTROLLER_GEN) $(KUSTOMIZE) $(GOTESTSUM): tools/go.mod tools/go.sum
	cd tools && go build -buildvcs=false -o $@ $(PACKAGE)
	@touch $@

$(GOLANGCI_LINT): tools/golangci-lint/go.mod tools/golangci-lint/go.sum
	@echo "building golangci-lint; about three minutes the first time"
	cd tools/golangci-lint && go build -buildvcs=false -o $@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	@touch $@
