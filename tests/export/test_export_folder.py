"""The folder of an export: whole or as it was, whatever happens, and nothing of anyone else's is removed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from newsmarts.core.errors import LockTimeout, NewsError, UsageError
from newsmarts.core.settings import PROJECT_ROOT, Settings
from newsmarts.export.run import ExportResult, export
from newsmarts.export.target import replacing_export
from tests.examples import one_fast
from tests.export.marts import files_of, settings_for, thing, things
from tests.release_files import Table, make_release

WIDE = Table(
    {"id": "VARCHAR", "text": "VARCHAR"}, "SELECT i::VARCHAR, md5(i::VARCHAR) FROM range(40_000) AS r(i)"
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Two releases of two marts."""
    home = tmp_path / "home"
    make_release(home, 1, {"things": things(thing("a")), "wide": WIDE})
    make_release(home, 2, {"things": things(thing("a"), thing("b")), "wide": WIDE})
    return settings_for(home, things=["id"], wide=["id"])


def run(settings: Settings, out: Path, as_of: str | None = None, *marts: str) -> ExportResult:
    return export(settings, out, format="csv", as_of=as_of, marts=marts)


def beside(out: Path) -> set[str]:
    return {entry.name for entry in out.parent.iterdir() if entry.name != "home"}


def test_an_export_replaces_the_one_before_whole(settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    run(settings, out)
    run(settings, out, "1", "things", "marts.things")
    assert set(files_of(out)) == {"things.csv", "export.json"}
    assert files_of(out)["things.csv"].count(b"\r\n") == 2
    first = files_of(out)
    run(settings, out, "1", "things")
    assert files_of(out) == first
    assert beside(out) == {"out"}


def test_the_old_export_can_be_read_while_it_is_replaced(settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(settings, out)
    with (out / "wide.csv").open("rb") as held:
        begun = held.read(1000)
        run(settings, out, None, "things")
        assert len(begun + held.read()) > 1_000_000


@pytest.mark.parametrize("exchange", [True, False])
def test_a_file_system_that_exchanges_names_or_not(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool
) -> None:
    if not exchange:
        monkeypatch.setattr("newsmarts.core.files.exchange_names", lambda _one, _other: False)
    out = tmp_path / "out"
    for as_of in ("1", "2", "1"):
        run(settings, out, as_of)
        assert files_of(out)["things.csv"].count(b"\r\n") == 1 + int(as_of)
        assert beside(out) == {"out"}


def test_an_empty_folder_and_a_link_to_a_folder_are_filled(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    run(settings, tmp_path / "link")
    run(settings, tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert "things.csv" in files_of(tmp_path / "real")


@pytest.mark.parametrize("foreign", ["notes.txt", "things/notes.txt", "things.csv.bak", ".hidden"])
def test_a_folder_with_anything_else_in_it_is_left_alone(
    settings: Settings, tmp_path: Path, foreign: str
) -> None:
    out = tmp_path / "out"
    run(settings, out)
    (out / foreign).parent.mkdir(exist_ok=True)
    (out / foreign).write_text("mine")
    before = files_of(out)
    with pytest.raises(UsageError, match=re.escape(foreign)):
        run(settings, out, "1")
    assert files_of(out) == before
    assert beside(out) == {"out"}


@pytest.mark.parametrize("manifest", ["{}", "[]", "no JSON", '{"kind": "another", "marts": []}'])
def test_a_manifest_of_something_else_makes_no_export(
    settings: Settings, tmp_path: Path, manifest: str
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "export.json").write_text(manifest)
    with pytest.raises(UsageError, match=r"export\.json"):
        run(settings, tmp_path / "out")


def test_targets_that_can_not_be_are_rejected(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for out, why in {
        tmp_path / "file": "is a file",
        tmp_path / "file" / "below": "can't be written",
        Path("/proc"): "is mounted",
        Path("/"): "own files",
        settings.home: "own files",
        settings.home / "marts" / "releases" / "x": "own files",
        settings.home.parent: "own files",
        tmp_path / ("x" * 300): "can't be written",
        Path("/proc/nothing/here"): "can't be written",
    }.items():
        with pytest.raises(UsageError, match=why):
            run(settings, out)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_that_may_not_be_written_is_reported(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    code = (
        "import os, sys; from pathlib import Path\n"
        "from newsmarts.export.target import replacing_export\n"
        "if os.getuid() == 0: os.setuid(65534)\n"  # who may write anywhere
        "with replacing_export(Path(sys.argv[1])): pass"
    )
    for folder in (tmp_path, *tmp_path.parents):
        if folder.name.startswith(("pytest-", "popen-", "test_")):
            folder.chmod(0o755)
    closed.chmod(0o555)
    finished = subprocess.run(
        [sys.executable, "-c", code, str(closed / "out")],
        cwd=PROJECT_ROOT,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    message = finished.stderr.splitlines()[-1]
    assert message.startswith(
        f"newsmarts.core.errors.UsageError: {str(closed / 'out')!r} can't be written: Permission denied"
    )


def test_two_exports_to_one_folder_do_not_mix(settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(settings, out)
    before = files_of(out)
    with replacing_export(out) as folder:
        (folder / "half").write_text("half")
        with pytest.raises(LockTimeout, match="under way"):
            run(settings, out)
        assert files_of(out) == before
    assert set(files_of(out)) == {"half"}


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from newsmarts.cli.main import main

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
sys.exit(main(["export", "--format", sys.argv[3], "--home", sys.argv[1], "--out", sys.argv[2]]))
"""


@pytest.mark.parametrize("kind", one_fast(["csv", "parquet", "jsonl"]))
def test_a_disk_that_takes_no_more_leaves_the_old_export(
    settings: Settings, tmp_path: Path, kind: str
) -> None:
    out = tmp_path / "out"
    run(settings, out, "1")
    before = files_of(out)
    environment = {
        **os.environ,
        "PYTHONPATH": str(PROJECT_ROOT),
        "NEWS_CONTRACTS_DIR": str(settings.contracts_dir),
    }
    finished = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(settings.home), str(out), kind],
        cwd=PROJECT_ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 1, finished.stderr
    assert finished.stderr.splitlines()[-1].startswith("error: The export")  # after lines of progress
    assert str(out) in finished.stderr
    assert "is as it was" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert files_of(out) == before
    assert beside(out) == {"out"}


def test_a_failure_half_way_leaves_the_old_export(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    run(settings, out, "1")
    before = files_of(out)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("newsmarts.export.run.manifest", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(settings, out, "2")
    assert files_of(out) == before
    assert beside(out) == {"out"}


KILLED = """
import os, sys
from pathlib import Path
from newsmarts.export import run, target
from newsmarts.core.settings import load_settings

def die(*_, **__):
    os.kill(os.getpid(), 9)

point = sys.argv[3]
if point == "first mart":
    write, written = run._write, []
    run._write = lambda *args: die() if written else written.append(write(*args)) or written[-1]
elif point == "flushed":
    target.put_in_place = die
elif point == "swapped":
    target.shutil.rmtree = lambda path, **_: die() if path.name.endswith(".exporting") else None
settings = load_settings(home=Path(sys.argv[1]), contracts_dir=Path(sys.argv[1]) / "contracts")
run.export(settings, Path(sys.argv[2]), format="csv", as_of="2")
"""


@pytest.mark.parametrize("point", one_fast(["swapped", "first mart", "flushed"]))
def test_a_killed_export_leaves_a_whole_one(settings: Settings, tmp_path: Path, point: str) -> None:
    out = tmp_path / "out"
    run(settings, out, "1")
    old = files_of(out)
    run(settings, tmp_path / "other", "2")
    new = files_of(tmp_path / "other")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(settings.home), str(out), point],
        cwd=PROJECT_ROOT,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        check=False,
    )
    assert killed.returncode == -9
    assert files_of(out) == (new if point == "swapped" else old)
    assert ".out.exporting" in beside(out)
    run(settings, out, "2")
    assert files_of(out) == new
    assert beside(out) == {"out", "other"}


def test_only_releases_marts_and_formats_that_are(settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(UsageError, match=r"no mart 'thing'\. It has things, wide"):
        run(settings, out, None, "things", "thing")
    with pytest.raises(UsageError, match="There is no release '3'"):
        run(settings, out, "3")
    with pytest.raises(UsageError, match="There is no format 'xlsx'"):
        export(settings, out, format="xlsx")  # type: ignore[arg-type]
    assert not out.exists()


def test_a_release_that_is_no_database_is_reported(settings: Settings, tmp_path: Path) -> None:
    path = settings.home / "marts" / "current" / "news.duckdb"
    path.chmod(0o644)
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(NewsError, match="can't be read"):
        run(settings, tmp_path / "out")
