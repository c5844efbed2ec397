# Needs python3.11 or later with venv, pip and make; everything else goes into .venv.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
LOWEST := .venv-lowest/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
ARGS ?=

# One process compiles the kernels before several test processes need them.
WARM_UP := $(BIN)/python -c 'from diabelli.engines.patch import PatchEngine; PatchEngine().warm_up()'
# A third of the tests' time is waiting, so there are three test processes for two cores.
WORKERS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) * 3 / 2 )))
# Libraries with thread pools must not start more threads than that. Bytecode is written, whatever
# the environment says, because many tests start processes.
PYTEST := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE= \
	$(BIN)/pytest --numprocesses $(WORKERS) --dist worksteal

.PHONY: help run trained test test-slow test-bridge test-edges test-lowest setup lint format docs site dist clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/.run ## serve on http://127.0.0.1:8000; ARGS="--port 9000" for more
	@$(BIN)/diabelli serve $(ARGS)

trained: .venv/.run ## download the trained engine that fits this machine, for `make run`
	@echo "Installing torch and diffusers ..."
	@$(PIP) install --constraint constraints.txt --editable '.[diffusion]'
	@$(BIN)/diabelli pull

test: .venv/.dev ## run the tests but the slow ones; ARGS="tests/test_storage.py" for some
	@$(WARM_UP)
	$(PYTEST) -m "not slow" $(ARGS)

test-slow: .venv/.dev ## run the slow tests: the page in a browser, trained pipelines, killed processes, examples of the docs, proxies, fuzzing, images; CUDA_IMAGE=0 for no image with CUDA
	@sh tests/web/chromium.sh
	@sh tests/deploy/proxies.sh
	@sh tests/faults/faketime.sh
	@$(WARM_UP)
	$(PYTEST) -m slow --timeout 600 $(ARGS)

test-bridge: .venv/.dev ## run the API tests with all engines behind another server, as upstreams
	$(PYTEST) --bridge -m "not slow" tests/api $(ARGS)

test-edges: .venv/.dev ## run the API tests against two edges with PostgreSQL, Redis and a bucket, also behind nginx
	@sh tests/deploy/proxies.sh
	$(PYTEST) --edges -m "not slow" tests/api $(ARGS)
	$(PYTEST) --edges --nginx -m "not slow" tests/api $(ARGS)

test-lowest: .venv/.lowest ## run the tests of API and settings with the lowest allowed dependencies
	$(LOWEST)/pytest -m "not slow" tests/api tests/settings $(ARGS)

setup: .venv/.dev ## set up .venv for development

lint: .venv/.dev ## style, types, import directions, spelling
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

format: .venv/.dev ## bring the code into shape
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

docs: .venv/.dev ## regenerate the generated pages
	$(BIN)/python docs/generate.py

site: .venv/.dev ## build the documentation as a static site in site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

dist: .venv/.release ## build sdist, wheel and SBOM in dist/, and try the wheel
	PYTHON=$(BIN)/python .ci/dist

clean: ## remove everything that the other targets made, the server's results included
	rm -rf .venv .venv-lowest .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis data dist site

# The stamps skip the set-up on a second call. They depend on the files that list the dependencies.
.venv/.run: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Setting up .venv to run (once) ..."
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

.venv/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Setting up .venv to test (once) ..."
	@$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch .venv/.run $@

.venv/.release: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Setting up .venv to release (once) ..."
	@$(PIP) install --constraint constraints.txt --editable '.[release]'
	@touch $@

# In its own environment, because its releases are older than those of the other targets.
.venv/.lowest: pyproject.toml tests/lowest.py | $(BIN)/python
	@$(PYTHON) -m venv .venv-lowest
	@$(BIN)/python tests/lowest.py > .venv-lowest/requirements.txt
	@$(LOWEST)/python -m pip --disable-pip-version-check --quiet --quiet install \
		--requirement .venv-lowest/requirements.txt --editable .
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed, found: $(PYTHON)"; exit 1; }
	@$(PYTHON) -m venv .venv
