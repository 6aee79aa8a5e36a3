"""Pages that are not articles are rejected by kind; an article that quotes their words is not."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from newsmarts.core.errors import CaptureError, NotAnArticle, UnknownPublisher, UnreadablePage
from newsmarts.parse.page import parse_page
from samples import furniture, html, text
from samples.model import Paragraph
from tests.parse.pages import ARTICLE, FIRST, NOUR_ARTICLE, SECOND, read


def reason(capture: str, kind: type[CaptureError] = NotAnArticle) -> str:
    with pytest.raises(kind) as caught:
        parse_page(capture.encode())
    assert caught.value.detail
    return caught.value.reason_code


def framed(*chunks: str) -> str:
    """An Al Mayadeen text capture with this in place of an article."""
    return "\n\n".join(
        [furniture.AL_MAYADEEN_TEXT_NAVIGATION, *chunks, furniture.AL_MAYADEEN_TEXT_FOOTER],
    )


CLOUDFLARE = """<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title>
<meta name="robots" content="noindex,nofollow"></head>
<body><div class="main-wrapper"><h1>english.almayadeen.net</h1>
<p>Checking if the site connection is secure</p><noscript>Enable JavaScript and cookies to continue</noscript>
<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script></div></body></html>"""


@pytest.mark.parametrize(
    ("capture", "reason_code"),
    [
        (CLOUDFLARE, "challenge_page"),
        ("Verify you are human by completing the action below.\n\nRay ID: 8f2a\n", "challenge_page"),
        (
            "<title>Attention Required! | Cloudflare</title><h1>Sorry, you have been blocked</h1>",
            "challenge_page",
        ),
        (
            "<html><title>403 Forbidden</title><body><h1>403 Forbidden</h1><hr>nginx</body></html>",
            "error_page",
        ),
        ("<html><title>502 Bad Gateway</title><body>Bad gateway</body></html>", "error_page"),
        ("Error 404\n\nThe page you are looking for doesn't exist.\n", "error_page"),
        (
            "<html><body><h1>Server Error in '/' Application.</h1><h2>Runtime Error</h2></body></html>",
            "error_page",
        ),
        (
            "<body><h1>We value your privacy</h1><button>Accept all</button><a>Manage consent</a>",
            "consent_page",
        ),
        (framed("Page not found"), "error_page"),
        (framed("404", "The page you were looking for can't be found."), "error_page"),
        (
            framed("Just a moment...", "Verifying you are human. This may take a few seconds."),
            "challenge_page",
        ),
        (
            framed("We use cookies to make the site work.", "Accept all\nReject all\nManage preferences"),
            "consent_page",
        ),
        (framed("Tag: Velmora", "A boat\n\nVelmora votes\n\n  • Politics\n  • 3 Aug 2025"), "tag_page"),
        (
            framed(
                *(f"A boat\n\nVelmora votes {n} times\n\n  • Politics\n  • {n} Aug 2025" for n in range(1, 6))
            ),
            "section_page",
        ),
        (framed("Politics", "Velmora votes", "Load More"), "section_page"),
        (framed("Velmora's harbor in one minute", "Video Player is loading.", "Play Video"), "video_page"),
    ],
)
def test_pages_in_place_of_an_article(capture: str, reason_code: str) -> None:
    assert reason(capture) == reason_code


def test_a_video_with_an_article_s_header_is_a_video() -> None:
    capture = text.render(replace(ARTICLE, body=(), standfirst=None, picture=None))
    assert (
        reason(capture.replace("  • x\n\n  • Velmora", "Play Video\n\nCurrent Time 0:00\n\n  • Velmora"))
        == "video_page"
    )


def test_a_live_blog_is_known_by_its_entries_times() -> None:
    entries = [
        Paragraph(line) for n in range(4) for line in (f"{n + 10}:15", f"Entry {n} of the day in Velmora.")
    ]
    assert reason(text.render(replace(ARTICLE, body=tuple(entries)))) == "live_blog"
    entries = [
        Paragraph(line) for n in range(1, 4) for line in (f"{n} Aug 2025 10:15", f"Entry {n} of the day.")
    ]
    assert reason(text.render(replace(NOUR_ARTICLE, body=tuple(entries)))) == "live_blog"


def head_says(pattern: str, replacement: str) -> str:
    capture, count = re.subn(pattern, replacement, html.render(ARTICLE, "semantic"))
    assert count
    return capture


@pytest.mark.parametrize(
    ("pattern", "replacement", "reason_code"),
    [
        (r'"og:type" content="article"', '"og:type" content="video.other"', "video_page"),
        (r'"type": "post"', '"type": "video"', "video_page"),
        (r'"type": "post"', '"type": "photo-gallery"', "gallery_page"),
        (r'"NewsArticle"', '"VideoObject"', "video_page"),
        (r'"NewsArticle"', '"LiveBlogPosting"', "live_blog"),
        (r'"NewsArticle"', '"ImageGallery"', "gallery_page"),
        (r'"NewsArticle"', '"CollectionPage"', "section_page"),
        (r"almayadeen.net/news/politics/[a-z-]+", "almayadeen.net/videos/newsfeed/pier", "video_page"),
        (r"almayadeen.net/news/politics/[a-z-]+", "almayadeen.net/in-pictures/pier", "gallery_page"),
        (r"almayadeen.net/news/politics/[a-z-]+", "almayadeen.net/tags/velmora", "tag_page"),
        (r"almayadeen.net/news/politics/[a-z-]+", "almayadeen.net/news/politics", "section_page"),
        (r"almayadeen.net/news/politics/[a-z-]+", "almayadeen.net/", "section_page"),
        (r"almayadeen.net/news/politics/[a-z-]+", "almayadeen.net/live", "live_blog"),
    ],
)
def test_what_the_head_declares(pattern: str, replacement: str, reason_code: str) -> None:
    assert reason(head_says(pattern, replacement)) == reason_code


def test_an_article_with_a_video_in_it_is_an_article() -> None:
    extra = '<script type="application/ld+json">{"@type": "VideoObject", "name": "Pier"}</script></head>'
    assert read(head_says("</head>", extra)).headline == ARTICLE.headline


@pytest.mark.parametrize(
    "sentence",
    [
        "“Just a moment...” was all that the screen said; 404 dockers waited.",
        "Error 404",
        "Page not found, said the sign.",
        "“We value your privacy,” said the port. “Accept all.”",
        "Play Video",
    ],
)
def test_an_article_may_quote_all_of_it(sentence: str) -> None:
    page = replace(ARTICLE, body=(FIRST, Paragraph(sentence), SECOND))
    body = read(text.render(page)).to_record()["body"]
    assert sentence in [block["text"] for block in body]


def test_another_publishers_page_is_unknown() -> None:
    other = "The Harbor Gazette\n\nVelmora opens third pier\n\nBy Al Mayadeen\n\nIt opened on Monday.\n"
    assert reason(other, UnknownPublisher) == "unknown_publisher"
    assert reason(f"<html><body><h1>{other}</h1></body></html>", UnknownPublisher) == "unknown_publisher"


def test_the_arabic_edition_is_reported_by_its_letters() -> None:
    arabic = "افتتح ميناء فيلمورا رصيفه الثالث يوم الإثنين بعد تسع سنوات من البناء."
    assert reason(framed("ميناء فيلمورا", arabic, arabic), UnreadablePage) == "other_language"


def test_a_page_of_a_publisher_with_neither_header_nor_reason_names_what_is_missing() -> None:
    assert (
        reason(framed("Velmora opens third pier", FIRST.text, SECOND.text), CaptureError)
        == "missing_article_header"
    )
