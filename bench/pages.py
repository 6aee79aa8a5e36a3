"""``bench pages``: how fast and how right each reader reads generated pages.

Every round runs each reader once, one after the other, each in a fresh process; a figure is the median over
the rounds, and a ratio is the median of the rounds' ratios. Time is the process's CPU time around each
page's extraction, from its bytes; reading files, start-up and a few warm-up pages aren't counted.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.page_sets import HTML_SIZES_BYTES, PageSet, html_set, text_set
from bench.processes import measure
from bench.readers import BUILD, OURS, PLAIN_BS4, PROJECT, READERS, Reader, command_of
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


def measure_pages(effort: Effort, readers: Sequence[Reader] = READERS) -> dict[str, Any]:
    """The full comparison, as JSON types."""
    html_sets = [html_set(size, effort.pages_per_skin) for size in HTML_SIZES_BYTES]
    text = text_set(effort.text_pages)
    runs: dict[tuple[str, str], Runs] = defaultdict(Runs)
    plan = [(pages, reader) for pages in html_sets for reader in readers]
    plan += [(text, reader) for reader in readers if reader.reads_text]
    for number in range(1, effort.rounds + 1):
        for pages, reader in plan:
            run = runs[pages.name, reader.name]
            _run_once(reader, pages, run, scored=number == 1)
            speed = run.pages_per_cpu_second[-1]
            print(f"  round {number}: {pages.name} {reader.name}: {speed:.1f} pages/CPU-s", file=sys.stderr)
    sets = [*html_sets, text]
    soaks = _soaks(effort, readers, text, html_sets[0])
    return {
        "rounds": effort.rounds,
        "sets": {
            pages.name: {
                "pages": len(pages.truth()),
                "mean_bytes": pages.mean_bytes(),
                "readers": _readers_of(pages, readers, runs),
            }
            for pages in sets
        },
        "soak": {pages.name: _soak(pages, count) for pages, count in soaks},
    }


def _run_once(reader: Reader, pages: PageSet, run: Runs, *, scored: bool) -> None:
    output = BUILD / "bench-pages" / f"{pages.name}.{reader.name}.jsonl"
    command = command_of(reader, pages.folder, pages.suffix, WARM_UP_PAGES)
    measure(command, output=output, cwd=PROJECT)
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


def _readers_of(
    pages: PageSet, readers: Sequence[Reader], runs: dict[tuple[str, str], Runs]
) -> dict[str, dict[str, Any]]:
    by_reader = {reader.name: runs[pages.name, reader.name] for reader in readers}
    ours, plain = by_reader.get(OURS.name), by_reader.get(PLAIN_BS4.name)
    found = {}
    for reader in readers:
        run = by_reader[reader.name]
        if not run.pages_per_cpu_second:
            continue
        found[reader.name] = {
            "title": reader.title,
            "libraries": run.libraries,
            "pages_per_cpu_second": statistics.median(run.pages_per_cpu_second),
            "rounds": run.pages_per_cpu_second,
            "times_plain_bs4": _ratio(run, plain),
            "ours_times_this": _ratio(ours, run),
            "peak_rss_bytes": max(run.peak_rss_bytes),
            "score": asdict(summarise(score for scores in run.scores.values() for score in scores)),
            "score_by_part": {part: asdict(summarise(scores)) for part, scores in run.scores.items()},
            "refused": dict(run.refused),
            "records": run.records,
            "records_right": run.records_right,
            "record_differences": dict(run.record_differences.most_common()),
        }
    return found


def _ratio(run: Runs | None, base: Runs | None) -> float | None:
    """The median of the rounds' ratios; None when one of the two wasn't measured."""
    if not (run and base and run.pages_per_cpu_second and base.pages_per_cpu_second):
        return None
    pairs = zip(run.pages_per_cpu_second, base.pages_per_cpu_second, strict=True)
    return statistics.median(speed / other for speed, other in pairs)


def _soaks(
    effort: Effort, readers: Sequence[Reader], text: PageSet, html: PageSet
) -> list[tuple[PageSet, int]]:
    if OURS not in readers:
        return []
    return [(text, effort.soak_text_pages), (html, effort.soak_html_pages)]


def _soak(pages: PageSet, count: int) -> dict[str, Any]:
    """Our parser's memory while one process reads many pages."""
    print(f"  memory over {count} pages of {pages.name}", file=sys.stderr)
    output = BUILD / "bench-pages" / f"{pages.name}.soak.jsonl"
    command = command_of(OURS, pages.folder, pages.suffix, 0)
    measure([*command, "--soak", str(count)], output=output, cwd=PROJECT)
    memory: dict[str, Any] = json.loads(output.read_text())
    return memory
