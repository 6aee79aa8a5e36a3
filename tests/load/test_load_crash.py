"""A load that is killed at any point leaves the day as it was, or as it should be: never half of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from newsmarts.core.db import reading
from newsmarts.core.partitions import warehouse_path
from newsmarts.core.settings import PROJECT_ROOT, load_settings
from newsmarts.load.run import run
from tests.marts.factory import DAY, Page, write_day

KILLED_LOAD = """
import os, sys
from datetime import date
from pathlib import Path
from newsmarts.load import warehouse
from newsmarts.load.run import run
from newsmarts.core.settings import load_settings

def die(*_):
    os.kill(os.getpid(), 9)

point = sys.argv[2]
if point == "inside":
    warehouse._check_conservation = die  # every row is written, nothing is committed
else:
    warehouse.day_counts, once = die, warehouse.day_counts  # committed, not yet in the file proper
    warehouse._check_conservation = lambda *_: None
run(date.fromisoformat(sys.argv[3]), load_settings(home=Path(sys.argv[1])))
"""


@pytest.mark.parametrize(("point", "survivors"), [("inside", ["old"]), ("committed", ["new1", "new2"])])
def test_a_killed_load_leaves_a_whole_day(tmp_path: Path, point: str, survivors: list[str]) -> None:
    settings = load_settings(home=tmp_path)
    write_day(tmp_path, DAY, [Page("old")])
    run(DAY, settings)
    write_day(tmp_path, DAY, [Page("new1"), Page("new2", headline="Another")])
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_LOAD, str(tmp_path), point, str(DAY)],
        cwd=PROJECT_ROOT,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        check=False,
    )
    assert killed.returncode == -9
    with reading(warehouse_path(tmp_path)) as connection:
        paths = connection.execute("SELECT source_path FROM warehouse.captures ORDER BY ALL").fetchall()
    assert paths == [(f"{DAY}/{name}.txt",) for name in survivors]
    assert run(DAY, settings).captures == 2
    assert run(DAY, settings).changed is False
