"""The copy in a real PostgreSQL: what it holds, who may read it, and what they see as it is replaced."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors

from newsmarts.cli.main import main
from newsmarts.core.errors import DatabaseUnavailable, NewsError, SettingsError, UsageError
from newsmarts.core.settings import PROJECT_ROOT, Settings, load_settings
from newsmarts.export import postgres_schema
from newsmarts.export.postgres import copy_to_postgres
from newsmarts.marts import catalogue
from tests.export.marts import ALL_TYPES, HOSTILE, settings_for, thing
from tests.postgres_server import OWNER_PASSWORD, Server
from tests.release_files import Table, make_release

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]

TRICKY = [HOSTILE, "", None, "\\.", "x\n\\.\ny", "\\N", "NULL", "\ta\\tb", '"', "a\0b"]
NUMBERS = {"n": "BIGINT"}


@pytest.fixture
def url(postgres: Server, request: pytest.FixtureRequest) -> str:
    """A new database."""
    return postgres.database(f"news_{abs(hash(request.node.name)) % 10**12}")


@pytest.fixture
def settings(tmp_path: Path, url: str) -> Settings:
    """Settings that name the database."""
    settings = settings_for(tmp_path, things=["id"])
    return settings.model_copy(update={"postgres_url": load_settings(postgres_url=url).postgres_url})


def fetch(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.execute(query).fetchall()


def release(home: Path, number: int, rows: int = 1) -> None:
    """A release whose marts a and b hold its number in every row."""
    table = Table(NUMBERS, f"SELECT {number} FROM range({rows})")
    make_release(home, number, {"a": table, "b": table})


def test_every_type_and_text_arrives(settings: Settings, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mart = dataclasses.replace(catalogue.marts()[0], name="things", month_of="seen_date")
    monkeypatch.setattr("newsmarts.export.source.catalogue.marts", lambda: (mart,))
    rows = [thing(f"{number:02d}", text=text) for number, text in enumerate(TRICKY)]
    made = make_release(
        settings.home,
        1,
        {"things": Table.of(ALL_TYPES, *rows, thing("z", None, None)), "none": Table.of(NUMBERS)},
    )
    result = copy_to_postgres(settings)
    assert (result.release_id, result.copied, result.rows) == (
        made.release_id,
        True,
        {"none": 0, "things": 11},
    )

    found = fetch(url, "SELECT * FROM marts.things ORDER BY id")
    # U+0000 is the one character that PostgreSQL can't hold
    assert [row[2] for row in found] == [*TRICKY[:-1], "ab", None]
    assert found[0] == (
        "00",
        date(2025, 8, 25),
        HOSTILE,
        -7,
        0.25,
        True,
        datetime(2025, 8, 25, 9, 30, 0, 1, tzinfo=UTC),
        datetime(2025, 8, 25, 12, 30),
    )
    assert found[-1] == ("z", *[None] * 7)
    assert fetch(url, "SELECT count(*) FROM marts.none") == [(0,)]
    columns = fetch(
        url,
        "SELECT column_name, data_type, col_description('marts.things'::regclass, ordinal_position) "
        "FROM information_schema.columns WHERE table_name = 'things' ORDER BY ordinal_position",
    )
    assert [(name, kind) for name, kind, _ in columns] == [
        ("id", "text"),
        ("seen_date", "date"),
        ("text", "text"),
        ("count", "bigint"),
        ("share", "double precision"),
        ("is_new", "boolean"),
        ("seen_at", "timestamp with time zone"),
        ("seen_local", "timestamp without time zone"),
    ]
    assert columns[0][2] == "What id means; it's {ever} so <plain>."
    assert fetch(url, "SELECT obj_description('marts.things'::regclass)") == [("Rows of a test.",)]
    comment = fetch(url, "SELECT obj_description('marts'::regnamespace)")[0][0]
    assert comment.startswith(f"News marts: a copy of release {made.release_id}, replaced whole by the next.")
    indexes = fetch(url, "SELECT indexdef FROM pg_indexes WHERE tablename = 'things' ORDER BY indexname")
    assert [text.partition("(")[2] for (text,) in indexes] == ["id)", "seen_date)"]
    # every row is visible at once, also to transactions that began before
    assert fetch(url, "SELECT relpages > 0, reltuples FROM pg_class WHERE relname = 'things'") == [(True, 11)]


def test_a_release_that_is_there_is_not_copied_again(settings: Settings, url: str) -> None:
    release(settings.home, 1)
    release(settings.home, 2)
    assert copy_to_postgres(settings).copied
    before = fetch(url, "SELECT 'marts.a'::regclass::oid")
    assert not copy_to_postgres(settings).copied
    assert fetch(url, "SELECT 'marts.a'::regclass::oid") == before
    assert copy_to_postgres(settings, force=True).copied
    assert fetch(url, "SELECT 'marts.a'::regclass::oid") != before
    assert copy_to_postgres(settings, as_of="1").copied
    assert fetch(url, "SELECT n FROM marts.a") == [(1,)]


def test_marts_come_and_go_with_releases(settings: Settings, url: str) -> None:
    make_release(settings.home, 1, {"a": Table.of(NUMBERS, (1,)), "old": Table.of(NUMBERS)})
    make_release(settings.home, 2, {"a": Table.of({"n": "VARCHAR"}, ("x",)), "new": Table.of(NUMBERS)})
    copy_to_postgres(settings, as_of="1")
    copy_to_postgres(settings)
    assert fetch(url, "SELECT tablename FROM pg_tables WHERE schemaname LIKE 'marts%' ORDER BY 1") == [
        ("a",),
        ("new",),
    ]
    assert fetch(url, "SELECT n FROM marts.a") == [("x",)]


def test_the_reader_s_role_may_read_and_no_more(settings: Settings, postgres: Server, url: str) -> None:
    postgres.role("bi_reader", "reads")
    reader = url.replace(postgres.url("", "news").partition("@")[0], "postgresql://bi_reader:reads")
    allowed = settings.model_copy(update={"postgres_reader_role": "bi_reader"})
    for number in (1, 2):
        release(settings.home, number)
        copy_to_postgres(allowed)
        assert fetch(reader, "SELECT n FROM marts.a") == [(number,)]
    for statement in (
        "INSERT INTO marts.a VALUES (1)",
        "DROP TABLE marts.a",
        "CREATE TABLE marts.mine ()",
        "TRUNCATE marts.b",
    ):
        with pytest.raises((errors.InsufficientPrivilege, errors.UndefinedTable)):
            fetch(reader, statement)
    copy_to_postgres(settings, force=True)  # without the setting no other role can read
    with pytest.raises(errors.InsufficientPrivilege):
        fetch(reader, "SELECT n FROM marts.a")
    missing = settings.model_copy(update={"postgres_reader_role": "no_such_role"})
    with pytest.raises(SettingsError, match="has no role 'no_such_role'"):
        copy_to_postgres(missing, force=True)


def test_readers_always_see_one_whole_release(settings: Settings, url: str) -> None:
    home = settings.home
    for number in range(1, 13):
        release(home, number, rows=500)
    copy_to_postgres(settings, as_of="1")
    stop, faults = threading.Event(), []
    query = (
        "SELECT (SELECT min(n) FROM marts.a), (SELECT max(n) FROM marts.b), "
        "(SELECT count(*) FROM marts.a), (SELECT count(*) FROM marts.b)"
    )

    def read(_: int) -> int:
        seen = set()
        with psycopg.connect(url, autocommit=True) as connection:
            while not stop.is_set():
                try:
                    row = connection.execute(query).fetchone()
                except psycopg.Error as error:
                    faults.append(str(error))
                    return 0
                if row is None or row[0] != row[1] or row[2:] != (500, 500):
                    faults.append(str(row))
                    return 0
                seen.add(row[0])
        return len(seen)

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read, number) for number in range(4)]
        try:
            for number in range(2, 13):
                assert copy_to_postgres(settings, as_of=str(number)).copied
        finally:
            stop.set()
        counts = [reader.result() for reader in readers]
    assert faults == []
    assert max(counts) > 3  # they did read meanwhile


WAITING = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'news marts' AND query LIKE 'ROLLBACK TO%'"


@pytest.fixture
def held(settings: Settings, url: str) -> Iterator[psycopg.Connection[Any]]:
    """A session that has begun to read release 1, in a transaction that sees what was there at its start."""
    release(settings.home, 1)
    release(settings.home, 2)
    copy_to_postgres(settings, as_of="1")
    with psycopg.connect(url, application_name="dashboard") as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        yield connection


def test_a_copy_waits_for_readers_and_no_reader_waits_for_it(
    settings: Settings, url: str, held: psycopg.Connection[Any]
) -> None:
    assert held.execute("SELECT n FROM marts.a").fetchall() == [(1,)]
    with ThreadPoolExecutor(1) as pool:
        copying = pool.submit(copy_to_postgres, settings)
        while not fetch(url, WAITING):
            assert not copying.done()
        # the copy is made and waits: old and new readers go on
        assert held.execute("SELECT n FROM marts.b").fetchall() == [(1,)]
        assert fetch(url, "SELECT n FROM marts.b") == [(1,)]
        held.commit()
        assert copying.result(timeout=60).copied
    assert held.execute("SELECT n FROM marts.b").fetchall() == [(2,)]


def test_a_transaction_from_before_the_swap_sees_no_empty_table(
    settings: Settings, held: psycopg.Connection[Any]
) -> None:
    held.execute("SELECT count(*) FROM pg_class").fetchone()  # fixes what it sees
    copy_to_postgres(settings)
    assert held.execute("SELECT n FROM marts.a").fetchall() == [(2,)]


def test_a_reader_that_never_ends_keeps_the_old_copy(
    settings: Settings, url: str, held: psycopg.Connection[Any]
) -> None:
    held.execute("SELECT n FROM marts.a").fetchall()
    impatient = settings.model_copy(update={"lock_timeout_seconds": 0.5})
    with pytest.raises(DatabaseUnavailable, match=r"for more than 0\.5 s \(process \d+ dashboard\)"):
        copy_to_postgres(impatient)
    assert fetch(url, "SELECT n FROM marts.a") == [(1,)]
    assert fetch(url, "SELECT 1 FROM pg_namespace WHERE nspname = 'marts_incoming'") == []


def test_one_copy_at_a_time(settings: Settings, url: str) -> None:
    release(settings.home, 1)
    with psycopg.connect(url) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtext('news marts marts'))")
        with pytest.raises(DatabaseUnavailable, match="under way"):
            copy_to_postgres(settings)
    assert copy_to_postgres(settings).copied


def test_what_is_not_ours_is_never_replaced(settings: Settings, url: str) -> None:
    release(settings.home, 1)
    release(settings.home, 2)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE SCHEMA marts")
        connection.execute("CREATE TABLE marts.a (mine text)")
    with pytest.raises(NewsError, match="tables that aren't the marts': a"):
        copy_to_postgres(settings)
    with psycopg.connect(url) as connection:
        connection.execute("DROP TABLE marts.a")
    copy_to_postgres(settings, as_of="1")  # an empty schema may be replaced
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE marts.mine (a text)")
    with pytest.raises(NewsError, match="tables that aren't the marts': mine"):
        copy_to_postgres(settings)
    with psycopg.connect(url) as connection:
        connection.execute("DROP TABLE marts.mine")
        connection.execute("CREATE SCHEMA boards")
        connection.execute("CREATE VIEW boards.seen AS SELECT n FROM marts.a")
    with pytest.raises(NewsError, match=r"depends on it: view boards\.seen depends on table marts\.a"):
        copy_to_postgres(settings)
    with psycopg.connect(url) as connection:
        connection.execute("DROP VIEW boards.seen")
        connection.execute("CREATE FUNCTION marts.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    with pytest.raises(NewsError, match=r"something depends on it: function marts\.mine\(\)"):
        copy_to_postgres(settings)
    assert fetch(url, "SELECT n FROM marts.a") == [(1,)]


def test_other_schema_other_copy(settings: Settings, url: str) -> None:
    release(settings.home, 1)
    release(settings.home, 2)
    copy_to_postgres(settings, as_of="1")
    copy_to_postgres(settings.model_copy(update={"postgres_schema": "tried"}))
    assert fetch(url, "SELECT (SELECT n FROM marts.a), (SELECT n FROM tried.a)") == [(1, 2)]


KILLED = """
import os, sys
from pathlib import Path
from newsmarts.export import postgres, postgres_schema
from newsmarts.core.settings import load_settings

def die(*_, **__):
    os.kill(os.getpid(), 9)

point = sys.argv[3]
if point == "copying":
    postgres.line_bytes = lambda rows: (die() if number else b"7\\n" for number in range(2))
elif point == "copied":
    postgres_schema.lock = die
elif point == "swapped":
    postgres_schema.grant = die
postgres.copy_to_postgres(
    load_settings(home=Path(sys.argv[1]), postgres_url=sys.argv[2], postgres_reader_role="pg_monitor")
)
"""


@pytest.mark.parametrize("point", ["copying", "copied", "swapped"])
def test_a_killed_copy_leaves_nothing(settings: Settings, url: str, point: str) -> None:
    release(settings.home, 1)
    release(settings.home, 2)
    copy_to_postgres(settings, as_of="1")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(settings.home), url, point],
        cwd=PROJECT_ROOT,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        check=False,
    )
    assert killed.returncode == -9
    assert fetch(url, "SELECT n FROM marts.a") == [(1,)]
    assert copy_to_postgres(settings).copied
    assert fetch(url, "SELECT n FROM marts.a") == [(2,)]
    assert fetch(url, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'marts%'") == [("marts",)]


def test_a_row_that_the_database_refuses_leaves_the_old_copy(settings: Settings, url: str) -> None:
    columns = {"id": "VARCHAR", "day": "DATE"}
    make_release(settings.home, 1, {"things": Table.of(columns, ("a", "2025-08-25"))})
    make_release(settings.home, 2, {"things": Table.of(columns, ("b", "5880000-01-01"))})
    copy_to_postgres(settings, as_of="1")
    with pytest.raises(NewsError, match=r"date out of range.* Nothing changed there"):
        copy_to_postgres(settings)
    assert fetch(url, "SELECT id FROM marts.things") == [("a",)]


def test_a_key_that_is_none_in_an_older_release_is_left_out(settings: Settings, url: str) -> None:
    keys = "SELECT count(*) FROM pg_constraint WHERE contype = 'p' AND conrelid = 'marts.things'::regclass"
    for number, rows in enumerate(((("b",), ("b",)), (("b",), (None,)), (("b",), ("c",))), start=1):
        make_release(settings.home, number, {"things": Table.of({"id": "VARCHAR"}, *rows)})
        copy_to_postgres(settings)
        assert fetch(url, "SELECT count(*) FROM marts.things") == [(2,)]
        assert fetch(url, keys) == [(1 if number == 3 else 0,)]


@pytest.mark.parametrize(
    ("change", "fault", "message"),
    [
        (("p%40ss", "wrong"), DatabaseUnavailable, "password authentication failed"),
        (("?host=", "?host=/nowhere/"), DatabaseUnavailable, "No such file or directory"),
        (("postgresql://", "postgresql//"), SettingsError, "isn't a PostgreSQL address"),
        (("?host=", "?hots="), SettingsError, "isn't a PostgreSQL address"),
        (("?host=", " x ?host="), SettingsError, "isn't a PostgreSQL address"),
        (("/news_", "/no_such_"), DatabaseUnavailable, "does not exist"),
    ],
)
def test_no_message_has_the_password(
    settings: Settings,
    change: tuple[str, str],
    fault: type[NewsError],
    message: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert settings.postgres_url is not None
    url = settings.postgres_url.get_secret_value()
    release(settings.home, 1)
    wrong = url.replace(*change)
    assert wrong != url
    caplog.set_level(logging.DEBUG)
    with pytest.raises(fault, match=message) as raised:
        copy_to_postgres(settings, url=wrong)
    everything = [str(raised.value), repr(raised.value), caplog.text]
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__  # a traceback would quote it
    everything += [repr(settings), str(settings.model_dump())]
    for text in everything:
        assert "wrong:" not in text
        assert "/word%" not in text
        assert "%2Fword%25" not in text
    assert OWNER_PASSWORD in str(psycopg.conninfo.conninfo_to_dict(url)["password"])


def test_without_a_url_there_is_nothing_to_do(tmp_path: Path) -> None:
    release(tmp_path, 1)
    with pytest.raises(SettingsError, match="NEWS_POSTGRES_URL isn't set"):
        copy_to_postgres(settings_for(tmp_path))


def test_rights_and_encoding_that_are_missing_are_reported(postgres: Server, settings: Settings) -> None:
    release(settings.home, 1)
    postgres.role("nobody", "reads")
    with pytest.raises(NewsError, match="needs CREATE on the database"):
        copy_to_postgres(settings, url=postgres.url(settings_database(settings), "nobody", "reads"))
    latin = postgres.database("latin", "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(NewsError, match="The database is in LATIN1"):
        copy_to_postgres(settings, url=latin)
    with pytest.raises(UsageError, match="There is no release '9'"):
        copy_to_postgres(settings, as_of="9")


def settings_database(settings: Settings) -> str:
    assert settings.postgres_url is not None
    name = psycopg.conninfo.conninfo_to_dict(settings.postgres_url.get_secret_value())["dbname"]
    assert isinstance(name, str)
    return name


@pytest.mark.parametrize("name", ["public", "pg_marts", "Marts", "information_schema", "a b", ""])
def test_schemas_that_can_not_be_replaced_are_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="NEWS_POSTGRES_SCHEMA"):
        load_settings(postgres_schema=name)


def test_a_comment_of_someone_else_is_no_mark() -> None:
    for comment in (
        None,
        "",
        "News",
        "News marts: a copy {",
        "News marts: a copy of {}",
        '{"release_id": 1}',
    ):
        assert postgres_schema.read_mark(comment) == ("", ())


def test_the_command_copies(
    settings: Settings, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    release(settings.home, 1)
    release(settings.home, 2, rows=3)
    monkeypatch.setenv("NEWS_POSTGRES_URL", url)
    monkeypatch.setenv("NEWS_CONTRACTS_DIR", str(settings.contracts_dir))
    home = ["--home", str(settings.home)]
    assert main(["to-postgres", *home]) == 0
    output = capsys.readouterr()
    database = settings_database(settings)
    where = f"Release 000002-000000000002 in schema marts of database {database}"
    assert output.out == f"{where}: 6 rows of 2 marts\n"
    assert main(["to-postgres", *home]) == 0
    assert capsys.readouterr().out == f"{where}: as before\n"
    assert main(["to-postgres", "--as-of", "1", "--json", *home]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["release_id"], answer["copied"], answer["rows"]) == (
        "000001-000000000001",
        True,
        {"a": 1, "b": 1},
    )
    monkeypatch.setenv("NEWS_POSTGRES_URL", url.replace("p%40ss", "wrong"))
    assert main(["to-postgres", *home]) == 1
    output = capsys.readouterr()
    assert output.err.startswith("error: PostgreSQL: connection failed")
    assert "wrong" not in output.err
