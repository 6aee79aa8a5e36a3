"""Every field can be traced: to blocks that say it, or to the place in the head that does."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from newsmarts.core import partitions, schemas
from newsmarts.core.partitions import parse_day as day_of
from newsmarts.core.records import Capture
from newsmarts.core.settings import Settings
from newsmarts.land import run as land
from newsmarts.parse import run as parse
from newsmarts.parse.page import parse_page, parse_reading, publisher_of, read_page
from newsmarts.parse.provenance import Source, body_sources, sources_of
from newsmarts.parse.publisher import ParsedPage
from newsmarts.parse.rows import article_row
from newsmarts.parse.times import parse_day
from samples import html, story, text
from samples.markup import SKINS, Skin
from samples.model import Page
from tests.parse.pages import ARTICLE, NOUR_ARTICLE

INBOX = story.HERE / "inbox"
GOLDEN = sorted(path.relative_to(story.HERE / "golden") for path in (story.HERE / "golden").rglob("*.json"))
CAPTURES = [
    path
    for path in sorted(INBOX.rglob("*"))
    if path.is_file() and Path(f"{path.relative_to(INBOX)}.json") in GOLDEN
]
FROM_RULES = {"publisher", "language", "timezone"}


def read(path: Path) -> ParsedPage:
    return parse_page(path.read_bytes(), media_type="text/html" if path.suffix == ".html" else "text/plain")


def by_field(page: ParsedPage) -> dict[str, Source]:
    sources = sources_of(page)
    assert len({source.field for source in sources}) == len(sources)
    return {source.field: source for source in sources}


def test_there_are_samples_of_both_formats() -> None:
    assert {path.suffix for path in CAPTURES} == {".txt", ".html"}
    assert len(CAPTURES) >= 20


each_capture = pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.relative_to(INBOX).as_posix())


@each_capture
def test_every_field_with_a_value_is_traced(path: Path) -> None:
    page = read(path)
    record, found = page.article.to_record(), by_field(page)
    stated = {name for name, value in record.items() if value not in (None, [], {})} - {"image"}
    stated |= {f"image_{name}" for name, value in (record["image"] or {}).items() if value}
    stated |= set(page.article.extra) - {"metadata_disagreements"}
    assert set(found) == stated - FROM_RULES
    for source in found.values():
        assert bool(source.blocks) != bool(source.head), source
        assert list(source.blocks) == sorted(set(source.blocks)), source
        assert all(0 < number <= len(page.reading) for number in source.blocks), source


@each_capture
def test_blocks_say_what_the_record_says(path: Path) -> None:
    page = read(path)
    record = page.article.to_record()
    said = {
        field: [page.reading.texts[number - 1] for number in source.blocks]
        for field, source in by_field(page).items()
    }
    image = record["image"] or {}
    values = record | {"image_alt": image.get("alt"), "image_caption": image.get("caption")}
    assert set(said["headline"]) == {record["headline"]}
    for field in said.keys() & {"standfirst", "image_alt", "image_caption"}:
        assert values[field] in said[field]
    for field in said.keys() & {"byline_raw", "agency", "read_minutes"}:
        assert any(str(record[field]) in line for line in said[field]), field
    assert all("Share" in line for line in said.get("share_count", ()))  # "1,204 Shares"
    for field in said.keys() & {"tags", "ticker", "coverage"}:
        assert list(dict.fromkeys(said[field])) == list(dict.fromkeys(record[field])), field
    for field in said.keys() & {"most_read", "read_next"}:
        assert {link["headline"] for link in record[field]} <= set(said[field]), field
    for headline, line in zip(record["related_headlines"], said.get("related_headlines", ()), strict=True):
        assert line.endswith(headline)


@pytest.mark.parametrize("path", CAPTURES[:4], ids=lambda path: path.name)
def test_the_latest_day_is_traced_to_a_line_that_says_it(path: Path) -> None:
    page = read(path)
    found = by_field(page)
    latest = page.article.captured_on_or_after
    for number in found["captured_on_or_after"].blocks:
        line = page.reading.texts[number - 1]
        own = page.article.published_local
        assert parse_day(line) == latest or (
            number in found["published_local"].blocks and own and own.date() == latest
        )


@each_capture
def test_each_block_of_the_body_is_traced(path: Path) -> None:
    page = read(path)
    texts, sources = page.reading.texts, body_sources(page)
    for block, numbers in zip(page.article.body, sources, strict=True):
        lines = [texts[number - 1] for number in numbers]
        if block.kind == "list":
            assert tuple(lines) == block.items
        else:
            assert (block.text or "") in " ".join(lines)
    reported = [number for numbers in sources for number in numbers]
    assert reported == sorted(set(reported))
    assert tuple(reported) == by_field(page)["body"].blocks


# Counted by hand in the printed pages.
TEXT_NUMBERS = {
    "ticker": (61, 62, 63),
    "headline": (64,),
    "byline_raw": (65,),
    "byline": (65,),
    "agency": (66,),
    "published_local": (67,),
    "published_at": (67,),
    "share_count": (68,),
    "read_minutes": (69,),
    "standfirst": (70,),
}


def test_block_numbers_of_a_text_capture() -> None:
    printed = text.render(ARTICLE)
    lines = [line.strip(" •") for line in printed.split("\n") if line.strip()]
    found = by_field(parse_page(printed.encode()))
    assert {name: found[name].blocks for name in TEXT_NUMBERS} == TEXT_NUMBERS
    assert lines[TEXT_NUMBERS["headline"][0] - 1] == ARTICLE.headline
    assert lines[TEXT_NUMBERS["standfirst"][0] - 1] == ARTICLE.standfirst


def test_block_numbers_of_a_nour_page() -> None:
    found = by_field(parse_page(text.render(NOUR_ARTICLE).encode()))
    assert {name: source.blocks for name, source in found.items()} == {
        "news_id": (1,),
        "published_local": (2,),
        "published_at": (2,),
        "captured_on_or_after": (2,),
        "headline": (3, 4),
        "standfirst": (5,),
        "body": (6, 7, 8),
    }


@pytest.mark.parametrize("page", [ARTICLE, NOUR_ARTICLE], ids=["al_mayadeen", "nour_news"])
@pytest.mark.parametrize("skin", SKINS)
def test_what_only_the_head_says_names_its_place(page: Page, skin: Skin) -> None:
    parsed = parse_page(html.render(page, skin).encode())
    extra, found = parsed.article.extra, by_field(parsed)
    assert "url" in extra
    for field in ("url", "section", "modified_at", "keywords", "image_url"):
        if extra.get(field):
            assert found[field].blocks == ()
            assert found[field].head


def test_promotions_at_the_end_of_a_paragraph_and_on_lines_of_their_own() -> None:
    printed = text.render(ARTICLE)
    assert "years of building.\n" in printed
    printed = printed.replace(
        "years of building.\n",
        "years of building. Read more: Ostrin reopens its exchange\n\nRead more: Ilvane votes again\n",
    )
    parsed = parse_page(printed.encode())
    assert parsed.article.related_headlines == ("Ostrin reopens its exchange", "Ilvane votes again")
    body = by_field(parsed)["body"].blocks
    assert by_field(parsed)["related_headlines"].blocks == (body[0], body[0] + 1)


def test_roles_are_known_of_a_page_that_cant_be_read() -> None:
    cut = text.render(ARTICLE).partition("Dockers had asked")[0].encode()
    reading = read_page(cut)
    roles = ["left from before"]
    with pytest.raises(Exception, match="truncated_page"):
        parse_reading(reading, publisher_of(reading), None, roles)
    assert len(roles) == len(reading)
    assert roles[63] == "headline"
    assert set(roles[60:63]) == {"ticker"}


def test_sources_are_staged(tmp_path: Path) -> None:
    page = parse_page(text.render(NOUR_ARTICLE).encode())
    moment = datetime(2025, 8, 25, tzinfo=UTC)
    capture = Capture("id", "0" * 64, None, "inbox", "a.txt", moment, "text/plain", 1, moment)
    schemas.write_rows(tmp_path / "articles.parquet", schemas.ARTICLES, [article_row(capture, page)])
    row = schemas.read_table(tmp_path / "articles.parquet", schemas.ARTICLES).to_pylist()[0]
    assert {"field": "headline", "blocks": [3, 4], "head": None} in row["field_sources"]
    assert [source["field"] for source in row["field_sources"]] == [s.field for s in sources_of(page)]


def test_half_a_character_in_json_costs_nobody_the_day(tmp_path: Path) -> None:
    data: dict[str, Any] = {"@type": "NewsArticle", "keywords": "a\ud800b", "articleSection": "\udfff"}
    script = f'<script type="application/ld+json">{json.dumps(data)}</script></head>'
    inbox = tmp_path / "inbox" / "2025-08-25"
    inbox.mkdir(parents=True)
    printed = html.render(ARTICLE, "semantic")
    (inbox / "page.html").write_text(printed.replace("</head>", script), encoding="utf-8")
    day, settings = day_of("2025-08-25"), Settings(home=tmp_path, settle_seconds=0)
    land.run(day, settings)
    assert parse.run(day, settings).parsed == 1
    folder = partitions.partition_path(tmp_path, "parsed", day)
    assert schemas.read_table(folder / "articles.parquet", schemas.ARTICLES).num_rows == 1
