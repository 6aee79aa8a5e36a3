"""The committed samples are what their stories say, and break each contract where they are meant to."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from newsmarts.core.records import Article
from newsmarts.core.ticker import TickerIndex
from samples import story, write
from samples.model import Page

CAPTURES = story.load_captures()
FILES = {capture["file"]: capture for capture in CAPTURES}
REPORTED = [capture for capture in CAPTURES if "story" in capture]
INBOX = story.HERE / "inbox"
GOLDEN = story.HERE / "golden"

RECORD_KEYS = list(
    Article("p", "en", None, None, "UTC", None, body=(), identity=None, rule_version="r").to_record()
)


def page_of(capture: dict[str, Any]) -> Page:
    return story.captured_on(story.load_story(capture["story"]), day_of(capture), capture.get("ticker"))


def day_of(capture: dict[str, Any]) -> date:
    return date.fromisoformat(capture["file"].partition("/")[0])


def body_lines(page: Page) -> list[str]:
    blocks = page.record("text")["body"]
    return [line for block in blocks for line in block.get("items", [block.get("text")])]


def test_files_are_what_the_stories_render() -> None:
    rendered = write.rendered(CAPTURES)
    assert len(rendered) > 30
    for name, data in rendered.items():
        assert (INBOX / name).read_bytes() == data, f"{name}: run python -m samples.write"


def test_inbox_and_captures_name_the_same_files() -> None:
    on_disk = {path.relative_to(INBOX).as_posix() for path in INBOX.rglob("*") if path.is_file()}
    assert on_disk == set(FILES)
    assert {path.stem for path in (story.HERE / "stories").iterdir()} == {row["story"] for row in REPORTED}


def test_golden_records_are_the_stories() -> None:
    records = write.records(CAPTURES)
    on_disk = {
        path.relative_to(GOLDEN).as_posix().removesuffix(".json"): path.read_bytes()
        for path in GOLDEN.rglob("*.json")
    }
    assert on_disk == {name: write.as_json(record) for name, record in records.items()}
    for record in records.values():
        assert list(record) == RECORD_KEYS


def test_expected_json_is_what_captures_say() -> None:
    expected = json.loads((story.HERE / "expected.json").read_bytes())
    assert expected == write.expected(CAPTURES)
    for name, outcome in expected.items():
        wanted = {"outcome", "stage", "reason_code"} if outcome["outcome"] not in write.GOOD else {"outcome"}
        assert wanted <= set(outcome), name


def test_five_days_of_both_publishers_in_both_formats() -> None:
    days = sorted({day_of(capture) for capture in CAPTURES})
    assert days == [days[0] + timedelta(days=number) for number in range(5)]
    good = [capture for capture in CAPTURES if capture["outcome"] in write.GOOD]
    kinds = Counter((row["file"].split("/")[1], row["file"].rpartition(".")[2]) for row in good)
    for publisher in ("al_mayadeen", "nour_news"):
        for ending in ("txt", "html"):
            assert kinds[publisher, ending] >= 3
    outcomes = Counter(capture["outcome"] for capture in CAPTURES)
    assert outcomes["revision"] >= 1
    assert outcomes["repeat"] >= 3


@pytest.mark.parametrize("day", sorted({day_of(capture) for capture in CAPTURES}))
def test_no_day_is_mostly_quarantine(day: date) -> None:
    outcomes = [capture["outcome"] for capture in CAPTURES if day_of(capture) == day]
    assert outcomes.count("quarantined") / len(outcomes) <= 0.45


def test_repeats_and_revisions_come_after_what_they_repeat() -> None:
    seen: set[tuple[str, str]] = set()
    for capture in sorted(CAPTURES, key=lambda row: row["file"]):
        if capture["outcome"] not in write.GOOD:
            continue
        page = page_of(FILES[capture.get("copy_of", capture["file"])])
        article = (page.publisher, page.headline or "")
        known = article in seen
        assert known == (capture["outcome"] != "loaded"), capture["file"]
        seen.add(article)


def test_a_revision_changes_the_text_and_a_repeat_does_not() -> None:
    first = story.load_story("novarra-solar-park")
    revised = story.load_story("novarra-solar-park-revised")
    assert revised.headline == first.headline
    assert revised.published_local == first.published_local
    assert revised.body != first.body


def test_ticker_lines_leak_only_where_they_are_meant_to() -> None:
    """Asked with every ticker line of the day, then with those of the days around it as well."""
    lines: dict[date, set[str]] = {}
    for capture in REPORTED:
        lines.setdefault(day_of(capture), set()).update(page_of(capture).ticker)
    leaks: dict[str, list[str]] = {"day": [], "neighbours": []}
    for capture in REPORTED:
        day, body = day_of(capture), body_lines(page_of(capture))
        around = {line for other, found in lines.items() if abs(other - day).days <= 3 for line in found}
        if TickerIndex(lines[day]).first_leak(body):
            leaks["day"].append(capture["story"])
        elif TickerIndex(around).first_leak(body):
            leaks["neighbours"].append(capture["story"])
    assert leaks == {
        "day": ["ticker-in-body", "nour-ticker-in-body"],
        "neighbours": ["ticker-of-the-next-day"],
    }


def test_the_leaking_pages_cannot_know_it_themselves() -> None:
    for name in ("ticker-in-body", "nour-ticker-in-body", "ticker-of-the-next-day"):
        (capture,) = [row for row in REPORTED if row["story"] == name]
        page = page_of(capture)
        assert TickerIndex(page.ticker).first_leak(body_lines(page)) is None


def test_one_page_quotes_its_ticker_without_leaking() -> None:
    (capture,) = [row for row in REPORTED if row["story"] == "zephrin-harbor-strike"]
    page = page_of(capture)
    quoted = "port authority asks three captains to anchor outside the bay until Friday"
    assert any(quoted in line for line in page.ticker)
    assert any(quoted in line for line in body_lines(page))


def test_samples_show_every_kind_of_body_part() -> None:
    parts = {type(part).__name__ for capture in REPORTED for part in page_of(capture).body}
    assert parts == {"Paragraph", "Subheading", "Bullets", "Post", "Related", "Promo"}
    texts = [(INBOX / row["file"]).read_bytes() for row in REPORTED]
    assert any("\u00a0".encode() in text for text in texts)
    assert any(text.startswith(b"\xef\xbb\xbf") and b"\r\n" in text for text in texts)
    assert any(len(text) > 140_000 for text in texts)
