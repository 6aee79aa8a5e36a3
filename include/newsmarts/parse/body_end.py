"""Whether a body is over: what may still come after its last words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from newsmarts.parse.furniture import is_control, is_furniture, is_paywall, is_stray
from newsmarts.parse.promos import promo_of
from newsmarts.parse.prose import could_be_name
from newsmarts.parse.reading import Reading, Roles
from newsmarts.parse.related import RelatedBlocks

NO_TEXT = frozenset({"image", "caption", "field"})  # kinds of blocks that say nothing


@dataclass(slots=True)
class BodyEnd:
    """Finds out whether from a block on there is nothing of a body: furniture and tags at most."""

    reading: Reading
    roles: Roles
    related: RelatedBlocks
    noise: Collection[str]
    has_tags: bool
    _goes_on_at: int = -1  # the last block that is known to be more of the body
    _over_from: int | None = None  # a block from which on nothing of it comes

    def is_before(self, start: int, end: int, *, tags: bool = True) -> bool:
        """Whether nothing of the body is in [start, end); without ``tags`` a list's entry is more of it."""
        if tags and start <= self._goes_on_at:
            return False
        if tags and self._over_from is not None and start >= self._over_from:
            return True
        texts, at = self.reading.texts, start
        while at < end:
            text = texts[at].casefold()
            if text in self.related.labels and not self.roles[at]:
                at = self.related.end(at, end)
                continue
            if not (self.roles[at] or text in self.noise or self._says_nothing(at, tags=tags)):
                self._goes_on_at = max(self._goes_on_at, at) if tags else self._goes_on_at
                return False
            at += 1
        if tags:
            self._over_from = start
        return True

    def _says_nothing(self, index: int, *, tags: bool) -> bool:
        """Whether a line isn't part of a body: furniture, a promo, a picture, a tag."""
        text, kind = self.reading.texts[index], self.reading.kinds[index]
        if kind == "bullet":
            return tags and self.has_tags and could_be_name(text)
        if kind in NO_TEXT or is_furniture(text) or is_paywall(text) or is_control(text):
            return True
        if kind == "text" and is_stray(text):
            return True
        promo = promo_of(text)
        return promo is not None and promo.headline is not None
