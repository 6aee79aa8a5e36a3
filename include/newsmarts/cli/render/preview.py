"""A preview as lines; page text is quoted, its control characters escaped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from newsmarts.cli.output import columns
from newsmarts.cli.render.diff import render_marts, show_value
from newsmarts.core.text import counted, one_line
from newsmarts.ops.preview.findings import (
    DayCounts,
    DayPreview,
    PageChange,
    Preview,
    Reason,
)

_SHOWN = 10
_safe = partial(one_line, max_chars=200)  # of texts that may quote a page


def render(preview: Preview) -> str:
    """The preview as plain text without a last newline."""
    lines = [
        f"What the rules and contracts of now would make of {preview.first} to {preview.last}. "
        "Nothing that is stored was changed.",
        "",
        *_table(preview.days),
    ]
    for day in preview.days:
        changes = list(_day(day))
        if changes:
            lines += ["", f"{day.day}", *changes]
    lines += ["", *_marts(preview)]
    return "\n".join(lines)


def _table(days: Sequence[DayPreview]) -> list[str]:
    counts = ("captures", "valid", "not_article", "quarantined")
    rows = [
        (str(day.day), *(_counts(day.before, day.after, name) for name in counts), _remark(day))
        for day in days
    ]
    return columns([("day", *counts, ""), *rows], right=set())


def _counts(before: DayCounts | None, after: DayCounts, name: str) -> str:
    now = f"{getattr(after, name):,}"
    if before is None:
        return f"– → {now}"
    was = f"{getattr(before, name):,}"
    return now if was == now else f"{was} → {now}"


def _remark(day: DayPreview) -> str:
    if day.as_stored:
        return "as stored: the same captures, code and contracts"
    if day.after.refusal is not None:
        return "WOULD BE REFUSED"
    if day.before is None:
        return "no stored results, or of another version"
    pages = (day.quarantined, day.not_article, day.accepted, day.other_reasons)
    changes = sum(map(len, pages)) + day.articles_changed
    return f"pages that differ: {changes:,}" if changes else "no page differs"


def _day(day: DayPreview) -> Iterator[str]:
    if day.after.refusal is not None:
        yield "  the day would be refused: its articles would not be loaded; what is loaded would stay:"
        yield from (f"    {line}" for line in map(_safe, day.after.refusal.splitlines()))
    elif day.before is not None and day.before.refusal is not None:
        yield "  the day was refused, and would be accepted"
    yield from _pages("would be quarantined", "-", day.quarantined)
    yield from _pages("would not be taken for an article", "-", day.not_article)
    yield from _pages("would be accepted", "+", day.accepted)
    yield from _pages("would be left out for other reasons", "~", day.other_reasons)
    if day.before is not None:
        was, now = day.before.ticker_items_quarantined, day.after.ticker_items_quarantined
        if (was, day.before.ticker_items) != (now, day.after.ticker_items):
            yield (
                f"  ticker lines: {day.before.ticker_items:,} → {day.after.ticker_items:,}, "
                f"quarantined {was:,} → {now:,}"
            )
    if day.articles_changed:
        fields = ", ".join(f"{name} {count:,}" for name, count in day.fields_changed.items())
        yield f"  {counted(day.articles_changed, 'article')} would change: {fields}"
        for article in day.articles:
            yield f"    ~ {article.source_path!r}"
            for name, (before, after) in article.fields.items():
                yield f"        {name}: {show_value(before)}"
                yield f"        {' ' * len(name)}→ {show_value(after)}"


def _pages(what: str, sign: str, pages: Sequence[PageChange]) -> Iterator[str]:
    if pages:
        yield f"  {counted(len(pages), 'page')} {what}:"
    for page in pages[:_SHOWN]:
        was = "" if page.before != "new" else " (captured since)"
        yield f"    {sign} {page.source_path!r}{was}"
        yield from (f"        was: {_reason(reason)}" for reason in page.reasons_before)
        yield from (f"        now: {_reason(reason)}" for reason in page.reasons_after)
    yield from _more(len(pages))


def _reason(reason: Reason) -> str:
    where = f" ({reason.expectation})" if reason.expectation else ""
    return f"{reason.reason_code}{where}: {_safe(reason.detail)}"


def _marts(preview: Preview) -> Iterator[str]:
    if preview.marts is None:
        yield (
            "The marts weren't built (--no-marts): what neighbouring days' tickers withhold isn't known."
            if not preview.marts_asked
            else "The marts would stay as they are."
        )
        return
    marts = preview.marts
    yield "The marts, built from all loaded days:"
    articles = marts.difference.marts.get("articles")
    if articles is not None:
        yield from _articles("would enter", "+", articles.added, marts.articles_entering)
        yield from _articles("would leave", "-", articles.removed, marts.articles_leaving)
    yield from _withheld("would be withheld", "-", marts.withheld_anew)
    yield from _withheld("would no longer be withheld", "+", marts.withheld_no_more)
    if marts.broken:
        yield "  the audit would fail, and the old release stay:"
        yield from (f"    {_safe(text)}" for text in marts.broken)
    else:
        yield "  they pass the contracts of the marts"
    yield from (f"  warning: {_safe(text)}" for text in marts.warnings)
    yield from render_marts(marts.difference)


def _articles(what: str, sign: str, count: int, articles: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield f"  {counted(count, 'article')} {what}"
    for article in articles[:_SHOWN]:
        day, publisher = article["published_date"], article["publisher"]
        yield f"    {sign} {day} {publisher} {show_value(article['headline'])}"
    yield from _more(count)


def _withheld(what: str, sign: str, pages: Sequence[dict[str, Any]]) -> Iterator[str]:
    if pages:
        yield f"  {counted(len(pages), 'page')} {what} because of a neighbouring day's ticker:"
    for page in pages[:_SHOWN]:
        yield f"    {sign} {page['capture_day']} {page['source_path']!r}: {_safe(page['detail'])}"
    yield from _more(len(pages))


def _more(count: int) -> Iterator[str]:
    if count > _SHOWN:
        yield f"    and {count - _SHOWN:,} more; --json has them"
