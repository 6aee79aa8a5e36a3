"""A contract owner changes a rule by editing data beside the contracts, and every stage follows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from newsmarts import pipeline
from newsmarts.core.partitions import published_path
from newsmarts.core.settings import Settings, load_settings
from newsmarts.review.day_state import RunReason
from samples import text
from samples.model import Page, Paragraph
from tests.contract_files import write_brief_contracts
from tests.parse.pages import ARTICLE, FIRST, SECOND, THIRD, TICKER

pytestmark = pytest.mark.slow
USED = {
    "byline_is_the_house", "byline_is_on_the_page", "no_ticker_line_in_body", "no_page_furniture_in_body",
    "al_mayadeen_byline_present", "al_mayadeen_byline_is_the_house",
}  # fmt: skip
SHORT_LINE = "Grain exchange closed"
ADVERTISEMENT = "Presented by the pier company"


def _page(headline: str, *lines: str, **changes: object) -> Page:
    body = (FIRST, SECOND, *map(Paragraph, lines), THIRD)
    return replace(ARTICLE, headline=headline, body=body, **changes)  # type: ignore[arg-type]


LEAK = f"The clerk waited. {SHORT_LINE}. He went home."
PAGES = {
    "2025-08-25/plain.txt": _page("Velmora opens third pier", ticker=(*TICKER, SHORT_LINE)),
    "2025-08-25/desk.txt": _page("Velmora counts its piers", byline_raw="harbor  desk."),
    "2025-08-25/person.txt": _page("Velmora paints its piers", byline_raw="Ines Calloway"),
    "2025-08-25/leak.txt": _page("Velmora sells its piers", LEAK),
    "2025-08-25/advertisement.txt": _page("Velmora lends its piers", ADVERTISEMENT),
    "2025-08-26/leak-of-the-day-before.txt": _page("Velmora moves its piers", LEAK),
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for name, page in PAGES.items():
        path = tmp_path / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.render(page), encoding="utf-8")
    contracts = write_brief_contracts(tmp_path / "contracts", each=1, also=USED)
    return load_settings(
        home=tmp_path / "home", inbox=tmp_path / "inbox", contracts_dir=contracts, settle_seconds=0
    )


def _edit(settings: Settings, name: str, old: str, new: str) -> None:
    path = settings.contracts_dir / name
    before = path.read_text(encoding="utf-8")
    assert before.count(old) == 1
    path.write_text(before.replace(old, new), encoding="utf-8")


def _outcomes(settings: Settings) -> dict[str, tuple[str, str | None, str | None]]:
    """Each capture's outcome and reason, and the byline of its article."""
    with duckdb.connect(str(published_path(settings.home)), read_only=True) as marts:
        rows = marts.sql(
            "SELECT source_path, outcome, reason_code, byline FROM marts.captures "
            "LEFT JOIN marts.articles USING (article_id)"
        ).fetchall()
    return {path.rsplit("/", 1)[1]: (outcome, reason, byline) for path, outcome, reason, byline in rows}


def test_a_byline_a_leak_threshold_a_furniture_phrase_and_an_alarm_are_data(settings: Settings) -> None:
    assert pipeline.run(settings).failed_days == {}
    house, person = ("loaded", None, "Al Mayadeen"), ("quarantined", "unexpected_byline", None)
    assert _outcomes(settings) == {
        "plain.txt": house,
        "desk.txt": person,
        "person.txt": person,
        "leak.txt": house,
        "advertisement.txt": house,
        "leak-of-the-day-before.txt": house,
    }

    _edit(
        settings, "bylines.toml", "[al_mayadeen.houses]\n", '[al_mayadeen.houses]\n"Desk" = ["Harbor Desk"]\n'
    )
    _edit(settings, "ticker_leaks.toml", "\nmin_words = 4", "\nmin_words = 3")
    _edit(settings, "page_furniture.toml", "[any]\nlines = [", "[any]\nlines = [\n    'presented by .*',")
    result = pipeline.run(settings)
    assert (result.failed_days, result.published) == ({}, True)
    assert set(result.read.values()) == {RunReason.CONTRACTS}
    assert _outcomes(settings) == {
        "plain.txt": house,
        "desk.txt": ("loaded", None, "Desk"),
        "person.txt": person,
        "leak.txt": ("quarantined", "ticker_in_body", None),
        "advertisement.txt": ("quarantined", "page_furniture_in_body", None),
        "leak-of-the-day-before.txt": ("quarantined", "ticker_in_body", None),
    }

    strict = settings.model_copy(update={"quarantine_fail_share": 0.5, "quarantine_fail_min_pages": 1})
    _edit(
        strict,
        "reasons.toml",
        '[unexpected_byline]\noutcome = "quarantined"\nalarm = false',
        '[unexpected_byline]\noutcome = "quarantined"\nalarm = true',
    )
    assert [str(day) for day in pipeline.run(strict).failed_days] == ["2025-08-25"]
