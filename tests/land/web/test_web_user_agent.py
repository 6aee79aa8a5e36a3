"""The client of a feed does what its table says."""

from __future__ import annotations

import tomllib

from newsmarts.core.settings import PROJECT_ROOT
from newsmarts.land.config import WaybackConfig
from newsmarts.land.web.client import VERSION, user_agent


def test_the_version_is_the_projects() -> None:
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION


def test_the_user_agent_says_who_asks() -> None:
    config = WaybackConfig(name="w", kind="wayback", hosts=("a.example",))
    assert user_agent(config) == f"news-marts/{VERSION}"
    assert user_agent(config.model_copy(update={"contact": "desk@example.org"})) == (
        f"news-marts/{VERSION} (+desk@example.org)"
    )
    assert user_agent(config.model_copy(update={"user_agent": "Ours/2 (+x)"})) == "Ours/2 (+x)"
