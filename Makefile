# Each target sets up what it needs from nothing but Python 3.11 or later; stamps in .venv keep repeats quick.
PYTHON ?= python3
PORT ?= 8501
ACTIONS ?= 1000
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
BOTH := -n 2 --dist worksteal
# What waited for the browser in vain is tried once more, and named; a wrong value or a traceback is not.
AGAIN := --reruns 1 --only-rerun "Locator expected|Timeout [0-9]+ms exceeded" -rR
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# What Python compiled is kept, whatever the machine's environment says: tests start it hundreds of times.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run check test style night walk weights beside records bench screenshots format

run: .venv/ready-run
	$(BIN)/streamlit run app.py --server.address 127.0.0.1 --server.port $(PORT)

# On every save: style, types, and every quick test that needs no server and no browser.
check: .venv/ready-dev .venv/ready-node style
	$(PYTEST) $(BOTH) -m "not night and not served and not alone and not slow"

# All but the nights: on two processors what starts no server and no browser, then what does; last, one by one, what
# measures times or memory. Servers and browsers are as low as trainers here, or these would hardly come to their turn.
test: .venv/ready-dev .venv/ready-browser .venv/ready-node style
	$(PYTEST) $(BOTH) -m "not night and not alone and not served"
	nice -n 19 $(PYTEST) -n 2 --dist loadgroup $(AGAIN) -m "served and not alone and not night"
	$(PYTEST) -m "alone and not night" $$(grep -rl "mark.alone" tests --include="test_*.py")

style: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# A visitor who does everything at random: make walk ACTIONS=3000 SEED=7
walk: .venv/ready-dev
	$(BIN)/python -m tests.walk --actions $(ACTIONS) $(if $(SEED),--seed $(SEED))

# What is too long for every change.
night: .venv/ready-dev .venv/ready-browser
	$(PYTEST) -m night
	$(MAKE) walk ACTIONS=30000

# Vectors, the words that can be said, and every network that ships. Broken off and begun again it goes on where it was.
weights: .venv/ready-weights .venv/ready-vectors
	$(BIN)/python -m scripts.vectors
	$(BIN)/python -m scripts.vectors_ja
	$(BIN)/python -m scripts.words
	$(BIN)/python -m scripts.weights

# The networks that are only compared: wider windows, and as many units for all.
beside: .venv/ready-weights
	$(BIN)/python -m scripts.weights beside

# The recorded runs of the page Training.
records: .venv/ready-run
	$(BIN)/python -m scripts.records

bench: .venv/ready-dev .venv/ready-browser
	$(BIN)/python -m benchmarks

screenshots: .venv/ready-dev .venv/ready-browser
	$(BIN)/python -m scripts.screenshots

format: .venv/ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.venv/ready-run: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) -r $<
	touch $@

# Without what it asks for: only its file of vectors is read.
.venv/ready-vectors: requirements-vectors.txt .venv/ready-run
	$(PIP) --no-deps -r $<
	touch $@

.venv/ready-%: requirements-%.txt .venv/ready-run
	$(PIP) -r $<
	touch $@

.venv/ready-browser: scripts/chromium .venv/ready-run
	scripts/chromium
	touch $@

.venv/ready-node: scripts/node .venv/ready-run
	scripts/node
	touch $@
