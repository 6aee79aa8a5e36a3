"""Measurements as Markdown, and kept as ``bench/results/latest.json`` and ``.md``."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Mapping

from bench import pipeline_report
from bench.machine import sentence
from bench.page_sets import PLAIN_TICKER
from bench.readers import BENCH
from bench.tables import Section, mebibytes, milliseconds, seconds, speed, table, times
from samples.markup import SKINS

RESULTS = BENCH / "results"
FORMAT = 5  # of the JSON: results kept from another format are dropped


def save(sections: Mapping[str, Section]) -> dict[str, Section]:
    """Keep these sections beside those of earlier runs; gives all of them."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "latest.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    kept = {name: section for name, section in kept.items() if section.get("format") == FORMAT}
    together = {**kept, **{name: {"format": FORMAT, **section} for name, section in sections.items()}}
    path.write_text(json.dumps(together, indent=2) + "\n", encoding="utf-8")
    (RESULTS / "latest.md").write_text(render(together), encoding="utf-8")
    return together


def render(sections: Mapping[str, Section]) -> str:
    """All sections as one Markdown document."""
    renderers = {
        "pages": _pages,
        "feeds": _feeds,
        "pipeline": pipeline_report.render,
        "marts": _marts,
        "search": _search,
        "airflow": _airflow,
    }
    parts = []
    for name, renderer in renderers.items():
        if name in sections:
            section = sections[name]
            measured = f"Measured {section['measured_on']} on {sentence(section['machine'])}."
            parts += [*renderer(section), measured]
    return "\n\n".join(parts) + "\n"


def _pages(section: Section) -> Iterable[str]:
    yield "## Reading pages"
    yield f"Medians of {section['rounds']} rounds, one process on one core."
    *html, text = section["sets"].values()
    for pages in html:
        yield f"**{pages['pages']} HTML pages of {pages['mean_bytes'] / 1000:.0f} KB**"
        yield table(
            {
                "reader": reader["title"],
                "pages/CPU-s": speed(reader),
                "× plain bs4": times(reader["times_plain_bs4"]),
                "ours ÷ it": times(reader["ours_times_this"]),
                **_memory_and_scores(reader),
            }
            for reader in pages["readers"].values()
        )
    yield "Versions: " + ", ".join(f"{name} {number}" for name, number in _versions(section))
    yield "**Body F1 and ticker lines leaked, by how the same pages are marked up**"
    yield table(
        {
            "reader": reader["title"],
            **{
                part: f"{score['f1']:.3f}, {_leaks(score)}"
                for part in (*SKINS, PLAIN_TICKER)
                for score in [reader["score_by_part"][part]]
            },
        }
        for reader in html[0]["readers"].values()
    )
    if not text["readers"]:
        return
    yield f"**{text['pages']} text captures of {text['mean_bytes'] / 1000:.1f} KB**"
    yield table(
        {"reader": reader["title"], "pages/CPU-s": speed(reader), **_memory_and_scores(reader)}
        for reader in text["readers"].values()
    )
    yield "**Our parser's memory in one process**"
    yield table(
        {
            "pages of": name,
            "read": f"{soak['soaked']:,}",
            "after a tenth": mebibytes(soak["rss_bytes"][0]),
            "at the end": mebibytes(soak["rss_bytes"][-1]),
        }
        for name, soak in section["soak"].items()
    )


def _memory_and_scores(reader: Section) -> dict[str, str]:
    score, refused = reader["score"], sum(reader["refused"].values())
    return {
        "peak memory": mebibytes(reader["peak_rss_bytes"]),
        "body F1": f"{score['f1']:.3f}",
        "ticker lines leaked": _leaks(score),
        "bodies right": f"{score['exact']} of {score['pages']}",
        "no body": f"{score['empty']} ({refused} with a reason)" if refused else f"{score['empty']}",
        "whole records right": f"{reader['records_right']} of {score['pages']}" if reader["records"] else "–",
    }


def _leaks(score: Section) -> str:
    return f"{score['ticker_leaks']:,} of {score['ticker_lines']:,}"


def _versions(section: Section) -> list[tuple[str, str]]:
    found: dict[str, set[str]] = {}
    for pages in section["sets"].values():
        for reader in pages["readers"].values():
            for name, number in reader["libraries"].items():
                found.setdefault(name, set()).add(number)
    return sorted((name, " and ".join(sorted(numbers))) for name, numbers in found.items())


def _feeds(section: Section) -> Iterable[str]:
    yield "## Landing"
    warc = section["warc"]
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
        rows.append(
            {
                "": title,
                "wall": f"{wall:.2f} s",
                "pages/s": f"{warc['records'] / wall:,.0f}",
                "CPU": f"{statistics.median(each['cpu_seconds'] for each in taken):.2f} s",
                "peak memory": mebibytes(max(each["peak_rss_bytes"] for each in taken)),
            }
        )
    yield table(rows)
    larger = warc["larger"]
    yield (
        f"Landing has {warc['wall_of_read']:.0%} of the bare reading's speed by the clock and "
        f"{warc['cpu_of_read']:.0%} by CPU time; of the plain loop that stores the pages, "
        f"{warc['wall_of_store']:.0%} and {warc['cpu_of_store']:.0%}. A file of "
        f"{larger['records']:,} pages takes {mebibytes(larger['peak_rss_bytes'])} of memory."
    )
    yield "**Small captures of one day, in the inbox**"
    yield table(
        {
            "captures": f"{each['captures']:,}",
            "landing": seconds(land["wall_seconds"]),
            "first 10,000": seconds(laps[0]),
            "slowest 10,000": seconds(max(laps)),
            "last 10,000": seconds(laps[-1]),
            "again": seconds(each["again"]["wall_seconds"]),
            "peak memory": mebibytes(land["peak_rss_bytes"]),
        }
        for each in section["small"]
        for land in [each["land"]]
        for laps in [land["laps_seconds"] or [land["wall_seconds"]]]
    )
    year = section["backfill"]
    yield (
        f"**{year['days']} days, one after the other, from an archive of {year['captures']:,} captures:** "
        f"{year['wall_seconds']:.1f} s without Airflow, {year['first_day_seconds']:.2f} s of it for the "
        f"first day, which reads the archive through; {year['landed']:,} landed, peak memory "
        f"{mebibytes(year['peak_rss_bytes'])}."
    )


def _marts(section: Section) -> Iterable[str]:
    yield "## One more day in the marts"
    yield (
        f"A day of {section['per_day']} captures into a warehouse of so many; memory is that of the step "
        "that takes most."
    )
    yield table(
        {
            "captures": f"{size['captures']:,}",
            **{name: seconds(step["wall_seconds"]) for name, step in size["day"].items()},
            "peak memory": mebibytes(max(step["peak_rss_bytes"] for step in size["day"].values())),
            "full build": seconds(size["whole"]["build"]["wall_seconds"]),
            "full audit": seconds(size["whole"]["audit"]["wall_seconds"]),
            "BI queries p50 / p95": f"{milliseconds(size['queries'])} ms",
            "release": mebibytes(size["release_bytes"]),
        }
        for size in section["sizes"]
    )


def _search(section: Section) -> Iterable[str]:
    yield "## Search"
    yield (
        "Generated articles, and one more day of 300 with 30 changed ones. Answers show twenty articles with "
        "excerpts."
    )
    yield table(
        {
            "articles": f"{size['articles']:,}",
            "full build (CPU)": "{wall_seconds:,.1f} s ({cpu_seconds:,.1f} s)".format_map(size["build"]),
            "one day more": f"{size['day']['wall_seconds']:.2f} s",
            "publishing": f"{size['publish']['wall_seconds'] * 1000:,.0f} ms",
            "size": mebibytes(size["index_bytes"]),
            "peak memory, building": mebibytes(size["build"]["peak_rss_bytes"]),
            "p50 / p95 of all queries": f"{milliseconds(size['queries'])} ms",
            "peak memory, queries": mebibytes(size["queries"]["peak_rss_bytes"]),
        }
        for size in section["sizes"]
    )
    yield "**p50 / p95 by kind of query, in milliseconds, and how many articles it finds**"
    yield table(
        {
            "articles": f"{size['articles']:,}",
            **{
                kind: f"{milliseconds(found)} ({found['mean_found']:,.0f})"
                for kind, found in size["queries"]["kinds"].items()
            },
        }
        for size in section["sizes"]
    )


def _airflow(section: Section) -> Iterable[str]:
    yield "## Under Airflow"
    yield "In a fresh clone, packages in the cache; memory is that of all processes together."
    yield table(
        {
            "what": run["name"],
            "wall": f"{run['wall_seconds']:.0f} s",
            "of which the backfill": "–"
            if run["backfill_seconds"] is None
            else f"{run['backfill_seconds']:.0f} s",
            "CPU": f"{run['cpu_seconds']:.0f} s",
            "peak memory": mebibytes(run["peak_memory_bytes"]),
        }
        for run in section["runs"]
    )
    plain, backfill = section["without_airflow"], section["runs"][-1]
    share = 1 - plain["cpu_seconds"] / backfill["cpu_seconds"]
    yield (
        f"The same days by `newsmarts run`, in one process: {plain['wall_seconds']:.0f} s, "
        f"{plain['cpu_seconds']:.0f} s CPU. Airflow and a process for each task take the other {share:.0%} "
        "of the backfill's CPU time."
    )
