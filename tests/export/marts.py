"""Marts of an export's tests: every type, NULLs, months, and text from anybody."""

from __future__ import annotations

import json
from pathlib import Path

from newsmarts.core.settings import Settings, load_settings
from tests.release_files import Table

ALL_TYPES = {
    "id": "VARCHAR",
    "seen_date": "DATE",
    "text": "VARCHAR",
    "count": "BIGINT",
    "share": "DOUBLE",
    "is_new": "BOOLEAN",
    "seen_at": "TIMESTAMPTZ",
    "seen_local": "TIMESTAMP",
}
HOSTILE = 'He said "no, never";\r\n\t<b>النفط</b> 🛢\u2028'


def things(*rows: tuple[object, ...]) -> Table:
    """A mart of all types."""
    return Table.of(ALL_TYPES, *rows)


def thing(name: str, day: str | None = "2025-08-25", text: str | None = "Boats") -> tuple[object, ...]:
    """A row of it."""
    if day is None:
        return (name, None, text, None, None, None, None, None)
    return (name, day, text, -7, 0.25, True, f"{day} 09:30:00.000001+00", f"{day} 12:30:00")


def contracts(folder: Path, **keys: list[str]) -> Path:
    """Contracts that give these marts these keys, which they hold them to."""
    folder.mkdir(exist_ok=True)
    for mart, key in keys.items():
        unique = {
            "type": "expect_compound_columns_to_be_unique",
            "kwargs": {"column_list": key},
            "severity": "critical",
            "meta": {"id": "key_unique", "reason_code": "duplicate_key", "notes": "A test."},
        }
        document = {
            "name": f"marts_{mart}",
            "meta": {"notes": "A test.", "key": key},
            "expectations": [unique],
        }
        (folder / f"marts_{mart}.json").write_text(json.dumps(document), encoding="utf-8")
    return folder


def settings_for(home: Path, **keys: list[str]) -> Settings:
    """Settings of this home, with contracts that give marts these keys."""
    return load_settings(home=home, contracts_dir=contracts(home / "contracts", **keys))


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file under a folder, with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
