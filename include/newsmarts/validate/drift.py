"""What is unlike the accepted days before: reasons and empty fields whose share of pages is far off.

A redesign of a site seldom breaks every page: tags are no longer found, or a third of the pages has another
reason. Each day keeps its shares in a small file, so that a comparison reads nothing else of the days before.
Thresholds are ``drift.toml`` beside the contracts.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from newsmarts.core import schemas
from newsmarts.core.contract_data import read_data
from newsmarts.core.errors import DamagedPartition, SettingsError, UsageError, faults_in
from newsmarts.core.files import whole_folder
from newsmarts.core.partitions import PARTITION_PREFIX, parse_day, partition_path, stage_path
from newsmarts.validate.circuit_breaker import listed, percent
from newsmarts.validate.splitting import pages_of

if TYPE_CHECKING:
    from upath import UPath

    from newsmarts.validate.staged import ParsedDay

log = logging.getLogger(__name__)

FILE = "drift.toml"
_READERS = 8  # a store takes some 20 ms for each file
_ANY = ""  # the name of the row that only counts pages


class Thresholds(BaseModel):
    """What is far off; ``expectations/drift.toml`` explains each."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    days: Annotated[int, Field(ge=1)]
    min_days: Annotated[int, Field(ge=1)]
    min_pages: Annotated[int, Field(ge=1)]
    factor: Annotated[float, Field(gt=1)]
    min_difference: Annotated[float, Field(gt=0, le=1)]
    fields: Sequence[Literal["tags", "standfirst", "section", "ticker", "byline", "agency", "url"]]

    def far_off(self, share: float, usual: float) -> bool:
        """Whether a share of pages is far from the usual one, in either direction."""
        low, high = sorted((share, usual))
        grew = high >= self.factor * low or 1 - low >= self.factor * (1 - high)
        return grew and high - low >= self.min_difference


def load_thresholds(contracts_dir: Path) -> Thresholds:
    """Read ``drift.toml``.

    Raises:
        SettingsError: it is missing or malformed; names file and key.
    """
    path = contracts_dir / FILE
    try:
        return Thresholds.model_validate(read_data(path))
    except ValidationError as error:
        raise SettingsError(f"{path}: {faults_in(error)}. Correct it.") from None


class Subject(NamedTuple):
    """What pages are counted of: a reason of a publisher, or a field of one of its editions."""

    publisher: str
    language: str | None  # None for reasons: the edition of a page that can't be read isn't known
    kind: Literal["reason", "field"]
    name: str


Pages = Mapping[str, str]  # capture id → source path
Shares = Mapping[Subject, tuple[int, int]]
"""Pages with a reason or without a field, and all pages of the publisher or edition."""


class DayPages(NamedTuple):
    """A day's pages by subject; that of no name has all pages."""

    pages: Mapping[Subject, Pages]

    def shares(self) -> Shares:
        """How many pages of how many each subject has."""
        return {key: (len(found), len(self.all_of(key))) for key, found in self.pages.items()}

    def all_of(self, subject: Subject) -> Pages:
        """All pages of a subject's publisher or edition."""
        return self.pages.get(subject._replace(name=_ANY), {})


def pages_of_day(parsed: ParsedDay, quarantine: Sequence[dict[str, Any]], fields: Iterable[str]) -> DayPages:
    """Sort a day's pages by reason and by empty field.

    Args:
        quarantine: the day's rows of all stages; what land rejected was never read and doesn't count.
    """
    found: defaultdict[Subject, dict[str, str]] = defaultdict(dict)
    with_ticker = set(parsed.ticker_items["capture_id"].to_pylist())
    names = [name for name in fields if name != "ticker"]
    read = ["capture_id", "source_path", "publisher", "language", *names]
    for row in (row for batch in parsed.articles.to_batches(columns=read) for row in batch.to_pylist()):
        page = {row["capture_id"]: row["source_path"]}
        found[Subject(row["publisher"], None, "reason", _ANY)] |= page
        found[Subject(row["publisher"], row["language"], "field", _ANY)] |= page
        empty = [name for name in names if not row[name]]
        if "ticker" in fields and row["capture_id"] not in with_ticker:
            empty.append("ticker")
        for name in empty:
            found[Subject(row["publisher"], row["language"], "field", name)] |= page
    for row in pages_of(quarantine):
        if row["stage"] != "land" and row["publisher"]:
            page = {row["capture_id"]: row["source_path"]}
            found[Subject(row["publisher"], None, "reason", _ANY)] |= page
            found[Subject(row["publisher"], None, "reason", row["reason_code"])] |= page
    return DayPages(dict(found))


def share_rows(day: date, shares: Shares) -> list[dict[str, Any]]:
    """Rows of ``schemas.SHARES``, in one order."""
    keys = sorted(shares, key=lambda key: (key.publisher, key.language or "", key.kind, key.name))
    return [
        {"capture_day": day, **key._asdict(), "pages": shares[key][0], "of_pages": shares[key][1]}
        for key in keys
    ]


def warnings(archive: Path | UPath, day: date, found: DayPages, thresholds: Thresholds) -> tuple[str, ...]:
    """What of a day is far off the accepted days before it, as texts that name pages.

    Too few days before, or too few pages, give no warning.
    """
    subjects = [
        key for key, pages in found.pages.items() if key.name == _ANY and len(pages) >= thresholds.min_pages
    ]
    if not subjects:
        return ()
    past = _past_shares(archive, day, subjects, thresholds.days)
    texts = []
    for subject in sorted(subjects, key=lambda key: (key.publisher, key.kind, key.language or "")):
        days = past[subject]
        if len(days) >= thresholds.min_days:
            texts += _warnings_of(subject, found, days, thresholds)
    return tuple(texts)


def _warnings_of(
    subject: Subject, found: DayPages, days: Sequence[Shares], thresholds: Thresholds
) -> list[str]:
    """The warnings about one publisher's reasons, or one edition's fields."""
    everything = found.all_of(subject)
    total = sum(shares[subject][1] for shares in days)
    names = {
        key.name for key in (*found.pages, *(key for shares in days for key in shares)) if _same(key, subject)
    }
    texts = []
    for name in sorted(names - {_ANY}):
        key = subject._replace(name=name)
        pages = found.pages.get(key, {})
        share = len(pages) / len(everything)
        usual = sum(shares.get(key, (0, 0))[0] for shares in days) / total
        is_less = share < usual
        # that a reason is rarer has no pages to look at
        if not thresholds.far_off(share, usual) or (is_less and key.kind == "reason"):
            continue
        others = {capture: path for capture, path in everything.items() if capture not in pages}
        edition = f"{key.publisher} ({key.language})" if key.language else key.publisher
        texts.append(
            f"{edition}: {len(pages)} of {len(everything)} pages "
            f"{'with reason' if key.kind == 'reason' else 'without'} {name} ({percent(share)}); usual are "
            f"{percent(usual)}, of {total} pages on {len(days)} days before. "
            f"{f'With {name}: ' if is_less else ''}{listed(list((others if is_less else pages).values()))}."
        )
    return texts


def _same(key: Subject, subject: Subject) -> bool:
    return key._replace(name=_ANY) == subject


def _past_shares(
    archive: Path | UPath, day: date, subjects: Sequence[Subject], days: int
) -> Mapping[Subject, list[Shares]]:
    """For each subject the last accepted days before that have pages of it, newest first.

    A publisher that is captured now and then is looked for in twice as many days.
    """
    past: dict[Subject, list[Shares]] = {subject: [] for subject in subjects}
    before = _days_before(archive, day)
    with ThreadPoolExecutor(_READERS, thread_name_prefix="shares") as readers:
        for start in (0, days):
            if all(len(found) >= days for found in past.values()):
                break
            for shares in readers.map(lambda each: read_shares(archive, each), before[start : start + days]):
                for subject, found in past.items():
                    if subject in shares and len(found) < days:
                        found.append(shares)
    return past


def _days_before(archive: Path | UPath, day: date) -> list[date]:
    """The days with a folder of validated rows before this one, newest first."""
    root = stage_path(archive, "validated")
    found = []
    for entry in root.iterdir() if root.is_dir() else ():
        try:
            found.append(parse_day(entry.name.removeprefix(PARTITION_PREFIX)))
        except UsageError:  # a temporary folder of a day being written
            continue
    return sorted((each for each in found if each < day), reverse=True)


def read_shares(archive: Path | UPath, day: date) -> Shares:
    """A day's shares; none of a day that was refused, or validated before they were kept."""
    path = whole_folder(partition_path(archive, "validated", day)) / schemas.SHARES_FILE
    try:
        rows = schemas.read_table(path, schemas.SHARES).to_pylist()
    except FileNotFoundError:
        return {}
    except DamagedPartition as error:
        log.warning("%s is left out of the comparison with days before: %s", day, error)
        return {}
    return {
        Subject(row["publisher"], row["language"], row["kind"], row["name"]): (row["pages"], row["of_pages"])
        for row in rows
    }
