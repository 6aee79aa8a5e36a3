"""An empty inbox and home, with no waiting for young files."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsmarts.core.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an empty home whose inbox is ``tmp_path/inbox``."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    return load_settings(home=tmp_path / "home", inbox=inbox, settle_seconds=0)
