# Everything starts here: `make help` lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
BENCH ?= all
FAULTS ?=
DEMO_SECONDS ?=
SWIFT_BUILD ?= swift build
export FAULTS DEMO_SECONDS
# The programs need no Swift on the machine they run on, and carry no symbols: half the size, less memory.
RELEASE := $(SWIFT_BUILD) -c release --static-swift-stdlib -Xlinker -s

help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Installs the Debian packages that building, running and testing need (root or sudo)
	@deploy/setup/packages.sh build run test

build: ## Builds the programs for release
	@deploy/setup/packages.sh build
	$(RELEASE) --product bellwether-agent
	$(RELEASE) --product bellwether-collector
	$(RELEASE) --product bellwether-dataset

demo: ## Shows everything live: four assets, a collector, links to cut; DEMO_SECONDS=40 ends with an audit
	@deploy/setup/packages.sh build run
	$(RELEASE) --product bellwether-agent
	$(RELEASE) --product bellwether-collector
	@# Started in a script's background, make inherits an ignored Ctrl-C, which a shell cannot take back.
	@env --default-signal=INT,TERM deploy/demo/demo.sh

demo-cut: ## Cuts the link of one agent of the running demo: make demo-cut AGENT=candu-1
	@deploy/demo/link.sh cut $(AGENT)

demo-mend: ## Mends it again: make demo-mend AGENT=candu-1
	@deploy/demo/link.sh mend $(AGENT)

demo-kill: ## Kills a process of the running demo, which starts it again: make demo-kill NAME=collector
	@deploy/demo/kill.sh $(NAME)

test: ## Runs every test: unit, integration, fuzz, system
	@deploy/setup/packages.sh build run test
	@.ci/steps.sh all

test-unit: ## Runs the tests that need no built program
	@deploy/setup/packages.sh build run test
	@.ci/steps.sh unit

test-system: ## Breaks the built programs in every way we know; FAULTS=1000 for the long run
	@deploy/setup/packages.sh build run test
	@.ci/steps.sh system

bench: ## Measures against rivals and limits; BENCH=ingest for one of them
	@deploy/setup/packages.sh build run test
	@Tests/Bench/run.sh $(BENCH)

format: ## Formats the Swift sources
	swift format -i -p -r Agent Collector Shared Tests Package.swift

# Optimised across modules, even a private @c function is a symbol that the linker merges with others of its name.
lint: ## Checks the format of the Swift sources, the names of C callbacks and the shell scripts' syntax
	swift format lint --strict -p -r Agent Collector Shared Tests Package.swift
	@if git grep -nE '^ *@c( |$$)' -- '*.swift'; then echo "give it a C name of its own: @c(bellwether_module_name)"; exit 1; fi
	@if git grep -hoE '@c\([A-Za-z_]+\)' -- '*.swift' | sort | uniq -d | grep .; then echo "two C names are the same"; exit 1; fi
	@for script in $$(git ls-files '*.sh') .ci/run; do bash -n $$script || exit 1; done

doctor: ## Says what this machine lacks
	@deploy/setup/doctor.sh

.PHONY: help setup build demo demo-cut demo-mend demo-kill test test-unit test-system bench format lint doctor
