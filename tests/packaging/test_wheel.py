"""The wheel has all that the commands need: it is built, installed, and run without this repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SAMPLES = PROJECT / "samples" / "inbox"
DAY = "2025-09-01"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the unpacked sdist, as an index's users may build it."""
    folder = tmp_path_factory.mktemp("dist")
    _build(PROJECT, "sdist", folder)
    (sdist,) = folder.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    _build(folder / sdist.name.removesuffix(".tar.gz"), "wheel", folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``newsmarts`` of an environment with that wheel and this environment's dependencies."""
    environment = tmp_path_factory.mktemp("installed") / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = str(environment / "bin" / "python")
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
    ]
    subprocess.run([*install, wheel], check=True)
    # a folder named in a .pth file brings its packages, not what its own .pth files name: no editable install
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment / "bin" / "newsmarts"


def test_the_wheel_has_every_file_of_the_package_and_all_contracts(wheel: Path) -> None:
    package = PROJECT / "include" / "newsmarts"
    files = {
        f"newsmarts/{path.relative_to(package)}"
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    contracts = {f"newsmarts/expectations/{path.name}" for path in (PROJECT / "expectations").iterdir()}
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == files | contracts | {"newsmarts/feeds.toml"}


def test_captures_become_marts_without_the_repository(command: Path, tmp_path: Path) -> None:
    page = next(path for path in sorted((SAMPLES / DAY).rglob("*.txt")))

    ran = _output(command, "run", "--inbox", str(_inbox(tmp_path)), cwd=tmp_path)
    assert str(tmp_path / "data" / "marts" / "current" / "news.duckdb") in ran
    (parsed,) = [json.loads(line) for line in _output(command, "parse", str(page), cwd=tmp_path).splitlines()]
    headline = parsed["article"]["headline"]
    assert headline in _output(command, "show", str(page), "--out", "-", cwd=tmp_path)
    assert headline in _output(command, "search", headline, "--json", cwd=tmp_path)
    assert "marts.articles" in _output(command, "summary", cwd=tmp_path)
    _output(command, "export", "--out", "exported", cwd=tmp_path)
    assert (tmp_path / "exported" / "article_texts.parquet").is_file()


def _build(source: Path, kind: str, into: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", into], cwd=source, check=True
    )


def _inbox(folder: Path) -> Path:
    """An inbox with one day of the samples."""
    inbox = folder / "captures"
    inbox.mkdir()
    (inbox / DAY).symlink_to(SAMPLES / DAY, target_is_directory=True)
    return inbox


def _output(command: Path, *arguments: str, cwd: Path) -> str:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("NEWS_", "PYTHONPATH"))
    }
    done = subprocess.run(
        [command, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
