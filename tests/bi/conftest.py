"""The samples' marts, which the dashboards are held against."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from include.settings import PROJECT_ROOT
from samples import story


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A NEWS_HOME whose release was made from the samples."""
    home = tmp_path_factory.mktemp("bi") / "home"
    options = ["--inbox", str(story.HERE / "inbox"), "--home", str(home)]
    subprocess.run([sys.executable, "-m", "include", "run", *options], cwd=PROJECT_ROOT, check=True)
    return home
