"""The circuit breaker: when so much of a day can't be read that the day itself can't be trusted.

Mostly that is a publisher's new layout: not the pages are at fault but the rules. Only reasons with an alarm
count (``reasons.toml``), and only among pages that claim to be articles: so neither a crawl's lists and
videos nor a folder full of other pages or empty files stops the rest. Nor does a page count of which a person
has acknowledged every such reason: the share is then that of the other pages, so a day whose pages really are
bad is accepted by acknowledging them, and refused again when too many others turn out to be bad.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from newsmarts.core.acknowledgements import QuarantineKey
from newsmarts.core.reasons import Reasons
from newsmarts.core.settings import Settings
from newsmarts.validate.splitting import pages_of

_PAGES_SHOWN = 5
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a day's article pages have a reason with an alarm."""

    pages: int  # read as an article, or with such a reason
    alarmed: int
    rows: tuple[Row, ...]  # quarantine rows with such a reason
    acknowledged: tuple[QuarantineKey, ...] = ()  # such reasons of pages that are therefore not counted

    @property
    def value(self) -> float:
        return self.alarmed / self.pages if self.pages else 0.0

    def summary(self) -> str:
        """As in "6 of 8 article pages (75 %)"."""
        found = f"{self.alarmed} of {self.pages} article pages ({percent(self.value)})"
        left_out = len({key.capture_id for key in self.acknowledged})
        return f"{found}, without {left_out} that are acknowledged," if left_out else found


def share_of(
    parsed: int,
    quarantine: Iterable[dict[str, Any]],
    reasons: Reasons,
    acknowledged: Collection[QuarantineKey] = (),
) -> Share:
    """The share of a day, from the pages that were read as articles and its quarantine rows.

    Args:
        acknowledged: a page counts for nothing when all its reasons with an alarm are among these.
    """
    alarms = [
        row for row in pages_of(quarantine) if row["stage"] != "land" and reasons.alarms(row["reason_code"])
    ]
    pages = parsed + len({row["capture_id"] for row in alarms if row["stage"] == "parse"})
    counted = {row["capture_id"] for row in alarms if QuarantineKey.of(row) not in acknowledged}
    settled = {QuarantineKey.of(row) for row in alarms if row["capture_id"] not in counted}
    return Share(
        pages=pages - len({key.capture_id for key in settled}),
        alarmed=len(counted),
        rows=tuple(row for row in alarms if row["capture_id"] in counted),
        acknowledged=tuple(sorted(settled)),
    )


def is_too_much(share: Share, settings: Settings) -> bool:
    """Whether a day with this share is refused."""
    too_many = share.value > settings.quarantine_fail_share
    return too_many and share.alarmed >= settings.quarantine_fail_min_pages


def refusal(day: date, share: Share, settings: Settings) -> str | None:
    """Why the day isn't accepted, for a person; None when it is.

    Names no path of this machine: the text is stored with the day.
    """
    if not is_too_much(share, settings):
        return None
    return (
        f"{day}: {share.summary()} were quarantined for reasons that hint at a changed site or a fault of "
        f"the rules; more than {percent(settings.quarantine_fail_share)} refuses a day.\n"
        + "\n".join(causes(share.rows))
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
    return [f"- {reason} ({cause}): {listed(list(found.values()))}" for (reason, cause), found in ranked]


def listed(names: Sequence[str]) -> str:
    """As in "7 pages: 'a.html', … and 2 more"."""
    shown = ", ".join(repr(name) for name in sorted(names)[:_PAGES_SHOWN])
    more = f" and {len(names) - _PAGES_SHOWN} more" if len(names) > _PAGES_SHOWN else ""
    return f"{len(names)} {'page' if len(names) == 1 else 'pages'}: {shown}{more}"
