"""The five real captures: each gives its golden record, every key and character of it, in any format."""

from __future__ import annotations

import codecs
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from newsmarts.core.errors import CaptureError
from newsmarts.parse.page import parse_page
from samples import html
from samples.markup import SKINS
from samples.model import BodyPart, Bullets, Link, Page, Paragraph, Picture, Related, Subheading
from tests.parse.skins import SKINS as OTHER_SKINS

PAGES = Path(__file__).resolve().parents[3] / "shared" / "pages"

# Publishers own these pages, so they lie beside the project and not in it.
pytestmark = pytest.mark.skipif(
    not PAGES.is_dir(), reason="the real captures (../shared/pages) are not on this machine"
)

NAMES = (
    "almayadeen-2021-06-01-military-technical",
    "almayadeen-2021-10-11-partnership",
    "almayadeen-2023-05-16-supreme-court",
    "almayadeen-2024-08-05-shoigu",
    "nournews-2024-06-22-partnership",
)


def golden(name: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((PAGES / "golden" / f"{name}.json").read_text(encoding="utf-8"))
    return record


def capture(name: str) -> str:
    return (PAGES / f"{name}.txt").read_bytes().decode()


def record_of(data: bytes) -> dict[str, Any]:
    return parse_page(data).article.to_record()


def test_every_real_capture_is_tested() -> None:
    assert {path.stem for path in PAGES.glob("*.txt")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_text_capture_gives_its_golden_record(name: str) -> None:
    record = record_of((PAGES / f"{name}.txt").read_bytes())
    assert record == golden(name)
    assert json.dumps(record) == json.dumps(golden(name)), "the keys stand in another order"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.encode("cp1252"),
        lambda text: text.replace(" the ", " \u200bthe\u00a0").encode(),
        lambda text: text.replace("\n", " \n").encode(),
    ],
    ids=["crlf", "bom", "utf-16", "utf-16-be-bare", "windows-1252", "odd-spaces", "trailing-spaces"],
)
def test_the_bytes_do_not_matter(name: str, encode: Any) -> None:
    assert record_of(encode(capture(name))) == golden(name)


def page_of(record: dict[str, Any]) -> Page:
    """A page model with a golden record's content; two related headlines stand after the fifth block."""
    body: list[BodyPart] = []
    for block in record["body"]:
        kinds: dict[str, Any] = {"paragraph": Paragraph, "subheading": Subheading}
        body.append(
            Bullets(tuple(block["items"])) if block["kind"] == "list" else kinds[block["kind"]](block["text"])
        )
    if record["related_headlines"]:
        body.insert(5, Related(tuple(record["related_headlines"])))
    return Page(
        publisher=record["publisher"],
        headline=record["headline"],
        body=tuple(body),
        published_local=datetime.fromisoformat(record["published_local"]),
        standfirst=record["standfirst"],
        byline_raw=record["byline_raw"],
        agency=record["agency"],
        read_minutes=record["read_minutes"],
        shares=None if record["share_count"] is None else str(record["share_count"]),
        picture=Picture(**record["image"]) if record["image"] else None,
        tags=tuple(record["tags"]),
        ticker=tuple(record["ticker"]),
        most_read=tuple(
            Link(**{**link, "published_on": date.fromisoformat(link["published_on"])})
            for link in record["most_read"]
        ),
        coverage=tuple(record["coverage"]),
        read_next=tuple(Link(**link) for link in record["read_next"]),
        news_id=record["news_id"],
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("skin", SKINS)
def test_html_of_the_same_content_gives_the_same_record(name: str, skin: Any) -> None:
    assert record_of(html.render(page_of(golden(name)), skin).encode()) == golden(name)


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("almayadeen")])
@pytest.mark.parametrize("skin", OTHER_SKINS)
def test_html_of_other_structure_gives_the_same_record(name: str, skin: str) -> None:
    assert record_of(OTHER_SKINS[skin](page_of(golden(name))).encode()) == golden(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_capture_cut_off_anywhere_is_whole_or_nothing(name: str) -> None:
    """Quarantined, or an article with all of its own fields; the lists under it may be shorter."""
    data, whole = (PAGES / f"{name}.txt").read_bytes(), golden(name)
    lists = ("most_read", "coverage", "read_next")
    articles, reasons = 0, set()
    for cut in range(0, len(data), 7):
        try:
            record = record_of(data[:cut])
        except CaptureError as error:
            reasons.add(error.reason_code)
            continue
        articles += 1
        for field in whole:
            if field in lists:
                assert record[field] == whole[field][: len(record[field])], (cut, field)
            elif field != "captured_on_or_after":  # the lists' days count for it
                assert record[field] == whole[field], (cut, field)
    assert reasons == {"empty_file", "unknown_publisher", "truncated_page"}
    assert articles or name.startswith("nournews"), "no cut under the article left it readable"
