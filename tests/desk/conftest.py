"""What tests of the news desk have in common."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsmarts.core.settings import settings
from tests.desk.sample_desk import lend


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home, which the settings name."""
    monkeypatch.setenv("NEWS_HOME", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


@pytest.fixture
def samples(home: Path, sample_home: Path) -> Path:
    """A home with what the samples give, which tests may change."""
    lend(sample_home, home)
    return home
