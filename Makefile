# Everything starts from python3 alone: no root, no service, no tool installed beforehand.
.DEFAULT_GOAL := list
.DELETE_ON_ERROR:
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --no-input
HOUSES := rectoverso hub connectors mappings master_data simple_crm simple_erp portal ground
PYTEST := $(BIN)/python -m pytest
ARGS ?=

.PHONY: list setup up simulate test check fix bench e2e chaos cover-mappings mutate-mappings mutate-hub mutate-engine lock clean

list: ## print this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

setup: $(VENV)/.installed $(VENV)/.tools ## make .venv with everything that work on the code needs

up: $(VENV)/.installed ## start all on http://127.0.0.1:8000 with demo data
	@$(BIN)/rectoverso up $(ARGS)

test: setup ## run all tests
	@$(PYTEST) -n auto $(ARGS)

simulate: $(VENV)/.installed ## run the hub in virtual time against seeded faults
	@$(BIN)/rectoverso simulate --json $(ARGS)

e2e: setup ## run the whole-system tests alone
	@$(PYTEST) -m e2e $(ARGS)

chaos: setup ## bad days of a whole installation, as long stories
	@$(PYTEST) -m chaos -n 0 $(ARGS)

bench: $(VENV)/.installed ## measure; prints JSON
	@$(BIN)/rectoverso bench sync --json $(ARGS)

cover-mappings: setup ## lines and branches of mappings/ that no test reaches: there are none
	@$(PYTEST) -n0 -q tests/mappings tests/architecture/test_mappings_check.py --cov=mappings --cov-branch --cov-report= $(ARGS)
	@$(BIN)/coverage report --include='mappings/*' --show-missing --skip-covered --fail-under=100

mutate-mappings: setup ## change the checker of mappings in every small way; lists what no test notices
	@nice -n 19 $(BIN)/python -m tests.mappings.mutants $(ARGS)

mutate-hub: setup ## the same with the rules of events, sync, effects and lanes; ONLY='hub.sync.rules*' for a part
	@$(call mutate,tests/hub/rules/mutmut.toml)

mutate-engine: setup ## the same with what decides and settles, by tests of the whole engine; hours: take ONLY=…
	@$(call mutate,tests/hub/engine/mutmut.toml)

define mutate
rm -rf $(HUB_MUTANTS) && mkdir -p $(HUB_MUTANTS)/mutants
git ls-files -z hub ground master_data connectors mappings portal tests/conftest.py tests/servers.py tests/hub/conftest.py \
  tests/hub/test_lane_store.py tests/hub/rules tests/hub/engine | tar --null -T - -cf - | tar -C $(HUB_MUTANTS) -xf -
cd $(HUB_MUTANTS) && mv $(1) pyproject.toml && PYTHONPATH=$(HUB_MUTANTS)/mutants \
  nice -n 19 $(CURDIR)/$(BIN)/mutmut run --max-children 1 $(ONLY) >mutants.log 2>&1 || { tail -30 mutants.log; exit 1; }
cd $(HUB_MUTANTS) && $(CURDIR)/$(BIN)/mutmut export-cicd-stats >/dev/null && $(CURDIR)/$(BIN)/mutmut results | grep -v 'not checked'
$(BIN)/python -c 'import json; s = json.load(open("$(HUB_MUTANTS)/mutants/mutmut-cicd-stats.json")); \
  k = s["killed"] + s["timeout"]; n = k + s["survived"] + s["no_tests"]; \
  print(f"{k} of {n} killed, {100 * k / n:.1f} %"); raise SystemExit(100 * k < 85 * n)'
endef

ONLY ?=
HUB_MUTANTS := $(CURDIR)/.mutants-hub

check: setup ## style, types, architecture, dependencies
	@$(BIN)/ruff format --check --quiet . || { echo "run: make fix"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/lint-imports --cache-dir .import_linter_cache >/dev/null || $(BIN)/lint-imports
	@$(BIN)/mypy
	@$(BIN)/deptry . --no-ansi

fix: setup ## repair what can be repaired by a machine
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .

lock: setup ## pin what pyproject.toml asks for
	@$(BIN)/pip-compile $(LOCK) --extra build --output-file requirements.lock pyproject.toml
	@$(BIN)/pip-compile $(LOCK) --extra build --extra test --extra dev \
	  --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

LOCK := --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
  --strip-extras --no-annotate --no-header --allow-unsafe --quiet

clean: ## remove what was built, but no data
	@rm -rf $(VENV) build dist portal/static/built .mypy_cache .ruff_cache .pytest_cache .hypothesis

# The stamps make a second run free; each says what it stands for.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=…")'
	@test -x $(BIN)/python && $(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.locked: requirements.lock | $(VENV)/.made
	@echo "installing what Rectoverso needs"
	@$(PIP) install --require-hashes --only-binary :all: --no-compile -r requirements.lock
	@touch $@

$(VENV)/.installed: $(VENV)/.locked pyproject.toml hatch_build.py $(wildcard */locale/*/LC_MESSAGES/*.po)
	@$(PIP) install --no-build-isolation --no-deps --no-index --editable .
	@touch $@

$(VENV)/.tools: requirements-dev.lock $(VENV)/.locked | $(VENV)/.installed
	@echo "installing what its tests and checks need"
	@$(PIP) install --require-hashes --only-binary :all: -r requirements-dev.lock
	@touch $@
