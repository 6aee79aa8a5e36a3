"""Publishers whose rules are data: what the elements of their pages hold is declared; the head has the rest.

An HTML page is read by its marks; a text capture, and a page of a publisher without a mark for the body, by
the layout's labels. What a page shows counts more than what its head declares: the head gives a headline, a
byline or a time only where the page shows none.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple

from newsmarts.core.bylines import fold_byline
from newsmarts.core.errors import MissingField
from newsmarts.core.publishers import Facts
from newsmarts.core.records import Article
from newsmarts.parse.addresses import Site
from newsmarts.parse.declared_file import DeclaredLayout, Rules
from newsmarts.parse.declared_lines import LabelledPage
from newsmarts.parse.declared_marks import MarkedPage, Parts
from newsmarts.parse.identity import normalised_headline, other_identities
from newsmarts.parse.layout import layout_at
from newsmarts.parse.metadata import extra_of, is_about, published_moment, stated_moment
from newsmarts.parse.publisher import ParsedPage
from newsmarts.parse.reading import Head, Reading, Roles
from newsmarts.parse.times import zone

_MASTHEAD_LINES = 10
_OFFSET = re.compile(r".*(?:[Zz]|[+-]\d\d:?\d\d)")
_SEPARATORS = (" | ", " - ", " – ", " — ", " :: ")


class DeclaredPublisher:
    """The rules in a publisher's file; see ``newsmarts.parse.publisher.Publisher``."""

    def __init__(self, facts: Facts, rules: Rules) -> None:
        self.slug = facts.publisher
        self.facts = facts
        self.site: Site = rules.site(facts)
        self.marks = frozenset(mark for layout in rules.layouts for mark in layout.marks.all)
        self._layouts = {layout.valid_from: layout for layout in rules.layouts}
        self._words = tuple(layout.as_layout(facts.name) for layout in rules.layouts)
        hosts = "|".join(map(re.escape, sorted(self.site.hosts)))
        self._addresses = re.compile(rf"(?:{hosts})/(?:{self.site.articles.pattern})")

    def recognises(self, reading: Reading) -> bool:
        """The head's site name or address, the masthead at the top, or a line that comes after a body."""
        names = frozenset().union(*(words.site_names for words in self._words))
        head = reading.head
        said = head.first("site_name") if head else None
        if said is not None:
            return said in names
        if head is not None and self.site.owns(head.first("canonical")):
            return True
        masthead = frozenset().union(*(words.masthead for words in self._words))
        return any(text in masthead for text in reading.texts[:_MASTHEAD_LINES])

    def read(self, reading: Reading, roles: Roles, captured_at: datetime | None) -> ParsedPage:
        """Read one article page. Times are UTC; the page shows the wall time of the publisher's zone.

        Raises:
            MissingField: there is no body.
            UnreadablePage: as ``MarkedPage.read`` and ``LabelledPage.read``.
        """
        words = layout_at(self._words, captured_at)
        rules = self._layouts[words.valid_from]
        reader = MarkedPage if reading.head is not None and rules.marks.body else LabelledPage
        parts = reader(reading, roles, rules, words).read()
        if not parts.body.blocks:
            raise MissingField("body", "There is no text where the body should be. Look at the page.")
        return ParsedPage(self._article(reading, rules, words.site_names, parts), reading, roles)

    def _article(
        self, reading: Reading, rules: DeclaredLayout, site_names: frozenset[str], parts: Parts
    ) -> Article:
        head, zone_name = reading.head, self.facts.timezone
        headline = parts.headline or _headline_in(head, site_names)
        raw = parts.byline or _byline_in(head)
        byline = fold_byline(raw, reading.houses)
        time = _time_of(head, parts, zone_name)
        identity = None
        if time.local and headline:
            identity = (time.local.isoformat(timespec="minutes"), normalised_headline(headline))
        is_own = is_about(head, zone_name, headline=headline, published_at=time.moment, site_names=site_names)
        return Article(
            publisher=self.slug,
            language=self.facts.language,
            headline=headline,
            published_local=time.local,
            timezone=zone_name,
            published_at=time.moment,
            body=tuple(parts.body.blocks),
            identity=identity,
            rule_version=f"{self.slug}/{rules.valid_from}",
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
            captured_on_or_after=time.local and time.local.date(),
            other_identities=other_identities(reading, self._addresses, time.local, head_is_own=is_own),
            extra=extra_of(
                head,
                houses=reading.houses,
                zone_name=zone_name,
                site_names=site_names,
                headline=headline,
                byline=byline,
                published_at=time.moment,
                modified_local=parts.modified,
                picture=parts.image_url,
            ),
        )


class _Time(NamedTuple):
    local: datetime | None  # wall time
    moment: datetime | None  # UTC


def _time_of(head: Head | None, parts: Parts, zone_name: str) -> _Time:
    """The time that the page shows; else, or when it shows only the day, the head's."""
    if parts.date is not None and parts.has_clock:
        return _Time(parts.date, published_moment(head, parts.date, zone_name))
    stated = _stated(head, zone_name)
    if stated is None:
        return _Time(None, None)
    local = stated.astimezone(zone(zone_name)).replace(tzinfo=None)
    if parts.date is not None and parts.date.date() != local.date():
        return _Time(None, None)  # the contract rejects an article without a time
    return _Time(local, stated)


def _stated(head: Head | None, zone_name: str) -> datetime | None:
    """The one moment that the head states for the publication; None when it states none, or several.

    One with an offset counts more than a wall time, and a day alone isn't one.
    """
    said = [each for each in (head.said.get("published", ()) if head else ()) if ":" in each.value]
    said = [each for each in said if _OFFSET.fullmatch(each.value)] or said
    found = {
        moment.replace(second=0, microsecond=0): moment
        for each in said
        if (moment := stated_moment(Head({"published": (each,)}), "published", zone_name)) is not None
    }
    return found.popitem()[1].astimezone(UTC) if len(found) == 1 else None


def _headline_in(head: Head | None, site_names: frozenset[str]) -> str | None:
    """The headline that the head declares, without the site's name after it."""
    title = head.first("title") if head else None
    for separator in _SEPARATORS:
        before, found, after = (title or "").rpartition(separator)
        if found and after.strip() in site_names:
            return before.strip() or None
    return title


def _byline_in(head: Head | None) -> str | None:
    """The authors that the head names first; those of other sources are the same ones."""
    said = [each for each in (head.said.get("author", ()) if head else ()) if "://" not in each.value]
    names = dict.fromkeys(each.value for each in said if each.source == said[0].source)
    return ", ".join(names) or None
