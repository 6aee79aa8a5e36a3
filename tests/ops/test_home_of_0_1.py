"""A home of version 0.1.0: what it published and stored can be read, and its days run again.

``home-0.1.0.tar.xz`` holds two days of the samples with their inbox, as that version left them.
"""

from __future__ import annotations

import shutil
import tarfile
from datetime import date
from pathlib import Path

import pytest

from newsmarts import pipeline
from newsmarts.core.errors import OtherMarts, SettingsError
from newsmarts.core.settings import PROJECT_ROOT, Settings, load_settings
from newsmarts.ops.upgrade import look
from newsmarts.release.freshness import read_freshness
from newsmarts.release.reader import connect
from newsmarts.release.summary import read_summary
from newsmarts.review.articles import open_marts, publishers
from newsmarts.search import open_index


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    with tarfile.open(Path(__file__).with_name("home-0.1.0.tar.xz")) as archive:
        archive.extractall(tmp_path, filter="data")
    return load_settings(home=tmp_path / "small")


def test_marts_search_index_and_stored_results_can_be_read(settings: Settings) -> None:
    outlook = look(settings)
    assert (outlook.days, outlook.unreadable) == (2, ())
    with connect(home=settings.home) as marts:
        assert marts.sql("SELECT count(*) FROM marts.articles").fetchone() == (12,)
    with open_index(settings.home) as opened:
        assert opened.search("the").total > 0
    assert read_freshness(settings.home).newest_day == date(2025, 9, 3)


def test_what_its_release_lacks_is_an_error_with_the_next_step(settings: Settings) -> None:
    with pytest.raises(OtherMarts, match="upgrade-check"):
        read_summary(settings.home)
    with pytest.raises(OtherMarts, match="upgrade-check"), open_marts(settings.home) as marts:
        publishers(marts)


def test_a_folder_of_contracts_as_that_version_had_it_lacks_shared_rules(settings: Settings) -> None:
    contracts = settings.home / "expectations"
    contracts.mkdir()
    for path in (PROJECT_ROOT / "expectations").glob("*.json"):
        shutil.copy(path, contracts)
    with pytest.raises(SettingsError, match=r"expectations/bylines\.toml is missing.*Copy it"):
        pipeline.run(load_settings(home=settings.home, contracts_dir=contracts))


@pytest.mark.slow
def test_a_run_makes_every_day_again(settings: Settings) -> None:
    result = pipeline.run(settings)

    assert (result.days, result.failed_days, result.published) == (tuple(result.read), {}, True)
    with connect(home=settings.home) as marts:
        assert marts.sql("FROM marts.articles SELECT count(*)").fetchone() == (12,)
        lost = marts.sql(
            "FROM marts.captures SELECT count(*) "
            "WHERE outcome IS NULL OR (reason_code IS NULL) <> (article_id IS NOT NULL)"
        ).fetchone()
        assert lost == (0,)
    assert look(settings).current == 2
