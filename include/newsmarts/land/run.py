"""The land stage's only entry: each feed's captures of one day become raw bytes and a manifest.

What a feed yields is stored, counted, and merged under a lock.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from typing import Any

import pyarrow.compute as pc

from newsmarts.core import partitions, schemas
from newsmarts.core.errors import FeedError, FeedRefused, FeedUnavailable, UsageError
from newsmarts.core.failures import stage
from newsmarts.core.locks import partition_lock
from newsmarts.core.settings import Settings
from newsmarts.land import manifest, names
from newsmarts.land.capture import (
    Credential,
    Found,
    Item,
    Misnamed,
    OtherDay,
    PassedOver,
    Rejected,
    SourceDone,
    Waiting,
    capture_of,
    rejection_row,
)
from newsmarts.land.config import LOCAL_KINDS, AnyConfig, chosen_feeds
from newsmarts.land.feeds import make_feed
from newsmarts.land.store import ObjectWriter, RemoteObjectWriter, object_writer, sweep

log = logging.getLogger(__name__)

CredentialOf = Callable[[str], Credential]
"""Gives the credential behind the id of an Airflow connection."""

_CHECKPOINT_SECONDS = 30.0
_MAX_LOGGED = 20  # rejections logged one by one; the rest is counted


@dataclass(slots=True)
class LandResult:
    """What a day's manifest holds of the feeds after landing, and what this landing left behind."""

    day: date
    landed: int = 0  # captures in the manifest
    new: int = 0  # of these, added now
    rejected: int = 0  # captures that couldn't be landed, now or earlier
    waiting: tuple[str, ...] = ()  # source paths still being written
    other_days: Counter[date] = field(default_factory=Counter)  # captures of other days, in local feeds
    passed_over: Counter[str] = field(default_factory=Counter)  # what isn't a capture, by reason
    never_held: tuple[str, ...] = ()  # local feeds that have never had a file
    misnamed: Counter[str] = field(default_factory=Counter)  # captures by folders whose names look like days
    reasons: Counter[str] = field(default_factory=Counter, compare=False)  # of what is rejected

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should look at: a sentence for each folder."""
        return tuple(
            names.about_misnamed_folder(folder, {self.day: count})
            for folder, count in sorted(self.misnamed.items())
        )

    def __add__(self, other: LandResult) -> LandResult:
        """Both feeds' result of the same day."""
        counts = [each.name for each in fields(self)[1:]]
        return LandResult(self.day, *(getattr(self, name) + getattr(other, name) for name in counts))


@stage("land")
def run(
    day: date, settings: Settings, feed: str | None = None, credential_of: CredentialOf | None = None
) -> LandResult:
    """Land one feed's captures of one day, or those of every enabled feed.

    Landing again changes nothing: known captures keep their rows, and bytes are stored once. What isn't
    complete yet waits; what can't be landed becomes a row of ``rejected.parquet``. A feed that fails doesn't
    keep the others from landing.

    Raises:
        UsageError: there is no such feed, or it is set up wrongly.
        FeedUnavailable: the feed can't answer now.
        FeedRefused: the feed's site refuses us.
        FeedError: of several feeds some failed; it has their messages.
        LockTimeout: another run held the day for too long.
    """
    configs = chosen_feeds(settings, [feed] if feed is not None else [])
    result = LandResult(day)
    failures: list[str] = []
    for config in configs:
        try:
            result += _land(config, day, settings, credential_of)
        except (FeedUnavailable, FeedRefused) as error:
            if len(configs) == 1:
                raise
            log.error("Feed %s: %s", config.name, error)  # noqa: TRY400 - the traceback says no more
            failures.append(f"{config.name}: {error}")
    if failures:
        raise FeedError("\n".join(failures))
    return result


def landed_captures(day: date, settings: Settings) -> int:
    """How many captures the day's manifest has of all feeds, rejected ones included."""
    known = manifest.read(settings.archive, day)
    return len(known.captures) + len(known.rejected)


def _land(config: AnyConfig, day: date, settings: Settings, credential_of: CredentialOf | None) -> LandResult:
    """Land all that a feed yields for a day.

    When the feed raises, what it yielded before is kept, and the error goes on to the caller. A slow feed's
    rows are written now and then, so that a killed run keeps what it fetched.
    """
    feed = make_feed(config, settings, _credential(config, credential_of))
    with object_writer(settings) as objects:
        landing = _Landing(feed.name, day, settings, objects)
        try:
            for item in feed.captures(day, manifest.Known(settings.archive, day, feed.name)):
                landing.take(item)
        finally:
            landing.write()
    if settings.archive_url is None:
        sweep(settings.home)
    result = landing.result
    gave_nothing = not (result.landed or result.rejected or result.waiting or result.other_days)
    if gave_nothing and config.kind in LOCAL_KINDS and _never_held(feed, settings):
        result.never_held = (config.name,)
        log.warning(
            "The folder of feed %s has never held anything. If captures are somewhere else, name that folder "
            "(NEWS_INBOX, or `folder` in %s).",
            config.name,
            settings.feeds_file,
        )
    for warning in result.warnings:
        log.warning("%s", warning)
    if result.landed and names.is_ahead(datetime(day.year, day.month, day.day, tzinfo=UTC)):
        log.warning("%s is more than a day ahead: %s has captures with wrong times.", day, config.name)
    log.info(
        "Landed %s from %s: %d captures (%d new), %d rejected %s, %d waiting, passed over %s, "
        "captures of %d other days, %s",
        day,
        config.name,
        result.landed,
        result.new,
        result.rejected,
        dict(sorted(result.reasons.items())),
        len(result.waiting),
        dict(sorted(result.passed_over.items())),
        len(result.other_days),
        partitions.partition_path(settings.archive, "manifest", day),
    )
    return result


def _credential(config: AnyConfig, credential_of: CredentialOf | None) -> Credential | None:
    connection = getattr(config, "connection", None)
    if connection is None:
        return None
    if credential_of is None:
        raise UsageError(
            f"Feed {config.name} takes its credentials from the Airflow connection {connection!r}, and this "
            "run doesn't belong to Airflow. Run it there, or leave the feed out."
        )
    return credential_of(connection)


def _never_held(feed: Any, settings: Settings) -> bool:
    """Whether a local feed's folder has no file, and none of it has ever landed."""
    return feed.is_empty() and not manifest.has_feed(settings.archive, feed.name)


class _Landing:
    def __init__(
        self, feed: str, day: date, settings: Settings, objects: ObjectWriter | RemoteObjectWriter
    ) -> None:
        self.result = LandResult(day)
        self._feed = feed
        self._day = day
        self._settings = settings
        self._objects = objects
        self._landed_at = datetime.now(UTC)
        self._captures = manifest.Rows(schemas.CAPTURES)
        self._rejected = manifest.Rows(schemas.QUARANTINE)
        self._logged = 0
        self._sources_done: list[str] = []
        self._written_at = time.monotonic()
        self._pause_seconds = _CHECKPOINT_SECONDS

    def take(self, item: Item) -> None:
        """Store, note or count one item."""
        match item:
            case Found():
                self._check_day(item.captured_at)
                sha256 = self._objects.put(item.data)
                self._captures.add(capture_of(item, self._feed, sha256, self._landed_at))
            case Rejected():
                self._check_day(item.captured_at)
                self._log_rejection(item)
                self._rejected.add(rejection_row(item, self._feed))
            case Waiting(source_path):
                log.info("%r is still being written: it waits for the next run", source_path)
                self.result.waiting += (source_path,)
            case PassedOver(reason, count):
                self.result.passed_over[reason] += count
            case OtherDay(day, count):
                self.result.other_days[day] += count
            case Misnamed(folder):
                self.result.misnamed[folder] += 1
            case SourceDone(token):
                self._sources_done.append(token)
        if time.monotonic() - self._written_at > self._pause_seconds:
            self.write()

    def write(self) -> None:
        """Merge what was taken since the last time into the day's manifest; its objects come first."""
        started_at = time.monotonic()
        self._objects.commit()
        captures, rejected = self._captures.take(), self._rejected.take()
        home = self._settings.archive
        with partition_lock(self._settings, self._day):
            merged, new = manifest.add(home, self._day, self._feed, captures, rejected)
            manifest.add_sources(home, self._day, self._feed, self._sources_done)
        result = self.result
        result.new += new
        result.landed = pc.sum(pc.equal(merged.captures["feed"], self._feed)).as_py() or 0
        ours = merged.rejected.filter(manifest.are_of(self._feed, merged.rejected))
        result.rejected = len(ours)
        result.reasons = Counter(ours["reason_code"].to_pylist())
        self._written_at = time.monotonic()
        # a big manifest takes long to write: no more than a twentieth of the time goes into that
        self._pause_seconds = max(_CHECKPOINT_SECONDS, 20 * (self._written_at - started_at))

    def _log_rejection(self, item: Rejected) -> None:
        self._logged += 1
        if self._logged <= _MAX_LOGGED:
            where = f" ({item.url!r})" if item.url else ""
            log.warning("Rejected %r%s: %s", item.source_path, where, item.reason)
        elif self._logged == _MAX_LOGGED + 1:
            log.warning(
                "Further rejections are only in rejected.parquet, and in quarantine when it is loaded"
            )

    def _check_day(self, captured_at: datetime) -> None:
        if captured_at.astimezone(UTC).date() != self._day:
            raise ValueError(f"feed {self._feed} gave a capture of {captured_at} for {self._day}")
