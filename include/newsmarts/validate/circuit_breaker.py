"""The circuit breaker: when so much of a day is quarantined that the day itself can't be trusted.

Mostly that is a publisher's new layout: not the pages are at fault but the rules. Only pages of a known
publisher count, so that a folder full of other pages or empty files doesn't stop the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from newsmarts.core.settings import Settings
from newsmarts.validate.splitting import pages_of

UNATTRIBUTABLE = frozenset({"empty_file", "binary_file", "unknown_publisher"})
"""Reasons of pages that aren't a fault of a publisher's rules; neither is what land rejected."""

_PAGES_SHOWN = 5
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a day's attributable pages is quarantined."""

    pages: int
    quarantined: int
    rows: tuple[Row, ...]  # quarantine rows of those pages

    @property
    def value(self) -> float:
        return self.quarantined / self.pages if self.pages else 0.0

    def summary(self) -> str:
        """As in "6 of 8 pages (75 %)"."""
        return f"{self.quarantined} of {self.pages} pages ({percent(self.value)})"


def share_of(landed: int, quarantine: Iterable[dict[str, Any]]) -> Share:
    """The share of a day, from its landed captures and its quarantine rows."""
    rows = [row for row in pages_of(quarantine) if row["stage"] != "land"]
    unattributable = {row["capture_id"] for row in rows if row["reason_code"] in UNATTRIBUTABLE}
    counted = tuple(row for row in rows if row["capture_id"] not in unattributable)
    return Share(
        pages=landed - len(unattributable),
        quarantined=len({row["capture_id"] for row in counted}),
        rows=counted,
    )


def refusal(day: date, share: Share, settings: Settings) -> str | None:
    """Why the day isn't accepted, for a person; None when it is.

    Names no path of this machine: the text is stored with the day.
    """
    too_many = share.value > settings.quarantine_fail_share
    if not too_many or share.quarantined < settings.quarantine_fail_min_pages:
        return None
    return (
        f"{day}: {share.summary()} were turned away; more than {percent(settings.quarantine_fail_share)} "
        "fails a day.\n" + "\n".join(causes(share.rows))
    )


def percent(share: float) -> str:
    """As in "50 %"."""
    return f"{share * 100:.0f} %"


def causes(rows: Sequence[Row]) -> list[str]:
    """A line for each expectation or reason that rejected pages, the most frequent first."""
    pages: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        publisher = f"{row['publisher']}_articles." if row["publisher"] else ""
        cause = f"{publisher}{row['expectation']}" if row["expectation"] else row["stage"]
        pages.setdefault((row["reason_code"], cause), {})[row["capture_id"]] = row["source_path"]
    ranked = sorted(pages.items(), key=lambda item: (-len(item[1]), item[0]))
    return [f"- {reason} ({cause}): {_listed(list(found.values()))}" for (reason, cause), found in ranked]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in sorted(names)[:_PAGES_SHOWN])
    more = f" and {len(names) - _PAGES_SHOWN} more" if len(names) > _PAGES_SHOWN else ""
    return f"{len(names)} {'page' if len(names) == 1 else 'pages'}: {shown}{more}"
