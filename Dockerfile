# One image for every Airflow component: Python, exactly requirements.txt, and this project, read-only.
ARG PYTHON_IMAGE
FROM ${PYTHON_IMAGE}

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    AIRFLOW_HOME=/opt/airflow \
    NEWS_HOME=/var/lib/news \
    PYTHONPATH=/opt/news:/opt/news/config

# Debian has a user and a group news of its own (9:9). The folders that volumes are mounted on belong to the
# user, or Docker would make them root's.
RUN groupadd --gid 50000 newsdesk \
 && useradd --uid 50000 --gid newsdesk --no-create-home --home-dir /opt/airflow --shell /usr/sbin/nologin newsdesk \
 && install --directory --owner newsdesk --group newsdesk /opt/airflow /var/log/airflow /var/tmp /var/lib/news /var/lib/news/marts

# requirements.txt is a full lock: --no-deps installs it and nothing else, and pip check says if it isn't whole.
# Removed: tests and headers of packages, a tenth of the image.
COPY requirements.txt /tmp/requirements.txt
RUN pip install --no-deps --require-hashes --requirement /tmp/requirements.txt && pip check && rm /tmp/requirements.txt \
 && cd "$(python -c 'import pandas, pathlib; print(pathlib.Path(pandas.__file__).parents[1])')" \
 && rm -rf pandas/tests pyarrow/tests pyarrow/include numpy/tests numpy/*/tests scipy/*/tests

WORKDIR /opt/news
COPY config config
COPY dags dags
COPY expectations expectations
COPY include include
COPY plugins plugins
COPY pyproject.toml pyproject.toml
COPY README.md README.md
COPY LICENSE LICENSE
# Installed from here, so that contracts and feeds are those of this folder; hatchling is in requirements.txt.
# Readable for the user whatever the umask of the checkout was: COPY keeps modes.
RUN chmod -R a+rX . \
 && pip install --no-deps --no-index --no-build-isolation --editable . \
 && python -m compileall -q include dags plugins config

USER newsdesk
CMD ["airflow", "version"]
