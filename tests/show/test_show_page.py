"""The page about a page: every block once, in its colour, beside it the record, and nothing that runs."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from newsmarts.core.errors import CaptureError, UsageError
from newsmarts.core.settings import Settings
from newsmarts.core.text import visible
from newsmarts.parse.reading import Reading
from newsmarts.show.capture import look_at
from newsmarts.show.record import KINDS, kinds_of, spans_of
from newsmarts.show.saved_file import parse_file
from samples import html, story, text
from samples.model import Page
from tests.parse.pages import ARTICLE, NOUR_ARTICLE
from tests.show.looking import blocks_of, look, shown, text_of

INBOX = story.HERE / "inbox"
SAMPLES = sorted(path.relative_to(INBOX).as_posix() for path in INBOX.rglob("*") if path.is_file())


def kind(block: Tag) -> str:
    assert block.parent is not None
    (name,) = set(block.parent.get_attribute_list("class")) & {f"k-{kind.key}" for kind in KINDS}
    return str(name).removeprefix("k-")


def fields_of(page: BeautifulSoup) -> dict[str, Tag]:
    return {str(field["id"]).removeprefix("f-"): field for field in page.select(".field")}


def places(tag: Tag | None) -> list[str]:
    assert tag is not None
    return [str(link["href"]) for link in tag.select("a.place")]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_block_of_a_sample_is_shown_once_and_in_order(name: str) -> None:
    seen = look_at(INBOX / name, Settings())
    page = shown(seen)
    found = blocks_of(page)
    assert seen.reading is not None
    assert {number: text_of(block.select_one(".text > bdi")) for number, block in found.items()} == {
        block.number: visible(block.text) for block in seen.reading.blocks()
    }
    targets = {str(tag["id"]) for tag in page.select("[id]")}
    links = {str(link["href"]) for link in page.select("a")}
    assert all(link.startswith("#") and link[1:] in targets for link in links - {"#contract"})
    counts = {label.get_text(" ", strip=True) for label in page.select(".legend label")}
    assert sum(int(label.rpartition(" ")[2]) for label in counts) == len(found)


def test_blocks_are_coloured_by_what_they_were_taken_for(tmp_path: Path) -> None:
    found = blocks_of(shown(look(tmp_path / "2025-08-25" / "page.txt", text.render(ARTICLE))))
    kinds = {text_of(block.select_one(".text > bdi")): kind(block) for block in found.values()}
    assert kinds["Politics"] == "read_next"  # its last place; the navigation has it too
    wanted = {
        "Slogan": "navigation",
        "BREAKING": "label",
        ARTICLE.ticker[0]: "ticker",
        "Velmora opens third pier": "headline",
        "By Al Mayadeen English": "byline",
        "Source: Agencies": "byline",
        "20 Aug 2025 15:19": "date",
        "3 Shares": "count",
        "2 Min Read": "count",
        str(ARTICLE.standfirst): "standfirst",
        "Third pier": "picture",
        "Ports": "tags",
        "Most Read": "label",
        "Ilvane counts its boats": "most_read",
        "The Ferry Talks": "coverage",
        "Rain in Ruvia after 200 days": "read_next",
        "All Rights Reserved": "footer",
    }
    assert {text: kinds[text] for text in wanted} == wanted
    assert [kind(block) for block in found.values()].count("paragraph") == 3
    assert "unused" not in kinds.values()


def test_body_parts_and_what_isnt_body_have_their_colours(tmp_path: Path) -> None:
    sample = look_at(INBOX / "2025-09-04/al_mayadeen/zephrin-harbor-strike.txt", Settings())
    used = {kind(block) for block in blocks_of(shown(sample)).values()}
    assert {"paragraph", "related", "label"} <= used
    roles = [
        "",
        "label",
        "ticker",
        "headline",
        "subheading",
        "list",
        "table",
        "embed",
        "",
        "noise",
        "form",
        "odd",
    ]
    assert [kind.key for kind in kinds_of(roles)] == [
        "navigation", "label", "ticker", "headline", "subheading", "list", "table", "embed", "unused",
        "furniture",
        "form", "other",
    ]  # fmt: skip
    assert [kind.key for kind in kinds_of(["", "", ""])] == ["unused"] * 3


@pytest.mark.parametrize(
    ("page", "name"),
    [(ARTICLE, "page.txt"), (NOUR_ARTICLE, "page.txt"), (ARTICLE, "page.html"), (NOUR_ARTICLE, "page.html")],
)
def test_the_record_stands_beside_with_its_block_numbers(page: Page, name: str, tmp_path: Path) -> None:
    printed = text.render(page) if name.endswith("txt") else html.render(page, "hashed")
    seen = look(tmp_path / "2025-08-25" / name, printed)
    whole = shown(seen)
    blocks, fields = blocks_of(whole), fields_of(whole)
    assert seen.page is not None
    assert [*fields][:4] == ["publisher", "language", "news_id", "headline"]
    (headline, *_) = places(fields["headline"].dt)
    assert text_of(blocks[int(headline[2:])].select_one(".text > bdi")) == page.headline
    lines = fields["body"].select("dd")
    assert [text_of(line.bdi) for line in lines] == [block.text for block in seen.page.article.body]
    for line in lines:
        (place,) = places(line)
        assert text_of(blocks[int(place[2:])].select_one(".text > bdi")) == text_of(line.bdi)
    assert places(fields["publisher"]) == []
    assert "rules" in text_of(fields["publisher"].dt)
    if name.endswith("html"):
        assert "head: link canonical" in text_of(fields["url"].dt)
        assert page.headline in text_of(whole.select_one("details.said"))
        if page is ARTICLE:
            texts = [text_of(line.bdi) for line in fields["known_by"].select("dd")]
            assert texts == [
                "2025-08-20T15:19 · velmora opens third pier",
                "url · english.almayadeen.net/news/politics/velmora-opens-third-pier · 2025-08-20",
            ]
    else:
        assert "none" in text_of(fields["url"])
        assert whole.select_one("details.said") is None


def test_each_entry_of_a_list_names_its_blocks(tmp_path: Path) -> None:
    seen = look(tmp_path / "page.txt", text.render(ARTICLE))
    whole = shown(seen)
    blocks = blocks_of(whole)
    for field in ("most_read", "read_next", "ticker", "tags"):
        for line in fields_of(whole)[field].select("dd"):
            (place,) = places(line)
            first, last = re.fullmatch(r"#b(\d+)(\d*)", place), text_of(line.select_one("a.place"))
            assert first is not None
            numbers = [int(number) for number in last.split("–")]
            texts = [
                text_of(blocks[number].select_one(".text > bdi"))
                for number in range(numbers[0], numbers[-1] + 1)
            ]
            assert text_of(line.bdi) in texts, field


def test_facts_of_the_file(tmp_path: Path) -> None:
    data = html.render(ARTICLE, "div_only").encode("utf-16")
    facts = text_of(shown(look(tmp_path / "2025-08-25" / "page.html", data)).select_one(".facts"))
    for fact in (
        hashlib.sha256(data).hexdigest(),
        "utf-16-le",
        "HTML",
        "text/html",
        "al_mayadeen/2021-06-01",
        "2025-08-25",
        "by its path",
        f"{len(data):,} bytes",
    ):
        assert fact in facts


@pytest.mark.parametrize(
    ("data", "reason", "blocks"),
    [
        (text.render(ARTICLE).partition("Dockers had asked")[0], "truncated_page", True),
        ("The Harbor Gazette\n\nNothing that we know.\n", "unknown_publisher", True),
        ("<html><title>Just a moment...</title><body><p>Checking your browser", "challenge_page", True),
        ("", "empty_file", False),
        (b"\x89PNG\r\n\x1a\n\0\0", "binary_file", False),
        ("<html><body>" + "<p>" * 70_000, "too_many_tags", False),
    ],
)
def test_a_page_turned_away_shows_why_and_its_blocks(
    data: str | bytes, reason: str, blocks: bool, tmp_path: Path
) -> None:
    seen = look(tmp_path / "page.txt", data)
    page = shown(seen)
    verdict = page.select_one(".verdict")
    assert verdict is not None
    assert verdict.find_previous("h2") is None, "the reason is on top"
    assert reason in text_of(verdict.h2)
    assert seen.rejection is not None
    assert visible(seen.rejection.detail) in text_of(verdict)
    assert bool(blocks_of(page)) == blocks
    assert page.select_one(".record") is None


def test_what_was_read_before_the_reading_failed_keeps_its_colours(tmp_path: Path) -> None:
    cut = text.render(ARTICLE).partition("Dockers had asked")[0]
    kinds = [kind(block) for block in blocks_of(shown(look(tmp_path / "page.txt", cut))).values()]
    assert kinds.count("ticker") == 3
    assert "headline" in kinds


def test_a_fault_of_the_parser_is_shown_like_in_the_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr("newsmarts.parse.publishers.al_mayadeen.take_ticker", fail)
    seen = look(tmp_path / "page.txt", text.render(ARTICLE))
    assert seen.rejection is not None
    assert seen.rejection.reason_code == "parser_error"
    page = shown(seen)
    assert "ZeroDivisionError: by nought" in text_of(page.select_one(".verdict"))
    assert len(blocks_of(page)) > 100


def test_a_page_of_very_many_blocks_says_what_it_leaves_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsmarts.show.render.MAX_BLOCKS", 2_000)
    page = shown(look(tmp_path / "page.txt", "line\n" * 2_005))
    assert len(page.select("ol.run > li.block")) == 2_000
    assert "5 more blocks are left out" in page.get_text()
    assert "2,005 blocks" in page.get_text()


def test_the_capture_time_is_the_landings(tmp_path: Path) -> None:
    by_path = look(tmp_path / "2024-02-30" / "2025-08-25" / "page.txt", text.render(ARTICLE))
    assert by_path.capture.captured_at.isoformat() == "2025-08-25T00:00:00+00:00"
    seen = look_at(INBOX / "2025-09-01/al_mayadeen/halden-census.txt", Settings())
    assert seen.capture.capture_day.isoformat() == "2025-09-01"


def test_a_file_that_cant_be_read(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("four")
    with pytest.raises(CaptureError, match="file_too_large"):
        look_at(tmp_path / "page.txt", Settings(max_file_bytes=3))
    with pytest.raises(UsageError, match="No such file"):
        look_at(tmp_path / "none.txt", Settings())
    with pytest.raises(UsageError, match="No such file"):
        look_at(tmp_path, Settings())


def test_looking_reads_as_parse_does() -> None:
    for name in SAMPLES[::9]:
        seen = look_at(INBOX / name, Settings())
        if seen.page is not None:
            assert seen.page.article == parse_file(INBOX / name, Settings())


def test_every_kind_has_a_name_of_its_own() -> None:
    assert len({kind.key for kind in KINDS}) == len(KINDS) == len({kind.title for kind in KINDS})


def test_spans() -> None:
    assert spans_of([7, 1, 2, 3, 9, 8]) == [(1, 3), (7, 9)]
    assert spans_of([]) == []


def test_readings_of_any_kind_are_shown() -> None:
    """Kinds and indents that no sample has."""
    kinds = ["text", "bullet", "heading", "image", "caption", "field"]
    reading = Reading(kinds[:], kinds, [False] * 6, [0, 40, 3, 0, 0, 1], ended=True)  # type: ignore[arg-type]
    seen = look_at(INBOX / SAMPLES[0], Settings())
    seen.reading, seen.roles, seen.page = reading, [""] * 6, None
    assert len(blocks_of(shown(seen))) == 6
