"""Articles in layouts that there are no rules for are never "no article": a redesign must raise the alarm."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup

from newsmarts.core.errors import CaptureError
from newsmarts.core.reasons import load_reasons
from newsmarts.core.settings import PROJECT_ROOT
from newsmarts.parse.page import parse_page

REASONS = load_reasons(PROJECT_ROOT / "expectations")
HEADLINE = "Velmora's third pier opens after nine years"
PROSE = (
    "The harbor of Velmora opened a third pier on Monday, after nine years of building.",
    "Dockers had asked for it since 2016, Harbor Minister Talal Kelmeri told reporters on the quay.",
    "“We waited long enough,” he said, and added that the ships had waited longer than anybody else.",
    "A review of the cost is due in ninety days, according to the port's own figures.",
)
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in PROSE)
LD = f"""<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{HEADLINE}"}}</script>"""
VIDEO_LD = '<script type="application/ld+json">{"@type": "VideoObject", "name": "Pier"}</script>'
OG = '<meta property="og:type" content="article">'
GALLERY = "".join(
    f'<figure><img src="/{n}.jpg" alt="Pier {n}"><figcaption>On day {n}. (Handout)</figcaption></figure>'
    for n in range(5)
)
CARDS = "".join(
    f'<li><a href="/news/politics/velmora-counts-{n}"><h3>Velmora counts pier {n} once more</h3></a>'
    f"<span>{n + 1} Aug 2025</span></li>"
    for n in range(8)
)
PLAYER = (
    "<div>Play Video</div><div>Current Time 0:00</div><div>/</div><div>Duration 3:45</div><div>1x</div>"
    "<div>Fullscreen</div>"
)
COOKIES = (
    "<div><h2>We value your privacy</h2><p>We use cookies to make this site work.</p>"
    "<button>Accept all</button><button>Reject all</button><a href='/c'>Manage preferences</a></div>"
)
TAGS = '<div><a href="/t/1">#Velmora</a> <a href="/t/2">#Ports</a></div><p>#Harbor</p>'
COMMENTS = (
    "<section><h2>Comments</h2>"
    + "".join(
        f"<div><b>Reader {n}</b><time>20 Aug 2025 1{n}:15</time><p>Well done.</p></div>" for n in range(5)
    )
    + "<button>Load more</button></section>"
)
ROBOT = "<p>Are you a robot? Verify you are human. Error 404. Just a moment...</p>"

LAYOUTS = {
    "json-ld, gallery": (LD, f"<h1>{HEADLINE}</h1>{PARAGRAPHS}{GALLERY}"),
    "og type, hash tags": (OG, f"<h1>{HEADLINE}</h1>{TAGS}{PARAGRAPHS}"),
    "plain, show more": ("", f"<h1>{HEADLINE}</h1>{PARAGRAPHS}<a href='#'>Show more</a><ul>{CARDS}</ul>"),
    "plain, gallery first": ("", f"{GALLERY}<h1>{HEADLINE}</h1>{PARAGRAPHS}"),
    "plain, hash tags alone": ("", f"<h2>{HEADLINE}</h2>{PARAGRAPHS}{TAGS}"),
    "plain, player": ("", f"<h1>{HEADLINE}</h1>{PLAYER}{PARAGRAPHS}"),
    "json-ld, one paragraph and a player": (OG + LD, f"<h1>{HEADLINE}</h1>{PLAYER}<p>{PROSE[0]}</p>"),
    "video object beside an article": (OG + VIDEO_LD, f"<h1>{HEADLINE}</h1>{PLAYER}{PARAGRAPHS}"),
    "video object alone": (VIDEO_LD, f"<h1>{HEADLINE}</h1>{PARAGRAPHS}"),
    "plain, cookie banner": ("", f"{COOKIES}<h1>{HEADLINE}</h1>{PARAGRAPHS}"),
    "cookie banner over an empty body": (LD, f"{COOKIES}<h1>{HEADLINE}</h1>"),
    "plain, comments": ("", f"<h1>{HEADLINE}</h1>{PARAGRAPHS}{COMMENTS}"),
    "plain, lists all around": ("", f"<ul>{CARDS}</ul><h1>{HEADLINE}</h1>{PARAGRAPHS}<ul>{CARDS}</ul>"),
    "plain, short, over a list": ("", f"<h1>{HEADLINE}</h1><p>{PROSE[0]}</p><ul>{CARDS}</ul>"),
    "json-ld, nothing but a list": (LD, f"<ul>{CARDS}</ul><a href='#'>Load more</a>"),
    "plain, words of walls": ("", f"<h1>{HEADLINE}</h1>{ROBOT}{PARAGRAPHS}"),
    "divs and breaks": ("", f"<div>{HEADLINE}</div><div>{'<br><br>'.join(PROSE)}</div><ul>{CARDS}</ul>"),
    "a table": ("", f"<table><tr><td>{HEADLINE}</td></tr><tr><td>{PARAGRAPHS}</td></tr></table>{GALLERY}"),
}
TEXT_LAYOUTS = {name: body for name, (head, body) in LAYOUTS.items() if not head and "short" not in name}


def reason(capture: str) -> str:
    with pytest.raises(CaptureError) as caught:
        parse_page(capture.encode())
    return caught.value.reason_code


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("site", ["Al Mayadeen English", "nournews", "The Harbor Gazette"])
def test_in_html(name: str, site: str) -> None:
    head, body = LAYOUTS[name]
    is_ours = site != "The Harbor Gazette"
    code = reason(
        f'<!DOCTYPE html><html lang="en"><head><title>{HEADLINE}</title>'
        f'<meta property="og:site_name" content="{site}">{head}</head><body>{body}</body></html>'
    )
    assert REASONS.outcome(code) == "quarantined", code
    assert REASONS.alarms(code) is is_ours, code


@pytest.mark.parametrize("name", TEXT_LAYOUTS)
@pytest.mark.parametrize("frame", ["Al Mayadeen English\n\nSlogan", "News ID : 179165"])
def test_as_text(name: str, frame: str) -> None:
    body = re.sub(r"</(?:p|div|h\d|a|span|td|button|time|b|figcaption)>|<br>", "\n\n", TEXT_LAYOUTS[name])
    lines = BeautifulSoup(body.replace("<li>", "<li>  • "), "lxml").get_text()
    code = reason(f"{frame}\n\n{lines}\n\nAll Rights Reserved\n")
    assert REASONS.outcome(code) == "quarantined", code
    assert REASONS.alarms(code), code
