"""The front page of the Data Docs: one link a day, newest first."""

from __future__ import annotations

from datetime import date
from importlib import resources
from itertools import groupby
from pathlib import Path

from newsmarts.core.errors import UsageError
from newsmarts.core.files import write_atomically
from newsmarts.core.locks import held
from newsmarts.core.partitions import docs_path, parse_day
from newsmarts.core.settings import Settings

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def write(settings: Settings) -> Path:
    """List every day that has Data Docs and return the page's path.

    Days may be validated side by side: the lock makes the last writer the one that saw all of them.
    """
    folder = docs_path(settings.home)
    page = folder / "index.html"
    with held(folder / ".index.lock", timeout_seconds=settings.lock_timeout_seconds, what="the Data Docs"):
        write_atomically(page, _page(_days(folder)).encode())
    return page


def _days(folder: Path) -> list[date]:
    days = []
    for entry in folder.iterdir():
        if entry.is_dir():
            try:
                days.append(parse_day(entry.name))
            except UsageError:  # a temporary folder of a day being written
                continue
    return sorted(days, reverse=True)


def _page(days: list[date]) -> str:
    style = resources.files("newsmarts.validate").joinpath("data_docs.css").read_text(encoding="utf-8")
    months = "\n".join(
        f"<h2>{month}</h2><ul>"
        + "".join(f'<li><a href="{day}/index.html">{day}</a></li>' for day in listed)
        + "</ul>"
        for month, listed in groupby(days, key=lambda day: f"{day:%Y-%m}")
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Contracts by capture day</title><style>{style}</style></head>\n<body>\n"
        f"<h1>Contracts by capture day</h1>\n{months}\n</body></html>\n"
    )
