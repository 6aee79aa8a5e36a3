"""When an article was published: by the times that a page shows, and by its metadata where it shows none."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from newsmarts.core.errors import CaptureError
from newsmarts.core.records import Article
from newsmarts.parse.times import is_stamp, parse_wall_time
from samples import html, text
from tests.parse.pages import ARTICLE, NOUR_ARTICLE, read

SHOWN = "20 Aug 2025 15:19"
STATED = "2025-08-20T15:19:00+03:00"
LOCAL, AT = datetime(2025, 8, 20, 15, 19), datetime(2025, 8, 20, 12, 19, tzinfo=UTC)
TEXT, HTML = text.render(ARTICLE), html.render(ARTICLE)
NOUR_HTML = html.render(NOUR_ARTICLE)


def shown(time: str) -> str:
    """The text capture with another time."""
    assert SHOWN in TEXT
    return TEXT.replace(SHOWN, time)


def page(time: str, *, stated: str | None = STATED) -> str:
    """The HTML capture with another time; ``stated``: what all of its metadata says, None: nothing."""
    capture = HTML.replace(SHOWN, time)
    if stated is None:
        capture = re.sub(r'<meta property="article:published_time"[^>]*>', "", capture)
        return re.sub(r'"(?:published_time|datePublished)": "[^"]*",?', "", capture)
    return capture.replace(STATED, stated)


def times(article: Article) -> tuple[datetime | None, datetime | None, str | None]:
    return article.published_local, article.published_at, article.published_from


@pytest.mark.parametrize(
    "time",
    [
        "Wednesday, 20 Aug 2025 15:19", "Wed 20 Aug 2025 15:19", "20 AUGUST 2025 15:19",
        "2025-08-20 15:19", "2025-08-20T15:19", "20 Aug 2025 | 3:19 PM", "20 Aug 2025\n  • 15:19",
        "15:19\n  • 20 Aug 2025", "20 Aug 2025\n  • at 3:19 PM", "Aug 20, 2025 15:19",
        "Wednesday, August 20, 2025 at 3:19 pm",
        "Published: 20 Aug 2025 15:19\n  • 21 Aug 2025 08:00", "20 Aug 2025 15:19\n  • 21 Aug 2025 08:00",
        "20 Aug 2025 15:19\n  • 20 Aug 2025 15:19", "20 Aug 2025 15:19\n  • Updated: 2025-08-21 08:00",
        "20 Aug 2025 12:19 GMT", "20 Aug 2025 12:19 (UTC)", "20 Aug 2025 14:19 UTC+02:00",
        "20 Aug 2025 15:19 EEST", "2025-08-20T15:19:00+03:00", "2025-08-20T12:19:00.000Z",
        "2025-08-20 16:49 +0430",
        "August 20, 2025 8:19 AM GMT-4",
        "15:19, 20th August 2025", "Date: 20 Aug 2025 at 15:19", "Aug 20, 2025 · 15:19",
        "2025/08/20 15:19 local time",
        "٢٠ Aug ٢٠٢٥ ١٥:١٩",
    ],
)  # fmt: skip
def test_a_time_that_the_page_shows(time: str) -> None:
    assert times(read(shown(time))) == (LOCAL, AT, "page")


@pytest.mark.parametrize("month", [*range(1, 13)])
def test_a_month_before_its_day(month: int) -> None:
    shown_at = datetime(2025, month, 20, 15, 19)
    assert read(shown(f"{shown_at:%B} 20, 2025 15:19")).published_local == shown_at
    assert is_stamp(f"{shown_at:%b} 20, 2025 15:19")


@pytest.mark.parametrize(
    "time", ["Today 15:19", "2 hours ago", "20 Aug 15:19", "20 Aug 2025", "just now", "20/08/2025 15:19"]
)
def test_a_time_that_only_the_day_of_the_capture_gives_a_meaning(time: str) -> None:
    assert times(read(shown(time))) == (None, None, None)
    assert times(read(page(time))) == (LOCAL, AT, "head")


def test_a_later_time_over_an_earlier_one_is_settled_by_the_head_alone() -> None:
    with pytest.raises(CaptureError) as caught:
        read(shown("22 Aug 2025 08:00\n  • 20 Aug 2025 15:19"))
    assert caught.value.reason_code == "unclear_published_at"
    both = page(f"22 Aug 2025 08:00</li><li>{SHOWN}")
    assert times(read(both)) == (LOCAL, AT, "page")


def test_no_time_at_all() -> None:
    article = read(HTML.replace(f"<li>{SHOWN}</li>", ""))
    assert times(article) == (LOCAL, AT, "head")
    assert article.identity == read(TEXT).identity
    assert times(read(page("Today 15:19", stated=None))) == (None, None, None)


def test_metadata_that_contradicts_itself_or_is_of_another_page_gives_no_time() -> None:
    other = '<meta itemprop="datePublished" content="2025-08-19T10:00:00+03:00">'
    assert times(read(page("2 hours ago").replace("<title>", f"{other}<title>"))) == (None, None, None)
    foreign = page("2 hours ago")
    head, _, rest = foreign.partition("</head>")
    assert times(read(head.replace(ARTICLE.headline or "", "Ilvane sells a ferry") + "</head>" + rest)) == (
        None, None, None,
    )  # fmt: skip


def test_a_day_alone_in_the_metadata_is_no_time() -> None:
    assert times(read(page("2 hours ago", stated="2025-08-20"))) == (None, None, None)
    assert not read(page(SHOWN, stated="2025-08-20")).extra["metadata_disagreements"]


def test_a_time_element_states_what_its_words_do_not() -> None:
    element = '<time datetime="2025-08-20T12:19:00Z">2 hours ago</time>'
    assert times(read(page(element, stated=None))) == (LOCAL, AT, "head")
    assert times(read(page(f"Updated {element}", stated=None))) == (None, None, None)


@pytest.mark.parametrize(
    ("naive", "offset"),
    [("2025-08-20T12:19:00", STATED), ("2025-08-20 12:19", "2025-08-20T15:19:00+0300")],
)
def test_a_moment_with_an_offset_counts_before_a_naive_one(naive: str, offset: str) -> None:
    capture = page("2 hours ago", stated=offset)
    capture = capture.replace("<title>", f'<meta name="date" content="{naive}"><title>')
    assert times(read(capture)) == (LOCAL, AT, "head")


@pytest.mark.parametrize(
    ("wall", "stated", "expected"),
    [
        # the site's clock went forward two days before Beirut's
        ("24 Mar 2023 18:27", "2023-03-24T18:27:00+03:00", (datetime(2023, 3, 24, 15, 27), "head")),
        ("24 Mar 2023 18:27", "2023-03-24T18:27:00+02:00", (datetime(2023, 3, 24, 16, 27), "page")),
        # in winter no clock is an hour ahead, and a difference of hours is another time
        ("10 Jan 2023 18:27", "2023-01-10T18:27:00+03:00", (datetime(2023, 1, 10, 16, 27), "page")),
        ("24 Mar 2023 18:27", "2023-03-24T18:27:00+05:00", (datetime(2023, 3, 24, 16, 27), "page")),
    ],
)
def test_days_when_the_clocks_differ(wall: str, stated: str, expected: tuple[datetime, str]) -> None:
    article = read(page(wall, stated=stated))
    assert (article.published_at, article.published_from) == (expected[0].replace(tzinfo=UTC), expected[1])
    assert article.published_local == parse_wall_time(wall)


@pytest.mark.parametrize(
    ("published", "modified"),
    [
        ("8/21/2025 5:01:54 PM", "8/21/2025 5:30:12 PM"),
        ("2025-08-21T17:01:54+03:30", "2025-08-21T14:00:12Z"),
    ],
)
def test_dates_of_nour_news_in_its_metadata(published: str, modified: str) -> None:
    dates = (
        f'<meta itemprop="datePublished" content="{published}">'
        f'<meta itemprop="dateModified" content="{modified}">'
    )
    capture = re.sub(r'<meta [^>]*"article:(?:published|modified)_time"[^>]*>', "", NOUR_HTML)
    capture = capture.replace("<title>", f"{dates}<title>")
    article = read(capture)
    assert article.extra["modified_at"] == datetime(2025, 8, 21, 14, 0, 12, tzinfo=UTC)
    assert not article.extra["metadata_disagreements"]
    hidden = re.sub(r"(?:<[^>]*>)*Publish Date ?:.*?PM(?:</[^>]*>)*", "", capture)
    assert "PM" not in hidden.partition("</head>")[2]
    found = datetime(2025, 8, 21, 17, 1, 54), datetime(2025, 8, 21, 13, 31, 54, tzinfo=UTC), "head"
    assert times(read(hidden)) == found
    other = read(capture.replace(f'"{published}"', f'"{published.replace("21", "20")}"'))
    assert "published_at: datepublished" in other.extra["metadata_disagreements"][0]


def test_a_time_by_iso_on_a_page_of_nour_news() -> None:
    article = read(text.render(NOUR_ARTICLE).replace("8/21/2025 5:01:54 PM", "2025-08-21 17:01:54"))
    assert article.published_local == datetime(2025, 8, 21, 17, 1, 54)


@pytest.mark.parametrize(
    "line",
    [
        "Today 06:42", "Yesterday", "20 Aug", "20 Aug 16:41", "28 Nov 2025", "28 Nov 2025 10:00",
        "2025-11-28", "2025-11-28 10:00", "an hour ago", "3 days ago", "Fri, 28 Nov 2025",
    ],
)  # fmt: skip
def test_lines_that_are_a_day_or_time(line: str) -> None:
    assert is_stamp(line)


@pytest.mark.parametrize(
    "line", ["", "Today we sail", "7 boats", "20 August 1955 remembered", "Mar 20", "20:44"]
)
def test_lines_that_are_not(line: str) -> None:
    assert not is_stamp(line)


@pytest.mark.parametrize(
    "time", ["2025-13-20 15:19", "2025-08-20 25:19", "0000-01-01 00:00", "9999-12-31 23:59"]
)
def test_times_that_do_not_exist(time: str) -> None:
    assert parse_wall_time(time) is None
    for stated in (f"{time.replace(' ', 'T')}:00+03:00", f"{time}Z"):
        assert read(page("2 hours ago", stated=stated)).published_at is None
