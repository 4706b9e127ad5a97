.POSIX:
SHELL = /bin/sh

VENV = .venv
PYTHON = $(VENV)/bin/python
PIP = $(PYTHON) -m pip install --disable-pip-version-check --no-input --quiet --require-hashes
COMPILE = uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet
PORT = 8000
NAME = rules
WORKERS = auto
ROUNDS = 500
SEED =
ROOMS = governance policies risk cases dashboards

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

install: python-packages node-packages ## Make .venv and node_modules (instant when they are up to date)

demo: install ## Start everything, load the demo marketplace once, print address and logins (PORT=8000)
	@$(PYTHON) manage.py demo --port $(PORT)

run: install ## Start everything on your own data (PORT=8000)
	@$(PYTHON) manage.py up --port $(PORT)

test: install dev-packages browser ## Install what tests need and run them all (WORKERS=auto, ARGS=…)
	@$(PYTHON) -m pytest -n $(WORKERS) $(ARGS)

check: install dev-packages browser lint types contracts migrations coverage ## Everything that CI asks for

lint: dev-packages ## Style, by ruff
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .

types: dev-packages ## Types, by mypy
	@$(PYTHON) -m mypy manage.py $(ROOMS)

contracts: dev-packages ## Which room may import which
	@$(VENV)/bin/lint-imports

migrations: dev-packages ## No model without its migration
	@$(PYTHON) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

coverage: install dev-packages browser ## All tests; at least 90 % covered, 100 % of domain and of the rule language
	@$(PYTHON) -m coverage erase
	@$(PYTHON) -m coverage run -m pytest -n $(WORKERS) $(ARGS)
	@$(PYTHON) -m coverage combine --quiet
	@$(PYTHON) -m coverage report --fail-under=90
	@$(PYTHON) -m coverage report --fail-under=100 --include='policies/rulelang/*'
	@$(PYTHON) -m coverage report --fail-under=100 --include='*/domain/*'

messages: install ## Make or renew the catalogue of a language for translators (L=de); needs GNU gettext
	@test -n "$(L)" || { echo "Name the language: make messages L=de"; exit 2; }
	@mkdir -p locale
	@$(PYTHON) -W ignore manage.py makemessages -l $(L) --no-location --ignore=.venv --ignore=node_modules --ignore=tests

analytics: python-packages ## Install the engines duckdb and postgres for `manage.py rules`
	@cmp -s requirements/analytics.txt $(VENV)/analytics.lock || { \
	  echo "Installing the analytics engines …" && \
	  $(PIP) -r requirements/analytics.txt && cp requirements/analytics.txt $(VENV)/analytics.lock; }

spark: analytics ## Install the engine spark, 400 MB; it needs Java 17
	@cmp -s requirements/spark.txt $(VENV)/spark.lock || { \
	  echo "Installing PySpark …" && \
	  $(PIP) -r requirements/spark.txt && cp requirements/spark.txt $(VENV)/spark.lock; }

fuzz: install dev-packages analytics ## Random rules through every engine until two differ (ROUNDS=500, SEED=any word)
	@$(PYTHON) -m tests.policies.rulelang.fuzz --rounds $(ROUNDS) --seed "$(SEED)"

bench: install bench-packages ## Measure (NAME=rules, ARGS=--markdown …)
	@$(PYTHON) manage.py bench $(NAME) $(ARGS)

screenshots: install dev-packages browser ## Make the pictures of the documentation anew
	@$(PYTHON) -m tests.browser.screenshots

lock: ## Pin the newest allowed versions with hashes; needs uv and npm
	$(COMPILE) --upgrade requirements/base.in -o requirements/base.txt
	$(COMPILE) --upgrade requirements/analytics.in -o requirements/analytics.txt
	$(COMPILE) --upgrade requirements/spark.in -o requirements/spark.txt
	$(COMPILE) --upgrade requirements/dev.in -o requirements/dev.txt
	$(COMPILE) --upgrade requirements/bench.in -o requirements/bench.txt
	$(COMPILE) --upgrade requirements/node.in -o requirements/node.txt
	npm install --package-lock-only --ignore-scripts --no-audit --no-fund

clean: ## Remove what install and tests made; data homes stay
	rm -rf $(VENV) node_modules staticfiles htmlcov .coverage .coverage.* .aedile
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each of these compares what is installed with the lock file, so the second call is instant and offline.

python-packages: venv
	@cmp -s requirements/base.txt $(VENV)/base.lock || { \
	  echo "Installing the Python packages …" && \
	  $(PIP) -r requirements/base.txt && cp requirements/base.txt $(VENV)/base.lock; }

dev-packages: python-packages
	@cmp -s requirements/dev.txt $(VENV)/dev.lock || { \
	  echo "Installing what the tests need …" && \
	  $(PIP) -r requirements/dev.txt && cp requirements/dev.txt $(VENV)/dev.lock; }

bench-packages: dev-packages
	@cmp -s requirements/bench.txt $(VENV)/bench.lock || { \
	  echo "Installing the engines to measure against …" && \
	  $(PIP) -r requirements/bench.txt && cp requirements/bench.txt $(VENV)/bench.lock; }

venv:
	@test -x $(PYTHON) && $(PYTHON) -m pip --version >/dev/null 2>&1 || { \
	  for name in python3 python3.13 python3.12 python3.11; do \
	    if $$name -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; \
	    then found=$$name; break; fi; \
	  done; \
	  if [ -z "$${found-}" ]; then \
	    echo "No Python 3.11, 3.12 or 3.13 with its venv module was found. Install one, then run make again." >&2; exit 1; \
	  fi; \
	  echo "Making $(VENV) with $$($$found --version) …" && $$found -m venv --clear $(VENV); }

node-packages: python-packages
	@cmp -s package-lock.json node_modules/.installed.lock || { \
	  PATH="$$PWD/$(VENV)/bin:$$PATH" && export PATH && \
	  if ! node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null || ! npm --version >/dev/null 2>&1; then \
	    echo "Installing Node.js into $(VENV) …" && $(PIP) -r requirements/node.txt; \
	  fi && \
	  echo "Installing the browser packages …" && \
	  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && \
	  cp package-lock.json node_modules/.installed.lock; }

browser: dev-packages
	@$(PYTHON) -m tests.browser.chromium >/dev/null || { \
	  echo "Looking for a browser for the tests …"; \
	  $(PYTHON) -m playwright install chromium || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -q && apt-get install -yq chromium; } || \
	  printf '\n%s\n%s\n\n' "*** NO BROWSER: the browser tests will be SKIPPED. ***" \
	    "*** Install Chromium or Chrome, or set AEDILE_CHROMIUM to its path. ***"; }

.PHONY: help install demo run test check lint types contracts migrations coverage messages analytics spark fuzz bench screenshots lock clean \
	python-packages dev-packages bench-packages venv node-packages browser
