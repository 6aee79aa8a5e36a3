"""Most Read and Coverage are known by their structure: entries keep their place, however they are dated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from newsmarts.core.records import PageLink
from samples import html, text
from samples.model import Link
from tests.parse.pages import ARTICLE, read

ENTRIES = (
    Link("Ilvane counts its boats", "A boat in Ilvane (Handout)", "Economy", date(2025, 8, 24)),
    Link("Old Karsk sells its clock", "A clock", "West Asia", date(2025, 8, 22)),
    Link("Marrow opens a bakery", "Bread, undated. (Coastal Press)", "Politics", date(2025, 8, 21)),
    Link("Ruvia asks for rain", "A dry field in Ruvia", "MENA", date(2025, 8, 20)),
)
PAGE = replace(ARTICLE, most_read=ENTRIES)
CAPTURES = {"text": text.render(PAGE), "html": html.render(PAGE)}
DAYS = ("24 Aug 2025", "22 Aug 2025", "21 Aug 2025", "20 Aug 2025")
FULL = [PageLink(entry.headline, entry.caption, entry.section, entry.published_on) for entry in ENTRIES]


def dated(capture: str, days: tuple[str | None, ...]) -> str:
    """A capture whose entries have other days; None: none."""
    before, label, after = CAPTURES[capture].partition("Most Read")
    for day, other in zip(DAYS, days, strict=True):
        entry = f"  • {day}\n" if capture == "text" else f"<li>{day}</li>\n"
        assert after.count(entry) == 1
        after = after.replace(entry, entry.replace(day, other) if other else "")
    return before + label + after


@pytest.mark.parametrize("capture", CAPTURES)
@pytest.mark.parametrize(
    "days",
    [
        ("Today 06:42", *DAYS[1:]),
        (DAYS[0], "Yesterday 11:05", *DAYS[2:]),
        (*DAYS[:3], "20 Aug"),
        (*DAYS[:3], "20 Aug 16:41"),
        ("Today 06:42", "Yesterday", "20 Aug", "20 Aug 16:41"),
        ("2 hours ago",) * 4,
        (None, *DAYS[1:]),
        (DAYS[0], None, *DAYS[2:]),
        (*DAYS[:3], None),
        (DAYS[0], None, None, "Today"),
        (None,) * 4,
    ],
)
def test_entries_keep_their_place(capture: str, days: tuple[str | None, ...]) -> None:
    article = read(dated(capture, days))
    expected = [
        link if shown == day else link._replace(published_on=None)
        for link, day, shown in zip(FULL, DAYS, days, strict=True)
    ]
    assert list(article.most_read) == expected
    assert article.body == read(CAPTURES[capture]).body
    assert article.tags == ARTICLE.tags
    assert article.coverage == ARTICLE.coverage


def test_a_list_of_headlines_alone() -> None:
    markup = "".join(
        f'<li><a href="/news/a/{at}">{entry.headline}</a></li>' for at, entry in enumerate(ENTRIES)
    )
    before, _, rest = CAPTURES["html"].partition('<section class="most-read">')
    _, _, after = rest.partition("</section>")
    article = read(f"{before}<section><h2>Most Read</h2><ol>{markup}</ol></section>{after}")
    assert [link.headline for link in article.most_read] == [entry.headline for entry in ENTRIES]
    assert article.tags == ARTICLE.tags


@pytest.mark.parametrize("capture", CAPTURES)
def test_a_subheading_that_is_the_label_is_body(capture: str) -> None:
    first, second = (
        f"The harbor of Velmora counted {count} readers on Monday, its clerk said." for count in (3, 9)
    )
    known = CAPTURES[capture]
    line = PAGE.body[1].text  # type: ignore[union-attr]
    block = f"Most Read\n\n{first}\n\n{second}\n\n" if capture == "text" else ""
    mark = line if capture == "text" else f"<p>{line}</p>"
    block = block or f"<h3>Most Read</h3><p>{first}</p><p>{second}</p>"
    assert mark in known
    article = read(known.replace(mark, block + mark))
    assert [block.text for block in article.body][1:4] == ["Most Read", first, second]
    assert list(article.most_read) == FULL


def test_a_capture_that_is_cut_off_loses_the_entry_that_it_is_cut_in() -> None:
    whole = dated("text", (None,) * 4)
    cut = whole[: whole.index("MENA", whole.index("Most Read"))]
    assert list(read(cut).most_read) == [link._replace(published_on=None) for link in FULL[:3]]


@pytest.mark.parametrize(
    "description",
    [
        "In the autumn of 2014 a storm took three harbors; rebuilding has kept four councils busy since.",
        "A look at five ports and their people.",
    ],
)
def test_what_describes_a_coverage_is_no_name(description: str) -> None:
    name = "The Ferry Talks"
    for capture in (
        CAPTURES["text"].replace(f"All\n{name}\n", f"All\n{name}\n{description}\n"),
        CAPTURES["text"].replace(f"All\n{name}\n", f"{name}\n\n{description}\n"),
        CAPTURES["html"].replace(f"{name}</a></div>", f"{name}</a><p>{description}</p></div>"),
    ):
        assert description in capture
        assert read(capture).coverage == (name,)
