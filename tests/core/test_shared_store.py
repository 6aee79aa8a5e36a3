"""Several machines at one object store: nothing that one of them wrote is lost, and one has the warehouse."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

import pyarrow as pa
import pytest
from upath import UPath

from newsmarts.core import schemas
from newsmarts.core.db import reading
from newsmarts.core.errors import NotTheOwner, Overtaken, UsageError
from newsmarts.core.files import replacing_folder, whole_folder
from newsmarts.core.object_store import CURRENT, current_version, honours_conditions, open_store
from newsmarts.core.partitions import published_path
from newsmarts.core.records import Capture, capture_id_of
from newsmarts.core.settings import Settings, load_settings
from newsmarts.land import manifest
from newsmarts.load.run import rebuild
from newsmarts.load.run import run as load
from newsmarts.marts.run import audit, build, publish
from tests.marts.factory import DAY, Page, day_after, write_day


def captures(feed: str, count: int) -> pa.Table:
    """Rows of a feed's captures of the day."""
    rows = manifest.Rows(schemas.CAPTURES)
    moment = datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC)
    for number in range(count):
        path, sha256 = f"{feed}/{number}.html", f"{number:064}"
        rows.add(
            Capture(
                capture_id=capture_id_of(feed, path, moment, sha256),
                sha256=sha256,
                publisher=None,
                feed=feed,
                source_path=path,
                captured_at=moment,
                media_type="text/html",
                size_bytes=1,
                landed_at=moment,
            )
        )
    return rows.take()


NONE_REJECTED = schemas.QUARANTINE.empty_table()


def test_two_machines_that_land_one_day_lose_no_row(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, other = UPath(bucket), captures("other", 3)
    merge, once = manifest.merge, iter([True])

    def meanwhile(*arguments: object) -> manifest.Manifest:
        merged = merge(*arguments)  # type: ignore[arg-type]
        if next(once, False):  # the other machine writes between this one's reading and writing
            assert manifest.add(archive, DAY, "other", other, NONE_REJECTED)[1] == 3
            manifest.add_sources(archive, DAY, "other", ["o"])
        return merged

    monkeypatch.setattr(manifest, "merge", meanwhile)
    merged, new = manifest.add(archive, DAY, "own", captures("own", 2), NONE_REJECTED)
    assert new == 2
    assert len(merged.captures) == 5
    assert manifest.read(archive, DAY).captures.equals(merged.captures)

    sources, once = manifest.sources, iter([True])

    def read_and_wait(home: Path | UPath, day: date) -> dict[str, set[str]]:
        found = sources(home, day)
        if next(once, False):
            manifest.add_sources(archive, DAY, "other", ["later"])
        return found

    monkeypatch.setattr(manifest, "sources", read_and_wait)
    manifest.add_sources(archive, DAY, "own", ["a"])
    assert sources(archive, DAY) == {"own": {"a"}, "other": {"o", "later"}}


def write(folder: UPath, text: str, meanwhile: Callable[[], object] = lambda: None) -> None:
    with replacing_folder(folder) as temporary:
        (temporary / "a.txt").write_text(text)
        meanwhile()


@pytest.mark.parametrize("ours", ["ours", "theirs"])
def test_a_folder_that_another_machine_replaced_meanwhile_stays(bucket: str, ours: str) -> None:
    folder = UPath(bucket) / "some"
    for text in ("first", "second", "third"):  # so that the others' write has something to remove
        write(folder, text)

    def others() -> None:
        write(folder, "theirs")

    if ours == "theirs":  # it comes to the same
        write(folder, ours, others)
    else:
        with pytest.raises(Overtaken, match=r"Another machine wrote .*current\.json"):
            write(folder, ours, others)
    assert (whole_folder(folder) / "a.txt").read_text() == "theirs"
    versions = {entry.name for entry in folder.iterdir()} - {CURRENT}
    assert len(versions) == 2  # what is current, and what was before it
    write(folder, "ours")
    assert (whole_folder(folder) / "a.txt").read_text() == "ours"


def test_content_that_comes_back_has_a_name_of_its_own(bucket: str) -> None:
    """Else a slow writer, removing what was replaced, could remove what is being written again."""
    folder, names = UPath(bucket) / "some", []
    for text in ("one", "two", "one", "one"):
        write(folder, text)
        names.append(current_version(folder))
    assert len(set(names)) == 3
    assert names[2] == names[3]


def test_what_a_killed_upload_left_is_removed_a_day_later(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = UPath(bucket) / "some"
    write(folder, "one")
    (folder / "v-0000" / "a.txt").write_text("half")
    write(folder, "two")
    assert (folder / "v-0000").exists()  # it may be an upload at work
    monkeypatch.setattr("newsmarts.core.object_store._DAY_SECONDS", -60.0)
    write(folder, "three")
    assert not (folder / "v-0000").exists()


def test_a_store_that_ignores_conditions_is_found_out(
    bucket: str, memory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert honours_conditions(bucket)
    assert not honours_conditions(memory)
    put = open_store(bucket).fs.pipe_file

    def without(path: str, data: bytes, **options: object) -> object:
        return put(path, data, **{name: value for name, value in options.items() if name[:2] != "If"})

    honours_conditions.cache_clear()
    monkeypatch.setattr(open_store(bucket).fs, "pipe_file", without)
    assert not honours_conditions(bucket)


class Machines:
    """Machines with a work folder each at one store."""

    def __init__(self, url: str, folder: Path, contracts: Path) -> None:
        self.url, self.folder, self.contracts = url, folder, contracts

    def __getitem__(self, name: str) -> Settings:
        return load_settings(home=self.url, work=self.folder / name, contracts_dir=self.contracts)

    def validate(self, *days: date) -> None:
        """Put validated days into the store, as another machine would."""
        archive = cast("UPath", self["any"].archive)
        for day in days:
            local = self.folder / "made"
            write_day(local, day, [Page(f"page {day}", headline=f"Harbour on {day}")])
            for path in sorted(local.glob("raw/manifest/*/*")):
                (archive / path.relative_to(local).as_posix()).write_bytes(path.read_bytes())
            for path in local.glob("staged/validated/*"):
                with replacing_folder(archive / path.relative_to(local).as_posix()) as temporary:
                    shutil.copytree(path, temporary, dirs_exist_ok=True)
            shutil.rmtree(local)


@pytest.fixture
def machines(memory: str, tmp_path: Path, brief_contracts: Path) -> Machines:
    return Machines(memory, tmp_path, brief_contracts)


def published_days(settings: Settings) -> set[date]:
    build(settings)
    audit(settings)
    publish(settings)
    with reading(published_path(settings.home)) as marts:
        days = marts.execute("SELECT DISTINCT capture_day FROM marts.captures").fetchall()
    return {day for (day,) in days}


@pytest.mark.slow
def test_a_new_disk_publishes_every_day_of_the_store(
    machines: Machines, quick_audit: None, late_index: None
) -> None:
    days = [day_after(number) for number in range(3)]
    machines.validate(*days)
    load(days[1], machines["hub"])  # the first machine that loads has the warehouse
    assert published_days(machines["hub"]) == set(days)

    with pytest.raises(NotTheOwner, match=r"is on the machine .* in .*/hub, since .*rebuild --take-over"):
        load(days[0], machines["new"])
    with pytest.raises(NotTheOwner):
        build(machines["new"])
    machines.validate(later := day_after(3))
    assert rebuild(machines["new"], take_over=True).days == (*days, later)
    assert published_days(machines["new"]) == {*days, later}
    with pytest.raises(NotTheOwner, match="/new"):
        build(machines["hub"])


def test_a_store_without_conditions_is_written_by_one_machine(machines: Machines) -> None:
    from newsmarts.core.locks import partition_lock

    with partition_lock(machines["one"], DAY):
        pass
    with pytest.raises(NotTheOwner, match=r"ignores conditional puts"), partition_lock(machines["two"], DAY):
        pass


def test_a_store_with_conditions_is_written_by_all(
    bucket: str, tmp_path: Path, brief_contracts: Path
) -> None:
    from newsmarts.core.locks import partition_lock, writer_lock

    machines = Machines(bucket, tmp_path, brief_contracts)
    with partition_lock(machines["one"], DAY), partition_lock(machines["two"], DAY):
        pass
    with writer_lock(machines["one"]), pytest.raises(NotTheOwner), writer_lock(machines["two"]):
        pass


def test_a_folder_has_no_owner_to_replace(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="only an object store"):
        rebuild(load_settings(home=tmp_path), take_over=True)
