"""An article's body as markup, the same for both publishers."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from samples import furniture
from samples.markup import Node, Raw, el, kept, script
from samples.model import BodyPart, Bullets, Page, Paragraph, Post, Promo, Related, Subheading


def body_nodes(page: Page) -> list[Node]:
    """The body's parts in order, with an advertisement's empty slot after the second."""
    words = furniture.WORDS[page.language]
    nodes = [_part(part, words) for part in page.printed_body]
    nodes.insert(2, _advertisement())
    return nodes


def slug_of(text: str) -> str:
    """Lower-case words with hyphens, cut at 60 characters as the sites do."""
    letters = (char for char in text.casefold() if not unicodedata.combining(char))
    words = "".join(char if char.isalnum() else " " for char in letters).split()
    return "-".join(words)[:60].strip("-")


def link_list(names: Iterable[str], folder: str = "/", **attributes: str) -> Node:
    """A list of links to pages of these names below a folder of the site."""
    links = (el("li", el("a", name, href=f"{folder}{slug_of(name)}")) for name in names)
    return el("ul", *links, **attributes)


def _part(part: BodyPart, words: furniture.Words) -> Node:
    match part:
        case Paragraph(text):
            return el("p", text)
        case Subheading(text):
            return el("h3", el("strong", text))
        case Bullets(items):
            return kept(el("ul", *(kept(el("li", item)) for item in items)))
        case Post():
            return _post(part, "en" if words is furniture.WORDS["en"] else "ar")
        case Related(headlines):
            links = (
                el(
                    "div",
                    el("a", el("span", line), href=f"/news/politics/{slug_of(line)}"),
                    class_="related-item",
                )
                for line in headlines
            )
            return el("div", el("h4", words.related), *links, class_=words.related_class)
        case Promo(headline):
            link = el("a", headline, href=f"/news/politics/{slug_of(headline)}")
            return el("p", el("strong", words.promotion, link), class_="read-more")


def _post(post: Post, language: str) -> Node:
    words: list[Node | str] = [post.text]
    if post.picture:
        words += [" ", el("a", post.picture, href=f"https://t.co/{slug_of(post.picture)}")]
    return el(
        "blockquote",
        el("p", *words, lang=language, dir="rtl" if language == "ar" else "ltr"),
        f"— {post.author} ",
        el("a", furniture.long_date(post.posted_on), href="https://twitter.com/sample/status/1"),
        class_="twitter-tweet",
    )


def _advertisement() -> Node:
    slot = script("window.slots=window.slots||[];slots.push({id:'in-article',sizes:[[300,250],[1,1]]});")
    return el("div", Raw("<!-- in-article slot -->"), slot, class_="ad-slot", id="ad-in-article")
