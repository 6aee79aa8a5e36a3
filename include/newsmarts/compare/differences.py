"""What a comparison found, as data."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

ComparedBy = Literal["key", "whole rows", "nothing"]


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One row that both releases have: its key, and each column that changed, before and after.

    Texts are shortened around their first difference. ``headline`` is that of the article in the key, after
    the change; None when the key names no article.
    """

    key: dict[str, Any]
    columns: dict[str, tuple[Any, Any]]
    headline: str | None = None


@dataclass(frozen=True, slots=True)
class MartDifference:
    """The differences in one mart. Counts are exact; examples are a few of each kind, in the key's order.

    ``compared_by`` is ``key`` where the mart's key is unique in both releases. Otherwise equal rows are
    paired, and a row that changed is one removed and one added. ``nothing`` could be compared when
    the releases share no column. Columns that only one of them has, or that have another type in each,
    aren't compared. Added and removed examples that name an article have its headline beside their key.
    """

    rows_before: int
    rows_after: int
    compared_by: ComparedBy
    key: tuple[str, ...]
    added: int = 0
    removed: int = 0
    changed: int = 0
    changed_columns: dict[str, int] = dataclasses.field(default_factory=dict)
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    columns_retyped: dict[str, tuple[str, str]] = dataclasses.field(default_factory=dict)
    added_examples: tuple[dict[str, Any], ...] = ()
    removed_examples: tuple[dict[str, Any], ...] = ()
    changed_examples: tuple[ChangedRow, ...] = ()

    @property
    def same_rows(self) -> bool:
        """Whether no difference was found in what could be compared."""
        return not (self.added or self.removed or self.changed) and self.rows_before == self.rows_after

    @property
    def same_columns(self) -> bool:
        """Whether both releases have the same columns."""
        return not (self.columns_added or self.columns_removed or self.columns_retyped)


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from one release to another; of marts that only one has, the row counts."""

    before: str
    after: str
    marts: dict[str, MartDifference]
    marts_added: dict[str, int]
    marts_removed: dict[str, int]
