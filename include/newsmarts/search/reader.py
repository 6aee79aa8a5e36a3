"""Full-text search in one published release, for readers."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import tantivy

from newsmarts.core.errors import MissingPartition, NewsError, UsageError
from newsmarts.release.home import reader_home
from newsmarts.release.releases import Release, find_release
from newsmarts.search import schema
from newsmarts.search.about import FOLDER_NAME, read_about
from newsmarts.search.excerpts import Marks, excerpt, folded
from newsmarts.search.matching import LEVELS, Marker, filtered, to_query
from newsmarts.search.query import parse

MAX_LIMIT = 1000
_ATTEMPTS = 3
_RETRY_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found, as the marts of the release have it.

    ``excerpt`` is a stretch of its body, or of its standfirst, on one line. Marks are places in the text
    before them, as start and end: what was found there.
    """

    rank: int
    article_id: str
    publisher: str
    published_at: datetime | None
    url: str | None
    headline: str
    headline_marks: Marks
    excerpt: str
    excerpt_marks: Marks


@dataclass(frozen=True, slots=True)
class Answer:
    """The articles of a release that match a query: how many in all, and the first of them."""

    release_id: str
    query: str
    total: int
    hits: tuple[Hit, ...]


def open_index(home: Path | str | None = None, as_of: str | None = None) -> Index:
    """Open the index of the newest release, or of another that is kept; it stays the same until closed.

    Publishing never disturbs it; open it again to search a newer release.

    Raises:
        MissingPartition: nothing was published yet, or that release has no index that can be searched.
        UsageError: no kept release, or more than one, has the name ``as_of``.
        NewsError: the release's index can't be read.
    """
    folder = reader_home(home)
    for attempt in range(1, _ATTEMPTS + 1):
        release = find_release(folder, as_of)
        try:
            return Index(release)
        except NewsError:
            if attempt == _ATTEMPTS:
                raise
            time.sleep(_RETRY_SECONDS)  # pruned since it was found? Then find_release reports that
    raise AssertionError("unreachable: the last attempt returns or raises")


class Index(AbstractContextManager["Index"]):
    """The full-text index of one release."""

    def __init__(self, release: Release) -> None:
        self.release_id = release.release_id
        self._searcher: tantivy.Searcher | None = _searcher(release)

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the release's files."""
        self._searcher = None

    @property
    def articles(self) -> int:
        """How many articles it has."""
        return self._open().num_docs

    def search(
        self,
        query: str,
        *,
        publishers: Sequence[str] = (),
        tags: Sequence[str] = (),
        first_day: date | None = None,
        last_day: date | None = None,
        limit: int = 20,
    ) -> Answer:
        """Find articles: first those with all of it in the headline, then in headline and standfirst, then
        anywhere, each the newest first. Which other articles there are makes no difference to the order.

        Args:
            query: in the language of query.py.
            publishers: only by one of these, as ``al_mayadeen``.
            tags: only with every one of these, whatever their case and accents.
            first_day: only published on this day (UTC) or later.
            last_day: only published on this day (UTC) or earlier.
            limit: how many to show.

        Raises:
            QueryError: the query can't be read; with the place, and what to write.
            UsageError: a filter that no article can pass, or a limit out of bounds.
        """
        searcher = self._open()
        if not 1 <= limit <= MAX_LIMIT:
            raise UsageError(f"not a limit: {limit}. Give a number from 1 to {MAX_LIMIT}.")
        if first_day is not None and last_day is not None and first_day > last_day:
            raise UsageError(f"No day is both from {first_day} on and until {last_day}. Swap them.")
        for text in (query, *publishers, *tags):
            if not _is_unicode(text):
                raise UsageError(f"not text: {text!r}. Give it in UTF-8.")
        node = parse(query)

        def query_in(fields: Sequence[str]) -> tantivy.Query:
            return filtered(
                to_query(node, fields),
                publishers=publishers,
                tags=tags,
                first_day=first_day,
                last_day=last_day,
            )

        found: dict[str, tantivy.DocAddress] = {}
        total = 0
        for fields in LEVELS:
            is_last = fields == LEVELS[-1]
            # each level contains the one before it, so the newest of both are enough
            if len(found) < limit or is_last:
                result = searcher.search(
                    query_in(fields), limit=limit, count=is_last, order_by_field="newest"
                )
                for key, address in result.hits:
                    found.setdefault(str(key), address)
                total = getattr(result, "count") if is_last else total  # noqa: B009 - the stubs lack it
        if not total:
            self._check_publishers(publishers)
        marker = Marker(node)
        hits = tuple(
            self._hit(rank, address, marker)
            for rank, address in enumerate(list(found.values())[:limit], start=1)
        )
        return Answer(self.release_id, query, total, hits)

    def publishers(self) -> list[str]:
        """The publishers of its articles."""
        terms = self._open().terms_with_prefix("publisher", "", filter_query=tantivy.Query.all_query())
        return sorted(name for name, articles in terms if articles)

    def _open(self) -> tantivy.Searcher:
        if self._searcher is None:
            raise UsageError(f"The index of release {self.release_id} is closed. Open it again.")
        return self._searcher

    def _check_publishers(self, names: Sequence[str]) -> None:
        known = self.publishers()
        if unknown := [name for name in names if name not in known]:
            raise UsageError(
                f"Release {self.release_id} has nothing by {', '.join(map(repr, unknown))}. "
                f"Publishers are {', '.join(known) or 'none'}."
            )

    def _hit(self, rank: int, address: tantivy.DocAddress, marker: Marker) -> Hit:
        document = self._open().doc(address)
        record = schema.read_shown(bytes(document["shown"][0]))
        headline = folded(record.headline)
        text, marks = excerpt(record.body, _marks_in(marker, "body"))
        if not marks and record.standfirst:
            shorter, found = excerpt(record.standfirst, _marks_in(marker, "standfirst"))
            if found or not record.body:
                text, marks = shorter, found
        return Hit(
            rank=rank,
            article_id=record.article_id,
            publisher=record.publisher,
            published_at=record.published_at,
            url=record.url,
            headline=headline,
            headline_marks=tuple(marker.marks("headline", headline)),
            excerpt=text,
            excerpt_marks=marks,
        )


def _marks_in(marker: Marker, field: str) -> Callable[[str], list[tuple[int, int]]]:
    return lambda text: marker.marks(field, text)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _searcher(release: Release) -> tantivy.Searcher:
    folder = release.folder / FOLDER_NAME
    about = read_about(folder)
    if about is None:
        raise MissingPartition(
            f"Release {release.release_id} has no complete search index in {folder}. Publish again: "
            "newsmarts run, or the DAG news_marts."
        )
    if not about.can_be_searched:
        raise MissingPartition(
            f"The search index of release {release.release_id} is of another version of this project. Search "
            "the current release, or publish again: newsmarts run, or the DAG news_marts."
        )
    # tantivy locks a file of its own beside those that it opens, where a reader may have no right to write;
    # once they are open nothing of the folder is needed any more
    view = Path(tempfile.mkdtemp(prefix="news-search-"))
    try:
        for name in about.size_bytes:
            (view / name).symlink_to((folder / name).absolute())
        index = tantivy.Index.open(str(view))
        index.config_reader("manual")
        return index.searcher()
    except (OSError, ValueError) as error:
        raise NewsError(
            f"The search index of release {release.release_id} in {folder} can't be read: {error}. Remove "
            "that release's folder, then publish again: newsmarts run, or the DAG news_marts."
        ) from error
    finally:
        shutil.rmtree(view, ignore_errors=True)
