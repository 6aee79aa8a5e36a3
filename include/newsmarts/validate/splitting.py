"""Split a day's rows by their evaluations: what goes on, and what is quarantined and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from newsmarts.core.errors import ConservationError
from newsmarts.core.reasons import Outcome, Reasons
from newsmarts.core.records import QuarantineRow, Subject
from newsmarts.validate import staged
from newsmarts.validate.articles import Articles, in_order
from newsmarts.validate.evaluation import Evaluation, Failure
from newsmarts.validate.staged import ParsedDay

_STAGES = ("land", "parse", "validate")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Split:
    """A day after its contracts: tables to write, and the numbers that must add up."""

    tables: Mapping[str, pa.Table | Articles]
    captures: int
    valid: int
    not_article: int  # captures
    quarantined: int  # captures, of any stage
    ticker_items_quarantined: int
    quarantine: Sequence[Row]

    def pages_by_reason(self, outcome: Outcome) -> dict[str, int]:
        """Captures of an outcome by reason; a page with two reasons counts under both."""
        rows = [row for row in pages_of(self.quarantine) if row["outcome"] == outcome]
        pairs = {(row["reason_code"], row["capture_id"]) for row in rows}
        return dict(sorted(Counter(reason for reason, _ in pairs).items()))


def pages_of(quarantine: Iterable[Row]) -> list[Row]:
    """The rows about pages, not about single ticker lines."""
    return [row for row in quarantine if row["subject"] == "page"]


def split(
    parsed: ParsedDay,
    pages: Sequence[Evaluation],
    ticker: Evaluation,
    ticker_keys: Sequence[str],
    reasons: Reasons,
) -> Split:
    """Split the day.

    Args:
        pages: evaluations on articles; their row keys are capture ids.
        ticker: the evaluation on ticker lines.
        ticker_keys: the row key of each of ``parsed.ticker_items``.
        reasons: what each reason code means.

    Raises:
        ConservationError: captures in and captures accounted for differ.
    """
    failed = {key for evaluation in pages for key in evaluation.failed_keys}
    failed_lines = ticker.failed_keys
    keep = pa.array([key not in failed_lines for key in ticker_keys], pa.bool_())
    lines = parsed.ticker_items.filter(pc.invert(keep))["capture_id"].to_pylist()
    line_captures = dict(zip((key for key in ticker_keys if key in failed_lines), lines, strict=True))
    captures = _captures_with_publishers(parsed, {*failed, *lines})
    rejected = [*parsed.rejected, *parsed.unparsed]
    for evaluation in pages:
        for failure in evaluation.failures:
            rejected.append(_row(captures[failure.row_key], failure, "page"))
    for failure in ticker.failures:
        rejected.append(_row(captures[line_captures[failure.row_key]], failure, "ticker_item"))
    quarantine = sorted(_with_outcomes(rejected, reasons), key=_place)

    articles = parsed.articles.without(failed) if failed else parsed.articles
    tables = {
        "articles": articles,
        "ticker_items": parsed.ticker_items.filter(keep) if lines else parsed.ticker_items,
        "page_links": _links(parsed, articles),
        "ticker_witnesses": parsed.ticker_witnesses,
        "quarantine": staged.table_of("quarantine", quarantine),
        "contract_results": staged.table_of(
            "contract_results", [row for evaluation in (*pages, ticker) for row in evaluation.rows]
        ),
    }
    found = Split(
        tables=tables,
        captures=parsed.all_captures,
        valid=articles.num_rows,
        not_article=_captures_of(quarantine, "not_article"),
        quarantined=_captures_of(quarantine, "quarantined"),
        ticker_items_quarantined=len(failed_lines),
        quarantine=quarantine,
    )
    if found.captures != found.valid + found.not_article + found.quarantined:
        raise ConservationError(
            f"{parsed.day}: {found.captures} captures came in, but {found.valid} valid, {found.not_article} "
            f"that are no article and {found.quarantined} quarantined ones are accounted for. Nothing was "
            "written; this is a fault in the code."
        )
    return found


def _with_outcomes(rows: Sequence[Row], reasons: Reasons) -> list[Row]:
    """The rows with the outcome of their page: quarantined, unless all its reasons mean no article."""
    quarantined = {
        (row["capture_id"], row["subject"])
        for row in rows
        if reasons.outcome(row["reason_code"]) == "quarantined"
    }
    return [
        row
        | {"outcome": "quarantined" if (row["capture_id"], row["subject"]) in quarantined else "not_article"}
        for row in rows
    ]


def _captures_of(quarantine: Iterable[Row], outcome: Outcome) -> int:
    return len({row["capture_id"] for row in pages_of(quarantine) if row["outcome"] == outcome})


def _captures_with_publishers(parsed: ParsedDay, capture_ids: Collection[str]) -> Mapping[str, Row]:
    """The manifest's rows of some captures, each with its article's publisher."""
    if not capture_ids:
        return {}
    rows = parsed.captures.filter(_is_in(parsed.captures["capture_id"], capture_ids)).to_pylist()
    names = parsed.articles.select(["capture_id", "publisher"]).to_pydict()
    publishers = dict(zip(names["capture_id"], names["publisher"], strict=True))
    return {
        row["capture_id"]: row | {"publisher": publishers.get(row["capture_id"], row["publisher"])}
        for row in rows
    }


def _row(capture: Row, failure: Failure, subject: Subject) -> Row:
    row = QuarantineRow(
        capture_id=capture["capture_id"],
        capture_sha256=capture["sha256"],
        publisher=capture["publisher"],
        stage="validate",
        reason_code=failure.reason_code,
        expectation=failure.expectation,
        detail=failure.detail,
        source_path=capture["source_path"],
        captured_at=capture["captured_at"],
        capture_day=capture["capture_day"],
        subject=subject,
    )
    return asdict(row)


def _place(row: Row) -> tuple[Any, ...]:
    """The place of a quarantine row; rows of one capture and stage keep the contract's order."""
    return row["captured_at"], row["source_path"], row["capture_id"], _STAGES.index(row["stage"])


def _is_in(column: pa.ChunkedArray, values: Iterable[str]) -> pa.ChunkedArray:
    return pc.is_in(column, value_set=pa.array(sorted(values), pa.string()))


def _links(parsed: ParsedDay, articles: Articles) -> pa.Table:
    """The page links of valid pages, in the order of their pages."""
    links = parsed.page_links
    place = pc.index_in(links["capture_id"], articles.capture_ids)
    placed = links.append_column("place", place)
    if place.null_count:
        placed = placed.filter(pc.is_valid(place))
    by = [("place", "ascending"), ("list_name", "ascending"), ("position", "ascending")]
    return in_order(placed, by).drop_columns(["place"])
