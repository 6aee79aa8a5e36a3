"""What is between an article's header and its body: standfirst, ``Listen``, picture and caption.

Which line is a picture's caption is the same question for pictures in the body.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, NamedTuple

from newsmarts.core.errors import UnreadablePage
from newsmarts.core.records import Image
from newsmarts.parse.identity import normalised_headline
from newsmarts.parse.prose import NEXT_SENTENCE, ends_like_sentence
from newsmarts.parse.reading import REPEAT, Head, Reading, Roles
from newsmarts.parse.tags import may_be_tag

_MOST_LINES_BEFORE_PICTURE = 2
_MOST_LINES_BEFORE_CROSS = 8
_LISTEN_WITHIN = 12  # blocks after the header
CLOSE = frozenset("x×✕✖✗") | {"close"}  # the picture viewer's closing cross, a bullet in text captures
# who took it: "(AP)", "(Iranian Presidency / AFP)"; see the golden pages
CREDIT = re.compile(r"\([^()]{2,80}\)\.?$")
_MANY_BLOCKS = 3  # more than a caption and who took the picture
_LONG_CHARS = 300  # no caption

Which = Literal["usual", "all", "some", "none"]
"""Which of a publisher's pages have a standfirst under the header."""


class Opening(NamedTuple):
    """The standfirst and the picture; the body goes on from ``body_start``."""

    standfirst: str | None
    image: Image | None
    image_url: str | None
    body_start: int


@dataclass(slots=True)
class OpeningReader:
    """Reads the blocks [start, end), which follow a header that ``header`` is a block of, up to the body.

    The standfirst is the first line when a picture, ``Listen`` or the body's own container (``body_mark``,
    HTML) comes after it. Without these nothing says where the standfirst ends: then the first line is the
    standfirst when another line follows, as on every known page, unless a container (HTML) holds these two
    lines and not the header, or the head describes the page in other words: then both are body.

    ``ends_opening``: casefolded labels that no opening holds. ``noise``: casefolded lines that aren't part of
    an article, as entries of a list. ``standfirst``: which of the publisher's pages have one ("usual": as
    above); where only some do, a line that ends like a sentence may be one or the body's first.
    """

    reading: Reading
    roles: Roles
    header: int
    listen_labels: Collection[str]
    ends_opening: Collection[str]
    body_mark: int | None = None
    noise: Collection[str] = ()
    standfirst: Which = "usual"

    def read(self, start: int, end: int) -> Opening:
        """Read up to the body; every block used gets its role.

        Raises:
            UnreadablePage: several lines could be the standfirst (``unclear_standfirst``).
        """
        texts, roles = self.reading.texts, self.roles
        image = image_url = None
        found = picture = self._find_picture(start, end)
        while found is not None:
            image, image_url = self._read_picture(found, end)
            found = None if image else self._find_picture(found + 1, end)
        listen = None
        for at in range(start, min(end, start + _LISTEN_WITHIN)):
            if texts[at] in self.listen_labels and not may_be_tag(self.reading, at):
                roles[at] = "label"
                listen = at
                break
        self._check_lines_before(start, [at for at in (picture, listen) if at is not None])
        lines = self._lines(start, end)
        marks = [at for at in (picture, listen, self.body_mark) if at is not None and start <= at <= end]
        if not lines or self.standfirst == "none":
            has_standfirst = False
        elif self.standfirst != "usual":
            has_standfirst = self._is_declared(texts[lines[0]])
        elif marks:
            has_standfirst = lines[0] < max(marks)
        else:
            shared = len(lines) > 1 and self.reading.share_container(lines[0], lines[1], self.header)
            has_standfirst = len(lines) > 1 and not shared and self._may_be_described(lines[0])
        if not has_standfirst and self.standfirst == "usual":
            lines = self._repeats_over(start, marks)
            has_standfirst = len(lines) == 1
        if not has_standfirst:
            return Opening(None, image, image_url, start)
        roles[lines[0]] = "standfirst"
        return Opening(texts[lines[0]], image, image_url, lines[0] + 1)

    def _is_declared(self, line: str) -> bool:
        """Whether the line under the header is a standfirst, which all or some of the site's pages have.

        Raises:
            UnreadablePage: it may be one or the body's first line (``unclear_standfirst``).
        """
        if self.standfirst == "all" or not ends_like_sentence(line):
            return True
        if self.reading.head is not None and self.reading.head.said.get("description"):
            # one that is cut off is of a page without a standfirst: its first paragraph
            return is_described(self.reading.head, line, in_full=True)
        raise UnreadablePage(
            "unclear_standfirst",
            f"The first line under the header may be the standfirst or text of the body: {line[:80]!r}. Look "
            'at the page, and at "opening" in the publisher\'s file.',
        )

    def _check_lines_before(self, start: int, marks: list[int]) -> None:
        """Check that there is at most one line over the marks that follow a standfirst.

        In HTML there may be more than is known of, but no other article's headlines.
        """
        texts, kinds = self.reading.texts, self.reading.kinds
        over = range(start, max(marks, default=start))
        lines = [texts[at] for at in over if not self.roles[at] and kinds[at] not in {"bullet", "image"}]
        if len(lines) > 1 and (
            self.reading.head is None or any(line.casefold() in self.ends_opening for line in lines)
        ):
            raise UnreadablePage(
                "unclear_standfirst",
                f"{len(lines)} lines stand over the picture, of which one is the standfirst: "
                f"{lines[0][:60]!r}, {lines[1][:60]!r}. Look at the page.",
            )

    def _lines(self, start: int, end: int) -> list[int]:
        """The first two lines that may be standfirst or body."""
        lines: list[int] = []
        for at in range(start, end):
            kind = self.reading.kinds[at]
            if self.roles[at] or kind in {"image", "caption", "field"} or self._is_noise(at):
                continue
            if len(lines) > 1 or kind == "bullet" or self.reading.texts[at].casefold() in self.ends_opening:
                break
            lines.append(at)
        return lines

    def _may_be_described(self, index: int) -> bool:
        """Whether the head describes the page by a line, by its beginning, or not at all."""
        head = self.reading.head
        return not (head and head.said.get("description")) or is_described(head, self.reading.texts[index])

    def _repeats_over(self, start: int, marks: list[int]) -> list[int]:
        """The ticker lines over the picture: one, where no standfirst is, is the standfirst's own words."""
        return [at for at in range(start, max(marks, default=start)) if self.roles[at] == REPEAT]

    def _find_picture(self, start: int, end: int) -> int | None:
        """The block that the lead picture begins with: a closing cross, a picture, a captioned bullet."""
        texts, kinds, lines = self.reading.texts, self.reading.kinds, 0
        for index in range(start, end):
            if self.roles[index] or self._is_noise(index):
                continue
            kind = kinds[index]
            near = lines <= _MOST_LINES_BEFORE_PICTURE
            if (kind == "image" and near) or (kind == "bullet" and texts[index].lower() in CLOSE):
                return index
            if kind == "bullet":
                return index if near and self._has_caption(index, end) else None
            lines += kind in {"text", "heading"}
            if lines > _MOST_LINES_BEFORE_CROSS:
                return None
        return None

    def _is_noise(self, index: int) -> bool:
        """Whether a list's entry is furniture; the picture's closing cross isn't."""
        if self.reading.kinds[index] != "bullet":
            return False
        text = self.reading.texts[index].lower()
        return bool(text) and text in self.noise and text not in CLOSE

    def _has_caption(self, bullet: int, end: int) -> bool:
        reading, below = self.reading, bullet + 1
        return (
            below < end
            and reading.head is None
            and reading.kinds[below] == "text"
            and not reading.apart[below]
            and reading.indents[bullet] < reading.indents[below]
        )

    def _read_picture(self, start: int, end: int) -> tuple[Image | None, str | None]:
        """The first alt text, caption and address of the picture's run."""
        texts, kinds = self.reading.texts, self.reading.kinds
        stop = min(self.reading.run_end(start), end)
        if kinds[stop - 1] == "image" and all(self._is_no_caption(at) for at in range(start, stop)):
            before_body = self.body_mark is None or stop < self.body_mark
            caption_at = caption_of(self.reading, self.roles, stop - 1, end, lead=before_body)
            stop = stop if caption_at is None else caption_at + 1
        alt = caption = address = None
        for at in range(start, stop):
            if self.roles[at]:
                continue
            self.roles[at] = "image"
            if kinds[at] == "image" or (kinds[at] == "bullet" and self.reading.head is None):
                if texts[at].lower() not in CLOSE:
                    alt = alt or texts[at] or None
                    address = address or self.reading.link(at)
            elif texts[at].lower() not in CLOSE:
                caption = caption or texts[at]
        return (Image(alt, caption) if alt or caption else None), address

    def _is_no_caption(self, index: int) -> bool:
        return self.reading.kinds[index] == "image" or self.reading.texts[index].lower() in CLOSE


def is_described(head: Head | None, line: str, *, in_full: bool = False) -> bool:
    """Whether the head describes the page by a line, or unless ``in_full`` by its beginning."""
    text = normalised_headline(line)
    said = [normalised_headline(one.value) for one in head.said.get("description", ())] if head else []
    if in_full:
        return text in said
    return any(text.startswith(one) or one.startswith(text) for one in said)


def caption_of(reading: Reading, roles: Roles, picture: int, end: int, *, lead: bool) -> int | None:
    """The block before ``end`` that is a picture's caption; None when it has none.

    A container that holds the picture and one line holds its caption. Without such a container the line right
    under it is one when it repeats the picture's alt text, or who took the picture. A line
    in one element with the picture, nothing between them, may be a paragraph that the picture is set into.

    Raises:
        UnreadablePage: a line could as well be the caption as text of the body (``unclear_caption``). Under
            the ``lead`` picture, where a body begins, that is any line that doesn't end like a sentence,
            unless a container holds it and more of the body, and not the picture.
    """
    line = picture + 1
    if line >= end or roles[line] or reading.head is None or reading.kinds[line] not in {"text", "caption"}:
        return None
    text = reading.texts[line]
    if reading.kinds[line] == "caption" or text == reading.texts[picture] or CREDIT.search(text):
        return line
    held = any(
        stop <= end and sum(kind != "image" for kind in reading.kinds[line:stop]) == 1
        for stop in reading.ties(picture)
    )
    if held and (reading.holder(line) != reading.holder(picture) or not reading.apart[line]):
        return line
    if ends_like_sentence(text):
        if held and len(text) <= _LONG_CHARS and not NEXT_SENTENCE.search(text):
            raise _unclear(text)
        return None
    if held:
        return line
    if lead and reading.group_around(line, line, end)[1] < line + _MANY_BLOCKS:
        raise _unclear(text)
    return None


def _unclear(text: str) -> UnreadablePage:
    return UnreadablePage(
        "unclear_caption",
        f"The line under a picture may be its caption or text of the article: {text[:80]!r}. "
        "Look at the page.",
    )
