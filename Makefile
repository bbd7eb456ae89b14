# Two commands do everything: `make run` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV ?= .venv
PYTHON := $(VENV)/bin/python
MANAGE := $(PYTHON) manage.py
HOST ?= 127.0.0.1
PORT ?= 8000
DATA_DIR := $(or $(PROCTOR_DATA_DIR),var)
# Address of PyTorch's index of CPU-only builds, where it is reachable: a tenth of the download.
TORCH_INDEX ?=
# Two wait for browsers and running sites most of their time (tests/tracks.py), the others fill what is left of the cores.
TEST_PROCESSES ?= 3
PIP_INSTALL := $(PYTHON) -m pip install --disable-pip-version-check --quiet

.PHONY: help install run test test-postgres test-machines machines kills lint types format fuzz bench soak evaluate clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

$(VENV)/bin/python:
	@for python in $${PROCTOR_PYTHON:-} python3.12 python3.11 python3.10 python3 python; do \
	  if command -v "$$python" >/dev/null && "$$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null; then \
	    echo "Making $(VENV) with $$("$$python" --version)"; exec "$$python" -m venv "$(VENV)"; \
	  fi; \
	done; \
	echo "No Python 3.10, 3.11 or 3.12 with its venv module was found." >&2; \
	echo "Install one (Debian and Ubuntu: apt install python3 python3-venv) or name it: make PROCTOR_PYTHON=/path/to/python3.11 …" >&2; \
	exit 1

# The headless OpenCV is written last, over the other two wheels' files, so that cv2 needs no libGL.
$(VENV)/.installed: requirements.txt constraints.txt | $(VENV)/bin/python
	@echo "Installing the requirements (several minutes the first time)"
	@if [ -n "$(TORCH_INDEX)" ]; then $(PIP_INSTALL) --index-url "$(TORCH_INDEX)" "$$(grep -o '^torch==[0-9.]*' requirements.txt)"; fi
	@$(PIP_INSTALL) -r requirements.txt
	@$(PIP_INSTALL) --force-reinstall --no-deps "$$(grep -o '^opencv-python-headless==[0-9.]*' requirements.txt)"
	@$(PYTHON) -c 'import cv2, sys; gui = [l for l in cv2.getBuildInformation().splitlines() if "GUI:" in l]; sys.exit(None if "NONE" in "".join(gui) else "cv2 is not the headless build: remove $(VENV) and try again")'
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "Installing the test tools"
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@

$(VENV)/.installed-fuzz: requirements-fuzz.txt $(VENV)/.installed-dev
	@echo "Installing the fuzzer"
	@$(PIP_INSTALL) -r requirements-fuzz.txt
	@touch $@

install: $(VENV)/.installed ## the requirements alone, for a machine without its own demo site

run: $(VENV)/.installed ## install, migrate, prepare the models, make demo data once, serve on 127.0.0.1:8000
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) prepare_models
	@$(MANAGE) collectstatic --noinput --verbosity 0
	@if [ ! -e "$(DATA_DIR)/demo" ]; then $(MANAGE) demo_data && touch "$(DATA_DIR)/demo"; fi
	@exec $(MANAGE) serve --host $(HOST) --port $(PORT)

test: $(VENV)/.installed-dev ## every test, those in a real Chromium too
	@$(PYTHON) -m pytest --numprocesses $(TEST_PROCESSES)

test-postgres: $(VENV)/.installed-dev ## those that touch the database, on PostgreSQL (PROCTOR_DATABASE, or a server of their own)
	@$(PYTHON) -m tests.postgres --numprocesses $(TEST_PROCESSES)

test-machines: $(VENV)/.installed-dev ## the commands of docs/machines.md for real: Redis, PostgreSQL, two web processes, workers
	@$(PYTHON) -m tests.machines --candidates 20 --seconds 8

machines: $(VENV)/.installed-dev ## the same for longer, and a web process killed under the candidates
	@$(PYTHON) -m tests.machines --candidates 20 --seconds 30 --lose-one

kills: $(VENV)/.installed-dev ## an exam under which processes, Redis, PostgreSQL and connections are killed 100 times: is anything lost
	@$(PYTHON) -m tests.kills --kills 100 $(KILLS)

lint: $(VENV)/.installed-dev ## style and common mistakes
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(MANAGE) makemigrations --check --dry-run --verbosity 1

types: $(VENV)/.installed-dev ## type check
	@$(PYTHON) -m mypy .

format: $(VENV)/.installed-dev ## put the code into shape
	@$(PYTHON) -m ruff check --fix --quiet .
	@$(PYTHON) -m ruff format --quiet .

fuzz: $(VENV)/.installed-fuzz ## a million inputs nobody meant to send: frames, pictures, files, messages, requests
	@$(PYTHON) -m tests.fuzz $(FUZZ)

bench: $(VENV)/.installed-dev ## how many candidates this machine holds, and what each stage costs
	@$(MANAGE) bench $(BENCH)

soak: $(VENV)/.installed-dev ## 50 candidates for an hour, then thousands who come and go: nothing grows, nothing is left behind
	@$(MANAGE) soak $(SOAK)

evaluate: $(VENV)/.installed ## how often the detectors are right, on ../shared/data; writes docs/accuracy.md
	@$(MANAGE) evaluate all ../shared/data

clean: ## remove the virtual environment and caches; keeps the data in var/
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
