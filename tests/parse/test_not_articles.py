"""Pages that are not articles are rejected by kind; an article that quotes their words is not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import pytest

from newsmarts.core.errors import CaptureError, NotAnArticle, UnknownPublisher, UnreadablePage
from newsmarts.parse.page import parse_page, parse_reading, publisher_of, read_page
from newsmarts.parse.publishers.al_mayadeen import SITE as AL_MAYADEEN
from newsmarts.parse.publishers.nour_news import SITE as NOUR_NEWS
from samples import furniture, html, text
from samples.model import Page, Paragraph
from tests.parse.pages import ARTICLE, FIRST, NOUR_ARTICLE, SECOND, THIRD, read


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


ENTRIES = [f"A boat\n\nVelmora votes {n} times\n\n  • Politics\n  • {n} Aug 2025" for n in range(1, 6)]
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
        (framed("Tag: Velmora", *ENTRIES), "tag_page"),
        (framed(*ENTRIES), "section_page"),
        (framed("Politics", *ENTRIES, "Load More"), "section_page"),
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


ADDRESS = r"almayadeen.net/news/politics/[a-z-]+"
STRUCTURED = r'<script type="application/ld\+json">.*?</script>|<meta[^>]*"article:published_time"[^>]*>'


def with_head(*edits: tuple[str, str], page: Page = ARTICLE) -> str:
    """An article's HTML capture with something in its head changed."""
    capture = html.render(page, "semantic")
    for pattern, replacement in edits:
        capture, count = re.subn(pattern, replacement, capture, flags=re.DOTALL)
        assert count, pattern
    return capture


@pytest.mark.parametrize(
    ("pattern", "replacement", "reason_code", "evidence"),
    [
        (r'"type": "post"', '"type": "video"', "video_page", "tawsiyat-metadata type is 'video'"),
        (r'"type": "post"', '"type": "photo-gallery"', "gallery_page", "'photo-gallery'"),
        (r'"type": "post"', '"type": "newscast"', "podcast_page", "'newscast'"),
        (r'"NewsArticle"', '"LiveBlogPosting"', "live_blog", "JSON-LD is a LiveBlogPosting"),
        (
            ADDRESS,
            "almayadeen.net/videos/newsfeed/pier",
            "video_page",
            "address is https://.*/videos/newsfeed",
        ),
        (ADDRESS, "almayadeen.net/in-pictures/pier", "gallery_page", "/in-pictures/pier"),
        (ADDRESS, "almayadeen.net/infographs/pier", "gallery_page", "/infographs/pier"),
        (ADDRESS, "almayadeen.net/podcasts/pier", "podcast_page", "/podcasts/pier"),
        (ADDRESS, "almayadeen.net/live", "live_blog", "/live"),
    ],
)
def test_what_the_head_and_the_address_declare(
    pattern: str, replacement: str, reason_code: str, evidence: str
) -> None:
    with pytest.raises(NotAnArticle, match=evidence) as caught:
        parse_page(with_head((pattern, replacement)).encode())
    assert caught.value.reason_code == reason_code


@pytest.mark.parametrize(
    ("type_", "reason_code"),
    [
        ("VideoObject", "video_page"),
        ("PodcastEpisode", "podcast_page"),
        ("ImageGallery", "gallery_page"),
        ("CollectionPage", "section_page"),
        ("SearchResultsPage", "search_page"),
        ("ProfilePage", "author_page"),
    ],
)
def test_a_type_counts_on_a_page_that_is_nothing_like_an_article(type_: str, reason_code: str) -> None:
    edits = [
        (STRUCTURED, ""),
        ('content="article"', 'content="website"'),
        ('"type": "post"', '"type": "page"'),
    ]
    edits.append(('"value": "News"', '"value": "Page"'))
    edits.append(("</head>", f'<script type="application/ld+json">{{"@type": "{type_}"}}</script></head>'))
    assert read(with_head(*edits)).headline == ARTICLE.headline
    assert reason(with_head(*edits, page=replace(ARTICLE, body=(), standfirst=None))) == reason_code


@pytest.mark.parametrize("path", ["", "tags/velmora", "news/politics", "authors/maren-pell", "latest"])
def test_the_address_of_a_list_in_an_articles_head_is_no_evidence(path: str) -> None:
    """Sites set the canonical address of articles to the home page, or to their section's."""
    address = (ADDRESS, f"almayadeen.net/{path}")
    assert read(with_head(address)).headline == ARTICLE.headline
    assert read(with_head(address, (STRUCTURED, ""))).headline == ARTICLE.headline


def test_a_head_that_contradicts_itself_is_for_a_person() -> None:
    capture = with_head(('"og:type" content="article"', '"og:type" content="video.other"'))
    assert reason(capture, UnreadablePage) == "unclear_page_kind"
    entries = [Paragraph(line) for n in range(4) for line in (f"{n + 10}:15", f"Entry {n} in Velmora.")]
    page = replace(ARTICLE, body=tuple(entries))
    assert reason(html.render(page, "semantic"), UnreadablePage) == "unclear_page_kind"


def cards(title: str, links: Iterable[str], *, address: str, summary: str = "", site: str = "") -> str:
    """A page of linked headlines."""
    items = "".join(
        f'<div><a href="{link}"><h3>Velmora counts pier {number}</h3></a><p>{summary}</p></div>'
        for number, link in enumerate(links)
    )
    name = site or "Al Mayadeen English"
    return (
        f'<html lang="en"><head><meta property="og:site_name" content="{name}">'
        f'<link rel="canonical" href="{address}"></head><body><h1>{title}</h1>{items}</body></html>'
    )


SUMMARY = "The third pier of Velmora was opened by nobody in particular, and nobody came to see it."
HOST = "https://english.almayadeen.net"


@pytest.mark.parametrize("summary", ["", SUMMARY])
@pytest.mark.parametrize(
    ("path", "reason_code"),
    [
        ("/", "home_page"),
        ("/tags/velmora", "tag_page"),
        ("/authors/maren-pell", "author_page"),
        ("/coverage/ports", "section_page"),
        ("/news/politics/page-2", "section_page"),
        ("/search", "search_page"),
        ("/of-a-kind-that-is-not-known", "section_page"),
    ],
)
def test_a_list_is_known_by_its_links_and_named_by_its_address(
    path: str, reason_code: str, summary: str
) -> None:
    links = [f"/news/politics/pier-{number}-opens" for number in range(6)]
    assert reason(cards("Ports", links, address=f"{HOST}{path}", summary=summary)) == reason_code


def test_a_short_article_over_a_list_is_not_a_list() -> None:
    links = [f"/news/politics/pier-{number}-opens" for number in range(6)]
    page = cards("Pier opens", links, address=f"{HOST}/x").replace("</h1>", f"</h1><p>{SUMMARY}</p>")
    assert reason(page, CaptureError) in {"missing_article_header", "truncated_page"}


@pytest.mark.parametrize(
    ("address", "reason_code"),
    [
        ("https://nournews.ir/en/Service/AllNews", "section_page"),
        ("https://nournews.ir/zh/Service/international/Page-2", "other_language"),
        ("https://nournews.ir/en", "home_page"),
        ("https://nournews.ir/en/tags/velmora", "tag_page"),
    ],
)
def test_lists_of_nour_news_have_relative_links(address: str, reason_code: str) -> None:
    links = [f"news/2791{number}/pier-opens" for number in range(6)]
    page = cards("All News", links, address=address, site="nournews")
    if reason_code == "other_language":
        page = page.replace('lang="en"', 'lang="zh"')
    assert reason(page) == reason_code


@pytest.mark.parametrize("edition", ["fa", "ar", "zh", "es"])
def test_an_article_of_another_edition(edition: str) -> None:
    page = html.render(NOUR_ARTICLE, "semantic").replace("nournews.ir/en/", f"nournews.ir/{edition}/")
    assert reason(re.sub('<html lang="[^"]*"', f'<html lang="{edition}"', page)) == "other_language"
    assert read(page).headline == NOUR_ARTICLE.headline, "a wrong address in an English page's head"
    plain = read_page(text.render(NOUR_ARTICLE).encode())
    plain.url = f"https://nournews.ir/{edition}/news/201177/x"
    with pytest.raises(NotAnArticle, match=f"address is {plain.url}"):
        parse_reading(plain, publisher_of(plain), None)


def test_an_article_in_other_letters() -> None:
    line = Paragraph("افتتح ميناء فيلمورا رصيفه الثالث يوم الإثنين بعد تسع سنوات من البناء.")
    assert reason(text.render(replace(NOUR_ARTICLE, body=(line, line)))) == "other_language"
    assert (
        read(text.render(replace(NOUR_ARTICLE, body=(FIRST, line, SECOND, FIRST)))).body[1].text == line.text
    )


@pytest.mark.parametrize(
    ("url", "reason_code"),
    [
        (f"{HOST}/tags/velmora", "tag_page"),
        (f"{HOST}/videos/newsfeed/pier", "video_page"),
        (f"{HOST}/news/politics/velmora-opens-third-pier", "missing_article_header"),
        ("https://www.almayadeen.net/politics", "other_language"),
        ("https://harbour-gazette.example/port", "missing_article_header"),
        (None, "missing_article_header"),
    ],
)
def test_the_address_that_was_fetched_is_evidence(url: str | None, reason_code: str) -> None:
    page = read_page(framed("Velmora opens third pier", FIRST.text, SECOND.text).encode())
    page.url = url
    with pytest.raises(CaptureError) as caught:
        parse_reading(page, publisher_of(page), None)
    assert caught.value.reason_code == reason_code


def test_the_address_that_was_fetched_beats_the_one_in_the_head() -> None:
    page = read_page(with_head((ADDRESS, "almayadeen.net/videos/newsfeed/pier")).encode())
    page.url = f"{HOST}/news/politics/velmora-opens-third-pier"
    assert parse_reading(page, publisher_of(page), None).article.headline == ARTICLE.headline


@pytest.mark.parametrize(
    "path",
    [
        "news/politics/nasrallah%3A-nakba-not-only-a-memory",
        "news/politics/war-on-gaza-leaves--israel---us-politically-isolated",
        "news/politics/the-quay-of-velmora:",
        "articles/opinion/quay",
    ],
)
def test_addresses_of_articles(path: str) -> None:
    assert AL_MAYADEEN.kind_of(f"{HOST}/{path}?from=home") == "article"


def test_an_address_of_an_article_needs_no_slug() -> None:
    assert NOUR_NEWS.kind_of("https://nournews.ir/en/news/179165") == "article"
    assert NOUR_NEWS.kind_of("http://www.nournews.ir/En/News/179165/x/") == "article"
    assert NOUR_NEWS.kind_of("https://nournews.ir/fa/Service/AllNews") == "other_language"
    assert NOUR_NEWS.kind_of("https://nournews.ir.example.org/en/news/179165") is None


def test_a_page_of_another_site_by_its_address() -> None:
    page = read_page(b"The Harbor Gazette\n\nVelmora opens third pier\n")
    page.url = "https://harbour-gazette.example/port/pier"
    with pytest.raises(NotAnArticle, match=r"another site.*harbour-gazette\.example") as caught:
        parse_reading(page, publisher_of(page), None)
    assert caught.value.reason_code == "other_host"


def test_a_page_of_which_only_the_address_is_known_is_its_publishers() -> None:
    """A redesign may take all marks away."""
    page = read_page(
        f"<html><body><h1>Pier</h1><p>{FIRST.text}</p><p>{SECOND.text}</p></body></html>".encode()
    )
    page.url = f"{HOST}/news/politics/velmora-opens-third-pier"
    publisher = publisher_of(page)
    assert publisher is not None
    with pytest.raises(CaptureError, match="truncated_page"):
        parse_reading(page, publisher, None)


WALLS = {
    "challenge_page": [
        "<title>Transferring to the website...</title><p>Your request is being checked.</p>",
        '<script src="/_Incapsula_Resource?SWJIYLWA=1"></script><iframe src="/x">Unsuccessful.</iframe>',
        "<title>Access Denied</title><h1>Access Denied</h1>You don't have permission to access this."
        "<p>Reference #18.2d0a1002.1684260000.1a2b3c4d</p>",
        "<title>DDoS-Guard</title><h1>Checking your browser before accessing velmora.example</h1>",
        "<title>Sucuri WebSite Firewall</title><h1>Access Denied - Sucuri Website Firewall</h1>",
        "<title>Human Verification</title><p>Verify that you're not a robot.</p>",
        "<title>Pardon Our Interruption</title><p>Something about your browser made us think.</p>",
        '<div></div><script src="https://ct.captcha-delivery.com/c.js"></script>',
        "<h1>Access denied</h1><p>Error code 1020</p><p>You cannot access english.almayadeen.net.</p>",
    ],
    "redirect_page": [
        '<meta http-equiv="refresh" content="0; url=https://english.almayadeen.net/news/politics/y">',
        '<script>window.location.href="https://english.almayadeen.net/"</script>',
        "<p>Got an HTTP 302 response at crawl time</p><p>Redirecting to...</p>",
        "<title>301 Moved Permanently</title><h1>Moved Permanently</h1>The document has moved here.",
    ],
    "error_page": [
        "<title>خطای ۴۰۳</title><h1>دسترسی شما محدود شده است</h1>",
        "<h1>Hrm.</h1><p>The Wayback Machine has not archived that URL.</p>",
        "<h1>This content is not available in your region.</h1>",
        "<h1>404</h1><p>Sorry, the page you are looking for could not be found.</p>",
    ],
}


@pytest.mark.parametrize(
    ("reason_code", "body"), [(code, body) for code, all_ in WALLS.items() for body in all_]
)
def test_what_sites_and_networks_show_in_place_of_a_page(reason_code: str, body: str) -> None:
    assert reason(f"<!DOCTYPE html><html><body>{body}</body></html>") == reason_code
    page = read_page(f"<html><body>{body}</body></html>".encode())
    page.url = f"{HOST}/news/politics/velmora-opens-third-pier"
    with pytest.raises(NotAnArticle):
        parse_reading(page, publisher_of(page), None)


def test_an_article_with_a_video_in_it_is_an_article() -> None:
    extra = '<script type="application/ld+json">{"@type": "VideoObject", "name": "Pier"}</script></head>'
    assert read(with_head(("</head>", extra))).headline == ARTICLE.headline


def test_a_player_in_an_article_is_furniture() -> None:
    controls = "Play Video\n\nCurrent Time 0:00\n\n0:00 / 3:45\n\n1x"
    page = replace(ARTICLE, body=(FIRST, Paragraph("PLAYER"), SECOND, THIRD))
    record = read(text.render(ARTICLE)).to_record()
    assert read(text.render(page).replace("PLAYER", controls)).to_record() == record


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
    assert reason(framed("ميناء فيلمورا", arabic, arabic)) == "other_language"


def test_a_page_of_a_publisher_with_neither_header_nor_reason_names_what_is_missing() -> None:
    assert (
        reason(framed("Velmora opens third pier", FIRST.text, SECOND.text), CaptureError)
        == "missing_article_header"
    )


SHELL = """<!DOCTYPE html><html lang="en"><head><title>Ostrin counts its boats</title>
<meta property="og:site_name" content="Al Mayadeen English"><meta property="og:type" content="article">
</head><body>{}</body></html>"""


@pytest.mark.parametrize(
    "body",
    [
        '<div id="root"></div><script src="/main.js"></script>',
        "<div class=app id=__next> </div><script id=__NEXT_DATA__ type=application/json>{}</script>",
        "<app-root></app-root>",
        "<noscript>You need to enable JavaScript to run this app.</noscript><div><a href=/>Home</a></div>",
        "<h1>Ostrin counts its boats</h1><script>window.__INITIAL_STATE__ = {}</script>",
    ],
)
def test_a_page_whose_text_a_script_makes_says_so(body: str) -> None:
    assert reason(SHELL.format(body), UnreadablePage) == "text_only_by_script"
    foreign = "<!DOCTYPE html><html><head><title>Boats</title></head><body>{}</body></html>"
    assert reason(foreign.format(body), UnreadablePage) == "text_only_by_script", "of whatever publisher"


@pytest.mark.parametrize(
    "body",
    [
        f'<div id="root"></div><p>{FIRST.text}</p>',
        "<noscript>Pictures need JavaScript.</noscript>" + f"<p>{FIRST.text}</p>",
        '<div id="root"><h1>Ostrin counts its boats</h1></div>',
        "<noscript><img src='/count.gif'></noscript><h1>Ostrin counts its boats</h1>",
    ],
)
def test_other_pages_without_an_article_have_other_reasons(body: str) -> None:
    assert reason(SHELL.format(body), CaptureError) != "text_only_by_script"


@pytest.mark.timeout(10)
def test_a_source_made_to_be_slow_is_not() -> None:
    for body in ("<noscript>" * 15_000, "<noscript><p>" + "enable " * 25_000, "<div id=root " * 10_000):
        assert reason(SHELL.format(body), CaptureError)


def test_the_owner_of_the_pages_address_comes_before_marks_in_its_text() -> None:
    """A page of one publisher may show a line that is another's mark."""
    page = read_page(f"Publish Date : 6/22/2024 5:01:54 PM\n\n{text.render(ARTICLE)}".encode())
    page.url = "https://english.almayadeen.net/news/economy/velmora-opens-third-pier"
    publisher = publisher_of(page)
    assert publisher is not None
    assert publisher.slug == "al_mayadeen"
    page.url = "https://nournews.ir/en/news/201177"
    publisher = publisher_of(page)
    assert publisher is not None
    assert publisher.slug == "nour_news"


def _cards(count: int, under: str) -> str:
    cards = "".join(
        f"Boat {number} counted\n\n  • By Al Mayadeen English\n  • 2{number} Nov 2025 10:00\n\n{under}\n\n"
        for number in range(count)
    )
    capture = text.render(ARTICLE)
    start, end = capture.index(f"{ARTICLE.headline}\n"), capture.index("Most Read\n")
    return f"{capture[:start]}Al Mayadeen English\n\n{cards}{capture[end:]}"


@pytest.mark.parametrize("under", ["A line on what the boats did.", FIRST.text])
@pytest.mark.parametrize("count", [2, 3, 5])
def test_an_authors_page_of_cards(count: int, under: str) -> None:
    with pytest.raises(CaptureError):
        parse_page(_cards(count, under).encode())


@pytest.mark.parametrize(
    "lines",
    [
        ("Subscribe to our newsletter", "Enter your email", "Sign up"),
        ("Listen to the episode", "Episode 14: The pier", "42:10"),
        ("▶", "03:14"),
        ("20:10 - The pier opens.", "19:11 - A ship waits.", "18:30 - The fog lifts."),
        ("2 hours ago", FIRST.text, "3 hours ago", SECOND.text, "4 hours ago"),
        ("20 Nov 2025 10:30", "It opens.", "20 Nov 2025 11:30", "It shuts.", "20 Nov 2025 12:30", "Fog."),
    ],
)
def test_controls_or_timed_entries_in_place_of_a_text(lines: tuple[str, ...]) -> None:
    page = replace(ARTICLE, body=tuple(Paragraph(line) for line in lines))
    with pytest.raises(CaptureError):
        parse_page(text.render(page).encode())
