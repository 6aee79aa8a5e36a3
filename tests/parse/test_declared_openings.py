"""What articles of a declared publisher open with: headline, standfirst, byline and date, in any order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from newsmarts.core.errors import CaptureError, SettingsError
from newsmarts.core.records import Image
from newsmarts.parse.date_forms import date_form
from newsmarts.parse.declared_parts import name_in, parts_of_line
from tests.parse.declared import declare, read

RULES = """\
name = "Saltmere Ledger"
edition = "English"
language = "en"
timezone = "Europe/London"
home_url = "https://saltmere-ledger.example/"

[[layouts]]
valid_from = 2024-01-01
dates = "%d of %B, %Y, %I.%M%p"

[layouts.marks]
headline = ".big"
standfirst = ".lede"
date = ".sig"
image = ".shot"
body = ".copy"

[layouts.labels]
navigation = ["Shore", "Town"]
byline = ["By", "Words by"]
end = "Imprint"
"""
HEADLINE = "Lighthouse of Saltmere to be painted green"
SUMMARY = "The keeper had hoped for blue."
TEXT = (
    "The council chose green on Tuesday, by five votes to four and one that was for a lighter green.",
    "The paint comes from Oston, where it had been left over from a ferry that was sold in June.",
)
BODY = "".join(f"<div>{line}</div>" for line in TEXT)
DATE = "14th of March, 2024, 9.30pm"


def page(
    *,
    over: str = "",
    headline: str = f'<div class="big">{HEADLINE}</div>',
    under: str = f'<div class="lede">{SUMMARY}</div>',
    signature: str = f"By Ines Tarrow | {DATE}",
    picture: str = "",
    body: str = BODY,
    head: str = f'<meta property="og:title" content="{HEADLINE}">',
    below: str = "",
) -> str:
    """A page of the site."""
    return f"""<!doctype html><html lang="en"><head><title>{HEADLINE} - Saltmere Ledger</title>
<meta property="og:site_name" content="Saltmere Ledger">{head}</head><body>{over}
<div class="story">{headline}{under}<div class="sig">{signature}</div>{picture}
<div class="copy">{body}</div></div>{below}</body></html>"""


TEASER = (
    '<div class="teaser"><div class="big">Herring sold by weight again</div><div class="lede">No.</div></div>'
)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"over": TEASER},
        {"below": TEASER},
        {"over": TEASER, "below": TEASER},
        {"over": TEASER, "head": ""},
        # of the page's own headline an h1, where the head names neither
        {"over": TEASER, "below": TEASER, "head": '<meta property="og:title" content="Saltmere in green">',
         "headline": f'<h1 class="big">{HEADLINE}</h1>'},
    ],
)  # fmt: skip
def test_teasers_that_match_the_marks_are_not_the_article(tmp_path: Path, changes: dict[str, Any]) -> None:
    article = read(declare(tmp_path, "saltmere_ledger", RULES), page(**changes))
    assert (article.headline, article.standfirst) == (HEADLINE, SUMMARY)
    assert [block.text for block in article.body] == [*TEXT]


def test_without_marks_the_heading_that_the_head_names_is_the_headline(tmp_path: Path) -> None:
    rules = (
        RULES.partition("[layouts.marks]")[0] + "[layouts.labels]" + RULES.partition("[layouts.labels]")[2]
    )
    text = page(over="<h1>Herring sold by weight again</h1>", headline=f"<h1>{HEADLINE}</h1>", under="")
    article = read(
        declare(tmp_path, "saltmere_ledger", rules), text.replace("</body>", "<p>Imprint</p></body>")
    )
    assert (article.headline, article.standfirst, article.byline) == (HEADLINE, None, "Ines Tarrow")
    assert [block.text for block in article.body] == [*TEXT]


def test_a_standfirst_is_the_articles_own_or_none(tmp_path: Path) -> None:
    publisher = declare(tmp_path, "saltmere_ledger", RULES)
    assert read(publisher, page(over=TEASER, under="", below=TEASER)).standfirst is None
    two = '<div class="lede">It is settled.</div><div class="lede">The keeper had hoped for blue.</div>'
    assert read(publisher, page(under=two)).standfirst == f"It is settled. {SUMMARY}"


@pytest.mark.parametrize(
    ("signature", "byline"),
    [
        (f"By Ines Tarrow | {DATE}", "Ines Tarrow"),
        (f"<span>By Ines Tarrow</span> <span>{DATE}</span>", "Ines Tarrow"),
        (f"{DATE} · Words by Ines Tarrow and Paul Ashe", "Ines Tarrow and Paul Ashe"),
        (f"By Ines Tarrow, published on {DATE}", "Ines Tarrow"),
        (f"By Ines Tarrow ({DATE})", "Ines Tarrow"),
        (DATE, None),
    ],
)
@pytest.mark.parametrize("mark", ["", 'byline = ".sig"\n'])
def test_a_name_and_a_date_in_one_line(tmp_path: Path, signature: str, byline: str | None, mark: str) -> None:
    rules = RULES.replace('date = ".sig"\n', f'date = ".sig"\n{mark}')
    article = read(declare(tmp_path, "saltmere_ledger", rules), page(signature=signature))
    assert (article.byline, str(article.published_local)) == (byline, "2024-03-14 21:30:00")


def test_a_line_without_a_label_is_no_byline(tmp_path: Path) -> None:
    publisher = declare(tmp_path, "saltmere_ledger", RULES)
    assert read(publisher, page(signature=f"Filed under Shore | {DATE}")).byline is None


def test_an_unmarked_line_with_a_label_is_the_byline(tmp_path: Path) -> None:
    publisher = declare(tmp_path, "saltmere_ledger", RULES)
    lines = f"<p>By Tuesday the paint had dried.</p><p>Words by Ines Tarrow</p><p>{SUMMARY}</p>"
    assert read(publisher, page(under=lines, signature=DATE)).byline == "Ines Tarrow"


def test_a_name_in_a_line() -> None:
    forms = [date_form("%d %b %Y"), date_form("%b %d, %Y")]
    assert parts_of_line("Staff • Updated 3 Mar 2025 • 4 min", forms) == ["Staff", "4 min"]
    assert name_in("3 Mar 2025, by Mara Odell", ["By"], forms) == "Mara Odell"
    assert name_in("Byron Quay | 3 Mar 2025", ["By"], forms) is None
    assert name_in("By the numbers", ["By"], forms) is None


@pytest.mark.parametrize(
    ("picture", "alt", "caption"),
    [
        ('<div class="shot"><img data-src="/a.jpg" alt="A tower"><p>The tower (Ledger)</p></div>', "A tower",
         "The tower (Ledger)"),
        ('<div class="shot"><img data-src="/a.jpg" alt="A tower"></div>', "A tower", None),
        ('<img src="/ines.jpg" alt="Ines Tarrow">', None, None),
    ],
)  # fmt: skip
def test_the_lead_picture_by_its_mark(
    tmp_path: Path, picture: str, alt: str | None, caption: str | None
) -> None:
    publisher = declare(tmp_path, "saltmere_ledger", RULES)
    found = read(publisher, page(picture=picture)).image
    assert (found and found.alt, found and found.caption) == (alt, caption)
    # one amid the text is neither the lead picture nor text
    amid = read(publisher, page(body=f"<div>{TEXT[0]}</div>{picture}<div>{TEXT[1]}</div>"))
    assert ([block.text for block in amid.body], amid.image) == ([*TEXT], None)


def test_a_body_that_holds_the_headline_as_well(tmp_path: Path) -> None:
    rules = RULES.replace('body = ".copy"', 'body = ".story"')
    picture = '<div class="shot"><img src="/a.jpg" alt="A tower"><span>The tower</span></div>'
    head = '<meta property="article:published_time" content="2024-03-14T21:30:00Z">'
    text = page(signature="By Ines Tarrow · 5 hours ago", picture=f"<div>12 shares</div>{picture}", head=head)
    article = read(declare(tmp_path, "saltmere_ledger", rules), text)
    assert [block.text for block in article.body] == [*TEXT]
    assert (article.headline, article.standfirst, article.byline) == (HEADLINE, SUMMARY, "Ines Tarrow")
    assert (article.share_count, article.published_from) == (12, "head")
    assert article.image == Image("A tower", "The tower")


def lines(*opening: str) -> str:
    """A text capture."""
    menu = "  • Shore\n  • Town"
    return "\n\n".join(["Saltmere Ledger", menu, *opening, *TEXT, "Imprint", "Printed at the quay."]) + "\n"


@pytest.mark.parametrize(
    ("order", "opening", "standfirst"),
    [
        (["headline", "standfirst?", "byline", "date"], (HEADLINE, SUMMARY, "By Ines Tarrow", DATE), SUMMARY),
        (["headline", "standfirst?", "byline", "date"], (HEADLINE, "By Ines Tarrow", DATE), None),
        (["headline", "standfirst?", "byline", "date"], (HEADLINE, f"By Ines Tarrow | {DATE}"), None),
        (["headline", "standfirst", "byline", "date"], (HEADLINE, SUMMARY, f"By Ines Tarrow | {DATE}"),
         SUMMARY),
        (["headline", "byline", "date"], (HEADLINE, "By Ines Tarrow", DATE), None),
        (["headline", "byline", "date", "standfirst"], (HEADLINE, "By Ines Tarrow", DATE, SUMMARY), SUMMARY),
        (["headline", "date", "standfirst", "byline"], (HEADLINE, DATE, SUMMARY, "By Ines Tarrow"), SUMMARY),
        (["date", "headline", "standfirst?", "byline"], (DATE, HEADLINE, SUMMARY, "Words by Ines Tarrow"),
         SUMMARY),
        (["date", "headline", "standfirst?", "byline"], (DATE, HEADLINE, "Words by Ines Tarrow"), None),
        (["date", "headline", "byline"], (DATE, HEADLINE, "Words by Ines Tarrow"), None),
        (["byline", "date", "headline", "standfirst"], ("By Ines Tarrow", DATE, HEADLINE, SUMMARY), SUMMARY),
        (["byline", "date", "headline"], (f"By Ines Tarrow | {DATE}", HEADLINE), None),
        # a standfirst that doesn't end like a sentence is no paragraph
        (["headline", "byline", "date", "standfirst?"],
         (HEADLINE, "By Ines Tarrow", DATE, "Keeper had hoped for blue"), "Keeper had hoped for blue"),
        (["headline", "byline", "date"], ("Town", HEADLINE, "By Ines Tarrow", DATE), None),
    ],
)  # fmt: skip
def test_the_order_of_a_text_captures_lines(
    tmp_path: Path, order: list[str], opening: tuple[str, ...], standfirst: str | None
) -> None:
    rules = RULES.replace("dates =", f"opening = {order}\ndates =").replace('standfirst = ".lede"\n', "")
    article = read(declare(tmp_path, "saltmere_ledger", rules), lines(*opening))
    assert (article.headline, article.standfirst) == (HEADLINE, standfirst)
    assert (article.byline, str(article.published_local)) == ("Ines Tarrow", "2024-03-14 21:30:00")
    assert [block.text for block in article.body] == [*TEXT]


@pytest.mark.parametrize(
    ("order", "opening", "byline"),
    [
        (["headline", "byline", "date"], (HEADLINE, f"Ines Tarrow / {DATE}"), "Ines Tarrow"),
        (
            ["headline", "byline", "date"],
            (HEADLINE, f"Ines Tarrow and Paul Ashe, {DATE}"),
            "Ines Tarrow and Paul Ashe",
        ),
        (["headline", "byline", "date"], (HEADLINE, "Ines Tarrow", DATE), "Ines Tarrow"),
        (["headline", "date", "byline"], (HEADLINE, DATE, "Ines Tarrow"), "Ines Tarrow"),
        (["headline", "byline", "date"], (HEADLINE, DATE), None),
        (["headline", "byline", "date"], (HEADLINE, f"Saltmere / {DATE}"), None),
    ],
)
def test_a_name_without_a_label(
    tmp_path: Path, order: list[str], opening: tuple[str, ...], byline: str | None
) -> None:
    rules = RULES.replace("dates =", f"opening = {order}\ndates =").replace('["By", "Words by"]', '""')
    article = read(declare(tmp_path, "saltmere_ledger", rules), lines(*opening))
    assert (article.headline, article.byline, article.standfirst) == (HEADLINE, byline, None)
    assert [block.text for block in article.body] == [*TEXT]


def test_a_headline_that_reads_like_a_name_is_a_headline(tmp_path: Path) -> None:
    rules = RULES.replace("dates =", 'opening = ["headline", "byline", "date"]\ndates =')
    publisher = declare(tmp_path, "saltmere_ledger", rules.replace('["By", "Words by"]', '""'))
    article = read(publisher, lines("River Renamed", DATE))
    assert (article.headline, article.byline) == ("River Renamed", None)


def test_tags_in_the_last_line_of_a_text_capture(tmp_path: Path) -> None:
    rules = RULES.replace('standfirst = ".lede"\n', "")
    text = lines(HEADLINE, "By Ines Tarrow", DATE)
    text = text.replace("\nImprint", "\nTags: Ferries, Saltmere\n\nImprint")
    assert read(declare(tmp_path, "saltmere_ledger", rules), text).tags == ("Ferries", "Saltmere")


@pytest.mark.parametrize(
    ("order", "opening", "code"),
    [
        # without an order nothing says whether the first line is the standfirst
        (None, (HEADLINE, "By Ines Tarrow", DATE, SUMMARY), "unclear_standfirst"),
        (None, (HEADLINE, "By Ines Tarrow", DATE), "unclear_standfirst"),
        (["headline", "standfirst?", "byline", "date"],
         ("Herring sold by weight", HEADLINE, SUMMARY, f"By Ines Tarrow | {DATE}"), "unclear_headline"),
        (["date", "headline", "byline"], (DATE, HEADLINE, SUMMARY, "By Ines Tarrow"), "unclear_headline"),
        (["headline", "standfirst?", "byline"], (SUMMARY, HEADLINE, "By Ines Tarrow", DATE),
         "unclear_headline"),
    ],
)  # fmt: skip
def test_lines_that_the_order_does_not_explain(
    tmp_path: Path, order: list[str] | None, opening: tuple[str, ...], code: str
) -> None:
    rules = RULES if order is None else RULES.replace("dates =", f"opening = {order}\ndates =")
    with pytest.raises(CaptureError) as caught:
        read(declare(tmp_path, "saltmere_ledger", rules), lines(*opening))
    assert caught.value.reason_code == code


def test_a_site_without_standfirsts_has_none_in_text_captures(tmp_path: Path) -> None:
    rules = RULES.replace('standfirst = ".lede"\n', "")
    article = read(declare(tmp_path, "saltmere_ledger", rules), lines(HEADLINE, "By Ines Tarrow", DATE))
    assert article.standfirst is None
    assert [block.text for block in article.body] == [*TEXT]


@pytest.mark.parametrize("order", [["byline", "date"], ["headline", "standfirst", "standfirst?"], ["title"]])
def test_an_order_that_is_none(tmp_path: Path, order: list[str]) -> None:
    with pytest.raises(SettingsError, match=r"layouts\.0"):
        declare(tmp_path, "saltmere_ledger", RULES.replace("dates =", f"opening = {order}\ndates ="))
