# Every command of the project. `make` alone lists them.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# Compiled modules are kept, whatever the shell says: without them each process compiles them all.
export PYTHONDONTWRITEBYTECODE :=

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
SAMPLE ?= yes
B := .venv/bin
CODE := crmservice employees customers knowledge assets contracts service_requests orders dispatch expenses reports tests manage.py vendor.py
IN_TEST := DJANGO_SETTINGS_MODULE=crmservice.test_settings
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))

# uv installs a set of hashed requirements in seconds; where it finds no registry, pip does it.
define install
	@test -x $(B)/python || $(PYTHON) -m venv .venv
	@echo "Installing $(1) ..."
	@$(B)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt && \
		$(B)/uv pip install -q --compile-bytecode --python $(B)/python --require-hashes -r $(1) || \
		$(B)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1)
endef

.PHONY: help
help: ## List these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

.PHONY: run
run: .venv/.base assets $(CATALOGUES) ## Start on this machine: http://127.0.0.1:8000 (PORT=, SAMPLE=no)
	@exec $(B)/python manage.py start --port $(PORT) --sample $(SAMPLE)

.PHONY: test
test: .venv/.dev assets $(CATALOGUES) ## Run all tests, on SQLite and, where it is named, on PostgreSQL with Redis
	@exec $(B)/python tests/suite.py $(ARGS)

.PHONY: test-long
test-long: .venv/.dev assets $(CATALOGUES) ## As test, with the tests that take minutes
	@TEST_LONG=yes exec $(B)/python tests/suite.py $(ARGS)

.PHONY: check
check: check-style check-templates check-floors check-types check-migrations check-deployment check-texts ## All that needs no test run: style, floors and rooms, types, settings

.PHONY: check-style check-templates check-floors check-types check-migrations check-deployment check-texts
check-style: .venv/.dev
	$(B)/ruff check --output-format concise $(CODE)
	$(B)/ruff format --check $(CODE)

check-templates: .venv/.dev
	$(B)/djade --check $$(git ls-files '*templates/*.html')
	$(B)/djangofmt --check templates

check-floors: .venv/.dev
	$(B)/lint-imports --no-logo

check-types: .venv/.dev
	$(B)/mypy

check-migrations: .venv/.dev
	$(IN_TEST) $(B)/python manage.py makemigrations --check --dry-run
	$(IN_TEST) $(B)/python manage.py check --fail-level WARNING

check-deployment: .venv/.dev
	CRMSERVICE_MODE=production ALLOWED_HOSTS=service.example REDIS_URL=redis://127.0.0.1/0 \
	DATABASE_URL=postgres://127.0.0.1/none \
	DJANGO_SECRET_KEY=$$($(B)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	$(B)/python manage.py check --deploy --fail-level WARNING

check-texts: .venv/.dev
	$(IN_TEST) $(B)/python manage.py messages --check

.PHONY: fix
fix: .venv/.dev ## Format and mend what the tools can mend
	$(B)/ruff check --fix $(CODE)
	$(B)/ruff format $(CODE)
	-$(B)/djade $$(git ls-files '*templates/*.html')
	$(B)/djangofmt templates

.PHONY: messages
messages: .venv/.dev ## Write new texts into locale/*.po
	$(B)/python manage.py messages
	@$(MAKE) catalogues

.PHONY: catalogues
catalogues: $(CATALOGUES)

.PHONY: seed
seed: .venv/.base $(CATALOGUES) ## Fill the database with SIZE requests (default 10000) to look at and to measure
	$(B)/python manage.py seed --requests $(or $(SIZE),10000)

.PHONY: bench
bench: .venv/.base assets $(CATALOGUES) ## Measure the queue, the request page, the searches and the reports
	$(B)/python bench/run.py

.PHONY: bench-timers
bench-timers: .venv/.dev ## Measure how late a breach is seen, on a copy of the database of make bench
	$(B)/python bench/timers.py

.PHONY: clean
clean: ## Remove everything that was installed, built or cached; var/ (the data) stays
	rm -rf .venv node_modules static/vendor staticfiles .mypy_cache .ruff_cache .pytest_cache
	rm -rf .import_linter_cache .hypothesis test-results .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -f $(CATALOGUES)

.PHONY: assets
assets: .venv/.base
	@$(B)/python vendor.py

.venv/.base: requirements/base.txt requirements/uv.txt
	$(call install,requirements/base.txt)
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.base
	$(call install,requirements/dev.txt)
	@touch $@

%.mo: %.po | .venv/.base
	@$(B)/python -c 'import sys, polib; polib.pofile(sys.argv[1]).save_as_mofile(sys.argv[2])' $< $@
