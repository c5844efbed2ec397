# Needs python3.11 or later with venv, pip and make; everything else goes into .venv.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
ARGS ?=

.PHONY: help run test setup lint format docs clean

help: ## tell what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/.run ## serve on http://127.0.0.1:8000; ARGS="--port 9000" for more
	@$(BIN)/diabelli serve $(ARGS)

test: .venv/.dev ## run every test; ARGS="tests/test_storage.py" for some
	@sh tests/web/chromium.sh
	@sh tests/deploy/proxies.sh
	@sh tests/faults/faketime.sh
	$(BIN)/pytest $(ARGS)

setup: .venv/.dev ## set up .venv for work on the code

lint: .venv/.dev ## style, types, import directions, spelling
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

format: .venv/.dev ## bring the code into its form
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

docs: .venv/.dev ## write the generated pages anew
	$(BIN)/python docs/generate.py

clean: ## remove what the other targets made, results of the server included
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis data

# The stamps make a second call set up nothing. They depend on what says what is installed.
.venv/.run: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Setting up .venv to run (once) ..."
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

.venv/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Setting up .venv to test (once) ..."
	@$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch .venv/.run $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed, found: $(PYTHON)"; exit 1; }
	@$(PYTHON) -m venv .venv
