"""Runs that work at once, and readers that stay."""

from __future__ import annotations

import re
import time
from pathlib import Path

import psutil
import pytest

from newsmarts.core.partitions import warehouse_path
from newsmarts.core.settings import Settings
from newsmarts.release.reader import connect
from newsmarts.release.releases import all_releases, current_release
from tests.faults import child, marts
from tests.faults.child import Fault
from tests.faults.report import Case
from tests.faults.scene import DAYS, FIRST, SECOND, THIRD, Scene

pytestmark = pytest.mark.faults

PUBLISHES = 50
READERS = 8


def test_together_same_days(scene: Scene, case: Case) -> None:
    case.broke("two runs of the same three days at once")
    with scene.watched() as watch:
        ended = [each.wait() for each in [scene.start(), scene.start()]]
        assert [each.code for each in ended] == [0, 0], "\n".join(each.reported[-2000:] for each in ended)
    case.saw("both ended well", watch.reported(), scene.check())


def test_together_backfill_and_schedule(scene: Scene, case: Case, tmp_path: Path) -> None:
    """Each run publishes, so readers may see the one day before the other."""
    case.broke("a backfill of two days, the schedule's run of the third and another of all three at once")
    one_day = [scene.world.scene(tmp_path / str(day)) for day in (SECOND, THIRD)]
    for undisturbed, day in zip(one_day, (SECOND, THIRD), strict=True):
        assert undisturbed.run(days=[day]).code == 0
    with scene.watched(*one_day) as watch:
        spans = ([SECOND, FIRST], [THIRD], list(DAYS))
        ended = [each.wait() for each in [scene.start(days=span) for span in spans]]
        assert [each.code for each in ended] == [0, 0, 0], "\n".join(each.reported[-2000:] for each in ended)
    case.saw("all three ended well", watch.reported(), scene.check())


def test_together_one_killed(scene: Scene, case: Case) -> None:
    """The lock goes with the process that held it."""
    case.broke("two runs at once, of which one hangs inside its load, holding the locks, and is killed")
    with scene.watched() as watch:
        doomed = scene.start(Fault("newsmarts.load.warehouse._check_conservation", action="stop"))
        while psutil.Process(doomed.process.pid).status() != psutil.STATUS_STOPPED:
            time.sleep(0.05)
        other = scene.start()
        other.process.join(2)
        assert other.process.exitcode is None  # it waits
        doomed.process.kill()
        assert doomed.wait().killed
        ended = other.wait()
        assert ended.code == 0, ended.reported[-3000:]
    case.saw("the other waited, and ended well", watch.reported(), scene.check())


def hold_writer(settings: Settings, flag: str) -> None:
    """Hold the warehouse until killed."""
    from newsmarts.core.locks import writer_lock

    with writer_lock(settings):
        Path(flag).touch()
        time.sleep(600)


def test_together_lock_never_let_go(scene: Scene, case: Case) -> None:
    case.broke("a process holds the warehouse and never ends")
    flag = scene.home.with_name("held")
    holder = scene.start(work=hold_writer, flag=str(flag))
    while not flag.exists():
        time.sleep(0.05)
    scene.more["lock_timeout_seconds"] = 1
    with scene.watched() as watch:
        ended = scene.run()
        assert ended.code == 1
        assert "LockTimeout" in ended.error
        holder.process.kill()
        assert holder.wait().killed
        scene.recover()
    case.saw(f"the run ended with “{ended.error[:90]}…”", watch.reported(), scene.check())


def test_together_rebuild_and_run(scene: Scene, case: Case) -> None:
    case.broke("rebuild while a run is under way")
    with scene.watched() as watch:
        ended = [each.wait() for each in [scene.start(), scene.start(work=child.rebuild)]]
        assert [each.code for each in ended] == [0, 0], "\n".join(each.reported[-2000:] for each in ended)
    case.saw("both ended well", watch.reported(), scene.check())


def test_together_landing_meanwhile(scene: Scene, case: Case) -> None:
    """A page that lands between parse and validate of its day can't be lost: the day is read again."""
    case.broke("a page lands between parse and validate of its day")
    late = scene.inbox / str(SECOND) / "al_mayadeen" / "velmora-ferry-talks.txt"
    kept = late.read_bytes()
    late.unlink()
    assert scene.run(work=child.stage, name="land", day=SECOND).code == 0
    assert scene.run(work=child.stage, name="parse", day=SECOND).code == 0
    late.write_bytes(kept)
    assert scene.run(work=child.stage, name="land", day=SECOND).code == 0
    ended = scene.run(work=child.stage, name="validate", day=SECOND)
    scene.recover()
    case.saw(f"validate said “{ended.error[:120]}”" if ended.code else "", scene.check())


def publish_often(settings: Settings, first: int, last: int) -> None:
    """Publish so many releases that differ, and print their digests; contracts are tested elsewhere."""
    from newsmarts.marts import audit as contracts
    from newsmarts.marts.run import audit, build, publish
    from tests.marts.factory import DAY, Page, load_days

    contracts.run_contracts = lambda _settings, **_: []
    for number in range(first, last + 1):
        load_days(settings, {DAY: [Page("a", headline=f"R{number}")]})
        build(settings)
        audit(settings)
        assert publish(settings).published
        with connect(settings.home) as release:
            print(marts.digest(release))


def read_often(settings: Settings, over: str) -> None:
    """Open the current release over and over, and tell the digest of what it holds."""
    is_over = False
    while not is_over:
        is_over = Path(over).exists()
        with connect(settings.home) as release:
            print(marts.digest(release))
        time.sleep(0.05)  # eight of them leave the one that publishes hardly any time otherwise


def reported_digests(reported: str) -> list[str]:
    return [line for line in reported.splitlines() if re.fullmatch("[0-9a-f]{64}", line)]


def test_together_eight_readers(scene: Scene, case: Case) -> None:
    """A digest takes a question for each mart: all of them are answered from one release."""
    case.broke(f"{READERS} processes read all marts over and over through {PUBLISHES} publishes")
    scene.home = scene.home.with_name("many")
    over = scene.home.with_name("over")
    first = reported_digests(scene.run(work=publish_often, first=1, last=1).reported)
    readers = [scene.start(work=read_often, over=str(over)) for _ in range(READERS)]
    ended = scene.run(work=publish_often, first=2, last=PUBLISHES + 1)
    over.touch()
    answers = [each.wait() for each in readers]
    assert ended.code == 0, ended.reported[-3000:]
    assert [each.code for each in answers] == [0] * READERS, [each.reported[-2000:] for each in answers]
    published = first + reported_digests(ended.reported)
    assert len(set(published)) == PUBLISHES + 1
    seen = [reported_digests(each.reported) for each in answers]
    assert all(digests[-1] == published[-1] for digests in seen)
    assert {digest for digests in seen for digest in digests} <= set(published)
    releases = [len(set(digests)) for digests in seen]
    assert min(releases) > PUBLISHES // 5
    case.saw(
        f"{sum(map(len, seen)):,} readings without an error, each of exactly one release; every reader saw "
        f"{min(releases)} releases or more, and the last one at last"
    )


def test_together_reader_never_closes(world: object, scene: Scene, case: Case) -> None:
    """Fifty publishes under an open connection: it keeps its release, new ones see the newest."""
    case.broke(f"a reader stays open through {PUBLISHES} publishes, and its release is removed meanwhile")
    home = scene.home.with_name("many")
    scene.home = home
    assert scene.run(work=publish_often, first=1, last=1).code == 0
    held = connect(home)
    first = current_release(home)
    before = marts.digest(held)
    assert scene.run(work=publish_often, first=2, last=PUBLISHES + 1).code == 0
    assert first is not None
    assert not first.folder.exists()
    assert marts.digest(held) == before
    assert held.execute("SELECT headline FROM marts.articles").fetchone() == ("R1",)
    with connect(home) as new:
        assert new.execute("SELECT headline FROM marts.articles").fetchone() == (f"R{PUBLISHES + 1}",)
    held.close()
    kept = [release.release_id for release in all_releases(home)]
    assert len(kept) == 3
    assert warehouse_path(home).exists()
    case.saw(f"it still read its release whole; new readers saw {kept[-1]}; {len(kept)} releases on disk")
