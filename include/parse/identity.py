"""What tells one article from another, whatever the capture's format."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"\w+")


def normalised_headline(headline: str) -> str:
    """A headline's words without case, punctuation and spacing, so that both formats give the same."""
    if not headline.isascii():
        headline = unicodedata.normalize("NFKC", headline)
    return " ".join(_WORD.findall(headline.casefold()))
