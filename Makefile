# make demo, make test: the two commands of the README. Both set up .venv first. make help lists all.
# Another Python: make PYTHON=python3.12 demo (remove .venv to change it later).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.nmfbio-ready

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test test-slow lint format docs lock benchmark

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## install the locked packages and nmfbio into .venv

demo: $(READY) ## run the leukemia data from matrix to report, on all cores
	$(BIN)/snakemake
	@printf '\nDone. Open the report:  results/leukemia/report.html\nSignatures and tables:  results/leukemia/signatures/\nOn your own data: edit config/config.yaml, then  . $(BIN)/activate && snakemake\n'

test: $(READY) ## run the tests that take seconds
	$(BIN)/python -m pytest -m "not slow"

test-slow: $(READY) ## run the tests that take minutes: whole workflow runs, the report in a browser
	$(BIN)/python -m pytest -m slow

lint: $(READY) ## check style: ruff, snakefmt, snakemake --lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

format: $(READY) ## rewrite the code in the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile workflow

docs: $(READY) ## write config/README.md and the config schema anew from nmfbio/config.py
	$(BIN)/python -m nmfbio.config --markdown > config/README.md.new
	$(BIN)/python -m nmfbio.config --schema > workflow/schemas/config.schema.json.new
	mv config/README.md.new config/README.md
	mv workflow/schemas/config.schema.json.new workflow/schemas/config.schema.json

benchmark: $(READY) ## run nmfbio beside its peers on one core, about two hours
	$(BIN)/python benchmarks/run.py

lock: $(READY) ## resolve pyproject.toml into requirements.lock anew
	$(BIN)/uv pip compile pyproject.toml --python $(BIN)/python --all-extras --universal --generate-hashes \
		--upgrade --no-header --no-annotate --quiet --output-file requirements.lock

# uv installs with compiled bytecode in seconds; where only pip knows the way to a package index, pip does it.
# An interrupted set-up leaves no stamp and is taken up again.
$(READY): requirements.lock pyproject.toml | $(BIN)/uv
	$(BIN)/uv pip install --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock \
		|| $(BIN)/python -m pip install --require-hashes -r requirements.lock
	$(BIN)/uv pip install --python $(BIN)/python --no-deps -e . \
		|| $(BIN)/python -m pip install --no-deps -e .
	@touch $@

# The second way is for Debian's Python without python3-venv, where a virtual environment comes without pip.
$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv --clear $(VENV) \
		|| { $(PYTHON) -m venv --clear --without-pip $(VENV) && $(PYTHON) -m pip --python $(BIN)/python install pip; }
	$(BIN)/python -m pip install uv
