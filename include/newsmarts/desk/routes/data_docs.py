"""Great Expectations' Data Docs of a day, as validate wrote them (escaped, without scripts), in a sandbox.

They have the same origin as Airflow, so nothing in them may run, whatever is in a page: the policy forbids
scripts, forms, plugins and all requests, and only files that lie in the day's own folder are given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path, PurePosixPath

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from newsmarts.core.partitions import docs_path, parse_day
from newsmarts.core.settings import settings
from newsmarts.desk.frame import Group
from newsmarts.desk.pages import PAGE_HEADERS

router = APIRouter()
GROUP = Group(router, needs=("read_results",))

# The origin stays, else links from page to page lose the login; without scripts nothing can make use of it.
DOCS_HEADERS: Mapping[str, str] = {
    **PAGE_HEADERS,
    "Content-Security-Policy": (
        "sandbox allow-same-origin; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'"
    ),
}
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,150}")


@router.get("/contracts/docs/{day}/{path:path}")
def data_docs(day: str, path: str) -> FileResponse:
    """One page of a day's Data Docs."""
    file = find_page(settings().home, parse_day(day), path)
    if file is None:
        raise HTTPException(404)
    return FileResponse(file, media_type="text/html; charset=utf-8", headers=dict(DOCS_HEADERS))


def find_page(home: Path, day: date, path: str) -> Path | None:
    """The file behind an address; None when there is none in the day's folder."""
    parts = PurePosixPath(path).parts
    if not parts or not path.endswith(".html") or not all(_NAME.fullmatch(part) for part in parts):
        return None
    root = (docs_path(home) / day.isoformat()).resolve()
    file = root.joinpath(*parts).resolve()
    return file if file.is_file() and file.is_relative_to(root) else None
