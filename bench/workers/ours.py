"""This project's parser: the whole record of a page, bytes in, article out."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from common import Extracted, Refused, serve

from newsmarts.core.errors import CaptureError
from newsmarts.parse.page import parse_page


def read(data: bytes, name: str) -> Extracted:
    """One page's record, and its body's text."""
    media_type = "text/plain" if name.endswith(".txt") else "text/html"
    try:
        article = parse_page(data, media_type=media_type).article
    except CaptureError as error:
        raise Refused(error.reason_code) from None
    return Extracted(article.body_text, article.to_record())


if __name__ == "__main__":
    serve(read, ("lxml",))
