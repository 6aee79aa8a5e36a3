"""Settings come from the environment, and a wrong one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsmarts.core.errors import SettingsError
from newsmarts.core.settings import load_settings


def test_environment_sets_and_arguments_win(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NEWS_HOME", "relative/home")
    monkeypatch.setenv("NEWS_QUARANTINE_FAIL_SHARE", "0.25")
    settings = load_settings()
    assert settings.home == Path.cwd() / "relative" / "home"
    assert settings.inbox_dir == settings.home / "inbox"
    assert settings.quarantine_fail_share == 0.25
    assert load_settings(home=tmp_path, inbox=None).home == tmp_path


@pytest.mark.parametrize(
    ("name", "value"),
    [("NEWS_QUARANTINE_FAIL_SHARE", "1.5"), ("NEWS_MAX_FILE_BYTES", "lots"), ("NEWS_RELEASES_KEPT", "0")],
)
def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        load_settings()


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWS_NOTIFY_CONN_ID", "")
    monkeypatch.setenv("NEWS_RELEASES_KEPT", "")
    settings = load_settings()
    assert (settings.notify_conn_id, settings.releases_kept) == (None, 3)


def test_a_folder_is_named_without_a_way_back(tmp_path: Path) -> None:
    """Where a link leads to another place, ``..`` is the folder above that place."""
    (tmp_path / "elsewhere" / "home").mkdir(parents=True)
    (tmp_path / "home").symlink_to(tmp_path / "elsewhere" / "home")
    found = load_settings(home=tmp_path / "home", inbox=tmp_path / "home" / ".." / "mine")
    assert found.home == tmp_path / "home"
    assert found.inbox_dir == tmp_path.resolve() / "elsewhere" / "mine"
