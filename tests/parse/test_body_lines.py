"""What is among the text of an article: furniture, promotions, pictures, and text that looks like them."""

from __future__ import annotations

import html as markup
from dataclasses import replace
from typing import Any

import pytest

from newsmarts.core.errors import CaptureError
from samples import html, text
from samples.model import Paragraph, Subheading
from tests.parse.pages import ARTICLE, FIRST, NOUR_ARTICLE, SECOND, THIRD, read

TEXT = text.render(ARTICLE)
HTML = html.render(replace(ARTICLE, news_id="7"), "semantic")
HEADLINE = "Ostrin counts its boats"


def paragraphs(*lines: str) -> str:
    return "".join(f"<p>{markup.escape(line, quote=False)}</p>" for line in lines)


def printed(lines: str, after: str = FIRST.text) -> str:
    """The text capture with lines of their own under a paragraph."""
    assert f"{after}\n\n" in TEXT
    return TEXT.replace(f"{after}\n\n", f"{after}\n\n{lines}\n\n", 1)


def marked_up(fragment: str, after: str = FIRST.text) -> str:
    """The HTML capture with markup under a paragraph."""
    assert paragraphs(after) in HTML
    return HTML.replace(paragraphs(after), paragraphs(after) + fragment, 1)


def both(*lines: str, after: str = FIRST.text) -> list[dict[str, Any]]:
    """The records of both captures with the lines in them."""
    captures = (printed("\n\n".join(lines), after), marked_up(paragraphs(*lines), after))
    return [read(capture).to_record() for capture in captures]


def refused(capture: str) -> str:
    with pytest.raises(CaptureError) as caught:
        read(capture)
    return caught.value.reason_code


BODY = ARTICLE.record("text")["body"]


def added(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The blocks that a body has besides its own, none of which may be missing."""
    assert [block for block in record["body"] if block in BODY] == BODY
    return [block for block in record["body"] if block not in BODY]


@pytest.mark.parametrize("after", [FIRST.text, THIRD.text])
@pytest.mark.parametrize(
    "line",
    [
        "Follow us on Instagram",
        "Follow Al Mayadeen English on Telegram and X",
        "Join our WhatsApp channel for the latest news",
        "Subscribe to our YouTube channel",
        "View this post on Instagram",
        "A post shared by Port of Velmora (@velmora)",
        "Watch on YouTube",
        "Story continues below",
        "Article continues after advertisement",
        "ADVERTISEMENT - SCROLL TO CONTINUE",
        "Download our app",
        "Sign up for our weekly newsletter and never miss a ship.",
        "Get the latest news in your inbox",
        "Share on Facebook",
        "Share this article",
        "We use cookies to improve your experience.",
        "1.2K views",
        "Listen to this article",
        "(opens in a new tab)",
        "Comments",
        "Embed",
        "TWEET",
        "► Video",
        "Stay tuned for more",
        "Sources: Reuters, AFP",
        "Page 1 of 3",
        "GET IT ON Google Play",
        "Sorry, your browser doesn't support embedded videos.",
        "Follow our channel on WhatsApp",
        "Photo: AFP",
        "2 hours ago",
    ],
)
def test_furniture_is_not_text(line: str, after: str) -> None:
    for record in both(line, after=after):
        assert added(record) == []
        assert record["related_headlines"] == []
        assert record["tags"] == list(ARTICLE.tags)


@pytest.mark.parametrize(
    "line",
    [
        "Follow us on this journey, said the clerk.",
        "Join our dockers on the quay, said Kelmeri.",
        "The story continues below the surface, he said.",
        "Read more slowly, Kelmeri told the clerk.",
        "Share of the port fell to a third.",
        "Subscribe to hope, he said.",
        "Source: the harbor's logbook.",
        "See also what the dockers of Ostrin wrote: they had waited longer.",
        "Watch the harbor: it never sleeps. Kelmeri does.",
        "More: they want the lamps painted blue.",
        "Report: The clerk had known since March that the pier was not paid for.",
        "Live: that was how the board wanted the vote.",
        "Comments by the clerk did not mention the pier.",
        "Stay tuned, the radio said, and then the mast fell.",
        "Sponsored by nobody, the race went ahead.",
        "Page 1 of the report names the clerk.",
        "Similar ships have been lost before: in 1987, two of them.",
        "Related charges against two clerks were dropped in May.",
    ],
)
def test_a_sentence_that_begins_like_furniture_is_text(line: str) -> None:
    for record in both(line):
        assert added(record) == [{"kind": "paragraph", "text": line}]
        assert record["related_headlines"] == []


@pytest.mark.parametrize("after", [FIRST.text, THIRD.text])
@pytest.mark.parametrize(
    "form",
    [
        "Watch: {}",
        "WATCH | {}",
        "See also: {}",
        "Read: {}",
        "Listen: {}",
        "Don’t miss: {}",
        "Read more - {}",
        "Read more >> {}",
        "Read more → {}",
        "(Read more: {})",
        "[READ ALSO: {}]",
        "Read more about this: {}",
        "Read more on Ostrin: {}",
        "Also read | {}",
        "You may also like: {}",
        "In case you missed it: {}",
        "Related: {}",
        "Read next: {}",
        "Also: {}",
        "MORE: {}",
        "Opinion | {}",
        "Analysis: {}",
        "Background » {}",
        "Report: {}",
        "LATEST: {}",
        "👉 Read more: {}",
        "Full coverage: {}",
        "Have you read: {}",
        "Read the interview: {}",
        "Q&A | {}",
        "Читайте также: {}",
        "Live | {}",
        "In pictures: {}",
        "Also on Al Mayadeen: {}",
        "From the archive: {}",
        "Dive deeper: {}",
    ],
)
def test_promotions(form: str, after: str) -> None:
    for record in both(form.format(HEADLINE), after=after):
        assert added(record) == []
        assert record["related_headlines"] == [HEADLINE]
        assert record["tags"] == list(ARTICLE.tags)


@pytest.mark.parametrize(
    "label", ["Read more:", "Read more", "See also", "Watch:", "Also read", "Don't miss"]
)
def test_a_promotion_s_label_on_a_line_of_its_own(label: str) -> None:
    for record in both(label, HEADLINE):
        assert added(record) == []
        assert record["related_headlines"] == [HEADLINE]


@pytest.mark.parametrize(
    "label", ["Recommended", "You may also like", "More on this story", "Related Topics"]
)
def test_other_labels_of_related_news(label: str) -> None:
    other = "Ilvane votes on its bridge"
    for record in both(label, HEADLINE, other):
        assert added(record) == []
        assert record["related_headlines"] == [HEADLINE, other]
    (record, _) = both(label)
    assert added(record) == [{"kind": "subheading", "text": label}], "no headline follows"


@pytest.mark.parametrize("label", ["Read more:", "Watch", "More on this:"])
def test_a_label_over_a_list_or_a_card_of_other_articles(label: str) -> None:
    other = "Ilvane votes on its bridge"
    record = read(printed(f"{label}\n\n  • {HEADLINE}\n  • {other}")).to_record()
    assert (added(record), record["related_headlines"]) == ([], [HEADLINE, other])
    card = f'<a href="/news/politics/o"><img src="/o.jpg" alt="Boats"><h4>{HEADLINE}</h4></a>'
    record = read(marked_up(f"<div><div>{label}</div>{card}</div>")).to_record()
    assert (added(record), record["related_headlines"]) == ([], [HEADLINE])


def test_links_to_other_articles_without_a_label() -> None:
    links = f'<a href="/news/politics/o">{HEADLINE}</a>'
    for fragment in (f"<h3>{links}</h3>", f"<ul><li>{links}</li></ul>", f"<p><b>{links}</b></p>"):
        for after in (FIRST.text, THIRD.text):
            record = read(marked_up(fragment, after)).to_record()
            assert (added(record), record["related_headlines"]) == ([], [HEADLINE])
            assert record["tags"] == list(ARTICLE.tags)


def test_a_list_of_names_before_linked_tags_is_body() -> None:
    record = read(marked_up("<ul><li>Ostrin</li><li>Ilvane</li></ul>", THIRD.text)).to_record()
    assert added(record) == [{"kind": "list", "items": ["Ostrin", "Ilvane"]}]


THIRD_HEADLINE = "Belhaven fines two bakers over salted bread"


def test_a_third_headline_under_a_label_shares_no_words_with_the_article() -> None:
    lines = (HEADLINE, "Ilvane votes on its bridge", THIRD_HEADLINE)
    record = read(printed("\n\n".join(("Related News", *lines)))).to_record()
    assert (added(record), record["related_headlines"]) == ([], list(lines))


@pytest.mark.parametrize("title", ["Nine years of building", "Why dockers had asked for it since the autumn"])
def test_a_subheading_after_two_headlines_is_short_or_has_the_words_of_its_text(title: str) -> None:
    lines = (HEADLINE, "Ilvane votes on its bridge", title)
    record = read(printed("\n\n".join(("Related News", *lines)))).to_record()
    assert added(record) == [{"kind": "subheading", "text": title}]
    assert record["related_headlines"] == list(lines[:2])


def test_a_third_line_that_may_be_either() -> None:
    lines = (HEADLINE, "Ilvane votes on its bridge", "Salted bread was all that the pier had to sell")
    assert refused(printed("\n\n".join(("Related News", *lines)))) == "unclear_related_block"


@pytest.mark.parametrize(
    "notice",
    [
        "This article has been removed.",
        "Sorry, this story is no longer available",
        "We have withdrawn this report.",
    ],
)
def test_a_notice_in_place_of_a_text(notice: str) -> None:
    page = replace(ARTICLE, body=(Paragraph(notice),))
    for capture in (text.render(page), html.render(page, "semantic")):
        assert refused(capture) == "missing_body"


@pytest.mark.parametrize(
    "form",
    [
        "{} Read more: {}",
        "{} (Read more: {})",
        "{} See also: {}",
        "{} Watch: {}",
        "{} MORE: {}",
        "{} Opinion | {}",
        "{} ICYMI: {}",
    ],
)
def test_a_promotion_at_the_end_of_a_paragraph(form: str) -> None:
    capture = TEXT.replace(FIRST.text, form.format(FIRST.text, HEADLINE))
    record = read(capture).to_record()
    assert record["body"] == BODY
    assert record["related_headlines"] == [HEADLINE]


@pytest.mark.parametrize("form", ["{} Read more: {}. {}", "{} See also: {}. {}"])
def test_a_sentence_after_a_promotion_is_not_lost(form: str) -> None:
    """Where the headline ends isn't certain, so the contract of page furniture decides on the paragraph."""
    mixed = form.format(FIRST.text, HEADLINE, "The harbor stays open")
    for end in ("", "."):
        record = read(TEXT.replace(FIRST.text, mixed + end)).to_record()
        assert record["body"][0]["text"] == mixed + end
        assert record["related_headlines"] == []


def test_a_paragraph_that_is_a_link_to_another_article() -> None:
    record = read(
        marked_up(f'<p><a href="/news/economy/ostrin-counts-its-boats">{HEADLINE}</a></p>')
    ).to_record()
    assert added(record) == []
    assert record["related_headlines"] == [HEADLINE]
    record = read(marked_up(f'<p><a href="https://ostrin.example/act.pdf">{HEADLINE}</a></p>')).to_record()
    assert added(record) == [{"kind": "paragraph", "text": HEADLINE}]


@pytest.mark.parametrize("after", [FIRST.text, THIRD.text])
@pytest.mark.parametrize(
    "picture",
    [
        "  • Crane at dawn\n    The crane at dawn, August 18 (Coastal Press)",
        "  • x\n  • Crane at dawn\n    The crane at dawn, August 18 (Coastal Press)",
        "  • x\n  • Crane at dawn",
        "  • Crane at dawn\n    The crane at dawn\n    (Coastal Press)",
        "  • Crane at dawn\n    The crane at dawn\n\nPhoto: Coastal Press",
        "  • Crane at dawn\n\nThe crane at dawn, August 18 (Coastal Press)",
        "  • x\n  • Crane\n    The crane (AP)\n\n  • x\n  • Boat\n    A boat (AP)",
    ],
)
def test_pictures_among_the_text(picture: str, after: str) -> None:
    assert read(printed(picture, after)).to_record() == ARTICLE.record("text")


def test_a_list_of_one_entry_may_be_a_picture() -> None:
    assert refused(printed("  • Crane at dawn")) == "unclear_caption"
    record = read(printed("Kelmeri promised:\n\n  • A crane at dawn")).to_record()
    assert added(record)[1] == {"kind": "list", "items": ["A crane at dawn"]}
    record = read(printed("  • The pier has one crane.")).to_record()
    assert added(record) == [{"kind": "list", "items": ["The pier has one crane."]}]
    record = read(printed("  • The pier.\n\n  • The crane")).to_record()
    assert [block["items"] for block in added(record)] == [["The pier."], ["The crane"]]


@pytest.mark.parametrize(
    "tags",
    [
        ("Robert F. Kennedy Jr.", "Apple Inc.", "Wall St."),
        ("What is BRICS?", "Yahoo!"),
        ("International Convention for the Protection of Harbors and Their Clerks", "Ports"),
        ("U.S.", "Velmora"),
        ("Elon Musk", "X", "Listen", "Coverage"),
        ("Media", "Breaking News", "Share"),
    ],
)
def test_tags_that_end_like_sentences_or_are_long(tags: tuple[str, ...]) -> None:
    page = replace(ARTICLE, tags=tags, news_id="7")
    assert read(text.render(page)).to_record()["tags"] == list(tags)
    assert read(html.render(page, "semantic")).to_record()["tags"] == list(tags)


def test_a_list_of_names_over_the_tags_is_body() -> None:
    record = read(printed("  • Ostrin\n  • Ilvane", THIRD.text)).to_record()
    assert added(record) == [{"kind": "list", "items": ["Ostrin", "Ilvane"]}]
    assert record["tags"] == list(ARTICLE.tags)


@pytest.mark.parametrize(
    "line",
    [
        "“We waited,” he said, “and that is all there is to it”",
        "The contract was signed in 2016.[1]",
        "港は明日の朝に再開すると市長は述べた。",
        "ميناء فيلمورا يفتح رصيفا ثالثا",
        "https://velmora.example/pier",
        "— Talal Kelmeri, harbor minister",
        "and nobody saw them leave",
        "* * *",
    ],
)
def test_short_lines_that_head_nothing(line: str) -> None:
    assert added(read(printed(line)).to_record()) == [{"kind": "paragraph", "text": line}]


@pytest.mark.parametrize(
    "lines",
    [
        ("The boats went out at dawn", "and nobody saw them leave", "The harbor held its breath"),
        ("1. Repair of the quay by spring", "2. A cut of fees by a third"),
        ("- Repair of the quay by spring", "- A cut of fees by a third"),
    ],
)
def test_verse_and_points_are_paragraphs(lines: tuple[str, ...]) -> None:
    wanted = [{"kind": "paragraph", "text": line} for line in lines]
    for after in (FIRST.text, THIRD.text):
        assert added(read(printed("\n\n".join(lines), after)).to_record()) == wanted
        assert added(read(printed("\n".join(lines), after)).to_record()) == wanted


def test_in_html_a_paragraph_is_one_unless_all_of_it_is_bold() -> None:
    line = "Nine years of building"
    kinds = {
        f"<p>{line}</p>": "paragraph",
        f"<p><b>{line}</b><br></p>": "subheading",
        "<p><strong>Nine years</strong> <b>of building</b></p>": "subheading",
        "<p><strong>Nine years</strong> of building</p>": "paragraph",
        f"<h3>{line}</h3>": "subheading",
        f"<div>{line}</div>": "subheading",
        f"<p><b>{line}.</b></p>": "paragraph",
    }
    for fragment, kind in kinds.items():
        assert [block["kind"] for block in added(read(marked_up(fragment)).to_record())] == [kind], fragment


def test_a_form_s_words_are_not_text() -> None:
    form = "<form><input placeholder='Your email'></form>"
    form = f"<div><h3>The harbor brief</h3><p>A letter a week.</p>{form}</div>"
    assert added(read(marked_up(form)).to_record()) == []


def test_a_text_that_a_paywall_ends() -> None:
    wall = ("Subscribe to continue reading.", "Already a subscriber? Log in")
    assert refused(printed("\n\n".join(wall), THIRD.text)) == "paywall"
    for record in both(*wall):
        assert added(record) == [], "more of the text follows"


def test_a_text_whose_rest_is_folded_away() -> None:
    rest = paragraphs(THIRD.text)
    for button in ("<button>Read more</button>", '<a href="#rest">Continue reading</a>'):
        capture = HTML.replace(rest, f'{button}<div style="display:none">{rest}</div>', 1)
        assert read(capture).to_record()["body"] == BODY
        assert refused(HTML.replace(rest, button, 1)) == "truncated_page"
    assert refused(TEXT.replace(f"{THIRD.text}\n\n", "Read more\n\n")) == "truncated_page"


def test_a_post_of_a_channel_keeps_its_words() -> None:
    post = "The pier opens tomorrow.\n\nPort of Velmora\n\nt.me/velmora/123\n\n1.2K views\n\n10:45"
    assert added(read(printed(post)).to_record()) == [
        {"kind": "paragraph", "text": "The pier opens tomorrow."}
    ]


@pytest.mark.parametrize(
    "tail",
    [
        "Key Words\n\nVelmora\n\nPorts",
        "Tags: Velmora, Ports",
        "Source: Coastal Press",
        "https://nournews.ir/n/201177",
        "Short link: https://nournews.ir/n/201177",
        "Latest News\n\nIlvane counts its boats\n\nRain in Ruvia after 200 days",
    ],
)
def test_what_follows_a_text_of_nour_news(tail: str) -> None:
    capture = text.render(NOUR_ARTICLE).replace(THIRD.text, f"{THIRD.text}\n\n{tail}")
    assert read(capture).to_record() == NOUR_ARTICLE.record("text")
    capture = text.render(NOUR_ARTICLE).replace(SECOND.text, f"Attachments\n\n{SECOND.text}")
    assert {"kind": "subheading", "text": "Attachments"} in read(capture).to_record()["body"], "text follows"


def test_two_stories_in_one_file() -> None:
    second = (
        "<article><h1>Ostrin opens a pier</h1><p>Ostrin opened a pier as well, its clerk said.</p></article>"
    )
    record = read(HTML.replace("</article>", f"</article>{second}", 1)).to_record()
    assert record["body"] == BODY
    assert record["tags"] == list(ARTICLE.tags)
    header = (
        "Ostrin opens a pier\n\n  • By Al Mayadeen English\n  • 20 Aug 2025 17:00\n2 Min Read\n\nIt is long."
    )
    assert refused(printed(header, THIRD.text)) == "several_articles"


def test_a_body_that_is_there_twice() -> None:
    whole = paragraphs(FIRST.text, SECOND.text, THIRD.text)
    record = read(HTML.replace(whole, f"<div>{whole}</div><div>{whole}</div>", 1)).to_record()
    assert record["body"] == BODY
    assert record["tags"] == list(ARTICLE.tags)


def test_lines_that_a_tool_has_cut() -> None:
    cut = (
        "The harbor of Velmora opened a third pier on Monday, after nine\nyears of building and waiting.\n\n"
        "Dockers had asked for it since 2016, said Harbor Minister Talal\nKelmeri, and so had all the clerks"
        " of the city and its\nharbor."
    )
    for lines in (cut, cut.replace("\n", "\n\n")):
        assert refused(TEXT.replace(FIRST.text, lines).replace(SECOND.text, lines)) == "wrapped_text"


@pytest.mark.parametrize(
    "line",
    ["Three words only", "Harbor of Velmora and its pier"],
    ids=["short", "of the article"],
)
def test_an_author_s_subheading_that_the_ticker_shows_is_kept(line: str) -> None:
    page = replace(ARTICLE, ticker=(*ARTICLE.ticker, line))
    capture = text.render(page).replace(f"{FIRST.text}\n\n", f"{FIRST.text}\n\n{line}\n\n")
    assert added(read(capture).to_record()) == [{"kind": "subheading", "text": line}]
    page = replace(page, standfirst=line)
    assert read(text.render(page)).standfirst == line


def test_a_line_under_a_ticker_s_label_in_the_text() -> None:
    assert refused(printed("BREAKING: Fog keeps ferries in port on the northern line")) == "unclear_ticker"


def test_a_subheading_is_no_promotion() -> None:
    line = "Analysis: What the lamps of Ilvane mean"
    capture = html.render(replace(ARTICLE, body=(FIRST, Subheading(line), SECOND)))
    assert read(capture).to_record()["body"][1] == {"kind": "subheading", "text": line}
