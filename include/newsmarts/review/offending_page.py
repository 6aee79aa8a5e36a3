"""One capture as a page shows it: its blocks, what they were taken for, and the record read from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from newsmarts.core.bylines import load_houses
from newsmarts.core.errors import DamagedPartition, MissingPartition
from newsmarts.core.leak_rule import body_leak_rule
from newsmarts.core.records import Capture
from newsmarts.core.text import shortened, visible
from newsmarts.core.ticker import TickerIndex
from newsmarts.parse.provenance import sources_of
from newsmarts.parse.reading import BODY_ROLES
from newsmarts.review.advice import ContractExpectation, advice_on, find_expectation
from newsmarts.review.captures import read_bytes
from newsmarts.review.day_results import Reason
from newsmarts.review.notice import Notice
from newsmarts.review.phrases import columns_of, phrases_of, segments, spans_in
from newsmarts.show.capture import Look, look_at_capture
from newsmarts.show.record import Field, Kind, head_of, legend_of, record_of, runs_of

if TYPE_CHECKING:
    from upath import UPath

MAX_BLOCKS = 3_000
_FRAME, _FRAME_BLOCKS = {"navigation", "footer"}, 8
_WIDE_BLOCKS = 12  # a field of more blocks than this is the body: to mark all of it would mark nothing
_TICKER_REASONS = {"ticker_in_body", "ticker_as_standfirst"}
_COLUMN_FIELDS = {  # columns of contracts that hold something worked out of a field
    "headline_chars": "headline",
    "furniture_as_headline": "headline",
    "byline": "byline_raw",
    "news_id_disagreement": "news_id",
    "local_time_disagreement": "published_local",
    "days_after_capture_day": "published_local",
    "published_at": "published_local",
}


@dataclass(frozen=True, slots=True)
class ExplainedReason:
    """A reason with its expectation's words and with what to do."""

    reason: Reason
    expectation: ContractExpectation | None
    advice: str
    is_marked: bool  # something in the page is marked for it


@dataclass(frozen=True, slots=True)
class BlockLine:
    """One block; ``pieces`` are its text with what is offending in it, ``is_offending``: all of it is."""

    number: int
    css: str
    pieces: Sequence[tuple[str, bool]]
    link: str | None
    role: str
    fields: Sequence[str]
    is_offending: bool

    @property
    def is_marked(self) -> bool:
        """Whether it, or some of its text, is what a reason is about."""
        return self.is_offending or any(marked for _, marked in self.pieces)


@dataclass(frozen=True, slots=True)
class BlockRun:
    """Blocks that follow each other and were taken for the same kind of thing."""

    kind: Kind
    blocks: Sequence[BlockLine]

    @property
    def is_folded(self) -> bool:
        """Whether it is shown on demand only: a long frame of the page with nothing marked in it."""
        return (
            self.kind.key in _FRAME
            and len(self.blocks) > _FRAME_BLOCKS
            and not any(block.is_marked for block in self.blocks)
        )


@dataclass(frozen=True, slots=True)
class LookView:
    """A capture, looked at. ``capture`` is None when land rejected it before it had bytes."""

    capture: Capture | None
    reasons: Sequence[ExplainedReason] = ()
    notices: Sequence[Notice] = ()
    look: Look | None = None
    runs: Sequence[BlockRun] = ()
    left_out: int = 0
    legend: Sequence[tuple[Kind, int]] = ()
    record: Sequence[Field] = ()
    offending_fields: frozenset[str] = frozenset()
    head: Sequence[tuple[str, str, str]] = ()
    first_offending: int | None = None


@dataclass(slots=True)
class _Marks:
    phrases: list[str] = field(default_factory=list)
    blocks: set[int] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)


def look_view(
    archive: Path | UPath, contracts_dir: Path, facts: tuple[Capture | None, Sequence[Reason]]
) -> LookView:
    """Read a capture once more, by the rules as they are, and mark what its reasons are about."""
    capture, reasons = facts
    explained = [
        ExplainedReason(reason, find_expectation(reason, contracts_dir), advice_on(reason), False)
        for reason in reasons
    ]
    if capture is None:
        return LookView(None, explained, [_NO_BYTES])
    try:
        data = read_bytes(archive, capture.sha256)
    except (MissingPartition, DamagedPartition) as error:
        return LookView(capture, explained, [Notice("Its bytes can't be shown", str(error), "bad")])
    look = look_at_capture(capture, data, load_houses(contracts_dir))
    own = [_marks_of(each, look, contracts_dir) for each in explained]
    marks = _Marks(
        phrases=[phrase for each in own for phrase in each.phrases],
        blocks={number for each in own for number in each.blocks},
        fields={name for each in own for name in each.fields},
    )
    runs = _runs(look, marks)
    shown = [block for run in runs for block in run.blocks]
    texts = ["".join(piece for piece, _ in block.pieces) for block in shown]
    marked = [bool(each.blocks) or any(spans_in(text, each.phrases) for text in texts) for each in own]
    return LookView(
        capture=capture,
        reasons=[
            ExplainedReason(each.reason, each.expectation, each.advice, is_marked)
            for each, is_marked in zip(explained, marked, strict=True)
        ],
        notices=_notices(look, reasons),
        look=look,
        runs=runs,
        left_out=max(0, len(look.roles) - MAX_BLOCKS),
        legend=legend_of(list(runs_of(look, MAX_BLOCKS))),
        record=record_of(look),
        offending_fields=frozenset(marks.fields),
        head=head_of(look),
        first_offending=next((block.number for block in shown if block.is_marked), None),
    )


_NO_BYTES = Notice(
    "There are no bytes to show",
    "It was rejected on landing, before anything was kept of it. The reason names the file or record.",
)


def _marks_of(each: ExplainedReason, look: Look, contracts_dir: Path) -> _Marks:
    """What a reason is about: texts that it quotes, and the blocks of the field that it is about."""
    template = each.expectation.template if each.expectation else None
    marks = _Marks(phrases=phrases_of(each.reason.detail, template))
    if look.page is None:
        return marks
    if each.reason.reason_code in _TICKER_REASONS:
        # which line holds it may be in other words or another case: see include/newsmarts/core/ticker.py
        index = TickerIndex(marks.phrases, body_leak_rule(contracts_dir, look.page.article.publisher))
        held = zip(look.reading.texts if look.reading else (), look.roles, strict=True)
        marks.blocks |= {
            number
            for number, (text, role) in enumerate(held, start=1)
            if role in BODY_ROLES and index.first_leak([text]) is not None
        }
    sources = {source.field: source.blocks for source in sources_of(look.page)}
    record = {one.name for one in record_of(look)}
    columns = columns_of(template) + (
        [each.expectation.column] if each.expectation and each.expectation.column else []
    )
    for column in columns:
        name = _COLUMN_FIELDS.get(column, column)
        blocks = sources.get(name, ())
        if 0 < len(blocks) <= _WIDE_BLOCKS:
            marks.blocks |= set(blocks)
        marks.fields |= {column, name} & record
    return marks


def _runs(look: Look, marks: _Marks) -> list[BlockRun]:
    runs = []
    for run in runs_of(look, MAX_BLOCKS):
        lines = []
        for shown in run.blocks:
            # as it is shown, so that characters that can't be seen are found as details spell them out
            block, text = shown.block, visible(shortened(shown.block.text))
            pieces = segments(text, spans_in(text, marks.phrases))
            lines.append(
                BlockLine(
                    number=block.number,
                    css=f"is-{block.kind} in-{min(block.indent, 8)}{' apart' if block.apart else ''}",
                    pieces=pieces,
                    link=shortened(block.link) if block.link else None,
                    role=shown.role,
                    fields=shown.fields,
                    is_offending=block.number in marks.blocks and not any(on for _, on in pieces),
                )
            )
        runs.append(BlockRun(run.kind, lines))
    return runs


def _notices(look: Look, reasons: Sequence[Reason]) -> list[Notice]:
    # the marts don't keep the stage of a page that is not an article: its bytes are there, so it was parse
    by_parse = [reason for reason in reasons if reason.stage == "parse" or reason.outcome == "not_article"]
    if by_parse and look.page is not None:
        return [
            Notice(
                "The rules read it now",
                "It was left out by rules that have changed since. Run its day again.",
                "warn",
            )
        ]
    if look.rejection is not None and not by_parse:
        reason_code, detail = look.rejection.reason_code, look.rejection.detail
        return [
            Notice(
                "The rules reject it now",
                f"{reason_code}: {detail} It was read by rules that have changed since. Run its day again.",
                "warn",
            )
        ]
    return []
