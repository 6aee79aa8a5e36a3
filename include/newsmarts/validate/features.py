"""What the contracts check: features of an article or ticker line, computed from its text alone.

The columns are named by what they hold; those that name a fault (``…_in_body``) hold the offending text,
and null when there is none. Nothing here depends on how parse came by the text: the ticker is that of all
captures of the day, the times are computed from the wall time, the words are counted again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa

from newsmarts.core.bylines import byline_key, spellings_of
from newsmarts.core.leak_rule import LeakRule
from newsmarts.core.partitions import day_interval
from newsmarts.core.ticker import TickerIndex
from newsmarts.core.ticker_words import normalise_line
from newsmarts.validate.columns import as_objects, distinct, objects
from newsmarts.validate.page_furniture import FormText, Furniture, damage_in

Row = Mapping[str, Any]
Columns = dict[str, Any]
Kind = Literal["text", "number", "time"]

_OFF = timedelta(hours=1, minutes=1)  # minutes are shown, seconds stated
_MIN_WORDS_OF_A_TITLE = 4  # shorter lines are equal by chance: "Gaza", "In pictures"
_MIN_WORDS_OF_A_PARAGRAPH = 8
_CELL_END = re.compile(r"[\t\n]")  # only a table's text has them
_LETTERS_BEYOND_ASCII = re.compile(r"[^\W\d_]")
_LATIN_BEYOND_ASCII = re.compile(r"[À-ɏ]")
_ASCII = bytes(range(128))
_NO_ASCII_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
_NEWS_ID_IN_URL = re.compile(r"/news/(\d+)(?:/|$)")
_MAX_TAG_CHARS = 80

_TEXT: Kind = "text"
_NUMBER: Kind = "number"
ARTICLE_COLUMNS: Mapping[str, Kind] = {
    "published_at": "time",
    "capture_day_end": "time",
    **dict.fromkeys(
        [
            "days_after_capture_day", "days_until_modified", "days_ahead_of_capture", "headline_chars",
            "body_words", "latin_letter_share", "read_minutes", "words_per_read_minute", "share_count",
            "tag_count",
        ],
        _NUMBER,
    ),
    **dict.fromkeys(
        [
            "row_key", "source_path", "article_id", "news_id", "url_host", "headline", "standfirst", "byline",
            "byline_disagreement", "agency", "language", "timezone", "local_time_disagreement", "odd_tag",
            "published_from",
            "ticker_line_in_body", "furniture_in_body", "form_text_in_body", "linked_headline_in_body",
            "caption_in_body", "standfirst_in_body", "ticker_line_as_standfirst", "repeated_paragraph",
            "headline_as_whole_body", "furniture_as_headline", "markup_in_text", "control_characters_in_text",
            "replacement_characters_in_text", "mojibake_in_text", "news_id_disagreement",
            "metadata_disagreements",
        ],
        _TEXT,
    ),
}  # fmt: skip
"""Every feature of an article, with what it holds: text, number or time (UTC)."""

TICKER_COLUMNS: Mapping[str, Kind] = {
    **dict.fromkeys(["position", "text_chars", "text_words"], _NUMBER),
    **dict.fromkeys(
        [
            "row_key", "source_path", "capture_id", "text", "label_as_text", "markup_in_text",
            "control_characters_in_text", "replacement_characters_in_text", "mojibake_in_text",
        ],
        _TEXT,
    ),
}  # fmt: skip
"""Every feature of a ticker line."""

FIELDS = (
    "capture_id", "source_path", "capture_day", "article_id", "publisher", "language", "news_id", "url",
    "headline", "standfirst", "byline_raw", "byline", "agency", "published_local", "timezone", "published_at",
    "published_from", "modified_at", "section", "read_minutes", "share_count", "image_alt", "image_caption",
    "body", "tags", "related_headlines", "metadata_disagreements", "captured_on_or_after",
)  # fmt: skip
"""What of an article's row the features are computed from."""


class TickerLines:
    """The ticker lines of every capture of a day, ready to be looked for by any contract's rule."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = list(lines)
        self._indexes: dict[LeakRule, TickerIndex] = {}

    def by(self, rule: LeakRule) -> TickerIndex:
        """The lines as this rule has them; made once."""
        if rule not in self._indexes:
            self._indexes[rule] = TickerIndex(self._lines, rule)
        return self._indexes[rule]


@dataclass(frozen=True, slots=True)
class PageRules:
    """What a contract's kwargs say of the columns that are computed by them; None or empty: not checked."""

    body_ticker: TickerIndex | None
    standfirst_ticker: TickerIndex | None
    body_furniture: Furniture
    headline_furniture: Furniture
    form_text: FormText
    houses: Mapping[str, str]

    @classmethod
    def of(cls, kwargs: Mapping[str, Mapping[str, Any]], ticker: TickerLines, where: str) -> PageRules:
        """The rules of a contract, by the kwargs of its expectations of the project's own for each column.

        Raises:
            SettingsError: a threshold can't be one; ``where`` is named.
        """

        def index_for(column: str) -> TickerIndex | None:
            found = kwargs.get(column)
            return None if found is None else ticker.by(LeakRule.of(found, f"{where}: {column}"))

        houses = kwargs.get("byline_disagreement", {}).get("houses", {})
        return cls(
            body_ticker=index_for("ticker_line_in_body"),
            standfirst_ticker=index_for("ticker_line_as_standfirst"),
            body_furniture=Furniture.of(kwargs.get("furniture_in_body")),
            headline_furniture=Furniture.of(kwargs.get("furniture_as_headline")),
            form_text=FormText.of(kwargs.get("form_text_in_body")),
            houses=spellings_of(houses, where),
        )


def article_features(row: Row, rules: PageRules, linked_headlines: Iterable[str]) -> Columns:
    """The features of one article.

    Args:
        row: a row of ``schemas.ARTICLES``, of which ``FIELDS`` are read.
        rules: those of its contract, which have the ticker lines of every capture of the day.
        linked_headlines: headlines of other articles that the same page lists.
    """
    lines = _body_lines(row["body"])
    normalised = [normalise_line(line) for line in lines]
    words = sum(line.count(" ") + 1 for line in normalised if line)
    own = {normalise_line(row[name]) for name in ("headline", "standfirst") if row[name]}
    day_end = day_interval(row["capture_day"])[1]
    return {
        "row_key": row["capture_id"],
        "source_path": row["source_path"],
        "article_id": row["article_id"],
        "news_id": _present(row["news_id"]),
        "url_host": _host(row["url"]),
        "headline": _present(row["headline"]),
        "standfirst": _present(row["standfirst"]),
        "byline": _present(row["byline"]),
        "byline_disagreement": _byline_disagreement(row, rules.houses),
        "agency": _present(row["agency"]),
        "language": row["language"],
        "timezone": row["timezone"],
        "published_at": row["published_at"],
        "capture_day_end": day_end,
        "published_from": row["published_from"],
        "days_after_capture_day": _days(day_end, row["published_at"]),
        "local_time_disagreement": _local_time_disagreement(row),
        "days_until_modified": _days(row["published_at"], row["modified_at"]),
        "days_ahead_of_capture": _days_ahead(row),
        "headline_chars": len(_present(row["headline"]) or "") or None,
        "body_words": words,
        "latin_letter_share": _latin_letter_share(lines),
        "read_minutes": row["read_minutes"],
        "words_per_read_minute": words / row["read_minutes"] if row["read_minutes"] and words else None,
        "share_count": row["share_count"],
        "tag_count": len(row["tags"]),
        "odd_tag": _odd_tag(row["tags"], rules.body_furniture),
        "ticker_line_in_body": _leak_in(rules.body_ticker, lines),
        "furniture_in_body": rules.body_furniture.first_in(lines),
        "form_text_in_body": rules.form_text.first_in(lines),
        "linked_headline_in_body": _title_among(lines, normalised, linked_headlines, own),
        "caption_in_body": _title_among(lines, normalised, (row["image_alt"], row["image_caption"]), own),
        "standfirst_in_body": _title_among(lines, normalised, (row["standfirst"],), set()),
        "ticker_line_as_standfirst": _leak_in(rules.standfirst_ticker, [row["standfirst"] or ""]),
        "repeated_paragraph": _repeated(lines, normalised),
        "headline_as_whole_body": _whole_body(lines, normalised, row["headline"]),
        "furniture_as_headline": rules.headline_furniture.as_headline(row["headline"]),
        **damage_in(_texts(row, lines)),
        "news_id_disagreement": _news_id_disagreement(row),
        "metadata_disagreements": "; ".join(row["metadata_disagreements"]) or None,
    }


def ticker_item_features(items: pa.Table, labels: Furniture) -> dict[str, Any]:
    """The features of each ticker line of a day, a column each; pages of one hour show the same lines."""
    texts, at = distinct(items["text"])
    found = [_ticker_text_features(text, labels) for text in texts or [None]]
    of_text = {name: objects([each[name] for each in found])[at] for name in found[0]}
    pages = {name: as_objects(items[name]) for name in ("capture_id", "source_path")}
    keys = [f"{capture_id}#{number}" for number, capture_id in enumerate(pages["capture_id"], start=1)]
    return {"row_key": keys, **pages, "position": items["position"].to_numpy(), **of_text}


def _ticker_text_features(text: str | None, labels: Furniture) -> Columns:
    text = _present(text)
    return {
        "text": text,
        "text_chars": len(text) if text else None,
        "text_words": len(normalise_line(text).split()) if text else None,
        "label_as_text": labels.as_headline(text),
        **damage_in({"text": (text,)}),
    }


def _present(text: str | None) -> str | None:
    """The text, or None when nothing of it can be seen."""
    return text if text and normalise_line(text) else None


def _body_lines(body: Iterable[Row]) -> list[str]:
    lines: list[str] = []
    for block in body:
        text = block["text"] or ""
        texts = (text,) if text.isprintable() else _CELL_END.split(text)
        lines += [line for line in (*texts, *(block["items"] or ())) if line]
    return lines


def _texts(row: Row, lines: Sequence[str]) -> dict[str, Sequence[str | None]]:
    names = ("headline", "standfirst", "byline", "agency", "image_alt", "image_caption", "section")
    return {**{name: (row[name],) for name in names}, "body": lines, "tags": row["tags"]}


def _days(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else (end - start) / timedelta(days=1)


def _days_ahead(row: Row) -> int | None:
    """By how many days the latest date on the page is after its capture day."""
    mentioned: date | None = row["captured_on_or_after"]
    return None if mentioned is None else (mentioned - row["capture_day"]).days


def _local_time_disagreement(row: Row) -> str | None:
    """Whether the wall time in its zone isn't the UTC time; either reading of a repeated hour will do.

    The metadata of a site whose clock changes on other days than the zone's may be an hour off.
    """
    local, published = row["published_local"], row["published_at"]
    if (local is None) != (published is None):
        return f"local time {local}, UTC {published}"
    if local is None or published is None:
        return None
    try:
        zone = ZoneInfo(row["timezone"])
        readings = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"unknown time zone {row['timezone']!r}"
    except OverflowError:
        return f"local time {local} is beyond the calendar"
    if row["published_from"] == "head" and any(abs(published - each) < _OFF for each in readings):
        return None
    return None if published.astimezone(UTC) in readings else f"local time {local} {zone}, UTC {published}"


def _latin_letter_share(lines: Iterable[str]) -> float | None:
    text = "".join(lines)
    in_ascii = len(text.encode("ascii", "ignore").translate(None, _NO_ASCII_LETTERS))
    others = text.encode("utf-8", "replace").translate(None, _ASCII).decode()
    letters = in_ascii + len(_LETTERS_BEYOND_ASCII.findall(others))
    return (in_ascii + len(_LATIN_BEYOND_ASCII.findall(others))) / letters if letters else None


def _leak_in(ticker: TickerIndex | None, lines: Sequence[str]) -> str | None:
    return None if ticker is None else ticker.first_leak(lines)


def _byline_disagreement(row: Row, houses: Mapping[str, str]) -> str | None:
    """A house's name that doesn't come from one of its spellings on the page."""
    byline, on_page = row["byline"], row["byline_raw"]
    if byline not in houses.values() or houses.get(byline_key(on_page or "")) == byline:
        return None
    return f"{on_page!r} on the page is not a spelling of {byline!r}"


def _odd_tag(tags: Iterable[str], furniture: Furniture) -> str | None:
    for tag in tags:
        if not normalise_line(tag) or len(tag) > _MAX_TAG_CHARS or furniture.first_in([tag]):
            return tag or "(blank)"
    return None


def _title_among(
    lines: Sequence[str], normalised: Sequence[str], titles: Iterable[str | None], own: Iterable[str]
) -> str | None:
    """The first body line that is, word for word, one of the titles and isn't the article's own."""
    wanted = {_title_words(title) for title in titles if title} - set(own)
    for line, words in zip(lines, normalised, strict=True):
        if words in wanted and len(words.split()) >= _MIN_WORDS_OF_A_TITLE:
            return line
    return None


@lru_cache(maxsize=1024)  # pages of one hour list the same articles
def _title_words(title: str) -> str:
    return normalise_line(title)


def _repeated(lines: Sequence[str], normalised: Sequence[str]) -> str | None:
    seen: set[str] = set()
    for line, words in zip(lines, normalised, strict=True):
        if words in seen and len(words.split()) >= _MIN_WORDS_OF_A_PARAGRAPH:
            return line
        seen.add(words)
    return None


def _whole_body(lines: Sequence[str], normalised: Sequence[str], headline: str | None) -> str | None:
    """The first line of a body that has nothing but the headline over again."""
    worded = [(line, words) for line, words in zip(lines, normalised, strict=True) if words]
    own = normalise_line(headline or "")
    return worded[0][0] if worded and all(words == own for _, words in worded) else None


def _host(url: str | None) -> str | None:
    """The URL's host; "(none)" when there is a URL without one."""
    try:
        return (urlsplit(url).hostname or "(none)") if url else None
    except ValueError:
        return "(none)"


def _news_id_disagreement(row: Row) -> str | None:
    in_url = _NEWS_ID_IN_URL.search(row["url"] or "")
    if in_url is None or row["news_id"] is None or in_url[1] == row["news_id"]:
        return None
    return f"news id {row['news_id']}, but {in_url[1]} in {row['url']}"
