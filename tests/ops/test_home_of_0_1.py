"""What version 0.1.0 published and stored can be read before its days have run again.

``home-0.1.0.tar.xz`` holds two days of the samples with their inbox, as that version left them.
"""

from __future__ import annotations

import tarfile
from pathlib import Path

from newsmarts.core.settings import load_settings
from newsmarts.ops.upgrade import look
from newsmarts.release.reader import connect
from newsmarts.search import open_index


def test_marts_search_index_and_stored_results_can_be_read(tmp_path: Path) -> None:
    with tarfile.open(Path(__file__).with_name("home-0.1.0.tar.xz")) as archive:
        archive.extractall(tmp_path, filter="data")
    settings = load_settings(home=tmp_path / "small")
    outlook = look(settings)
    assert (outlook.days, outlook.unreadable) == (2, ())
    with connect(home=settings.home) as marts:
        assert marts.sql("SELECT count(*) FROM marts.articles").fetchone() == (12,)
    with open_index(settings.home) as opened:
        assert opened.search("the").total > 0
