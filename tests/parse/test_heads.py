"""What pages say about themselves to machines, in the forms that sites write it in."""

from __future__ import annotations

import json
import re
from html import escape as html_escape
from typing import Any

import pytest

from newsmarts.core.errors import CaptureError
from newsmarts.parse.page import read_page
from newsmarts.parse.reading import Head
from samples import html
from tests.parse.pages import ARTICLE, FIRST, read

HTML = html.render(ARTICLE)
LD = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
NEWS: dict[str, Any] = {"@type": "NewsArticle", "headline": "A pier", "datePublished": "2025-08-20T12:19:00Z"}


def head_of(markup: str) -> Head:
    head = read_page(
        f"<!DOCTYPE html><html><head>{markup}</head><body><p>Sea</p></body></html>".encode()
    ).head
    assert head is not None
    return head


def json_ld(data: object, before: str = "", after: str = "") -> Head:
    return head_of(f'<script type="application/ld+json">{before}{json.dumps(data)}{after}</script>')


@pytest.mark.parametrize(
    "data",
    [
        NEWS,
        [NEWS],
        {"@graph": [{"@type": "WebSite"}, NEWS]},
        {"@type": "WebPage", "mainEntity": NEWS},
        {"@type": "WebPage", "mainEntity": [NEWS]},
        {"@graph": [{"@type": "WebPage", "mainEntity": NEWS}]},
        {**NEWS, "@type": "https://schema.org/NewsArticle"},
        {**NEWS, "@type": "http://schema.org/NewsArticle"},
        {**NEWS, "@type": ["schema:NewsArticle", "WebPage"]},
    ],
)
def test_json_ld(data: object) -> None:
    head = json_ld(data)
    assert (head.first("title"), head.first("published")) == ("A pier", "2025-08-20T12:19:00Z")
    assert "NewsArticle" in head.schema_types


@pytest.mark.parametrize(
    ("before", "after"),
    [("<![CDATA[", "]]>"), ("//<![CDATA[\n", "\n//]]>"), ("/*<![CDATA[*/ ", " /*]]>*/"), ("<!--", "-->")],
)
def test_json_ld_in_a_wrapping(before: str, after: str) -> None:
    assert json_ld(NEWS, before, after).first("published") == "2025-08-20T12:19:00Z"


def test_many_spaces_in_json_are_read_in_one_go() -> None:
    data = f'{{"@type": "NewsArticle",{" " * 50_000}"headline": "A pier"}}'
    assert head_of(f'<script type="application/ld+json">{data}</script>').first("title") == "A pier"


@pytest.mark.parametrize(
    "name",
    [
        "itemprop='datePublished'",
        "name='date'",
        "name='pubdate'",
        "property='article:published_time'",
        "name='DC.date'",
    ],
)
def test_elements_that_name_the_time(name: str) -> None:
    assert (
        head_of(f"<meta {name} content='2025-08-20T12:19:00Z'>").first("published") == "2025-08-20T12:19:00Z"
    )


def test_the_items_of_a_list_are_not_the_page() -> None:
    items = "".join(f"<meta itemprop='datePublished' content='2025-08-{day}'>" for day in (20, 21, 22))
    assert [said.value for said in head_of(items).said["published"]] == ["2025-08-20"]


@pytest.mark.parametrize("depth", [60, 50_000])
@pytest.mark.parametrize("name", ["mainEntity", "@graph"])
def test_a_nest_is_no_trouble(name: str, depth: int) -> None:
    opening = f'{{"@type": "WebPage", "{name}": ['
    head_of(f'<script type="application/ld+json">{opening * depth}{"]}" * depth}</script>')


def disagreements(byline: str, authors: object) -> tuple[str, ...]:
    found = LD.search(HTML)
    assert found is not None
    data = {**json.loads(found[1]), "author": authors}
    capture = HTML.replace(found[1], json.dumps(data)).replace(
        'By <a href="/authors/desk">Al Mayadeen English</a>', f"By {html_escape(byline)}"
    )
    capture = capture.replace('"author": "Al Mayadeen English"', '"author": null')
    return tuple(read(capture).extra["metadata_disagreements"])


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("Ines Calloway, Al Mayadeen English", ["Ines Calloway", "Al Mayadeen English"]),
        ("Ines Calloway and Omar Sahl", [{"name": "Ines Calloway"}, {"name": "Omar Sahl"}]),
        ("Ines Calloway & Omar Sahl", ["Omar Sahl"]),
        ("Al Mayadeen Net", {"@type": "Organization", "name": "Al Mayadeen"}),
        ("Ines Calloway / Omar Sahl", "Ines Calloway / Omar Sahl"),
    ],
)
def test_a_joined_byline_agrees_with_each_of_its_authors(byline: str, authors: object) -> None:
    assert disagreements(byline, authors) == ()


def test_an_author_that_the_byline_lacks_disagrees() -> None:
    assert disagreements("Ines Calloway and Omar Sahl", ["Mara Dunne"]) == (
        "byline: JSON-LD author says Mara Dunne",
    )


def test_an_article_with_a_video_and_no_other_type_is_an_article() -> None:
    found = LD.search(HTML)
    assert found is not None
    video = {"@type": "VideoObject", "name": "The pier opens", "uploadDate": "2025-08-20"}
    for data in (
        video,
        {"@type": "WebPage", "mainEntity": video},
        {**video, "@type": "https://schema.org/VideoObject"},
    ):
        assert read(HTML.replace(found[1], json.dumps(data))).headline == ARTICLE.headline


def hidden(address: str, key: int = 0x54) -> str:
    return bytes([key, *(byte ^ key for byte in address.encode())]).hex()


@pytest.mark.parametrize("tag", ["a", "span"])
def test_a_mail_address_that_the_host_hides(tag: str) -> None:
    element = (
        f'<{tag} href="/cdn-cgi/l/email-protection" class="__cf_email__" '
        f'data-cfemail="{hidden("desk@pier.example")}">'
        f"[email&#160;protected]</{tag}>"
    )
    article = read(HTML.replace(FIRST.text, f"{FIRST.text} Write to {element} by Friday."))
    assert article.body[0].text == f"{FIRST.text} Write to desk@pier.example by Friday."


@pytest.mark.parametrize(
    "data", ["zz", "54", hidden("\x00\x01ab"), "54" + "ff" * 9, hidden("<script>alert(1)</script>")]
)
def test_what_hides_no_address_is_text(data: str) -> None:
    element = f'<a data-cfemail="{data}">[email&#160;protected]</a>'
    try:
        said = read(HTML.replace(FIRST.text, f"{FIRST.text} Write to {element} by Friday.")).body[0].text
    except CaptureError:
        pytest.fail("the page is read")
    shown = "<script>alert(1)</script>" if len(data) > 40 else "[email protected]"
    assert said == f"{FIRST.text} Write to {shown} by Friday."
