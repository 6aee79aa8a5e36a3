"""Airflow connections, as the library takes them: credentials, a libpq address, a database's URL."""

from __future__ import annotations

from typing import Any

from newsmarts.core.errors import UsageError

_LIBPQ_OPTIONS = frozenset(
    ("sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "target_session_attrs", "options")
)


def connection_of(connection_id: str) -> Any:
    """An Airflow connection. Raises UsageError when there is none with that id."""
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        return Connection.get(connection_id)
    except AirflowNotFoundException:
        raise UsageError(
            f"There is no Airflow connection {connection_id!r}. Make it under Admin → Connections."
        ) from None


def credential_of(connection_id: str) -> Any:
    """The user and password in an Airflow connection. Raises UsageError when there is none with that id."""
    from newsmarts.land.capture import Credential

    connection = connection_of(connection_id)
    return Credential(connection.login, connection.password)


def postgres_address_of(connection_id: str) -> str:
    """The database of an Airflow connection, for libpq. Raises UsageError when there is none with that id."""
    from psycopg import conninfo

    connection = connection_of(connection_id)
    # other extras may be meant for other users of the connection, such as Airflow's own hook
    extra = {name: value for name, value in connection.extra_dejson.items() if name in _LIBPQ_OPTIONS}
    return conninfo.make_conninfo(
        host=connection.host,
        port=connection.port,
        user=connection.login,
        password=connection.password,
        dbname=connection.schema,
        **extra,
    )


def database_url_of(connection_id: str | None) -> str:
    """Airflow's own database, as SQLAlchemy has it, from an Airflow connection.

    Raises UsageError when no id is set, there is no such connection, or it isn't to such a database.
    """
    from sqlalchemy import URL

    if connection_id is None:
        raise UsageError(
            "NEWS_AIRFLOW_HISTORY_KEPT_DAYS is set, but Airflow gives tasks no access to its database: "
            "set the id of a connection to it in NEWS_AIRFLOW_DB_CONN_ID."
        )
    connection = connection_of(connection_id)
    # without its provider Airflow keeps a connection of type sqlite as a generic one
    if connection.conn_type in {"sqlite", "generic"} and (connection.host or "").startswith("/"):
        # as in make run: a writer waits a minute for another one
        return f"sqlite:///{connection.host}?timeout=60"
    if connection.conn_type == "postgres" and connection.host and connection.schema:
        url = URL.create(
            "postgresql+psycopg2",
            username=connection.login,
            password=connection.password,
            host=connection.host,
            port=connection.port,
            database=connection.schema,
        )
        return url.render_as_string(hide_password=False)
    raise UsageError(
        f"The Airflow connection {connection_id!r} isn't to Airflow's database: make it of type Postgres "
        "with host and database, or of type Generic with the path of the SQLite file as host."
    )
