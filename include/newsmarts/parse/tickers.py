"""A page's ticker: which blocks it is, and whether a line of the article is nothing but ticker text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property

from newsmarts.core.errors import UnreadablePage
from newsmarts.core.ticker_words import normalise_line
from newsmarts.parse.header import find_header
from newsmarts.parse.headline import first_heading, is_high_heading
from newsmarts.parse.layout import TICKER, Labels, Layout
from newsmarts.parse.prose import may_head_text, stems
from newsmarts.parse.reading import NOISE, REPEAT, Kind, Reading, Roles
from newsmarts.parse.times import parse_clock

_BEFORE_OPENING = "\"'“”‘’«([•-–— "
_OPENING_CHARS = 4
_WORD = re.compile(r"[^\W_]+")
_LOOK_CHARS = 40
_MOST_CHARS = 20_000  # of a line that could be several ticker lines run together
_MOST_LABELS = 50
_SENTENCE_SPACES = 3
_MANY_SENTENCES = 3
_KEY_CHARS = 12
_MOST_SHOWN = 30  # lines of a ticker
_MOST_LINE_CHARS = 400  # the longest ticker line of the golden pages has 199
_LINES = frozenset({"text", "heading"})
_LEAST_SPACES = 3  # of a line that is surely the ticker's
_OWN_WORDS = 2 / 3  # of a subheading's longer words, those that the rest of its article has
_PASSED_OVER = frozenset({REPEAT, NOISE})
_LABELS = ("breaking", "urgent")
_LABEL_CHARS = 8
_LABELLED = re.compile(
    r"(?:BREAKING(?: NEWS)?|URGENT|JUST IN) ?[:|–—-]|Breaking(?: [Nn]ews)? ?[:|] [A-Z].*[^.]$"
)
_LABEL_LETTERS = frozenset("BUJ")
_LABEL_OPENINGS = frozenset(label[:_OPENING_CHARS] for label in _LABELS)


def take_ticker(reading: Reading, roles: Roles, layout: Layout, labels: Labels) -> list[str]:
    """The lines under each ticker label, wherever it is; a later label adds only new lines.

    Raises:
        UnreadablePage: it is unclear where the ticker ends (``unclear_ticker``).
    """
    texts, kinds, frame = reading.texts, reading.kinds, layout.passed_over
    reading.hidden_ticker = list(_hidden_lines(reading, layout))
    ticker: list[str] = []
    ours = [index for index, name in labels if name == TICKER]
    if len(ours) > _MOST_LABELS:
        raise UnreadablePage("unclear_ticker", f"The page has {len(ours)} ticker labels. Look at the page.")
    for label in ours:
        if roles[label]:
            continue
        roles[label] = "label"
        seen = frozenset(ticker)
        for index in range(label + 1, _ticker_end(reading, roles, layout, label, found=bool(ticker))):
            text = texts[index]
            if text in frame or text.casefold() in layout.noise:  # a menu's names, a cross
                continue
            roles[index] = "ticker"
            if (
                kinds[index] == "image"
                or text in seen
                or (text[0].isdigit() and parse_clock(text) is not None)
            ):
                continue
            ticker.append(text)
    return ticker


def ticker_shown(reading: Reading, roles: Roles) -> list[str]:
    """All lines that were taken for ticker, hidden ones included, of a page that gave no article."""
    shown = zip(reading.texts, reading.kinds, roles, strict=False)
    return [text for text, kind, role in shown if role == TICKER and kind != "image"] + reading.hidden_ticker


def _hidden_lines(reading: Reading, layout: Layout) -> Iterator[str]:
    """Ticker lines that a style hides: under a label in the hidden element, or right after or beside one."""
    for place, texts in reading.hidden:
        under = _follows_label(reading, layout, place)
        for text in texts:
            if text in layout.ticker_labels:
                under = True
            elif layout.is_label(text):
                under = False
            elif under and len(text) <= _MOST_LINE_CHARS:
                yield text


def _follows_label(reading: Reading, layout: Layout, place: int) -> bool:
    """Whether a place is right under a ticker label, or in what the layout ties to it."""
    for label in range(place - 1, max(-1, place - _MOST_SHOWN - 1), -1):
        if reading.texts[label] in layout.ticker_labels:
            return place <= min(reading.ties(label), default=label + 1)
        if layout.is_label(reading.texts[label]) or is_high_heading(reading, label):
            return False
    return False


def _ticker_end(reading: Reading, roles: Roles, layout: Layout, label: int, *, found: bool) -> int:
    """One past the last line of the ticker under a label.

    Text: the lines up to a blank line, a bullet or another label. HTML, over the article: the largest
    container that begins with the label and ends before the headline, or without one all blocks up to the
    headline. HTML, elsewhere: the smallest container that the layout ties to the label.
    """
    start, size = label + 1, len(reading)
    if reading.head is None:
        end = start
        while end < size and not reading.apart[end] and reading.kinds[end] == "text":
            if layout.is_label(reading.texts[end]):
                break
            end += 1
        return end
    header = find_header(reading, roles, start, size)
    tied = [end for end in reading.ties(label) if _may_be_ticker(reading, roles, layout, start, end)]
    if header is None:
        if tied or found:
            return tied[0] if tied else start
        raise UnreadablePage(
            "unclear_ticker", "Where the ticker ends can't be told: no container holds it. Look at the page."
        )
    limit = first_heading(reading, roles, layout, start, header.end)
    if limit is None:
        lines = [at for at in range(start, header.start) if reading.kinds[at] in {"text", "bullet"}]
        limit = lines[-1] if lines else start
    limit = min(limit, header.start)  # a time may be over the headline
    other = next((at for at in range(start, limit) if layout.is_label(reading.texts[at])), limit)
    if reading.group_around(label, label, limit)[1] > other + 1:
        raise UnreadablePage(
            "unclear_ticker",
            f"Another list's label stands in the ticker's container: {reading.texts[other]!r}, so which "
            "lines are the ticker's can't be told. Look at the page.",
        )
    limit = other
    end = max([reading.group_around(label, label, limit)[1], *(end for end in tied if end <= limit)])
    sentences = [at for at in range(end, limit) if reading.texts[at].count(" ") >= _SENTENCE_SPACES]
    if (end > start or reading.is_alone(label)) and len(sentences) < _MANY_SENTENCES:
        return end
    return limit  # no container holds them all, but what else would so many lines over a headline be?


def check_labels_in_body(
    reading: Reading, roles: Roles, labels: Labels, ticker: Sequence[str], *, start: int, end: int
) -> None:
    """See that what follows a ticker label in the blocks [start, end) can't be a line of it.

    In HTML a label may be there without a container that shows where its lines end. They end for certain
    when all of the ticker was repeated under it, or the next line is too long for one.

    Raises:
        UnreadablePage: the line that comes next may be ticker or body (``unclear_ticker``).
    """
    if reading.head is None:
        return
    for label, name in labels:
        if name != TICKER or not start <= label < end or reading.is_alone(label):
            continue
        after = label + 1
        while after < end and roles[after] in _PASSED_OVER:
            after += 1
        repeated = {reading.texts[at] for at in range(label + 1, after)}
        if after == end or roles[after] == "ticker" or (ticker and repeated.issuperset(ticker)):
            continue
        if len(reading.texts[after]) <= _MOST_LINE_CHARS:
            raise UnreadablePage(
                "unclear_ticker",
                "A ticker label stands in the article, and whether the line after it is ticker or body can't "
                f"be told: {reading.texts[after][:80]!r}. Look at the page.",
            )


def check_without_label(text: str) -> None:
    """Check that a line of an article doesn't begin as a ticker's does.

    Raises:
        UnreadablePage: it does (``unclear_ticker``).
    """
    if text[0] in _LABEL_LETTERS and _LABELLED.match(text):
        raise UnreadablePage(
            "unclear_ticker",
            f"A line of the article begins with the ticker's label: {text[:80]!r}. Look at the page.",
        )


def _may_be_ticker(reading: Reading, roles: Roles, layout: Layout, start: int, end: int) -> bool:
    """Whether what the layout ties to a ticker label holds nothing but its lines."""
    framed = any(
        layout.is_label(reading.texts[at]) or is_high_heading(reading, at) for at in range(start, end)
    )
    return not framed and find_header(reading, roles, start, end) is None


class TickerLines:
    """Whether a line is ticker text and nothing else: a ticker line, or several run together.

    A line with more than the ticker is left alone, for dropping it would lose body; whether it is a leak
    is for the contract to decide. The comparison by letters costs more than reading the page does, so it
    is made only for lines that begin as some ticker line begins.
    """

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self.lines = tuple(lines)
        self._exact = frozenset(self.lines)
        self._by_opening: dict[str, list[str]] = {}
        for line in self.lines:
            self._by_opening.setdefault(_opening(line), []).append(line)

    def has(self, line: str) -> bool:
        """Whether the line is nothing but ticker text, whatever its case, punctuation and spacing."""
        if line in self._exact:
            return True
        alike = self._by_opening.get(_opening(line))
        if alike is None:
            if not line[:_LABEL_CHARS].lower().startswith(_LABELS):
                return False
            alike = list(self.lines)
        if len(line) > _MOST_CHARS:
            return False
        key = _key(line)
        if not any(key.startswith(_key(ticker)) for ticker in alike):
            return False
        letters = _letters(line)
        reached = {0} | {len(label) for label in _LABELS if letters.startswith(label)}
        for place in range(len(letters)):
            if place in reached:
                reached.update(place + len(ticker) for ticker in self._beginning_at(letters, place))
        return len(letters) in reached and letters not in _LABELS

    def _beginning_at(self, letters: str, place: int) -> Iterator[str]:
        """The ticker lines, as letters, at a place."""
        for key in (letters[place : place + _KEY_CHARS], *self._short_keys):
            for ticker in self._by_key.get(key, ()):
                if letters.startswith(ticker, place):
                    yield ticker

    def mark_repeats(self, reading: Reading, roles: Roles, start: int, end: int) -> None:
        """Mark the unused lines of [start, end) that are ticker text: they are decoration there.

        What may be the author's own is left in the article, where its contract looks at it: a few words, or a
        subheading whose words the article has.
        """
        known = None
        for index in range(start, end):
            if roles[index] or reading.kinds[index] not in _LINES:
                continue
            text = reading.texts[index]
            if self._may_begin(text) and self.has(text):
                if known is None:
                    known = stems(" ".join(t for t in reading.texts[start:end] if not self._may_begin(t)))
                if not _may_be_own(text, reading.kinds[index], known):
                    roles[index] = REPEAT

    def _may_begin(self, text: str) -> bool:
        """Whether a line begins as a ticker line may."""
        opening = text[:_OPENING_CHARS].casefold()
        return opening in self._by_opening or text[:1] in _BEFORE_OPENING or opening in _LABEL_OPENINGS

    @cached_property
    def _by_key(self) -> dict[str, list[str]]:
        """The ticker lines as letters, by the first of them."""
        found: dict[str, list[str]] = {}
        for letters in dict.fromkeys(_letters(line) for line in self.lines):
            if letters:
                found.setdefault(letters[:_KEY_CHARS], []).append(letters)
        return found

    @cached_property
    def _short_keys(self) -> tuple[str, ...]:
        return tuple(key for key in self._by_key if len(key) < _KEY_CHARS)


def _may_be_own(text: str, kind: Kind, known: Collection[str]) -> bool:
    """Whether a line that says what the ticker says may be the author's; ``known``: the article's stems."""
    if text.count(" ") < _LEAST_SPACES:
        return True
    words = stems(text)
    return (kind == "heading" or may_head_text(text)) and len(words & set(known)) >= _OWN_WORDS * len(words)


def _letters(line: str) -> str:
    return normalise_line(line).replace(" ", "")


def _key(line: str) -> str:
    """The first letters of a line, whatever is between them, a ticker label left out."""
    words = _WORD.findall(line[:_LOOK_CHARS].casefold())
    while words and words[0] in _LABELS:
        del words[0]
    return "".join(words)[:_KEY_CHARS]


def _opening(line: str) -> str:
    """The first letters of a line, without quotation marks and case."""
    return line.lstrip(_BEFORE_OPENING)[:_OPENING_CHARS].casefold()
