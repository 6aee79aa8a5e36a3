"""Pages in the markup that scrapers of the sites document, where they lie beside the project.

The pages of a folder are one page with one thing changed: the table has what of it is not as in the first.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from newsmarts.core.errors import CaptureError
from newsmarts.core.records import Article
from newsmarts.parse.page import parse_page

CASES = Path(__file__).resolve().parents[2] / "shared" / "cases" / "site-markup"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases is not on this machine")

SITE: dict[str, Any] = {
    "byline": "Al Mayadeen", "agency": "Agencies", "read_minutes": 3, "published_from": "page",
    "standfirst": "The two ports settle an eleven-year dispute over the damaged quay.",
    "published_local": "2025-09-16T20:44:00", "published_at": "2025-09-16T17:44:00Z",
    "modified_at": datetime(2025, 9, 16, 18, 2, 11, tzinfo=UTC), "disagreements": 0,
    "blocks": 5, "tags": 3, "ticker": 4, "related": 2, "coverage": ["Ports of the South"], "read_next": 4,
    "most_read": ["2025-08-19", "2025-08-23", "2025-08-21", "2025-08-22"],
}  # fmt: skip
TEXT: dict[str, Any] = {
    "byline": "Al Mayadeen", "agency": "Agencies", "published_from": "page",
    "published_local": "2023-05-16T20:44:00", "published_at": "2023-05-16T17:44:00Z",
    "blocks": 13, "tags": 5, "ticker": 10, "read_next": 4,
    "coverage": ["The Ummah's Martyrs"],
    "most_read": ["2025-08-19", "2025-08-23", "2025-08-21", "2025-08-22"],
}  # fmt: skip
NOUR: dict[str, Any] = {
    "byline": None, "agency": None, "published_from": "page", "news_id": "279165",
    "published_local": "2025-09-16T17:01:54", "published_at": "2025-09-16T13:31:54Z",
    "modified_at": datetime(2025, 9, 16, 14, 0, 12, tzinfo=UTC),
    "standfirst": "Diplomats of the two countries have discussed ways to expand their partnership.",
    "disagreements": 0, "blocks": 4, "related": 0,
}  # fmt: skip
FIRST: dict[str, dict[str, Any]] = {"made": SITE, "made2": SITE, "text": TEXT, "nour": NOUR}
HEAD: dict[str, Any] = {"published_from": "head"}
NOTHING = {"published_from": None, "published_local": None, "published_at": None}


def quay(what: str, hour: int) -> dict[str, Any]:
    """What the pages of made2 differ in: the thing that is settled, and the hour of publication."""
    return {
        "standfirst": f"The two ports settle an eleven-year dispute over the {what}.",
        "published_local": f"2025-09-16T{hour}:44:00",
        "published_at": f"2025-09-16T{hour - 3:02}:44:00Z",
    }


# A byline that is not a spelling of the house's is kept as it is; the contract rejects it.
CHANGED: dict[str, dict[str, Any] | str] = {
    # the ticker's lines are there twice, as carousels repeat them
    "made/am03": {"ticker": 8},
    "made/am07": {"ticker": 0},
    "made/am08": HEAD,
    "made/am09": HEAD,
    "made/am15": {"most_read": [None] * 4},
    "made/am16": {"blocks": 6},  # an embedded post
    "made/am20": {
        **HEAD, "published_local": "2023-03-24T18:27:00", "published_at": "2023-03-24T15:27:00Z",
        "modified_at": datetime(2023, 3, 24, 15, 40, 21, tzinfo=UTC),
    },
    "made/am24": HEAD,
    "made/am25": HEAD,
    "made/by05": {"byline": "Al Mayadeen TV"},
    "made/by06": {"byline": "Al Mayadeen Español"},
    "made/by07": {"byline": "Al Mayadeen English - Beirut"},
    "made/by08": {"byline": "Al Mayadeen Staff"},
    "made/by10": {"byline": "Al Mayadeen, Agencies"},
    "made/by12": {"byline": "Al Mayadeen & Agencies"},
    "made/by13": {"byline": "Mona Issa"},
    "made/by14": {"byline": "Al Mayadeen English, Mona Issa"},
    "made2/g00": quay("quay", 10),
    "made2/g02": {**quay("bridge", 12), "agency": "Agencies + Al Mayadeen English"},
    "made2/g05": {**quay("pilot", 15), "ticker": 8},
    "made2/g06": quay("storm", 16),
    "made2/g07": {**quay("grain", 17), "ticker": 0},
    "made2/g09": {**quay("crane", 19), "blocks": 6, "related": 1},
    "text/t01": {"most_read": [None, *TEXT["most_read"][1:]]},
    "text/t02": {"most_read": [TEXT["most_read"][0], None, *TEXT["most_read"][2:]]},
    "text/t04": {"most_read": [None] * 4},
    "text/t05": {"most_read": [None] * 4},
    "text/t10": NOTHING,  # no head: missing_published_at
    "nour/nn08": HEAD,
    "nour/nn22": {"standfirst": None},
    "nour/nn23": {"published_local": "2021-01-16T17:01:54", "published_at": "2021-01-16T13:31:54Z"},
    "nour/nn24": {"published_local": "2021-06-22T17:01:54", "published_at": "2021-06-22T12:31:54Z"},
    "nour/nn25": "other_language",
    "nour/nn30": "section_page",
    "nour/nn40": "other_language",
    "nour/nn41": "other_language",
    "nour/nn43": "other_language",
}  # fmt: skip
KNOWN_WRONG: dict[str, str] = {}


def of(article: Article) -> dict[str, Any]:
    """The values of an article that the table has, lists as their lengths where the words don't matter."""
    record = article.to_record()
    return {
        **record,
        "published_from": article.published_from,
        "modified_at": article.extra.get("modified_at"),
        "disagreements": len(article.extra.get("metadata_disagreements", ())),
        "blocks": len(article.body),
        "tags": len(article.tags),
        "ticker": len(article.ticker),
        "related": len(article.related_headlines),
        "read_next": len(article.read_next),
        "most_read": [entry["published_on"] for entry in record["most_read"]],
    }


@pytest.mark.parametrize("folder", FIRST)
def test_pages(folder: str) -> None:
    wrong: dict[str, Any] = {}
    for path in sorted((CASES / folder).iterdir()):
        name = f"{folder}/{path.name.split('_')[0]}"
        expected = CHANGED.get(name, {})
        try:
            media_type = "text/html" if path.suffix == ".html" else "text/plain"
            found = of(parse_page(path.read_bytes(), media_type=media_type).article)
        except CaptureError as error:
            if error.reason_code != expected:
                wrong[name] = error
            continue
        if isinstance(expected, str):
            wrong[name] = f"loaded, not {expected}"
            continue
        differing = {
            field: (found[field], value)
            for field, value in {**FIRST[folder], **expected}.items()
            if found[field] != value
        }
        if differing:
            wrong[name] = differing
    assert wrong.keys() == {name for name in KNOWN_WRONG if name.startswith(f"{folder}/")}, wrong
