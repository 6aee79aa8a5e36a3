"""The land stage's only entry: each feed's captures of one day become raw bytes and a manifest."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date

from newsmarts.core import partitions
from newsmarts.core.errors import FeedError, FeedRefused, FeedUnavailable, UsageError
from newsmarts.core.settings import Settings
from newsmarts.land import manifest
from newsmarts.land.capture import Credential
from newsmarts.land.config import AnyConfig, chosen_feeds
from newsmarts.land.feeds import make_feed
from newsmarts.land.landing import LandResult, land

__all__ = ["LandResult", "landed_captures", "run"]

log = logging.getLogger(__name__)

CredentialOf = Callable[[str], Credential]
"""Gives the credential behind the id of an Airflow connection."""


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
    result = land(make_feed(config, settings, _credential(config, credential_of)), day, settings)
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
