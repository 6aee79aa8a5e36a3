"""What changed between two releases: counts, columns, examples, and releases of different versions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from newsmarts.cli.main import main
from newsmarts.cli.render.diff import render
from newsmarts.compare.differences import ChangedRow, MartDifference
from newsmarts.compare.run import compare
from newsmarts.core.errors import MissingPartition, UsageError
from tests.examples import fewer_examples
from tests.export.marts import settings_for
from tests.release_files import Table, make_release

COLUMNS = {"id": "VARCHAR", "part": "BIGINT", "text": "VARCHAR", "n": "BIGINT", "seen_at": "TIMESTAMPTZ"}
KEY = ["id", "part"]
TIME = "2025-08-25 00:00:00+00"
LONG = "All quiet in the harbour. " * 40


def one(home: Path, before: Table, after: Table, key: list[str] | None = None) -> MartDifference:
    """The difference of a mart called things, with this key."""
    make_release(home, 1, {"things": before})
    make_release(home, 2, {"things": after})
    settings = settings_for(home) if key is None else settings_for(home, things=key)
    [mart] = compare(settings, "1", "2").marts.values()
    return mart


def test_rows_added_removed_and_changed(tmp_path: Path) -> None:
    before = Table.of(
        COLUMNS,
        ("a", 1, "same", 1, TIME),
        ("a", 2, "other", 1, TIME),
        ("b", 1, None, None, None),
        ("c", 1, "gone", 1, TIME),
        (None, 1, "no id", 1, None),
    )
    after = Table.of(
        COLUMNS,
        (None, 1, "no id", 2, None),
        ("a", 1, "same", 1, TIME),
        ("a", 2, "another", None, TIME),
        ("b", 1, "", None, TIME),
        ("a", 3, "new", 1, TIME),
        (None, 2, None, None, None),
    )
    mart = one(tmp_path, before, after, KEY)
    assert (mart.rows_before, mart.rows_after, mart.compared_by, mart.key) == (5, 6, "key", ("id", "part"))
    assert (mart.added, mart.removed, mart.changed) == (2, 1, 3)
    assert mart.changed_columns == {"text": 2, "n": 2, "seen_at": 1}
    assert mart.added_examples == ({"id": "a", "part": 3}, {"id": None, "part": 2})
    assert mart.removed_examples == ({"id": "c", "part": 1},)
    first, second, third = mart.changed_examples
    assert first == ChangedRow({"id": "a", "part": 2}, {"text": ("other", "another"), "n": (1, None)})
    assert (second.key, second.columns["text"]) == ({"id": "b", "part": 1}, (None, ""))
    assert (third.key, third.columns) == ({"id": None, "part": 1}, {"n": (1, 2)})


def test_long_texts_are_compared_to_their_last_letter(tmp_path: Path) -> None:
    before = Table.of(COLUMNS, ("a", 1, LONG + "Boats left.", 1, TIME), ("b", 1, LONG, 1, TIME))
    after = Table.of(COLUMNS, ("a", 1, LONG + "Boats came.", 1, TIME), ("b", 1, LONG, 1, TIME))
    mart = one(tmp_path, before, after, KEY)
    assert (mart.added, mart.removed, mart.changed, mart.changed_columns) == (0, 0, 1, {"text": 1})
    [(old, new)] = mart.changed_examples[0].columns.values()
    assert (old[:1], old[-5:], new[-5:]) == ("…", "left.", "came.")
    assert len(old) < 60


def test_a_text_that_is_the_hash_of_another_differs_from_it(tmp_path: Path) -> None:
    hashed = Table(COLUMNS, f"SELECT 'a', 1, sha256('{LONG}'), 1, NULL")
    mart = one(tmp_path, Table.of(COLUMNS, ("a", 1, LONG, 1, None)), hashed, KEY)
    assert mart.changed_columns == {"text": 1}


@pytest.mark.parametrize("key", [None, KEY])
def test_without_a_key_that_tells_them_apart_equal_rows_are_paired_off(
    tmp_path: Path, key: list[str] | None
) -> None:
    before = Table.of(COLUMNS, *[("a", 1, "x", 1, TIME)] * 3, ("b", 1, "y", 1, TIME), ("b", 1, None, 1, TIME))
    after = Table.of(COLUMNS, ("a", 1, "x", 1, TIME), *[("b", 1, "y", 1, TIME)] * 2, ("b", 1, "z", 1, TIME))
    mart = one(tmp_path, before, after, key)
    assert mart.compared_by == "whole rows"
    assert (mart.added, mart.removed, mart.changed) == (2, 3, 0)
    assert [row["text"] for row in mart.added_examples] == ["y", "z"]
    assert [row.get("text") for row in mart.removed_examples] == ["x", None]


def test_releases_of_different_versions(tmp_path: Path) -> None:
    make_release(
        tmp_path,
        1,
        {
            "things": Table.of(
                {"id": "VARCHAR", "n": "BIGINT", "old": "VARCHAR", "same": "BIGINT"}, ("a", 1, "x", 1)
            ),
            "gone": Table.of({"id": "VARCHAR"}, ("a",)),
            "other": Table.of({"a": "BIGINT"}, (1,)),
        },
    )
    make_release(
        tmp_path,
        2,
        {
            "things": Table.of(
                {"id": "VARCHAR", "n": "VARCHAR", "same": "BIGINT", "new": "VARCHAR"}, ("a", 1, 2, "y")
            ),
            "fresh": Table.of({"id": "VARCHAR"}, ("a",), ("b",)),
            "other": Table.of({"b": "BIGINT"}, (1,)),
        },
    )
    found = compare(settings_for(tmp_path, things=["id"], other=["a"]), "1", "2")
    assert (found.marts_added, found.marts_removed) == ({"fresh": 2}, {"gone": 1})
    other, things = found.marts.values()
    assert (things.columns_added, things.columns_removed) == (("new",), ("old",))
    assert things.columns_retyped == {"n": ("BIGINT", "VARCHAR")}
    assert (things.changed, things.changed_columns) == (1, {"same": 1})
    assert (other.compared_by, other.same_columns) == ("nothing", False)
    text = render(found)
    assert "marts.fresh is new, with 2 rows" in text
    assert "marts.gone is gone, with 1 row" in text
    assert "column n was BIGINT and is VARCHAR" in text
    assert "no column in common" in text
    # backwards, and one mart only
    back = compare(settings_for(tmp_path, things=["id"]), "2", "1", marts=["marts.gone"])
    assert (back.marts, back.marts_added) == ({}, {"gone": 1})


def test_a_key_that_a_release_has_with_another_type_is_none(tmp_path: Path) -> None:
    before = Table.of({"id": "BIGINT", "n": "BIGINT"}, (1, 1))
    mart = one(tmp_path, before, Table.of({"id": "VARCHAR", "n": "BIGINT"}, ("1", 1)), ["id"])
    assert (mart.compared_by, mart.added, mart.removed) == ("whole rows", 0, 0)
    assert mart.columns_retyped == {"id": ("BIGINT", "VARCHAR")}


VALUES = st.tuples(
    st.sampled_from(["a", "b", None]), st.integers(1, 2), st.sampled_from(["x", LONG, LONG + "!", "", None])
)


@hypothesis_settings(
    max_examples=fewer_examples(2),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=st.tuples(st.lists(VALUES, max_size=6), st.lists(VALUES, max_size=6)), data=st.data())
def test_counts_are_those_of_a_plain_comparison(
    tmp_path_factory: pytest.TempPathFactory, rows: tuple[list[Any], list[Any]], data: st.DataObject
) -> None:
    columns = {"id": "VARCHAR", "part": "BIGINT", "text": "VARCHAR"}
    before, after = ({row[:2]: row for row in each} for each in rows)  # one row a key
    mart = one(
        tmp_path_factory.mktemp("home"),
        Table.of(columns, *before.values()),
        Table.of(columns, *after.values()),
        KEY,
    )
    assert mart.added == len(after.keys() - before.keys())
    assert mart.removed == len(before.keys() - after.keys())
    assert mart.changed == sum(before[key] != after[key] for key in before.keys() & after.keys())
    assert mart.same_rows == (before == after)


@pytest.mark.slow
def test_examples_are_few_and_counts_are_whole(tmp_path: Path) -> None:
    columns = {"id": "VARCHAR", "text": "VARCHAR"}
    rows = (
        "SELECT md5(i::VARCHAR), repeat(md5((i {})::VARCHAR), 20) FROM range({}, {}) AS r(i) ORDER BY hash(i)"
    )
    before, after = (
        Table(columns, rows.format("", 0, 60_000)),
        Table(columns, rows.format("+ i % 2", 100, 60_050)),
    )
    make_release(tmp_path, 1, {"things": before})
    make_release(tmp_path, 2, {"things": after})
    tight = settings_for(tmp_path, things=["id"]).model_copy(update={"duckdb_memory_limit": "60MB"})
    [mart] = compare(tight, "1", "2", examples=2).marts.values()
    assert (mart.added, mart.removed, mart.changed) == (50, 100, 29_950)
    assert [len(each) for each in (mart.added_examples, mart.removed_examples, mart.changed_examples)] == [
        2,
        2,
        2,
    ]


def test_page_text_can_not_steer_a_terminal(tmp_path: Path) -> None:
    hostile = "\x1b[2J\u202e gnihtemos\r\nmarts.things: fine"
    make_release(tmp_path, 1, {"things": Table.of(COLUMNS, ("a", 1, "x", 1, TIME))})
    make_release(tmp_path, 2, {"things": Table.of(COLUMNS, ("a", 1, hostile, 1, TIME))})
    text = render(compare(settings_for(tmp_path, things=KEY), "1", "2"))
    assert "\\x1b[2J\\u202e gnihtemos\\r\\nmarts.things: fine" in text
    assert not set("\x1b\u202e\r") & set(text)


def test_the_command_tells_people_and_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    columns = {"article_id": "VARCHAR", "headline": "VARCHAR", "published_at": "TIMESTAMPTZ"}
    ids = [
        make_release(
            tmp_path,
            number,
            {"articles": Table.of(columns, ("a", text, time)), "tags": Table.of({"t": "DATE"})},
        )
        for number, text, time in ((1, "One", None), (2, "Two", TIME))
    ]
    assert main(["diff", "1", "current", "--home", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"From release {ids[0].release_id} to {ids[1].release_id}",
        "",
        "marts.articles: 1 row before, 1 after",
        "  0 added, 0 removed, 1 changed",
        "  changed columns: headline 1, published_at 1",
        "  ~ article_id='a', headline='Two'",
        "      headline: 'One'",
        "              → 'Two'",
        "      published_at: NULL",
        "                  → 2025-08-25 00:00:00+00:00",
        "",
        "No difference in tags",
    ]
    assert main(["diff", "2", "1", "--json", "--mart", "articles", "--home", str(tmp_path)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["before"], answer["after"]) == (ids[1].release_id, ids[0].release_id)
    assert list(answer["marts"]) == ["articles"]
    assert answer["marts"]["articles"]["changed_examples"] == [
        {
            "key": {"article_id": "a"},
            "columns": {"headline": ["Two", "One"], "published_at": ["2025-08-25T00:00:00Z", None]},
            "headline": "One",
        }
    ]
    assert main(["diff", "1", "9", "--home", str(tmp_path)]) == 2
    assert "There is no release '9'" in capsys.readouterr().err


def test_articles_are_named_by_their_headline_in_every_mart(tmp_path: Path) -> None:
    articles = {"article_id": "VARCHAR", "headline": "VARCHAR", "n": "BIGINT"}
    tags = {"article_id": "VARCHAR", "tag": "VARCHAR", "n": "BIGINT"}
    before = {
        "articles": Table.of(articles, ("a", "Boats", 1), ("b", "Grain", 1)),
        "article_tags": Table.of(tags, ("a", "ferries", 1), ("b", "trade", 1)),
    }
    after = {
        "articles": Table.of(articles, ("a", "Boats", 2), ("c", "\x1b[2J" + LONG, 1)),
        "article_tags": Table.of(tags, ("a", "ferries", 2), ("c", "sea", 1), ("d", "of none", 1)),
    }
    make_release(tmp_path, 1, before)
    make_release(tmp_path, 2, after)
    settings = settings_for(tmp_path, articles=["article_id"], article_tags=["article_id", "tag"])
    difference = compare(settings, "1", "2")
    found = difference.marts
    assert found["articles"].removed_examples == ({"article_id": "b", "headline": "Grain"},)
    [new] = found["articles"].added_examples
    assert len(new["headline"]) < 130
    assert [(row.key["article_id"], row.headline) for row in found["articles"].changed_examples] == [
        ("a", "Boats")
    ]
    added, orphan = found["article_tags"].added_examples
    assert (added["headline"], orphan) == (new["headline"], {"article_id": "d", "tag": "of none"})
    assert found["article_tags"].removed_examples == (
        {"article_id": "b", "tag": "trade", "headline": "Grain"},
    )
    assert found["article_tags"].changed_examples[0].headline == "Boats"
    text = render(difference)
    assert "  - article_id='b', tag='trade', headline='Grain'" in text
    assert "\x1b" not in text
    # a release may have no headlines
    make_release(tmp_path, 3, {"article_tags": Table.of(tags, ("a", "ferries", 1))})
    [added, *_] = compare(settings, "3", "2", marts=["article_tags"]).marts["article_tags"].added_examples
    [changed] = compare(settings, "2", "3", marts=["article_tags"]).marts["article_tags"].changed_examples
    assert (added["headline"], changed.headline) == (new["headline"], None)


def test_only_releases_and_marts_that_are(tmp_path: Path) -> None:
    with pytest.raises(MissingPartition):
        compare(settings_for(tmp_path), "1", "2")
    make_release(tmp_path, 1, {"things": Table.of(COLUMNS)})
    with pytest.raises(UsageError, match=r"Neither release has a mart 'thing'\. They have things"):
        compare(settings_for(tmp_path), "1", "1", marts=["thing"])
    [mart] = compare(settings_for(tmp_path), "1", "1").marts.values()
    assert mart.same_rows
