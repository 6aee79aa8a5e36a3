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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

from bench.hostile import report as hostile_pages
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


class Run(NamedTuple):
    """One reader over one set of pages, once."""

    pages_per_cpu_second: float
    answers: list[dict[str, Any]]
    summary: dict[str, Any]


def measure_section(options: Namespace) -> dict[str, Any]:
    """The full comparison, as JSON types."""
    effort = QUICK if options.quick else FULL
    readers = [reader for reader in READERS if reader.name in options.readers]
    html_sets = [html_set(size, effort.pages_per_skin) for size in HTML_SIZES_BYTES]
    text = text_set(effort.text_pages)
    # only ours reads text captures
    sets = {**dict.fromkeys(html_sets, readers), text: [OURS] if OURS in readers else []}
    runs: dict[PageSet, dict[Reader, list[Run]]]
    runs = {pages: {reader: [] for reader in readers} for pages, readers in sets.items()}
    for number in range(1, effort.rounds + 1):
        for pages, runs_of in runs.items():
            for reader, done in runs_of.items():
                done.append(_run(reader, pages))
                speed = f"{done[-1].pages_per_cpu_second:.1f} pages/CPU-s"
                print(f"  round {number}: {pages.name} {reader.name}: {speed}", file=sys.stderr)
    soaks = {text: effort.soak_text_pages, html_sets[0]: effort.soak_html_pages} if OURS in readers else {}
    return {
        "rounds": effort.rounds,
        "sets": {
            pages.name: {
                "pages": len(pages.truth()),
                "mean_bytes": pages.mean_bytes(),
                "readers": {reader.name: _figures(reader, runs_of, pages.truth()) for reader in runs_of},
            }
            for pages, runs_of in runs.items()
        },
        "hostile": hostile_pages() if OURS in readers else {},
        "soak": {pages.name: _soak(pages, count) for pages, count in soaks.items()},
    }


def _run(reader: Reader, pages: PageSet) -> Run:
    output = BUILD / "bench-pages" / f"{pages.name}.{reader.name}.jsonl"
    command = command_of(reader, pages.folder, pages.suffix, "--warm-up", str(WARM_UP_PAGES))
    measure(command, output=output)
    with output.open(encoding="utf-8") as lines:
        *answers, summary = map(json.loads, lines)
    return Run(len(answers) / sum(answer["cpu_seconds"] for answer in answers), answers, summary)


def _figures(
    reader: Reader, runs_of: Mapping[Reader, Sequence[Run]], truth: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    """A reader's figures: speed and memory of all rounds, and how right the answers of the first are."""
    runs = runs_of[reader]
    answers = {answer["file"]: answer for answer in runs[0].answers}
    if answers.keys() != truth.keys():
        raise ValueError(f"{reader.name} answered for {len(answers)} pages of {len(truth)}, or for others.")
    scores: dict[str, list[BodyScore]] = defaultdict(list)
    for file, answer in answers.items():
        scores[file.partition("/")[0]].append(score_body(answer["body"], truth[file]))
    differences = [
        [name for name in truth[file] if answer["record"].get(name) != truth[file][name]]
        for file, answer in answers.items()
        if "record" in answer
    ]
    speeds = {each: [run.pages_per_cpu_second for run in done] for each, done in runs_of.items()}
    return {
        "title": reader.title,
        "libraries": runs[0].summary["libraries"],
        "pages_per_cpu_second": statistics.median(speeds[reader]),
        "rounds": speeds[reader],
        "times_plain_bs4": _ratio(speeds[reader], speeds.get(PLAIN_BS4)),
        "ours_times_this": _ratio(speeds.get(OURS), speeds[reader]),
        "peak_rss_bytes": max(run.summary["peak_rss_bytes"] for run in runs),
        "score": summarise(chain.from_iterable(scores.values())),
        "score_by_part": {part: summarise(of_part) for part, of_part in scores.items()},
        "refused": Counter(answer["refused"] for answer in answers.values() if answer["refused"]),
        "records": len(differences),
        "records_right": differences.count([]),
        "record_differences": dict(Counter(chain.from_iterable(differences)).most_common()),
    }


def _ratio(speeds: Sequence[float] | None, others: Sequence[float] | None) -> float | None:
    """The median of the rounds' ratios; None when one of the two wasn't measured."""
    if speeds is None or others is None:
        return None
    return statistics.median(speed / other for speed, other in zip(speeds, others, strict=True))


def _soak(pages: PageSet, count: int) -> dict[str, Any]:
    """Our parser's memory while one process reads many pages."""
    print(f"  memory over {count} pages of {pages.name}", file=sys.stderr)
    return run_worker(command_of(OURS, pages.folder, pages.suffix, "--soak", str(count)))
