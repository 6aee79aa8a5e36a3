"""What stages cost: added up by stage, each with a peak of its own."""

from __future__ import annotations

import mmap
import sys

import pytest

from newsmarts.cli.render.timings import render_timings
from newsmarts.core.timings import Cost, Timings


def test_a_stages_costs_are_added_up_also_when_it_fails() -> None:
    timings, other = Timings(), Timings()
    for _ in range(2):
        with timings.measure("parse") as cost:
            cost.pages = 3
            sum(range(100_000))
    with pytest.raises(ValueError), other.measure("validate"):
        raise ValueError
    with other.measure("parse") as cost:
        cost.pages = 4
    timings.add(other)
    assert list(timings.stages) == ["parse", "validate"]
    parse = timings.stages["parse"]
    assert parse.pages == 10
    assert 0 < parse.cpu_seconds <= parse.wall_seconds + 0.01
    assert parse.peak_rss_bytes > 1_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can reset the mark of the peak")
def test_a_stage_isnt_charged_with_the_memory_of_one_before() -> None:
    # Mapped, not from the heap: other tests may have left enough free memory there.
    timings = Timings()
    with timings.measure("large"), mmap.mmap(-1, 64 << 20) as memory:
        for page in range(0, len(memory), mmap.PAGESIZE):
            memory[page] = 1
    with timings.measure("small"):
        pass
    assert timings.stages["large"].peak_rss_bytes - timings.stages["small"].peak_rss_bytes > 32 << 20


def test_nothing_is_measured_unless_enabled() -> None:
    timings = Timings(enabled=False)
    with timings.measure("parse") as cost:
        cost.pages = 3
    assert timings.stages == {}
    assert render_timings(timings.stages) == []


def test_the_table_has_a_row_a_stage() -> None:
    stages = {"parse": Cost(2.0, 1.5, 300, 200 << 20), "publish": Cost(0.25, 0.125, 0, 100 << 20)}
    assert render_timings(stages) == [
        "",
        "Stages",
        "  stage      wall     CPU  pages  CPU a page  peak memory",
        "  parse    2.00 s  1.50 s    300     5.00 ms      200 MiB",
        "  publish  0.25 s  0.12 s                         100 MiB",
    ]
