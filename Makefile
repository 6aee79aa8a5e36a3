# make run [INBOX=folder] [NEWS_HOME=folder] [PORT=number] [EXIT=1]
# make airflow ARGS="dags list" [NEWS_HOME=folder]   a command of Airflow's own command line, in the Airflow of make run
# make test | test-all                               the fast tests; all of them, with real servers and a browser
# make lint | lock | build | clean
# make bi [NEWS_HOME=folder] [PORT=number]           Superset on the published marts; make bi-export, see docs/superset.md
# make test-bi                                       installs and starts it, and looks at every chart
# make secrets                                       fills .env for docker compose; existing values stay
# make upgrade                                       the containers to the version that is checked out, backups first
# make pin-images                                    pins the base images by the content that their tags have now
# make test-containers [ARGS="-k backfill"]          builds the images and starts docker-compose.yml; needs or brings Docker
# make faults [ARGS="-k disk_full"] [SEED=number]    breaks a home in many ways and writes docs/faults.md
# make backup DEST=folder [NEWS_HOME=folder]         also while the pipeline runs; make restore FROM=folder
# make upgrade-check [NEWS_HOME=folder]              which days and marts a new version would rebuild
# make dictionary                                    docs/data-dictionary.md and bi/assets/datasets, from marts and contracts
# make bench [ARGS="pages pipeline airflow --quick"] see docs/benchmarks.md
#
# .venv/.synced-run and .venv/.synced-dev are as old as the last installation of what uv.lock names: what runs the
# project, and that with the tools of development.

PYTHON ?= python3
UV_VERSION := 0.13.9
PY := .venv/bin/python
UV := UV_PROJECT_ENVIRONMENT=.venv $(PY) -m uv
# The lock names the public index, whatever mirror uv is set up for.
LOCKED_INDEX := --default-index https://pypi.org/simple
RUN_PACKAGES := --no-default-groups --group local --extra airflow
DEV_PACKAGES := --extra airflow --extra celery
IMAGE_PACKAGES := $(RUN_PACKAGES) --extra celery --group build
export_lock = $(UV) export --quiet --frozen $1 --no-emit-project --no-header
# Bytecode is compiled once, here: a process that may not write it down (PYTHONDONTWRITEBYTECODE) compiles again
# whatever it imports; Airflow and Great Expectations take 9 s to load then, and 4 s compiled.
# Where uv can't reach the public index, a mirror that uv or pip is set up for has the same files, by their hashes.
install = $(UV) sync --quiet --locked --compile-bytecode $(LOCKED_INDEX) $1 || { \
  echo "uv sync failed, see above. Installing the same versions through the mirror that uv or pip is set up for …" \
  && $(call export_lock,$1) > .venv/requirements.txt \
  && { $(UV) pip sync --quiet --require-hashes --compile-bytecode --python $(PY) .venv/requirements.txt \
    || $(PY) -m pip install --quiet --require-hashes --requirement .venv/requirements.txt; } \
  && $(PY) -m pip install --quiet --no-deps --editable .; }
# Each task of Airflow is a process that imports the project. This is for speed only: what can't be compiled is
# reported where it is imported.
compile = $(PY) -m compileall -qq include dags plugins config local || true
# a variable of the command line; in the environment PORT and the like may be meant for other programs
given = $(if $(filter command,$(origin $1)),$($1))
ignored = $(foreach name,$1,$(if $(filter environment,$(origin $(name))), \
  echo "note: $(name) of the environment isn't used; write it behind: make $@ $(name)=…" >&2;))
# more examples than in the fast suite take more CPU time than its budget
thorough := --hypothesis-profile=thorough --cpu-budget=0

.DELETE_ON_ERROR:
.PHONY: run airflow test test-all test-slow test-containers faults secrets upgrade pin-images backup restore upgrade-check bi bi-export test-bi bench dictionary lint lock \
  build clean help

run: .venv/.synced-run
	@$(call ignored,INBOX PORT EXIT) $(compile)
	@exec $(PY) -m local.run_local \
	  $(if $(call given,INBOX),--inbox "$(INBOX)") $(if $(call given,NEWS_HOME),--home "$(NEWS_HOME)") \
	  $(if $(call given,PORT),--port "$(PORT)") $(if $(call given,EXIT),--exit)

airflow: .venv/.synced-run
	@exec $(PY) -m local.airflow_command $(if $(call given,NEWS_HOME),--home "$(NEWS_HOME)") $(ARGS)

# for two cores: workers that start Airflow wait for it, and three of them leave the cores idle for a seventh
# of the time
test: .venv/.synced-dev
	@$(compile)
	@exec $(PY) -m pytest -n 4 --dist loadgroup -m "not slow and not integration and not faults" $(ARGS)

test-all: .venv/.synced-all
	@$(compile)
	@exec $(PY) -m pytest -n 4 --dist loadgroup $(thorough) -m "not faults" $(ARGS)

# what test-all runs besides test: slow tests, real servers, and properties with more examples
test-slow: .venv/.synced-all
	@$(compile)
	@exec $(PY) -m pytest -n 4 --dist loadgroup $(thorough) \
	  -m "(slow or integration or hypothesis) and not faults" $(ARGS)

# only a run of all cases writes the page
faults: .venv/.synced-dev
	@FAULTS_SEED="$(or $(call given,SEED),1)" FAULTS_REPORT="$(if $(call given,ARGS),,docs/faults.md)" \
	  exec $(PY) -m pytest tests/faults -m "faults or not faults" -n 2 --dist loadgroup $(ARGS)

bi: .venv/.synced-run
	@exec $(PY) -m local.bi $(if $(call given,NEWS_HOME),--home "$(NEWS_HOME)") $(if $(call given,PORT),--port "$(PORT)")

bi-export: .venv/.synced-run
	@exec $(PY) -m local.bi --export $(if $(call given,NEWS_HOME),--home "$(NEWS_HOME)")

test-bi: .venv/.synced-dev
	@TEST_SUPERSET=1 exec $(PY) -m pytest tests/bi -m "not faults" $(ARGS)

# its tests are the stages of one stack, in this order: those after a failure would say nothing
test-containers: .venv/.synced-dev
	@TEST_CONTAINERS=1 exec $(PY) -m pytest tests/containers -m "not faults" --exitfirst --verbose -s $(ARGS)

secrets:
	@$(PYTHON) local/make_secrets.py

upgrade:
	@PYTHON="$(PYTHON)" exec deploy/upgrade.sh

pin-images:
	@$(PYTHON) deploy/pin_images.py

backup: .venv/.synced-run
	@[ -n "$(call given,DEST)" ] || { echo "error: Say where to: make backup DEST=folder" >&2; exit 2; }
	@exec $(PY) -m local.backup backup --to "$(DEST)" $(if $(call given,NEWS_HOME),--home "$(NEWS_HOME)")

restore: .venv/.synced-run
	@[ -n "$(call given,FROM)" ] || { echo "error: Say what to restore: make restore FROM=folder" >&2; exit 2; }
	@exec $(PY) -m local.backup restore --from "$(FROM)" $(if $(call given,NEWS_HOME),--home "$(NEWS_HOME)")

upgrade-check: .venv/.synced-run
	@exec $(PY) -m newsmarts upgrade-check $(if $(call given,NEWS_HOME),--home "$(NEWS_HOME)")

bench: .venv/.synced-dev
	@exec $(PY) -m bench $(ARGS)

dictionary: .venv/.synced-run
	@$(PY) -m newsmarts dictionary
	@exec $(PY) -m local.bi_datasets

lint: .venv/.synced-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	@$(UV) lock --quiet --check $(LOCKED_INDEX) || { \
	  echo "error: uv.lock does not match pyproject.toml. Run: make lock" >&2; exit 1; }
	@$(call export_lock,$(IMAGE_PACKAGES)) | diff -u requirements.txt - >&2 || { \
	  echo "error: requirements.txt does not match uv.lock. Run: make lock" >&2; exit 1; }

# for a change of dependencies in pyproject.toml; ARGS=--upgrade takes the newest versions. Then make test-all.
lock: .venv/.uv
	$(UV) lock $(LOCKED_INDEX) $(ARGS)
	$(call export_lock,$(IMAGE_PACKAGES)) > requirements.txt
	$(UV) pip compile -q bi/requirements.in -o bi/requirements.txt --python-version 3.11 --universal --no-header \
	  --generate-hashes

# dist/: the wheel and the sdist
build: .venv/.uv
	$(UV) build --quiet --out-dir dist

# data/ stays: it holds your captures and marts; so does .bi, which holds your own dashboards
clean:
	rm -rf .venv .bi/env .airflow dist .mypy_cache .ruff_cache .import_linter_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

.venv/.synced-run: .venv/.uv uv.lock pyproject.toml
	@echo "Installing the locked dependencies …"
	@if [ -e .venv/.synced-dev ]; then $(call install,$(DEV_PACKAGES)); else $(call install,$(RUN_PACKAGES)); fi
	@touch $@

.venv/.synced-dev: .venv/.uv uv.lock pyproject.toml
	@echo "Installing the locked dependencies, with the tools of development …"
	@$(call install,$(DEV_PACKAGES))
	@touch .venv/.synced-run $@

# pyspark is half a gigabyte, and of no use without Java: the tests that need it are skipped then
.venv/.synced-all: .venv/.synced-dev
	@if command -v java >/dev/null; then echo "Installing Spark, for its tests …"; \
	  $(call install,$(DEV_PACKAGES) --extra spark); fi
	@touch $@

.venv/.uv: Makefile
	@command -v $(PYTHON) >/dev/null || { \
	  echo "error: $(PYTHON) is not installed. Install Python 3.11 or newer, or name one: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: $$($(PYTHON) --version) is too old: 3.11 or newer is needed. Name one: make PYTHON=python3.12 …" >&2; exit 1; }
	@[ -x $(PY) ] && $(PY) -m pip --version >/dev/null 2>&1 || { \
	  echo "Making a virtual environment in .venv …"; rm -rf .venv; $(PYTHON) -m venv .venv || { \
	  rm -rf .venv; echo "error: $(PYTHON) can't make a virtual environment (on Debian: apt install python3-venv)." >&2; exit 1; }; }
	@$(PY) -m pip install -qq --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@
