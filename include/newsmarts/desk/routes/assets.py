"""The pages' own style, scripts and icons, for everyone who is logged in."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from newsmarts.desk import pages
from newsmarts.desk.frame import Group

router = APIRouter()
GROUP = Group(router, needs=())


@router.get("/static/{name}")
def static(name: str) -> Response:
    """A file of the folder ``static``. A mount would do the same, and escape the guards."""
    try:
        asset = pages.asset(name)
    except KeyError:
        raise HTTPException(404) from None
    return Response(asset.content, media_type=asset.media_type, headers=dict(pages.ASSET_HEADERS))
