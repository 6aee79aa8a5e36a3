"""A publisher's rules as data: the tables ``[addresses]`` and ``[[layouts]]`` of its file.

``docs/adding-a-publisher.md`` has an example with every key.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from newsmarts.core.errors import SettingsError, faults_in
from newsmarts.core.publishers import RULES_TABLES, Facts, read_file
from newsmarts.parse.addresses import NO_PATTERN, Site
from newsmarts.parse.date_forms import DateForm, date_form
from newsmarts.parse.html_marks import elements_of
from newsmarts.parse.layout import FURNITURE, LIST_NAMES, Layout, casefolded, spellings
from newsmarts.parse.not_articles import reason_codes
from newsmarts.parse.times import MONTH_NAMES


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _check_mark(mark: str) -> str:
    elements_of(mark)
    return mark


def _check_months(months: tuple[str, ...]) -> tuple[str, ...]:
    if not months or len(months) % 12:
        raise ValueError(f"there are {len(months)} months; twelve, or several times twelve, are needed")
    return months


def _pattern(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    try:
        return re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression ({error})") from None


_Line = Annotated[str, Field(pattern=r"\S")]
Lines = Annotated[tuple[_Line, ...], BeforeValidator(_as_list)]
Selectors = Annotated[tuple[Annotated[str, AfterValidator(_check_mark)], ...], BeforeValidator(_as_list)]
Pattern = Annotated[re.Pattern[str], BeforeValidator(_pattern)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class PageMarks(_Table):
    """The elements of HTML pages that hold each part of an article; see ``newsmarts.parse.html_marks``."""

    headline: Selectors = ()
    standfirst: Selectors = ()
    body: Selectors = ()
    byline: Selectors = ()
    date: Selectors = ()
    tags: Selectors = ()
    image: Selectors = ()
    ticker: Selectors = ()
    related: Selectors = ()
    most_read: Selectors = ()  # these three: an entry in each element
    coverage: Selectors = ()
    read_next: Selectors = ()
    entry_headline: Selectors = ()  # the headline in an entry of a list
    drop: Selectors = ()  # what isn't part of the article, in its body or not

    @property
    def all(self) -> frozenset[str]:
        """Every mark."""
        return frozenset(mark for marks in dict(self).values() for mark in marks)


class PageLabels(_Table):
    """Whole lines by which parts of a page are known."""

    byline: Annotated[tuple[str, ...], BeforeValidator(_as_list)] = ("By",)  # before a name; "": nothing is
    agency: Lines = ()  # what is before an agency's name
    modified: Lines = ("Updated", "Last updated", "Modified", "Last modified")  # before another time
    masthead: Lines = ()
    navigation: Lines = ()
    ticker: Lines = ()
    related: Lines = ()
    most_read: Lines = ()  # these three: lists under the article
    coverage: Lines = ()
    read_next: Lines = ()
    end: Lines = ()  # what comes after a body begins with one of them
    noise: Lines = ()


class DeclaredLayout(_Table):
    """One layout of a publisher's pages, from a capture day on."""

    valid_from: date
    site_names: Lines = ()  # as heads append them to titles; without any: the publisher's name
    dates: Lines = ()
    opening: tuple[Literal["headline", "standfirst", "standfirst?", "byline", "date"], ...] = ()
    months: Annotated[tuple[_Line, ...], AfterValidator(_check_months)] = MONTH_NAMES
    marks: PageMarks = PageMarks()
    labels: PageLabels = PageLabels()

    @model_validator(mode="after")
    def _check(self) -> Self:
        for form in self.dates:
            date_form(form, self.months)
        if self.marks.all and not self.marks.body:
            raise ValueError("marks has no body, without which no page is read by marks")
        names = [name.rstrip("?") for name in self.opening]
        if self.opening and ("headline" not in names or len({*names}) < len(names)):
            raise ValueError("opening lacks the headline, or names a line twice")
        return self

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The order of the lines that text captures open with; "standfirst?": some pages have one."""
        some = ("standfirst?",) if self.marks.standfirst else ()
        return self.opening or ("headline", "byline", "date", *some)

    @cached_property
    def forms(self) -> tuple[DateForm, ...]:
        """The forms of the dates on the pages, those with a time of day first."""
        forms = [date_form(form, self.months) for form in self.dates]
        return tuple(sorted(forms, key=lambda form: not form.has_clock))

    def as_layout(self, name: str) -> Layout:
        """The words of the layout, as the shared readers take them."""
        labels = self.labels
        return Layout(
            valid_from=self.valid_from,
            site_names=frozenset(self.site_names or (name,)),
            masthead=frozenset({name, *self.site_names, *labels.masthead}),
            navigation=frozenset(labels.navigation),
            ticker_labels=spellings(*labels.ticker),
            related_labels=casefolded(*labels.related),
            list_labels={label: name for name in LIST_NAMES for label in spellings(*getattr(labels, name))},
            sections=frozenset(labels.navigation),
            footer_lines=frozenset(labels.end),
            noise=FURNITURE | casefolded(*labels.noise),
        )


class _Addresses(_Table):
    hosts: Lines = ()
    articles: Pattern = NO_PATTERN
    other_editions: Pattern = NO_PATTERN
    others: dict[str, Pattern] = {}


class Rules(_Table):
    """The tables of a publisher's file that are rules."""

    addresses: _Addresses = _Addresses()
    layouts: Annotated[tuple[DeclaredLayout, ...], Field(min_length=1)]

    def site(self, facts: Facts) -> Site:
        """The publisher's addresses; without hosts, its home page's is the only one."""
        addresses = self.addresses
        home = (urlsplit(facts.home_url).hostname or "").removeprefix("www.")
        return Site(
            hosts=frozenset(addresses.hosts or (home,)),
            base=facts.home_url,
            articles=addresses.articles,
            others=addresses.others,
            other_editions=addresses.other_editions,
            language=facts.language,
        )


def read_rules(path: Path) -> Rules:
    """The rules in a publisher's file.

    Raises:
        SettingsError: naming the file and the keys at fault.
    """
    tables = {key: value for key, value in read_file(path).items() if key in RULES_TABLES}
    addresses = tables.get("addresses")
    if isinstance(addresses, dict):  # the kinds of pages that aren't articles are keys of their own
        kinds = reason_codes() & addresses.keys()
        others = {key: addresses[key] for key in sorted(kinds)}
        tables["addresses"] = {key: value for key, value in addresses.items() if key not in kinds} | (
            {"others": others} if others else {}
        )
    try:
        return Rules.model_validate(tables)
    except ValidationError as error:
        raise SettingsError(
            f"{path}: {faults_in(error)}. Correct it; docs/adding-a-publisher.md has every key."
        ) from None
