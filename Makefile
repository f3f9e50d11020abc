# Targets for people and for CI; each builds the environment it needs.

SHELL := /bin/bash
BIN := .venv/bin
DEV := .venv/.complete
DEMO := .venv-demo/.complete
PYTHON = $(or $(shell .ci/newest-python),$(error needs Python 3.11 or later))

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.DEFAULT_GOAL := help
.PHONY: help test lint types pytest bench-check bench bench-baseline callgrind matrix format demo versions clean

help:
	@echo "make test      every check and test: lint, types, pytest, bench-check"
	@echo "make lint      ruff and import-linter"
	@echo "make types     mypy and pyright"
	@echo "make bench-check     speed and memory against the recorded baseline"
	@echo "make bench           measure everything; writes docs/speed.md and its charts"
	@echo "make bench-baseline  record what bench-check compares with"
	@echo "make callgrind       count the processor's instructions; needs valgrind"
	@echo "make matrix    every pool on every broker over every database; needs all the servers"
	@echo "make format    let ruff rewrite the code"
	@echo "make demo      run the example project, without any server"
	@echo "make versions  pytest on each supported Python, Django and Celery"
	@echo "make clean     remove environments, caches and builds"

test: lint types pytest bench-check

lint: $(DEV)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

types: $(DEV)
	$(BIN)/mypy --strict
	$(BIN)/mypy --config-file tests/mypy.toml
	$(BIN)/pyright --project pyproject.toml --pythonpath $(BIN)/python
	$(BIN)/pyright --project tests/pyrightconfig.json --pythonpath $(BIN)/python

pytest: $(DEV)
	$(BIN)/python -m pytest

bench-check: $(DEV)
	$(BIN)/python -m benchmarks check

bench: $(DEV)
	$(BIN)/python -m benchmarks all

bench-baseline: $(DEV)
	$(BIN)/python -m benchmarks baseline

callgrind: $(DEV)
	$(BIN)/python -m benchmarks callgrind

matrix: export MODELREF_TEST_MATRIX := whole
matrix: export MODELREF_REQUIRE_SERVICES := 1
matrix: $(DEV)
	$(BIN)/python -m pytest tests/matrix

format: $(DEV)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

demo: PY := .venv-demo/bin/python
demo: $(DEMO)
	$(PY) example/demo.py

versions: $(DEV)
	$(BIN)/nox

$(DEV): EXTRAS := [dev]
$(DEV): NO_DEPS := --no-deps --requirement .ci/no-deps.txt
$(DEV): .ci/no-deps.txt
$(DEV) $(DEMO): pyproject.toml
	rm -rf $(@D)
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --editable '.$(EXTRAS)'
	$(if $(NO_DEPS),$(@D)/bin/python -m pip install --quiet $(NO_DEPS))
	touch $@

clean:
	rm -rf .venv .venv-* .nox .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	rm -rf build dist site example/data
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
