# Everything happens in .venv; the commands inside are those that the README gives for people without make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: lab test test-all lint bench bench-ui bench-lessons atlas beyond handout site clean

lab: $(VENV)/lab
	@$(BIN)/fractaledu warm
	$(BIN)/fractaledu lab

test: $(VENV)/test
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

test-all: $(VENV)/test
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(VENV)/test
	$(BIN)/ruff check .
	$(BIN)/lint-imports

bench: $(VENV)/bench
	$(BIN)/python benchmarks/compare.py

bench-ui: $(VENV)/test
	$(BIN)/python benchmarks/ui.py

bench-lessons: $(VENV)/test
	$(BIN)/python benchmarks/lessons.py

atlas: $(VENV)/test
	$(BIN)/python benchmarks/atlas.py

beyond: $(VENV)/test
	$(BIN)/python benchmarks/beyond.py

handout: $(VENV)/lab
	$(BIN)/fractaledu handout handout --force

site: $(VENV)/test
	$(BIN)/fractaledu site site

clean:
	rm -rf $(VENV)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "fractaledu needs Python 3.11 or newer; make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/lab: $(VENV)/bin/python pyproject.toml
	$(PIP) --editable ".[lab]"
	@touch $@

$(VENV)/test: $(VENV)/bin/python pyproject.toml
	$(PIP) --editable ".[test,browser]"
	@touch $@ $(VENV)/lab

$(VENV)/bench: $(VENV)/bin/python pyproject.toml
	$(PIP) --editable ".[bench]"
	@touch $@
