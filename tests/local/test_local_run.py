"""``make run`` before Airflow is up: ports, and what it prints while it waits."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from local import run_local
from local.servers import STOP_SIGNALS, LocalServerError
from local.terminal import Terminal
from local.watch import MARTS, PAGES


@pytest.fixture
def own_signals() -> Iterator[None]:
    """The handlers of this process, as they were before."""
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("own_signals")
def test_a_port_that_does_not_exist_is_an_error_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = ["--home", str(tmp_path / "home"), "--airflow-home", str(tmp_path / "airflow")]
    assert run_local.main([*folders, "--port", "99999"]) == 2
    assert "error: Port 99999 doesn't exist" in capsys.readouterr().err
    assert not (tmp_path / "airflow" / "airflow.db").exists()


class Api:
    """Airflow's API while Airflow starts: each component becomes healthy some looks after the other."""

    def __init__(self, *, errors: list[str]) -> None:
        self.looks = 0
        self.errors = errors

    def health(self) -> dict[str, str | None]:
        self.looks += 1
        names = ("metadatabase", "scheduler", "dag_processor")
        return {name: "healthy" if self.looks > 3 * (place + 1) else None for place, name in enumerate(names)}

    def log_in(self) -> None:
        pass

    def dags_read_since(self, _moment: datetime) -> set[str]:
        return {PAGES, MARTS} if self.looks > 14 else set()

    def import_errors(self) -> list[str]:
        return self.errors


def test_what_is_waited_for_is_printed_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    run_local._wait_until_up(Api(errors=[]), lambda: None, Terminal())  # type: ignore[arg-type]
    lines = [re.sub(r"^\[.*?\] ", "", line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "waiting for the API server's first answer …",
        "waiting for the scheduler's first heartbeat …",
        "waiting for the DAG processor's first heartbeat …",
        "waiting for the DAG files to be parsed …",
    ]


def test_dags_that_cannot_be_imported_end_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    api = Api(errors=["news_pages.py: SyntaxError"])
    with pytest.raises(LocalServerError, match=r"can't import the DAGs(.|\n)*SyntaxError"):
        run_local._wait_until_up(api, lambda: None, Terminal())  # type: ignore[arg-type]
