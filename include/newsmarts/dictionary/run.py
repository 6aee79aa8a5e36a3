"""Write the data dictionary, or find out whether it is up to date: marts, columns and reason codes.

It is made from the marts' definitions, their contracts and reasons.toml, and from nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from newsmarts.core.contracts import read_contract
from newsmarts.core.errors import UsageError
from newsmarts.core.files import write_atomically
from newsmarts.core.keys import key_of, mart_contract_path
from newsmarts.core.reasons import Reasons, load_reasons
from newsmarts.core.tables import Table
from newsmarts.marts import catalogue

FILE_NAME = "data-dictionary.md"
_MARKED = re.compile(r"([\\`*_\[\]<>|~])")
# Markdown ignores underscores inside words, and names are easier to read without backslashes.
_INSIDE_WORD = re.compile(r"(?<=\w)\\_(?=\w)")

Contract = Mapping[str, Any]


def write_dictionary(contracts_dir: Path, folder: Path, *, check: bool = False) -> Path | None:
    """Write the dictionary into a folder; the path of what was written, or None if it was up to date.

    With ``check`` nothing is written: the path is that of the file that is missing or out of date.

    Raises:
        SettingsError: a contract or reasons.toml is missing or malformed.
        UsageError: the folder can't be written.
    """
    path = folder / FILE_NAME
    content = render_markdown(read_marts(contracts_dir), load_reasons(contracts_dir)).encode()
    if path.is_file() and path.read_bytes() == content:
        return None
    if not check:
        try:
            write_atomically(path, content)
        except OSError as error:
            raise UsageError(
                f"{str(path)!r} can't be written: {error.strerror}. Name another folder."
            ) from error
    return path


def read_marts(contracts_dir: Path) -> list[tuple[Table, Contract]]:
    """Every mart and its contract, in the order in which they are built.

    Raises:
        SettingsError: a mart's contract is missing or malformed.
    """
    return [(mart, read_contract(mart_contract_path(contracts_dir, mart.name))) for mart in catalogue.marts()]


def render_markdown(marts: Sequence[tuple[Table, Contract]], reasons: Reasons) -> str:
    """The dictionary for people who read the repository."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=False,  # noqa: S701 - Markdown has filters of its own
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "md": _plain_markdown,
        "code": _code,
        "key": key_of,
        "promises": promises,
        "references": references,
        "checked_columns": _checked_columns,
    }
    return environment.get_template("dictionary.md").render(marts=marts, reasons=reasons.meanings)


def promises(contract: Contract, column: str) -> str:
    """What the contract promises of a column's values, in one line."""
    found: list[str] = []
    for entry in contract["expectations"]:
        kwargs = entry["kwargs"]
        if entry["severity"] != "critical" or kwargs.get("row_condition") or kwargs.get("column") != column:
            continue
        match entry["type"]:
            case "expect_column_values_to_not_be_null":
                found.append("never NULL")
            case "expect_column_values_to_be_unique":
                found.append("unique")
            case "expect_column_values_to_be_in_set":
                found.append("one of " + ", ".join(map(str, kwargs["value_set"])))
            case "expect_column_values_to_be_between":
                limits = {"≥": kwargs.get("min_value"), "≤": kwargs.get("max_value")}
                found += [f"{sign} {limit}" for sign, limit in limits.items() if limit is not None]
    return "; ".join([*found, *(f"in {other}" for name, other in references(contract) if name == column)])


def references(contract: Contract) -> list[tuple[str, str]]:
    """The columns whose values are those of another mart's column, each with that one, as ``tags.tag``."""
    declared = [entry["meta"].get("references", {}).items() for entry in contract["expectations"]]
    return list(dict.fromkeys(pair for pairs in declared for pair in pairs))


def _checked_columns(kwargs: Mapping[str, Any]) -> str:
    """The columns that an expectation checks; none when it checks whole rows."""
    columns = [kwargs.get("column"), kwargs.get("column_A"), kwargs.get("column_B")]
    return ", ".join(str(column) for column in (*columns, *(kwargs.get("column_list") or ())) if column)


def _plain_markdown(text: str) -> str:
    """Text that Markdown shows unchanged, also in a cell of a table."""
    return _INSIDE_WORD.sub("_", _MARKED.sub(r"\\\1", " ".join(text.split())))


def _code(text: str) -> str:
    """Text as code, also in a cell of a table."""
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if "`" in text else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|")
