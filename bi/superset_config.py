"""Superset's settings, read by Superset in its own environment (local/bi.py and docker-compose.yml name
this file to it).

Here are only the settings that differ from Superset's own; the others are sane as they come: forms need a
CSRF token, HTML in Markdown is sanitised, templates in SQL are off, nobody registers himself.

Environment:
    NEWS_BI_FOLDER: Superset's folder, with secrets.json.
    NEWS_BI_MARTS: the published marts, ``<NEWS_HOME>/marts/current/news.duckdb``.
    NEWS_BI_MEMORY_LIMIT: DuckDB's memory limit (default: 1GB).
    NEWS_BI_SECRET_KEY: signs sessions (default: that of secrets.json).
    NEWS_BI_DATABASE_URL: Superset's own database (default: an SQLite file in its folder).
    NEWS_BI_BEHIND_TLS: ``True`` behind a proxy that speaks TLS: cookies travel over TLS only, and addresses
        and scheme are those of the proxy's headers.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

FOLDER = Path(os.environ["NEWS_BI_FOLDER"])
MARTS = Path(os.environ["NEWS_BI_MARTS"])
# What assets/databases/*.yaml call the marts, so that these files contain no local folder.
MARTS_IN_FILES = "/NEWS_HOME/marts/current/news.duckdb"
MEMORY_LIMIT = os.environ.get("NEWS_BI_MEMORY_LIMIT", "1GB")

APP_NAME = "News"
SECRET_KEY = (
    os.environ.get("NEWS_BI_SECRET_KEY") or json.loads((FOLDER / "secrets.json").read_bytes())["secret_key"]
)
SQLALCHEMY_DATABASE_URI = os.environ.get("NEWS_BI_DATABASE_URL", "")
if not SQLALCHEMY_DATABASE_URI:
    # a thread waits for another one's write, rather than answer "database is locked" after 5 s
    SQLALCHEMY_DATABASE_URI = f"sqlite:///{FOLDER / 'superset.db'}?timeout=60"
    SQLALCHEMY_ENGINE_OPTIONS = {"poolclass": NullPool}  # a connection is cheap, one left open is a lock

# Cookies of one host are shared by its ports, and Airflow's UI is on another port of this one.
SESSION_COOKIE_NAME = "news_bi_session"
BEHIND_TLS = os.environ.get("NEWS_BI_BEHIND_TLS", "").lower() in {"1", "true"}
SESSION_COOKIE_SECURE = BEHIND_TLS
ENABLE_PROXY_FIX = BEHIND_TLS

# Answers are not kept: the next query is to see the newest release.
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
_KEPT_IN_FILES = {
    "CACHE_TYPE": "FileSystemCache",
    "CACHE_DIR": str(FOLDER / "cache"),
    "CACHE_DEFAULT_TIMEOUT": 90 * 24 * 3600,
    "CACHE_THRESHOLD": 5000,
}
# which filters a link of a dashboard has set; in the database they would be a write for each click
FILTER_STATE_CACHE_CONFIG = {**_KEPT_IN_FILES, "CACHE_KEY_PREFIX": "filters_"}
EXPLORE_FORM_DATA_CACHE_CONFIG = {**_KEPT_IN_FILES, "CACHE_KEY_PREFIX": "explore_"}

# Superset's own policy, without the addresses of the web it lets pages load from: captured text that
# became markup in spite of all could not even load a picture from elsewhere.
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'", "data:"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,  # the loopback address, or a proxy's own business
    "session_cookie_secure": BEHIND_TLS,
}


def FLASK_APP_MUTATOR(app: Any) -> None:
    """What Superset has no setting for.

    The marts alone are listed among the schemas of a release, by the name that the datasets have. DuckDB has
    no rights by schema, and SQL Lab would offer the tables by which the pipeline works (meta), and five
    schemas of DuckDB's own, which are empty or its catalogue.

    Tooltips of charts are those of ECharts, which show text as text. Superset's own take it for HTML, of
    which they let harmless elements through: a headline would be bold, or a link.
    """
    for theme in ("THEME_DEFAULT", "THEME_DARK"):
        app.config[theme] = {**app.config[theme], "echartsOptionsOverrides": {"tooltip": {"formatter": None}}}
    from superset.db_engine_specs.duckdb import DuckDBEngineSpec

    DuckDBEngineSpec.get_schema_names = staticmethod(
        lambda inspector: marts_alone(inspector.get_schema_names())
    )


def marts_alone(schemas: list[str]) -> set[str]:
    """The schema of the marts where there is one; of another DuckDB file, all schemas."""
    return {"marts"} if any(name.rpartition(".")[2] == "marts" for name in schemas) else set(schemas)


def SQL_QUERY_MUTATOR(sql: str, *, database: Any, **_: object) -> str:
    """Order rows of a chart that are equal in its order by all their values.

    A chart of the 20 largest would otherwise show others at each reload, where several are as large as the
    last. What people write in SQL Lab stays as it is.
    """
    import sqlglot
    from flask import has_request_context, request
    from sqlglot import exp

    of_chart = has_request_context() and request.path.startswith("/api/v1/chart/")
    if not of_chart or database.backend != "duckdb":
        return sql
    query = sqlglot.parse_one(sql, dialect="duckdb")
    for select in query.find_all(exp.Select):
        if select.args.get("limit") and select.args.get("order"):
            places = range(1, len(select.selects) + 1)
            select.args["order"].expressions.extend(exp.Literal.number(place) for place in places)
    return str(query.sql(dialect="duckdb"))


def DB_CONNECTION_MUTATOR(
    uri: URL, params: dict[str, Any], _username: str | None, _security_manager: object, _source: object
) -> tuple[URL, dict[str, Any]]:
    """Open every DuckDB file read-only and locked down, and the marts in their newest release.

    Superset calls this before each query, so the link is followed each time. Connections of one process
    to one file must be configured alike (DuckDB refuses the second one otherwise), hence no user agent of
    Superset's, which differs between charts and SQL Lab.
    """
    if uri.get_backend_name() != "duckdb":
        return uri, params
    if not uri.database or uri.database.startswith(("md:", ":memory:")):
        raise ValueError("Name a DuckDB file: other databases can't be opened read-only.")
    named = MARTS if uri.database == MARTS_IN_FILES else Path(uri.database)
    try:
        path = named.resolve(strict=True)
    except FileNotFoundError:
        raise ValueError(
            f"Nothing is published at {named}. Run the pipeline (make run), then ask again."
        ) from None
    # Two instances of DuckDB that share such a folder crash: it is of this process and of this file.
    spill = FOLDER / "spill" / f"{os.getpid()}-{hashlib.sha256(os.fsencode(path)).hexdigest()[:16]}"
    config = {
        "enable_external_access": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": str(spill),
        "max_temp_directory_size": "10GB",
        "lock_configuration": "true",
    }
    connect_args = {"read_only": True, "config": config}
    return uri.set(database=str(path), query={}), {"poolclass": NullPool, "connect_args": connect_args}
