"""A home to break, and the undisturbed one that it has to come back to."""

from __future__ import annotations

import os
import re
import shutil
import time
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from newsmarts.core.files import TEMPORARY_PREFIX
from newsmarts.core.partitions import objects_path
from newsmarts.core.settings import PROJECT_ROOT, Settings, load_settings
from newsmarts.release.reader import connect
from newsmarts.release.releases import current_release
from newsmarts.search import open_index
from tests.contract_files import write_brief_contracts
from tests.faults import child, marts
from tests.faults.child import Fault, Work
from tests.faults.forks import Ended, Fork, Forks
from tests.faults.watch import Seen, Watch, seen_in, watching

SAMPLES = PROJECT_ROOT / "samples" / "inbox"
FIRST, SECOND, THIRD = date(2025, 9, 1), date(2025, 9, 2), date(2025, 9, 3)
DAYS = (FIRST, SECOND, THIRD)


@dataclass(frozen=True, slots=True)
class World:
    """Two states of an inbox, and the homes that undisturbed runs made of them.

    ``old``: two days were run and published. ``new``: the second day had a late page, and the third day came,
    partly in an archive.
    """

    folder: Path
    forks: Forks
    old_marts: marts.Rows
    new_marts: marts.Rows
    seen: tuple[Seen, Seen]  # by readers of old and new

    @classmethod
    def make(cls, folder: Path) -> World:
        """Run both states without any fault."""
        forks = Forks(folder)
        inbox = folder / "inbox"
        for day in (FIRST, SECOND):
            shutil.copytree(SAMPLES / str(day), inbox / str(day))
        late = inbox / str(SECOND) / "al_mayadeen" / "novarra-solar-park.txt"
        kept = late.read_bytes()
        late.unlink()
        # all of them would take most of a case's time
        contracts = write_brief_contracts(folder / "contracts", each=4)
        states, seen = {}, {}
        for state in ("old", "new"):
            if state == "new":
                late.write_bytes(kept)
                _add_third_day(inbox)
            home = folder / f"home-{state}"
            if state == "new":
                shutil.copytree(folder / "home-old", home, symlinks=True)
            shutil.copytree(inbox, folder / f"inbox-{state}")
            ended = forks.start(cls.overrides(home, inbox, contracts), child.run).wait()
            assert ended.code == 0, ended.reported
            states[state] = marts.read_marts(home)
            seen[state] = seen_in(home)
        assert seen["new"][1] > seen["old"][1] > 0
        assert marts.differences(states["old"], states["new"])
        return cls(folder, forks, states["old"], states["new"], (seen["old"], seen["new"]))

    @classmethod
    def of_samples(cls, folder: Path, home: Path, forks: Forks) -> World:
        """The samples' home as both states: nothing is new in its inbox."""
        (folder / "home-new").symlink_to(home)
        (folder / "contracts").symlink_to(PROJECT_ROOT / "expectations")
        found = marts.read_marts(home)
        seen = seen_in(home)
        return cls(folder, forks, found, found, (seen, seen))

    @staticmethod
    def overrides(home: Path, inbox: Path, contracts: Path) -> dict[str, Any]:
        """Settings of every run in here."""
        return {
            "home": str(home),
            "inbox": str(inbox),
            "contracts_dir": str(contracts),
            "settle_seconds": 0,
            "lock_timeout_seconds": 120,
        }

    def scene(self, folder: Path, *, home: str | None = "old", inbox: str = "new") -> Scene:
        """A copy of a home, beside the inbox of a state; None: nothing was ever run."""
        folder.mkdir(parents=True, exist_ok=True)
        if home is not None:
            shutil.copytree(self.folder / f"home-{home}", folder / "home", symlinks=True)
        shutil.copytree(self.folder / f"inbox-{inbox}", folder / "inbox")
        return Scene(self, folder / "home", folder / "inbox")


def _add_third_day(inbox: Path) -> None:
    shutil.copytree(SAMPLES / str(THIRD), inbox / str(THIRD))
    packed = inbox / str(THIRD) / "nour_news"
    with zipfile.ZipFile(inbox / f"{THIRD}.zip", "w") as archive:
        for page in sorted(packed.iterdir())[:2]:
            archive.write(page, f"nour_news/{page.name}")
            page.unlink()


@dataclass(slots=True)
class Scene:
    """One home that is broken, and has to come back."""

    world: World
    home: Path
    inbox: Path
    more: dict[str, Any] = field(default_factory=dict)  # settings of this scene alone

    @property
    def overrides(self) -> dict[str, Any]:
        contracts = self.world.folder / "contracts"
        return {**World.overrides(self.home, self.inbox, contracts), **self.more}

    @property
    def settings(self) -> Settings:
        return load_settings(**self.overrides)

    def start(self, *faults: Fault, work: Work = child.run, **more: Any) -> Fork:
        """Begin some work, by default a run of all days."""
        return self.world.forks.start(self.overrides, work, *faults, **more)

    def run(self, *faults: Fault, work: Work = child.run, **more: Any) -> Ended:
        """Do some work, by default a run of all days, and wait for its end."""
        return self.start(*faults, work=work, **more).wait()

    def leftovers(self) -> list[str]:
        """What lies about under a temporary name, below the home."""
        return sorted(str(path.relative_to(self.home)) for path in self.home.rglob(f"{TEMPORARY_PREFIX}*"))

    def _let_a_day_pass(self) -> None:
        """Make what lies about old enough to be swept: it might have been another run's, at work."""
        two_days_ago = time.time() - 2 * 86400
        for path in [self.home / "raw" / ".objects-swept", *map(self.home.joinpath, self.leftovers())]:
            if path.exists():
                os.utime(path, (two_days_ago, two_days_ago))

    def objects(self) -> Path:
        """The folder of the raw objects."""
        return objects_path(self.home)

    def release(self) -> str:
        """The id of the current release."""
        release = current_release(self.home)
        return release.release_id if release else "none"

    def recover(self) -> Ended:
        """The next run: the command that an operator, or the schedule, gives anyway."""
        ended = self.run()
        assert ended.code == 0, ended.reported[-3000:]
        return ended

    def check(self, expected: marts.Rows | None = None) -> str:
        """The home is as if nothing had happened; says so for the report.

        Raises:
            AssertionError: saying what is different.
        """
        reported = marts.differences(marts.read_marts(self.home), expected or self.world.new_marts)
        assert not reported, "\n".join(reported)
        marts.check_conservation(self.home)
        objects = marts.check_raw(self.home, self.objects())
        inputs = sources_of(self.inbox)
        lost = inputs - marts.accounted_sources(self.home)
        assert not lost, lost
        with open_index(self.home) as index:
            with connect(self.home) as release:
                (articles,) = release.execute("SELECT count(*) FROM marts.articles").fetchone() or (0,)
            assert index.articles == articles
        self._let_a_day_pass()
        again = self.run()
        assert again.code == 0, again.reported[-3000:]
        assert re.search(r"Release \S+ is current", again.reported), again.reported[-3000:]
        assert not self.leftovers(), self.leftovers()
        return (
            f"same marts, {len(inputs)} of {len(inputs)} inputs accounted for, {objects} raw objects intact"
        )

    def watched(self, *others: Scene) -> AbstractContextManager[Watch]:
        """Readers look on while the block runs: none may be locked out, or see anything half.

        They may see what an undisturbed run made of either state, or of ``others``.
        """
        return watching(self.home, [*self.world.seen, *(seen_in(other.home) for other in others)])

    def watched_loosely(self) -> AbstractContextManager[Watch]:
        """As ``watched``, for marts that no undisturbed run made: readers get in, and an open one stays."""
        return watching(self.home, None)

    def sources(self) -> set[str]:
        """What each input of the scene is called in the marts."""
        return sources_of(self.inbox)


def sources_of(inbox: Path) -> set[str]:
    """What each file of an inbox, and each page of its archives, is called in the marts."""
    found = set()
    for path in inbox.rglob("*"):
        name = path.relative_to(inbox).as_posix()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                found |= {f"{name}!/{member}" for member in archive.namelist()}
        elif path.is_file():
            found.add(name)
    return found


def damage(path: Path, change: Callable[[bytearray], None]) -> None:
    """Change a file's bytes in place, as a disk does: neither its name nor its permissions stop it."""
    mode = path.stat().st_mode
    data = bytearray(path.read_bytes())
    change(data)
    path.chmod(0o644)
    path.write_bytes(data)
    path.chmod(mode)
