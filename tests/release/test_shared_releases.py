"""Releases, acknowledgements and Data Docs in an object store, read on machines that didn't make them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from upath import UPath

from newsmarts.core import data_docs
from newsmarts.core.acknowledgements import QuarantineKey, pull, read_decisions, record_decision
from newsmarts.core.errors import DamagedRelease, NewsError, NotTheOwner, StoreUnavailable
from newsmarts.core.owner import take_over
from newsmarts.core.partitions import acknowledgements_path
from newsmarts.core.settings import Settings, load_settings
from newsmarts.marts.run import roll_back
from newsmarts.release.reader import connect
from newsmarts.release.releases import Release, all_releases, current_release, make_current
from newsmarts.release.shared import fetch, upload
from tests.release_files import Table, make_release

DAY = date(2025, 9, 1)
At = Callable[[str], Settings]


@pytest.fixture
def at(memory: str, tmp_path: Path) -> At:
    """The settings of a machine of this name, at one store."""

    def settings(name: str) -> Settings:
        return load_settings(home=memory, work=tmp_path / name)

    return settings


def published(settings: Settings, number: int) -> Release:
    """A release on this machine and in the store."""
    rows = Table.of({"headline": "VARCHAR"}, [f"release {number}"])
    release = make_release(settings.home, number, {"articles": rows})
    (release.folder / "search").mkdir()
    (release.folder / "search" / "about.json").write_text("{}")
    make_current(settings.home, release)
    upload(settings, release)
    return release


def headlines(url: str) -> list[Any]:
    with connect(url) as marts:
        return marts.sql("SELECT headline FROM marts.articles").fetchall()


def test_a_reader_elsewhere_gets_the_current_release(
    at: At, memory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = at("hub")
    take_over(hub)
    published(hub, 1)
    monkeypatch.setenv("NEWS_WORK", str(tmp_path / "reader"))
    assert headlines(memory) == [("release 1",)]
    with connect(memory) as opened:
        for number in (2, 3, 4):
            published(hub, number)
            assert headlines(memory) == [(f"release {number}",)]
        assert opened.sql("SELECT headline FROM marts.articles").fetchall() == [("release 1",)]
    here = all_releases(tmp_path / "reader")
    assert [release.sequence for release in here] == [2, 3, 4]
    assert (here[-1].folder / "search" / "about.json").read_text() == "{}"
    monkeypatch.setenv("NEWS_HOME", memory)
    fetch(at("hub"))  # which made it: nothing to fetch
    assert len(all_releases(hub.home)) == 4


def test_readers_elsewhere_get_an_earlier_release_again(at: At, memory: str) -> None:
    hub = at("hub")
    take_over(hub)
    first, second = published(hub, 1), published(hub, 2)
    fetch(at("reader"))
    roll_back(hub, first.release_id)
    fetch(at("reader"))
    assert current_release(at("reader").home) == Release(
        first.release_id, at("reader").home / first.folder.relative_to(hub.home)
    )
    with pytest.raises(NotTheOwner):
        roll_back(at("reader"), second.release_id)
    second.path.chmod(0o644)
    second.path.write_bytes(b"x" * 100_000)
    with pytest.raises(DamagedRelease, match=second.release_id):
        roll_back(hub, "2")
    assert current_release(hub.home) == first


def test_a_release_whose_upload_was_cut_off_is_not_read(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    hub, reader = at("hub"), at("reader")
    take_over(hub)
    published(hub, 1)
    store = type(cast("UPath", hub.archive).fs)
    put = store.put_file

    def cut_off(self: Any, source: str, target: str, **options: Any) -> None:
        if target.endswith("about.json"):
            raise OSError("the network is gone")
        put(self, source, target, **options)

    with monkeypatch.context() as patched:
        patched.setattr(store, "put_file", cut_off)
        with pytest.raises(OSError, match="gone"):
            published(hub, 2)
    fetch(reader)
    assert [release.sequence for release in all_releases(reader.home)] == [1]
    upload(hub, all_releases(hub.home)[-1])
    fetch(reader)
    assert [release.sequence for release in all_releases(reader.home)] == [1, 2]


def test_what_was_fetched_stays_readable_while_the_store_is_away(
    at: At, memory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_over(at("hub"))
    published(at("hub"), 1)
    monkeypatch.setenv("NEWS_WORK", str(tmp_path / "reader"))
    assert headlines(memory) == [("release 1",)]

    def away(*_: object) -> bytes:
        raise OSError(16, "Please reduce your request rate.")

    monkeypatch.setattr(type(UPath(memory).fs), "cat_file", away)
    assert headlines(memory) == [("release 1",)]
    monkeypatch.setenv("NEWS_WORK", str(tmp_path / "new"))
    with pytest.raises(StoreUnavailable, match="request rate"):
        connect(memory)


@pytest.mark.parametrize(
    "changes",
    [{"files": {"../../out.duckdb": 1}}, {"files": {"/tmp/out.duckdb": 1}}, {"release_id": "../../000001"}],
)
def test_a_pointer_names_nothing_outside_of_its_release(at: At, changes: dict[str, Any]) -> None:
    hub, reader = at("hub"), at("reader")
    take_over(hub)
    published(hub, 1)
    pointer = cast("UPath", hub.archive) / "marts" / "current.json"
    document = json.loads(pointer.read_bytes()) | changes
    pointer.write_text(json.dumps(document))
    with pytest.raises(NewsError, match=r"outside of a release|can't be read as what names a release"):
        fetch(reader)
    assert list(reader.home.rglob("*.duckdb")) == []
    upload(hub, all_releases(hub.home)[-1])  # one that names no release is written again
    if "release_id" in changes:
        fetch(reader)
        assert len(all_releases(reader.home)) == 1


def decide(settings: Settings, number: int) -> int:
    key = QuarantineKey(DAY, f"{number:032x}", "page", "missing_byline", "byline_present")
    moment = datetime(2025, 9, 2, tzinfo=UTC)
    return record_decision("acknowledged", settings, [key], by="a", at=moment, reason="Seen").number


def test_decisions_of_two_machines_have_one_order(bucket: str, tmp_path: Path) -> None:
    one, two = (load_settings(home=bucket, work=tmp_path / name) for name in ("one", "two"))
    assert [decide(one, 1), decide(two, 2), decide(one, 3)] == [1, 2, 3]
    pull(two)
    assert list(read_decisions(one.home)) == list(read_decisions(two.home))
    assert [made.number for made in read_decisions(two.home)] == [1, 2, 3]


def test_decisions_from_before_go_to_the_store(at: At, tmp_path: Path) -> None:
    hub = at("hub")
    decide(load_settings(home=hub.home), 1)
    take_over(hub)
    pull(hub)
    assert acknowledgements_path(hub.archive).joinpath("00000001.json").exists()
    with pytest.raises(NotTheOwner):  # the store knows no conditions
        decide(at("other"), 2)


def test_data_docs_of_a_worker_are_shown_elsewhere(at: At) -> None:
    worker, desk = at("worker"), at("desk")
    assert not data_docs.has_docs(desk, DAY)
    for results in (b"first", b"second"):
        path = data_docs.results_path(worker.home, DAY)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(results)
        data_docs.share(worker, DAY)
        assert data_docs.has_docs(desk, DAY)
        data_docs.fetch(desk, DAY)
        shown = data_docs.results_path(desk.home, DAY)
        assert shown.read_bytes() == results
        assert [entry.name for entry in shown.parent.iterdir()] == [data_docs.RESULTS_FILE]
        (shown.parent / "index.html").write_text("rendered from them")
