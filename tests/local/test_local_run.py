"""``make run`` before Airflow is up: ports, and what it prints while it waits."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from local import run_local
from local.airflow_servers import airflow_folder
from local.servers import STOP_SIGNALS, LocalServerError
from local.terminal import Terminal
from local.watch import MARTS, PAGES
from newsmarts.core.settings import load_settings
from tests.desk.day_files import write_day, write_landed_day


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


def test_an_empty_inbox_is_reported_with_what_it_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "inbox").mkdir()
    settings = load_settings(home=tmp_path / "home", inbox=tmp_path / "inbox")
    assert run_local._find_days(settings, Terminal()) == {}
    assert re.search(
        r"inbox has no captures\. It takes saved pages .* 2025-08-25/page\.html", capsys.readouterr().out
    )


def test_days_that_still_need_a_run_are_in_the_summary(tmp_path: Path) -> None:
    write_day(tmp_path, date(2025, 9, 1), accepted=False)
    write_landed_day(tmp_path, date(2025, 9, 2))
    summary = run_local._summary(load_settings(home=tmp_path), [])
    assert "  Refused days: 2025-09-01\n" in summary
    assert "  Days without results: 2025-09-02\n" in summary


def test_each_home_has_an_airflow_of_its_own(tmp_path: Path) -> None:
    """Its history is of one home's days: another home's desk would show days that aren't there."""
    homes = [tmp_path / "data", tmp_path / "other", tmp_path / "x" / "other"]
    folders = [airflow_folder(tmp_path, home) for home in homes]
    assert folders[0] == tmp_path / ".airflow"
    assert len(set(folders)) == 3
    assert [folder.parent for folder in folders[1:]] == [tmp_path / ".airflow" / "homes"] * 2
