"""Addresses are taken apart one way only, and lead only to the feed's own places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmarts.core.errors import BadAddress
from newsmarts.land.names import host_matches
from newsmarts.land.web.addresses import AllowedOrigins, parse, resolve


@pytest.mark.parametrize(
    ("url", "reported"),
    [
        ("https://News.Example.org", "https://news.example.org/"),
        ("HTTPS://news.example.org:443/a?b=c#d", "https://news.example.org/a?b=c"),
        ("http://news.example.org:8080/a", "http://news.example.org:8080/a"),
        ("https://user:secret@news.example.org/a", "https://news.example.org/a"),
        ("https://news.example.org./a", "https://news.example.org/a"),
        ("https://news.example.org/سورة?q=ä", "https://news.example.org/%D8%B3%D9%88%D8%B1%D8%A9?q=%C3%A4"),
        ("https://news.example.org/a%2Fb%20c", "https://news.example.org/a%2Fb%20c"),
        (
            " https://news.example.org/a port/ café?q=b c ",
            "https://news.example.org/a%20port/%20caf%C3%A9?q=b%20c",
        ),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
    ],
)
def test_an_address_is_reported_one_way(url: str, reported: str) -> None:
    assert str(parse(url)) == reported


@pytest.mark.parametrize(
    "url",
    [
        "",
        "news.example.org/a",
        "//news.example.org/a",
        "ftp://news.example.org/a",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "gopher://127.0.0.1/",
        "https:///a",
        "https://:443/a",
        "https://news.example.org:0/a",
        "https://news.example.org:99999/a",
        "https://news.example.org:x/a",
        "https://[::1]/a",
        "https://[::1/a",
        "https://good.example\\@evil.example/",
        "https://good.example\t/a",
        "https://good.example /a",
        "https://good .example/a",
        "https://good.example/a\r\nHost: evil.example",
        "https://good.example/\x00",
        "https://good.example/\udcff",
        "https://a..b/",
        "https://" + "a" * 70 + ".example/",
        "https://good.example/" + "a" * 9_000,
    ],
)
def test_what_could_be_read_in_two_ways_is_no_address(url: str) -> None:
    with pytest.raises(BadAddress):
        parse(url)


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_parsed_parses_to_itself(host: str, rest: str) -> None:
    try:
        address = parse(f"https://{host}/{rest}")
    except BadAddress:
        return
    assert parse(str(address)) == address
    assert str(address).isascii()
    assert str(address).isprintable()


@pytest.mark.parametrize(
    ("location", "leads_to"),
    [
        ("/b", "https://news.example.org/b"),
        ("c?d=e", "https://news.example.org/a/c?d=e"),
        (" https://other.example/x ", "https://other.example/x"),
        ("//other.example/x", "https://other.example/x"),
        ("http://user:secret@127.0.0.1/", "http://127.0.0.1/"),
    ],
)
def test_links_lead_on_from_their_page(location: str, leads_to: str) -> None:
    assert str(resolve(parse("https://news.example.org/a/b"), location)) == leads_to


@pytest.mark.parametrize("location", ["data:text/html,x", "http://[", "\\\\evil.example", "ftp://x.example"])
def test_links_that_lead_nowhere(location: str) -> None:
    with pytest.raises(BadAddress):
        resolve(parse("https://news.example.org/a"), location)


def test_wildcards_stand_for_names_below_only() -> None:
    assert host_matches("a.b.example.org", ["*.example.org"])
    assert not host_matches("example.org", ["*.example.org"])
    assert not host_matches("evilexample.org", ["*.example.org"])
    assert not host_matches("example.org.evil.example", ["example.org", "*.example.org"])
    assert host_matches("example.org", ["*.example.org", "example.org"])


def test_places_are_hosts_at_their_ports() -> None:
    allowed = AllowedOrigins(["https://index.example:8443/x", "http://old.example/"], ["*.news.example"])
    yes = [
        "https://index.example:8443/y",
        "http://old.example/",
        "https://old.example/",
        "https://a.news.example/",
        "http://a.news.example/",
    ]
    no = [
        "https://index.example/",
        "https://index.example:22/",
        "http://old.example:8080/",
        "https://news.example/",
        "https://a.news.example:8443/",
        "https://a.news.example:80/",
        "https://elsewhere.example/",
    ]
    assert all(allowed.has(parse(url)) for url in yes)
    assert not any(allowed.has(parse(url)) for url in no)
    assert allowed.is_own(parse("https://index.example:8443/z"))
    assert not allowed.is_own(parse("https://a.news.example/"))
