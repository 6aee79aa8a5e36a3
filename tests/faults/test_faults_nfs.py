"""A home on NFS, exported and mounted on this machine."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.child import Fault
from tests.faults.report import Case
from tests.faults.scene import Scene, World
from tests.faults.test_faults_disk import mounted

pytestmark = pytest.mark.faults

_OPTIONS = "rw,async,no_root_squash,insecure,no_subtree_check,fsid=4711"


def missing() -> str:
    """Why there can be no NFS on this machine; empty where there can."""
    known = Path("/proc/filesystems").read_text(encoding="ascii").split()
    lacking = [f"{name} in its kernel" for name in ("nfs4", "nfsd") if name not in known]
    lacking += [name for name in ("exportfs", "rpc.nfsd", "mount.nfs4") if shutil.which(name) is None]
    return f"no NFS on this machine: it lacks {', '.join(lacking)}" if lacking else ""


@pytest.fixture
def shared_disk(world: World, tmp_path: Path) -> Iterator[Scene]:
    """A home that is reached by NFS alone."""
    if reason := missing():
        pytest.skip(reason)
    exported, disk = tmp_path / "exported", tmp_path / "disk"
    for folder in (exported, disk):
        folder.mkdir()
    place = f"127.0.0.1:{exported}"
    subprocess.run(["rpc.nfsd", "4"], check=True)
    subprocess.run(["exportfs", "-o", _OPTIONS, place], check=True)
    try:
        with mounted(disk, "-t", "nfs4", place):
            yield world.scene(disk)
    finally:
        subprocess.run(["exportfs", "-u", place], check=True)


def test_nfs_home(shared_disk: Scene, case: Case) -> None:
    fault = Fault("newsmarts.release.releases.make_current")
    case.broke(f"the home is on NFS; {fault.reported()}")
    with shared_disk.watched() as watch:
        assert shared_disk.run(fault).code == -signal.SIGKILL
        shared_disk.recover()
    case.saw(watch.reported(), shared_disk.check())
