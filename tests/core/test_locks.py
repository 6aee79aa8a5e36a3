"""A second run waits its turn, and a killed one leaves nothing locked."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from newsmarts.core.errors import LockTimeout
from newsmarts.core.locks import partition_lock
from newsmarts.core.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2025, 9, 1)
HOLD = """
import sys
from datetime import date
from newsmarts.core.locks import partition_lock
from newsmarts.core.settings import load_settings
with partition_lock(load_settings(home=sys.argv[1]), date(2025, 9, 1)):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_day_has_one_run_at_a_time_and_a_killed_run_frees_it(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, lock_timeout_seconds=0)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockTimeout, match="2025-09-01"), partition_lock(settings, DAY):
            pass
        with partition_lock(settings, date(2025, 9, 2)):
            pass  # another day is free
        holder.kill()
        holder.wait()
        with partition_lock(settings, DAY):
            pass
