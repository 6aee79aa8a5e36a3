"""What the marked elements of a declared publisher's page hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from newsmarts.parse.declared_parts import DeclaredPage
from newsmarts.parse.reading import NOISE, Region

_SPLIT_BLOCKS = 8  # that one line of spans may have become
_CLOSERS = ",.;:!?)”’"


class MarkedElements(DeclaredPage):
    """Finds the elements of one page by its marks; what is taken gets its role."""

    def regions(self, marks: Collection[str]) -> list[Region]:
        """What the elements hold, in reading order; of one in another only the outer one."""
        found = {region for mark in marks for region in self.reading.marks.get(mark, ())}
        regions: list[Region] = []
        for region in sorted(found, key=lambda region: (region.start, -region.end, region.before)):
            inner = regions and regions[-1].text is None and region.end <= regions[-1].end
            if region.start < region.end and not inner:
                regions.append(region)
        return regions

    def finished(self, marks: Collection[str]) -> list[Region]:
        """The elements that the page isn't cut off in."""
        reading, size = self.reading, len(self.reading)

        def is_finished(region: Region) -> bool:
            amid_last = region.text is not None and reading.owners[region.start] == reading.owners[-1]
            return reading.ended or (region.end < size and not amid_last)

        return list(filter(is_finished, self.regions(marks)))

    def text_of(self, region: Region) -> str:
        """All text of an element."""
        if region.text is not None:
            return region.text
        texts, kinds = self.reading.texts, self.reading.kinds
        return " ".join(texts[at] for at in range(region.start, region.end) if kinds[at] != "image")

    def texts(self, marks: Collection[str], role: str) -> Iterator[str]:
        """The text of each element that has one."""
        for region in self.regions(marks):
            text = " ".join(self.lines(region, role))
            if text:
                yield text

    def lines(self, region: Region, role: str) -> list[str]:
        """The unused lines of an element, but for pictures; each gets the role."""
        if region.text is not None:
            at = self.block_of(region)
            self.take(at, at + 1, role)
            return [region.text] if region.text else []
        unused = [at for at in range(region.start, region.end) if not self.roles[at]]
        self.take(region.start, region.end, role)
        return [self.reading.texts[at] for at in unused if self.reading.kinds[at] != "image"]

    def take(self, start: int, end: int, role: str) -> None:
        for at in range(start, end):
            if not self.roles[at]:
                self.roles[at] = role

    def block_of(self, region: Region) -> int:
        """The block that an inline element's text is in."""
        texts = self.reading.texts[region.start : region.start + _SPLIT_BLOCKS]
        return region.start + next((at for at, text in enumerate(texts) if (region.text or "") in text), 0)

    def drop(self) -> None:
        """Take out what isn't part of the article, texts amid a block as well."""
        texts = self.reading.texts
        for region in reversed(self.regions(self.rules.marks.drop)):
            if region.text is None:
                self.take(region.start, region.end, NOISE)
                continue
            at = self.block_of(region)
            place = texts[at].find(region.text, region.before if at == region.start else 0)
            if place >= 0:
                before, after = texts[at][:place].rstrip(), texts[at][place + len(region.text) :].lstrip()
                texts[at] = f"{before}{'' if after[:1] in _CLOSERS else ' '}{after}".strip()
            if not texts[at]:
                self.roles[at] = NOISE
