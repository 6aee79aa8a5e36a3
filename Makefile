# make run [INBOX=folder] [NEWS_HOME=folder] [PORT=number] [EXIT=1]
# make test | lint | lock | clean
# make bi [NEWS_HOME=folder] [PORT=number]           Superset on the published marts; make bi-export, see docs/superset.md
# make test-bi                                       installs and starts it, and looks at every chart
# make secrets                                       fills .env for docker compose, once; what .env has stays
# make faults [ARGS="-k disk_full"] [SEED=number]    breaks a home in many ways and writes docs/faults.md
# make backup DEST=folder [NEWS_HOME=folder]         also while the pipeline runs; make restore FROM=folder
# make upgrade-check [NEWS_HOME=folder] [DATABASE=address]   what a new version would do, tried on a copy
# make dictionary                                    docs/data-dictionary.md and .html, from marts and contracts
# make bench [ARGS="pages run airflow --quick"]   see docs/benchmarks.md
#
# .venv/.synced-run and .venv/.synced-dev say which lock file the virtual environment was last made to match.
# The development lock holds everything of the other one, so it satisfies both.

PYTHON ?= python3
UV_VERSION := 0.13.9
PY := .venv/bin/python
# Left to the first import, compiling is done again by each process that may not write it down
# (PYTHONDONTWRITEBYTECODE): Airflow and Great Expectations take 9 s to load then, and 4 s compiled.
# pip compiles as well; it is slower, and knows a mirror that is set up for pip only.
sync = { $(PY) -m uv pip sync --quiet --compile-bytecode --python $(PY) $1 || $(PY) -m pip install --quiet -r $1; } \
  && $(PY) -m uv pip install --quiet --python $(PY) --no-deps --editable .
# Each task of Airflow is a process that imports the project. Only speed is concerned: what can't be compiled
# is told where it is imported.
compile = $(PY) -m compileall -qq include dags plugins config local || true
# a variable of the command line; PORT and the like may stand in the environment for other programs
given = $(if $(filter command,$(origin $1)),$($1))

.DELETE_ON_ERROR:
.PHONY: run test faults secrets backup restore upgrade-check bi bi-export test-bi bench dictionary lint lock clean help

run: .venv/.synced-run
	@$(compile)
	@exec $(PY) -m local.run_local \
	  $(if $(call given,INBOX),--inbox "$(INBOX)") $(if $(call given,NEWS_HOME),--home "$(NEWS_HOME)") \
	  $(if $(call given,PORT),--port "$(PORT)") $(if $(call given,EXIT),--exit)

# for two cores: workers that start Airflow wait for it, and three of them leave the cores idle for a seventh
# of the time
test: .venv/.synced-dev
	@$(compile)
	@exec $(PY) -m pytest -n 4 --dist loadgroup $(ARGS)

# only a run of all cases writes the page
faults: .venv/.synced-dev
	@FAULTS_SEED="$(or $(call given,SEED),1)" FAULTS_REPORT="$(if $(call given,ARGS),,docs/faults.md)" \
	  exec $(PY) -m pytest tests/faults -m "faults or not faults" -n 2 --dist loadgroup $(ARGS)

bi: .venv/.synced-run
	@exec $(PY) -m local.bi $(if $(call given,NEWS_HOME),--home "$(NEWS_HOME)") $(if $(call given,PORT),--port "$(PORT)")

bi-export: .venv/.synced-run
	@exec $(PY) -m local.bi --export $(if $(call given,NEWS_HOME),--home "$(NEWS_HOME)")

test-bi: .venv/.synced-dev
	@TEST_SUPERSET=1 exec $(PY) -m pytest tests/bi $(ARGS)

secrets:
	@$(PYTHON) local/make_secrets.py

backup: .venv/.synced-run
	@[ -n "$(call given,DEST)" ] || { echo "error: Say where to: make backup DEST=folder" >&2; exit 2; }
	@exec $(PY) -m local.backup backup --to "$(DEST)" $(if $(call given,NEWS_HOME),--home "$(NEWS_HOME)")

restore: .venv/.synced-run
	@[ -n "$(call given,FROM)" ] || { echo "error: Say what to restore: make restore FROM=folder" >&2; exit 2; }
	@exec $(PY) -m local.backup restore --from "$(FROM)" $(if $(call given,NEWS_HOME),--home "$(NEWS_HOME)")

upgrade-check: .venv/.synced-run
	@exec $(PY) -m local.upgrade_check \
	  $(if $(call given,NEWS_HOME),--home "$(NEWS_HOME)") $(if $(call given,DATABASE),--database "$(DATABASE)")

bench: .venv/.synced-run
	@exec $(PY) -m bench $(ARGS)

dictionary: .venv/.synced-run
	@exec $(PY) -m newsmarts dictionary

lint: .venv/.synced-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

# what the environment holds changes only with the lock files: run this after an edit of a .in file, then make test
lock: .venv/.uv
	$(PY) -m uv pip compile -q requirements.in -o requirements.txt --python-version 3.11 --universal --no-header
	$(PY) -m uv pip compile -q requirements-dev.in -o requirements-dev.txt --python-version 3.11 --universal --no-header
	$(PY) -m uv pip compile -q bi/requirements.in -o bi/requirements.txt --python-version 3.11 --universal --no-header

# data/ stays: it holds your captures and marts; so does .bi, which holds your own dashboards
clean:
	rm -rf .venv .bi/env .airflow .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

.venv/.synced-run: .venv/.uv requirements.txt pyproject.toml
	@echo "Installing the pinned dependencies …"
	@if [ -e .venv/.synced-dev ]; then $(call sync,requirements-dev.txt); else $(call sync,requirements.txt); fi
	@touch $@

.venv/.synced-dev: .venv/.uv requirements-dev.txt pyproject.toml
	@echo "Installing the pinned dependencies, with those of development …"
	@$(call sync,requirements-dev.txt)
	@touch .venv/.synced-run $@

.venv/.uv: Makefile
	@command -v $(PYTHON) >/dev/null || { \
	  echo "error: There is no $(PYTHON). Install Python 3.11 or newer, or name one: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: $$($(PYTHON) --version) is too old: 3.11 or newer is needed. Name one: make PYTHON=python3.12 …" >&2; exit 1; }
	@[ -x $(PY) ] && $(PY) -m pip --version >/dev/null 2>&1 || { \
	  echo "Making a virtual environment in .venv …"; rm -rf .venv; $(PYTHON) -m venv .venv || { \
	  rm -rf .venv; echo "error: $(PYTHON) can't make a virtual environment (on Debian: apt install python3-venv)." >&2; exit 1; }; }
	@$(PY) -m pip install -qq --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@
