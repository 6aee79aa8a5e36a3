"""Pages that aren't articles, by name, and the evidence for it.

Evidence is the page's address, what its head declares, or what it consists of; words alone never are, but for
those of a page in place of the page (``newsmarts.parse.walls``). A page that declares to be an article, or
that has several paragraphs in a row, is none of these kinds: what it can't be read for is its reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from newsmarts.core.errors import CaptureError, NotAnArticle, UnreadablePage
from newsmarts.parse.addresses import ARTICLE, Site
from newsmarts.parse.reading import BODY_ROLES, NOISE, Head, Reading, Roles, Said, take
from newsmarts.parse.script_pages import text_only_by_script
from newsmarts.parse.shape import Shape, is_prose, shape_of
from newsmarts.parse.times import CLOCK, DAY
from newsmarts.parse.walls import WALLS, wall_in

_LISTS = {
    "section_page": "a list of articles",
    "home_page": "the home page",
    "tag_page": "a tag's list of articles",
    "author_page": "an author's list of articles",
    "search_page": "the results of a search",
}
_WHAT = _LISTS | {
    "video_page": "a video's page",
    "gallery_page": "a picture gallery's or an infographic's page",
    "podcast_page": "a podcast's or newscast's page",
    "live_blog": "a live blog, many dated entries and not one article",
    "other_language": "a page of another language edition, which there are no rules for",
    "other_host": "a page of another site",
    "http_error_status": "an error of the server",
}
_TYPES = (
    (re.compile(r"podcast|newscast|audio|radio|music", re.IGNORECASE), "podcast_page"),
    (re.compile(r"video|movie|episode", re.IGNORECASE), "video_page"),
    (re.compile(r"gallery|album|photo|infograph", re.IGNORECASE), "gallery_page"),
    (re.compile(r"live-?blog|live_?coverage", re.IGNORECASE), "live_blog"),
    (re.compile(r"profile|author", re.IGNORECASE), "author_page"),
)
_SCHEMA_TYPES = {
    "VideoObject": "video_page",
    "PodcastEpisode": "podcast_page",
    "RadioEpisode": "podcast_page",
    "AudioObject": "podcast_page",
    "ImageGallery": "gallery_page",
    "MediaGallery": "gallery_page",
    "ProfilePage": "author_page",
    "SearchResultsPage": "search_page",
    "CollectionPage": "section_page",
}
_ARTICLE_TYPES = ("Article", "BlogPosting", "Report")
_TAG = re.compile(r"(?:tag|topic|keyword)s? ?[:#].{1,60}|#\w{2,40}|articles tagged.{0,60}", re.IGNORECASE)
_PLAYER = re.compile(
    r"video player(?: is loading)?\.?|(?:play|pause|(?:un)?mute|watch)(?:ing)?(?: (?:the )?video| now)?"
    r"|(?:current|remaining) time ?.{0,8}|duration ?.{0,8}|loaded: ?.{0,8}|stream type ?live"
    r"|\d{1,2}(?::\d\d){1,2} ?/ ?\d{1,2}(?::\d\d){1,2}|[-−]?\d{1,2}:\d\d|[▶►⏸⏵]"
    r"|\d(?:\.\d+)?x|hd|auto|\d{3,4}p|picture-in-picture"
    r"|skip (?:backward|forward).{0,10}|playback (?:rate|speed)|full ?screen|captions|quality|settings"
)  # in small letters: a pattern that ignores case takes longer
_STAMP = re.compile(
    rf"{DAY},? (?:[-|–] )?{CLOCK}|{CLOCK}(?: (?:GMT|UTC|[A-Z][a-z]+ time))?"
    rf"|\d{{1,2}} (?:minutes?|mins?|hours?) ago|(?:Today|Yesterday),? {CLOCK}"
)
_TIMED = re.compile(rf"{CLOCK}(?: (?:GMT|UTC))?(?: ?[-–—|:]|,) ?\S")
_MOST_TIMED = 0.6
_STAMP_BEGINS = frozenset("0123456789TY")
_MANY_STAMPS = 3
_FIRST_ERROR_STATUS = 400
_MANY_PICTURES = 3
_MANY_CONTROLS = 2
_SHORT_CHARS = 40  # of a time, or a player's control
_SHOWN_CHARS = 200
_LATIN = "\u024f"
_LEAST_LETTERS = 20
_LEAST_CHARS = 200
_CHARS_A_THE = 500  # English has one in a hundred
_LEAST_FOREIGN = 10  # one word of so many
_ENGLISH = ("the", "of", "and", "to", "in", "that", "was", "for", "with", "is")
_FOREIGN = (
    "de", "la", "el", "los", "las", "que", "en", "del", "por", "un", "una", "le", "les", "des", "du", "et",
    "est", "und", "der", "die", "das", "den", "ist", "nicht", "mit", "ve", "bir", "bu", "di", "che", "il",
    "per", "dan", "yang",
)  # fmt: skip
_MOST_LETTERS = 20_000


def reason_codes() -> frozenset[str]:
    """The reason codes of all kinds of pages that aren't articles."""
    return frozenset(_WHAT) | WALLS.keys()


def not_an_article(reason_code: str, evidence: str) -> NotAnArticle:
    """The error for a page of one of the kinds, with the evidence that it is."""
    return NotAnArticle(reason_code, f"It is {_WHAT[reason_code]}: {evidence}.")


def error_of_status(http_status: int | None) -> NotAnArticle | None:
    """What an answer with an error's HTTP status is, whatever it shows; None when the status is none."""
    if http_status is None or http_status < _FIRST_ERROR_STATUS:
        return None
    return not_an_article("http_error_status", f"it was sent with HTTP status {http_status}")


def _check_declared(reading: Reading, roles: Roles, site: Site, *, was_read: bool) -> None:
    """Check that neither the page's address nor its head declares it to be anything but an article.

    Raises:
        NotAnArticle: one does.
        UnreadablePage: they contradict each other (``unclear_page_kind``).
    """
    head = reading.head
    found = _by_address(reading, roles, site, was_read=was_read)
    if found is None and head is not None:
        found = _by_head(reading, roles, head, site)
    if found is not None:
        raise found


def why_no_article(reading: Reading, roles: Roles, site: Site, otherwise: CaptureError) -> CaptureError:
    """The error for a publisher's page that couldn't be read as an article.

    ``roles`` has what was found on the page before reading it failed with ``otherwise``, which is the error
    when there is no evidence of what the page is.
    """
    try:
        _check_declared(reading, roles, site, was_read=False)
    except CaptureError as error:
        return error
    otherwise = text_only_by_script(reading) or otherwise
    rest = [at for at, role in enumerate(roles) if not role]
    wall = in_place_of_a_page(reading, rest)
    if wall is not None:
        return wall
    is_declared = _declared_article(reading.head) is not None
    text = " ".join(reading.texts if is_declared else [reading.texts[at] for at in rest])
    if (share := foreign_share(text, site)) is not None:
        return not_an_article("other_language", share)
    if is_declared:
        return otherwise
    shape = shape_of(reading, rest, site)
    if shape.is_like_article or ARTICLE in _kinds(reading, site):
        return otherwise
    return _by_shape(reading, rest, shape, site) or otherwise


def in_place_of_a_page(reading: Reading, blocks: Sequence[int]) -> NotAnArticle | None:
    """The error for a robot check, an error, a consent wall or a redirect; None when it is none."""
    found = None if _declared_article(reading.head) else wall_in(reading, blocks)
    return found and NotAnArticle(found[0].reason_code, f"It is {found[0].what}: {found[1]}.")


def check_article(reading: Reading, roles: Roles, site: Site, text: str) -> None:
    """Check that a page that was read as an article, with this text, is one, and of this edition.

    Raises:
        NotAnArticle: its address or head declares it to be of another kind, or its letters are foreign.
        UnreadablePage: these contradict each other (``unclear_page_kind``).
    """
    _check_declared(reading, roles, site, was_read=True)
    if (share := foreign_share(text, site)) is not None:
        raise not_an_article("other_language", share)


def check_body(reading: Reading, roles: Roles, start: int, end: int) -> None:
    """Check that the blocks where a body should be aren't entries with times, or a video's player.

    The controls of a player in an article get the role of furniture.

    Raises:
        NotAnArticle: they are.
        UnreadablePage: they are, and the page declares to be an article (``unclear_page_kind``).
    """
    texts = reading.texts
    short = [at for at in range(start, end) if len(texts[at]) <= _SHORT_CHARS]
    stamps = [at for at in short if texts[at][:1] in _STAMP_BEGINS and _STAMP.fullmatch(texts[at])]
    timed = [at for at in range(start, end) if texts[at][:1].isdigit() and _TIMED.match(texts[at])]
    if timed and len(timed) >= max(_MANY_STAMPS, _MOST_TIMED * reading.kinds[start:end].count("text")):
        stamps = timed
    if len(stamps) >= _MANY_STAMPS:
        shown = f"{len(stamps)} entries have times, as {texts[stamps[0]]!r}"
        raise _unless_declared(reading.head, "live_blog", shown)
    controls = [at for at in short if _PLAYER.fullmatch(texts[at].lower())]
    together = [at for at in controls if at - 1 in controls or at + 1 in controls]
    if len(together) < _MANY_CONTROLS:
        return
    if sum(is_prose(reading, at) for at in range(start, end)) < _MANY_CONTROLS:
        shown = f"a player ({texts[together[0]]!r}, {texts[together[1]]!r}) is where its text should be"
        raise _unless_declared(reading.head, "video_page", shown)
    for at in together:
        if not roles[at]:
            take(roles, at, at + 1, NOISE)


def _unless_declared(head: Head | None, reason_code: str, evidence: str) -> CaptureError:
    return (
        _contradiction(reason_code, evidence)
        if _declared_article(head)
        else not_an_article(reason_code, evidence)
    )


def _contradiction(reason_code: str, evidence: str) -> UnreadablePage:
    return UnreadablePage(
        "unclear_page_kind",
        f"It could be {_WHAT[reason_code]}, for {evidence}, and declares to be an article. Look at the page.",
    )


def _declared_article(head: Head | None) -> str | None:
    """What of a page's head declares it to be an article; None when nothing does."""
    if head is None:
        return None
    for said in head.said.get("type", ()):
        if said.value.casefold() in {"article", "post", "news", "newsarticle"}:
            return f"{said.source} is {said.value!r}"
    return _structured_article(head)


def _structured_article(head: Head) -> str | None:
    """The same, of what only articles have: list pages of some sites have the type "article" too."""
    schema = next((name for name in sorted(head.schema_types) if name.endswith(_ARTICLE_TYPES)), None)
    if schema is not None:
        return f"JSON-LD is a {schema}"
    sources = (said.source for said in head.said.get("published", ()))
    return next((f"it has {source}" for source in sources if source.startswith("article:")), None)


def _kinds(reading: Reading, site: Site) -> tuple[str | None, str | None]:
    """The kinds of page at the capture's own address, and at the one that the page calls its own."""
    canonical = reading.head.first("canonical") if reading.head else None
    return site.kind_of(reading.url), site.kind_of(canonical)


def _by_address(reading: Reading, roles: Roles, site: Site, *, was_read: bool) -> CaptureError | None:
    """The kind by the page's address.

    The address of the capture counts more than the one that the page calls its own: many articles call the
    home page or their section's page so. That of a list counts only on a page that is nothing like an
    article, and the capture's own as well when the page was read as one.
    """
    own, canonical = _kinds(reading, site)
    if own == ARTICLE or (own is None and canonical in {None, ARTICLE}):
        return None
    head = reading.head
    kind, address = (own, reading.url) if own else (canonical, head and head.first("canonical"))
    evidence = f"its address is {str(address)[:_SHOWN_CHARS]}"
    if kind in _LISTS:
        if head is not None and _structured_article(head):
            return None
        if own is None and kind == "home_page":
            return None
        if (own is None or was_read) and _is_like_article(reading, roles, site):
            return None
    elif kind == "other_language" and own is None and not _is_in_another_language(reading, site):
        return None
    return not_an_article(str(kind), evidence)


def _is_in_another_language(reading: Reading, site: Site) -> bool:
    said = reading.head.first("language") if reading.head else None
    return (said is not None and not said.casefold().startswith(site.language)) or bool(
        foreign_share(" ".join(reading.texts), site)
    )


def _by_head(reading: Reading, roles: Roles, head: Head, site: Site) -> CaptureError | None:
    """The kind that the head declares."""
    if "LiveBlogPosting" in head.schema_types:
        return not_an_article("live_blog", "JSON-LD is a LiveBlogPosting")
    for said in head.said.get("type", ()):
        kind = _named(said)
        if kind is not None:
            evidence = f"{said.source} is {said.value[:_SHOWN_CHARS]!r}"
            contradicted = _structured_article(head) and ARTICLE in _kinds(reading, site)
            if contradicted and not said.source.startswith("tawsiyat"):
                return _contradiction(kind, evidence)
            return not_an_article(kind, evidence)
    schema = next((name for name in _SCHEMA_TYPES if name in head.schema_types), None)
    if schema is None or _declared_article(head) or _is_like_article(reading, roles, site):
        return None
    return not_an_article(_SCHEMA_TYPES[schema], f"JSON-LD is a {schema}")


def _named(said: Said) -> str | None:
    return next((kind for pattern, kind in _TYPES if pattern.search(said.value)), None)


def _is_like_article(reading: Reading, roles: Roles, site: Site) -> bool:
    """Whether several paragraphs follow each other, outside of what the page shows beside an article."""
    rest = [at for at, role in enumerate(roles) if not role or role in BODY_ROLES]
    return shape_of(reading, rest, site).is_like_article


def _by_shape(reading: Reading, rest: Sequence[int], shape: Shape, site: Site) -> NotAnArticle | None:
    """The kind by what the page consists of; words only choose the name of a list."""
    texts = reading.texts
    player = next((texts[at] for at in rest if _PLAYER.fullmatch(texts[at][:_SHORT_CHARS].lower())), None)
    if player is not None and not shape.prose:
        return not_an_article("video_page", f"it has a player ({player!r}) and no paragraph of text")
    if shape.list_of is not None:
        tag = any(_TAG.fullmatch(texts[at][:_SHOWN_CHARS]) for at in rest)
        kind = "tag_page" if tag else _kinds(reading, site)[1]
        return not_an_article(kind if kind in _LISTS else "section_page", f"it has {shape.list_of}")
    if shape.captions >= _MANY_PICTURES and not shape.prose:
        return not_an_article(
            "gallery_page", f"it has {shape.captions} pictures with captions and no paragraph of text"
        )
    return None


def _other_words(text: str) -> str | None:
    """Which words of other languages a Latin text has, when it has hardly any of English's."""
    if len(text) < _LEAST_CHARS or _CHARS_A_THE * text.count(" the ") > len(text):  # nearly all texts
        return None
    words = text.casefold().split()
    english = sum(map(words.count, _ENGLISH))
    foreign = sum(map(words.count, _FOREIGN))
    if foreign * _LEAST_FOREIGN < len(words) or foreign < 2 * english:
        return None
    return f"{foreign} of its {len(words)} words are small words of another language, {english} of English"


def foreign_share(text: str, site: Site) -> str | None:
    """Which share of a text's letters isn't in the site's script, when it is most of many letters."""
    # in UTF-8 each letter that isn't Latin is a byte longer, or two
    if site.is_latin and 4 * (len(text.encode()) - len(text)) < len(text):
        return _other_words(text) if site.language == "en" else None
    letters = [char for char in text[:_MOST_LETTERS] if char.isalpha()]
    foreign = sum((char > _LATIN) is site.is_latin for char in letters)
    if len(letters) < _LEAST_LETTERS or 2 * foreign <= len(letters):
        return None
    are = "aren't" if site.is_latin else "are"
    return f"{100 * foreign // len(letters)} % of its letters {are} Latin"
