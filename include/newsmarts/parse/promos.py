"""Promotions of other articles in a body: "Read more: <headline>", "See also", "Watch:" and their kin."""

from __future__ import annotations

import re
from typing import NamedTuple

from newsmarts.parse.prose import NEXT_SENTENCE, first_word, looks_like_headline

MAX_PROMOTED_CHARS = 200

_STRONG = "|".join(
    (
        r"(?:read|see|watch|listen(?: to)?|learn|view|explore|find out|discover|hear)"
        r"(?: (?:more|also|next|further|too|here))+(?: (?:about|on|in|from|at)(?: [\w'’-]+){0,5})?",
        r"(?:(?:click|tap) )?(?:here )?to read(?: more)?(?: here)?",
        r"read (?:the |our )?(?:(?:full|whole|complete|original) )?(?:story|article|report|text|coverage)",
        r"read (?:it )?on",
        r"(?:dig|go) deeper",
        r"for more(?: (?:information|details|on this|on (?:the|this) (?:story|topic)))?",
        r"watch(?: (?:now|live|this|the|full|video|report|interview|episode))+",
        r"listen now",
        r"also (?:read|see|watch|listen)",
        r"(?:do not|don['’]?t) miss(?: (?:this|out))?",
        r"in case you missed it",
        r"icymi",
        r"related (?:news|story|stories|articles?|reading|coverage|posts?|topics?|links?|video)",
        r"you (?:may|might) (?:also )?(?:like|be interested in)",
        r"must[- ](?:read|watch|see)s?",
        r"more",
        r"more (?:on|about|from)(?: [\w'’-]+){1,4}|more about",
        r"recommended (?:for you|reading|stories)",
        r"(?:further|suggested) reading",
        r"editor['’]?s['’]? picks?",
        r"check (?:also|this out|out)",
        r"(?:continue|keep) reading",
        r"up next",
        r"previously|trending(?: now)?",
    )
)
_LEAST_SPACES = 2  # of a headline behind a label that an author may write
_WEAK = (
    r"read|watch|listen|related|recommended|see|video|photos?|podcast|in (?:pictures|photos|video)|gallery"
)
_ALONE = re.compile(r"watch|read", re.IGNORECASE)  # labels that need no sign when their headline follows
_SIGN = r"\s?(?::\s?[-–—>»→►]*|\||>{1,3}|»|›|→|►|▶|[-–—]{1,2}(?=\s|$))"
_LEAD = r"[(\[>»→►▶•*–—-]*\s*"
_PROMO = re.compile(
    rf"{_LEAD}(?:(?P<strong>{_STRONG})|(?P<weak>{_WEAK})){_SIGN}\s*(?P<headline>.*?)[)\]]?\s*", re.IGNORECASE
)
_LABEL = re.compile(rf"(?!(?:previously|more|trending)\b){_LEAD}(?:{_STRONG})\s*[)\]]?\s*", re.IGNORECASE)
_AT_END = re.compile(
    rf"""(?<=[.!?…"”’)])\s+[(\[]?(?:{_STRONG}|(?:Read|READ|Watch|WATCH|Listen|See))(?:\s?[:|»]|\s[-–—>]+)\s?"""
    r"(?P<headline>[^:]\S.*?)(?:[)\]]\.?)?$",
    re.IGNORECASE,
)
_HINTS = (
    "ead more", "ead also", "ead next", "lso read", "ee also", "atch:", "atch more", "atch also", "isten:",
    "ead:", "n't miss", "n’t miss", "elated:", "EAD MORE", "EAD ALSO", "EE ALSO", "LSO READ", "elated news:",
)  # fmt: skip
PROMO_WORDS = frozenset(
    {
        "read", "see", "watch", "listen", "learn", "view", "also", "do", "don't", "don’t", "dont", "in",
        "icymi", "related", "you", "must", "must-read", "must-watch", "more", "recommended", "check",
        "continue", "keep", "up", "explore", "find", "discover", "hear", "click", "tap", "here", "to", "dig",
        "go", "for", "further", "suggested", "editor's", "editor’s", "editors", "editors'", "previously",
        "trending", "video", "photo", "photos", "podcast", "gallery",
    }
)  # fmt: skip


class Promo(NamedTuple):
    """A promotion: the headline on its line, or None when the line is a label alone."""

    headline: str | None
    is_strong: bool


def promo_of(text: str) -> Promo | None:
    """The promotion that a line, all of it, is; None when it is none.

    A weak label ("Watch:") needs a headline behind it that doesn't end like a sentence: authors write it too.
    """
    if first_word(text) not in PROMO_WORDS or len(text) > MAX_PROMOTED_CHARS + 60:
        return None
    match = _PROMO.fullmatch(text)
    if match is None:
        is_label = _LABEL.fullmatch(text) is not None or _ALONE.fullmatch(text) is not None
        return Promo(None, True) if is_label else None
    headline, strong = match["headline"], match["strong"] is not None
    if not headline:
        return Promo(None, strong)
    if len(headline) > MAX_PROMOTED_CHARS or NEXT_SENTENCE.search(headline):
        return None
    few = headline.count(" ") < _LEAST_SPACES
    if not strong and (few or headline[0].islower() or not looks_like_headline(headline)):
        return None
    return Promo(headline, strong)


def cut_promo(text: str) -> tuple[str, str | None]:
    """A paragraph without the promotion at its end, and the headline promoted; None when there is none.

    Where a sentence follows the headline, it may be the article's: all is left, for the contract to reject.
    """
    tail = text[-MAX_PROMOTED_CHARS - 40 :]
    if not (":" in tail or ">" in tail or "»" in tail) or not any(hint in tail for hint in _HINTS):
        return text, None
    match = _AT_END.search(text, max(0, len(text) - MAX_PROMOTED_CHARS - 40))
    if match is None:
        return text, None
    headline = match["headline"]
    if not looks_like_headline(headline) or NEXT_SENTENCE.search(headline):
        return text, None
    return text[: match.start()], headline
