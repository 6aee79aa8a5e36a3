"""Hostile pages with known right records: one page with one thing set into it that sites or authors write.

Each is a sample page as text, as HTML with its head, and as plain HTML. What a site sets among an article's
text (advertisements, promotions) must not come out as body; what an author writes in nearly the same words
must. The texts are invented; the same seed gives the same pages.
"""

from __future__ import annotations

import html as entities
import random
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from newsmarts.core.errors import CaptureError
from newsmarts.parse.page import parse_page
from samples import furniture, html, text
from samples.html_body import slug_of
from samples.model import BodyPart, Bullets, Link, Page, Paragraph, Picture, Related, Subheading

Expect = Literal["article", "either"]
SHAPES = ("text", "html", "plain_html")
STILL_WRONG = "_still_wrong"
_SLOT = "@@slot@@"
WORDS: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_CLASSES = re.compile(r' class="[^"]*"')
_HEAD = re.compile(r"<head>.*?</head>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Case:
    """One page, and what is right for it: ``either`` may be rejected, never loaded otherwise."""

    name: str
    family: str
    shape: str
    page: str
    expect: Expect
    record: dict[str, Any]  # some fields of the right record

    @property
    def media_type(self) -> str:
        """What the page's bytes are."""
        return "text/plain" if self.shape == "text" else "text/html"


# after a related block, and over a subheading, even a reader may be unsure where headlines end
_UNDER_TEXT = ("first", "middle", "last", "under_list")
PLACES = ("first", "middle", "last", "over_subheading", "under_subheading", "under_list", "under_related")


def _base(rng: random.Random) -> Page:
    town, other = rng.sample(WORDS["towns"], 2)
    number = rng.randint(12, 97)
    return Page(
        publisher="al_mayadeen",
        headline=f"{town} lights its harbor again after {number} nights",
        standfirst=f"The lamps came by ferry from {other}, and were late.",
        byline_raw="Al Mayadeen English",
        agency="Agencies",
        published_local=datetime(2025, 8, 20, 15, number % 60),  # noqa: DTZ001
        read_minutes=2,
        picture=Picture("Harbor lamps", f"Lamps on the mole of {town}, August 18, 2025 (Coastal Press)"),
        body=tuple(Paragraph(line.format(town=town, other=other)) for line in WORDS["paragraphs"]),
        tags=(town, "Harbors", "Lamps"),
        ticker=tuple(line.format(town=town, other=other, number=number) for line in WORDS["ticker"]),
        most_read=(
            Link("Ilvane counts its boats", "A boat in Ilvane (Handout)", "Economy", date(2025, 8, 24)),
            Link("Old Karsk sells its clock", "A clock", "Politics", date(2025, 8, 22)),
        ),
        coverage=("The Ferry Talks",),
        read_next=(Link("Belhaven learns to sign", "Signs (Handout)", "Politics"),),
    )


def _placed(page: Page, place: str) -> Page:
    slot = Paragraph(_SLOT)
    body: list[BodyPart] = list(page.body)
    at = {"first": 0, "last": len(body)}.get(place, 2)
    around: dict[str, list[BodyPart]] = {
        "over_subheading": [slot, Subheading("What the harbor master keeps")],
        "under_subheading": [Subheading("What the harbor master keeps"), slot],
        "under_list": [Bullets(("Forty lamps for the mole", "Two for the customs house, unlit")), slot],
        "under_related": [Related(("Ferry to Ostrin runs late", "Customs house gets a roof")), slot],
    }
    body[at:at] = around.get(place, [slot])
    return replace(page, body=tuple(body))


def _shown(page: Page, shape: str, chunk: str, markup: str) -> str:
    if shape == "text":
        return text.render(page).replace(_SLOT, chunk)
    shown = html.render(page, "semantic")
    shown = re.sub(rf"<p[^>]*>\s*{_SLOT}\s*</p>", lambda _: markup, shown)
    if shape == "plain_html":
        title = f"<head><meta charset=utf-8><title>{page.headline} | Al Mayadeen English</title></head>"
        shown = _CLASSES.sub("", _HEAD.sub(lambda _: title, shown))
    return shown


def _record(page: Page, blocks: list[dict[str, Any]], related: list[str]) -> dict[str, Any]:
    record = page.record("text")
    body: list[dict[str, Any]] = []
    for block in record["body"]:
        body += blocks if block.get("text") == _SLOT else [block]
    return {
        "headline": record["headline"],
        "standfirst": record["standfirst"],
        "body": body,
        "tags": record["tags"],
        "related": sorted(record["related_headlines"] + related),
    }


def _cases(
    rng: random.Random,
    family: str,
    name: str,
    line: str,
    *,
    expect: Expect,
    blocks: tuple[tuple[str, str], ...] = (),
    related: tuple[str, ...] = (),
    markup: str | None = None,
    places: tuple[str, ...] = PLACES,
) -> Iterator[Case]:
    page = _base(rng)
    place = rng.choice(places)
    for shape in SHAPES:
        shown = markup or "".join(f"<p>{entities.escape(part)}</p>" for part in line.split("\n\n"))
        placed = _placed(page, place)
        fields = {"town": page.tags[0]}
        made = [{"kind": kind, "text": said.format(**fields)} for kind, said in blocks]
        capture = _shown(placed, shape, line.format(**fields), shown.format(**fields))
        record = _record(placed, made, list(related))
        yield Case(f"{name} / {place}", family, shape, capture, expect, record)


def cases(seed: int = 0) -> Iterator[Case]:
    """All families, each line at a place that the seed draws; last those that are read wrong as yet."""
    rng = random.Random(seed)
    yield from _cases_of(rng, WORDS)
    for case in _cases_of(rng, WORDS["still_wrong"]):
        yield replace(case, family=case.family + STILL_WRONG)


def _cases_of(rng: random.Random, words: dict[str, Any]) -> Iterator[Case]:
    for line in words["furniture"]:
        yield from _cases(rng, "furniture", line, line, expect="either")
    for line in words.get("authors", ()):
        yield from _cases(rng, "authors", line, line, expect="article", blocks=(("paragraph", line),))
    for line in words.get("subheadings", ()):
        yield from _cases(
            rng, "subheadings", line, line, expect="article", blocks=(("subheading", line),),
            markup=f"<h3>{entities.escape(line)}</h3>", places=("middle",),
        )  # fmt: skip
    for label in words["promo_labels"]:
        yield from _promos(rng, label)
    for label in words["related_labels"]:
        for count in (1, 2):
            yield from _related(rng, label, count)
    for form, hours in words["times"]:
        yield from _header(rng, "times", form, hours=hours)
    for form in words["bylines"]:
        yield from _header(rng, "bylines", form)


def _header(rng: random.Random, family: str, form: str, hours: int = 0) -> Iterator[Case]:
    page = _base(rng)
    local, byline = page.published_local, str(page.byline_raw)
    if local is None:
        raise ValueError("the page has no time")
    for shape in SHAPES:
        capture = _shown(page, shape, "", "")
        if family == "times":
            written = (local - timedelta(hours=hours)).strftime(form)
            capture = capture.replace(furniture.short_time(local), written, 1)
        else:
            entry = re.compile(rf"By (?:<a [^>]*>)?{byline}(?:</a>)?")
            capture = entry.sub(form.format(byline), capture, count=1)
        record = _record(page, [], []) | {"published_local": local.isoformat(), "byline": "Al Mayadeen"}
        yield Case(form, family, shape, capture, "article", record)


def _promos(rng: random.Random, label: str) -> Iterator[Case]:
    headline = rng.choice(WORDS["headlines"])
    link = f'<a href="/news/politics/{slug_of(headline)}">{entities.escape(headline)}</a>'
    shown = entities.escape(label)
    sign = "" if label[-1] in ":|>»-–" else ":"
    yield from _cases(
        rng, "promos", f"{label}{sign} {headline}", f"{label}{sign} {headline}", expect="article",
        related=(headline,), markup=f"<p><strong>{shown}{sign} {link}</strong></p>",
    )  # fmt: skip
    sentence = "The council met twice in the spring."
    yield from _cases(
        rng, "promos_inline", f"… {label}{sign} {headline}", f"{sentence} {label}{sign} {headline}",
        expect="either", blocks=(("paragraph", sentence),), related=(headline,),
        markup=f"<p>{sentence} {link.replace('>', f'>{shown}{sign} ', 1)}</p>",
    )  # fmt: skip
    yield from _cases(
        rng, "promos_alone", f"{label}{sign} / {headline}", f"{label}{sign}\n\n{headline}", expect="either",
        related=(headline,), places=_UNDER_TEXT, markup=f"<p>{shown}{sign}</p><p>{link}</p>",
    )  # fmt: skip


def _related(rng: random.Random, label: str, count: int) -> Iterator[Case]:
    headlines = rng.sample(WORDS["headlines"], count)
    links = "".join(
        f'<div><a href="/news/politics/{slug_of(line)}">{entities.escape(line)}</a></div>'
        for line in headlines
    )
    yield from _cases(
        rng, "related", f"{label} ({count})", "\n\n".join([label, *headlines]),
        expect="article", related=tuple(headlines), places=_UNDER_TEXT,
        markup=f"<div><h4>{entities.escape(label)}</h4>{links}</div>",
    )  # fmt: skip


def report(seed: int = 0) -> dict[str, dict[str, int]]:
    """For each family how many pages came out right, with another kind of block, silently wrong, rejected."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for case in cases(seed):
        counts[case.family][verdict(case)] += 1
    return {family: dict(count) for family, count in counts.items()}


def verdict(case: Case) -> str:
    """What became of one page: "right", "kind", "silent_error" or "wrong_rejection"."""
    try:
        record = parse_page(case.page.encode(), media_type=case.media_type).article.to_record()
    except CaptureError:
        return "wrong_rejection" if case.expect == "article" else "right"
    record["related"] = sorted(record["related_headlines"])
    wrong = [name for name in case.record if record[name] != case.record[name]]
    if wrong == ["body"] and _texts(record) == _texts(case.record):
        return "kind"
    return "silent_error" if wrong else "right"


def _texts(record: dict[str, Any]) -> list[Any]:
    return [block.get("text") or block.get("items") for block in record["body"]]
