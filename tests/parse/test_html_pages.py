"""HTML captures: structure and labels first, head metadata as evidence."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from newsmarts.core.errors import CaptureError
from newsmarts.parse.page import parse_page
from samples import html
from samples.generator import Generator
from samples.markup import SKINS
from samples.model import Paragraph, Post, Related, Subheading
from tests.parse.pages import ARTICLE, FIRST, NOUR_ARTICLE, SECOND, THIRD, TICKER, read
from tests.parse.skins import SKINS as OTHER_SKINS

# A few generated pages hold what pages do: lists, posts, promos, related blocks, a ticker of none to many.
GENERATED = [Generator(seed=11, days=2).page(number).page for number in range(24)]


def refused(capture: str) -> str:
    with pytest.raises(CaptureError) as caught:
        read(capture)
    return caught.value.reason_code


def rendered(**changes: Any) -> str:
    return html.render(replace(ARTICLE, **changes), "semantic")


@pytest.mark.parametrize("skin", SKINS)
@pytest.mark.parametrize("number", range(len(GENERATED)))
def test_generated_pages_in_every_skin(number: int, skin: Any) -> None:
    page = GENERATED[number]
    assert read(html.render(page, skin)).to_record() == page.record("html")


@pytest.mark.parametrize("skin", OTHER_SKINS)
@pytest.mark.parametrize("number", [n for n, page in enumerate(GENERATED) if page.publisher == "al_mayadeen"])
def test_generated_pages_in_other_structures(number: int, skin: str) -> None:
    page = GENERATED[number]
    assert read(OTHER_SKINS[skin](page)).to_record() == page.record("text")


@pytest.mark.parametrize("skin", SKINS)
@pytest.mark.parametrize(
    "body",
    [
        (FIRST, SECOND, Related(("Ostrin reopens", "Ilvane votes", "Ruvia waits"))),
        (Related(("Ostrin reopens",)), FIRST, SECOND),
        (FIRST, Related(("Ostrin reopens", "Ilvane votes")), Subheading("Who paid for the pier"), SECOND),
        (FIRST, Related(("Ostrin reopens", "Ilvane votes", "Ruvia waits")), Subheading("Who paid"), SECOND),
    ],
    ids=str,
)
def test_containers_tell_where_a_related_block_ends(skin: Any, body: Any) -> None:
    page = replace(ARTICLE, body=body, news_id="7")
    assert read(html.render(page, skin)).to_record() == page.record("html")


@pytest.mark.parametrize("skin", SKINS)
@pytest.mark.parametrize(
    "changes",
    [
        {"picture": None},
        {"standfirst": None},
        {"standfirst": None, "picture": None},
        {"ticker": ()},
        {"tags": ()},
    ],
    ids=str,
)
def test_what_a_page_may_lack(skin: Any, changes: dict[str, Any]) -> None:
    page = replace(ARTICLE, news_id="7", **changes)
    assert read(html.render(page, skin)).to_record() == page.record("html")


@pytest.mark.parametrize("skin", SKINS)
@pytest.mark.parametrize(
    "changes",
    [{}, {"standfirst": None}, {"news_id": None}, {"published_local": None}, {"dateline": "NOURNEWS- "}],
    ids=str,
)
def test_nour_news(skin: Any, changes: dict[str, Any]) -> None:
    page = replace(NOUR_ARTICLE, **changes)
    assert read(html.render(page, skin)).to_record() == page.record("html")


def test_html_adds_what_only_it_has() -> None:
    page = replace(
        ARTICLE,
        news_id="2412150",
        section="Economy",
        modified_local=datetime(2025, 8, 20, 18, 30),
    )
    article = read(html.render(page, "hashed"))
    assert article.news_id == "2412150"
    assert article.extra == {
        "url": "https://english.almayadeen.net/news/economy/velmora-opens-third-pier",
        "image_url": "https://media.example.org/archive/image/velmora-opens-third-pier.jpg",
        "section": "Economy",
        "modified_at": datetime(2025, 8, 20, 15, 30, tzinfo=UTC),
        "keywords": ("Velmora", "Ports", "velmora"),
        "metadata_disagreements": (),
    }
    text_of_it = read(OTHER_SKINS["flat"](page))
    assert article.article_id == text_of_it.article_id, "one article, whatever the format"
    assert article.text_sha256 == text_of_it.text_sha256


def test_the_record_keeps_what_a_reader_sees_and_says_where_the_head_disagrees() -> None:
    capture = rendered()
    capture = capture.replace(
        'og:title" content="Velmora opens third pier"', 'og:title" content="Pier opens"'
    )
    capture = re.sub(r'(published_time" content=")[^"]*', r"\g<1>2025-08-20T15:29:07+03:00", capture, count=1)
    capture = capture.replace('"author": "Al Mayadeen English"', '"author": "Maren Pell"')
    article = read(capture)
    assert article.to_record() == ARTICLE.record("text")
    assert article.extra["metadata_disagreements"] == (
        "headline: og:title says Pier opens",
        "byline: tawsiyat-metadata author says Maren Pell",
        "published_at: article:published_time says 2025-08-20T15:29:07+03:00",
    )


def test_seconds_and_the_sites_name_are_no_disagreement() -> None:
    capture = rendered().replace("T15:19:00+03:00", "T15:19:42+03:00")
    assert read(capture).extra["metadata_disagreements"] == ()


def test_the_head_settles_a_wall_time_that_happens_twice() -> None:
    capture = rendered(published_local=datetime(2024, 10, 26, 23, 30, fold=1))
    assert read(capture).published_at == datetime(2024, 10, 26, 21, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "broken",
    [
        '<script type="application/ld+json">{"headline": </script>',
        '<script type="application/ld+json">[[[[1]]], null, "x", {"@graph": 3, "@type": 5}]</script>',
        '<script id="tawsiyat-metadata">{"classes": [1, {"mapping": "category"}], "title": {}}</script>',
        f'<script type="application/ld+json">{"[" * 100_000}</script>',
        '<link rel="canonical" href="http://[broken">',
        '<meta property="og:url" content="javascript:alert(1)">',
        '<meta property="article:modified_time" content="yesterday">',
        '<meta property="article:published_time" content="0001-01-01T00:00:00+14:00">',
    ],
)
def test_a_broken_head_says_nothing(broken: str) -> None:
    capture = re.sub(r"<head>.*</head>", lambda _: f"<head>{broken}</head>", rendered(), flags=re.DOTALL)
    article = read(capture)
    assert article.to_record() == ARTICLE.record("text")
    assert not article.extra.get("url")
    assert not article.extra.get("modified_at")


def test_hidden_text_scripts_and_comments_are_no_text() -> None:
    hidden = (
        '<p style="display: none">Hidden one.</p><p hidden>Hidden two.</p><!-- <p>Hidden three.</p> -->'
        "<script>document.write('<p>Hidden four.</p>')</script><noscript><p>Hidden five.</p></noscript>"
        "<template><p>Hidden six.</p></template><style>p::after{content:'seven'}</style>"
    )
    capture = rendered().replace(f"<p>{SECOND.text}</p>", f"{hidden}<p>{SECOND.text}</p>")
    assert "Hidden six" in capture
    assert read(capture).to_record() == ARTICLE.record("text")


def test_inline_markup_entities_and_spaces_do_not_part_or_glue_words() -> None:
    markup = (
        '<p>The harbor of <a href="/tags/velmora"><b>Vel</b>mora</a>&nbsp;<i>opened</i>\n   a&#160; third'
        "&#x200b; pier<!-- 3 --> on Mon<wbr>day, after <span>nine</span> years of build&shy;ing.</p>"
    )
    capture = rendered().replace(f"<p>{FIRST.text}</p>", markup)
    assert markup in capture
    assert read(capture).to_record() == ARTICLE.record("text")


@pytest.mark.parametrize(
    "markup",
    [
        "<p>{0}<br><br>{1}<br/>{2}</p>",
        "<p>{0}<p>{1}<p>{2}",
        "{0}<p>{1}</p>{2}",
        "<div><div>{0}</div><section>{1}</section></div><blockquote>{2}</blockquote>",
        "<table><tr><td>{0}<tr><td>{1}<tr><td>{2}</table>",
        "<center><font color=red>{0}</font></center><pre>{1}</pre><address>{2}</address>",
    ],
)
def test_paragraphs_in_any_markup(markup: str) -> None:
    paragraphs = [FIRST.text, SECOND.text, THIRD.text]
    whole = re.compile(rf"<p>{re.escape(FIRST.text)}</p>.*?<p>{re.escape(THIRD.text)}</p>", re.DOTALL)
    capture, count = whole.subn(lambda _: markup.format(*paragraphs), rendered())
    assert count == 1
    assert read(capture).to_record() == ARTICLE.record("text")


@pytest.mark.parametrize("line", [TICKER[0], TICKER[1].upper(), f"{TICKER[0]} {TICKER[2]}"])
@pytest.mark.parametrize("skin", SKINS)
def test_a_ticker_line_in_the_article_never_becomes_body(line: str, skin: Any) -> None:
    capture = html.render(ARTICLE, skin)
    tag = "div" if skin == "div_only" else "p"
    place = f"<{tag}>{SECOND.text}</{tag}>"
    assert place in capture
    assert read(capture.replace(place, f"<{tag}>{line}</{tag}>{place}")).to_record() == ARTICLE.record("text")


def test_a_second_ticker_amid_the_body() -> None:
    capture = rendered()
    ticker = f"<div><b>BREAKING</b><ul><li>{TICKER[0]}<li>Fog keeps ferries in port</ul></div>"
    capture = capture.replace(f"<p>{SECOND.text}</p>", f"{ticker}<p>{SECOND.text}</p>")
    assert read(capture).to_record() == ARTICLE.record("text") | {
        "ticker": [*TICKER, "Fog keeps ferries in port"]
    }


CREDITED = "The third pier of Velmora at dawn, August 18, 2025 (Coastal Press)"
PLAIN = "Dockers on the third pier"
SENTENCE = "Dockers leave the third pier at dawn."


def with_lead_picture(markup: str) -> str:
    """The article with this in place of its picture, and no container around it and the body."""
    pattern = r'<ul class="post-media">.*?</ul>\s*<div class="p-content">(.*?)</div>'
    capture, count = re.subn(pattern, lambda match: markup + match[1], rendered(), flags=re.DOTALL)
    assert count == 1
    return capture


@pytest.mark.parametrize(
    ("markup", "caption"),
    [
        (f'<img alt="Third pier"><p>{CREDITED}</p>', CREDITED),
        (f'<p><img alt="Third pier"></p><p>{CREDITED}</p>', CREDITED),
        (f'<img alt="{PLAIN}"><div>{PLAIN}</div>', PLAIN),
        (f'<img alt="{SENTENCE}"><p>{SENTENCE}</p>', SENTENCE),
        ('<div><img alt="Third pier"></div>', None),
        ('<img alt="Third pier">', None),
    ],
)
def test_a_caption_outside_of_any_container(markup: str, caption: str | None) -> None:
    article = read(with_lead_picture(markup))
    assert article.image is not None
    assert article.image.caption == caption
    assert article.to_record()["body"] == ARTICLE.record("text")["body"]


@pytest.mark.parametrize(
    "markup",
    [
        f'<img alt="Third pier"><p>{PLAIN}</p>',
        f'<div><img alt="Third pier"></div><div>{PLAIN}</div>',
        f'<div><img alt="Third pier">{SENTENCE}</div>',
    ],
)
def test_a_line_that_may_be_a_caption_or_the_body_s_first_is_not_guessed_at(markup: str) -> None:
    assert refused(with_lead_picture(markup)) == "unclear_caption"


@pytest.mark.parametrize(
    "markup",
    [
        f'<div><img alt="A crane"><div>{SENTENCE}</div></div>',
        f'<figure><img alt="A crane"><figcaption>{SENTENCE}</figcaption></figure>',
        f'<div><a href="/x"><img alt="A crane"></a><p>{PLAIN}</p></div>',
        f'<p><img alt="A crane"></p><p>{CREDITED}</p>',
        f'<div><img alt="A crane"> {PLAIN}</div>',
        '<p><img alt="A crane"></p>',
    ],
)
def test_pictures_amid_the_body_are_no_body(markup: str) -> None:
    capture = rendered().replace(f"<p>{SECOND.text}</p>", f"{markup}<p>{SECOND.text}</p>")
    assert read(capture).to_record() == ARTICLE.record("text")


@pytest.mark.parametrize("skin", SKINS)
def test_the_first_line_of_the_body_s_own_container_is_no_caption(skin: Any) -> None:
    capture = html.render(replace(ARTICLE, body=(Paragraph(PLAIN), FIRST, SECOND), news_id="7"), skin)
    capture, count = re.subn(r'(<img [^>]*alt="Third pier"[^>]*>\s*)<div[^>]*>.*?</div>', r"\1", capture)
    assert count == 1
    kind = "subheading" if skin == "div_only" else "paragraph"  # a p is a paragraph
    assert read(capture).to_record()["body"][0] == {"kind": kind, "text": PLAIN}
    short = capture.replace(FIRST.text, "").replace("p-content", "content")
    assert refused(short) == "unclear_caption"


def test_a_picture_in_a_paragraph_leaves_it_a_paragraph() -> None:
    long = f"{SECOND.text} {THIRD.text}"
    for markup in ('<p><img alt="A crane"> {}</p>', '<p>{}<img alt="A crane"></p>'):
        capture = rendered().replace(f"<p>{SECOND.text}</p>", markup.format(long))
        assert read(capture).to_record() == replace(ARTICLE, body=(FIRST, Paragraph(long), THIRD)).record(
            "text"
        )


def test_a_subheading_under_a_picture_amid_the_body_stays() -> None:
    capture = rendered().replace(
        f"<p>{SECOND.text}</p>", f'<img alt="A crane"><p><b>{PLAIN}</b></p><p>{SECOND.text}</p>'
    )
    body = (FIRST, Subheading(PLAIN), SECOND, THIRD)
    assert read(capture).to_record() == replace(ARTICLE, body=body).record("text")


@pytest.mark.parametrize(
    "markup",
    [
        "<blockquote><p>{0}</p>{1}</blockquote>",
        "<div><div>{0}</div><div>{1}</div></div>",
        "<p>{0}</p><p>{1}</p>",
        "<p>{0}<br>{1}</p>",
        "{0}<br><br>{1}",
    ],
)
def test_a_post_in_any_markup(markup: str) -> None:
    post = Post("Ships ahoy!", "Talal Kelmeri (@kelmeri)", date(2024, 8, 11))
    place = f"<p>{SECOND.text}</p>"
    capture = rendered().replace(place, markup.format(post.words, post.attribution))
    assert read(capture).to_record() == replace(ARTICLE, body=(FIRST, post, THIRD)).record("text")


NEW = "Fog keeps ferries in port"
LONG_PARAGRAPH = " ".join([FIRST.text, SECOND.text, THIRD.text] * 2)


@pytest.mark.parametrize("container", ["{}", "<section>{}</section>"])
@pytest.mark.parametrize(
    ("lines", "readable"),
    [
        ([], False),  # what comes next may be its line
        ([TICKER[0]], False),
        ([NEW], False),
        ([TICKER[0], NEW, TICKER[1]], False),
        ([*TICKER], True),  # all of the ticker once more, so what comes next is none of it
        ([TICKER[0], LONG_PARAGRAPH], True),
        ([LONG_PARAGRAPH], True),
    ],
)
def test_a_second_ticker_that_no_container_holds_is_not_guessed_at(
    container: str, lines: list[str], readable: bool
) -> None:
    markup = container.format("".join(f"<div>{line}</div>" for line in ["BREAKING", *lines]))
    capture = OTHER_SKINS["flat"](ARTICLE)
    place = f"<div>{SECOND.text}</div>"
    assert place in capture
    capture = capture.replace(place, f"{markup}{place}")
    if container != "{}" and LONG_PARAGRAPH not in lines:
        new = [NEW] if NEW in lines else []
        assert read(capture).to_record() == ARTICLE.record("text") | {"ticker": [*TICKER, *new]}
    elif container == "{}" and not readable:
        assert refused(capture) == "unclear_ticker"
    elif container == "{}":
        body = (FIRST, *(Paragraph(line) for line in lines if line == LONG_PARAGRAPH), SECOND, THIRD)
        assert read(capture).to_record() == replace(ARTICLE, body=body).record("text")


@pytest.mark.parametrize(
    ("byline", "raw"),
    [
        ("<div>By</div><div>Al Mayadeen English</div>", "Al Mayadeen English"),
        ("<div>By:</div><div>Maren Pell</div>", "Maren Pell"),
        ("<div>By Al Mayadeen</div><div>By Maren Pell</div>", "Al Mayadeen, Maren Pell"),
        (
            "<div><span>By</span> <a href=/a>Al Mayadeen</a> <span>Source: Agencies</span></div>",
            "Al Mayadeen",
        ),
    ],
)
def test_bylines_in_any_markup(byline: str, raw: str) -> None:
    facts = re.compile(r"<li>By <a[^>]*>Al Mayadeen English</a></li>\s*<li>Source: Agencies</li>")
    capture, count = facts.subn(f"</ul>{byline}<div>Source: Agencies</div><ul>", rendered())
    assert count == 1
    byline_now = "Al Mayadeen" if raw.startswith("Al Mayadeen") and "," not in raw else raw
    assert read(capture).to_record() == ARTICLE.record("text") | {"byline_raw": raw, "byline": byline_now}


@pytest.mark.parametrize("opening", ["By Tuesday, two ships had come.", "Source: the harbor's own logbook."])
def test_a_first_paragraph_that_begins_like_a_byline_is_body(opening: str) -> None:
    page = replace(ARTICLE, byline_raw=None, agency=None, picture=None, body=(Paragraph(opening), SECOND))
    for skin in SKINS:
        assert read(html.render(page, skin)).to_record() == page.record("text")


def test_a_headline_may_begin_like_a_byline() -> None:
    page = replace(ARTICLE, headline="By the numbers: Velmora's third pier")
    for skin in SKINS:
        assert read(html.render(page, skin)).to_record() == page.record("text")


def test_a_ticker_that_opens_the_body_s_container_takes_only_its_own_lines() -> None:
    ticker = f"<b>BREAKING</b><ul><li>{TICKER[0]}</li><li>{TICKER[1]}</li></ul>"
    capture = rendered().replace(f"<p>{FIRST.text}</p>", f"{ticker}<p>{FIRST.text}</p>")
    assert read(capture).to_record() == ARTICLE.record("text")


@pytest.mark.parametrize(
    "label", ["<div><b>BREAKING</b><ul></ul></div>", "<section><div>BREAKING</div></section>"]
)
def test_a_ticker_without_lines_takes_none_of_what_follows(label: str) -> None:
    capture = html.render(replace(ARTICLE, ticker=()), "semantic")
    capture = capture.replace("<main", f"{label}<div>Economy</div><div>From our desk in Velmora</div><main")
    assert read(capture).to_record() == replace(ARTICLE, ticker=()).record("text")


def test_a_line_beside_the_ticker_s_label_does_not_hide_the_ticker() -> None:
    capture = rendered().replace("BREAKING</div>", "BREAKING<div>Live</div></div>")
    capture = capture.replace(f"<p>{SECOND.text}</p>", f"<p>{TICKER[2]}</p><p>{SECOND.text}</p>")
    assert read(capture).to_record() == ARTICLE.record("text") | {"ticker": ["Live", *TICKER]}


@pytest.mark.parametrize("skin", [*SKINS, *OTHER_SKINS])
def test_a_capture_cut_off_anywhere_is_whole_or_nothing(skin: Any) -> None:
    capture = OTHER_SKINS[skin](ARTICLE) if skin in OTHER_SKINS else html.render(ARTICLE, skin)
    data, whole = capture.encode(), ARTICLE.record("text")
    articles = 0
    for cut in range(11, len(data), 97):
        try:
            record = parse_page(data[:cut], media_type="text/html").article.to_record()
        except CaptureError:
            continue
        articles += 1
        for field in ("headline", "standfirst", "body", "tags", "ticker", "related_headlines", "image"):
            assert record[field] == whole[field], (cut, field)
    assert articles


def test_an_html_page_is_known_without_its_name() -> None:
    assert parse_page(rendered().encode(), media_type="text/plain").article.to_record() == ARTICLE.record(
        "text"
    )


def test_a_text_page_under_an_html_name_is_read_as_text() -> None:
    from samples import text

    data = text.render(ARTICLE).encode()
    assert parse_page(data, media_type="text/html").article.to_record() == ARTICLE.record("text")


def test_links_tell_which_lines_of_a_related_block_are_headlines() -> None:
    lines = (
        "<a href=/a>Ostrin reopens</a>",
        TICKER[0],
        "<a href=/b>Ilvane votes</a>",
        "Three crates and a crane",
    )
    markup = "".join(f"<div>{line}</div>" for line in ("Related News", *lines))
    capture = OTHER_SKINS["flat"](ARTICLE).replace(
        f"<div>{SECOND.text}</div>", f"{markup}<div>{SECOND.text}</div>"
    )
    body = (
        FIRST,
        Related(("Ostrin reopens", "Ilvane votes")),
        Subheading("Three crates and a crane"),
        SECOND,
        THIRD,
    )
    assert read(capture).to_record() == replace(ARTICLE, body=body).record("text")


@pytest.mark.parametrize("skin", SKINS)
def test_another_label_in_the_ticker_s_container(skin: Any) -> None:
    capture = html.render(ARTICLE, skin)
    at = capture.index(TICKER[1])
    at = capture.rindex("<div", 0, at)
    assert refused(f"{capture[:at]}<div>Related News</div>{capture[at:]}") == "unclear_ticker"


def test_a_related_block_over_the_picture_leaves_the_standfirst_unclear() -> None:
    markup = "<div>Related News</div><div>Ostrin reopens</div><div>Ilvane votes</div>"
    capture = rendered()
    at = capture.index('<p class="summary">')
    assert refused(f"{capture[:at]}{markup}{capture[at:]}") == "unclear_standfirst"


@pytest.mark.parametrize("line", ["Read more: Something else", "3 Min Read", "A foreign line"])
def test_a_foreign_line_among_cards_costs_the_entry_that_it_stands_in(line: str) -> None:
    page = replace(ARTICLE, most_read=ARTICLE.most_read * 2, read_next=ARTICLE.read_next * 2)
    capture, record = html.render(page, "semantic"), page.record("text")
    start = capture.index(">Most Read<")
    places = [match.start() for match in re.finditer('<div class="card">', capture) if match.start() > start]
    for at in places:
        now = read(f"{capture[:at]}<p>{line}</p>{capture[at:]}").to_record()
        for name in ("most_read", "read_next"):
            assert all(entry in record[name] for entry in now[name])
            assert len(now[name]) >= len(record[name]) - 2
        assert now["body"] == record["body"]


def test_names_of_coverage_are_links_where_most_of_them_are() -> None:
    capture = rendered(coverage=("The Ferry Talks", "In Five"))
    at = capture.index('<div class="coverage-item">')
    record = read(f"{capture[:at]}<p>By Maren Pell</p>{capture[at:]}").to_record()
    assert record["coverage"] == ["The Ferry Talks", "In Five"]
