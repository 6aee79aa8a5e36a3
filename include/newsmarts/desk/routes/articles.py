"""Articles: search, read, revisions side by side, and the way back to the captured bytes."""

from __future__ import annotations

from typing import Annotated, Literal

import duckdb
from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from newsmarts.core.errors import MissingPartition
from newsmarts.core.settings import settings
from newsmarts.desk.forms import DayField
from newsmarts.desk.found_files import file_of
from newsmarts.desk.frame import Group, NavigationEntry, page
from newsmarts.desk.pages import SECURITY_HEADERS, query_of
from newsmarts.desk.side_by_side import blocks_of, side_by_side
from newsmarts.review import articles as source
from newsmarts.review.notice import Notice

router = APIRouter()
GROUP = Group(router, needs=("read_results",), entry=NavigationEntry("Articles", "/articles"))

ArticleId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


class Search:
    """The fields of the search form: they are the address, so that a link is a saved search."""

    def __init__(
        self,
        *,
        q: Annotated[str, Query(max_length=500)] = "",
        publisher: Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{0,80}$")] = "",
        section: Annotated[str, Query(max_length=200)] = "",
        tag: Annotated[str, Query(max_length=200)] = "",
        first_day: Annotated[DayField, Query(alias="from")] = None,
        last_day: Annotated[DayField, Query(alias="to")] = None,
    ) -> None:
        self.values: dict[str, object] = {
            "q": q,
            "publisher": publisher,
            "section": section,
            "tag": tag,
            "from": first_day,
            "to": last_day,
        }
        self._words, self._publisher, self._section, self._tag = q, publisher, section, tag
        self._first, self._last = first_day, last_day

    def filters(self, marts: duckdb.DuckDBPyConnection) -> source.ArticleFilters:
        """What is looked for."""
        tag = source.known_tag(marts, self._tag) if self._tag.strip() else None
        return source.ArticleFilters(
            self._words, self._publisher or None, tag, self._section or None, self._first, self._last
        )

    def query(self, **changed: str | int) -> str:
        """The address's query, with some fields changed."""
        return query_of(self.values | changed)


@router.get("/articles")
def articles(
    request: Request,
    search: Annotated[Search, Depends()],
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """Articles by their words, or the newest."""
    try:
        with source.open_marts(settings().home) as marts:
            filters = search.filters(marts)
            found = source.find(settings().home, marts, filters, number)
            known, sections = source.publishers(marts), source.sections(marts)
    except MissingPartition:
        return page(request, "message.html", item=_NOTHING)
    shown = min(found.total, found.reach or found.total)
    return page(
        request,
        "articles/list.html",
        filters=filters,
        found=found,
        publishers=known,
        sections=sections,
        number=number,
        last_number=max(1, -(-shown // source.PAGE_SIZE)),
        first_shown=(number - 1) * source.PAGE_SIZE + 1,
        query=search.query,
        most_exported=source.MOST_EXPORTED,
    )


@router.get("/articles/found.{form}")
def export(search: Annotated[Search, Depends()], form: Literal["csv", "jsonl"]) -> Response:
    """What a search finds, as a file; texts that a spreadsheet would take for formulas are guarded in CSV."""
    try:
        with source.open_marts(settings().home) as marts:
            rows = source.exported(settings().home, marts, search.filters(marts))
    except MissingPartition:
        raise HTTPException(404) from None
    data = file_of(rows, form)
    media_type = "text/csv; charset=utf-8" if form == "csv" else "application/x-ndjson"
    headers = {**SECURITY_HEADERS, "Content-Disposition": f'attachment; filename="articles.{form}"'}
    return Response(data, media_type=media_type, headers={**headers, "Cache-Control": "no-store"})


@router.get("/articles/{article_id}")
def article(request: Request, article_id: ArticleId) -> HTMLResponse:
    """One article: its text, what is known of it, and the captures that show it."""
    details = _find_article(article_id)
    return page(request, "articles/article.html", details=details, blocks=blocks_of(details.row["body_text"]))


@router.get("/articles/{article_id}/revisions")
def revisions(
    request: Request,
    article_id: ArticleId,
    before: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
    after: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
) -> HTMLResponse:
    """Two texts of an article side by side; the last two unless others are named."""
    details = _find_article(article_id)
    by_number = {row["revision"]: row for row in details.revisions}
    last = max(by_number)
    new = by_number.get(after or last)
    old = by_number.get(before or max(1, (after or last) - 1))
    if old is None or new is None:
        raise HTTPException(404)
    return page(
        request,
        "articles/revisions.html",
        details=details,
        before=old,
        after=new,
        rows=side_by_side(old, new),
    )


_NOTHING = Notice(
    "Nothing is published yet",
    "Articles are those of the published marts. Run news_pages for a day; news_marts follows by itself.",
)


def _find_article(article_id: str) -> source.ArticleDetails:
    try:
        with source.open_marts(settings().home) as marts:
            details = source.article(marts, article_id)
    except MissingPartition:
        details = None
    if details is None:
        raise HTTPException(404)
    return details
