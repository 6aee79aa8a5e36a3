"""Publishers whose rules are data: what the elements of their pages hold is declared; the head has the rest.

An HTML page is read by its marks; a text capture, and a page of a publisher without a mark for the body, by
the layout's labels. What a page shows counts more than what its head declares: the head gives a headline, a
byline or a time only where the page shows none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from newsmarts.core.bylines import fold_byline
from newsmarts.core.errors import MissingField
from newsmarts.core.publishers import Facts
from newsmarts.core.records import Article
from newsmarts.parse.addresses import Site
from newsmarts.parse.declared_file import Rules
from newsmarts.parse.declared_lines import LabelledPage
from newsmarts.parse.declared_marks import MarkedPage
from newsmarts.parse.declared_names import is_house, unlabelled_names
from newsmarts.parse.declared_parts import DeclaredPage
from newsmarts.parse.decoding import without_directions
from newsmarts.parse.identity import headline_identity, other_identities
from newsmarts.parse.layout import layout_at
from newsmarts.parse.metadata import Published, extra_of, is_about, published_time, without_site_name
from newsmarts.parse.publisher import ParsedPage
from newsmarts.parse.reading import Head, Reading, Roles

_COMPARED_CHARS = 90  # a longer line is text
_MASTHEAD_LINES = 10


class DeclaredPublisher:
    """The rules in a publisher's file; see ``newsmarts.parse.publisher.Publisher``."""

    def __init__(self, facts: Facts, rules: Rules) -> None:
        self.slug = facts.publisher
        self.facts = facts
        self.site: Site = rules.site(facts)
        self.marks = frozenset(mark for layout in rules.layouts for mark in layout.marks.all)
        self._layouts = {layout.valid_from: layout for layout in rules.layouts}
        self._words = tuple(layout.as_layout(facts.name) for layout in rules.layouts)
        self._site_names = frozenset[str]().union(*(words.site_names for words in self._words))
        self._masthead = frozenset[str]().union(*(words.masthead for words in self._words))
        hosts = "|".join(map(re.escape, sorted(self.site.hosts)))
        self._addresses = re.compile(rf"(?:{hosts})/(?:{self.site.articles.pattern})")

    def recognises(self, reading: Reading) -> bool:
        """The head's site name or address, or the masthead at the top."""
        head = reading.head
        said = head.first("site_name") if head else None
        if said is not None:
            return said in self._site_names
        if head is not None and self.site.owns(head.first("canonical")):
            return True
        return not self._masthead.isdisjoint(reading.texts[:_MASTHEAD_LINES])

    def read(self, reading: Reading, roles: Roles, captured_at: datetime | None) -> ParsedPage:
        """Read one article page. Times are UTC; the page shows the wall time of the publisher's zone.

        Raises:
            MissingField: there is no body.
            UnreadablePage: as ``MarkedPage.read`` and ``LabelledPage.read``.
        """
        if not self.site.is_latin:
            reading.texts[:] = [
                text if len(text) > _COMPARED_CHARS else without_directions(text) for text in reading.texts
            ]
        words = layout_at(self._words, captured_at)
        rules = self._layouts[words.valid_from]
        reader = MarkedPage if reading.head is not None and rules.marks.body else LabelledPage
        page = reader(reading, roles, rules, words)
        if not page.read().body.blocks:
            raise MissingField("body", "There is no text where the body should be. Look at the page.")
        return ParsedPage(self._article(page), reading, roles)

    def _article(self, page: DeclaredPage) -> Article:
        reading, parts = page.reading, page.parts
        head, zone_name, site_names = reading.head, self.facts.timezone, page.words.site_names
        headline = parts.headline or _headline_in(head, site_names)
        published = published_time(
            head, parts.shown, zone_name, headline=headline, site_names=site_names, times=parts.times
        )
        if parts.day is not None and published.local is not None and published.local.date() != parts.day:
            published = Published()  # the contract rejects an article without a time
        is_own = is_about(
            head, zone_name, headline=headline, published_at=published.at, site_names=site_names
        )
        raw = self._byline_on(page)
        if raw is None and is_own:
            raw = _byline_in(head, reading.houses)
        byline = fold_byline(raw, reading.houses)
        return Article(
            publisher=self.slug,
            language=self.facts.language,
            headline=headline,
            published_local=published.local,
            timezone=zone_name,
            published_at=published.at,
            published_from=published.stated_by,
            body=tuple(parts.body.blocks),
            identity=headline_identity(headline, published.local),
            rule_version=f"{self.slug}/{page.rules.valid_from}",
            news_id=head.first("news_id") if head else None,
            standfirst=parts.standfirst,
            byline_raw=raw,
            byline=byline,
            agency=parts.agency,
            read_minutes=parts.read_minutes,
            share_count=parts.share_count,
            image=parts.image,
            tags=tuple(dict.fromkeys([*parts.tags, *parts.body.tags])),
            ticker=tuple(parts.ticker),
            related_headlines=tuple(dict.fromkeys([*parts.related, *parts.body.related])),
            most_read=tuple(parts.lists.most_read),
            coverage=tuple(parts.lists.coverage),
            read_next=tuple(parts.lists.read_next),
            captured_on_or_after=parts.lists.latest_day(published.local),
            other_identities=other_identities(reading, self._addresses, published.local, head_is_own=is_own),
            extra=extra_of(
                head,
                houses=reading.houses,
                zone_name=zone_name,
                site_names=site_names,
                headline=headline,
                byline=byline,
                published_at=published.at,
                modified_local=parts.modified,
                picture=parts.image_url,
            ),
        )

    def _byline_on(self, page: DeclaredPage) -> str | None:
        """The authors that the page shows; a house's name alone only where no line may be a person's."""
        byline, houses = page.parts.byline, page.reading.houses
        if not houses or (byline and not is_house(byline, houses)):
            return byline
        shown = unlabelled_names(page, self.site)
        names = [*filter(None, [byline]), *shown]
        if all(is_house(name, houses) for name in names):
            return names[0] if names else None
        return ", ".join(names)


def _headline_in(head: Head | None, site_names: frozenset[str]) -> str | None:
    """The headline that the head declares, without the site's name after it."""
    title = head.first("title") if head else None
    before = next(without_site_name(title or "", site_names), None)
    return title if before is None else before.strip() or None


def _byline_in(head: Head | None, houses: Mapping[str, str]) -> str | None:
    """The authors that the head names first; where that is a house, the persons that it names anywhere."""
    facts = [*head.said.get("author", ()), *head.said.get("author_class", ())] if head else []
    said = [each for each in facts if "://" not in each.value]
    names = dict.fromkeys(each.value for each in said if each.source == said[0].source)
    if any(is_house(name, houses) for name in names):
        persons = dict.fromkeys(each.value for each in said if not is_house(each.value, houses))
        return ", ".join(persons) or next(iter(names))
    return ", ".join(names) or None
