"""The terminal's lines on runs in which a feed failed, or whose day was refused."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from local.terminal import Terminal
from local.watch import Watch

RUN = {
    "dag_id": "news_pages",
    "dag_run_id": "manual__1",
    "state": "failed",
    "conf": {"day": "2025-09-01"},
    "data_interval_start": None,
    "end_date": "2999-01-01T00:00:00+00:00",
    "duration": 3.0,
}


class Api:
    """Airflow's API, as far as it is used."""

    def __init__(self, load: str, refusal: str | None = None) -> None:
        self.load, self.refusal = load, refusal

    def active_runs(self) -> list[Any]:
        return []

    def changed_runs(self, _since: object) -> list[Any]:
        return [RUN]

    def result_of(self, _run: object, _task: str) -> dict[str, Any]:
        return {"refusal": self.refusal}

    def tasks(self, _run: object) -> list[dict[str, Any]]:
        land = {"task_id": "land", "state": "failed", "map_index": 1, "try_number": 6}
        return [
            land | {"rendered_map_index": "wayback"},
            {"task_id": "load", "state": self.load, "map_index": -1, "try_number": 1},
            {"task_id": "accept", "state": "upstream_failed", "map_index": -1, "try_number": 1},
        ]


@pytest.mark.parametrize(
    ("load", "refusal", "expected"),
    [
        ("success", None, "2025-09-01 loaded, but not from every feed"),
        ("success", "too many", "2025-09-01 refused: none of its articles is loaded"),
        ("upstream_failed", None, "2025-09-01 failed"),
    ],
)
def test_a_feed_that_failed_is_named_with_its_error(
    load: str, refusal: str | None, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "dag_id=news_pages/run_id=manual__1/task_id=land/map_index=1/attempt=6.log"
    log.parent.mkdir(parents=True)
    log.write_text(json.dumps({"error_detail": [{"exc_type": "FeedUnavailable", "exc_value": "503"}]}))
    watch = Watch(Api(load, refusal), Terminal(), lambda: None, tmp_path)  # type: ignore[arg-type]
    watch._poll()
    out = capsys.readouterr().out
    assert expected in out
    assert "task land of wayback: FeedUnavailable: 503" in out
    assert str(log) in out
    assert watch.failed == [RUN]


def test_airflows_daily_run_without_captures_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Quiet(Api):
        def changed_runs(self, _since: object) -> list[Any]:
            return [RUN | {"state": "success", "run_type": "scheduled"}]

        def result_of(self, _run: object, _task: str) -> dict[str, Any]:
            return {"summary": "no feed has captures of the day", "nothing": True}

    watch = Watch(Quiet("success"), Terminal(), lambda: None, tmp_path)  # type: ignore[arg-type]
    watch._poll()
    assert "2025-09-01: Airflow's daily run: no feed has captures of it" in capsys.readouterr().out


def test_it_waits_for_the_marts_of_the_last_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event that has no run yet is waited for, and so is the run that it becomes."""
    monkeypatch.setattr("local.watch.POLL_SECONDS", 0.0)
    marts = RUN | {"dag_id": "news_marts", "state": "success", "dag_run_id": "asset_triggered__1"}
    running = marts | {"state": "running", "end_date": None}
    api = Api("success")
    polls = iter([[RUN], [RUN], [running], [running], [marts], [marts], [marts]])
    events = iter([True, False, False])
    api.changed_runs = lambda _since: next(polls)  # type: ignore[method-assign]
    api.has_queued_events = lambda _dag: next(events)  # type: ignore[attr-defined]
    watch = Watch(api, Terminal(), lambda: None, tmp_path)  # type: ignore[arg-type]
    watch.until_idle({date(2025, 9, 1)})
    assert [run["dag_id"] for run in watch.ended] == ["news_pages", "news_marts"]
