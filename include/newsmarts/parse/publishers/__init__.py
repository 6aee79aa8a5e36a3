"""The rules of the publishers, found by being here: declared in a publisher's TOML file, or code beside it.

A file is named after its publisher. Code exposes its rules as ``PUBLISHER``; a name that begins with ``_`` is
a helper's. ``newsmarts.core.publishers`` has the names for code that mustn't import the rules.
"""

from __future__ import annotations

from typing import Final

from newsmarts.parse.find_publishers import find_publishers
from newsmarts.parse.publisher import Publisher

PUBLISHERS: Final[tuple[Publisher, ...]] = find_publishers(__name__)
