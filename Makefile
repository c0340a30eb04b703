# Two commands do everything: `make site` builds the column, `make test` tests it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --no-input
PORT ?= 8000

DESK := scripts/xuelan/editing/desk
EDITOR := $(DESK)/page/codemirror.mjs

.DEFAULT_GOAL := site
.PHONY: site serve edit check test test-formats bench lint format lock screenshot clean help

site: $(VENV)/site.stamp $(EDITOR) ## build the whole column into site/
	@$(BIN)/xuelan build
	@echo "Built. Open it with: make serve (http://127.0.0.1:$(PORT)/), or put site/ on any web server."

edit: $(VENV)/site.stamp $(EDITOR) ## write and hand in materials in the browser
	@$(BIN)/xuelan edit

serve: $(VENV)/site.stamp ## preview with live reload
	@$(BIN)/xuelan serve --port $(PORT)

check: $(VENV)/site.stamp ## check every material
	@$(BIN)/xuelan check

test: lint ## run every test, the browser tests too
	@$(BIN)/python tests/chromium.py --install
	@$(BIN)/python -m pytest -n 2 --dist loadfile --ignore=tests/formats

test-formats: $(VENV)/formats.stamp node_modules/.stamp tests/formats/node_modules/.stamp ## judge each format by a validator of its own world
	@$(BIN)/python tests/chromium.py --install
	@$(BIN)/python -m pytest tests/formats

bench: $(VENV)/bench.stamp node_modules/.stamp ## measure; never part of the tests
	@$(BIN)/python -m tests.bench

lint: $(VENV)/test.stamp $(EDITOR) ## ruff, mypy, tsc
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@for scope in $(filter-out %/base.json,$(wildcard tests/types/*.json)); do \
	  PATH="$(CURDIR)/$(BIN):$$PATH" node_modules/.bin/tsc -p $$scope || exit 1; \
	done

format: $(VENV)/test.stamp ## put the code into its form, mend what can be mended
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: $(VENV)/test.stamp ## lock the newest allowed versions, with hashes and without addresses
	@$(PIP) install uv
	@for name in site test formats bench; do \
	  $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --upgrade \
	    --no-emit-index-url --no-header --no-annotate --quiet \
	    requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done
	@for folder in . tests/formats; do \
	  PATH="$(CURDIR)/$(BIN):$$PATH" NODE_OPTIONS=--use-system-ca \
	    $(BIN)/npm --prefix $$folder update --package-lock-only --silent || exit 1; \
	done

screenshot: $(VENV)/test.stamp ## make the README's picture anew
	@$(BIN)/python tests/chromium.py --install
	@$(BIN)/python tests/screenshot.py

clean: ## remove everything the other targets made
	rm -rf $(VENV) $(EDITOR) node_modules tests/formats/node_modules site .cache dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or later is needed; name one with: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { \
	  rm -rf $(VENV); \
	  sudo=$$( [ "$$(id -u)" = 0 ] || echo "sudo -n" ); \
	  command -v apt-get >/dev/null && $$sudo apt-get update -qq \
	    && $$sudo apt-get install -y -qq python3-venv >/dev/null && $(PYTHON) -m venv $(VENV); \
	} || { echo "Python's venv is missing here: install it (Debian, Ubuntu: apt-get install python3-venv) and run make again."; exit 1; }

$(VENV)/site.stamp: requirements/site.txt pyproject.toml | $(BIN)/python
	@echo "Setting up $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements/site.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/test.stamp: requirements/test.txt $(VENV)/site.stamp
	@$(PIP) install --require-hashes -r requirements/test.txt
	@touch $@

$(VENV)/formats.stamp: requirements/formats.txt $(VENV)/test.stamp
	@$(PIP) install --require-hashes -r requirements/formats.txt
	@touch $@

$(VENV)/bench.stamp: requirements/bench.txt $(VENV)/test.stamp
	@$(PIP) install --require-hashes -r requirements/bench.txt
	@touch $@

node_modules/.stamp: package-lock.json $(VENV)/site.stamp
	@PATH="$(CURDIR)/$(BIN):$$PATH" NODE_OPTIONS=--use-system-ca $(BIN)/npm ci --no-progress --loglevel=error
	@touch $@

$(EDITOR): $(DESK)/codemirror.js node_modules/.stamp
	@PATH="$(CURDIR)/$(BIN):$$PATH" node_modules/.bin/esbuild $< --bundle --format=esm --minify --charset=utf8 \
	  --target=es2020 --log-level=warning --outfile=$@ \
	  --banner:js="/*! CodeMirror 6, Lezer: MIT License, Marijn Haverbeke and others, https://codemirror.net/ */"

tests/formats/node_modules/.stamp: tests/formats/package-lock.json $(VENV)/site.stamp
	@PATH="$(CURDIR)/$(BIN):$$PATH" NODE_OPTIONS=--use-system-ca PUPPETEER_SKIP_DOWNLOAD=1 ELECTRON_SKIP_BINARY_DOWNLOAD=1 \
	  $(BIN)/npm --prefix tests/formats ci --no-progress --loglevel=error
	@touch $@
