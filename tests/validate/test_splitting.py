"""Every capture is valid, no article or quarantined, and only one of them, whatever the evaluations are."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmarts.core import schemas
from newsmarts.core.errors import ConservationError
from newsmarts.core.reasons import load_reasons
from newsmarts.core.settings import PROJECT_ROOT
from newsmarts.validate import staged
from newsmarts.validate.articles import Articles
from newsmarts.validate.evaluation import Evaluation, Failure
from newsmarts.validate.splitting import Split, split
from newsmarts.validate.staged import ParsedDay
from tests.validate.days import DAY, Row, article, capture, page_link, ticker_item, turned_away

FATES = ("valid", "broken once", "broken twice", "unparsed", "rejected", "list", "redirect")
REASONS = load_reasons(PROJECT_ROOT / "expectations")


def _table(schema: Any, rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=schema)


def _verdict(*failures: Failure) -> Evaluation:
    return Evaluation(contract=None, results={}, rows=[], failures=failures)  # type: ignore[arg-type]


def _day(fates: list[str], bad_lines: frozenset[int] = frozenset()) -> tuple[ParsedDay, Split]:
    pages = [(article(f"page {number}"), fate) for number, fate in enumerate(fates)]
    of_parse = {"unparsed": "missing_body", "list": "tag_page"}
    of_land = {"rejected": "file_too_large", "redirect": "http_redirect"}
    read = [page for page, fate in pages if fate not in of_parse | of_land]
    unparsed = [turned_away(page, of_parse[fate]) for page, fate in pages if fate in of_parse]
    rejected = [turned_away(page, of_land[fate], stage="land") for page, fate in pages if fate in of_land]
    ticker = [ticker_item(page, f"Line of {page['source_path']}") for page in read]
    links = [
        page_link(page, f"Link {at}", name, at)
        for page in reversed(read)
        for name in ("read_next", "most_read")
        for at in (2, 1)
    ]
    parsed = ParsedDay(
        day=DAY,
        captures=_table(schemas.CAPTURES, [capture(page) for page, fate in pages if fate not in of_land]),
        rejected=rejected,
        unparsed=unparsed,
        articles=Articles.of(_table(schemas.ARTICLES, read)),
        ticker_items=_table(schemas.TICKER_ITEMS, ticker),
        page_links=_table(schemas.PAGE_LINKS, links),
        ticker_witnesses=_table(schemas.TICKER_WITNESSES, []),
    )
    times = {"broken once": 1, "broken twice": 2}
    failures = [
        Failure(page["capture_id"], f"reason_{time}", f"expectation_{time}", "As the test has it.")
        for page, fate in pages
        for time in range(times.get(fate, 0))
    ]
    keys = [f"line {number}" for number in range(len(ticker))]
    lines = [
        Failure(f"line {number}", "label", "no_label", "x") for number in bad_lines if number < len(keys)
    ]
    return parsed, split(parsed, [_verdict(*failures)], _verdict(*lines), keys, REASONS)


def _rows(rows: pa.Table | Articles) -> pa.Table:
    return pa.Table.from_batches(rows.to_batches(), schemas.ARTICLES) if isinstance(rows, Articles) else rows


@given(fates=st.lists(st.sampled_from(FATES), max_size=12), bad_lines=st.frozensets(st.integers(0, 11)))
def test_captures_are_conserved(fates: list[str], bad_lines: frozenset[int]) -> None:
    parsed, found = _day(fates, bad_lines)
    assert found.captures == len(fates)
    assert found.valid == fates.count("valid") == found.tables["articles"].num_rows
    assert found.not_article == fates.count("list") + fates.count("redirect")
    assert found.valid + found.not_article + found.quarantined == found.captures
    kept = found.tables["ticker_items"].num_rows
    assert kept + found.ticker_items_quarantined == parsed.ticker_items.num_rows


@given(fates=st.lists(st.sampled_from(FATES), max_size=12))
def test_rows_come_out_in_the_order_of_their_pages(fates: list[str]) -> None:
    _, found = _day(fates)
    names = [row["source_path"] for row in found.quarantine]
    assert names == sorted(names)
    links = _rows(found.tables["page_links"]).to_pylist()
    order = {
        key: place for place, key in enumerate(_rows(found.tables["articles"])["capture_id"].to_pylist())
    }
    places = [(order[link["capture_id"]], link["list_name"], link["position"]) for link in links]
    assert places == sorted(places)
    assert len(links) == 4 * fates.count("valid")


def test_the_rows_of_a_broken_page() -> None:
    _, found = _day(["broken twice"])
    page = article("page 0")
    assert _rows(found.tables["quarantine"]).to_pylist() == [
        {
            "capture_id": page["capture_id"],
            "capture_sha256": page["capture_sha256"],
            "publisher": "al_mayadeen",  # the page's, not the path's
            "stage": "validate",
            "reason_code": f"reason_{time}",
            "expectation": f"expectation_{time}",
            "detail": "As the test has it.",
            "source_path": "2025-08-25/page 0.txt",
            "captured_at": page["captured_at"],
            "capture_day": DAY,
            "subject": "page",
            "outcome": "quarantined",
        }
        for time in (0, 1)
    ]
    assert found.pages_by_reason("quarantined") == {"reason_0": 1, "reason_1": 1}


def test_one_reason_for_quarantine_outweighs_those_for_no_article() -> None:
    parsed, _ = _day(["list"])
    also = turned_away(article("page 0"), "parser_error")
    both = replace(parsed, unparsed=[*parsed.unparsed, also])
    found = split(both, [_verdict()], _verdict(), [], REASONS)
    assert (found.not_article, found.quarantined) == (0, 1)
    assert {row["outcome"] for row in found.quarantine} == {"quarantined"}


def test_a_reason_that_is_not_in_the_file_is_quarantined() -> None:
    _, found = _day(["broken once"])
    assert (found.not_article, found.quarantined) == (0, 1)


def test_a_bad_ticker_line_leaves_its_page_alone() -> None:
    _, found = _day(["valid", "valid"], frozenset({1}))
    assert found.valid == 2
    assert found.quarantined == 0
    assert [row["subject"] for row in found.quarantine] == ["ticker_item"]
    assert _rows(found.tables["ticker_items"])["text"].to_pylist() == ["Line of 2025-08-25/page 0.txt"]
    assert found.pages_by_reason("quarantined") == {}


def test_a_capture_that_is_valid_and_quarantined_stops_the_day() -> None:
    parsed, _ = _day(["valid", "unparsed"])
    both = turned_away(article("page 0"), "missing_body")
    doubled = ParsedDay(
        parsed.day,
        parsed.captures,
        parsed.rejected,
        [*parsed.unparsed, both],
        parsed.articles,
        parsed.ticker_items,
        parsed.page_links,
        parsed.ticker_witnesses,
    )
    with pytest.raises(ConservationError, match="but 1 valid, 0 that are no article and 2 quar"):
        split(doubled, [_verdict()], _verdict(), ["line 0"], REASONS)


def test_the_fingerprint_tells_rows_apart_and_nothing_else() -> None:
    _, found = _day(["valid", "broken once", "unparsed"])
    _, same = _day(["valid", "broken once", "unparsed"])
    chunked = {
        name: pa.concat_tables([_rows(table).slice(0, 1), _rows(table).slice(1)])
        for name, table in same.tables.items()
    }
    assert staged.fingerprint(found.tables) == staged.fingerprint(same.tables) == staged.fingerprint(chunked)
    _, other = _day(["valid", "broken twice", "unparsed"])
    assert staged.fingerprint(found.tables) != staged.fingerprint(other.tables)
    assert staged.fingerprint(found.tables) != staged.fingerprint(
        {**found.tables, "ticker_items": _rows(found.tables["ticker_items"]).slice(1)}
    )


def test_the_fingerprint_is_that_of_the_rows_as_json_lines() -> None:
    _, found = _day(["valid", "valid", "broken once", "unparsed"])
    rows: list[Row] = [
        {"field_sources": None, "body": [], "tags": ["Ülmen", None, 'a "b"\n']},
        {"body": [{"kind": "list", "text": None, "items": ["one", "two"]}, None]},
        {"body": None, "field_sources": [{"field": "byline", "blocks": [1, 22], "head": None}, None]},
    ]
    rows = [{**_rows(found.tables["articles"]).to_pylist()[0], **row} for row in rows]
    schema = pa.schema([field.with_nullable(True) for field in schemas.VALIDATED_ROWS["articles"]])
    tables = {name: _rows(table) for name, table in found.tables.items()}
    tables["articles"] = pa.Table.from_pylist([*rows, *rows], schema=schema).slice(1)
    digest = hashlib.sha256()
    for name in schemas.VALIDATED_ROWS:
        lines = (
            json.dumps(row, default=str, separators=(",", ":")) + "\n" for row in tables[name].to_pylist()
        )
        digest.update("".join([f"{name}\n", *lines]).encode())
    assert staged.fingerprint(tables) == digest.hexdigest()
    assert staged.fingerprint({**tables, "articles": tables["articles"].slice(0, 1)}) != digest.hexdigest()
