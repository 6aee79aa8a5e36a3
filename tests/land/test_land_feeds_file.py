"""The feeds' file: what it may say, and how a mistake is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsmarts.core.errors import SettingsError, UsageError
from newsmarts.core.settings import PROJECT_ROOT, Settings, load_settings
from newsmarts.land import run
from newsmarts.land.config import chosen_feeds, feed_names, load_feeds
from tests.land.inbox_files import DAY

WARC = '[feeds.crawls]\nkind = "warc"\nfolder = "warc"\n'


@pytest.fixture
def path(settings: Settings) -> Path:
    return settings.home.parent / "feeds.toml"


def load(settings: Settings, path: Path, text: str) -> list[str]:
    path.write_text(text, encoding="utf-8")
    return feed_names(settings.model_copy(update={"feeds_file": path}))


def test_without_changes_it_is_the_inbox() -> None:
    settings = load_settings()
    assert settings.feeds_file == PROJECT_ROOT / "config" / "feeds.toml"
    assert feed_names(settings) == ["inbox"]


def test_feeds_keep_their_order_and_may_be_off(settings: Settings, path: Path) -> None:
    text = WARC + '[feeds.inbox]\nkind = "inbox"\n' + WARC.replace("crawls", "off") + "enabled = false\n"
    assert load(settings, path, text) == ["crawls", "inbox"]
    assert load(settings, path, WARC + "enabled = false\n") == []


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("", "declares no feed. Write one: a line [feeds.inbox]"),
        ("feeds = 1", "declares no feed"),
        ("[feeds", "is not a TOML file"),
        ("[feed.inbox]\nkind = 'inbox'", "unknown table 'feed'"),
        ("[feeds.inbox]\n", "[feeds.inbox]: kind is None. Write one of: inbox, warc, common_crawl"),
        ("[feeds.inbox]\nkind = 'ftp'", "[feeds.inbox]: kind is 'ftp'"),
        ("[feeds.inbox]\nkind = 1", "[feeds.inbox]: kind is 1"),
        ("[feeds.'In box']\nkind = 'inbox'", "lower-case letters, digits and underscores"),
        ("[feeds]\ninbox = 'inbox'", "[feeds.inbox]: it must be a table"),
        ("[feeds.inbox]\nkind = 'inbox'\nname = 'x'", "a feed is named by its table"),
        (
            "[feeds.inbox]\nkind = 'inbox'\nfoldr = 'x'",
            "foldr: there is no such key. Known keys: enabled, every_day, folder",
        ),
        (WARC.replace("folder", "#"), "[feeds.crawls] folder: it is missing"),
        (
            WARC + "hosts = ['https://x.example/']",
            "hosts.0: 'https://x.example/' is not a host name. Write it",
        ),
        (WARC + "hosts = ['x.example:80']", "is not a host name"),
        (WARC + "hosts = ['X.example']", "lower case"),
        (WARC + "hosts = 'x.example'", "[feeds.crawls] hosts:"),
        (
            WARC + "publishers = {'x.example' = 'someone'}",
            "there are no rules for 'someone'. Known publishers: al_",
        ),
        (WARC + "enabled = 'maybe'", "enabled:"),
        ("[feeds.w]\nkind = 'wayback'", "hosts: it is missing"),
        ("[feeds.w]\nkind = 'wayback'\nhosts = []", "hosts:"),
        (
            "[feeds.w]\nkind = 'wayback'\nhosts = ['x.y']\ncdx_url = 'ftp://x/'",
            "cdx_url: 'ftp://x/' is not an http",
        ),
        (
            "[feeds.w]\nkind = 'wayback'\nhosts = ['x.y']\nreplay_url = 'https://u:p@x.y/'",
            "replay_url: it holds a user or password. Keep them in an Airflow connection",
        ),
        (
            "[feeds.w]\nkind = 'wayback'\nhosts = ['x.y']\nconnection = 'a b'",
            "is not an id of an Airflow connection",
        ),
        (
            "[feeds.w]\nkind = 'wayback'\nhosts = ['x.y']\n[feeds.w.limits]\nmax_try = 1",
            "limits.max_try: there is no",
        ),
        ("[feeds.w]\nkind = 'wayback'\nhosts = ['x.y']\nlimits = {max_tries = 0}", "limits.max_tries:"),
        ("[feeds.l]\nkind = 'live'\nhosts = ['x.y']\nsitemaps = ['https://x.y/']", "contact: it is missing"),
        ("[feeds.l]\nkind = 'live'\nhosts = ['x.y']\ncontact = 'a@b'", "no sitemaps and no listings"),
    ],
    ids=range(27),
)
def test_a_mistake_is_reported_with_file_feed_and_key(
    settings: Settings, path: Path, text: str, reported: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(settings, path, text)
    assert str(path) in str(caught.value)
    assert reported in str(caught.value)
    assert "u:p" not in str(caught.value)


def test_all_mistakes_are_reported_at_once(settings: Settings, path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(settings, path, WARC + "hosts = ['A', 'B']\nx = 1\n[feeds.Y]\n[feeds.z]\nkind = 'z'")
    assert len(str(caught.value).splitlines()) == 6


def test_a_file_that_is_missing_or_no_text(settings: Settings, path: Path) -> None:
    with pytest.raises(SettingsError, match="NEWS_FEEDS_FILE"):
        load_feeds(settings.model_copy(update={"feeds_file": path}))
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is not a TOML file"):
        load_feeds(settings.model_copy(update={"feeds_file": path}))


def test_a_feed_that_is_off_or_unknown_is_not_landed(settings: Settings, path: Path) -> None:
    path.write_text('[feeds.inbox]\nkind = "inbox"\n' + WARC + "enabled = false\n", encoding="utf-8")
    settings = settings.model_copy(update={"feeds_file": path})
    assert [feed.name for feed in chosen_feeds(settings, ["inbox"])] == ["inbox"]
    for name in ("crawls", "nobody"):
        with pytest.raises(UsageError, match=rf"no enabled feed '{name}'.*Enabled: inbox"):
            run.run(DAY, settings, name)


def test_an_inbox_may_have_a_folder_of_its_own(settings: Settings, path: Path, tmp_path: Path) -> None:
    (settings.home / "more" / "2025-08-25").mkdir(parents=True)
    (settings.home / "more" / "2025-08-25" / "a.txt").write_bytes(b"a")
    (settings.inbox_dir / "2025-08-25").mkdir()
    (settings.inbox_dir / "2025-08-25" / "a.txt").write_bytes(b"a")
    text = '[feeds.inbox]\nkind = "inbox"\n[feeds.more]\nkind = "inbox"\nfolder = "more"\n'
    path.write_text(text, encoding="utf-8")
    settings = settings.model_copy(update={"feeds_file": path})
    assert run.run(DAY, settings).landed == 2
    assert run.run(DAY, settings, "more").landed == 1
    path.write_text(text.replace('"more"\n', '"nowhere"\n'), encoding="utf-8")
    with pytest.raises(UsageError, match="nowhere"):
        run.run(DAY, settings, "more")
