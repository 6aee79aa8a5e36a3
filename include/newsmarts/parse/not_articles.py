"""Pages that aren't articles, by name: robot checks, errors, consent walls, videos, galleries, lists.

What the page's head declares is checked before it is read. Words are checked only on pages that couldn't be
read as an article: an article may quote any of them, and one behind a bot check still carries its scripts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from newsmarts.core.errors import CaptureError, NotAnArticle, UnreadablePage
from newsmarts.parse.reading import Head, Reading
from newsmarts.parse.times import CLOCK, DAY

_DETAILS = {
    "challenge_page": "It is a check for robots in place of the page. Capture it anew, or from an archive.",
    "error_page": "It is an error message of the site or its network, not an article. Capture the page anew.",
    "consent_page": "It is a request for consent in place of the article. Capture the page behind it.",
    "video_page": "It is a video's page, not an article.",
    "gallery_page": "It is a picture gallery's or an infographic's page, not an article.",
    "live_blog": "It is a live blog: many dated entries, not one article.",
    "tag_page": "It is a tag's page: a list of articles, not an article.",
    "section_page": "It is a section's page: a list of articles, not an article.",
}

_CHALLENGE = re.compile(
    r"just a moment|checking your browser|checking if the site connection is secure|attention required"
    r"|verif(?:y|ying) (?:that )?you are (?:a )?human|are you (?:a )?(?:human|robot)|not a robot"
    r"|enable javascript and cookies to continue|please turn javascript on"
    r"|complete the security check|performing security verification|security service to protect"
    r"|ddos protection by|performance (?:&|and) security by cloudflare|\bray id\b|unusual traffic",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"(?:error ?:? ?)?(?:400|401|403|404|405|408|410|429|500|501|502|503|504|52\d|530)\b.{0,60}"
    r"|.{0,30}\b(?:page|url|resource) (?:was |is )?(?:not|n.t be) found.{0,40}"
    r"|not found|forbidden|access denied.{0,40}"
    r"|bad gateway|gateway time-?out|service (?:temporarily )?unavailable|too many requests"
    r"|internal server error|server error in .{0,40}|runtime error|oops.{0,40}"
    r"|.{0,40}(?:page|site) (?:you (?:are|were) looking for|can.t be (?:reached|found)|isn.t available)"
    r".{0,60}"
    r"|an error (?:has )?occurred.{0,60}|web server is (?:down|returning).{0,40}",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"we value your privacy|before you continue|we use cookies|accept (?:all )?cookies|accept all|reject all"
    r"|manage (?:your )?(?:consent|cookies|preferences)|cookie (?:settings|preferences|policy)"
    r"|your privacy choices",
    re.IGNORECASE,
)
_PLAYER = re.compile(
    r"video player(?: is loading)?\.?|play(?:ing)? video|watch (?:the )?video|watch(?: now)?"
    r"|current time ?.{0,8}"
    r"|skip (?:backward|forward).{0,10}|playback rate|full ?screen",
    re.IGNORECASE,
)
_TAG = re.compile(
    r"(?:tag|tags|topic|keyword)s? ?[:#].{1,60}|#\w{2,40}|articles tagged.{0,60}", re.IGNORECASE
)
_MORE = re.compile(r"load more|show more|next page|older posts|\d+ results?(?: for .{1,60})?", re.IGNORECASE)
_DATED = re.compile(rf"{DAY}(?:,? (?:[-|–] )?{CLOCK})?")
_STAMP = re.compile(rf"{DAY},? (?:[-|–] )?{CLOCK}|{CLOCK}(?: (?:GMT|UTC|[A-Z][a-z]+ time))?")
_FEW_WORDS = 600
_MANY_ENTRIES = 3
_MANY_PICTURES = 3
_MANY_CONSENTS = 2
_MANY_CONTROLS = 2
_PLAYER_STARTS = frozenset("VvPpWwCcSsFf")
_STAMP_CHARS = 40
_ADDRESS_CHARS = 2_000
_LATIN = "\u024f"

_TYPES = (
    (re.compile(r"video|movie|episode", re.IGNORECASE), "video_page"),
    (re.compile(r"gallery|album|photo|infograph", re.IGNORECASE), "gallery_page"),
    (re.compile(r"live-?blog|live_?coverage", re.IGNORECASE), "live_blog"),
)
_SCHEMA_TYPES = (
    ("LiveBlogPosting", "live_blog"),
    ("VideoObject", "video_page"),
    ("ImageGallery", "gallery_page"),
    ("MediaGallery", "gallery_page"),
    ("CollectionPage", "section_page"),
    ("SearchResultsPage", "section_page"),
)
_PATHS = (  # after a language, as in /en/news/179165/…
    (re.compile(r"/(?:videos?|shows?|episodes?|programs?|newsfeed|explainers|tv)(?:/|$)"), "video_page"),
    (
        re.compile(r"/(?:galler(?:y|ies)|in-pictures|pictures|infographs?|photos?|albums?)(?:/|$)"),
        "gallery_page",
    ),
    (re.compile(r"/(?:live|liveblogs?|live-blogs?)(?:/|$)"), "live_blog"),
    (re.compile(r"/(?:tags?|topics?|keywords?)(?:/|$)"), "tag_page"),
    (re.compile(r"/?$|/(?:news|articles)(?:/[^/]+)?/?$"), "section_page"),
)
_LANGUAGE = re.compile(r"/[a-z]{2}(?=/|$)")


def refuse(reason_code: str) -> NotAnArticle:
    """The error for a page that isn't an article."""
    return NotAnArticle(reason_code, _DETAILS[reason_code])


def check_declared(head: Head | None) -> None:
    """Check that the page's head doesn't declare it to be anything but an article.

    Raises:
        NotAnArticle: it does.
    """
    reason_code = _declared(head) if head else None
    if reason_code is not None:
        raise refuse(reason_code)


def _declared(head: Head) -> str | None:
    for said in head.said.get("type", ()):
        for pattern, reason_code in _TYPES:
            if pattern.search(said.value):
                return reason_code
    address = next(
        (said.value for said in head.said.get("canonical", ()) if len(said.value) <= _ADDRESS_CHARS), ""
    )
    by_address = _by_address(address)
    if by_address is not None:
        return by_address
    types = head.schema_types
    if "LiveBlogPosting" in types:
        return "live_blog"
    if any(name.endswith(("Article", "BlogPosting")) for name in types):
        return None
    return next((reason_code for name, reason_code in _SCHEMA_TYPES if name in types), None)


def _by_address(address: str) -> str | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if not parts.netloc:
        return None
    path = parts.path.lower()
    language = _LANGUAGE.match(path)
    for pattern, reason_code in _PATHS:
        if pattern.match(path, language.end() if language else 0):
            return reason_code
    return None


def blocking(reading: Reading, lines: Sequence[str]) -> str | None:
    """Which of robot check, error or consent wall is in place of a page; None when none is."""
    title = reading.head.first("title") if reading.head else None
    lines = [title, *lines] if title else lines
    if sum(line.count(" ") + 1 for line in lines) > _FEW_WORDS:
        return None
    if any(_CHALLENGE.search(line) for line in lines):
        return "challenge_page"
    if any(_ERROR.fullmatch(line) for line in lines):
        return "error_page"
    if sum(_CONSENT.search(line) is not None for line in lines) >= _MANY_CONSENTS:
        return "consent_page"
    return None


def why_no_article(reading: Reading, lines: Sequence[str], otherwise: CaptureError) -> CaptureError:
    """The error for a publisher's page that couldn't be read as an article.

    ``lines`` are those that aren't the frame that all of the site's pages have; ``otherwise`` is the error
    when they don't say what the page is.
    """
    reason_code = blocking(reading, lines) or _kind_of_page(reading, lines)
    if reason_code is not None:
        return refuse(reason_code)
    letters = [char for line in lines for char in line[:200] if char.isalpha()]
    if sum(char > _LATIN for char in letters) > len(letters) // 2:
        return UnreadablePage(
            "other_language", "The page isn't in English, and there are rules for English only."
        )
    return otherwise


def _kind_of_page(reading: Reading, lines: Sequence[str]) -> str | None:
    if any(_PLAYER.fullmatch(line) for line in lines):
        return "video_page"
    if any(_TAG.fullmatch(line) for line in lines):
        return "tag_page"
    dated = sum(_DATED.fullmatch(line) is not None for line in lines)
    if dated >= _MANY_ENTRIES or any(_MORE.fullmatch(line) for line in lines):
        return "section_page"
    return "gallery_page" if reading.kinds.count("caption") >= _MANY_PICTURES else None


def check_body(texts: Sequence[str]) -> None:
    """Check that the lines where a body should be aren't entries with times, or a video's player.

    Raises:
        NotAnArticle: they are.
    """
    stamps = [text for text in texts if len(text) <= _STAMP_CHARS and text[:1].isdigit()]
    if len(stamps) >= _MANY_ENTRIES and sum(bool(_STAMP.fullmatch(text)) for text in stamps) >= _MANY_ENTRIES:
        raise refuse("live_blog")
    controls = [text for text in texts if text[:1] in _PLAYER_STARTS and _PLAYER.fullmatch(text)]
    if len(controls) >= _MANY_CONTROLS:
        raise refuse("video_page")
