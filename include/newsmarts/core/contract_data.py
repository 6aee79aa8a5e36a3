"""Data beside the contracts, ``<contracts_dir>/*.toml``: rules that contracts and stages share.

A contract refers to it in its kwargs. An object with ``"$data"`` is replaced by the value at that place, and
one with ``"$keys"`` by the names of that table, as in ``{"$data": "bylines.al_mayadeen.houses"}``: the file's
stem, then keys. Tables of several places, with commas between, and what the object has beside the reference
become one table: lists under one name are joined, else what comes later wins.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from newsmarts.core.errors import SettingsError

_DATA, _KEYS = "$data", "$keys"
ReadData = Callable[[Path], Mapping[str, Any]]


def read_data(path: Path) -> dict[str, Any]:
    """One file of data.

    Raises:
        SettingsError: it is missing, can't be read, or isn't TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            f"{path} is missing: a rule that the stages share. Copy it from the project's expectations/, or "
            "set NEWS_CONTRACTS_DIR to the folder that has it."
        ) from None
    except OSError as error:
        raise SettingsError(f"{path}: it can't be read ({error.strerror}).") from error
    except ValueError as error:  # bad TOML and bad UTF-8 alike
        raise SettingsError(f"{path}: not valid TOML in UTF-8: {error}.") from None


def resolved(value: Any, folder: Path, where: str, read: ReadData = read_data) -> Any:
    """The value with its references replaced by the data in ``folder``, of which ``read`` reads a file.

    Raises:
        SettingsError: a reference leads nowhere; ``where`` is named.
    """
    if isinstance(value, list):
        return [resolved(item, folder, where, read) for item in value]
    if not isinstance(value, dict):
        return value
    own = {
        key: resolved(item, folder, where, read) for key, item in value.items() if key not in {_DATA, _KEYS}
    }
    if _DATA in value and _KEYS in value:
        raise SettingsError(f"{where}: {_DATA} and {_KEYS} are in one object. Keep one of them.")
    if _KEYS in value:
        table = _at(value[_KEYS], folder, f"{where}: {_KEYS}", read)
        if own or not isinstance(table, dict):
            raise SettingsError(f"{where}: {_KEYS} must lead to a table, and have nothing beside it.")
        return list(table)
    if _DATA not in value:
        return own
    found = [_at(place, folder, f"{where}: {_DATA}", read) for place in str(value[_DATA]).split(",")]
    if len(found) == 1 and not own:
        return found[0]
    return _merged([*found, own], where)


def _merged(tables: list[Any], where: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for table in tables:
        if not isinstance(table, dict):
            raise SettingsError(f"{where}: {_DATA} must lead to tables where there is more than one.")
        for key, value in table.items():
            both = isinstance(value, list) and isinstance(merged.get(key), list)
            merged[key] = [*merged[key], *value] if both else value
    return merged


def _at(place: Any, folder: Path, where: str, read: ReadData) -> Any:
    stem, *keys = str(place).strip().split(".")
    path = folder / f"{stem}.toml"
    if not stem.isidentifier() or not path.is_file():
        raise SettingsError(f"{where} {place!r} names a file that isn't there: {path}.")
    found: Any = read(path)
    for key in keys:
        if not isinstance(found, dict) or key not in found:
            raise SettingsError(f"{where} {place!r}: {path} has no {key!r} there.")
        found = found[key]
    return found


def texts_of(value: Any, where: str, check: Callable[[str], object] = str) -> tuple[str, ...]:
    """A list of texts that aren't blank, each passed to ``check``.

    Raises:
        SettingsError: it is something else, or ``check`` raised a ValueError.
    """
    if not isinstance(value, list) or not value or not all(isinstance(x, str) and x.strip() for x in value):
        raise SettingsError(f"{where} must be a list of texts, none of them blank.")
    for text in value:
        try:
            check(text)
        except ValueError as error:
            raise SettingsError(f"{where}: {text!r}: {error}.") from None
    return tuple(value)
