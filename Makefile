# Every target makes its own environment in .venv first: a clone needs Python 3.11 or newer, make and git, nothing else.
PYTHON ?= python3
WORKERS ?= 2
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test check format docs bench calibrate oracles spark notebooks clean

help: ## list the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/\1|\2/p' Makefile | awk -F'|' '{ printf "make %-10s %s\n", $$1, $$2 }'

demo: $(READY) ## invent a company, mine its journeys, compare what was found with what was planted
	$(BIN)/journeymine demo

test: $(READY) ## run all tests, and every example in the docstrings
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

check: $(READY) ## format, lint, docstrings, types, import layers, dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python -m numpydoc.cli lint $$(git ls-files 'src/*.py')
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/deptry src

format: $(READY) ## bring the code to its format and sort its imports
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only .

docs: $(READY) ## build the documentation and run the examples it shows
	$(BIN)/python -m sphinx -W --keep-going -q -E -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

bench: $(READY) ## measure speed: beside other libraries on the same data in the same run, of the readers, of the answers
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.readers
	$(BIN)/python -m benchmarks.statistics

calibrate: $(READY) ## run the simulations behind the intervals and tests at full size
	$(BIN)/python -m benchmarks.calibrate

oracles: $(READY) ## compare estimates with those of lifelines, in an environment of its own
	$(PYTHON) -m venv .venv-lifelines
	.venv-lifelines/bin/pip install --quiet --disable-pip-version-check -r tests/oracles/requirements.txt
	$(BIN)/python -m pytest tests/oracles

spark: ## run the tests that need Spark with each version of it, in environments of their own; needs Java
	PYTHON=$(PYTHON) sh tests/engines/spark.sh

notebooks: $(READY) ## run the notebooks
	$(BIN)/python -m pytest --nbmake notebooks

clean: ## remove what can be made again, the environment too
	rm -rf .venv .venv-* build dist demo docs/_build docs/generated docs/jupyter_execute .pytest_cache .ruff_cache \
		.hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# `touch` comes last: an installation that was broken off starts again.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "journeymine needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,phone,widget]'
	@touch $@
