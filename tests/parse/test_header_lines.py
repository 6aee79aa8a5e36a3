"""The lines around a headline: who wrote an article, for whom, and how long it takes to read."""

from __future__ import annotations

import pytest

from newsmarts.core.errors import CaptureError
from samples import html, text
from tests.parse.pages import ARTICLE, FIRST, read

TEXT, HTML = text.render(ARTICLE), html.render(ARTICLE)
BYLINE = "By Al Mayadeen English"
ENTRY = '<li>By <a href="/authors/desk">Al Mayadeen English</a></li>'
BULLETS = f"  • {BYLINE}\n  • Source: Agencies\n  • 20 Aug 2025 15:19\n  • 3 Shares\n2 Min Read\n"


def with_lines(*lines: str) -> str:
    """The text capture with other lines in its header."""
    assert BULLETS in TEXT
    return TEXT.replace(BULLETS, "".join(f"  • {line}\n" for line in lines))


def with_markup(markup: str) -> str:
    """The HTML capture with other markup where its byline is."""
    assert ENTRY in HTML
    return HTML.replace(ENTRY, markup)


@pytest.mark.parametrize(
    "label", ["By", "BY", "by", "By:", "Written by", "WRITTEN BY:", "Author:", "Reported by"]
)
@pytest.mark.parametrize("name", ["Al Mayadeen English", "AL MAYADEEN ENGLISH", "al mayadeen english"])
def test_a_byline_in_any_case(label: str, name: str) -> None:
    for capture in (
        with_lines(f"{label} {name}", "20 Aug 2025 15:19"),
        with_markup(f'<li style="text-transform:uppercase">{label} {name}</li>'),
        with_markup(f"<li><span>{label}</span> <a>{name}</a></li>"),
        with_markup(f"<p>{label}</p><p>{name}</p>"),
    ):
        article = read(capture)
        assert (article.byline_raw, article.byline) == (name, "Al Mayadeen")
        assert article.standfirst == ARTICLE.standfirst


@pytest.mark.parametrize("second", ["Ines Calloway", "Jean-Luc d'Arvel", "Talal al-Kelmeri", "Omar bin Sahl"])
def test_a_second_author_in_an_element_of_its_own(second: str) -> None:
    for capture in (
        with_lines(BYLINE, second, "Source: Agencies", "20 Aug 2025 15:19"),
        with_lines(BYLINE, f"By {second}", "20 Aug 2025 15:19"),
        with_markup(f"<li>{BYLINE}</li><li>{second}</li>"),
        with_markup(f'<li>{BYLINE}</li><li><a href="/authors/1">{second}</a></li>'),
    ):
        article = read(capture)
        assert article.byline_raw == article.byline == f"Al Mayadeen English, {second}"


def test_the_newer_layout_has_a_name_without_a_label() -> None:
    article = read(with_lines("Ines Calloway", "Al Mayadeen English", "2024-01-15 12:24", "5 min read"))
    assert (article.byline_raw, article.agency, article.read_minutes) == (
        "Ines Calloway", "Al Mayadeen English", 5,
    )  # fmt: skip
    article = read(with_lines("Al Mayadeen English", "2024-01-15 12:24", "5 min read"))
    assert (article.byline, article.agency) == ("Al Mayadeen", None)
    article = read(with_markup("<li>Ines Calloway</li><li>Source: Al Mayadeen English</li>"))
    assert (article.byline_raw, article.agency) == ("Ines Calloway", "Al Mayadeen English")


@pytest.mark.parametrize("beside", ["Politics", "Latin America", "Exclusive", "12 comments", "Share"])
def test_what_is_no_author(beside: str) -> None:
    assert read(with_lines(BYLINE, beside, "20 Aug 2025 15:19")).byline_raw == "Al Mayadeen English"
    assert read(with_lines(beside, "20 Aug 2025 15:19", "2 Min Read")).byline_raw is None


def test_a_subheading_that_is_a_name_is_no_author() -> None:
    article = read(HTML.replace(f"<p>{FIRST.text}</p>", f"<h3>Talal Kelmeri</h3><p>{FIRST.text}</p>"))
    assert article.byline_raw == "Al Mayadeen English"
    assert "Talal Kelmeri" in [block.text for block in article.body]


def test_a_day_and_its_time_in_two_elements() -> None:
    for capture in (
        HTML.replace("<li>20 Aug 2025 15:19</li>", "<li>20 Aug 2025</li><li>15:19</li>"),
        HTML.replace("<li>20 Aug 2025 15:19</li>", "<li><span>20 Aug 2025</span><br><span>15:19</span></li>"),
    ):
        article = read(capture)
        assert str(article.published_local) == "2025-08-20 15:19:00"
        assert (article.published_from, article.standfirst) == ("page", ARTICLE.standfirst)


def test_direction_marks_beside_the_lines() -> None:
    article = read(
        with_lines(f"\u200e{BYLINE}\u200f", "\u202a20 Aug 2025 15:19\u202c", "\u20662 Min Read\u2069")
    )
    assert (article.byline, str(article.published_local)) == ("Al Mayadeen", "2025-08-20 15:19:00")


def test_entries_of_a_list_are_not_one_header() -> None:
    lines = "".join(
        f"{headline}\n\n  • {BYLINE}\n  • 2{day} Aug 2025 10:00\n\nA line on it.\n\n"
        for day, headline in enumerate(
            ("Ilvane counts its boats", "Old Karsk sells its clock", "Rain in Ruvia")
        )
    )
    before, _, rest = TEXT.partition(f"{ARTICLE.headline}\n")
    with pytest.raises(CaptureError) as caught:
        read(f"{before}{lines}{rest[rest.index('Most Read') :]}")
    assert caught.value.reason_code == "several_articles"


def test_a_header_that_a_page_has_twice_is_one() -> None:
    article = read(TEXT.replace(BULLETS, f"{BULLETS}Share\n\n{BULLETS}"))
    assert (article.byline, str(article.published_local)) == ("Al Mayadeen", "2025-08-20 15:19:00")
