"""Loading a day into the warehouse: what is there afterwards, however often and in whatever order."""

from __future__ import annotations

import shutil
import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as settings_of
from hypothesis import strategies as st

from newsmarts.core import schemas
from newsmarts.core.db import reading
from newsmarts.core.errors import (
    ConservationError,
    DamagedPartition,
    LockTimeout,
    MissingPartition,
    NewsError,
    UsageError,
)
from newsmarts.core.locks import writer_lock
from newsmarts.core.partitions import partition_path, set_aside_path, warehouse_path
from newsmarts.core.settings import Settings, load_settings
from newsmarts.load import warehouse
from newsmarts.load.run import rebuild, run
from tests.examples import fewer_examples
from tests.marts.factory import DAY, Page, day_after, write_day

PAGES = [
    Page("a", tags=("sea", "harbour"), ticker=("Ferry delayed by fog", "Market opens at noon")),
    Page("b", headline="No byline", quarantined="byline_not_house"),
    Page("c", rejected=True, quarantined="file_too_large"),
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path)


def everything(settings: Settings) -> dict[str, list[Any]]:
    """Every row of every table of the warehouse."""
    with reading(warehouse_path(settings.home)) as connection:
        return {
            table.name: connection.execute(f"SELECT * FROM warehouse.{table.name} ORDER BY ALL").fetchall()
            for table in warehouse.TABLES
        }


def query(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    with reading(warehouse_path(settings.home)) as connection:
        return connection.execute(sql).fetchall()


def test_a_day_is_loaded_whole(settings: Settings) -> None:
    write_day(settings.home, DAY, PAGES)
    result = run(DAY, settings)
    assert (result.captures, result.articles, result.quarantined, result.ticker_items) == (3, 1, 2, 2)
    assert result.changed
    rows = everything(settings)
    assert {table: len(found) for table, found in rows.items()} == {
        "article_captures": 1,
        "article_tags": 2,
        "article_texts": 1,
        "captures": 3,
        "contract_results": 1,
        "days": 1,
        "identity_keys": 1,
        "page_links": 0,
        "quarantine": 2,
        "ticker_sightings": 2,
        "ticker_witnesses": 0,
    }


def test_a_capture_has_its_own_id_among_its_keys_whatever_its_row_lists(settings: Settings) -> None:
    plain, known = Page("a", headline="A"), Page("b", headline="B", known_by=("/b", "/c"))
    without = Page("c", headline="C", extra={"identity_keys": []})
    write_day(settings.home, DAY, [plain, known, without])
    run(DAY, settings)
    keys: dict[str, set[str]] = {}
    for _, _, own_id, key in everything(settings)["identity_keys"]:
        keys.setdefault(own_id.hex, set()).add(key.hex)
    assert keys == {
        plain.own_id: {plain.own_id},
        known.own_id: set(known.article().identity_keys),
        without.own_id: {without.own_id},
    }
    assert len(keys[known.own_id]) == 3


def test_every_table_has_columns_and_a_select() -> None:
    files = {path.name for path in (Path(warehouse.__file__).parent / "tables").iterdir()}
    assert files == {f"{table.name}.{kind}" for table in warehouse.TABLES for kind in ("sql", "toml")}
    for table in warehouse.TABLES:
        assert "capture_day" in {column.name for column in table.columns}, table.name


def test_a_second_load_writes_nothing(settings: Settings) -> None:
    write_day(settings.home, DAY, PAGES)
    run(DAY, settings)
    before = warehouse_path(settings.home).read_bytes()
    assert not run(DAY, settings).changed
    assert warehouse_path(settings.home).read_bytes() == before


def test_another_run_of_the_same_content_changes_nothing(settings: Settings) -> None:
    write_day(settings.home, DAY, PAGES, run_id="manual__1")
    run(DAY, settings)
    write_day(settings.home, DAY, PAGES, run_id="manual__2")
    manifest = partition_path(settings.home, "manifest", DAY) / "captures.parquet"
    rows = schemas.read_table(manifest, schemas.CAPTURES).to_pylist()
    later = [row | {"landed_at": datetime(2026, 1, 1, tzinfo=UTC)} for row in rows]
    schemas.write_rows(manifest, schemas.CAPTURES, later)
    assert not run(DAY, settings).changed


def test_a_day_replaces_itself_and_no_other(settings: Settings) -> None:
    for day in (DAY, day_after(1)):
        write_day(settings.home, day, PAGES)
        run(day, settings)
    write_day(settings.home, DAY, [Page("z", headline="Something else")])
    assert run(DAY, settings).changed
    rows = everything(settings)
    paths = {row[4] for row in rows["captures"]}
    assert paths == {f"{DAY}/z.txt", *(f"{day_after(1)}/{name}.txt" for name in "abc")}
    assert len(rows["days"]) == 2


def test_a_day_without_captures_is_loaded_as_such(settings: Settings) -> None:
    write_day(settings.home, DAY, [])
    assert run(DAY, settings).captures == 0
    assert len(everything(settings)["days"]) == 1


REFUSED: dict[str, Any] = {"accepted": False, "refusal": "9 of 10 pages lack a body"}


def test_a_refused_day_is_loaded_without_articles_and_every_capture_has_a_reason(settings: Settings) -> None:
    pages = [
        *PAGES,
        Page("list", quarantined="tag_page"),
        Page("gone", quarantined="http_redirect", rejected=True),
    ]
    write_day(settings.home, DAY, pages, **REFUSED)
    result = run(DAY, settings)
    assert (result.changed, result.refusal) == (True, REFUSED["refusal"])
    assert (result.captures, result.articles, result.not_article, result.quarantined) == (5, 0, 2, 3)
    rows = everything(settings)
    assert {table for table, found in rows.items() if found} == warehouse.OF_REFUSED_DAYS
    reasons = query(settings, "SELECT reason_code, outcome, publisher FROM warehouse.quarantine ORDER BY ALL")
    assert ("day_refused", "quarantined", "al_mayadeen") in reasons
    assert [reason for reason, *_ in reasons].count("day_refused") == 1
    assert query(settings, "SELECT outcome, refusal FROM warehouse.days") == [("refused", REFUSED["refusal"])]
    assert not run(DAY, settings).changed


LATE = {
    "fine": (Page("fine", headline="Fine"), "day_refused"),
    "list": (Page("list", quarantined="tag_page"), "tag_page"),
    "bad": (Page("bad", quarantined="missing_body"), "missing_body"),
    "large": (Page("large", rejected=True), "file_too_large"),
    "moved": (Page("moved", rejected=True, quarantined="http_redirect"), "http_redirect"),
}


@pytest.mark.slow
@settings_of(max_examples=fewer_examples(10))
@given(st.lists(st.tuples(st.sets(st.sampled_from(sorted(LATE))), st.booleans()), min_size=1, max_size=4))
def test_refused_runs_add_their_captures_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, later: list[tuple[set[str], bool]]
) -> None:
    check_later_refused_runs(load_settings(home=tmp_path_factory.mktemp("home")), later)


def test_an_accepted_day_keeps_its_rows_and_gets_the_captures_of_a_later_refused_run(
    settings: Settings,
) -> None:
    check_later_refused_runs(settings, [(set(LATE), True), ({"list"}, False)])


def check_later_refused_runs(settings: Settings, later: list[tuple[set[str], bool]]) -> None:
    """Each later run has late pages of its own, and all or none of the first one's."""
    write_day(settings.home, DAY, PAGES)
    run(DAY, settings)
    before = everything(settings)
    for number, (names, has_first) in enumerate(later):
        pages = [*(PAGES if has_first else ()), *(LATE[name][0] for name in sorted(names))]
        refusal = f"refused: {number}"
        write_day(settings.home, DAY, pages, accepted=False, refusal=refusal)
        assert run(DAY, settings).changed
        added = {f"{DAY}/{name}.txt": LATE[name][1] for name in names}
        rows = everything(settings)
        kept = {table for table in before if table not in {"captures", "quarantine", "days"}}
        assert {table: rows[table] for table in kept} == {table: before[table] for table in kept}
        for table in ("captures", "quarantine"):
            assert [row for row in rows[table] if not set(row) & set(added)] == before[table]
        found = query(settings, "SELECT source_path, reason_code FROM warehouse.quarantine")
        assert dict(found) == {row[7]: row[4] for row in before["quarantine"]} | added
        (day,) = query(
            settings,
            "SELECT outcome, refusal, captures, landed, rejected, parsed, valid, not_article, quarantined "
            "FROM warehouse.days",
        )
        not_article, rejected = len(names & {"list", "moved"}), len(names & {"large", "moved"})
        assert day == (
            "accepted", refusal, 3 + len(names), 2 + len(names) - rejected, 1 + rejected,
            2 + len(names) - rejected, 1, not_article, 2 + len(names) - not_article,
        )  # fmt: skip
        assert not run(DAY, settings).changed
        assert everything(settings) == rows
    write_day(settings.home, DAY, PAGES)
    assert run(DAY, settings).changed
    assert everything(settings) == before


def test_a_capture_that_a_refused_run_has_no_reason_for_is_noticed(settings: Settings) -> None:
    write_day(settings.home, DAY, PAGES)
    run(DAY, settings)
    before = everything(settings)
    write_day(settings.home, DAY, [*PAGES, Page("late")], **REFUSED)
    schemas.write_rows(
        partition_path(settings.home, "validated", DAY) / "articles.parquet", schemas.ARTICLES, []
    )
    with pytest.raises(ConservationError, match="1 captures aren't accounted for"):
        run(DAY, settings)
    assert everything(settings) == before


def test_a_rebuild_knows_no_accepted_run_any_more(settings: Settings, tmp_path: Path) -> None:
    write_day(settings.home, DAY, PAGES)
    run(DAY, settings)
    late = [*PAGES, Page("late", headline="Late")]
    write_day(settings.home, DAY, late, **REFUSED)
    run(DAY, settings)
    with pytest.raises(MissingPartition, match=f"{DAY}.*--leave-out"):
        rebuild(settings)
    assert rebuild(settings, leave_out=True).left_out == (DAY,)
    other = settings.model_copy(update={"home": tmp_path / "other"})
    write_day(other.home, DAY, late, **REFUSED)
    run(DAY, other)
    assert everything(settings) == everything(other)


def test_an_accepted_run_replaces_all_rows_of_a_refused_one(settings: Settings, tmp_path: Path) -> None:
    write_day(settings.home, DAY, PAGES, **REFUSED)
    run(DAY, settings)
    write_day(settings.home, DAY, PAGES)
    run(DAY, settings)
    other = settings.model_copy(update={"home": tmp_path / "other"})
    write_day(other.home, DAY, PAGES)
    run(DAY, other)
    assert everything(settings) == everything(other)


def test_a_day_of_an_earlier_version_has_no_witnesses_and_is_loaded(settings: Settings) -> None:
    write_day(settings.home, DAY, PAGES)
    (partition_path(settings.home, "validated", DAY) / "ticker_witnesses.parquet").unlink()
    assert run(DAY, settings).changed


def test_warnings_change_nothing_that_is_loaded(settings: Settings) -> None:
    write_day(settings.home, DAY, PAGES)
    run(DAY, settings)
    write_day(settings.home, DAY, PAGES, warnings=["missing_standfirst is far off the last 28 days"])
    assert not run(DAY, settings).changed


def test_an_unvalidated_day_names_the_next_step(settings: Settings) -> None:
    with pytest.raises(MissingPartition, match=f"Run validate for {DAY} first"):
        run(DAY, settings)


def test_columns_of_another_version_are_refused(settings: Settings) -> None:
    write_day(settings.home, DAY, PAGES)
    path = partition_path(settings.home, "validated", DAY) / "page_links.parquet"
    schemas.write_rows(path, schemas.TICKER_ITEMS, [])
    with pytest.raises(MissingPartition, match=r"page_links.parquet was written by another version"):
        run(DAY, settings)


def test_a_damaged_staged_file_is_named(settings: Settings) -> None:
    write_day(settings.home, DAY, PAGES)
    path = partition_path(settings.home, "validated", DAY) / "articles.parquet"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DamagedPartition, match=r"articles.parquet of .* is damaged"):
        run(DAY, settings)


@pytest.mark.slow
def test_a_flipped_bit_is_never_loaded(settings: Settings) -> None:
    write_day(settings.home, DAY, PAGES)
    path = partition_path(settings.home, "validated", DAY) / "articles.parquet"
    run(DAY, settings)
    before = everything(settings)["article_texts"]
    data = path.read_bytes()
    caught = 0
    for place in range(40, 800, 45):
        path.write_bytes(data[:place] + bytes([data[place] ^ 16]) + data[place + 1 :])
        try:
            run(DAY, settings)
        except DamagedPartition:
            caught += 1
        assert everything(settings)["article_texts"] == before
    assert caught > 10  # the others hit bytes that aren't read, as a page's header


def _drop_article(home: Path) -> None:
    path = partition_path(home, "validated", DAY) / "articles.parquet"
    schemas.write_rows(path, schemas.ARTICLES, [])


def _quarantine_a_valid_page(home: Path) -> None:
    folder = partition_path(home, "validated", DAY)
    article = schemas.read_table(folder / "articles.parquet", schemas.ARTICLES).to_pylist()[0]
    rows = schemas.read_table(folder / "quarantine.parquet", schemas.QUARANTINE).to_pylist()
    rows.append(rows[0] | {"capture_id": article["capture_id"]})
    schemas.write_rows(folder / "quarantine.parquet", schemas.QUARANTINE, rows)


def _lose_a_manifest_row(home: Path) -> None:
    path = partition_path(home, "manifest", DAY) / "captures.parquet"
    rows = schemas.read_table(path, schemas.CAPTURES).to_pylist()
    schemas.write_rows(path, schemas.CAPTURES, rows[1:])


def _double_an_article(home: Path) -> None:
    path = partition_path(home, "validated", DAY) / "articles.parquet"
    rows = schemas.read_table(path, schemas.ARTICLES).to_pylist()
    schemas.write_rows(path, schemas.ARTICLES, rows * 2)


@pytest.mark.parametrize(
    "damage", [_drop_article, _quarantine_a_valid_page, _lose_a_manifest_row, _double_an_article]
)
def test_a_day_that_does_not_add_up_is_not_loaded(settings: Settings, damage: Any) -> None:
    write_day(settings.home, DAY, [Page("old")])
    run(DAY, settings)
    before = everything(settings)
    write_day(settings.home, DAY, PAGES)
    damage(settings.home)
    with pytest.raises(ConservationError, match=f"{DAY} doesn't add up"):
        run(DAY, settings)
    assert everything(settings) == before


def test_hostile_text_is_only_text(settings: Settings) -> None:
    nasty = "'); DROP TABLE warehouse.captures; --\x00 \u202e <script>\n\r\t😀 %s {0} $day"
    write_day(
        settings.home,
        DAY,
        [Page("a'b", headline=nasty, body=(nasty,), tags=(nasty,), ticker=(nasty,))],
    )
    run(DAY, settings)
    rows = everything(settings)
    assert rows["article_texts"][0][3] == nasty
    assert rows["article_tags"][0][3] == nasty
    assert rows["ticker_sightings"][0][7] == nasty


def test_a_home_with_awkward_letters_works(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "it's [my] data 100% * $HOME #")
    write_day(settings.home, DAY, PAGES)
    assert run(DAY, settings).captures == 3


def test_a_home_that_duckdb_cannot_take_is_refused(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "which?")
    write_day(settings.home, DAY, PAGES)
    with pytest.raises(UsageError, match="without a question mark"):
        run(DAY, settings)


def test_days_loaded_at_once_are_all_there(settings: Settings) -> None:
    days = [day_after(number) for number in range(4)]
    for day in days:
        write_day(settings.home, day, PAGES)
    failures: list[BaseException] = []

    def load(day: date) -> None:
        try:
            run(day, settings)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion
            failures.append(error)

    threads = [threading.Thread(target=load, args=(day,)) for day in days]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [row[0] for row in everything(settings)["days"]] == days


def test_a_held_lock_is_named(settings: Settings) -> None:
    write_day(settings.home, DAY, PAGES)
    hasty = settings.model_copy(update={"lock_timeout_seconds": 0.05})
    with writer_lock(settings), pytest.raises(LockTimeout, match=r"\.writer\.lock"):
        run(DAY, hasty)


def test_a_damaged_warehouse_names_the_next_step(settings: Settings) -> None:
    write_day(settings.home, DAY, PAGES)
    path = warehouse_path(settings.home)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"this is no database" * 1000)
    with pytest.raises(NewsError, match="newsmarts rebuild"):
        run(DAY, settings)


def _two_days(settings: Settings) -> dict[str, list[Any]]:
    for day in (DAY, day_after(1)):
        write_day(settings.home, day, PAGES)
        run(day, settings)
    return everything(settings)


def _give_another_layout(settings: Settings) -> None:
    with duckdb.connect(str(warehouse_path(settings.home))) as connection:
        connection.execute("UPDATE warehouse.about SET layout = 'of yesterday'")
        connection.execute("ALTER TABLE warehouse.captures DROP COLUMN feed")


def test_a_rebuilt_warehouse_is_the_same(settings: Settings) -> None:
    before = _two_days(settings)
    warehouse_path(settings.home).unlink()
    assert rebuild(settings).days == (DAY, day_after(1))
    assert everything(settings) == before


def test_a_damaged_warehouse_is_rebuilt_and_set_aside(settings: Settings) -> None:
    before = _two_days(settings)
    path = warehouse_path(settings.home)
    damaged = b"torn" + path.read_bytes()[:5000]
    path.write_bytes(damaged)
    path.with_name("news.duckdb.wal").write_bytes(b"a log of something else")
    result = rebuild(settings)
    assert (result.days, result.left_out) == ((DAY, day_after(1)), ())
    assert result.set_aside is not None
    assert {file.name for file in result.set_aside.iterdir()} == {"news.duckdb", "news.duckdb.wal"}
    assert (result.set_aside / "news.duckdb").read_bytes() == damaged
    assert everything(settings) == before
    again = rebuild(settings)
    assert again.set_aside == result.set_aside.with_name("000002")
    assert everything(settings) == before


def test_a_rebuild_takes_a_day_as_it_was_validated(settings: Settings, tmp_path: Path) -> None:
    """What has landed since, by a run at work or one that was stopped, keeps no day out of the warehouse."""
    write_day(settings.home, DAY, PAGES)
    run(DAY, settings)
    before = everything(settings)
    validated, kept = partition_path(settings.home, "validated", DAY), tmp_path / "kept"
    shutil.copytree(validated, kept)
    write_day(settings.home, DAY, [*PAGES, Page("late", headline="Late")])
    shutil.rmtree(validated)
    shutil.copytree(kept, validated)
    with pytest.raises(ConservationError, match="1 captures aren't accounted for"):
        run(DAY, settings)
    assert rebuild(settings).days == (DAY,)
    after = everything(settings)
    assert {table: rows for table, rows in after.items() if table != "days"} == {
        table: rows for table, rows in before.items() if table != "days"
    }
    with pytest.raises(ConservationError):  # it isn't taken for loaded
        run(DAY, settings)

    # one that was lost since it was counted is no late one
    schemas.write_rows(validated / "articles.parquet", schemas.ARTICLES, [])
    with pytest.raises(ConservationError, match="'captures': 3"):
        rebuild(settings)
    write_day(settings.home, DAY, [*PAGES, Page("late", headline="Late")])
    assert run(DAY, settings).captures == 4


def test_a_rebuild_gives_up_no_day_unasked(settings: Settings) -> None:
    _two_days(settings)
    write_day(settings.home, day_after(1), [], accepted=False, refusal="refused since")
    kept = warehouse_path(settings.home).read_bytes()
    with pytest.raises(MissingPartition, match=f"{day_after(1)}.*--leave-out"):
        rebuild(settings)
    assert warehouse_path(settings.home).read_bytes() == kept
    result = rebuild(settings, leave_out=True)
    assert (result.days, result.left_out) == ((DAY, day_after(1)), (day_after(1),))
    assert query(settings, "SELECT outcome FROM warehouse.days ORDER BY capture_day") == [
        ("accepted",),
        ("refused",),
    ]


def test_a_rebuild_loads_refused_days_as_such(settings: Settings) -> None:
    write_day(settings.home, DAY, PAGES, **REFUSED)
    run(DAY, settings)
    before = everything(settings)
    assert rebuild(settings).left_out == ()
    assert everything(settings) == before


def test_a_warehouse_that_was_set_aside_and_not_replaced_is_made_by_the_next_load(settings: Settings) -> None:
    before = _two_days(settings)
    path = warehouse_path(settings.home)
    aside = set_aside_path(settings.home) / "000001"
    aside.mkdir(parents=True)
    path.rename(aside / path.name)
    run(DAY, settings)
    assert everything(settings) == before


def test_a_warehouse_of_another_layout_is_rebuilt(settings: Settings) -> None:
    before = _two_days(settings)
    _give_another_layout(settings)
    run(DAY, settings)
    assert everything(settings) == before


def test_a_warehouse_is_not_rebuilt_when_that_would_lose_a_day(settings: Settings) -> None:
    _two_days(settings)
    _give_another_layout(settings)
    write_day(settings.home, day_after(1), [], accepted=False, refusal="refused since")
    with pytest.raises(MissingPartition, match=str(day_after(1))):
        run(DAY, settings)
    with duckdb.connect(str(warehouse_path(settings.home))) as connection:
        assert connection.execute("SELECT count(*) FROM warehouse.days").fetchone() == (2,)
