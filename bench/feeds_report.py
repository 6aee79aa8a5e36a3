"""What ``bench feeds`` measured, as Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from typing import Any

from bench.tables import mebibytes, seconds, table

Section = Mapping[str, Any]


def feeds(section: Section) -> Iterable[str]:
    yield "## Landing"
    yield from _warc(section["warc"])
    yield "**Small captures of one day, in the inbox**"
    rows = []
    for each in section["small"]:
        land = each["land"]
        laps = land["laps_seconds"] or [land["wall_seconds"]]
        rows.append(
            (
                f"{each['captures']:,}",
                *map(seconds, (land["wall_seconds"], laps[0], max(laps), laps[-1])),
                seconds(each["again"]["wall_seconds"]),
                mebibytes(land["peak_rss_bytes"]),
            )
        )
    titles = ("landing", "first 10,000", "slowest 10,000", "last 10,000", "again", "peak memory")
    yield table(("captures", *titles), rows)
    year = section["backfill"]
    yield (
        f"**{year['days']} days, one after the other, from an archive of {year['captures']:,} captures:** "
        f"{year['wall_seconds']:.1f} s without Airflow, {year['first_day_seconds']:.2f} s of it for the "
        f"first day, which reads the archive through; {year['landed']:,} landed, peak memory "
        f"{mebibytes(year['peak_rss_bytes'])}."
    )


def _warc(warc: Section) -> Iterable[str]:
    mean_kb = warc["page_bytes"] / warc["records"] / 1000
    yield (
        f"**A gzip WARC file of {warc['records']:,} pages of {mean_kb:.0f} KB** "
        f"({mebibytes(warc['file_bytes'])}); medians of {len(warc['rounds'])} rounds. Landing holds each "
        "page to its digest, stores it under its SHA-256, on the disk for good, and makes index and manifest."
    )
    titles = {
        "read": "fastwarc, reading only",
        "store": "fastwarc, digests held and each page flushed to its file",
        "land": "landing",
        "again": "landing again, by the index",
    }
    rows = []
    for key, title in titles.items():
        taken = [each[key] for each in warc["rounds"]]
        wall = statistics.median(each["wall_seconds"] for each in taken)
        cpu = statistics.median(each["cpu_seconds"] for each in taken)
        peak = max(each["peak_rss_bytes"] for each in taken)
        rows.append(
            (title, f"{wall:.2f} s", f"{warc['records'] / wall:,.0f}", f"{cpu:.2f} s", mebibytes(peak))
        )
    yield table(("", "wall", "pages/s", "CPU", "peak memory"), rows)
    larger = warc["larger"]
    yield (
        f"Landing has {warc['wall_of_read']:.0%} of the bare reading's speed by the clock and "
        f"{warc['cpu_of_read']:.0%} by CPU time; of the plain loop that stores the pages, "
        f"{warc['wall_of_store']:.0%} and {warc['cpu_of_store']:.0%}. A file of "
        f"{larger['records']:,} pages takes {mebibytes(larger['peak_rss_bytes'])} of memory."
    )
