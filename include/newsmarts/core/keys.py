"""Keys of the marts, as their contracts promise them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsmarts.core.contracts import read_contract


@dataclass(frozen=True, slots=True)
class Key:
    """Columns that identify a mart's rows; ``unique`` when the contract checks that they do.

    Columns of a key that isn't unique only group rows (a page may be quarantined twice for one reason).
    """

    columns: tuple[str, ...]
    unique: bool


def mart_contract_path(contracts_dir: Path, mart: str) -> Path:
    """The contract file of a mart."""
    return contracts_dir / f"marts_{mart}.json"


def mart_key(contracts_dir: Path, mart: str) -> Key | None:
    """A mart's key; None when it has no contract, as a mart of an older release may, or names none.

    Raises:
        SettingsError: the contract is malformed.
    """
    path = mart_contract_path(contracts_dir, mart)
    return key_of(read_contract(path)) if path.exists() else None


def key_of(contract: Mapping[str, Any]) -> Key | None:
    """The key that a contract names, and whether a critical expectation holds its mart to it."""
    columns = tuple(str(column) for column in contract["meta"].get("key") or ())
    if not columns:
        return None
    promised = any(
        entry["severity"] == "critical" and _unique_columns(entry) == set(columns)
        for entry in contract["expectations"]
    )
    return Key(columns, promised)


def _unique_columns(entry: Mapping[str, Any]) -> set[str]:
    kwargs = entry["kwargs"]
    if kwargs.get("row_condition"):  # it holds for a part of the rows only
        return set()
    if entry["type"] == "expect_column_values_to_be_unique":
        return {kwargs["column"]}
    if entry["type"] == "expect_compound_columns_to_be_unique":
        return set(kwargs["column_list"])
    return set()
