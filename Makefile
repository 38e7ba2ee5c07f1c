# Two commands matter: `make run` (everything up, demo shop, no account) and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
export RASA_TELEMETRY_ENABLED := false
export OMP_NUM_THREADS := 1

.PHONY: help setup run test check fix train index seed bench clean

help: ## What there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: ## The environment .venv (made once, then reused)
	@if [ -z "$(PYTHON)" ]; then echo "seva: Python 3.11 is needed and there is no python3 here. Install it first." >&2; exit 1; fi
	@$(PYTHON) scripts/bootstrap.py

run: setup ## Everything up with the demo shop; Ctrl-C ends it
	@exec $(BIN)/seva up --demo

test: setup ## All tests
	@bash scripts/test.sh

check: setup ## Formatting, linting, types
	$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy bot actions knowledge tests

fix: setup ## Formats and mends what can be mended by machine
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

train: setup ## The Rasa model
	$(BIN)/seva train

index: setup ## The FAQ index
	$(BIN)/seva faq index

seed: setup ## The demo shop
	$(BIN)/seva shop import --demo

bench: setup ## Speed side by side with vanilla Rasa (about 5 minutes)
	$(BIN)/python benchmarks/compare.py

clean: ## Removes what was made: environment, data, models
	rm -rf .venv var models .rasa *.egg-info
