"""Summaries, lists of releases and exports, as lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from newsmarts.cli.output import columns
from newsmarts.core.partitions import docs_path
from newsmarts.core.text import counted

if TYPE_CHECKING:
    from newsmarts.export.run import ExportResult
    from newsmarts.release.summary import KeptRelease, Summary

_DAYS_SHOWN = 31


def render_summary(summary: Summary, home: Path) -> str:
    """What the published marts hold and where they are, as plain text without a last newline."""
    counts = summary.captures
    lines = [
        f"Release {summary.release_id}",
        "",
        f"Captures      {counts.captures:,}: {counts.landed:,} landed, {counts.rejected:,} rejected",
        f"  loaded      {counts.loaded:,}: {counted(counts.new_articles, 'article')}, "
        f"{counted(counts.revisions, 'revision')}",
        f"  repeats     {counts.repeats:,}",
        f"  not_article {counts.not_article:,}",
        f"  quarantine  {counts.quarantined:,}",
    ]
    lines += _by_reason("Not an article, by reason", summary.not_article_by_reason)
    lines += _by_reason("Quarantine, by reason (a page may have several)", summary.quarantined_by_reason)
    if summary.days:
        lines += ["", "Days"]
        header = ("day", "captures", "loaded", "repeats", "not_article", "quarantine", "")
        days = [
            (
                str(day.day),
                *map(
                    "{:,}".format,
                    (day.captures, day.loaded, day.repeats, day.not_article, day.quarantined),
                ),
                "refused" if day.outcome == "refused" else "",
            )
            for day in summary.days[-_DAYS_SHOWN:]
        ]
        if len(summary.days) > _DAYS_SHOWN:
            lines.append(
                f"  the last {_DAYS_SHOWN} of {len(summary.days):,}; marts.partition_outcomes has all"
            )
        lines += columns([header, *days], right={1, 2, 3, 4, 5})
        lines += _about_withheld(summary)
    lines += ["", "Rows"]
    lines += columns([(f"{rows:,}", f"marts.{mart}") for mart, rows in summary.rows.items()], right={0})
    docs = docs_path(home)
    lines += ["", f"Marts      {summary.path}", f"Data Docs  {docs / 'index.html'}"]
    return "\n".join(lines)


def _about_withheld(summary: Summary) -> list[str]:
    """Why the table counts fewer valid pages, and more in quarantine, than a day's own run did."""
    withheld = [f"{day.withheld:,} of {day.day}" for day in summary.days[-_DAYS_SHOWN:] if day.withheld]
    if not withheld:
        return []
    return [
        f"  In quarantine, though valid by themselves, for what the days around show: {', '.join(withheld)}."
    ]


def _by_reason(title: str, counts: Mapping[str, int]) -> list[str]:
    """A table of counts, the highest first; nothing when there are none."""
    if not counts:
        return []
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ["", title, *columns([(f"{count:,}", reason) for reason, count in ranked], right={0})]


def render_releases(kept: Sequence[KeptRelease]) -> str:
    """The kept releases, the newest first, as plain text without a last newline."""
    header = ("release", "published (UTC)", "size", "articles", "")
    rows = [
        (
            release.release_id,
            f"{release.published_at:%Y-%m-%d %H:%M:%S}",
            f"{release.size_bytes / 2**20:,.1f} MiB",
            f"{release.rows.get('articles', 0):,}",
            "current" if release.current else "",
        )
        for release in kept
    ]
    return "\n".join(columns([header, *rows], right={2, 3}))


def render_export(result: ExportResult) -> str:
    """What an export holds, as plain text without a last newline."""
    rows = [
        (
            f"{mart.rows:,}",
            f"marts.{name}",
            mart.files[0] if len(mart.files) == 1 else f"{name}/ ({len(mart.files):,} months)",
            f"{mart.size_bytes / 2**20:,.1f} MiB",
        )
        for name, mart in result.marts.items()
    ]
    table = columns([("rows", "mart", "file", "size"), *rows], right={0, 3})
    return "\n".join([f"Release {result.release_id} in {str(result.folder)!r}", "", *table])
