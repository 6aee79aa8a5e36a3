"""Measurements as Markdown, and kept as ``bench/results/latest.json`` and ``.md``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bench import feeds_report
from bench.page_sets import PLAIN_TICKER, SKINS
from bench.readers import BENCH
from bench.search_words import EVERY_KIND
from bench.tables import mebibytes as _mebibytes
from bench.tables import seconds as _seconds
from bench.tables import table as _table

RESULTS = BENCH / "results"
Section = Mapping[str, Any]
FORMAT = 4  # of the JSON: results kept from another format are dropped


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
        "feeds": feeds_report.feeds,
        "run": _run,
        "marts": _marts,
        "search": _search,
        "airflow": _airflow,
    }
    parts = []
    for name, renderer in renderers.items():
        if name in sections:
            section = sections[name]
            parts += [*renderer(section), f"Measured {section['measured_on']} on {section['machine_line']}."]
    return "\n\n".join(parts) + "\n"


def _pages(section: Section) -> Iterable[str]:
    yield "## Reading pages"
    html = [name for name in section["sets"] if name.startswith("html")]
    yield f"Medians of {section['rounds']} rounds, one process on one core."
    for name in html:
        pages = section["sets"][name]
        yield f"**{pages['pages']} HTML pages of {pages['mean_bytes'] / 1000:.0f} KB**"
        yield _table(
            ("reader", "pages/CPU-s", "× plain bs4", "ours ÷ it", "peak memory", *_SCORE_TITLES),
            [_speed_row(reader) for reader in pages["readers"].values()],
        )
    pages = section["sets"][html[0]]
    yield "Versions: " + ", ".join(f"{name} {number}" for name, number in _versions(section))
    yield "**Body F1 and ticker lines leaked, by how the same pages are marked up**"
    parts = [*SKINS, PLAIN_TICKER]
    rows = [
        (reader["title"], *(_f1_and_leaks(reader["score_by_part"][part]) for part in parts))
        for reader in pages["readers"].values()
    ]
    yield _table(("reader", *parts), rows)
    if not section["sets"]["text"]["readers"]:
        return
    text = section["sets"]["text"]
    yield f"**{text['pages']} text captures of {text['mean_bytes'] / 1000:.1f} KB**"
    yield _table(
        ("reader", "pages/CPU-s", "peak memory", *_SCORE_TITLES),
        [
            (row["title"], _speed(row), _mebibytes(row["peak_rss_bytes"]), *_scores(row))
            for row in text["readers"].values()
        ],
    )
    soaks = [
        (name, f"{soak['soaked']:,}", _mebibytes(soak["rss_bytes"][0]), _mebibytes(soak["rss_bytes"][-1]))
        for name, soak in section["soak"].items()
    ]
    yield "**Our parser's memory in one process**"
    yield _table(("pages of", "read", "after a tenth", "at the end"), soaks)


_SCORE_TITLES = ("body F1", "ticker lines leaked", "bodies right", "no body", "whole records right")


def _scores(row: Section) -> tuple[str, ...]:
    score = row["score"]
    refused = f" ({sum(row['refused'].values())} with a reason)" if row["refused"] else ""
    return (
        f"{score['f1']:.3f}",
        f"{score['ticker_leaks']:,} of {score['ticker_lines']:,}",
        f"{score['exact']} of {score['pages']}",
        f"{score['empty']}{refused}",
        f"{row['records_right']} of {score['pages']}" if row["records"] else "–",
    )


def _speed_row(row: Section) -> tuple[str, ...]:
    return (
        row["title"],
        _speed(row),
        _times(row["times_plain_bs4"]),
        _times(row["ours_times_this"]),
        _mebibytes(row["peak_rss_bytes"]),
        *_scores(row),
    )


def _f1_and_leaks(score: Section) -> str:
    return f"{score['f1']:.3f}, {score['ticker_leaks']:,} of {score['ticker_lines']:,}"


def _versions(section: Section) -> list[tuple[str, str]]:
    found: dict[str, set[str]] = {}
    for pages in section["sets"].values():
        for reader in pages["readers"].values():
            for name, number in reader["libraries"].items():
                found.setdefault(name, set()).add(number)
    return sorted((name, " and ".join(sorted(numbers))) for name, numbers in found.items())


def _run(section: Section) -> Iterable[str]:
    yield "## The pipeline without Airflow"
    yield "`newsmarts run`, from an empty home, and again with nothing new."
    rows = [
        (
            f"{case['pages']:,}",
            case["name"],
            f"{case['wall_seconds']:.1f} s",
            f"{case['cpu_seconds']:.1f} s",
            _mebibytes(case["peak_rss_bytes"]),
            _seconds(case["again_wall_seconds"]),
            _seconds(case["again_cpu_seconds"]),
        )
        for case in section["cases"]
    ]
    yield _table(("pages", "of", "wall", "CPU", "peak memory", "again, wall", "again, CPU"), rows)


def _marts(section: Section) -> Iterable[str]:
    yield "## One more day in the marts"
    yield (
        f"A day of {section['per_day']} captures into a warehouse of so many; memory is that of the step "
        "that takes most."
    )
    rows = []
    for size in section["sizes"]:
        steps, queries = size["day"], size["queries"]
        rows.append(
            (
                f"{size['captures']:,}",
                *(_seconds(steps[name]["seconds"]) for name in ("load", "build", "audit", "publish")),
                _mebibytes(max(step["peak_rss_bytes"] for step in steps.values())),
                _seconds(size["whole"]["build"]["seconds"]),
                _seconds(size["whole"]["audit"]["seconds"]),
                f"{queries['p50_seconds'] * 1000:.1f} / {queries['p95_seconds'] * 1000:.1f} ms",
                _mebibytes(size["release_bytes"]),
            )
        )
    yield _table(
        (
            "captures",
            "load",
            "build",
            "audit",
            "publish",
            "peak memory",
            "full build",
            "full audit",
            "BI queries p50 / p95",
            "release",
        ),
        rows,
    )


def _search(section: Section) -> Iterable[str]:
    yield "## Search"
    yield (
        "Generated articles, and one more day of 300 with 30 changed ones. Answers show twenty articles with "
        "excerpts."
    )
    rows = []
    for size in section["sizes"]:
        build, queries = size["build"], size["queries"]
        rows.append(
            (
                f"{size['articles']:,}",
                f"{build['seconds']:,.1f} s ({build['cpu_seconds']:,.1f} s)",
                f"{size['day']['seconds']:.2f} s",
                f"{size['publish']['seconds'] * 1000:,.0f} ms",
                _mebibytes(build["index_bytes"]),
                _mebibytes(build["peak_rss_bytes"]),
                f"{_milliseconds(queries['found'][EVERY_KIND])} ms",
                _mebibytes(queries["peak_rss_bytes"]),
            )
        )
    titles = ("full build (CPU)", "one day more", "publishing", "size", "peak memory, building")
    yield _table(("articles", *titles, "p50, p95 of all queries", "peak memory, queries"), rows)
    kinds = [name for name in section["sizes"][0]["queries"]["found"] if name != EVERY_KIND]
    yield "**p50, p95 by kind of query, in milliseconds, and how many articles it finds**"
    yield _table(
        ("articles", *kinds),
        [
            (
                f"{size['articles']:,}",
                *(f"{_milliseconds(found[kind])} ({found[kind]['mean_found']:,.0f})" for kind in kinds),
            )
            for size in section["sizes"]
            for found in [size["queries"]["found"]]
        ],
    )


def _milliseconds(answers: Section) -> str:
    return f"{answers['p50_seconds'] * 1000:.1f}, {answers['p95_seconds'] * 1000:.1f}"


def _airflow(section: Section) -> Iterable[str]:
    yield "## Under Airflow"
    yield "In a fresh clone, packages in the cache; memory is that of all processes together."
    rows = [
        (
            run["name"],
            f"{run['wall_seconds']:.0f} s",
            "–" if run["backfill_seconds"] is None else f"{run['backfill_seconds']:.0f} s",
            f"{run['cpu_seconds']:.0f} s",
            _mebibytes(run["peak_memory_bytes"]),
        )
        for run in section["runs"]
    ]
    yield _table(("what", "wall", "of which the backfill", "CPU", "peak memory"), rows)
    plain, backfill = section["without_airflow"], section["runs"][-1]
    share = 1 - plain["cpu_seconds"] / backfill["cpu_seconds"]
    yield (
        f"The same days by `newsmarts run`, in one process: {plain['wall_seconds']:.0f} s, "
        f"{plain['cpu_seconds']:.0f} s CPU. Airflow and a process for each task take the other {share:.0%} "
        "of the backfill's CPU time."
    )


def _speed(row: Section) -> str:
    speed = row["pages_per_cpu_second"]
    return f"{speed:,.0f}" if speed >= 100 else f"{speed:.1f}"


def _times(ratio: float | None) -> str:
    if ratio is None:
        return "–"
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}"
