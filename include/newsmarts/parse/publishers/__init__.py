"""The rules of the publishers: one file each, found by being here.

A file is named after its publisher, and exposes its rules as ``PUBLISHER``; a name that begins with ``_`` is
a helper's. ``newsmarts.core.publishers`` has the names for code that mustn't import the rules.
"""

from __future__ import annotations

from typing import Final

from newsmarts.parse.publisher import Publisher, find_publishers

PUBLISHERS: Final[tuple[Publisher, ...]] = find_publishers(__name__)
