"""Promotions of other articles in a body: "Read more: <headline>", "See also", "Watch:" and their kin."""

from __future__ import annotations

import re
from typing import NamedTuple

from newsmarts.parse.prose import NEXT_SENTENCE, SIGNS_BEFORE, first_word, looks_like_headline

MAX_PROMOTED_CHARS = 200

_STRONG = "|".join(
    (
        r"(?:read|see|watch|listen(?: to)?|learn|view|explore|find out|discover|hear)"
        r"(?: (?:more|also|next|further|too|here))+(?: (?:about|on|in|from|at)(?: [\w'’-]+){0,5})?",
        r"(?:(?:click|tap) )?(?:here )?to read(?: more)?(?: here)?",
        r"read (?:the |our )?(?:(?:full|whole|complete|original) )?(?:story|article|report|text|coverage)",
        r"read (?:it )?on",
        r"(?:dig|dive|go) deeper",
        r"read (?:this|related|in full)",
        r"full (?:story|report|article|interview)",
        r"click here",
        r"(?:from|in) (?:the|our) archives?",
        r"on the same (?:topic|subject|story)",
        r"also (?:on|from|in)(?: [\w'’-]+){1,4}",
        r"for more(?: (?:information|details|on this|on (?:the|this) (?:story|topic)))?",
        r"watch(?: (?:now|live|this|the|full|video|report|interview|episode))+",
        r"listen now",
        r"also (?:read|see|watch|listen)",
        r"(?:do not|don['’]?t) (?:miss(?: (?:this|out))?|forget to (?:read|watch))",
        r"in case you missed (?:it|this)|(?:did you )?miss(?:ed)? (?:it|this)",
        r"have you (?:read|seen)(?: this)?|you (?:may|might) (?:also )?have missed|catch up",
        r"follow (?:our |the )?(?:live(?: coverage| updates)?|latest)|full coverage",
        r"listen to (?:the |our )?(?:podcast|episode|interview)",
        r"(?:read|see|watch) (?:the|our) (?:analysis|interview|explainer|opinion|editorial|review|video)",
        r"see (?:the |our )?(?:photos|pictures|gallery)|read this next|(?:now|next) (?:read|watch)",
        r"watch (?:it )?on [\w ]{3,20}|more (?:to read|details|here)|previously on",
        r"(?:читайте|смотрите) также|(?:بیشتر|همچنین) بخوانید|(?:vea|lea|lee) también|lire aussi|mehr dazu",
        r"icymi",
        r"related (?:news|story|stories|articles?|reading|coverage|posts?|topics?|links?|video)",
        r"you (?:may|might) (?:also )?(?:like|be interested in)",
        r"must[- ](?:read|watch|see)s?",
        r"more (?:news|stories|coverage)",
        r"more (?:on|about|from)(?: [\w'’-]+){1,4}|more about",
        r"recommended (?:for you|reading|stories)",
        r"(?:further|suggested) reading",
        r"editor['’]?s['’]? (?:picks?|choice)",
        r"check (?:also|this out|out)",
        r"(?:continue|keep) reading",
        r"up next",
        r"trending now|top stor(?:y|ies)|earlier today",
        r"(?:[اإأ]قر[أئ](?:ي|وا)?|(?:شاهد|استمع|تابع|طالع)(?:ي|وا)?) (?:[أا]يض[اً]{1,2}|كذلك|المزيد)|للمزيد",
    )
)
_LEAST_SPACES = 2  # of a headline behind a label that an author may write
_WEAK = (
    r"read|watch|listen|related|recommended|see|videos?|photos?|podcast|gallery"
    r"|in[ -](?:pictures|photos|video|depth)|also|more|previously|earlier|trending"
    r"|opinion|op-ed|commentary|editorial|analysis"
    r"|explainers?|explained|exclusive|interview|infograph(?:ic)?s?|long ?reads?"
    r"|special (?:report|coverage)|live (?:updates?|blog)"
    r"|most read|previous|recap|highlights|similar|bonus|q ?& ?a|our take|special"
    r"|report|latest|next|features?|live|news|fact[ -]?check|factbox|blog|breaking news"
)
# An author may end these with a colon: "Background: In Tarsane wells run dry".
_NOUNS = r"(?:background|profile|timeline)(?=\s?[|>»›→►▶])"
_ALONE = re.compile(r"watch|read", re.IGNORECASE)  # labels that need no sign when their headline follows
_SIGN = r"\s?(?::\s?[-–—>»→►]*|\||>{1,3}|»|›|→|►|▶|[-–—]{1,2}(?=\s|$))"
_A_SIGN = re.compile("[:|>»›→►▶–—-]")  # one is in every promo with a headline
_NO_LABEL_ENDS = ".!?:,"
_LEAD = rf"[(\[>»→►▶•*–—{SIGNS_BEFORE}-]*\s*"
_PROMO = re.compile(
    rf"{_LEAD}(?:(?P<strong>{_STRONG})|(?P<weak>{_WEAK}|{_NOUNS}))(?:\s?[►▶»→])?{_SIGN}\s*(?P<headline>.*?)[)\]]?\s*",
    re.IGNORECASE,
)
_LABEL = re.compile(rf"{_LEAD}(?:{_STRONG})\s*[)\]]?\s*", re.IGNORECASE)
_AT_END = re.compile(
    rf"""(?<=[.!?…"”’)])\s+{_LEAD}(?:(?P<strong>{_STRONG})|{_WEAK}|{_NOUNS})"""
    r"(?:\s?(?::|\||»|›|→|►|>{1,3})|\s[-–—]+(?=\s))\s*(?P<headline>[^:\s].*?)(?:[)\]]\.?)?$",
    re.IGNORECASE,
)
_SIGNS = ":>»|›→►"
_DASHES = (" - ", " – ", " — ")
PROMO_WORDS = frozenset(
    {
        "read", "see", "watch", "listen", "learn", "view", "also", "do", "don't", "don’t", "dont", "in",
        "icymi", "related", "you", "must", "must-read", "must-watch", "more", "recommended", "check",
        "continue", "keep", "up", "explore", "find", "discover", "hear", "click", "tap", "here", "to",
        "dig", "go", "for", "further", "suggested", "editor's", "editor’s", "editors", "editors'",
        "previously", "trending", "video", "videos", "photo", "photos", "podcast", "gallery", "in-depth",
        "in-pictures", "opinion", "op-ed", "commentary", "editorial", "analysis", "explainer", "explainers",
        "explained", "exclusive", "interview", "infographic", "infographics", "infograph", "infographs",
        "long", "longread", "special", "live", "full", "dive", "from", "on", "top", "earlier", "background",
        "report", "latest", "next", "feature", "features", "profile", "timeline", "news", "factbox", "fact",
        "fact-check", "blog", "breaking", "have", "did", "miss", "missed", "catch", "follow", "now", "most",
        "previous", "recap", "highlights", "similar", "bonus", "q&a", "our", "читайте", "смотрите",
        "بیشتر", "همچنین", "vea", "lea", "lee", "à", "lire", "mehr",
        "اقرأ", "إقرأ", "أقرأ", "اقرئي", "اقرأوا", "شاهد", "شاهدي", "شاهدوا", "استمع", "استمعي", "استمعوا",
        "تابع", "تابعي", "تابعوا", "طالع", "طالعي", "طالعوا", "للمزيد",
    }
)  # fmt: skip


class Promo(NamedTuple):
    """A promotion: the headline on its line, or None when the line is a label alone."""

    headline: str | None
    is_strong: bool


def promo_of(text: str, *, only_strong: bool = False) -> Promo | None:
    """The promotion that a line, all of it, is; None when it is none.

    A weak label ("Watch:") needs a headline behind it that doesn't end like a sentence: authors write it too.
    ``only_strong``: weak ones don't count, as over a text ("Analysis: What the lamps mean").
    """
    if first_word(text) not in PROMO_WORDS or len(text) > MAX_PROMOTED_CHARS + 60:
        return None
    match = _PROMO.fullmatch(text) if _A_SIGN.search(text) else None
    if match is None:
        is_label = text[-1] not in _NO_LABEL_ENDS and (_LABEL.fullmatch(text) or _ALONE.fullmatch(text))
        return Promo(None, True) if is_label else None
    headline, strong = match["headline"], match["strong"] is not None
    if not headline and not (only_strong and not strong):
        return Promo(None, strong)
    if len(headline) > MAX_PROMOTED_CHARS or NEXT_SENTENCE.search(headline):
        return None
    few = headline.count(" ") < _LEAST_SPACES
    if not strong and (only_strong or few or headline[0].islower() or not looks_like_headline(headline)):
        return None
    return Promo(headline, strong)


def cut_promo(text: str) -> tuple[str, str] | None:
    """A paragraph without the promotion at its end, and the headline promoted; None when it has none.

    Where a sentence follows the headline, it may be the article's: all is left, for the contract to reject.
    """
    if text[-1] in '"”’' or (text[-1] == "." and text[-2:-1] not in ")]"):
        return None
    tail = text[-MAX_PROMOTED_CHARS - 40 :]
    if not any(sign in tail for sign in _SIGNS) and not any(dash in tail for dash in _DASHES):
        return None
    match = _AT_END.search(text, max(0, len(text) - MAX_PROMOTED_CHARS - 40))
    if match is None:
        return None
    headline = match["headline"]
    if not looks_like_headline(headline) or NEXT_SENTENCE.search(headline):
        return None
    if not match["strong"] and (headline[0].islower() or headline.count(" ") < _LEAST_SPACES):
        return None
    return text[: match.start()], headline
