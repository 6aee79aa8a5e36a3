"""Full-text search over the articles of a published release."""

from __future__ import annotations

from newsmarts.search.reader import Answer, Hit, Index, open_index

__all__ = ["Answer", "Hit", "Index", "open_index"]
