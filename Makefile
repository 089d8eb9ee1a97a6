# Handclasp. `make run` to use it, `make test` to check it; CONTRIBUTING.md tells the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
PY := .venv/bin/python
PIP := .venv/bin/pip --disable-pip-version-check --quiet

help: ## say what there is
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

run: setup build ## set everything up and serve on 127.0.0.1:8000 (HANDCLASP_BIND)
	@.venv/bin/handclasp init
	@echo 'The extension is built. Chrome and Edge: open chrome://extensions (edge://extensions), switch on Developer mode,'
	@echo '  choose Load unpacked, pick $(CURDIR)/extension/dist/chrome'
	@echo 'Firefox: open about:debugging#/runtime/this-firefox, choose Load Temporary Add-on,'
	@echo '  pick $(CURDIR)/extension/dist/firefox/manifest.json'
	@echo 'Then open its options and connect to the address below.'
	@exec .venv/bin/handclasp serve

demo: setup-dev build ## Handclasp beside a real Trac, Chromium connected, and what to click
	@exec $(PY) -m tests.support.demo

test: system-packages setup-dev build ## every suite
	@mkdir -p .cache
	@# What the live tests run on is fetched and unpacked meanwhile; the second call below waits for it, and says what failed.
	@$(PY) -m tests.live.install >.cache/live-install.log 2>&1 &
	@$(MAKE) --no-print-directory checks
	$(PY) -m pytest -n 2 --ignore tests/server/test_live.py tests/server tests/contract tests/fairness
	$(PY) -m tests.live.install
	$(PY) -m pytest tests/extension tests/server/test_live.py tests/e2e tests/live

test-fast: setup-dev ## server and contract tests on SQLite only
	$(PY) -m pytest tests/server tests/contract -m "not postgresql"

test-live: system-packages setup-dev build ## a customer in the real Trac, Redmine, MediaWiki and Etherpad
	$(PY) -m tests.live.install
	$(PY) -m pytest tests/live

test-fairness: setup-dev ## the fairness harness at full size: 10,000 histories in memory, 100 over HTTP (about 20 minutes)
	HANDCLASP_FAIRNESS=full $(PY) -m pytest tests/fairness

sure: contract-check lint test ## all checks

checks: ## the extension's unit tests
	npm --prefix extension run --silent test

contract: setup-dev extension/node_modules/.stamp ## regenerate shared-schemas/openapi.json, the TypeScript types and docs/tools.md
	.venv/bin/handclasp contract --write
	.venv/bin/handclasp tools table > docs/tools.md
	npm --prefix extension run --silent contract

contract-check: contract
	@git diff --exit-code -- shared-schemas/openapi.json extension/src/contract.ts docs/tools.md \
	  || { echo 'The contract is out of date: run `make contract` and commit the result.'; exit 1; }

lint: setup-dev build ## ruff, pyright, tsc, eslint, web-ext
	.venv/bin/ruff check server tests
	.venv/bin/ruff format --check server tests
	.venv/bin/pyright
	npm --prefix extension run --silent lint

format: setup-dev ## mend what ruff can mend
	.venv/bin/ruff check --fix server tests
	.venv/bin/ruff format server tests

lock: setup-dev ## renew the lock files from pyproject.toml
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-header pyproject.toml -o server/requirements.lock
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-header pyproject.toml --extra dev -c server/requirements.lock -o tests/requirements.lock

simulation: setup-dev ## how many people ever see feedback, by size and attribution
	$(PY) -m tests.simulation --sizes 12 24 50 150 2000

bench-extension: setup-dev build ## what the button costs a page, in Chromium and Firefox; docs/performance.md
	$(PY) -m tests.bench.extension

screenshots: setup-dev build ## take the pictures of README and docs again
	$(PY) -m tests.e2e.screenshots

# --- what the above stand on -------------------------------------------------------------------

setup: .venv/.runtime
setup-dev: .venv/.dev tests/node_modules/.stamp
build: extension/node_modules/.stamp
	@npm --prefix extension run --silent build

system-packages:
	@bash deploy/system-packages.sh

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'Handclasp needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 ...'; exit 1; }
	@$(PYTHON) -m venv .venv || { echo 'Python has no venv module: on Debian, apt install python3-venv'; exit 1; }

.venv/.runtime: .venv/bin/pip server/requirements.lock pyproject.toml
	@echo 'Installing the server ...'
	@$(PIP) install --require-hashes -r server/requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/.runtime tests/requirements.lock
	@echo 'Installing what the tests need ...'
	@$(PIP) install --require-hashes -r tests/requirements.lock
	@touch $@

%/node_modules/.stamp: %/package.json %/package-lock.json
	@node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' \
	  || { echo 'Handclasp needs Node 20 or newer'; exit 1; }
	@echo 'Installing the packages of $*/ ...'
	@npm ci --prefix $* --silent --no-audit --no-fund
	@touch $@

.PHONY: help run demo simulation test test-fast test-live test-fairness sure checks contract contract-check lint format lock screenshots bench-extension \
  setup setup-dev build system-packages
