"""A publisher whose rules are its TOML file: pages of an invented site, and what is wrong in such a file."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from newsmarts.core.errors import CaptureError, SettingsError
from newsmarts.core.publishers import facts_of
from newsmarts.parse.date_forms import date_form
from newsmarts.parse.declared import DeclaredPublisher
from newsmarts.parse.declared_file import read_rules
from newsmarts.parse.find_publishers import find_publishers
from newsmarts.parse.page import parse_reading
from tests.parse.declared import declare, read, reading_of

RULES = """\
name = "Tidewater Post"
edition = "English"
language = "en"
timezone = "America/Halifax"
home_url = "https://www.tidewater-post.example/"

[addresses]
articles = '[0-9]{4}/[0-9]{2}/[a-z0-9-]+'
section_page = 'harbour|council'
video_page = 'watch/.+'

[[layouts]]
valid_from = 2023-01-01
opening = ["headline", "byline", "date", "standfirst"]
dates = ["%A, %d. %B %Y, %I:%M %p", "%d.%m.%Y %H:%M", "%d.%m.%Y"]

[layouts.marks]
headline = "h2.story-title"
standfirst = "p.deck"
byline = ".signature .name"
date = ".signature time"
body = "section[data-part=text]"
tags = "ul.topics > li"
ticker = "#wire li"
related = ".more-from a"
drop = [".share", "aside.ad", "sup.note", ".more-from"]

[layouts.labels]
end = "Comments"
"""
TEXT = [
    "The ferry to Ilvane left with nine passengers and a piano.",
    "Nobody on board could play it.",
    "The harbour master said the piano would stay on the quay until somebody came for it.",
]
FIRST = "Ferry to Ilvane leaves with a piano"


@pytest.fixture(scope="module")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> DeclaredPublisher:
    return declare(tmp_path_factory.mktemp("rules"), "tidewater_post", RULES)


def page(
    headline: str = FIRST,
    *,
    date: str = "Wednesday, 12. March 2025, 9:30 PM",
    body: Sequence[str] = TEXT,
    head: str = "",
    signature: str = 'Words: <span class="name">Mara Odell</span>',
    extra: str = "",
) -> str:
    """A page of the site: its headline is an h2, it has no footer, and names no class of another site."""
    paragraphs = "".join(f"<p>{text}</p>" for text in body)
    return f"""<!doctype html><html lang="en"><head><title>{headline} – Tidewater Post</title>
<meta property="og:site_name" content="Tidewater Post">
<meta property="og:title" content="{headline}">{head}</head>
<body><h1><a href="/">Tidewater Post</a></h1>
<ol id="wire"><li>Fog over the sound</li><li>Council sits late</li></ol>
<main><h2 class="story-title">{headline}</h2><p class="deck">It is still on the quay.</p>
<p class="signature">{signature} | <time>{date}</time> | <a class="share" href="/share">Share this</a></p>
<section data-part="text">
<figure><img src="/piano.jpg" alt="A piano"><figcaption>The piano (Post)</figcaption></figure>
{paragraphs}</section>{extra}</main></body></html>"""


def stated(moment: str, name: str = "article:published_time") -> str:
    return f'<meta property="{name}" content="{moment}">'


def test_all_of_a_page(publisher: DeclaredPublisher) -> None:
    record = read(publisher, page(extra='<ul class="topics"><li>Piano</li><li>Ilvane</li></ul>')).to_record()
    assert record == {
        "publisher": "tidewater_post",
        "language": "en",
        "news_id": None,
        "headline": FIRST,
        "standfirst": "It is still on the quay.",
        "byline_raw": "Mara Odell",
        "byline": "Mara Odell",
        "agency": None,
        "published_local": "2025-03-12T21:30:00",
        "timezone": "America/Halifax",
        "published_at": "2025-03-13T00:30:00Z",
        "read_minutes": None,
        "share_count": None,
        "image": {"alt": "A piano", "caption": "The piano (Post)"},
        "body": [{"kind": "paragraph", "text": text} for text in TEXT],
        "tags": ["Piano", "Ilvane"],
        "ticker": ["Fog over the sound", "Council sits late"],
        "related_headlines": [],
        "most_read": [],
        "coverage": [],
        "read_next": [],
        "captured_on_or_after": "2025-03-12",
    }


PUBLISHED = "2025-03-12T21:30:00"


@pytest.mark.parametrize(
    ("changes", "local"),
    [
        ({}, PUBLISHED),
        ({"date": "12.03.2025 21:30"}, PUBLISHED),
        ({"date": "Posted on 12.03.2025 21:30, updated on 13.03.2025 08:00"}, PUBLISHED),
        ({"date": "12.03.2025", "head": stated("2025-03-13T00:30:00Z")}, PUBLISHED),
        ({"date": "", "head": stated("2025-03-12T21:30:00-03:00")}, PUBLISHED),
        ({"date": "2 hours ago", "head": stated("2025-03-12T21:30")}, PUBLISHED),
        # another time in the head is a warning; of the head alone it is no time at all
        ({"head": stated("2025-03-01T08:00:00Z")}, PUBLISHED),
        ({"date": "", "head": stated("2025-03-13T00:30:00Z") + stated("2025-03-14T00:30:00Z")}, None),
        ({"date": "12.03.2025", "head": stated("2025-03-14T00:30:00Z")}, None),
        ({"date": "12.03.2025"}, None),
        ({"date": "31.02.2025 21:30"}, None),
        ({"date": "", "head": stated("2025-03-12")}, None),
    ],
)
def test_when_it_was_published(
    publisher: DeclaredPublisher, changes: dict[str, Any], local: str | None
) -> None:
    assert read(publisher, page(**changes)).to_record()["published_local"] == local


@pytest.mark.parametrize(
    ("signature", "head", "byline"),
    [
        ('<b class="name">By Mara Odell</b> and <b class="name">A. Kelm</b>', "", "Mara Odell, A. Kelm"),
        ('<span class="name">By Mara Odell</span>', "", "Mara Odell"),
        ("The Post", stated("Mara Odell", "article:author") + stated("https://x.example/m", "article:author"),
         "Mara Odell"),
        ("The Post", "", None),
    ],
)  # fmt: skip
def test_who_wrote_it(publisher: DeclaredPublisher, signature: str, head: str, byline: str | None) -> None:
    assert read(publisher, page(signature=signature, head=head)).byline == byline


def test_a_headline_that_only_the_head_has(publisher: DeclaredPublisher) -> None:
    text = page().replace(f'<h2 class="story-title">{FIRST}</h2>', "")
    assert read(publisher, text).headline == FIRST
    assert read(publisher, text.replace("og:title", "og:nothing")).headline == FIRST


def test_what_is_dropped(publisher: DeclaredPublisher) -> None:
    body = [f"{TEXT[0][:-1]}<sup class=note>1</sup>.", TEXT[1] + "<sup class=note>2</sup>", TEXT[2]]
    extra = '<aside class="ad">Buy a piano</aside>'
    related = '<div class="more-from"><a href="/2025/03/organ">An organ was left here in June</a></div>'
    text = page(body=body).replace("<p>Nobody", f"{extra}{related}<p>Nobody")
    article = read(publisher, text)
    assert [block.text for block in article.body] == TEXT
    assert article.related_headlines == ("An organ was left here in June",)


def test_a_body_of_several_elements(publisher: DeclaredPublisher) -> None:
    other = "<div>A piano shop</div><section data-part=text><p>It was tuned on Friday.</p></section>"
    article = read(publisher, page(extra=other))
    assert [block.text for block in article.body] == [*TEXT, "It was tuned on Friday."]


def test_the_next_story_under_a_story_is_left_out(publisher: DeclaredPublisher) -> None:
    following = page("Council of Velmora sits late", body=["The council sat until four."])
    following = following[following.index("<main>") : following.index("</main>")]
    assert [block.text for block in read(publisher, page(extra=following)).body] == TEXT


def test_a_page_cut_off_at_any_place_gives_no_other_record(publisher: DeclaredPublisher) -> None:
    whole = page(extra='<ul class="topics"><li>Piano</li><li>Ilvane</li></ul><footer>Imprint</footer>')
    record = read(publisher, whole).to_record()
    for size in range(whole.index("<main>"), len(whole), 7):
        try:
            found = read(publisher, whole[:size]).to_record()
        except CaptureError:
            continue
        assert found | {"tags": record["tags"]} == record
        assert record["tags"][: len(found["tags"])] == found["tags"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: text[: text.index("Nobody")], "truncated_page"),
        (lambda text: text.replace("data-part", "data-piece"), "missing_body"),
        (lambda text: text.replace("<p>", "<p hidden>"), "missing_body"),
    ],
)
def test_what_is_not_read(publisher: DeclaredPublisher, change: Any, code: str) -> None:
    with pytest.raises(CaptureError) as caught:
        read(publisher, change(page(head=stated("article", "og:type"))))
    assert caught.value.reason_code == code


def test_a_page_at_the_address_of_another_kind(publisher: DeclaredPublisher) -> None:
    reading = reading_of(publisher, page())
    reading.url = "https://tidewater-post.example/watch/piano"
    with pytest.raises(CaptureError) as caught:
        parse_reading(reading, publisher, None)
    assert caught.value.reason_code == "video_page"


@pytest.mark.parametrize(
    ("entries", "tags"),
    [
        ("<li>Topics: Piano, Ilvane</li>", ["Piano", "Ilvane"]),
        ("<li>Piano; The sound</li>", ["Piano", "The sound"]),
        ('<li><a href="/t/1">Ilvane, Oston</a></li>', ["Ilvane, Oston"]),
        ("<li>Piano</li><li>Ilvane, Oston</li>", ["Piano", "Ilvane, Oston"]),
    ],
)
def test_tags_in_one_line_are_parted(publisher: DeclaredPublisher, entries: str, tags: list[str]) -> None:
    assert read(publisher, page(extra=f'<ul class="topics">{entries}</ul>')).tags == tuple(tags)


def test_its_pages_are_known_by_site_name_or_address(publisher: DeclaredPublisher) -> None:
    other = page().replace("Tidewater Post", "Tidewater Times")
    assert not publisher.recognises(reading_of(publisher, other))
    own = page().replace('<meta property="og:site_name" content="Tidewater Post">', "")
    assert publisher.recognises(reading_of(publisher, own))
    address = '<link rel="canonical" href="https://tidewater-post.example/2025/03/piano">'
    moved = own.replace("Tidewater Post", "").replace("</head>", f"{address}</head>")
    assert publisher.recognises(reading_of(publisher, moved))


LINES = f"""Tidewater Post

{FIRST}

By Mara Odell
Wednesday, 12. March 2025, 9:30 PM

It is still on the quay.

{TEXT[0]}

{TEXT[1]}

{TEXT[2]}

Comments
Nice piano.
"""


def test_a_text_capture(publisher: DeclaredPublisher) -> None:
    article = read(publisher, LINES)
    assert (article.headline, article.standfirst) == (FIRST, "It is still on the quay.")
    assert (article.byline, str(article.published_local)) == ("Mara Odell", "2025-03-12 21:30:00")
    assert [block.text for block in article.body] == TEXT
    # in both formats it is one article
    assert article.identity == read(publisher, page()).identity


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (LINES.partition("Comments")[0], "truncated_page"),
        (LINES.replace("Wednesday, 12. March 2025, 9:30 PM", ""), "missing_article_header"),
    ],
)
def test_a_text_capture_that_is_not_read(publisher: DeclaredPublisher, text: str, code: str) -> None:
    with pytest.raises(CaptureError) as caught:
        read(publisher, text)
    assert caught.value.reason_code == code


def test_ten_pages_and_the_rules_are_short(publisher: DeclaredPublisher) -> None:
    for number in range(10):
        texts = [f"Paragraph {letter} of story {number} is about a quay." for letter in "abcd"]
        shown = number % 3
        text = page(
            f"Story {number} of the harbour",
            body=texts,
            date="" if shown == 0 else f"{number + 10}.03.2025 08:0{number}",
            head=stated(f"2025-03-{number + 10}T11:0{number}:00Z"),
        )
        article = read(publisher, html.unescape(text))
        assert [block.text for block in article.body] == texts
        assert json.dumps(article.to_record()["published_at"]) == f'"2025-03-{number + 10}T11:0{number}:00Z"'
    assert len(RULES.splitlines()) < 60


# what is wrong in a file


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("[[layouts]]", "[layouts]", "layouts"),
        ("valid_from = 2023-01-01", "valid_from = 'once'", r"layouts\.0\.valid_from"),
        ("valid_from = 2023-01-01\n", "", r"layouts\.0\.valid_from"),
        ("[layouts.marks]", "[layouts.mark]", r"layouts\.0\.mark"),
        ('standfirst = "p.deck"', 'standfirts = "p.deck"', r"layouts\.0\.marks\.standfirts"),
        ('"p.deck"', '"p.deck, p.lead"', r"layouts\.0\.marks\.standfirst\.0: .*selector"),
        ('"p.deck"', '"p"', r"layouts\.0\.marks\.standfirst\.0: .*any page"),
        ('"p.deck"', "3", r"layouts\.0\.marks\.standfirst"),
        ('body = "section[data-part=text]"\n', "", r"layouts\.0: .*no body"),
        ("%d.%m.%Y %H:%M", "%d.%m.%z", r"layouts\.0: .*%z"),
        ("%d.%m.%Y %H:%M", "%d.%m.%Y %H", r"layouts\.0: .*time"),
        ("%d.%m.%Y %H:%M", "%m.%Y", r"layouts\.0: .*day"),
        ('end = "Comments"', 'end = " "', r"layouts\.0\.labels\.end\.0"),
        ("'harbour|council'", "'(harbour'", r"addresses\.others\.section_page: .*regular expression"),
        ("section_page", "section_pages", r"addresses\.section_pages"),
        ('edition = "English"', "", "edition"),
        ('edition = "English"', 'edition = "English"\neditor = "M."', "editor"),
        ("[[layouts]]", "[[layouts", "can't be read as TOML"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    assert old in RULES
    (tmp_path / "__init__.py").touch()
    path = tmp_path / "tidewater_post.toml"
    path.write_text(RULES.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError, match=rf"tidewater_post\.toml.*{named}"):
        DeclaredPublisher(facts_of(path.stem, tmp_path), read_rules(path))


def test_a_file_of_facts_alone_has_no_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "declared_rules"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    (folder / "tidewater_post.toml").write_text(RULES, encoding="utf-8")
    assert [each.slug for each in find_publishers(folder.name)] == ["tidewater_post"]
    (folder / "tidewater_post.toml").write_text(RULES.partition("[addresses]")[0], encoding="utf-8")
    with pytest.raises(SettingsError, match=r"tidewater_post\.toml: layouts"):
        find_publishers(folder.name)


@pytest.mark.parametrize(
    ("form", "text", "found"),
    [
        ("%d/%m/%Y %H:%M", "on 01/02/2025 00:05 h", "2025-02-01 00:05:00"),
        ("%B %d, %Y at %I:%M %p", "March 2nd, 2025 at 12:05 a.m.", "2025-03-02 00:05:00"),
        ("%b %d %Y %I:%M %p", "Sep. 2 2025 12:05 PM", "2025-09-02 12:05:00"),
        ("%d. %B %Y", "9. mars 2025", "2025-03-09 00:00:00"),
        ("%Y-%m-%d %H:%M:%S", "2025-03-09 08:09:10", "2025-03-09 08:09:10"),
        ("%d/%m/%y, %H:%M", "3/2/25, 07:05", "2025-02-03 07:05:00"),
        ("%d/%m/%y", "3/2/2025", None),
        ("%b %d, %Y", "Sept. 2, 2025", "2025-09-02 00:00:00"),
        ("%d %B %Y, %I%p", "3 March 2025, 9pm", "2025-03-03 21:00:00"),
        ("%d/%m/%Y", "101/02/2025", None),
        ("%d/%m/%Y", "31/02/2025, 28/02/2025", "2025-02-28 00:00:00"),
    ],
)
def test_forms_of_dates(form: str, text: str, found: str | None) -> None:
    french = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
              "novembre", "décembre"]  # fmt: skip
    made = date_form(form, french) if "mars" in text else date_form(form)
    moment = made.find(text)
    assert (None if moment is None else str(moment)) == found
