"""A home that version 0.1.0 filled opens as it is: no day runs again, the marts are not rebuilt.

``home-0.1.0.tar.xz`` holds two days of the samples with their inbox, as that version left them, and
``expectations-0.1.0.tar.xz`` the contracts of that version: with others the days would need a run.
"""

from __future__ import annotations

import tarfile
from datetime import date
from pathlib import Path

import pytest

from newsmarts import pipeline
from newsmarts.core import versions
from newsmarts.core.settings import Settings, load_settings
from newsmarts.marts import candidate
from newsmarts.ops.upgrade import look
from newsmarts.release.reader import connect
from newsmarts.search import index, open_index

RELEASE = "000001-f38030dac8b4"
_NAMES = {
    versions.code_version: "93cd7b8d69cf",
    versions.warehouse_version: "e8207852a90063d4abf3cee965c986990544e53e4ac51eeee11d62f410a920d9",
    versions.marts_version: "1630e4c893cbca4840f16b4dda2ee0d9408f8055c19f4031311c4939adf8d5ea",
}
same_rows = pytest.mark.skipif(
    any(version() != name for version, name in _NAMES.items()),
    reason="versions.toml declares that the same input gives other rows than in 0.1.0",
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for name in ("home", "expectations"):
        with tarfile.open(Path(__file__).with_name(f"{name}-0.1.0.tar.xz")) as archive:
            archive.extractall(tmp_path, filter="data")
    return load_settings(home=tmp_path / "small", contracts_dir=tmp_path / "expectations")


@same_rows
def test_a_run_finds_nothing_to_do(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise AssertionError("a stage ran again")

    for stage in ("parse", "validate", "audit"):
        monkeypatch.setattr(pipeline, stage, fail)
    monkeypatch.setattr(candidate, "_make", fail)
    monkeypatch.setattr(index, "_write_documents", fail)

    result = pipeline.run(settings)

    assert result.days == (date(2025, 9, 2), date(2025, 9, 3))
    assert (result.release_id, result.published) == (RELEASE, False)
    assert [path.name for path in (settings.home / "marts" / "releases").iterdir()] == [RELEASE]


@same_rows
def test_an_upgrade_check_finds_all_current(settings: Settings) -> None:
    outlook = look(settings)

    assert (outlook.days, outlook.current, outlook.again, outlook.unreadable) == (2, 2, {}, ())
    assert outlook.warehouse == "has this version's tables"
    assert outlook.marts == f"release {RELEASE} holds what this version would publish"


def test_marts_search_index_and_stored_results_can_be_read(settings: Settings) -> None:
    outlook = look(settings)
    assert (outlook.days, outlook.unreadable) == (2, ())
    with connect(home=settings.home) as marts:
        assert marts.sql("SELECT count(*) FROM marts.articles").fetchone() == (12,)
    with open_index(settings.home) as opened:
        assert opened.search("the").total > 0
