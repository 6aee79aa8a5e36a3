"""Processes that share a large day write the same files, byte for byte; a killed one leaves the old ones."""

from __future__ import annotations

import os
import signal
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from newsmarts.core.errors import ProcessKilled
from newsmarts.core.partitions import partition_path
from newsmarts.core.settings import Settings, load_settings
from newsmarts.land.run import run as land
from newsmarts.parse import run as stage
from samples.generate import write_inbox

DAY = date(2025, 9, 1)


def kill_a_part(
    day: date, settings: Settings, folder: Path, start: int, count: int
) -> tuple[Counter[str], Counter[str]]:
    """Parse a part, but for one, whose process is killed."""
    if start == 10:
        os.kill(os.getpid(), signal.SIGKILL)
    return stage._parse_part(day, settings, folder, start, count)


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.parquet")}


@pytest.mark.slow
def test_a_shared_day_gives_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in write_inbox(tmp_path / "inbox", 25, page_format="mixed"):
        pass
    (tmp_path / "inbox" / DAY.isoformat() / "shopping.txt").write_text("bread\nmilk\n")
    settings = load_settings(home=tmp_path / "home", inbox=tmp_path / "inbox", settle_seconds=0)
    land(DAY, settings)
    alone = stage.run(DAY, settings)
    folder = partition_path(settings.home, "parsed", DAY)
    written = _contents(folder)
    monkeypatch.setattr(stage, "_PART", 5)
    monkeypatch.setattr(stage, "_ROWS_AT_ONCE", 7)
    small_groups = stage.run(DAY, settings)
    in_small_groups = _contents(folder)
    assert (small_groups, in_small_groups.keys()) == (alone, written.keys())
    assert stage.run(DAY, settings, 2) == alone
    assert _contents(folder) == in_small_groups

    monkeypatch.setattr(stage, "_parse_part", kill_a_part)
    with pytest.raises(ProcessKilled, match="was killed"):
        stage.run(DAY, settings, 2)
    assert _contents(folder) == in_small_groups
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
