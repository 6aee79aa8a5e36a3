"""Page furniture and damage in an article's text, recognised from the text alone.

Each function returns the offending text, shortened and with its place, or None. They know what pages print
(labels, forms, markup), not how parse reads them, so that a fault there doesn't hide itself here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from newsmarts.core import mojibake

_AROUND_CHARS = 40

# Whole lines that pages print around an article. Real pages: the navigation, "BREAKING", "Listen", "x",
# "3 Min Read", "2 Shares", "Related News", "Most Read", "Read Next" and the footer, as captured 2025-08 to
# 2025-12; "News ID" and "Publish Date" on Nour News. Labels that are also plain words ("Coverage", "All",
# "Politics") are left out: a body may have them as a subheading or a list's entry.
_FURNITURE_LINE = re.compile(
    r"x|slogan|listen|breaking(?: news)?"
    r"|read (?:more|also|next)|also read|most read|related (?:news|articles|stories|topics)"
    r"|\d+ shares?|\d+ min(?:ute)?s? read|share (?:this )?(?:article|story)"
    r"|(?:by )?al mayadeen(?: english)?|source: (?:agencies|al mayadeen.*)"
    r"|al mayadeen is an arab independent media.*"
    r"|(?:©|copyright\b).*|.*\ball rights reserved|privacy policy|about us|contact us|follow us(?: on .*)?"
    r"|skip to (?:main )?content|advertisement"
    r"|\d{1,2} (?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]* \d{4}(?:,? \d{1,2}:\d{2})?"
    r"|news id ?:.*|publish date ?:.*",
    re.I,
)
# "Read more: <headline>" is a promotion wherever a sentence could begin; "read more than" is not
_PROMOTION = re.compile(r"(?:^|[.!?…][\"'”’»)\]]*\s+)(?:read (?:more|also|next)|also read) ?:", re.I)
_BULLET = re.compile(r"^[\s•·●▪■►*–—-]+")
_HEADLINE_FURNITURE = re.compile(
    r"home|untitled|just a moment|attention required!?.*|access denied.*|verify(?:ing)? you are human.*"
    r"|(?:error )?40[0-9]\b.*|(?:error )?50[0-9]\b.*|page not found.*|not found|nour ?news(?: agency)?",
    re.I,
)
_FORM_ANYWHERE = re.compile(r"first name\s*(?:&|&amp;|and)\s*last name", re.I)
_FORM_LINE = re.compile(
    r"(?:your |full |first |last )?name(?: \*)?|(?:your )?e-?mail(?: address)?(?: \*)?|your comment(?: \*)?"
    r"|(?:leave|post|send|write|add) (?:a |your )?comment.*|captcha|security code|enter the code.*"
    r"|your comment will be (?:published|displayed).*",
    re.I,
)
_MARKUP = re.compile(
    r"</?(?:p|br|hr|div|span|a|b|i|u|em|strong|small|sup|sub|font|center|script|style|img|picture|iframe|ul|ol"
    r"|li|dl|dt|dd|table|thead|tbody|tr|th|td|h[1-6]|figure|figcaption|blockquote|section|article|header|footer"
    r"|nav|aside|main|svg|path|video|audio|source|object|embed|form|input|label|select|button|meta|link|noscript"
    r"|template|html|head|body)(?:\s[^<>]*)?/?>|<(?:script|style|iframe|img|svg)\b|<!--|<!doctype"
    r"|&(?:nbsp|amp|quot|lt|gt|apos|[lr][sd]quo|[mn]dash|hellip|#\d{1,7}|#x[0-9a-f]{1,6});",
    re.I,
)
# Controls other than tab and line ends, private use (icon fonts) and noncharacters
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffe\uffff]")
_DAMAGE = {
    "markup_in_text": _MARKUP,
    "control_characters_in_text": _CONTROL,
    "replacement_characters_in_text": re.compile("\ufffd"),  # bytes that couldn't be decoded
    "mojibake_in_text": mojibake.SIGNS,
}


def furniture_in(lines: Iterable[str]) -> str | None:
    """The first line that is page furniture, or promotes another article."""
    for line in lines:
        bare = _bare(line)
        promotion = _PROMOTION.search(bare)
        if promotion:
            return around(bare, *promotion.span())
        if _FURNITURE_LINE.fullmatch(bare):
            return line
    return None


def furniture_as_headline(headline: str | None) -> str | None:
    """The headline, when it is a label, a site's name or the title of an error or challenge page."""
    bare = _bare(headline or "")
    if _FURNITURE_LINE.fullmatch(bare) or _HEADLINE_FURNITURE.fullmatch(bare):
        return headline
    return None


def form_text_in(lines: Iterable[str]) -> str | None:
    """The first line that belongs to a comment form."""
    for line in lines:
        if _FORM_ANYWHERE.search(line) or _FORM_LINE.fullmatch(_bare(line)):
            return line
    return None


def damage_in(fields: Mapping[str, Iterable[str | None]]) -> dict[str, str | None]:
    """The first sign of each kind of damage in the texts of some fields, by the feature that holds it."""
    return {name: _first(pattern, fields) for name, pattern in _DAMAGE.items()}


def around(text: str, start: int, end: int) -> str:
    """The text about a place in it, with … where it was cut."""
    first, last = max(0, start - _AROUND_CHARS), min(len(text), end + _AROUND_CHARS)
    return f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"


def _first(pattern: re.Pattern[str], fields: Mapping[str, Iterable[str | None]]) -> str | None:
    for name, texts in fields.items():
        for text in texts:
            found = pattern.search(text) if text else None
            if text and found:
                return f"{name}: {around(text, *found.span())}"
    return None


def _bare(line: str) -> str:
    """The line without bullets, outer colons and full stops, white space folded."""
    return " ".join(_BULLET.sub("", line).split()).rstrip(" .:…")
