"""How many cores this process may use."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")


def available_cores(*, own: Path = _OWN, cgroups: Path = _CGROUPS) -> int:
    """The cores that this process may run on, or as many as its share of CPU time is worth, if fewer.

    A container's or a service's share (``docker run --cpus``, ``CPUQuota``) is a limit of a control group,
    version 2, or of one above it.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with suppress(OSError):
        for line in own.read_text().splitlines():
            if line.startswith("0::"):
                group = cgroups / line[3:].strip("/")
                folders = [group, *(folder for folder in group.parents if folder.is_relative_to(cgroups))]
                cores = min([cores, *(limit for folder in folders if (limit := _limit(folder)))])
    return cores


def _limit(folder: Path) -> int | None:
    """A group's limit in whole cores, at least one; None when it has none."""
    try:
        quota, period = (folder / "cpu.max").read_text().split()
    except OSError:
        return None
    return None if quota == "max" else max(1, int(quota) // int(period))
