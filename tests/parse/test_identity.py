"""What an article is known by: its number and address, where they surely are its own."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from newsmarts.core.records import Article, article_id_of
from newsmarts.parse.identity import normalised_address
from newsmarts.parse.page import parse_reading, publisher_of, read_page
from samples import html, text
from tests.parse.pages import ARTICLE, NOUR_ARTICLE, read

PAGE = replace(ARTICLE, news_id="2412150", section="Economy")
ADDRESS = "https://english.almayadeen.net/news/economy/velmora-opens-third-pier"
URL_KEY = ("url", "english.almayadeen.net/news/economy/velmora-opens-third-pier", "2025-08-20")
NUMBER_KEY = ("news_id", "2412150", "2025-08-20T15:19")


def fetched(capture: str, url: str | None) -> Article:
    """The article of a capture that a feed fetched from an address."""
    reading = read_page(capture.encode())
    reading.url = url
    return parse_reading(reading, publisher_of(reading), None).article


def with_head(*elements: str, **changes: Any) -> str:
    """The page as HTML with nothing in its head but these elements."""
    capture = html.render(replace(PAGE, **changes), "semantic")
    return re.sub(r"<head>.*</head>", lambda _: f"<head>{''.join(elements)}</head>", capture, flags=re.DOTALL)


def canonical(address: str) -> str:
    return f'<link rel="canonical" href="{address}">'


def test_an_html_page_is_known_by_headline_address_and_number() -> None:
    article = read(html.render(PAGE, "semantic"))
    assert article.other_identities == (URL_KEY, NUMBER_KEY)
    reported = (article.identity or (), URL_KEY, NUMBER_KEY)
    assert article.identity_keys == tuple(sorted(article_id_of("al_mayadeen", *each) for each in reported))
    assert article.article_id in article.identity_keys


def test_both_formats_of_a_page_share_a_key_and_so_do_two_headlines_at_one_address() -> None:
    page, as_text = read(html.render(PAGE, "hashed")), read(text.render(PAGE))
    assert set(as_text.identity_keys) == {as_text.article_id} < set(page.identity_keys)
    renamed = html.render(PAGE, "hashed").replace("Velmora opens third pier", "Velmora opens its third pier")
    changed = read(renamed)
    assert changed.headline == "Velmora opens its third pier"
    assert changed.article_id != page.article_id
    assert set(changed.identity_keys) & set(page.identity_keys) == {
        article_id_of("al_mayadeen", *URL_KEY),
        article_id_of("al_mayadeen", *NUMBER_KEY),
    }


@pytest.mark.parametrize(
    "address",
    [
        ADDRESS,
        "http://english.almayadeen.net/news/economy/velmora-opens-third-pier",
        "https://www.english.almayadeen.net/news/economy/velmora-opens-third-pier/",
        "https://ENGLISH.AlMayadeen.net:443/news/economy/velmora-opens-third-pier?utm_source=x&page=2#top",
        "https://english.almayadeen.net./news/economy/velmora%2Dopens-third-pier",
    ],
)
def test_spellings_of_one_address_are_one_key(address: str) -> None:
    assert read(with_head(canonical(address))).other_identities == (URL_KEY,)


@pytest.mark.parametrize(
    "address",
    [
        "https://english.almayadeen.net/articles/opinion/who-paid-for-the-pier",
        "https://english.almayadeen.net/articles/analysis/who-paid-for-the-pier",
        "https://english.almayadeen.net/articles/blog/who-paid-for-the-pier",
        "https://english.almayadeen.net/articles/features/who-paid-for-the-pier",
        "https://english.almayadeen.net/news/arts-culture/%D9%85%D9%8A%D9%86%D8%A7%D8%A1-opens-third-pier",
    ],
)
def test_every_kind_of_article_has_an_address(address: str) -> None:
    [(kind, _, day)] = read(with_head(canonical(address))).other_identities
    assert (kind, day) == ("url", "2025-08-20")


@pytest.mark.parametrize(
    "address",
    [
        "https://english.almayadeen.net/latest-news/of-the-day",
        "https://english.almayadeen.net/articles/authors/mara-odell",
        "https://english.almayadeen.net/articles/opinion/mara-odell/who-paid-for-it",
        "https://english.almayadeen.net/news/politics/2",
        "https://english.almayadeen.net/news/politics/page-2",
        "https://english.almayadeen.net/news/politics/%2e%2e",
        "https://english.almayadeen.net/news/politics/velmora%2Fopens-pier",
        "https://english.almayadeen.net/news/politics/..%5Cvelmora-opens",
        "https://english.almayadeen.net/news//velmora-opens-third-pier",
        "https://english.almayadeen.net/news/politics/velmora-opens%00-third-pier",
        "https://english.almayadeen.net/news/politics/velmora-opens%FF-third-pier",
        "https://english.almayadeen.net:8443/news/economy/velmora-opens-third-pier",
        "https://user@english.almayadeen.net/news/economy/velmora-opens-third-pier",
        "https://www.almayadeen.net/news/economy/velmora-opens-third-pier",  # the Arabic edition
        "https://espanol.almayadeen.net/news/economy/velmora-opens-third-pier",
        "https://english.almayadeen.net.mirror.example/news/economy/velmora-opens-third-pier",
        "https://mirror.example/english.almayadeen.net/news/economy/velmora-opens-third-pier",
        "https://englishxalmayadeen.net/news/economy/velmora-opens-third-pier",
        "ftp://english.almayadeen.net/news/economy/velmora-opens-third-pier",
        "//english.almayadeen.net/news/economy/velmora-opens-third-pier",
        "/news/economy/velmora-opens-third-pier",
        "https://[english.almayadeen.net/news/economy/velmora-opens-third-pier",
        "https://english.almayadeen.net:x/news/economy/velmora-opens-third-pier",
        f"https://english.almayadeen.net/news/economy/velmora-opens-{'x' * 3_000}",
    ],
)
def test_an_address_that_may_not_be_an_articles_own_tells_nothing(address: str) -> None:
    article = read(with_head(canonical(address)))
    assert article.other_identities == ()
    assert article.identity_keys == (article.article_id,)


def test_a_head_that_names_two_articles_tells_of_none() -> None:
    other = ADDRESS.replace("third", "fourth")
    assert read(with_head(canonical(ADDRESS), canonical(other))).other_identities == ()
    article = read(with_head(canonical(ADDRESS), f'<meta property="og:url" content="{other}">'))
    assert article.other_identities == ()
    home = '<meta property="og:url" content="https://english.almayadeen.net/">'
    assert read(with_head(canonical(ADDRESS), home)).other_identities == (URL_KEY,)


@pytest.mark.parametrize("number", ["0", "1", "-1", "24x2150", "2412150 2412151", "9" * 30, "null"])
def test_a_number_that_is_none_tells_nothing(number: str) -> None:
    assert read(with_head(f'<meta name="postid" content="{number}">')).other_identities == ()


def test_two_numbers_tell_nothing() -> None:
    numbers = [f'<meta name="postid" content="{number}">' for number in ("2412150", "2412151")]
    assert read(with_head(*numbers)).other_identities == ()


@pytest.mark.parametrize(
    ("title", "published", "is_own"),
    [
        ("Velmora opens third pier | Al Mayadeen English", "2025-08-20T15:19:00+03:00", True),
        ("Velmora opens 3rd pier | Al Mayadeen English", "2025-08-20T15:19:31+03:00", True),  # an edit
        ("Velmora opens third pier", "2025-08-20T18:00:00+03:00", True),
        ("Ostrin grain exchange closes | Al Mayadeen English", "2025-08-19T11:00:00+03:00", False),
        ("Ostrin grain exchange closes", None, False),
        (None, "2025-08-19T11:00:00+03:00", False),
        (None, None, True),
    ],
)
def test_a_head_that_a_browser_kept_from_the_page_before_tells_nothing(
    title: str | None, published: str | None, is_own: bool
) -> None:
    capture = with_head(
        canonical(ADDRESS),
        '<meta name="postid" content="2412150">',
        f"<title>{title}</title>" if title else "",
        f'<meta property="article:published_time" content="{published}">' if published else "",
    )
    assert read(capture).other_identities == ((URL_KEY, NUMBER_KEY) if is_own else ())


def test_an_address_that_comes_back_with_another_days_article_is_another_key() -> None:
    """The site's addresses have no number and are cut at 60 characters: a headline may come back to one."""
    assert PAGE.published_local
    later = replace(PAGE, news_id="2600001", published_local=PAGE.published_local + timedelta(days=400))
    first, second = (read(html.render(page, "semantic")) for page in (PAGE, later))
    assert first.extra["url"] == second.extra["url"]
    assert not set(first.identity_keys) & set(second.identity_keys)


def test_a_number_that_another_article_kept_from_the_pages_template_is_another_key() -> None:
    """Pages made from a copy of another's head keep its number: they aren't revisions of it."""
    assert PAGE.published_local
    later = replace(
        PAGE,
        headline="Ostrin grain exchange closes",
        published_local=PAGE.published_local + timedelta(hours=1),
    )
    first, second = (read(html.render(page, "semantic")) for page in (PAGE, later))
    assert first.news_id == second.news_id
    assert not set(first.identity_keys) & set(second.identity_keys)


def test_where_the_page_tells_no_address_the_feeds_does() -> None:
    assert fetched(text.render(PAGE), ADDRESS).other_identities == (URL_KEY,)
    assert fetched(text.render(PAGE), None).other_identities == ()
    assert fetched(text.render(PAGE), "https://english.almayadeen.net/").other_identities == ()
    assert fetched(with_head(), ADDRESS).other_identities == (URL_KEY,)
    other = ADDRESS.replace("third", "fourth")
    assert fetched(with_head(canonical(ADDRESS)), other).other_identities == (URL_KEY,)


def test_an_undated_page_has_no_address_of_its_own() -> None:
    article = read(html.render(replace(PAGE, published_local=None, news_id=None), "semantic"))
    assert (article.article_id, article.identity_keys) == (None, ())


def test_a_nour_news_page_is_known_by_its_number_alone() -> None:
    article = read(html.render(NOUR_ARTICLE, "semantic"))
    assert article.identity == ("201177",)
    assert article.identity_keys == (article.article_id,)


@pytest.mark.parametrize(
    ("address", "news_id"),
    [
        ("https://nournews.ir/en/news/201177/tarsane-lays-last-rail", "201177"),
        ("http://WWW.nournews.ir/en/news/0201177/?x=1", "201177"),
        ("https://nournews.ir/en/news/201177", "201177"),
        ("https://nournews.ir/en/newsletter/201177", None),
        ("https://nournews.ir/en/news/2011779999999/x", None),
        ("https://nournews.ir.mirror.example/en/news/201177/x", None),
    ],
)
def test_the_number_may_stand_in_the_address(address: str, news_id: str | None) -> None:
    plain = text.render(replace(NOUR_ARTICLE, news_id=None))
    assert fetched(plain, address).news_id == news_id


def test_the_address_that_the_page_tells_comes_before_the_feeds() -> None:
    page = html.render(replace(NOUR_ARTICLE, news_id=None), "semantic")
    page = page.replace("<head>", f"<head>{canonical('https://nournews.ir/en/news/201177/tarsane')}")
    assert fetched(page, "https://nournews.ir/en/news/7/x").news_id == "201177"


def test_the_number_on_the_page_comes_first() -> None:
    assert fetched(text.render(NOUR_ARTICLE), "https://nournews.ir/en/news/7/x").news_id == "201177"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://www.site.example/a/b/?q#f", "site.example/a/b"),
        ("https://site.example", "site.example"),
        ("HTTPS://Site.Example/A%20b", "site.example/A b"),
        ("https://site.example/a//b", None),
        ("https://site.example/./b", None),
        ("no address", None),
        ("", None),
    ],
)
def test_normalised_address(address: str, expected: str | None) -> None:
    assert normalised_address(address) == expected


@pytest.mark.parametrize("archive", ["https://web.archive.org", "", "//web.archive.org"])
def test_a_web_archives_copy_is_known_by_the_pages_own_address(archive: str) -> None:
    """The Wayback Machine writes its own addresses over those of the page."""
    page = html.render(PAGE, "semantic")
    copy = re.sub(r'(href|content|src)="(https?://)', rf'\1="{archive}/web/20250820120000/\2', page)
    copy = copy.replace("<body", "<body><!-- BEGIN WAYBACK TOOLBAR INSERT --><div>12 captures</div><p", 1)
    assert copy != page
    assert read(copy).identity_keys == read(page).identity_keys
    assert read(copy).extra == read(page).extra
    assert read(copy).to_record() == read(page).to_record()


def test_the_number_in_a_copys_address() -> None:
    own = "https://nournews.ir/en/news/201177/tarsane-lays-last-rail"
    page = html.render(replace(NOUR_ARTICLE, news_id="201177"), "semantic")
    without = re.sub(r"<head>.*</head>", f"<head>{canonical(own)}</head>", page, flags=re.DOTALL)
    without = re.sub(r"<div[^>]*>\s*News ID.*?</div>", "", without, flags=re.DOTALL)
    copy = without.replace(own, f"https://web.archive.org/web/20250820120000/{own}")
    assert read(without).news_id == read(copy).news_id == "201177"
    assert read(copy).extra["url"] == own


def test_an_archives_short_link_is_no_address_of_the_page() -> None:
    article = read(with_head(canonical("https://archive.ph/AbCdE")))
    assert "url" not in article.extra
    assert not [each for each in article.other_identities if each[0] == "url"]
