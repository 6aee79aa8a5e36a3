"""What the stages of a run cost, as lines."""

from __future__ import annotations

from collections.abc import Mapping

from newsmarts.cli.output import columns
from newsmarts.core.timings import Cost


def render_timings(stages: Mapping[str, Cost]) -> list[str]:
    """A table of the stages, after an empty line; nothing when none was measured."""
    if not stages:
        return []
    header = ("stage", "wall", "CPU", "pages", "CPU a page", "peak memory")
    rows = [
        (
            stage,
            f"{cost.wall_seconds:,.2f} s",
            f"{cost.cpu_seconds:,.2f} s",
            f"{cost.pages:,}" if cost.pages else "",
            f"{cost.cpu_seconds * 1000 / cost.pages:,.2f} ms" if cost.pages else "",
            f"{cost.peak_rss_bytes / 2**20:,.0f} MiB",
        )
        for stage, cost in stages.items()
    ]
    return ["", "Stages", *columns([header, *rows], right={1, 2, 3, 4, 5})]
