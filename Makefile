# The whole ritual. `make demo` and `make test` set up all they need; every target may be run again at any time.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
unexport PYTHONDONTWRITEBYTECODE # every process of the demo and the tests would compile the whole product anew
BIN := .venv/bin
INSTALLED := .venv/.installed
PAGES := web/dist/index.html

.PHONY: help setup packages web demo test check check-python check-pages bench faults fuzz lock clean

help:  ## what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

WORKERS := $(shell echo $$(($$(nproc) + 1)))# of the tests: a third of their time they wait for brokers, browsers and clocks

PURPOSE := $(if $(filter test check faults,$(MAKECMDGOALS)),test,demo)

packages:  ## Debian packages (through apt when it may; says what is missing where it may not)
	@bash scripts/system-packages.sh $(PURPOSE)

setup: packages $(INSTALLED)  ## the environment in .venv, from the hashed lock

# The interpreter is checked after `packages`, which may be what brings it.
$(INSTALLED): requirements/dev.lock pyproject.toml | packages
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else f"siteprogress needs Python 3.11 or newer, this is {sys.version.split()[0]}: set PYTHON=")'
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

web: $(PAGES)  ## the pages, built with the Node of .venv

$(PAGES): $(INSTALLED) web/package-lock.json web/index.html $(shell find web/src web/public web/inspect web/*.ts docs/openapi.json -type f 2>/dev/null)
	$(BIN)/python web/build.py

demo: setup web  ## the demo district, then its pages on a local port (ARGS="--headless --json out.json")
	$(BIN)/siteprogress demo $(ARGS)

test: setup web  ## every test (ARGS="-k outbox")
	$(BIN)/python web/build.py test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations 20 $(ARGS)

check: setup  ## ruff, mypy, import contracts, vue-tsc, eslint
	$(MAKE) --no-print-directory -j2 -Otarget check-python check-pages

check-python:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check-pages:
	$(BIN)/python web/build.py check

bench: setup  ## every claim, ours and the peers in one run
	for claim in $$(grep -l __main__ bench/*.py); do echo "== $$claim"; $(BIN)/python $$claim; done

faults: setup  ## the whole fault lab: kills, stops and bad lines, docs/faults.md anew (about half an hour; ARGS="--seeds 1")
	SITEPROGRESS_FAULTS=full $(BIN)/python -m pytest -n 2 tests/faults --ignore tests/faults/test_slice.py
	$(BIN)/python -m tests.faults.lab --table docs/faults.md $(ARGS)

fuzz: setup  ## a million wrong messages for every decoder, counted, from one seed (ARGS="--seed 2")
	$(BIN)/python -m tests.fuzz $(ARGS)

lock:  ## renew the hashed locks (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -q --python-version 3.11 --extra edge --extra central --extra demo pyproject.toml -o requirements/runtime.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -q --python-version 3.11 --extra edge --extra central --extra demo --extra dev -c requirements/runtime.lock pyproject.toml -o requirements/dev.lock

clean:  ## what these targets made
	rm -rf .venv web/node_modules web/dist var build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
