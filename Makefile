# Two commands do all the set-up: `make run` and `make test`. They need Python 3.11+ and make, nothing else.
PYTHON ?= python3
PORT ?= 8501
# The day the bundled data were built on: they end with September 2026. Give ON=YYYY-MM-DD to build on another day.
ON ?= 2026-10-20

BIN := .venv/bin
SOURCES := $(shell find data schemas etl -type f -not -path '*/__pycache__/*' 2>/dev/null)
# A catalogue that was removed is built again.
ifeq ($(wildcard var/catalogue/catalogue.json),)
$(shell rm -f var/.built)
endif

.DEFAULT_GOAL := help
.PHONY: help run build test check format bench fuzz lock samples docs walk pictures words clean audit spark sbom wheel

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 10

run: var/.built ## build a release from data/, publish it to var/catalogue, show it on http://127.0.0.1:8501 (PORT= changes it)
	@echo "Dashboard   http://127.0.0.1:$(PORT)/"
	@echo "Catalogue   http://127.0.0.1:$(PORT)/catalogue/"
	@$(BIN)/daylight serve --catalogue var/catalogue --port $(PORT)

build: var/.built ## build and publish without serving
	@echo "The catalogue is up to date: var/catalogue"

var/.built: .venv/.run $(SOURCES)
	@mkdir -p var
	@id=$$($(BIN)/daylight build --submissions data --out var/releases --previous var/catalogue --on $(ON)) && \
	  $(BIN)/daylight publish var/releases/$$id --to local --catalogue var/catalogue --yes
	@touch $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Daylight needs Python 3.11 or newer; name one with PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python's venv is missing; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

.venv/.run: requirements/run.txt requirements/bootstrap.txt pyproject.toml | .venv/bin/python
	@echo "Installing (the first time takes a minute)"
	@.ci/install requirements/run.txt
	@touch $@

.venv/.test: requirements/test.txt requirements/bootstrap.txt pyproject.toml | .venv/bin/python
	@echo "Installing what the tests need"
	@.ci/install requirements/test.txt
	@touch $@ .venv/.run

test: .venv/.test ## run every test, the real browser included
	@.ci/browser
	@.ci/minisign
	@.ci/services
	@$(BIN)/python -m pytest -n auto --dist worksteal

check: .venv/.test ## format, lint, types, import contracts, docs up to date, fast tests
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache | tail -3
	@$(BIN)/python -m pytest -q -n auto --dist worksteal -m "not browser and not slow"

format: .venv/.test ## put the code in order
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --fix --quiet .

bench: .venv/.test var/.built ## the benchmarks, as ratios
	@$(BIN)/python benchmarks/start_up.py
	@$(BIN)/python benchmarks/build.py
	@$(BIN)/python benchmarks/peers.py
	@$(BIN)/python benchmarks/six_releases.py
	@$(BIN)/python benchmarks/disclosure.py --seeds 0-199 --quiet s2_12x6 s3_6x4x3 d3_6x4x3
	@$(BIN)/python benchmarks/many_releases.py
	@$(BIN)/python benchmarks/validation.py
	@$(BIN)/python -m benchmarks.scale
	@$(BIN)/python benchmarks/publish.py
	@$(BIN)/python benchmarks/socrata.py
	@$(BIN)/python benchmarks/dashboard.py
	@$(BIN)/python -m benchmarks.visitors
	@$(BIN)/python -m benchmarks.load

docs: .venv/.test ## write the generated pages again
	@$(BIN)/python -m docs.generate

walk: .venv/.test ## every page in every language, at two sizes, light and dark (make test takes some)
	@.ci/browser
	@$(BIN)/python -m pytest -q -n auto tests/browser/test_languages.py -m "walk or not walk"

pictures: .venv/.test ## take the pictures of the docs again, from a dashboard that is running (make run)
	@$(BIN)/python -m docs.pictures http://127.0.0.1:$(PORT)

words: .venv/.test ## bring the translations' catalogues up to date, say what they lack (LIST=1 names it)
	@$(BIN)/python -m docs.words $(if $(LIST),--list)

samples: .venv/.run ## make the public tables and the sample submissions again
	@$(BIN)/python data/prepare_public.py
	@$(BIN)/python data/generate_samples.py

lock: .venv/.test ## resolve the dependencies again, with hashes
	@.ci/lock

audit: ## look for known weaknesses of everything that is locked (asks the network)
	@PYTHON=$(PYTHON) .ci/audit weaknesses

spark: ## the engine Spark against a county's path, in an environment of its own (needs Java 17 or newer)
	@PYTHON=$(PYTHON) .ci/spark

sbom: ## the bill of materials (CycloneDX) and the licences of what is shipped, into var/supply-chain
	@PYTHON=$(PYTHON) .ci/audit materials

wheel: ## build the wheel twice, compare, and keep it in var/supply-chain
	@PYTHON=$(PYTHON) .ci/audit wheel

clean: ## remove what was built (var/) and installed (.venv/)
	@rm -rf var .venv

fuzz: .venv/.test ## feed damaged submissions to the reader and the checks (CASES=100000 for a long run)
	@$(BIN)/python benchmarks/fuzz.py --cases $(or $(CASES),2000)
