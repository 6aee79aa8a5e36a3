"""Marts of a test: days written, loaded and built without the stages before them."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsmarts.core.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path)
