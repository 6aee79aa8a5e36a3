"""One day's stored results beside those that the rules of now give: which pages change sides, and how."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from newsmarts.compare.texts import shortened
from newsmarts.core import schemas
from newsmarts.core.errors import DamagedPartition
from newsmarts.core.files import whole_folder
from newsmarts.core.partitions import partition_path
from newsmarts.ops.preview.findings import ChangedArticle, DayCounts, DayPreview, PageChange, Reason

if TYPE_CHECKING:
    from upath import UPath

    from newsmarts.core.settings import Settings

_ROWS_AT_ONCE = 1_000
# They are the origin of a row, or follow from other columns.
_NOT_FIELDS = frozenset({"rule_version", "field_sources", "text_sha256"})
_OF_BODY_TEXT = frozenset({"body", "excerpt", "word_count", "body_length_chars"})


class Results:
    """The validated files of one day."""

    def __init__(self, folder: Path | UPath) -> None:
        """Raises FileNotFoundError, or DamagedPartition when another version wrote them."""
        self.articles = schemas.read_table(folder / "articles.parquet", schemas.ARTICLES)
        outcome = schemas.read_table(folder / "outcome.parquet", schemas.OUTCOMES).to_pylist()[0]
        outcome["not_article"] = outcome["not_article"] or 0  # earlier versions have none
        self.counts = DayCounts(**{name: outcome[name] for name in DayCounts.__slots__})
        self.reasons: dict[str, tuple[Reason, ...]] = {}
        self.outcomes: dict[str, str] = {}
        self.paths: dict[str, str] = {}
        quarantine = schemas.read_table(folder / "quarantine.parquet", schemas.QUARANTINE)
        for row in quarantine.filter(pc.equal(quarantine["subject"], "page")).to_pylist():
            reason = Reason(row["stage"], row["reason_code"], row["expectation"], row["detail"])
            self.reasons[row["capture_id"]] = (*self.reasons.get(row["capture_id"], ()), reason)
            self.outcomes[row["capture_id"]] = row["outcome"] or "quarantined"
            self.paths[row["capture_id"]] = row["source_path"]
        ids, paths = self.articles["capture_id"].to_pylist(), self.articles["source_path"].to_pylist()
        self.valid = set(ids)
        self.paths.update(zip(ids, paths, strict=True))

    def side_of(self, capture_id: str) -> str:
        """The fate of a capture: valid, not_article, quarantined, or new to this side."""
        return "valid" if capture_id in self.valid else self.outcomes.get(capture_id, "new")


def read_results(settings: Settings, day: date) -> Results | None:
    """The day's results; None when there are none, or none that this version can read."""
    try:
        return Results(whole_folder(partition_path(settings.archive, "validated", day)))
    except (FileNotFoundError, DamagedPartition):
        return None


def compare_day(day: date, before: Results | None, after: Results, *, examples: int) -> DayPreview:
    """What would change of a day."""
    changes = sorted(_changes(before, after), key=lambda change: (change.source_path, change.capture_id))
    fields: Counter[str] = Counter()
    changed = 0
    shown: list[ChangedArticle] = []
    for article in _changed_articles(before, after):
        changed += 1
        fields.update(article.fields.keys())
        if len(shown) < examples:
            shown.append(article)
    return DayPreview(
        day=day,
        before=before.counts if before is not None else None,
        after=after.counts,
        quarantined=tuple(change for change in changes if change.after == "quarantined" != change.before),
        not_article=tuple(change for change in changes if change.after == "not_article" != change.before),
        accepted=tuple(change for change in changes if change.after == "valid"),
        other_reasons=tuple(change for change in changes if change.before == change.after),
        articles_changed=changed,
        fields_changed=dict(fields.most_common()),
        articles=tuple(shown),
    )


def _changes(before: Results | None, after: Results) -> Iterator[PageChange]:
    for capture_id, path in after.paths.items():
        was = "new" if before is None else before.side_of(capture_id)
        now = after.side_of(capture_id)
        reasons_before = () if before is None else before.reasons.get(capture_id, ())
        reasons_after = after.reasons.get(capture_id, ())
        if was != now or _codes(reasons_before) != _codes(reasons_after):
            yield PageChange(capture_id, path, was, now, reasons_before, reasons_after)


def _codes(reasons: tuple[Reason, ...]) -> set[tuple[str, str, str | None]]:
    """The reasons without their details, which may hold a limit or a count."""
    return {(reason.stage, reason.reason_code, reason.expectation) for reason in reasons}


def _changed_articles(before: Results | None, after: Results) -> Iterator[ChangedArticle]:
    """Pages that are articles on both sides and differ, a thousand in memory at a time."""
    if before is None:
        return
    places = pc.index_in(after.articles["capture_id"], before.articles["capture_id"].combine_chunks())
    in_both = pc.is_valid(places)
    olds = before.articles.take(places.filter(in_both))
    news = after.articles.filter(in_both)
    for start in range(0, news.num_rows, _ROWS_AT_ONCE):
        pairs = (table.slice(start, _ROWS_AT_ONCE).to_pylist() for table in (olds, news))
        for old, new in zip(*pairs, strict=True):
            fields = {
                name: shortened(_as_text(old[name]), _as_text(new[name])) for name in _different(old, new)
            }
            if fields:
                yield ChangedArticle(new["capture_id"], new["source_path"], fields)


def _different(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    names = [name for name in new if name not in _NOT_FIELDS and old[name] != new[name]]
    # where only the blocks differ, "body" shows them
    return [name for name in names if not ("body_text" in names and name in _OF_BODY_TEXT)]


def _as_text(value: Any) -> Any:
    """Lists, and lists of blocks, as one line of JSON."""
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else value
