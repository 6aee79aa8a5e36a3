"""Posts of social networks that a body shows: embedded in HTML as their networks write them, or as lines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from newsmarts.core.records import BodyBlock
from newsmarts.parse.furniture import is_furniture
from newsmarts.parse.reading import NOISE, REPEAT, Reading, Roles, take

POST_MARKS: Final = frozenset(
    {
        "blockquote.twitter-tweet", "blockquote.twitter-video", ".bluesky-embed", ".mastodon-embed",
        ".fb-post", ".fb-video", ".fb-xfbml-parse-ignore", ".instagram-media", ".tiktok-embed",
        ".text-post-media", ".reddit-embed-bq", ".reddit-card",
    }
)  # fmt: skip
"""The elements that networks give to be put into a page, with a post's words in them."""

_DAY = r"(?:[A-Z][a-z]+day, )?(?:[A-Z][a-z]+\.? \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]+\.? \d{4})"
_CLOCK = r"(?:,? (?:at )?\d{1,2}:\d{2}(?: ?[AaPp]\.?[Mm]\.?)?)?"
AUTHOR: Final = re.compile(
    rf"(?:[—–-]{{1,2}} ?\S.{{0,100}}\(@\w[\w.-]{{0,60}}(?:@[\w.-]{{1,60}})?\),?|Posted by \S.{{0,80}} on) "
    rf"{_DAY}{_CLOCK}$"
)
"""Who wrote a post and when: "— Harbour (@harbour.example) March 1, 2025", "Posted by Harbour on …"."""

_POSTED = "Posted by "
_PICTURE = re.compile(r"\bpic\.(?:twitter|x)\.com/\w+")
_WORDS = frozenset({"paragraph", "subheading"})
_WORDS_OR_POST = _WORDS | {"embed"}
_PASSED_OVER = frozenset({NOISE, REPEAT})
_MOST_POST_LINES = 4  # its author's included, in lines
_MOST_LINES = 30
_MOST_CHARS = 2_500  # with who wrote it


class Post(NamedTuple):
    """Where a post ends (one past its last block), and its lines on one line."""

    end: int
    text: str


def posts_in(reading: Reading, roles: Roles, start: int, end: int) -> Mapping[int, Post]:
    """The embedded posts (HTML) among the blocks [start, end), by their first block."""
    if POST_MARKS.isdisjoint(reading.marks):
        return {}
    regions = {region for mark in POST_MARKS for region in reading.marks.get(mark, ()) if region.text is None}
    found: dict[int, Post] = {}
    stop = start
    for region in sorted(regions, key=lambda region: (region.start, -region.end)):
        if not stop <= region.start < region.end <= end:
            continue  # in another, or outside
        lines = [
            reading.texts[at]
            for at in range(region.start, region.end)
            if not roles[at] and reading.kinds[at] != "image" and not is_furniture(reading.texts[at])
        ]
        if len(lines) > _MOST_LINES or sum(map(len, lines)) > _MOST_CHARS:
            continue
        stop = region.end
        text = " ".join(filter(None, lines))
        take(roles, region.start, region.end, "embed" if text else NOISE)
        if text:
            found[region.start] = Post(region.end, text)
    return found


def ends_post(text: str) -> bool:
    """Whether a line is the author and date of an embedded post, or ends with them or a picture's address."""
    return may_end_post(text) and bool(AUTHOR.search(text) or _PICTURE.search(text))


def start_of_post(
    reading: Reading, roles: Roles, blocks: Sequence[BodyBlock], index: int, first: int
) -> int | None:
    """Where the embedded post that a block ends begins; None when the block belongs to no post.

    ``blocks`` is the body so far, read from the blocks [first, index) of the reading.
    """
    text = reading.texts[index]
    if AUTHOR.match(text):
        # under an article "Posted by the editors on …" is about the article
        if text.startswith(_POSTED) and reading.apart[index] and not reading.within(index, "blockquote"):
            return None
        return _words_of_post(reading, roles, blocks, index, first)
    return index if ends_post(text) else None


def _words_of_post(
    reading: Reading, roles: Roles, blocks: Sequence[BodyBlock], author: int, first: int
) -> int:
    """Where the words of a post begin whose author's line this is; the line itself when it has none.

    They are the lines before it in its run or container; else the block right before it, for the network
    that posts are embedded from puts a post's words into a paragraph above its author.
    """
    start, end = reading.holder(author)
    if not (end == author + 1 and start < author):
        start = reading.group_around(author, max(first, author - _MOST_POST_LINES + 1), author + 1)[0]
    few = first < start < author and author - start < _MOST_POST_LINES
    if few and all(role in _WORDS_OR_POST for role in roles[start:author]):
        return start
    before = author - 1
    while before >= first and roles[before] in _PASSED_OVER:
        before -= 1
    if before < first or roles[before] not in _WORDS_OR_POST or reading.kinds[before] == "heading":
        return author
    text = blocks[-1].text or ""
    if roles[before] == "embed":
        return author if AUTHOR.search(text) else before  # it is a post by its picture's address
    if text.endswith(":"):  # it announces the post
        return author
    apart = before == author - 1 and reading.apart[author]
    return _start_of_run(reading, roles, before, first) if apart else before


def _start_of_run(reading: Reading, roles: Roles, last: int, first: int) -> int:
    """Where the few lines begin that ``last`` ends; the line itself when they are many."""
    most = _MOST_POST_LINES - 1
    start = last
    while first < start > last - most and not reading.apart[start] and roles[start - 1] in _WORDS:
        start -= 1
    return start if last - start < most else last


def may_end_post(text: str) -> bool:
    """Whether a line may end a post, by signs that few lines have."""
    return "@" in text or "/" in text or "Posted by " in text
