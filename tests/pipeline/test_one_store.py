"""An object store in a folder's place: the release is the folder's."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsmarts import pipeline
from newsmarts.release.reader import connect
from tests.batch.pages_in_archives import PAGES, content_of, one_machine, settings_of, write_archives


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_an_object_store_gives_the_release_of_a_folder(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crawl = tmp_path / "crawl"
    write_archives(crawl)
    folder = one_machine(crawl, tmp_path / "folder")
    store = settings_of(tmp_path / "store", crawl, batch=False, archive_url=bucket)
    pipeline.run(store)
    assert not list((store.home / "staged").rglob("*.parquet"))  # they are in the store
    monkeypatch.setenv("NEWS_WORK", str(tmp_path / "reader"))
    with connect(bucket) as marts:
        assert marts.sql("SELECT count(*) FROM marts.captures").fetchall() == [(PAGES,)]
    assert {content_of(home) for home in (folder.home, store.home, tmp_path / "reader")} == {
        content_of(folder.home)
    }
