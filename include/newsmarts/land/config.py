"""The feeds as their file declares them (``config/feeds.toml``, or NEWS_FEEDS_FILE), checked at start.

Each table ``[feeds.NAME]`` is one feed: its ``kind`` chooses one of the models below. The comments of
config/feeds.toml document the keys for an operator.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from newsmarts.core.errors import SettingsError, UsageError
from newsmarts.core.publishers import slugs
from newsmarts.core.settings import Settings

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_HOST = re.compile(r"(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?")
_CONNECTION = re.compile(r"[A-Za-z0-9_.:-]+")


def _host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise ValueError(
            f"{text!r} is not a host name. Write it in lower case without scheme, port or path, "
            'as "news.example.org", or "*.example.org" for all names below it'
        )
    return text


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(f"{text!r} is not an http or https address")
    if parts.username is not None or parts.password is not None:
        raise ValueError(
            "it holds a user or password. Keep them in an Airflow connection and name it as connection"
        )
    return text


def _publisher(text: str) -> str:
    if text not in slugs():
        raise ValueError(f"there are no rules for {text!r}. Known publishers: {', '.join(slugs())}")
    return text


def _connection(text: str) -> str:
    if not _CONNECTION.fullmatch(text):
        raise ValueError(f"{text!r} is not an id of an Airflow connection")
    return text


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from None
    return text


Host = Annotated[str, AfterValidator(_host)]
Url = Annotated[str, AfterValidator(_url)]
Publisher = Annotated[str, AfterValidator(_publisher)]
Connection = Annotated[str, AfterValidator(_connection)]
Pattern = Annotated[str, AfterValidator(_pattern)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class FeedConfig(_Model):
    """What every feed has."""

    name: str
    enabled: bool = True
    every_day: bool = False  # a day without captures of it, after its first, is reported as missing


class InboxConfig(FeedConfig):
    """Saved pages, and archives of them, in a folder."""

    kind: Literal["inbox"]
    folder: Path | None = None  # relative to NEWS_HOME; NEWS_INBOX when not set


class WarcConfig(FeedConfig):
    """WARC files in a folder and the folders below it."""

    kind: Literal["warc"]
    folder: Path  # relative to NEWS_HOME
    hosts: tuple[Host, ...] = ()  # empty: all
    publishers: dict[Host, Publisher] = {}
    batch: bool = False  # read by newsmarts.batch, where the files are, and not landed


class Limits(_Model):
    """Bounds of what a web feed fetches and waits for."""

    max_captures: int = Field(default=100_000, gt=0)  # a day
    max_page_bytes: int | None = Field(default=None, gt=0)  # NEWS_MAX_FILE_BYTES when not set
    max_redirects: int = Field(default=5, ge=0, le=20)
    connect_seconds: float = Field(default=10, gt=0)
    read_seconds: float = Field(default=30, gt=0)  # between two pieces of an answer
    total_seconds: float = Field(default=120, gt=0)  # of one answer
    max_tries: int = Field(default=4, ge=1, le=20)  # of one address, within one try of the task
    max_wait_seconds: float = Field(default=300, ge=0)  # for Retry-After; longer: the feed is unavailable


class WebConfig(FeedConfig):
    """What every feed has that fetches from the web: from ``hosts`` and its own addresses, nowhere else."""

    hosts: tuple[Host, ...] = Field(min_length=1)  # whose captures are wanted
    publishers: dict[Host, Publisher] = {}  # where the host's name doesn't show it
    contact: str | None = None  # e-mail or address for the User-Agent
    user_agent: str | None = None  # instead of the standard one
    connection: Connection | None = None  # id of an Airflow connection: credentials
    crawl_delay_seconds: float = Field(default=1.0, ge=0)  # between two requests to one host
    allow_private_hosts: tuple[Host, ...] = ()  # that may have loopback or private addresses
    limits: Limits = Limits()


class CommonCrawlConfig(WebConfig):
    """Common Crawl: its index by host and time, and ranges of its WARC files."""

    kind: Literal["common_crawl"]
    index_url: Url = "https://index.commoncrawl.org/"
    data_url: Url = "https://data.commoncrawl.org/"
    collections: tuple[str, ...] = ()  # "CC-MAIN-2025-33"; empty: those whose time has the day


class WaybackConfig(WebConfig):
    """The Wayback Machine, or another archive that speaks its CDX API."""

    kind: Literal["wayback"]
    cdx_url: Url = "https://web.archive.org/cdx/search/cdx"
    replay_url: Url = "https://web.archive.org/web/"
    collapse: Literal["digest", "none"] = "digest"
    # after a query of the index: it takes 30 a minute, and wants clients to stay below (wayback 0.5.1)
    index_delay_seconds: float = Field(default=2.5, ge=0)


class LiveConfig(WebConfig):
    """The live sites, by their sitemaps and listing pages."""

    kind: Literal["live"]
    contact: str = Field(min_length=3)
    crawl_delay_seconds: float = Field(default=10.0, ge=0)
    limits: Limits = Limits(max_captures=200)  # a run: half an hour of the pauses above
    sitemaps: tuple[Url, ...] = ()
    listings: tuple[Url, ...] = ()
    # paths of articles: Al Mayadeen's, and Nour News's with the id
    article_paths: tuple[Pattern, ...] = (
        r"/news/(?!\d+/)[^/]+/[^/]+",  # a section has a name; Nour News's numbers are below /en/
        r"/articles/[^/]+/[^/]+",
        r"/en/news/\d+(/.*)?",
    )
    max_age_days: int = Field(default=2, ge=0)  # what a sitemap says changed before isn't fetched

    @model_validator(mode="after")
    def _has_a_start(self) -> LiveConfig:
        if not self.sitemaps and not self.listings:
            raise ValueError("it has no sitemaps and no listings. Give at least one address to start from")
        return self


AnyConfig = InboxConfig | WarcConfig | CommonCrawlConfig | WaybackConfig | LiveConfig
LOCAL_KINDS = frozenset({"inbox", "warc"})
"""Kinds of feeds that only read files, and so know their days beforehand."""

_MODELS: dict[str, type[AnyConfig]] = {
    get_args(model.model_fields["kind"].annotation)[0]: model for model in get_args(AnyConfig)
}


def batch_feeds(settings: Settings) -> list[WarcConfig]:
    """The enabled feeds that aren't landed but read by the batch engine, in the order of their file.

    Raises:
        SettingsError: as ``load_feeds``.
    """
    return [feed for feed in _enabled(settings) if isinstance(feed, WarcConfig) and feed.batch]


def load_feeds(settings: Settings) -> list[AnyConfig]:
    """The enabled feeds that are landed, in the order of their file.

    Raises:
        SettingsError: naming the file, each feed and key at fault, and what to write.
    """
    return [feed for feed in _enabled(settings) if not (isinstance(feed, WarcConfig) and feed.batch)]


def _enabled(settings: Settings) -> list[AnyConfig]:
    path = settings.feeds_file
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"The feeds' file {path} can't be read: {error.strerror}. Name another one with NEWS_FEEDS_FILE."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not a TOML file: {error}. Correct it there.") from None
    tables = document.pop("feeds", None)
    if document:
        raise SettingsError(f"{path}: unknown table {sorted(document)[0]!r}. Feeds are tables [feeds.NAME].")
    if not isinstance(tables, dict) or not tables:
        raise SettingsError(
            f'{path} declares no feed. Write one: a line [feeds.inbox], and below it kind = "inbox".'
        )
    faults: list[str] = []
    feeds = [_feed(name, table, faults) for name, table in tables.items()]
    if faults:
        raise SettingsError(f"{path} has mistakes. Correct them there:\n" + "\n".join(faults))
    return [feed for feed in feeds if feed is not None and feed.enabled]


def chosen_feeds(settings: Settings, names: Sequence[str] = ()) -> list[AnyConfig]:
    """The enabled feeds of these names, or all of them; in the order of their file.

    Raises:
        UsageError: there is no enabled feed of such a name.
        SettingsError: the feeds' file has mistakes.
    """
    feeds = load_feeds(settings)
    enabled = [feed.name for feed in feeds]
    for name in names:
        if name not in enabled:
            raise UsageError(
                f"There is no enabled feed {name!r} in {settings.feeds_file}. "
                f"Enabled: {', '.join(enabled) or 'none'}."
            )
    return [feed for feed in feeds if not names or feed.name in names]


def feed_names(settings: Settings, kind: str | None = None) -> list[str]:
    """The enabled feeds' names, of this kind or of all kinds, in the order of their file.

    Raises:
        SettingsError: the feeds' file has mistakes.
    """
    return [config.name for config in load_feeds(settings) if kind in (None, config.kind)]


def _feed(name: str, table: Any, faults: list[str]) -> AnyConfig | None:
    where = f"- [feeds.{name}]"
    if not _NAME.fullmatch(name):
        faults.append(f"{where}: the name {name!r} must be of lower-case letters, digits and underscores.")
        return None
    if not isinstance(table, dict):
        faults.append(f"{where}: it must be a table.")
        return None
    if "name" in table:
        faults.append(f"{where}: name: a feed is named by its table; take the key away.")
        return None
    kind = table.get("kind")
    if not isinstance(kind, str) or kind not in _MODELS:
        faults.append(f"{where}: kind is {kind!r}. Write one of: {', '.join(_MODELS)}.")
        return None
    model = _MODELS[kind]
    try:
        return model.model_validate(table | {"name": name})
    except ValidationError as error:
        faults.extend(f"{where} {_message(fault, model)}" for fault in error.errors())
        return None


def _message(fault: Any, model: type[AnyConfig]) -> str:
    key = ".".join(str(part) for part in fault["loc"] if part != "[key]")
    if fault["type"] == "extra_forbidden":
        known: Sequence[str] = sorted(set(model.model_fields) - {"name"})
        if len(fault["loc"]) > 1:
            known = sorted(Limits.model_fields)
        return f"{key}: there is no such key. Known keys: {', '.join(known)}."
    if fault["type"] == "missing":
        return f"{key}: it is missing; this kind of feed needs it."
    message = fault["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{key}: {message}." if key else f"{message}."
