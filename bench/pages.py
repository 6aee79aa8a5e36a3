"""``bench pages``: how fast and how right each reader reads generated pages.

Every round runs each reader once, one after the other, each in a fresh process; a figure is the median over
the rounds, and a ratio is the median of the rounds' ratios. Time is the process's CPU time around each
page's extraction, from its bytes; reading files, start-up and a few warm-up pages aren't counted.
"""

from __future__ import annotations

import json
import statistics
import sys
from argparse import Namespace
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.page_sets import HTML_SIZES_BYTES, PageSet, html_set, text_set
from bench.processes import measure, run_worker
from bench.readers import BUILD, OURS, PLAIN_BS4, READERS, Reader, command_of
from bench.scoring import BodyScore, score_body, summarise

WARM_UP_PAGES = 4


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured."""

    rounds: int
    pages_per_skin: int
    text_pages: int
    soak_text_pages: int
    soak_html_pages: int


FULL = Effort(rounds=3, pages_per_skin=12, text_pages=1000, soak_text_pages=100_000, soak_html_pages=1000)
QUICK = Effort(rounds=1, pages_per_skin=5, text_pages=200, soak_text_pages=5000, soak_html_pages=200)


@dataclass(slots=True)
class Runs:
    """One reader over one set of pages."""

    pages_per_cpu_second: list[float] = field(default_factory=list)  # a round each
    peak_rss_bytes: list[int] = field(default_factory=list)
    libraries: dict[str, str] = field(default_factory=dict)
    scores: dict[str, list[BodyScore]] = field(default_factory=lambda: defaultdict(list))  # by skin
    refused: Counter[str] = field(default_factory=Counter)
    records: int = 0
    records_right: int = 0
    record_differences: Counter[str] = field(default_factory=Counter)


def measure_section(options: Namespace) -> dict[str, Any]:
    """The full comparison, as JSON types."""
    effort = QUICK if options.quick else FULL
    rounds = options.rounds or effort.rounds
    readers = [reader for reader in READERS if reader.name in options.readers]
    html_sets = [html_set(size, effort.pages_per_skin) for size in HTML_SIZES_BYTES]
    text = text_set(effort.text_pages)
    # only ours reads text captures
    sets = {**dict.fromkeys(html_sets, readers), text: [OURS] if OURS in readers else []}
    runs = {pages: {reader: Runs() for reader in readers} for pages, readers in sets.items()}
    for number in range(1, rounds + 1):
        for pages, run_of in runs.items():
            for reader, run in run_of.items():
                _run_once(reader, pages, run, scored=number == 1)
                speed = f"{run.pages_per_cpu_second[-1]:.1f} pages/CPU-s"
                print(f"  round {number}: {pages.name} {reader.name}: {speed}", file=sys.stderr)
    soaks = {text: effort.soak_text_pages, html_sets[0]: effort.soak_html_pages} if OURS in readers else {}
    return {
        "rounds": rounds,
        "sets": {
            pages.name: {
                "pages": len(pages.truth()),
                "mean_bytes": pages.mean_bytes(),
                "readers": {reader.name: _figures(reader, run_of) for reader in run_of},
            }
            for pages, run_of in runs.items()
        },
        "soak": {pages.name: _soak(pages, count) for pages, count in soaks.items()},
    }


def _run_once(reader: Reader, pages: PageSet, run: Runs, *, scored: bool) -> None:
    output = BUILD / "bench-pages" / f"{pages.name}.{reader.name}.jsonl"
    command = command_of(reader, pages.folder, pages.suffix, "--warm-up", str(WARM_UP_PAGES))
    measure(command, output=output)
    with output.open(encoding="utf-8") as lines:
        *answers, summary = map(json.loads, lines)
    run.pages_per_cpu_second.append(len(answers) / sum(answer["cpu_seconds"] for answer in answers))
    run.peak_rss_bytes.append(summary["peak_rss_bytes"])
    run.libraries = summary["libraries"]
    if scored:
        _score(answers, pages.truth(), run)


def _score(answers: Iterable[dict[str, Any]], truth: dict[str, dict[str, Any]], run: Runs) -> None:
    for answer in answers:
        record = truth.pop(answer["file"])
        run.scores[answer["file"].partition("/")[0]].append(score_body(answer["body"], record))
        if answer["refused"]:
            run.refused[answer["refused"]] += 1
        if "record" in answer:
            run.records += 1
            different = [name for name in record if answer["record"].get(name) != record[name]]
            run.records_right += not different
            run.record_differences.update(different)
    if truth:
        raise ValueError(f"{len(truth)} pages have no answer, such as {min(truth)}.")


def _figures(reader: Reader, run_of: Mapping[Reader, Runs]) -> dict[str, Any]:
    run = run_of[reader]
    return {
        "title": reader.title,
        "libraries": run.libraries,
        "pages_per_cpu_second": statistics.median(run.pages_per_cpu_second),
        "rounds": run.pages_per_cpu_second,
        "times_plain_bs4": _ratio(run, run_of.get(PLAIN_BS4)),
        "ours_times_this": _ratio(run_of.get(OURS), run),
        "peak_rss_bytes": max(run.peak_rss_bytes),
        "score": summarise(score for scores in run.scores.values() for score in scores),
        "score_by_part": {part: summarise(scores) for part, scores in run.scores.items()},
        "refused": dict(run.refused),
        "records": run.records,
        "records_right": run.records_right,
        "record_differences": dict(run.record_differences.most_common()),
    }


def _ratio(run: Runs | None, base: Runs | None) -> float | None:
    """The median of the rounds' ratios; None when one of the two wasn't measured."""
    if run is None or base is None:
        return None
    pairs = zip(run.pages_per_cpu_second, base.pages_per_cpu_second, strict=True)
    return statistics.median(speed / other for speed, other in pairs)


def _soak(pages: PageSet, count: int) -> dict[str, Any]:
    """Our parser's memory while one process reads many pages."""
    print(f"  memory over {count} pages of {pages.name}", file=sys.stderr)
    return run_worker(command_of(OURS, pages.folder, pages.suffix, "--soak", str(count)))
