"""Sitemaps in all their forms, and hostile ones."""

from __future__ import annotations

import gzip
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsmarts.core.errors import CaptureError
from newsmarts.land.web.sitemaps import MAX_ENTRIES, Entry, moment, read_links, read_sitemap

NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NOON = datetime(2025, 9, 1, 12, tzinfo=UTC)


def read(body: bytes | str) -> list[tuple[str, datetime | None]]:
    body = body.encode() if isinstance(body, str) else body
    return [(entry.url, entry.changed_at) for entry in read_sitemap(body, max_bytes=1_000_000).pages]


@pytest.mark.parametrize("namespace", [NS, ""])
def test_a_sitemap(namespace: str) -> None:
    body = f"""<?xml version="1.0"?><urlset {namespace}>
      <url><loc> https://a.example/1?b=1&amp;c=2 </loc><lastmod>2025-09-01T15:00:00+03:00</lastmod></url>
      <!-- an advert -->
      <url><loc><![CDATA[https://a.example/2]]></loc></url>
      <url><lastmod>2025-09-01</lastmod></url>
    </urlset>"""
    assert read(body) == [("https://a.example/1?b=1&c=2", NOON), ("https://a.example/2", None)]


def test_a_news_sitemap_with_pictures() -> None:
    body = f"""<urlset {NS} xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
                     xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
      <url><loc>https://a.example/1</loc>
        <news:news><news:publication_date>2025-09-01T12:00:00Z</news:publication_date></news:news>
        <image:image><image:loc>https://a.example/1.jpg</image:loc></image:image></url></urlset>"""
    assert read(body) == [("https://a.example/1", NOON)]


def test_an_index() -> None:
    body = f"""<sitemapindex {NS}><sitemap><loc>https://a.example/sitemap-2025-9.xml</loc></sitemap>
               <sitemap><loc>/relative.xml</loc><lastmod>2025-09-01T12:00:00Z</lastmod></sitemap></sitemapindex>"""
    listing = read_sitemap(body.encode(), max_bytes=1000)
    assert listing.pages == []
    assert listing.sitemaps == [
        Entry("https://a.example/sitemap-2025-9.xml"),
        Entry("/relative.xml", NOON),
    ]


def test_rss_and_atom() -> None:
    rss = """<rss version="2.0"><channel><link>https://a.example/</link><item><title>x</title>
        <link>https://a.example/1</link><pubDate>Mon, 01 Sep 2025 15:00:00 +0300</pubDate></item>
        </channel></rss>"""
    atom = """<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://a.example/"/><entry>
        <link rel="alternate" href="https://a.example/1"/><updated>2025-09-01T12:00:00Z</updated></entry>
        </feed>"""
    assert read(rss) == read(atom) == [("https://a.example/1", NOON)]


def test_a_list_of_addresses() -> None:
    assert read("\ufeffhttps://a.example/1\r\n\nno address\nhttps://a.example/2") == [
        ("https://a.example/1", None),
        ("https://a.example/2", None),
    ]


def test_gzip() -> None:
    assert read(gzip.compress(b"https://a.example/1")) == [("https://a.example/1", None)]
    with pytest.raises(CaptureError, match="decompressed_too_large"):
        read_sitemap(gzip.compress(b" " * 10_000), max_bytes=1000)


def test_broken_xml_is_read_as_far_as_it_goes() -> None:
    body = f"<urlset {NS}><url><loc>https://a.example/1</loc></url><url><loc>https://a.example/2</loc></url><url><lo"
    assert read(body)[:2] == [("https://a.example/1", None), ("https://a.example/2", None)]


@pytest.mark.parametrize("body", ["<html><title>Not found</title></html>", "<not xml", "<", "<!-- -->"])
def test_another_kind_of_document_is_no_empty_sitemap(body: str) -> None:
    with pytest.raises(CaptureError, match="no sitemap"):
        read(body)


def test_entities_stay_closed() -> None:
    secret = """<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]>
        <urlset><url><loc>https://a.example/&x;</loc></url></urlset>"""
    assert "root" not in str(read(secret))
    bomb = "<!DOCTYPE u [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
        f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
    )
    assert len(str(read(bomb + "]><urlset><url><loc>https://a.example/&j;</loc></url></urlset>"))) < 1000


def test_no_more_than_a_sitemap_may_have_is_read() -> None:
    body = "<urlset>" + "<url><loc>https://a.example/</loc></url>" * (MAX_ENTRIES + 10) + "</urlset>"
    assert len(read_sitemap(body.encode(), max_bytes=10_000_000).pages) == MAX_ENTRIES


@given(st.binary(max_size=300))
@example(b":")
@example(b"<:")
def test_anything_is_read_or_turned_away(body: bytes) -> None:
    for start in (b"", b"<", b"<urlset><url><loc>", b"\x1f\x8b"):
        with suppress(CaptureError):
            read_sitemap(start + body, max_bytes=1000)
    read_links(body)


def test_links_of_a_page() -> None:
    body = b"""<html><a href="/news/a/b">one</a> <a name="x">no</a><a href=" /news/a/b ">again</a>
        <a href="javascript:void(0)">js</a><a href="">me</a><a href='https://b.example/'>two</a></html>"""
    urls = [entry.url for entry in read_links(body)[0]]
    assert urls == ["/news/a/b", "javascript:void(0)", "https://b.example/"]
    assert read_links(b"") == ([], None)


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("2025-09-01", datetime(2025, 9, 2, tzinfo=UTC)),
        ("2025-09-01T12:00Z", NOON),
        ("2025-09-01T12:00:00", NOON),
        ("2025-09-01T15:30:00.000+03:30", NOON),
        ("Mon, 01 Sep 2025 12:00:00 GMT", NOON),
        ("yesterday", None),
        ("2025-13-01", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31", None),
        ("", None),
    ],
)
def test_times(text: str, reported: datetime | None) -> None:
    assert moment(text) == reported
