"""A control group of the system with hardly any memory: the kernel kills what works in it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

_GROUPS = Path("/sys/fs/cgroup")
_LIMIT_BYTES = 4 << 20  # on top of what a process had before


@contextlib.contextmanager
def hardly_any() -> Iterator[Path]:
    """The group's folder; skips, saying why, where none can be made."""
    is_first_version = (_GROUPS / "memory" / "memory.limit_in_bytes").exists()
    root = _GROUPS / "memory" if is_first_version else _GROUPS
    group = root / f"news-faults-{os.getpid()}"
    try:
        group.mkdir()
        limit = "memory.limit_in_bytes" if is_first_version else "memory.max"
        (group / limit).write_text(str(_LIMIT_BYTES))
    except OSError as error:
        pytest.skip(f"no control group of memory can be made here (it needs root): {error}")
    try:
        yield group
    finally:
        with contextlib.suppress(OSError):
            group.rmdir()


def kills(group: Path) -> int:
    """How many processes the kernel has killed in it."""
    events = group / ("memory.events" if (group / "memory.events").exists() else "memory.oom_control")
    facts = dict(line.split() for line in events.read_text().splitlines())
    return int(facts["oom_kill"])
