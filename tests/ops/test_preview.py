"""What other rules and contracts would change of stored days, while nothing stored changes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from newsmarts.cli.main import main
from newsmarts.cli.render.preview import render
from newsmarts.core import schemas
from newsmarts.core.acknowledgements import QuarantineKey, record_decision
from newsmarts.core.errors import MissingPartition
from newsmarts.core.partitions import partition_path
from newsmarts.core.settings import PROJECT_ROOT, Settings, load_settings
from newsmarts.ops.preview.days import compare_day, read_results
from newsmarts.ops.preview.findings import DayCounts, DayPreview, PageChange, Preview, Reason
from newsmarts.ops.preview.run import preview
from tests.export.marts import files_of

pytestmark = pytest.mark.xdist_group("sample_marts")
FIRST, LAST = date(2025, 9, 1), date(2025, 9, 5)
DAYS = [FIRST, date(2025, 9, 2), date(2025, 9, 3), date(2025, 9, 4), LAST]
FERRIES = "2025-09-01/al_mayadeen/velmora-ferry-talks.txt"
UNREAD = QuarantineKey(
    LAST, "c817853c76d464bdee82a9be33ce66d3", "page", "missing_headline", "headline_present"
)
PERSON = "2025-09-01/al_mayadeen/person-byline.txt"


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shorter headlines and ticker lines only; a person's byline may pass."""
    folder = tmp_path_factory.mktemp("contracts") / "expectations"
    shutil.copytree(PROJECT_ROOT / "expectations", folder)
    limits: dict[str, dict[str, int | None]] = {
        "al_mayadeen_articles": {"headline_of_sane_length": 68, "byline_is_the_house": None},
        "ticker_items": {"text_of_sane_length": 72},
    }
    for name, wanted in limits.items():
        path = folder / f"{name}.json"
        contract = json.loads(path.read_text(encoding="utf-8"))
        for entry in contract["expectations"]:
            if entry["meta"]["id"] in wanted:
                most = wanted[entry["meta"]["id"]]
                if most is None:
                    entry["severity"] = "warning"
                else:
                    entry["kwargs"]["max_value"] = most
        path.write_text(json.dumps(contract), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def found(sample_home: Path, contracts: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    """A preview of all sample days with those contracts, which leaves the home as it was."""
    home = tmp_path_factory.mktemp("previewed") / "home"
    shutil.copytree(sample_home, home, symlinks=True)
    settings = load_settings(home=home, contracts_dir=contracts, quarantine_fail_share=0.49)
    record_decision(
        "acknowledged",
        settings,
        [UNREAD],
        by="An editor",
        at=datetime(2025, 9, 9, tzinfo=UTC),
        reason="A test.",
    )
    before = files_of(home)
    yield preview(settings, DAYS)
    assert files_of(home) == before


def paths(changes: tuple[PageChange, ...]) -> list[str]:
    return [change.source_path for change in changes]


@pytest.mark.slow
def test_pages_that_change_sides_are_listed_with_their_reasons(found: Preview) -> None:
    first, third = found.days[0], found.days[2]
    assert [day.day for day in found.days] == DAYS
    assert first.before is not None
    assert (first.before.valid, first.after.valid) == (5, 5)
    assert paths(first.quarantined) == [FERRIES]
    [reason] = first.quarantined[0].reasons_after
    assert (reason.reason_code, reason.expectation) == ("headline_length", "headline_of_sane_length")
    assert paths(first.accepted) == [PERSON]
    assert [each.reason_code for each in first.accepted[0].reasons_before] == ["unexpected_byline"]
    assert first.after.refusal is None
    # the samples have many bad pages: two more are too many
    assert third.after.refusal is not None
    assert first.articles_changed == third.articles_changed == 0


@pytest.mark.slow
def test_the_marts_are_those_of_publishing_it(found: Preview) -> None:
    marts = found.marts
    assert marts is not None
    articles = marts.difference.marts["articles"]
    assert (articles.added, articles.removed) == (1, 0)
    entering = {article["headline"] for article in marts.articles_entering}
    assert "What the strait remembers: a night on the last ferry" in entering
    # the next day's ticker line that keeps a page out is quarantined now; a page without a body shows it too
    assert marts.withheld_no_more == []
    assert "Dunmeri valley prepares for river festival without a river" not in entering
    # both sides know what is acknowledged
    quarantine = marts.difference.marts["quarantine"]
    assert not [name for name in quarantine.changed_columns if name.startswith("acknowledged")]
    # the marts' own contract still wants the house's byline
    assert [text.partition(":")[0] for text in marts.broken] == [
        "marts_articles.al_mayadeen_byline_is_the_house"
    ]


@pytest.mark.slow
def test_a_person_reads_it(found: Preview) -> None:
    text = render(found)
    assert "  2025-09-02  13        8 → 7  0            5 → 6        pages that differ: 1" in text
    assert "WOULD BE REFUSED" in text
    assert f"    - {FERRIES!r}\n        now: headline_length (headline_of_sane_length): The headline" in text
    assert f"    + {PERSON!r}\n        was: unexpected_byline" in text
    assert "  1 article would enter\n" in text
    assert "the audit would fail" in text
    assert "marts.articles: 26 rows before, 27 after" in text
    assert found.marts is not None
    path = "2025-09-04/al_mayadeen/ticker-of-the-next-day.txt"
    page = {"capture_day": date(2025, 9, 4), "source_path": path, "detail": "A line"}
    released = replace(found.marts, withheld_no_more=[page])
    text = render(replace(found, marts=released))
    assert "because of a neighbouring day's ticker" in text
    assert path in text


def test_without_a_change_nothing_is_run(sample_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["preview", "--from", str(FIRST), "--to", str(LAST), "--home", str(sample_home)]
    assert main([*argv, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [day["as_stored"] for day in answer["days"]] == [True] * 5
    assert answer["marts"] is None
    assert main(argv) == 0
    assert "The marts would stay as they are." in capsys.readouterr().out


def test_bad_usage_and_days_without_captures(sample_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = ["--home", str(sample_home)]
    assert main(["preview", "--from", str(LAST), "--to", str(FIRST), *home]) == 2
    assert f"--to {FIRST} lies before --from {LAST}" in capsys.readouterr().err
    assert main(["preview", "--from", "2001-01-01", *home]) == 1
    assert "Nothing was landed of 2001-01-01" in capsys.readouterr().err
    with pytest.raises(MissingPartition):
        preview(load_settings(home=sample_home / "nothing"), DAYS)


@pytest.mark.slow
def test_captures_of_an_object_store(sample_home: Path, contracts: Path, tmp_path: Path) -> None:
    from newsmarts.core.object_store import open_store

    url = "memory://preview-tests"
    store = open_store(url)
    for path in (sample_home / "raw").rglob("*"):
        if path.is_file():
            target = store / path.relative_to(sample_home).as_posix()
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    settings = load_settings(home=url, work=tmp_path, contracts_dir=contracts)
    [day] = preview(settings, [FIRST]).days
    assert day.before is None
    assert day.after.valid == 5
    assert {change.before for change in (*day.quarantined, *day.accepted)} == {"new"}
    assert list((tmp_path / "staged").glob("*")) == []


# What a day's results say, changed as other rules might.


@pytest.fixture
def other(sample_home: Path, tmp_path: Path) -> Settings:
    """A home with a copy of one validated day."""
    settings = load_settings(home=tmp_path)
    shutil.copytree(
        partition_path(sample_home, "validated", FIRST), partition_path(tmp_path, "validated", FIRST)
    )
    return settings


def rewrite(settings: Settings, **columns: Any) -> None:
    """Give columns of the day's first article other values."""
    path = partition_path(settings.home, "validated", FIRST) / "articles.parquet"
    rows = schemas.read_table(path, schemas.ARTICLES).to_pylist()
    rows[0] |= columns
    pq.write_table(pa.Table.from_pylist(rows, schema=schemas.ARTICLES), path)


def compared(sample_home: Path, other: Settings, examples: int = 3) -> DayPreview:
    after = read_results(other, FIRST)
    assert after is not None
    return compare_day(FIRST, read_results(load_settings(home=sample_home), FIRST), after, examples=examples)


def test_changed_fields_are_counted_and_shown(sample_home: Path, other: Settings) -> None:
    assert compared(sample_home, other).articles_changed == 0
    rewrite(other, rule_version="al_mayadeen/2099-01-01")  # not about the article
    assert compared(sample_home, other).articles_changed == 0
    rewrite(other, headline="A new one", tags=["a", "b"], body_text="Short.", word_count=1, text_sha256="0")
    day = compared(sample_home, other)
    assert (day.articles_changed, day.quarantined, day.accepted) == (1, (), ())
    assert day.fields_changed == {"headline": 1, "tags": 1, "body_text": 1}
    fields = day.articles[0].fields
    assert fields["headline"][1] == "A new one"
    assert fields["tags"][1] == '["a", "b"]'
    assert compared(sample_home, other, examples=0).articles == ()


def test_other_blocks_of_the_same_text_are_shown(sample_home: Path, other: Settings) -> None:
    block = {"kind": "subheading", "text": "All of it", "items": None}
    rewrite(other, body=[block], text_sha256="0")
    day = compared(sample_home, other)
    assert list(day.fields_changed) == ["body"]
    assert "subheading" in day.articles[0].fields["body"][1]


def test_a_page_that_is_no_longer_taken_for_an_article_is_apart(sample_home: Path, other: Settings) -> None:
    path = partition_path(other.home, "validated", FIRST) / "quarantine.parquet"
    rows = schemas.read_table(path, schemas.QUARANTINE).to_pylist()
    changed = next(row for row in rows if row["reason_code"] == "unexpected_byline")
    changed |= {
        "outcome": "not_article",
        "reason_code": "section_page",
        "stage": "parse",
        "expectation": None,
    }
    pq.write_table(pa.Table.from_pylist(rows, schema=schemas.QUARANTINE), path)
    day = compared(sample_home, other)
    (change,) = day.not_article
    assert (change.before, change.after, day.quarantined) == ("quarantined", "not_article", ())
    text = render(Preview(FIRST, FIRST, (day,), None, False))
    assert "1 page would not be taken for an article" in text
    assert "section_page" in text


def test_results_that_can_not_be_read_are_none(other: Settings) -> None:
    (partition_path(other.home, "validated", FIRST) / "quarantine.parquet").write_bytes(b"PAR1")
    assert read_results(other, FIRST) is None
    assert read_results(other, LAST) is None


def test_page_text_can_not_steer_a_terminal() -> None:
    hostile = "\x1b[2J\u202e gnihtemos\r\nThe marts would stay"
    counts = DayCounts(1, 0, 0, 1, 0, 0, hostile, "a", "b")
    reason = Reason("validate", "too_long", None, hostile)
    change = PageChange("c", hostile, "new", "quarantined", (), (reason,))
    day = DayPreview(FIRST, None, counts, quarantined=(change,))
    text = render(Preview(FIRST, FIRST, (day,), None, False))
    assert not set("\x1b\u202e\r") & set(text)
    assert "\\x1b[2J\\u202e gnihtemos\\r\\nThe marts would stay" in text
