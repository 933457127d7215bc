# Everything runs from .venv with the pinned versions of constraints.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
# uv holds every file that it installs against the hashes of constraints.txt, also what builds this
# package; pip does so only where nothing is editable, and for uv itself.
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode \
    --constraint constraints.txt --build-constraint constraints.txt --editable
# Two workers: each pays for loading vectorbt once. A file stays with one of them, so that what its
# tests share is made once; the files that take longest begin first (tests/conftest.py).
WORKERS ?= 2

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; use: make PYTHON=/path/to/python3.11 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(BIN)/uv: constraints.txt | $(BIN)/python
	sed -n '/^uv==/,/[^\\]$$/p' constraints.txt > $(VENV)/uv.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement $(VENV)/uv.txt
	@touch $@

$(STAMP): pyproject.toml $(BIN)/uv
	$(INSTALL) .
	@touch $@

$(DEV_STAMP): pyproject.toml $(BIN)/uv
	$(INSTALL) '.[dev]'
	@touch $(STAMP) $@

.PHONY: install
install: $(STAMP) ## Create .venv with everything a run needs

.PHONY: run
run: install ## Backtest hedge_mix and write its tear sheet
	$(BIN)/python -m backtests.run hedge_mix

.PHONY: test
test: $(DEV_STAMP) ## Run the tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.PHONY: golden
golden: $(DEV_STAMP) ## Hold every number of runs, comparisons and searches against the kept ones
	$(BIN)/python -m tests.golden check

.PHONY: mutants
mutants: $(DEV_STAMP) ## Apply small wrong changes to copies of the code, and see tests fail (docs/mutants.md)
	$(BIN)/python -m tests.mutants

.PHONY: bench
bench: $(DEV_STAMP) ## Run the benchmarks and write docs/benchmark.md (ten to twelve minutes)
	$(BIN)/python -m tests.benchmarks

.PHONY: lint
lint: $(DEV_STAMP) ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --platform win32

# Fault counts that no change has to wait for; their figures stand in docs/reliability.md.
.PHONY: soak
soak: $(DEV_STAMP) ## Make the full counts of docs/reliability.md and record them (goes on where it was stopped)
	$(BIN)/python -m tests.soak --record --resume

.PHONY: audit
audit: $(DEV_STAMP) ## Ask for known faults of the pinned dependencies (needs internet)
	$(BIN)/python -m tests.audit

.PHONY: fix
fix: $(DEV_STAMP) ## Mend what style checks can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: lab
lab: $(STAMP) ## Open the lab, a page to tune a run by sliders
	$(INSTALL) '.[app]'
	$(BIN)/python -m backtests.app

.PHONY: pictures
pictures: $(DEV_STAMP) ## Take the README's pictures (needs chromium)
	$(BIN)/python -m docs.pictures

.PHONY: notebook
notebook: $(DEV_STAMP) ## Execute docs/python.md and the notebook anew, with what they show
	$(BIN)/python -m docs.notebook

.PHONY: licences
licences: $(DEV_STAMP) ## List the licence of every pinned dependency
	$(BIN)/python -m tests.licences

# setuptools builds this package; what builds it is pinned too.
.PHONY: lock
lock: $(DEV_STAMP) ## Pin the newest versions that fit together in constraints.txt, with hashes
	echo setuptools | $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --all-extras \
	    --generate-hashes --no-emit-index-url --no-annotate --no-header --output-file constraints.txt \
	    pyproject.toml -

.PHONY: clean
clean: ## Remove .venv and caches; results stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
