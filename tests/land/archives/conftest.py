"""A WARC feed over an empty folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsmarts.core.settings import Settings
from tests.land.warc_files import declared


@pytest.fixture
def crawls(settings: Settings, tmp_path: Path) -> Path:
    """The folder of a WARC feed, see ``with_crawls``."""
    folder = tmp_path / "crawls"
    folder.mkdir()
    return folder


@pytest.fixture
def with_crawls(settings: Settings, crawls: Path) -> Settings:
    """Settings whose one feed is the folder ``crawls``."""
    return declared(settings, crawls)
