"""The terminal's lines on runs in which a feed failed, or whose day was refused."""

from __future__ import annotations

import json
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

    def __init__(self, load: str, accept: str = "success") -> None:
        self.load, self.accept = load, accept

    def active_runs(self) -> list[Any]:
        return []

    def changed_runs(self, _since: object) -> list[Any]:
        return [RUN]

    def tasks(self, _run: object) -> list[dict[str, Any]]:
        land = {"task_id": "land", "state": "failed", "map_index": 1, "try_number": 6}
        return [
            land | {"rendered_map_index": "wayback"},
            {"task_id": "load", "state": self.load, "map_index": -1, "try_number": 1},
            {"task_id": "accept", "state": self.accept, "map_index": -1, "try_number": 1},
            {"task_id": "feeds", "state": "failed", "map_index": -1, "try_number": 1},
        ]


@pytest.mark.parametrize(
    ("load", "accept", "expected"),
    [
        ("success", "success", "2025-09-01 loaded, but not from every feed"),
        ("success", "failed", "2025-09-01 refused: none of its articles is loaded"),
        ("upstream_failed", "upstream_failed", "2025-09-01 failed"),
    ],
)
def test_a_feed_that_failed_is_named_with_its_error(
    load: str, accept: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "dag_id=news_pages/run_id=manual__1/task_id=land/map_index=1/attempt=6.log"
    log.parent.mkdir(parents=True)
    log.write_text(json.dumps({"error_detail": [{"exc_type": "FeedUnavailable", "exc_value": "503"}]}))
    watch = Watch(Api(load, accept), Terminal(), lambda: None, tmp_path)  # type: ignore[arg-type]
    watch._poll()
    out = capsys.readouterr().out
    assert expected in out
    assert "task land of wayback: FeedUnavailable: 503" in out
    assert str(log) in out
    assert "feeds" not in out
    assert watch.failed == [RUN]


def test_airflows_daily_run_without_captures_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Quiet(Api):
        def changed_runs(self, _since: object) -> list[Any]:
            return [RUN | {"state": "success", "run_type": "scheduled"}]

        def result_of(self, _run: object, _task: str) -> dict[str, Any]:
            return {}

    watch = Watch(Quiet("skipped"), Terminal(), lambda: None, tmp_path)  # type: ignore[arg-type]
    watch._poll()
    assert "2025-09-01: Airflow's daily run: no feed has captures of it" in capsys.readouterr().out
