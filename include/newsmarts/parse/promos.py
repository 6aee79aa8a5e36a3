"""Promotions of other articles in a body: "Read more: <headline>", "See also", "Watch:" and their kin."""

from __future__ import annotations

import re
from typing import NamedTuple

from newsmarts.parse.prose import NEXT_SENTENCE, ends_like_sentence, looks_like_headline

MAX_PROMOTED_CHARS = 200

_STRONG = "|".join(
    (
        r"(?:read|see|watch|listen(?: to)?|learn|view)(?: (?:more|also|next|further|too))+"
        r"(?: (?:about|on|in|from)(?: (?:this|the|it|that|us|topic|subject|story|issue|matter|article))*)?",
        r"read (?:the )?(?:full|whole|complete|original) (?:story|article|report|text)",
        r"read (?:it )?(?:here|on)",
        r"watch(?: (?:now|live|here|this|the|full|video|report|interview|episode))+",
        r"listen (?:now|here)",
        r"also (?:read|see|watch|listen)",
        r"(?:do not|don['’]?t) miss(?: (?:this|out))?",
        r"in case you missed it",
        r"icymi",
        r"related(?: (?:news|story|stories|articles?|reading|coverage|posts?|topics?|links?))",
        r"you (?:may|might) (?:also )?(?:like|be interested in)",
        r"must[- ](?:read|watch)s?",
        r"more (?:on|about) (?:this|the)(?: (?:story|topic|subject|issue))?",
        r"recommended (?:for you|reading|stories)",
        r"check (?:also|this out)",
        r"(?:continue|keep) reading",
        r"up next",
    )
)
_WEAK = r"read|watch|listen|related|recommended|see"
_SIGN = r"\s?(?::\s?[-–—>»→►]*|\||>{1,3}|»|›|→|►|▶|[-–—]{1,2}(?=\s|$))"
_LEAD = r"[(\[>»→►▶•*–—-]*\s*"
_PROMO = re.compile(
    rf"{_LEAD}(?:(?P<strong>{_STRONG})|(?P<weak>{_WEAK})){_SIGN}\s*(?P<headline>.*?)[)\]]?\s*", re.IGNORECASE
)
_LABEL = re.compile(rf"{_LEAD}(?:{_STRONG})\s*[)\]]?\s*", re.IGNORECASE)
_AT_END = re.compile(
    rf"""(?<=[.!?…"”’)])\s+[(\[]?(?:{_STRONG}|(?:Read|READ|Watch|WATCH|Listen|See))(?:\s?[:|»]|\s[-–—>]+)\s?"""
    r"(?P<headline>[^:]\S.*?)[)\]]?\.?$",
    re.IGNORECASE,
)
_HINTS = (
    "ead more", "ead also", "ead next", "lso read", "ee also", "atch:", "atch more", "atch also", "isten:",
    "ead:", "n't miss", "n’t miss", "elated:", "EAD MORE", "EAD ALSO", "EE ALSO", "LSO READ", "elated news:",
)  # fmt: skip
_FIRST = frozenset(
    {
        "read", "see", "watch", "listen", "learn", "view", "also", "do", "don't", "don’t", "dont", "in",
        "icymi", "related", "you", "must", "must-read", "must-watch", "more", "recommended", "check",
        "continue", "keep", "up",
    }
)  # fmt: skip
_AROUND = "([>»→►▶•*–—- "


class Promo(NamedTuple):
    """A promotion: the headline on its line, or None when the line is a label alone."""

    headline: str | None
    is_strong: bool


def promo_of(text: str) -> Promo | None:
    """The promotion that a line, all of it, is; None when it is none.

    A weak label ("Watch:") needs a headline behind it that doesn't end like a sentence: authors write it too.
    """
    first = text.lstrip(_AROUND).partition(" ")[0].rstrip(":|>»-–—").casefold()
    if first not in _FIRST or len(text) > MAX_PROMOTED_CHARS + 60:
        return None
    match = _PROMO.fullmatch(text)
    if match is None:
        return Promo(None, True) if _LABEL.fullmatch(text) else None
    headline, strong = match["headline"], match["strong"] is not None
    if not headline:
        return Promo(None, strong)
    if len(headline) > MAX_PROMOTED_CHARS or NEXT_SENTENCE.search(headline):
        return None
    if not strong and (headline[0].islower() or not looks_like_headline(headline)):
        return None
    return Promo(headline, strong)


def cut_promo(text: str) -> tuple[str, str | None]:
    """A paragraph without the promotion at its end, and the headline promoted; None when there is none."""
    tail = text[-MAX_PROMOTED_CHARS - 40 :]
    if not (":" in tail or ">" in tail or "»" in tail) or not any(hint in tail for hint in _HINTS):
        return text, None
    match = _AT_END.search(text, max(0, len(text) - MAX_PROMOTED_CHARS - 40))
    if match is None:
        return text, None
    headline = match["headline"]
    if ends_like_sentence(headline) and not looks_like_headline(headline):
        return text, None
    return text[: match.start()], headline
