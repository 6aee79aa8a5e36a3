"""What the pipeline's stages cost, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bench.tables import Section, mebibytes, seconds, table, times


def render(section: Section) -> Iterable[str]:
    """What is aimed at, then each case stage by stage, then whole runs."""
    this, *others = section["revisions"]
    cases, runs = section["cases"], section["runs"]
    yield "## The pipeline without Airflow"
    yield (
        "Generated pages, from an empty home; CPU time is that of the round with the least of it. "
        "Imports that take seconds are the stage `start`."
    )
    yield table(_aims(section, this, others))
    for case in cases.values():
        articles = ", ".join(f"{name} {found['articles']:,}" for name, found in case["revisions"].items())
        yield f"**{case['name']}**, stage by stage in one process (articles: {articles})"
        yield table(_stages(case, this, others))
    yield f"**{runs['name']}**, `newsmarts run`; memory is that of all its processes together"
    yield table(
        {
            "cores": name,
            **{f"wall, {each}": seconds(found[each][name]["wall_seconds"]) for each in (*others, this)},
            **{
                f"peak memory, {each}": mebibytes(found[each][name]["peak_memory_bytes"])
                for each in (*others, this)
            },
        }
        for found in [runs["revisions"]]
        for name in found[this]
    )


def _aims(section: Section, this: str, others: list[str]) -> Iterable[Mapping[str, str]]:
    """A row for each figure that is aimed at."""
    rows = {
        "CPU for each further text page": ("text_page_cpu_seconds", _milliseconds),
        "CPU for each further HTML page of 150 KB": ("html_page_cpu_seconds", _milliseconds),
        "CPU for each further day": ("day_cpu_seconds", lambda value: f"{value:.2f} s"),
        f"wall, {section['runs']['name']}, two cores against one": (
            "times_faster_on_two_cores",
            lambda value: f"{value:.2f} times faster",
        ),
        f"peak memory, {section['cases']['one_day']['name']} of one day": (
            "one_day_peak_rss_bytes",
            mebibytes,
        ),
    }
    for title, (key, figure) in rows.items():
        yield {
            "": title,
            **{name: figure(section["aims"][name][key]) for name in (*others, this)},
            **{
                f"{this} ÷ {name}": times(section["aims"][this][key] / section["aims"][name][key])
                for name in others
            },
        }


def _milliseconds(value: float) -> str:
    return f"{value * 1000:.1f} ms"


def _stages(case: Section, this: str, others: list[str]) -> Iterable[Mapping[str, str]]:
    """A row for each stage and one for all together."""
    stages = {name: found["stages"] for name, found in case["revisions"].items()}
    for stage in (*stages[this], "all"):
        costs = {
            name: list(found.values()) if stage == "all" else [found[stage]] for name, found in stages.items()
        }
        wall = {name: sum(cost["wall_seconds"] for cost in costs[name]) for name in costs}
        cpu = {name: sum(cost["cpu_seconds"] for cost in costs[name]) for name in costs}
        peak = {name: max(cost["peak_rss_bytes"] for cost in costs[name]) for name in costs}
        yield {
            "stage": stage,
            **{f"wall, {name}": f"{wall[name]:.2f} s" for name in (*others, this)},
            **{f"CPU, {name}": f"{cpu[name]:.2f} s" for name in (*others, this)},
            **{f"CPU ÷ {name}": times(cpu[this] / cpu[name]) if cpu[name] else "–" for name in others},
            **{
                f"CPU a page, {name}": f"{cpu[name] * 1000 / case['pages']:.2f} ms"
                for name in (*others, this)
            },
            **{f"peak memory, {name}": mebibytes(peak[name]) for name in (*others, this)},
        }
