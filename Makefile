# The front door. `make` alone lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
DATA ?= .scope
PORT ?= 8080
JOBS ?= 3

.PHONY: help install dev browser services servers demo up test slow check lint types unit contract rest faults \
        integration page pictures e2e e2e-distributed containers bench bench-elements bench-keyframes bench-distributed lock openapi asyncapi images clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-16s %s\n", $$1, $$2}'

# --- install ---

install: .venv/installed ## Make .venv with everything the service needs; leaves .venv/bin/scope
dev: .venv/installed-dev ## Add what tests, lint and types need

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv .venv

# A pip that asks no network for build tools: hatchling comes with the pinned requirements.
.venv/installed: requirements/all.txt requirements/build.txt pyproject.toml | .venv/bin/python
	@echo 'Installing the pinned dependencies into .venv' >&2
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/all.txt -r requirements/build.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: requirements/dev.txt .venv/installed
	@echo 'Installing what tests, lint and types need into .venv' >&2
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

browser: install ## Get a Chromium for the ARIA lane if this machine has none
	@$(BIN)/scope browser

# Debian's RabbitMQ and Ceph, and a MongoDB-wire server in an environment of its own: it is GPL, so it is no
# dependency of ours but a test server beside us.
services: .servers/mongodb/installed ## Install the servers that tests start: RabbitMQ, Ceph's S3 gateway, SecantusDB
	@tests/servers/install.sh

.servers/mongodb/installed: requirements/mongodb-server.txt
	@$(PYTHON) -m venv .servers/mongodb
	@.servers/mongodb/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/mongodb-server.txt
	@touch $@

servers: dev ## Run private servers to try things on, and print their settings, until Ctrl-C
	@$(BIN)/python -m tests.servers

# --- try it ---

demo: install ## From nothing to the prompt of the sample recording
	@$(BIN)/scope browser || true
	@$(BIN)/python samples/demo.py --data $(DATA)

up: install ## Run the whole service until Ctrl-C (DATA=folder PORT=8080)
	@$(BIN)/scope up --data $(DATA) --port $(PORT)

# --- check it ---

PYTEST = $(BIN)/python -m pytest

test: dev browser ## All tests but the slow ones; under 5 minutes on 2 cores
	$(PYTEST) -n $(JOBS) --dist loadfile -m 'not slow and not bench' tests

slow: dev browser ## What `make test` leaves out: slow tests, and the benches with their limits
	$(PYTEST) -n $(JOBS) --dist loadfile -m 'slow and not bench' tests
	$(PYTEST) -m bench -s tests/bench

check: lint types test slow ## Everything

lint: dev ## Style, imports between packages, formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: dev ## mypy, strict
	$(BIN)/mypy

unit: dev ## Pure code, no servers
	$(PYTEST) -n $(JOBS) -m 'not slow' tests/unit
contract: dev ## One behaviour suite per port, on every adapter
	$(PYTEST) -n $(JOBS) tests/contract
rest: dev ## The REST contract over a real gateway
	$(PYTEST) -n $(JOBS) tests/rest
faults: dev ## Full disks, killed processes, damaged files
	$(PYTEST) -n $(JOBS) tests/faults
integration: dev browser ## Real Chromium, real recordings
	$(PYTEST) -n $(JOBS) tests/integration
page: dev browser ## The web page in Chromium and Firefox (apt-get install firefox-esr)
	$(PYTEST) -n $(JOBS) --dist loadfile tests/browser
pictures: dev browser ## The same, keeping the pictures of the page that docs/ shows
	SCOPE_TEST_PICTURES=docs/pictures/page $(PYTEST) tests/browser/test_whole_way.py
e2e: dev browser ## The whole system over HTTP
	$(PYTEST) -n $(JOBS) tests/e2e
e2e-distributed: dev browser ## The same on six processes, and on two of each (needs `make services`)
	SCOPE_TEST_DEPLOYMENT=six $(PYTEST) tests/e2e
	SCOPE_TEST_DEPLOYMENT=doubled $(PYTEST) tests/e2e
containers: dev services ## Build the images on a Debian made here, and send a recording through them (root)
	tests/e2e/containers.sh
bench: dev browser ## Measure: memory of an upload, where a recording's time goes
	$(PYTEST) -m bench -s tests/bench
bench-elements: dev browser ## How well elements, texts, differences and locators are found, beside plain OCR
	$(BIN)/python -m tests.bench.elements

bench-keyframes: dev ## Accuracy and speed of the key frames on the labelled clips
	$(BIN)/python -m tests.bench.keyframes

bench-distributed: dev ## Throughput, idle latency and ingest on shared servers, against all-in-one, aio-pika, minio-py
	$(PYTEST) -m bench -s tests/bench/test_distributed.py

# --- ship it ---

images: ## Build the container images (TAG=version BASE=image)
	deploy/images.sh $(TAG) $(BASE)

# --- keep it ---

LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
       --no-emit-index-url --no-emit-find-links pyproject.toml

lock: dev ## Pin every dependency anew, by version and hash
	for extra in gateway ingest analysis prompter all dev; do $(LOCK) --extra $$extra --extra cluster -o requirements/$$extra.txt; done
	printf 'hatchling\neditables\n' | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-header --no-emit-index-url --no-emit-find-links -c requirements/dev.txt - -o requirements/build.txt
	echo 'SecantusDB==0.7.0b3' | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-header --no-emit-index-url --no-emit-find-links - -o requirements/mongodb-server.txt

asyncapi: install ## Write docs/asyncapi.yaml from the messages
	$(BIN)/scope asyncapi > docs/asyncapi.yaml

openapi: install ## Write docs/openapi.json from the models
	$(BIN)/scope openapi > docs/openapi.json

clean: ## Remove the environment, caches and data
	rm -rf .venv .servers .scope .mypy_cache .ruff_cache .hypothesis build dist
