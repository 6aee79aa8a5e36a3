"""Articles: search, read, revisions side by side, and the way back to the captured bytes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from newsmarts.core.errors import MissingPartition
from newsmarts.core.partitions import parse_day
from newsmarts.core.settings import settings
from newsmarts.desk.frame import Group, NavigationEntry, page
from newsmarts.desk.pages import query_of
from newsmarts.desk.side_by_side import blocks_of, side_by_side
from newsmarts.review import articles as source
from newsmarts.review.notice import Notice

router = APIRouter()
GROUP = Group(router, needs=("read_results",), entry=NavigationEntry("Articles", "/articles"))

ArticleId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


@router.get("/articles")
def articles(
    request: Request,
    *,
    q: Annotated[str, Query(max_length=500)] = "",
    publisher: Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{0,80}$")] = "",
    tag: Annotated[str, Query(max_length=200)] = "",
    first_day: Annotated[str, Query(alias="from", max_length=10)] = "",
    last_day: Annotated[str, Query(alias="to", max_length=10)] = "",
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """Articles by their words, or the newest."""
    first, last = (parse_day(text) if text else None for text in (first_day, last_day))
    filters = source.ArticleFilters(q, publisher or None, tag or None, first, last)
    try:
        with source.open_marts(settings().home) as marts:
            found = source.find(settings().home, marts, filters, number)
            known = source.publishers(marts)
    except MissingPartition:
        return page(request, "message.html", item=_NOTHING)

    def query(**changed: str | int) -> str:
        values: dict[str, object] = {
            "q": q,
            "publisher": publisher,
            "tag": tag,
            "from": first_day,
            "to": last_day,
        }
        return query_of(values | changed)

    shown = min(found.total, found.reach or found.total)
    return page(
        request,
        "articles/list.html",
        filters=filters,
        found=found,
        publishers=known,
        number=number,
        last_number=max(1, -(-shown // source.PAGE_SIZE)),
        first_shown=(number - 1) * source.PAGE_SIZE + 1,
        query=query,
    )


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
