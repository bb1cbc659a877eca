# Crossdock. `make help` says what there is; `make demo` needs nothing but Python 3.11+ and make.
SHELL := /bin/sh
.DEFAULT_GOAL := help

OLD_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c '$(OLD_ENOUGH)' >/dev/null 2>&1 && echo $$p && break; done)
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev
PIP := $(PY) -m pip install -qq --disable-pip-version-check --require-hashes

# Where `make test-postgres` finds a server it may create databases on.
TEST_DATABASE_URL ?= postgres://postgres@127.0.0.1:5432/postgres

# Throw-away keys: checks and tests must not depend on, or touch, anybody's real settings.
THROWAWAY := ENV_FILE=/dev/null CREDENTIAL_KEYS=check:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
	SECRET_KEY=throw-away-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ
IN_MEMORY := DATABASE_URL=sqlite://:memory:
LIKE_PRODUCTION := ENVIRONMENT=production BASE_URL=https://crossdock.example \
	ALLOWED_HOSTS=crossdock.example

.PHONY: help
help:  ## this list
	@echo "Crossdock: make <target>"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-15s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# --- run it ---

.PHONY: demo
demo: $(READY)  ## the whole business on this machine: portal, workers, simulated stores (BUSY=1: filled)
	@$(PY) -m config.demo

PICTURES ?= var/pictures
.PHONY: pictures
pictures: $(READY_DEV)  ## every screen of the busy demo, on desk and phone, by day and by night
	@$(PY) -m tests.pictures $(PICTURES)

.PHONY: run
run: $(READY) .env  ## the portal and its workers, with the settings in .env
	@$(PY) manage.py up

.env:
	@$(PY) manage.py make_key > $@ || { rm -f $@; exit 1; }
	@echo "Wrote .env with fresh keys; .env.example says what else can be set."

# --- check it ---

# Test processes side by side; end-to-end tests each have portal, workers and database of their own.
JOBS ?= auto

.PHONY: test
test: $(READY_DEV)  ## unit tests on SQLite
	@$(THROWAWAY) $(PY) -m pytest -q -n $(JOBS)

# These ask no database, only for whole pages, or the same of it a thousand times; `make test` runs
# them.
NOT_ON_POSTGRES := $(addprefix --ignore=tests/,integrations/sandbox integrations/http_client \
	integrations/providers config/adminkit config/test_environment.py config/test_empty_lists.py \
	config/test_access.py config/test_shown_buttons.py orders/test_permutations.py \
	orders/test_outcome_matrix.py orders/test_news_properties.py orders/test_payment_properties.py \
	inventory/test_purchase_properties.py inventory/test_stock_properties.py)

# To collect all the others only to leave them out takes ten seconds in each process.
E2E := $(sort $(shell grep -rl --include='test_*.py' 'mark\.e2e' tests))
# They wait more than they compute: three go on at once on two cores.
E2E_JOBS ?= 3

# By their names the long ones come first; at random, one of them would end up running alone.
LONGEST_FIRST := -p no:randomly --no-loadscope-reorder

.PHONY: test-postgres
test-postgres: $(READY_DEV)  ## unit and end-to-end tests on PostgreSQL, with real worker processes
	@$(THROWAWAY) DATABASE_URL=$(TEST_DATABASE_URL) $(PY) -m pytest -q --create-db -n $(JOBS) \
		$(NOT_ON_POSTGRES)
	@$(THROWAWAY) DATABASE_URL=$(TEST_DATABASE_URL) $(PY) -m pytest -q --create-db -m e2e \
		-n $(E2E_JOBS) --dist loadfile $(LONGEST_FIRST) $(E2E)

.PHONY: test-browser
test-browser: $(READY_DEV)  ## the demo in Chromium: walks, crawl, keyboard, axe-core (needs npm)
	@$(THROWAWAY) $(PY) -m pytest -q -m browser -n $(JOBS) --dist loadscope tests/browser

.PHONY: schema
schema: $(READY_DEV)  ## what we send to Shopify, against its official schema (needs npm)
	@SHOPIFY_SCHEMA_DIR="$$(tests/schema/fetch.sh)" && export SHOPIFY_SCHEMA_DIR && \
		$(THROWAWAY) $(PY) -m pytest -q -m schema tests/schema tests/integrations/sandbox

.PHONY: check
check: $(READY_DEV)  ## ruff, format, mypy, import rules, missing migrations, deploy check
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(THROWAWAY) $(IN_MEMORY) $(VENV)/bin/mypy .
	@$(THROWAWAY) $(IN_MEMORY) $(VENV)/bin/lint-imports
	@$(THROWAWAY) $(IN_MEMORY) $(PY) manage.py makemigrations --check --dry-run
	@$(THROWAWAY) $(IN_MEMORY) $(LIKE_PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING

.PHONY: bench
bench: $(READY_DEV)  ## the figures of the README, measured here
	@for file in benchmarks/bench_*.py; do $(THROWAWAY) $(PY) $$file || exit 1; done

ORDERS ?= 500
KILLS ?= 100
SEED ?= 1
WEEKLY ?= 2
.PHONY: chaos
chaos: $(READY_DEV)  ## partners fail, workers get kill -9: lost, doubled, unsent must be 0, 0, 0
	@$(THROWAWAY) DATABASE_URL=$(TEST_DATABASE_URL) $(PY) -m tests.e2e.chaos \
		--orders $(ORDERS) --kills $(KILLS) --seed $(SEED) $(if $(WEEKLY),--weekly $(WEEKLY)) \
		$(if $(BLIND),--blind)

.PHONY: openapi
openapi: $(READY)  ## docs/openapi.json, after an endpoint of the API was changed
	@$(THROWAWAY) $(IN_MEMORY) $(PY) manage.py export_openapi_schema --api config.api.api \
		--indent 2 --output docs/openapi.json

# --- dependencies ---

.PHONY: lock
lock: $(READY_DEV)  ## pin what pyproject.toml asks for, with hashes and no index lines
	@$(VENV)/bin/uv pip compile pyproject.toml --universal --upgrade --generate-hashes \
		--no-header -q -o requirements.lock
	@$(VENV)/bin/uv pip compile pyproject.toml --extra dev -c requirements.lock --universal \
		--upgrade --generate-hashes --no-header -q -o requirements-dev.lock

$(PY):
	@test -n "$(PYTHON)" && $(PYTHON) -c '$(OLD_ENOUGH)' 2>/dev/null || { \
		echo "Crossdock needs Python 3.11 or newer, which was not found here." \
			"Say where it is: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
		echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; \
		rm -rf $(VENV); exit 1; }

$(READY): requirements.lock | $(PY)
	@echo "Installing what Crossdock needs into $(VENV) (once)."
	@$(PIP) -r requirements.lock
	@touch $@

$(READY_DEV): requirements-dev.lock requirements.lock | $(PY)
	@echo "Installing what the tests need into $(VENV) (once)."
	@$(PIP) -r requirements-dev.lock
	@touch $(READY) $@
