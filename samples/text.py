"""Pages as text captures: the layout that a text dump of each site has.

Al Mayadeen: navigation, BREAKING and the ticker without blank lines, the article, its lists, the footer.
Its Arabic edition has the same layout in its own words.
Nour News: the article only, framed by its id and the comment form.
"""

from __future__ import annotations

from collections.abc import Iterator

from samples import furniture
from samples.model import BodyPart, Bullets, Link, Page, Paragraph, Post, Promo, Related, Subheading


def render(page: Page) -> str:
    """The page as its text capture."""
    return _nour_news(page) if page.publisher == "nour_news" else _al_mayadeen(page)


def _al_mayadeen(page: Page) -> str:
    words = furniture.WORDS[page.language]
    top = words.navigation
    if page.ticker:
        top += "\n".join(["", words.ticker, *page.ticker])
    chunks = [top]
    if page.headline:
        chunks.append(page.headline)
    facts = list(_facts(page))
    if page.read_minutes is not None:
        facts.append(f"{page.read_minutes} Min Read")
    chunks.append("\n".join(facts))
    if page.standfirst:
        chunks.append(page.standfirst)
    picture = ["Listen"] if page.listen else []
    picture.append("  • x")
    if page.picture:
        picture += [f"  • {page.picture.alt}", f"    {page.picture.caption}"]
    chunks.append("\n".join(picture))
    chunks += [chunk for part in page.body for chunk in _body_chunks(part, words)]
    if page.tags:
        chunks.append(_bullets(page.tags))
    if page.most_read:
        captions = page.publisher == "al_mayadeen"
        chunks += [words.most_read, *_most_read(page.most_read, captions=captions)]
    if page.coverage:
        chunks += [words.coverage, "\n".join(filter(None, [words.all_link, *page.coverage]))]
    if page.read_next:
        chunks += [words.read_next, *_read_next(page.read_next, words)]
    chunks.append(words.footer)
    return "\n\n".join(chunks)


def _facts(page: Page) -> Iterator[str]:
    words = furniture.WORDS[page.language]
    if page.byline_raw:
        yield f"  • {words.byline}{page.byline_raw}"
    if page.agency:
        yield f"  • {words.agency}{page.agency}"
    if page.published_local:
        shown = furniture.arabic_time if page.language == "ar" else furniture.short_time
        yield f"  • {shown(page.published_local)}"
    if page.shares:
        yield f"  • {furniture.shares_label(page.shares)}"


def _body_chunks(part: BodyPart, words: furniture.Words) -> list[str]:
    match part:
        case Paragraph(text) | Subheading(text):
            return [text]
        case Bullets(items):
            return [_bullets(items)]
        case Post():
            return [part.words, part.attribution]
        case Related(headlines):
            return [words.related, *headlines]
        case Promo(headline):
            return [f"{words.promotion}{headline}"]


def _bullets(items: tuple[str, ...]) -> str:
    return "\n".join(f"  • {item}" for item in items)


def _most_read(links: tuple[Link, ...], *, captions: bool) -> Iterator[str]:
    """The caption follows the date above it without a blank line."""
    above = ""
    for link in links:
        if captions:
            yield above + link.caption
            above = ""
        yield above + link.headline
        published_on = furniture.short_date(link.published_on) if link.published_on else link.shown_on or ""
        above = f"  • {link.section}\n  • {published_on}\n"
    yield above.rstrip("\n")


def _read_next(links: tuple[Link, ...], words: furniture.Words) -> Iterator[str]:
    above = f"{words.all_link}\n" if words.all_link else ""
    for link in links:
        yield f"{above}{link.caption}\n{link.section}"
        yield link.headline
        above = ""


def _nour_news(page: Page) -> str:
    top = []
    if page.news_id:
        top.append(f"News ID : {page.news_id}")
    if page.published_local:
        top.append(f"Publish Date : {furniture.us_time(page.published_local)}")
    if page.headline:
        top.append(page.headline)
    chunks = ["\n".join(top)]
    if page.headline:
        chunks.append(page.headline)
    if page.standfirst:
        chunks.append(page.standfirst)
    body = [chunk for part in page.printed_body for chunk in _body_chunks(part, furniture.WORDS["en"])]
    chunks += ["\n".join(body)] if page.single_newlines else body
    return "\n\n".join(chunks) + f"\n\n\n{furniture.NOUR_NEWS_FORM_LABEL}"
