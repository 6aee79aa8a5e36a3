"""The datasets of Superset in bi/assets/datasets: one a mart, with the descriptions of the data dictionary.

``make dictionary`` runs it. It writes what the marts' definitions and contracts say (tables, columns, types,
descriptions, keys) and leaves the rest of a file as it is: metrics, labels, and columns that are computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import yaml

from newsmarts.core.files import write_atomically
from newsmarts.core.keys import key_of
from newsmarts.core.settings import PROJECT_ROOT, load_settings
from newsmarts.core.tables import Column, Table
from newsmarts.dictionary.run import Contract, read_marts, references

FOLDER = PROJECT_ROOT / "bi" / "assets" / "datasets"
DATABASE = FOLDER.parent / "databases" / "marts.yaml"

Dataset = dict[str, Any]


def main() -> None:
    """Write the files that differ from what they would say."""
    for path, dataset in wanted_files(load_settings().contracts_dir).items():
        if _read(path) != dataset:
            text = yaml.safe_dump(dataset, sort_keys=False, allow_unicode=True, width=120)
            write_atomically(path, text.encode())
            print(path)


def wanted_files(contracts_dir: Path) -> dict[Path, Dataset]:
    """The files that there should be, and their contents.

    Raises:
        SettingsError: a mart's contract is missing or malformed.
    """
    return {
        (path := FOLDER / f"{mart.name}.yaml"): describe(mart, contract, _read(path))
        for mart, contract in read_marts(contracts_dir)
    }


def describe(mart: Table, contract: Contract, before: Mapping[str, Any]) -> Dataset:
    """A mart's dataset; ``before`` is what its file says now, empty for a new one."""
    key = key_of(contract)
    dates = [column.name for column in mart.columns if _is_time(column)]
    known = {column["column_name"]: column for column in before.get("columns", [])}
    columns = [_column(column, contract, known.get(column.name, {})) for column in mart.columns]
    described = {
        "description": f"{mart.comment} Primary key: {', '.join(key.columns)}."
        if key and key.unique
        else mart.comment,
        "columns": columns + [column for column in known.values() if column["expression"]],
    }
    main_date = {"main_dttm_col": mart.month_of or next(iter(dates), None)}
    return {**_new_dataset(mart), **main_date, **before, **described}


def _column(column: Column, contract: Contract, before: Mapping[str, Any]) -> Dataset:
    others = [other for name, other in references(contract) if name == column.name]
    foreign_keys = "".join(f" Foreign key: {other}." for other in others)
    new = {
        "column_name": column.name,
        "verbose_name": column.name.replace("_", " ").capitalize(),
        "is_dttm": _is_time(column),
        "is_active": True,
        "type": None,
        "advanced_data_type": None,
        "groupby": True,
        "filterable": True,
        "expression": None,
        "description": None,
        "python_date_format": None,
        "datetime_format": None,
        "extra": None,
    }
    described = {
        "type": column.type.replace("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE"),  # as DuckDB calls it
        "description": f"{column.comment}{foreign_keys}",
    }
    return {**new, **before, **described}


def _is_time(column: Column) -> bool:
    return column.type.startswith(("DATE", "TIMESTAMP"))


def _new_dataset(mart: Table) -> Dataset:
    rows = {"metric_name": "rows", "verbose_name": "Rows", "expression": "COUNT(*)", "d3format": ",d"}
    nothing = ("metric_type", "description", "currency", "extra", "warning_text")
    return {
        "table_name": mart.name,
        "main_dttm_col": None,
        "currency_code_column": None,
        "description": None,
        "default_endpoint": None,
        "offset": 0,
        "cache_timeout": None,
        "catalog": None,
        "schema": mart.schema,
        "sql": None,
        "params": None,
        "template_params": None,
        "filter_select_enabled": True,
        "fetch_values_predicate": None,
        "extra": None,
        "normalize_columns": False,
        "always_filter_main_dttm": False,
        "folders": None,
        "uuid": str(uuid5(NAMESPACE_URL, f"news:dataset:{mart.name}")),
        "metrics": [rows | dict.fromkeys(nothing)],
        "columns": [],
        "version": "1.0.0",
        "database_uuid": _read(DATABASE)["uuid"],
    }


def _read(path: Path) -> Dataset:
    found: Dataset = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader) if path.is_file() else {}
    return found


if __name__ == "__main__":
    main()
