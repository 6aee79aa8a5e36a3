"""Raw and staged days in a bucket: a real server that speaks S3, on loopback."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from upath import UPath

from newsmarts.cli.main import main
from newsmarts.core import partitions, schemas
from newsmarts.core.db import reading
from newsmarts.core.errors import MissingPartition, SettingsError, StoreUnavailable
from newsmarts.core.files import replacing_folder, whole_folder
from newsmarts.core.object_store import CURRENT, checked_url
from newsmarts.core.settings import PROJECT_ROOT, Settings, load_settings
from newsmarts.land.run import run as land
from newsmarts.load.run import rebuild
from newsmarts.parse.run import run as parse
from newsmarts.pipeline import run
from newsmarts.validate.run import run as validate

DAYS = ("2025-09-01", "2025-09-02")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    for day in DAYS:
        shutil.copytree(PROJECT_ROOT / "samples" / "inbox" / day, folder / day)
    return folder


def at(bucket: str, tmp_path: Path, **more: object) -> Settings:
    return load_settings(home=bucket, work=tmp_path / "work", **more)


@pytest.mark.slow
def test_a_run_over_a_bucket_gives_the_marts_of_a_run_over_a_folder(
    bucket: str, tmp_path: Path, inbox: Path, brief_contracts: Path, quick_audit: None
) -> None:
    remote = at(bucket, tmp_path, inbox=inbox, contracts_dir=brief_contracts)
    local = load_settings(home=tmp_path / "local", inbox=inbox, contracts_dir=brief_contracts)
    assert run(remote).release_id == run(local).release_id
    assert not (tmp_path / "work" / "raw" / "objects").exists()
    assert not (tmp_path / "work" / "staged" / "parsed").exists()
    for stage in ("manifest", "parsed", "validated"):
        assert [day.isoformat() for day in partitions.partition_days(remote.archive, stage)] == list(DAYS)

    with reading(partitions.published_path(remote.home)) as marts:
        before = marts.execute("SELECT * FROM marts.articles ORDER BY ALL").fetchall()
    assert before
    rebuild(remote)
    again = run(remote)
    assert not again.published
    with reading(partitions.published_path(remote.home)) as marts:
        assert marts.execute("SELECT * FROM marts.articles ORDER BY ALL").fetchall() == before


def test_landing_again_changes_no_object(bucket: str, tmp_path: Path, inbox: Path) -> None:
    settings = at(bucket, tmp_path, inbox=inbox)
    day = date.fromisoformat(DAYS[0])
    assert land(day, settings).new > 5
    archive = settings.archive
    assert isinstance(archive, UPath)
    objects = archive.fs.find("news/archive", detail=True)
    assert land(day, settings).new == 0
    found = archive.fs.find("news/archive", detail=True)
    assert {name: entry["LastModified"] for name, entry in found.items()} == {
        name: entry["LastModified"] for name, entry in objects.items()
    }


def test_a_damaged_object_is_mended_when_its_page_lands_again(
    bucket: str, tmp_path: Path, inbox: Path
) -> None:
    settings = at(bucket, tmp_path, inbox=inbox)
    day = date.fromisoformat(DAYS[0])
    land(day, settings)
    archive = settings.archive
    assert isinstance(archive, UPath)
    path = next(iter((archive / "raw" / "objects").glob("*/*")))
    whole = path.read_bytes()
    path.write_bytes(whole[:10])
    land(day, settings)
    assert path.read_bytes() == whole


def test_a_folder_is_replaced_whole_or_not_at_all(bucket: str) -> None:
    folder = UPath(bucket) / "some"

    def write(text: str, fail: bool = False) -> None:
        with replacing_folder(folder) as temporary:
            (temporary / "a.txt").write_text(text)
            (temporary / "b.txt").write_text(text)
            if fail:
                raise OSError("the disk is full")

    write("one")
    opened = whole_folder(folder)
    with pytest.raises(OSError, match="full"):
        write("two", fail=True)
    assert (whole_folder(folder) / "a.txt").read_text() == "one"
    write("two")
    assert (opened / "b.txt").read_text() == "one"  # a reader that has begun
    assert (whole_folder(folder) / "b.txt").read_text() == "two"
    write("three")
    write("three")
    names = {entry.name for entry in folder.iterdir()}
    assert len(names) == 3  # the current content, the one before, and which is which
    assert CURRENT in names


def test_a_day_whose_upload_was_cut_off_is_no_day(
    bucket: str, tmp_path: Path, inbox: Path, brief_contracts: Path
) -> None:
    settings = at(bucket, tmp_path, inbox=inbox, contracts_dir=brief_contracts)
    day = date.fromisoformat(DAYS[0])
    land(day, settings)
    cut_off = partitions.partition_path(settings.archive, "parsed", day) / "v-0000" / "articles.parquet"
    cut_off.write_bytes(b"half")
    assert list(partitions.partition_days(settings.archive, "parsed")) == []
    with pytest.raises(MissingPartition, match="Run parse"):
        validate(day, settings)
    parse(day, settings)
    assert validate(day, settings).valid > 0


@pytest.mark.parametrize(
    "url",
    ["ftp://host/x", "s3://", "s3://key:secret@bucket/x", "s3://bucket/x?secret=1", "http://bucket/x", "://"],
)
def test_what_is_not_a_store_is_an_error(url: str) -> None:
    with pytest.raises(ValueError, match="URL"):
        checked_url(url)
    with pytest.raises(SettingsError) as raised:
        load_settings(home=url)
    assert "secret@" not in str(raised.value)
    assert "s3://bucket/folder" in str(raised.value) or "AWS_" in str(raised.value)


def test_a_staged_file_that_the_store_cannot_give_now_is_not_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bytes:
        raise OSError(16, "Please reduce your request rate.")

    path = UPath("memory://busy/captures.parquet")
    monkeypatch.setattr(type(path.fs), "cat_file", fail)  # of an object, the old one would stay as its own
    with pytest.raises(StoreUnavailable, match=r"busy/captures\.parquet can't be read now: .*request rate"):
        schemas.read_table(path, schemas.CAPTURES)


@pytest.fixture
def fresh_connections() -> Iterator[None]:
    """fsspec keeps a store's connections, with the address that they were made for."""
    import fsspec

    stores = fsspec.get_filesystem_class("s3")
    stores.clear_instance_cache()
    yield
    stores.clear_instance_cache()


@pytest.mark.usefixtures("fresh_connections")
@pytest.mark.parametrize("command", [["verify"], ["run", "--inbox", str(PROJECT_ROOT / "samples/inbox")]])
def test_a_store_that_is_away_is_named_without_a_traceback(
    socket_enabled: None,
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "DEFAULT_REGION"):
        monkeypatch.setenv(f"AWS_{name}", "test")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("NEWS_WORK", str(tmp_path))
    assert main([*command, "--home", "s3://news/away"]) == 1
    printed = capsys.readouterr().err
    assert "error: The object store" in printed
    assert "Check its address, keys and network" in printed


@pytest.mark.usefixtures("fresh_connections")
def test_a_bucket_that_is_missing_is_named(
    bucket: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("NEWS_WORK", str(tmp_path))
    command = ["run", "--inbox", str(PROJECT_ROOT / "samples/inbox"), "--home", "s3://elsewhere/archive"]
    assert main(command) == 1
    assert "error: The object store" in capsys.readouterr().err
