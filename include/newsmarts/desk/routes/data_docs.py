"""Great Expectations' Data Docs of a day (escaped, without scripts), in a sandbox.

They have the same origin as Airflow, so nothing in them may run, whatever is in a page: the policy forbids
scripts, forms, plugins and all requests, and only files that lie in the day's own folder are given.
"""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from html import escape
from pathlib import Path, PurePosixPath
from typing import Annotated

from fastapi import APIRouter, Cookie, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

import newsmarts
from newsmarts.core.data_docs import fetch, results_path
from newsmarts.core.partitions import docs_path, parse_day
from newsmarts.core.settings import settings
from newsmarts.desk.frame import Group, base_path
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
log = logging.getLogger(__name__)

_RENDERED = ("expectations/", "validations/", "index.html")
_RENDER_SECONDS = 120
_BODY = re.compile(rb"<body[^>]*>")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,150}")


@router.get("/contracts/docs/{day}/{path:path}")
def data_docs(
    request: Request,
    day: str,
    path: str,
    theme: Annotated[str | None, Cookie(alias="news_desk_theme")] = None,
) -> Response:
    """One page of a day's Data Docs, light or dark as chosen; the first one renders them all."""
    home, known_day = settings().home, parse_day(day)
    fetch(settings(), known_day)
    file = find_page(home, known_day, path)
    if file is None and path.startswith(_RENDERED) and results_path(home, known_day).is_file():
        _render(known_day)
        file = find_page(home, known_day, path)
    if file is None:
        raise HTTPException(404)
    html = file.read_bytes()
    back = f"{base_path(request)}/contracts?day={known_day}"
    link = f'<p><a href="{escape(back)}">← Contracts of {known_day}</a></p>'.encode()
    html = _BODY.sub(lambda found: found[0] + link, html, count=1)
    if theme in ("light", "dark"):  # theme.js sets the cookie
        html = html.replace(b"<html", f'<html data-theme="{theme}"'.encode(), 1)
    return Response(html, media_type="text/html; charset=utf-8", headers=dict(DOCS_HEADERS))


def _render(day: date) -> None:
    """Write the day's pages, in a process of its own: Great Expectations takes 200 MB that would stay."""
    # the package may not be installed where Airflow runs
    paths = os.pathsep.join(filter(None, [str(Path(newsmarts.__file__).parents[1]), os.getenv("PYTHONPATH")]))
    done = subprocess.run(  # noqa: S603 (nothing in it is from the request but a day that was parsed)
        [sys.executable, "-m", "newsmarts", "docs", day.isoformat()],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        timeout=_RENDER_SECONDS,
        check=False,
        text=True,
    )
    if done.returncode != 0:
        log.error("The Data Docs of %s can't be rendered: %s", day, done.stderr.strip()[-2_000:])
        raise HTTPException(503, f"The Data Docs of {day} can't be rendered. Run: newsmarts docs {day}")


def find_page(home: Path, day: date, path: str) -> Path | None:
    """The file behind an address; None when there is none in the day's folder."""
    parts = PurePosixPath(path).parts
    if not parts or not path.endswith(".html") or not all(_NAME.fullmatch(part) for part in parts):
        return None
    root = (docs_path(home) / day.isoformat()).resolve()
    file = root.joinpath(*parts).resolve()
    return file if file.is_file() and file.is_relative_to(root) else None
