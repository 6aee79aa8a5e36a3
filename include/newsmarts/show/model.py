"""What is shown of a page: its blocks by what they were taken for, and the record that was read from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from newsmarts.parse.provenance import sources_of
from newsmarts.parse.reading import Block
from newsmarts.show.capture import Look
from newsmarts.show.kinds import KINDS, Kind, kinds_of
from newsmarts.show.record import Field, fields_of


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """One block, what it was taken for, and the fields of the record that come from it."""

    block: Block
    role: str
    fields: Sequence[str]


@dataclass(frozen=True, slots=True)
class Run:
    """Blocks that follow each other and were taken for the same kind of thing."""

    kind: Kind
    blocks: Sequence[ShownBlock]


def runs_of(look: Look, max_blocks: int) -> Iterator[Run]:
    """The page's first blocks, in order, those of one kind together."""
    if look.reading is None:
        return
    fields: dict[int, list[str]] = {}
    for source in sources_of(look.page) if look.page else ():
        for number in source.blocks:
            fields.setdefault(number, []).append(source.field)
    blocks = zip(look.reading.blocks(), look.roles, kinds_of(look.roles), strict=True)
    for kind, run in groupby(islice(blocks, max_blocks), key=lambda each: each[2]):
        yield Run(kind, [ShownBlock(block, role, fields.get(block.number, ())) for block, role, _ in run])


def legend_of(runs: Sequence[Run]) -> list[tuple[Kind, int]]:
    """The kinds that the page has, with the number of their blocks."""
    counts: Counter[str] = Counter()
    for run in runs:
        counts[run.kind.key] += len(run.blocks)
    return [(kind, counts[kind.key]) for kind in KINDS if counts[kind.key]]


def record_of(look: Look) -> list[Field]:
    """The fields of the record; none when the page is no article."""
    return fields_of(look.page) if look.page else []


def head_of(look: Look) -> list[tuple[str, str, str]]:
    """What the page's head says: the fact, where, and the value."""
    head = look.reading.head if look.reading else None
    if head is None:
        return []
    return [(fact, said.source, said.value) for fact, found in sorted(head.said.items()) for said in found]
