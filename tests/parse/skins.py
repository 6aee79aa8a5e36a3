"""Sample pages in markup that the project's own samples don't use: the same words, other structure."""

from __future__ import annotations

import html
from collections.abc import Callable

from samples import furniture
from samples.html_body import slug_of
from samples.model import BodyPart, Bullets, Link, Page, Paragraph, Post, Promo, Related, Subheading


def _e(text: str) -> str:
    return html.escape(text, quote=False).replace("\xa0", "&nbsp;")


def _link(text: str, section: str = "news/politics") -> str:
    return f'<a href="/{section}/{slug_of(text)}">{_e(text)}</a>'


def _navigation(entry: str) -> str:
    names = [*furniture.MENUS, *furniture.NEWS_SECTIONS, *furniture.PLAIN_MENUS, *furniture.REGIONS]
    return "".join(entry.format(f'<a href="/{slug_of(name)}">{_e(name)}</a>') for name in names)


def _facts(page: Page) -> list[str]:
    facts = [
        f"By {page.byline_raw}" if page.byline_raw else "",
        f"Source: {page.agency}" if page.agency else "",
        furniture.short_time(page.published_local) if page.published_local else "",
        furniture.shares_label(page.shares) if page.shares else "",
        f"{page.read_minutes} Min Read" if page.read_minutes is not None else "",
    ]
    return [fact for fact in facts if fact]


def _day(link: Link) -> str:
    return furniture.short_date(link.published_on) if link.published_on else ""


_FOOTER = (
    f"<div>Al Mayadeen English</div><div>{furniture.AL_MAYADEEN_SLOGAN}</div><div>All Rights Reserved</div>"
    "<div>Privacy Policy</div><div>Android</div><div>iOS</div>"
)


def flat(page: Page) -> str:
    """Every line is a div of one parent; only pictures have a container, and links their addresses."""
    lines = ["Al Mayadeen English", "Slogan"]
    out = [f"<div>{line}</div>" for line in lines] + [_navigation("<div>{}</div>")]
    if page.ticker:
        out += ["<div>BREAKING</div>", *(f"<div>{_e(line)}</div>" for line in page.ticker)]
    out += [f"<div>{_e(line)}</div>" for line in (page.headline or "", *_facts(page), page.standfirst or "")]
    if page.picture:
        picture = f'<img alt="{html.escape(page.picture.alt)}" src="/a.jpg">'
        out.append(f"<div>{picture}<div>{_e(page.picture.caption)}</div></div>")
    for part in page.body:
        out += _flat_part(part)
    out += [f"<div>{_link(tag, 'tags')}</div>" for tag in page.tags]
    if page.most_read:
        out.append("<div>Most Read</div>")
    for link in page.most_read:
        lines = [_e(link.caption), _link(link.headline), _e(link.section), _day(link)]
        out += [f"<div>{line}</div>" for line in lines]
    if page.coverage:
        out += ["<div>Coverage</div><div>All</div>", *(f"<div>{_e(name)}</div>" for name in page.coverage)]
    if page.read_next:
        out.append("<div>Read Next</div><div>All</div>")
    for link in page.read_next:
        out += [f"<div>{line}</div>" for line in (_e(link.caption), _e(link.section), _link(link.headline))]
    title = f"<title>{_e(page.headline or '')} | Al Mayadeen English</title>"
    return f"<html><head>{title}</head><body>{''.join(out)}{_FOOTER}</body></html>"


def _flat_part(part: BodyPart) -> list[str]:
    match part:
        case Paragraph(text) | Subheading(text):
            return [f"<div>{_e(text)}</div>"]
        case Bullets(items):
            return [f"<ul>{''.join(f'<li>{_e(item)}' for item in items)}</ul>"]
        case Post():
            return [f"<blockquote>{_e(part.words)}<br>{_e(part.attribution)}</blockquote>"]
        case Related(headlines):
            return ["<div>Related News</div>", *(f"<div>{_link(line)}</div>" for line in headlines)]
        case Promo(headline):
            return [f"<div>Read more: {_link(headline)}</div>"]


def spans(page: Page) -> str:
    """Lists as spans in one line, cards as list items, a figcaption, paragraphs with inline markup."""
    ticker = "".join(f"<span>{_e(line)}</span>" for line in page.ticker)
    facts = "".join(f"<span>{_e(fact)}</span>" for fact in _facts(page))
    tags = ", ".join(_link(tag, "tags") for tag in page.tags)
    picture = ""
    if page.picture:
        picture = (
            f'<figure><img src="/a.jpg" alt="{html.escape(page.picture.alt)}">'
            f"<figcaption>{_e(page.picture.caption)}</figcaption></figure>"
        )
    most_read = "".join(
        f'<li><img alt="{html.escape(link.caption)}" src="/t.jpg">{_link(link.headline)}'
        f"<div><span>{_e(link.section)}</span><span>{_day(link)}</span></div></li>"
        for link in page.most_read
    )
    read_next = "".join(
        f'<article><img alt="{html.escape(link.caption)}" src="/t.jpg"><small>{_e(link.section)}</small>'
        f"<h4>{_link(link.headline)}</h4></article>"
        for link in page.read_next
    )
    coverage = "".join(f"<p>{_link(name, 'coverage')}</p>" for name in page.coverage)
    navigation = f"<nav><ul>{_navigation('<li>{}')}</ul></nav>"
    parts = [
        f'<header><img alt="Al Mayadeen English" src="/logo.png">{navigation}</header>',
        f"<div><strong>Breaking</strong><marquee>{ticker}</marquee></div>" if page.ticker else "",
        f"<article><header><div>{facts}</div><h1>{_e(page.headline or '')}</h1></header>",
        f"<h2>{_e(page.standfirst)}</h2>" if page.standfirst else "",
        picture,
        f"<section>{''.join(_span_part(part) for part in page.body)}</section>",
        f"<div>{tags}</div></article><aside>",
        f"<div><h3>Most Read</h3><ol>{most_read}</ol></div>" if page.most_read else "",
        f"<div><div><h3>Coverage</h3> <a href=/all>All</a></div>{coverage}</div>" if page.coverage else "",
        f"<div><div><h3>Read Next</h3> <a href=/all>All</a></div>{read_next}</div>" if page.read_next else "",
        f"</aside><footer>{_FOOTER}</footer>",
    ]
    return f"<!doctype html><html><body>{''.join(parts)}</body></html>"


def _span_part(part: BodyPart) -> str:
    match part:
        case Paragraph(text):
            first, _, rest = text.partition(" ")
            return f"<p><b>{_e(first)}</b> <span>{_e(rest)}</span><!-- end --></p>"
        case Subheading(text):
            return f"<h3><span>{_e(text)}</span></h3>"
        case Bullets(items):
            return f"<ul>{''.join(f'<li><p>{_e(item)}</p></li>' for item in items)}</ul>"
        case Post():
            words = f"<p>{_e(part.words)}</p>"
            return f'<figure class="x"><blockquote>{words}{_e(part.attribution)}</blockquote></figure>'
        case Related(headlines):
            links = "".join(
                f'<li><a href="/news/x/y"><img alt="" src="/t.jpg"><b>{_e(line)}</b></a>'
                for line in headlines
            )
            return f"<aside><p>Related News</p><ul>{links}</ul></aside>"
        case Promo(headline):
            return f"<p><em>Read more: </em>{_link(headline)}</p>"


def line_breaks(page: Page) -> str:
    """A layout table, capitals, unquoted attributes, unclosed tags, and paragraphs parted by line breaks."""
    ticker = "".join(f"<LI>{_e(line)}" for line in page.ticker)
    body = "<BR><BR>".join(_break_part(part) for part in page.body)
    most_read = "".join(
        f"<TR><TD>{_e(link.caption)}<TD>{_link(link.headline)}<TD>{_e(link.section)}<TD>{_day(link)}"
        for link in page.most_read
    )
    read_next = "".join(
        f"<TR><TD>{_e(link.caption)}<TD>{_e(link.section)}<TD>{_link(link.headline)}"
        for link in page.read_next
    )
    tags = "".join(f"<LI>{_link(tag, 'tags')}" for tag in page.tags)
    picture = ""
    if page.picture:
        alt = html.escape(page.picture.alt)
        picture = f'<TABLE><TR><TD><IMG SRC=/a.jpg ALT="{alt}"><BR>{_e(page.picture.caption)}</TABLE>'
    return (
        f"<HTML><HEAD><TITLE>{_e(page.headline or '')}</TITLE><BODY BGCOLOR=white><FORM ACTION=.>"
        f"<TABLE WIDTH=100%><TR><TD>Al Mayadeen English<TD>{_navigation(' | {}')}</TABLE>"
        + (f"<DIV>BREAKING<UL>{ticker}</UL></DIV>" if page.ticker else "")
        + f"<TABLE><TR><TD><H1>{_e(page.headline or '')}</H1>{'<BR>'.join(_facts(page))}"
        + (f"<P>{_e(page.standfirst)}" if page.standfirst else "")
        + f"{picture}<DIV>{body}</DIV>"
        + (f"<UL>{tags}</UL>" if page.tags else "")
        + (f"<P>Most Read<TABLE>{most_read}</TABLE>" if page.most_read else "")
        + (f"<P>Coverage<P>All{''.join(f'<P>{_e(name)}' for name in page.coverage)}" if page.coverage else "")
        + (f"<P>Read Next<P>All<TABLE>{read_next}</TABLE>" if page.read_next else "")
        + f"</TABLE>{_FOOTER}</FORM></BODY></HTML>"
    )


def _break_part(part: BodyPart) -> str:
    match part:
        case Paragraph(text) | Subheading(text):
            return _e(text)
        case Bullets(items):
            return f"<UL>{''.join(f'<LI>{_e(item)}' for item in items)}</UL>"
        case Post():
            return f"<BLOCKQUOTE>{_e(part.words)}<BR>{_e(part.attribution)}</BLOCKQUOTE>"
        case Related(headlines):
            return f"<DIV>Related News<BR>{'<BR>'.join(_link(line) for line in headlines)}</DIV>"
        case Promo(headline):
            return f"Read more: {_link(headline)}"


SKINS: dict[str, Callable[[Page], str]] = {"flat": flat, "spans": spans, "line_breaks": line_breaks}
