"""The command ``rebuild``: what it prints and returns."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest

from newsmarts.cli.main import main
from newsmarts.core.partitions import warehouse_path
from newsmarts.core.settings import load_settings
from newsmarts.load.run import run
from tests.marts.factory import DAY, Page, write_day


def test_rebuild_reports_its_days(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_day(tmp_path, DAY, [Page("a")])
    run(DAY, load_settings(home=tmp_path))
    warehouse_path(tmp_path).write_bytes(b"damaged")
    assert main(["rebuild", "--home", str(tmp_path)]) == 0
    output = capsys.readouterr().out
    assert output.splitlines()[0] == f"The warehouse holds 1 day, {DAY} to {DAY}."
    assert str(tmp_path / "warehouse" / "set-aside" / "000001") in output
    assert main(["rebuild", "--home", str(tmp_path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["days"], answer["left_out"]) == ([str(DAY)], [])


def test_rebuild_refuses_to_lose_a_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_day(tmp_path, DAY, [Page("a")])
    run(DAY, load_settings(home=tmp_path))
    write_day(tmp_path, DAY, [], accepted=False, refusal="refused since")
    assert main(["rebuild", "--home", str(tmp_path)]) == 1
    assert "--leave-out" in capsys.readouterr().err
    assert main(["rebuild", "--home", str(tmp_path), "--leave-out"]) == 0
    assert f"Left out: {DAY}" in capsys.readouterr().out


def test_a_full_disk_is_reported_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/full/news.duckdb")

    monkeypatch.setattr("newsmarts.load.run.rebuild", full)
    assert main(["rebuild", "--home", str(tmp_path)]) == 1
    output = capsys.readouterr().err
    assert "/full/news.duckdb can't be written: its disk is full" in output
    assert "Make room" in output
