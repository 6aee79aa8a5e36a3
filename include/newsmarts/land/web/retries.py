"""When a request is worth another try, and how long to wait before it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Passing failures of a server, or of the network in front of it (52x: Cloudflare can't reach the server).
WORTH_ANOTHER_TRY = frozenset({408, 425, 429, 500, 502, 503, 504, 509, 520, 521, 522, 523, 524, 530})
TOO_MANY_REQUESTS = 429
# The Wayback Machine sends 429 without Retry-After; its client library (wayback 0.5.1) waits a minute then.
DEFAULT_WAIT_SECONDS = 60.0
_FIRST_SECONDS = 1.0
_LONGEST_SECONDS = 60.0


def _now() -> datetime:
    return datetime.now(UTC)


def retry_after(headers: Mapping[str, str], now: Callable[[], datetime] = _now) -> float | None:
    """The seconds of Retry-After (RFC 9110, 10.2.3); None when it is missing or unreadable."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:10])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now()).total_seconds())


def backoff(tries: int, jitter: Callable[[], float] = random.random) -> float:
    """How long to wait after so many tries: twice as long each time, and a little more or less."""
    longest = min(_LONGEST_SECONDS, _FIRST_SECONDS * 2.0 ** (tries - 1))
    return longest * (0.5 + 0.5 * jitter())
