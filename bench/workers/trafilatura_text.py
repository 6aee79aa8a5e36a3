"""trafilatura, as its documentation starts: the text, without comments, and without metadata."""

from __future__ import annotations

from common import Extracted, serve
from trafilatura import extract


def read(data: bytes, _name: str) -> Extracted:
    """One page's text."""
    return Extracted(extract(data, include_comments=False) or "")


if __name__ == "__main__":
    serve(read, ("trafilatura",))
