"""Al Mayadeen text captures: what pages do, one thing at a time."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from newsmarts.core.errors import CaptureError
from newsmarts.core.records import BodyBlock
from samples import text
from samples.model import Bullets, Paragraph, Post, Promo, Related, Subheading
from tests.parse.pages import ARTICLE, FIRST, SECOND, THIRD, TICKER, read, read_text_of


def refused(capture: str) -> str:
    with pytest.raises(CaptureError) as caught:
        read(capture)
    return caught.value.reason_code


def with_line(after: str, line: str) -> str:
    """The article's capture with a line of its own after the chunk that ends with ``after``."""
    capture = text.render(ARTICLE)
    assert f"{after}\n\n" in capture
    return capture.replace(f"{after}\n\n", f"{after}\n\n{line}\n\n", 1)


def test_the_article_reads_as_it_was_written() -> None:
    assert read_text_of(ARTICLE) == ARTICLE.record("text")


@pytest.mark.parametrize(
    "changes",
    [
        {"picture": None},
        {"picture": None, "listen": True},
        {"standfirst": None},
        {"tags": ()},
        {"agency": None},
        {"read_minutes": None},
        {"shares": None},
        {"byline_raw": None},
        {"byline_raw": "Maren Vandermoor"},
        {"published_local": None},
        {"headline": None},
        {"ticker": ()},
        {"ticker": TICKER[:1]},
        {"ticker": tuple(f"{number} boats leave Ilvane for Ostrin" for number in range(30))},
        {"most_read": ()},
        {"coverage": ()},
        {"read_next": ()},
        {"most_read": (), "coverage": (), "read_next": ()},
        {"most_read": (), "coverage": (), "read_next": (), "tags": ()},
        {"agency": None, "read_minutes": None, "shares": None, "byline_raw": None},
        {"listen": True},
        {"shares": "1"},
        {"shares": "1,204"},
        {"shares": "12.3K"},
        {"published_local": datetime(2024, 10, 26, 23, 30)},
        {"published_local": datetime(2024, 3, 31, 0, 30)},
        {"published_local": datetime(2024, 1, 1, 0, 0)},
        {"body": (FIRST,)},
        {"body": (Paragraph("سفينة ‘Velmora’ means ship, said Kelmeri; the Arabic word is older."), SECOND)},
    ],
    ids=str,
)
def test_what_a_page_may_lack_or_say_otherwise(changes: dict[str, object]) -> None:
    page = replace(ARTICLE, **changes)  # type: ignore[arg-type]
    assert read_text_of(page) == page.record("text")


@pytest.mark.parametrize(
    "body",
    [
        (FIRST, Related(("Ostrin reopens", "Ilvane votes")), SECOND),
        (Related(("Ostrin reopens", "Ilvane votes")), FIRST, SECOND),
        (FIRST, SECOND, Related(("Ostrin reopens", "Ilvane votes"))),
        (FIRST, SECOND, Related(("Ostrin reopens", "Ilvane votes", "Will Ruvia pay for it?"))),
        (FIRST, Related(("Ostrin reopens",)), SECOND),
        (FIRST, Related(("Talks with the U.S.", "“No deal,” says Ostrin's clerk")), SECOND),
        (FIRST, Related(("Ostrin reopens", "Ilvane votes")), Promo("Ruvia waits"), SECOND),
        (FIRST, Promo("Ruvia waits"), Related(("Ostrin reopens", "Ilvane votes")), SECOND),
        (FIRST, Related(("Ostrin reopens", "Ilvane votes")), Bullets(("One pier.", "Two ships.")), SECOND),
        (FIRST, Subheading("Nine years of building"), SECOND, Subheading("‘We waited’: Kelmeri"), THIRD),
        (
            FIRST,
            Related(("Ostrin reopens", "Ilvane votes")),
            Subheading("Kelmeri counts dockers' years"),
            SECOND,
        ),
        (FIRST, Subheading("What took so long?"), SECOND),
        (FIRST, Bullets(("A pier", "A crane", "A clock")), SECOND),
        (FIRST, Bullets(("The pier is 400 meters long.", "It has two cranes.")), SECOND, THIRD),
        (FIRST, SECOND, Bullets(("The pier is 400 meters long.", "It has two cranes."))),
        (FIRST, Post("Ships ahoy!", "Talal Kelmeri (@kelmeri)", date(2024, 8, 11)), SECOND),
        (
            FIRST,
            Post("Ships ahoy!", "Talal Kelmeri (@kelmeri)", date(2024, 8, 11), "pic.twitter.com/aB1"),
            SECOND,
        ),
        (Paragraph("Coverage of the opening was limited to four reporters."), SECOND),
        (FIRST, Paragraph("Most Read was the title of the port's own newspaper."), THIRD),
        (FIRST, Paragraph("Read more slowly, Kelmeri told the clerk."), THIRD),
        (
            FIRST,
            Paragraph("By Tuesday, two more ships had come."),
            Paragraph("Source: the harbor's logbook."),
        ),
        (FIRST, Paragraph("Related news from Ostrin came late."), THIRD),
        (FIRST, Paragraph("Kelmeri added:"), THIRD),
        (FIRST, Subheading("Coverage"), SECOND, THIRD),
        (FIRST, Subheading("Read Next"), SECOND, THIRD),
    ],
    ids=str,
)
@pytest.mark.parametrize("tags", [("Velmora", "Ports"), ()], ids=["tags", "no tags"])
def test_bodies(body: tuple[object, ...], tags: tuple[str, ...]) -> None:
    page = replace(ARTICLE, body=body, tags=tags)  # type: ignore[arg-type]
    assert read_text_of(page) == page.record("text")


POST = Post("Ships ahoy!", "Talal Kelmeri (@kelmeri)", date(2024, 8, 11))
_WHOLE_POST = {"kind": "embed", "text": f"{POST.words} {POST.attribution}"}


@pytest.mark.parametrize(
    ("printed", "blocks"),
    [
        ("Ships ahoy!\n\n{0}", [_WHOLE_POST]),
        ("Ships ahoy!\n\n\n  {0}", [_WHOLE_POST]),
        (
            "Two ships came in today\nShips ahoy!\n\n{0}",
            [{"kind": "embed", "text": "Two ships came in today Ships ahoy! {0}"}],
        ),
        ("Ships ahoy!\n\n{0}\n\nShips ahoy!\n\n{0}", [_WHOLE_POST, _WHOLE_POST]),
        # what announces a post isn't its words
        (
            "Kelmeri wrote:\n\n{0}",
            [{"kind": "paragraph", "text": "Kelmeri wrote:"}, {"kind": "embed", "text": "{0}"}],
        ),
        ("Related News\n\nOstrin reopens\n\nIlvane votes\n\n{0}", [{"kind": "embed", "text": "{0}"}]),
        (
            "  • One pier.\n  • Two ships.\n\n{0}",
            [{"kind": "list", "items": ["One pier.", "Two ships."]}, {"kind": "embed", "text": "{0}"}],
        ),
    ],
    ids=["apart", "far apart", "of two lines", "two posts", "announced", "after related", "after a list"],
)
def test_a_post_whose_author_stands_apart_from_its_words(printed: str, blocks: list[dict[str, Any]]) -> None:
    capture = text.render(ARTICLE).replace(SECOND.text, printed.format(POST.attribution))
    wanted = json.loads(json.dumps(blocks, ensure_ascii=False).replace("{0}", POST.attribution))
    assert read(capture).to_record()["body"] == [
        {"kind": "paragraph", "text": FIRST.text},
        *wanted,
        {"kind": "paragraph", "text": THIRD.text},
    ]


def test_a_list_that_a_colon_announces_is_body_even_at_the_end() -> None:
    body = (FIRST, Paragraph("The new pier offers:"), Bullets(("Two cranes", "A clock")))
    page = replace(ARTICLE, body=body, tags=())
    assert read_text_of(page) == page.record("text")


HEADLINES = (
    "Ostrin's grain exchange reopens after two weeks",
    "Ilvane council votes against a second bridge",
    "Meteorologists expect the wettest autumn since 1961",
)


@pytest.mark.parametrize(
    ("lines", "headlines"),
    [
        (HEADLINES, 3),
        ((*HEADLINES[:2], "Dockers, and what Kelmeri said in 2016"), 2),
        ((*HEADLINES, "Dockers, and what Kelmeri said in 2016"), 3),
        ((*HEADLINES[:2], "Background"), 2),
        ((*HEADLINES[:2], "‘We waited long enough’: Kelmeri"), 2),
        ((*HEADLINES, "Meteorologists disagree on the winter to come"), None),
        ((HEADLINES[0], "Dockers, and what Kelmeri said in 2016"), 2),
        (("Dockers, and what Kelmeri said in 2016",), 1),
        (("Ruvia pays for drought in the end.", "Ilvane votes on its bridge again."), 2),
        (("Dockers of Velmora wait for the harbor minister.",), None),
        ((f"{HEADLINES[0]}, {HEADLINES[1].lower()}, {HEADLINES[2].lower()}", HEADLINES[1]), 2),
    ],
)
def test_three_headlines_or_two_and_a_subheading(lines: tuple[str, ...], headlines: int | None) -> None:
    page = replace(ARTICLE, body=(FIRST, Related(lines), SECOND, THIRD))
    if headlines is None:
        assert refused(text.render(page)) == "unclear_related_block"
        return
    subheadings = (Subheading(line) for line in lines[headlines:])
    page = replace(ARTICLE, body=(FIRST, Related(lines[:headlines]), *subheadings, SECOND, THIRD))
    assert read_text_of(page) == page.record("text")


@pytest.mark.parametrize("cross", ["X", "×", "✕", "Close"])
def test_other_closing_crosses(cross: str) -> None:
    capture = text.render(ARTICLE).replace("  • x\n  • Third pier", f"  • {cross}\n  • Third pier")
    assert read(capture).to_record() == ARTICLE.record("text")


@pytest.mark.parametrize("time", ["2-minute read", "Reading time: 2 minutes", "Read time 2 min"])
def test_reading_time(time: str) -> None:
    assert read(text.render(ARTICLE).replace("2 Min Read", time)).to_record() == ARTICLE.record("text")


def test_a_second_page_under_the_footer_is_not_read() -> None:
    other = replace(
        ARTICLE, headline="Ostrin counts its boats", body=(THIRD, SECOND), ticker=("A second line",)
    )
    article = read(f"{text.render(ARTICLE)}\n\n{text.render(other)}")
    assert (article.headline, article.published_local) == (ARTICLE.headline, ARTICLE.published_local)
    assert article.body == read(text.render(ARTICLE)).body


def test_a_paragraph_right_under_itself_is_there_once() -> None:
    page = replace(ARTICLE, body=(FIRST, SECOND, SECOND, THIRD))
    assert read(text.render(page)).to_record() == ARTICLE.record("text")


@pytest.mark.parametrize(
    "line",
    [
        "El puerto de Velmora sigue cerrado, dijo la autoridad, y los barcos esperan fuera del muelle.",
        "Le port de Velmora reste fermé, a dit la ville, et les navires attendent au nord de la ville.",
    ],
)
def test_a_text_in_another_language_in_latin_letters(line: str) -> None:
    page = replace(ARTICLE, body=tuple(Paragraph(f"{line} {number}") for number in range(4)))
    assert refused(text.render(page)) == "other_language"
    assert len(read(text.render(replace(ARTICLE, body=(FIRST, Paragraph(line), SECOND)))).body) == 3


@pytest.mark.parametrize("place", [ARTICLE.standfirst, FIRST.text, THIRD.text, "  • velmora"])
@pytest.mark.parametrize("line", ["Advertisement", "Share", "\u200b", "\u00a0", "ADVERTISEMENT"])
def test_noise_in_the_article_is_passed_over(place: str, line: str) -> None:
    assert read(with_line(place, line)).to_record() == ARTICLE.record("text")


@pytest.mark.parametrize("place", [ARTICLE.standfirst, FIRST.text, SECOND.text, THIRD.text, "  • velmora"])
@pytest.mark.parametrize(
    "line",
    [
        TICKER[0],
        TICKER[1].upper(),
        f"{TICKER[0]} {TICKER[1]}",
        f"BREAKING: {TICKER[0]}",
        TICKER[2].replace("'", "’"),
    ],
)
def test_a_ticker_line_in_the_article_never_becomes_body(place: str, line: str) -> None:
    assert read(with_line(place, line)).to_record() == ARTICLE.record("text")


@pytest.mark.parametrize("place", [FIRST.text, THIRD.text, "All\nThe Ferry Talks"])
def test_a_second_ticker_adds_its_new_lines_and_nothing_to_the_body(place: str) -> None:
    new = "Fog keeps ferries in port on northern line"
    record = read(with_line(place, f"BREAKING\n{TICKER[0]}\n{new}")).to_record()
    assert record == ARTICLE.record("text") | {"ticker": [*TICKER, new]}


def test_a_ticker_label_without_lines() -> None:
    page = replace(ARTICLE, ticker=())
    capture = text.render(page).replace("US & Canada\n", "US & Canada\nBREAKING\n", 1)
    assert "BREAKING" in capture
    assert read(capture).to_record() == page.record("text")


def test_a_ticker_line_in_a_related_block_or_promo_is_a_related_headline() -> None:
    body = (FIRST, Related((TICKER[0], "Ilvane votes")), SECOND, Promo(TICKER[1]), THIRD)
    page = replace(ARTICLE, body=body)
    assert read_text_of(page) == page.record("text")


def test_a_ticker_line_among_three_headlines_may_be_none_of_them() -> None:
    body = (FIRST, Related((HEADLINES[0], TICKER[0], HEADLINES[1])), SECOND)
    assert refused(text.render(replace(ARTICLE, body=body))) == "unclear_related_block"


def test_a_ticker_label_among_the_menu_takes_no_names_of_it() -> None:
    capture = text.render(ARTICLE).replace("Infographs\nIn Pictures\n", "Infographs\nBREAKING\nIn Pictures\n")
    assert capture.count("BREAKING") == 2
    assert read(capture).to_record() == ARTICLE.record("text")


def test_a_paragraph_that_says_more_than_the_ticker_is_left_to_the_contract() -> None:
    paragraph = f"{TICKER[1]} So he said, and poured another cup."
    assert BodyBlock("paragraph", paragraph) in read(with_line(FIRST.text, paragraph)).body


def test_a_promo_at_the_end_of_a_paragraph_is_cut_off() -> None:
    page = replace(ARTICLE, body=(Paragraph(f"{FIRST.text} Read more: Ruvia waits"), SECOND))
    record = read_text_of(page)
    assert record["body"][0]["text"] == FIRST.text
    assert record["related_headlines"] == ["Ruvia waits"]


def test_a_headline_that_is_also_a_ticker_line_is_still_the_headline() -> None:
    page = replace(ARTICLE, ticker=(*TICKER, ARTICLE.headline or ""))
    assert read_text_of(page) == page.record("text")


def test_two_lines_that_could_be_the_headline_are_not_guessed_at() -> None:
    capture = text.render(ARTICLE).replace("\n\nVelmora opens", "\n\nSponsored by a bank\n\nVelmora opens", 1)
    assert refused(capture) == "unclear_headline"


def test_a_ticker_without_its_label_is_still_no_article() -> None:
    record = read(text.render(ARTICLE).replace("BREAKING\n", "", 1)).to_record()
    assert record["headline"] == ARTICLE.headline
    assert record["body"] == ARTICLE.record("text")["body"]


def test_a_page_without_text_has_no_body() -> None:
    assert refused(text.render(replace(ARTICLE, body=()))) == "missing_body"


def test_a_page_cut_off_in_its_body_or_tags_is_not_read() -> None:
    capture = text.render(ARTICLE)
    for end in (SECOND.text[:20], THIRD.text, "  • Ports", "  • velmora", "Most Read"):
        assert refused(capture[: capture.index(end) + len(end)]) == "truncated_page", end


def test_a_page_cut_off_under_its_article_loses_only_the_entry_that_it_is_cut_in() -> None:
    capture = text.render(ARTICLE)
    record = read(capture[: capture.index("Old Karsk sells") + 9]).to_record()
    assert record["body"] == ARTICLE.record("text")["body"]
    assert [entry["headline"] for entry in record["most_read"]] == ["Ilvane counts its boats"]
    assert record["coverage"] == record["read_next"] == []
    record = read(capture[: capture.index("Rain in Ruvia") + 9]).to_record()
    assert [entry["headline"] for entry in record["read_next"]] == ["Belhaven learns to sign"]


def test_roles_tell_what_each_block_was_taken_for() -> None:
    from newsmarts.parse.page import parse_page

    page = parse_page(text.render(ARTICLE).encode())
    article_on = page.reading.texts.index("BREAKING")
    taken = dict(zip(page.reading.texts[article_on:], page.roles[article_on:], strict=True))
    assert taken["BREAKING"] == "label"
    assert taken[TICKER[0]] == "ticker"
    assert taken["Velmora opens third pier"] == "headline"
    assert taken["By Al Mayadeen English"] == "byline_raw"
    assert taken[FIRST.text] == "paragraph"
    assert taken["velmora"] == "tags"
    assert taken["Ilvane counts its boats"] == "most_read"
    assert taken["All Rights Reserved"] == "footer"
    assert "" not in taken.values()


def test_two_lines_that_could_be_the_standfirst_are_not_guessed_at() -> None:
    for line in ("Fog keeps the ferries in port, says a harbor clerk.", "Fog keeps the ferries in port"):
        assert refused(with_line("2 Min Read", line)) == "unclear_standfirst"
        assert refused(with_line(ARTICLE.standfirst or "", line)) == "unclear_standfirst"
    block = "Related News\n\nOstrin's grain exchange reopens\n\nIlvane council votes"
    assert refused(with_line("2 Min Read", block)) == "unclear_standfirst"


def test_text_in_place_of_a_headline() -> None:
    long = f"{FIRST.text} {SECOND.text} {THIRD.text}"
    capture = text.render(ARTICLE).replace(f"\n\n{ARTICLE.headline}\n\n", f"\n\n{long}\n\n", 1)
    assert refused(capture) == "unclear_headline"


@pytest.mark.parametrize(
    ("block", "related"),
    [
        ("Related News\n\nOstrin's grain exchange reopens\n\nIlvane council votes", 2),
        ("Read more: Ostrin's grain exchange reopens", 1),
        ("Share\n\nRead also: Ostrin's grain exchange reopens\n\nPrint", 1),
    ],
)
def test_tags_may_be_followed_by_other_articles(block: str, related: int) -> None:
    record = read(with_line("  • velmora", block)).to_record()
    assert len(record["related_headlines"]) == related
    assert record | {"related_headlines": []} == ARTICLE.record("text")


def test_a_ticker_line_among_the_tags_is_no_tag() -> None:
    capture = text.render(ARTICLE).replace("  • Ports\n", f"  • Ports\n  • {TICKER[0]}\n")
    assert read(capture).to_record() == ARTICLE.record("text")


@pytest.mark.parametrize("form", ["{}\n", "  • {}\n", "{}\n\n"])
def test_a_menu_amid_the_body_is_none_of_it(form: str) -> None:
    menu = "".join(form.format(name) for name in ("News", "Politics", "Economy", "Videos"))
    assert read(with_line(FIRST.text, menu.rstrip("\n"))).to_record() == ARTICLE.record("text")
    regions = (FIRST, Bullets(("Africa", "Asia", "Europe")), SECOND)
    page = replace(ARTICLE, body=regions)
    assert read_text_of(page) == page.record("text")


def test_a_footer_s_line_amid_the_body_does_not_end_it() -> None:
    assert refused(with_line(FIRST.text, "All Rights Reserved")) == "unclear_footer"
    record = read(with_line("The Ferry Talks", "All Rights Reserved")).to_record()
    assert record | {"read_next": []} == ARTICLE.record("text") | {"read_next": []}


@pytest.mark.parametrize("label", ["Coverage", "Read Next", "BREAKING"])
def test_a_label_as_a_list_s_only_entry_is_no_list(label: str) -> None:
    assert read(with_line(FIRST.text, f"  • {label}")).to_record() == ARTICLE.record("text")
