"""Facts about the marts: from their definitions and their contracts, and from nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsmarts.core.contracts import read_contract
from newsmarts.core.keys import Key, key_of, mart_contract_path
from newsmarts.core.tables import Table
from newsmarts.marts import catalogue


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column: its meaning, and what the contract promises of its values, in short."""

    name: str
    type: str
    comment: str
    promises: tuple[str, ...]
    references: tuple[str, ...]  # as articles.article_id


@dataclass(frozen=True, slots=True)
class Rule:
    """One expectation of a contract; ``columns`` names those that it checks, or is empty for whole rows."""

    id: str
    severity: str
    columns: str
    notes: str


@dataclass(frozen=True, slots=True)
class MartFacts:
    """One mart and its contract."""

    name: str
    comment: str
    month_of: str | None
    key: Key | None
    columns: tuple[ColumnFacts, ...]
    notes: str
    rules: tuple[Rule, ...]


def read_facts(contracts_dir: Path) -> tuple[MartFacts, ...]:
    """Every mart, in the order in which they are built.

    Raises:
        SettingsError: a mart's contract is missing or malformed.
    """
    return tuple(_mart(mart, contracts_dir) for mart in catalogue.marts())


def _mart(mart: Table, contracts_dir: Path) -> MartFacts:
    contract = read_contract(mart_contract_path(contracts_dir, mart.name))
    entries: list[dict[str, Any]] = contract["expectations"]
    columns = tuple(
        ColumnFacts(
            name=column.name,
            type=column.type,
            comment=column.comment,
            promises=tuple(
                promise
                for entry in entries
                if entry["severity"] == "critical" and not entry["kwargs"].get("row_condition")
                for promise in _promises(entry, column.name)
            ),
            references=tuple(
                dict.fromkeys(
                    entry["meta"]["references"][column.name]
                    for entry in entries
                    if column.name in entry["meta"].get("references", {})
                )
            ),
        )
        for column in mart.columns
    )
    return MartFacts(
        name=mart.name,
        comment=mart.comment,
        month_of=mart.month_of,
        key=key_of(contract),
        columns=columns,
        notes=str(contract["meta"]["notes"]),
        rules=tuple(_rule(entry) for entry in entries),
    )


def _promises(entry: Mapping[str, Any], column: str) -> list[str]:
    kwargs = entry["kwargs"]
    if kwargs.get("column") != column:
        return []
    promises = []
    match entry["type"]:
        case "expect_column_values_to_not_be_null":
            promises.append("never NULL")
        case "expect_column_values_to_be_unique":
            promises.append("unique")
        case "expect_column_values_to_be_in_set":
            promises.append("one of " + ", ".join(map(str, kwargs["value_set"])))
        case "expect_column_values_to_be_between":
            if kwargs.get("min_value") is not None:
                promises.append(f"≥ {kwargs['min_value']}")
            if kwargs.get("max_value") is not None:
                promises.append(f"≤ {kwargs['max_value']}")
    return promises


def _rule(entry: Mapping[str, Any]) -> Rule:
    kwargs = entry["kwargs"]
    columns = [kwargs.get("column"), kwargs.get("column_A"), kwargs.get("column_B")]
    columns += kwargs.get("column_list") or ()
    return Rule(
        id=entry["meta"]["id"],
        severity=entry["severity"],
        columns=", ".join(str(column) for column in columns if column),
        notes=entry["meta"]["notes"],
    )
