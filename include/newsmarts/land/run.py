"""The land stage's only entry: each feed's captures of one day become raw bytes and a manifest."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from newsmarts.core import partitions
from newsmarts.core.errors import FeedError, FeedRefused, FeedUnavailable, UsageError
from newsmarts.core.settings import Settings
from newsmarts.land import manifest
from newsmarts.land.capture import Credential
from newsmarts.land.config import AnyConfig, chosen_feeds, feed_names
from newsmarts.land.feeds import make_feed
from newsmarts.land.landing import Landed, land

__all__ = ["LandResult", "feed_names", "landed_captures", "run"]

log = logging.getLogger(__name__)

CredentialOf = Callable[[str], Credential]
"""Gives the credential behind the id of an Airflow connection."""


@dataclass(frozen=True, slots=True)
class LandResult:
    """What a day's manifest holds of the feeds after landing, and what this landing left behind."""

    day: date
    landed: int  # captures in the manifest
    new: int  # of these, added now
    rejected: int  # captures that couldn't be landed, now or earlier
    waiting: tuple[str, ...]  # source paths still being written
    other_days: dict[date, int] = field(default_factory=dict)  # captures of other days, in local feeds
    passed_over: dict[str, int] = field(default_factory=dict)  # what isn't a capture, by reason


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
    landed: list[Landed] = []
    failures: list[str] = []
    for config in configs:
        try:
            landed.append(_land(config, day, settings, credential_of))
        except (FeedUnavailable, FeedRefused) as error:
            if len(configs) == 1:
                raise
            log.error("Feed %s: %s", config.name, error)  # noqa: TRY400 - the traceback says no more
            failures.append(f"{config.name}: {error}")
    if failures:
        raise FeedError("\n".join(failures))
    return LandResult(
        day=day,
        landed=sum(each.captures for each in landed),
        new=sum(each.new for each in landed),
        rejected=sum(each.rejected for each in landed),
        waiting=tuple(source_path for each in landed for source_path in each.waiting),
        other_days=dict(sorted(sum((each.other_days for each in landed), Counter[date]()).items())),
        passed_over=dict(sorted(sum((each.passed_over for each in landed), Counter[str]()).items())),
    )


def landed_captures(day: date, settings: Settings) -> int:
    """How many captures the day's manifest has of all feeds, rejected ones included."""
    known = manifest.read(settings.archive, day)
    return len(known.captures) + len(known.rejected)


def _land(config: AnyConfig, day: date, settings: Settings, credential_of: CredentialOf | None) -> Landed:
    landed = land(make_feed(config, settings, _credential(config, credential_of)), day, settings)
    log.info(
        "Landed %s from %s: %d captures (%d new), %d rejected %s, %d waiting, passed over %s, "
        "captures of %d other days, %s",
        day,
        config.name,
        landed.captures,
        landed.new,
        landed.rejected,
        dict(sorted(landed.reasons.items())),
        len(landed.waiting),
        dict(sorted(landed.passed_over.items())),
        len(landed.other_days),
        partitions.partition_path(settings.archive, "manifest", day),
    )
    return landed


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
