"""Between header and body: pages with and without standfirst, picture, closing cross and Listen."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from samples import html, text
from tests.parse.pages import ARTICLE, FIRST, SECOND, THIRD, read

STANDFIRST = str(ARTICLE.standfirst)
BODY = [FIRST.text, SECOND.text, THIRD.text]


@pytest.mark.parametrize("picture", [True, False])
@pytest.mark.parametrize("cross", [True, False])
@pytest.mark.parametrize("listen", [True, False])
def test_a_standfirst(picture: bool, cross: bool, listen: bool) -> None:
    page = replace(ARTICLE, picture=ARTICLE.picture if picture else None)
    captures = {"text": text.render(page), "html": html.render(page)}
    if not cross:
        captures["text"] = captures["text"].replace("  • x\n", "", 1)
        captures["html"] = captures["html"].replace("<li>x</li>\n", "", 1)
    if listen:
        captures["text"] = captures["text"].replace(STANDFIRST, f"{STANDFIRST}\n\nListen")
        captures["html"] = captures["html"].replace(f"{STANDFIRST}</p>", f"{STANDFIRST}</p><p>Listen</p>")
    for capture in captures.values():
        article = read(capture)
        assert article.standfirst == STANDFIRST
        assert [block.text for block in article.body] == BODY
        assert (article.image is not None) is picture


@pytest.mark.parametrize("cross", [True, False])
def test_no_standfirst_over_a_picture(cross: bool) -> None:
    page = replace(ARTICLE, standfirst=None)
    for capture in (text.render(page), html.render(page)):
        without = capture.replace("  • x\n", "", 1).replace("<li>x</li>\n", "", 1)
        article = read(capture if cross else without)
        assert (article.standfirst, [block.text for block in article.body]) == (None, BODY)


def plain(standfirst: str | None, description: str) -> str:
    """A capture with neither picture nor a container of the body's own, and what its head describes it by."""
    capture = html.render(replace(ARTICLE, standfirst=standfirst, picture=None))
    capture = re.sub(r'(?s)<ul class="post-media">.*?</ul>', "", capture, count=1)
    capture = re.sub(r'(?s)<div class="p-content">.*?(?=<ul class="tags">)', "", capture, count=1)
    capture = capture.replace(
        '<ul class="tags">', "".join(f"<p>{line}</p>" for line in BODY) + '<ul class="tags">'
    )
    capture = re.sub(r'(description" content=")[^"]*', rf"\g<1>{description}", capture)
    return re.sub(r'("description": ")[^"]*', rf"\g<1>{description}", capture)


def test_the_head_may_describe_a_page_by_its_standfirst() -> None:
    for description in (STANDFIRST, STANDFIRST[:30] + "…", ""):
        article = read(plain(STANDFIRST, description))
        assert (article.standfirst, [block.text for block in article.body]) == (STANDFIRST, BODY)
    for description in (STANDFIRST, "Piers and ships"):
        article = read(plain(None, description))
        assert (article.standfirst, [block.text for block in article.body]) == (None, BODY)
