"""What a block can have been taken for, as the page shows it: a name and a colour for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsmarts.parse.reading import Roles


@dataclass(frozen=True, slots=True)
class Kind:
    """One way in which a block can be used; ``hue`` is an OKLCH hue, None is grey."""

    key: str
    title: str
    hue: int | None
    help: str


KINDS: Sequence[Kind] = (
    Kind("navigation", "Navigation", None, "Unused, and over everything that the article uses."),
    Kind("label", "Label", None, "A line that says what follows: Breaking, Listen, Most Read."),
    Kind("ticker", "Ticker", 25, "A line of the ticker."),
    Kind("repeat", "Ticker repeat", 8, "A ticker line that stands in the article; it isn't body."),
    Kind("headline", "Headline", 300, "The article's headline."),
    Kind("byline", "Byline", 332, "Who wrote it, and its source."),
    Kind("date", "Date", 350, "When it was published or changed."),
    Kind("count", "Numbers", 316, "News id, shares, reading time."),
    Kind("standfirst", "Standfirst", 282, "The sentence under the headline."),
    Kind("picture", "Picture", 195, "The lead picture's alt text and caption."),
    Kind("paragraph", "Paragraph", 255, "Body: a paragraph."),
    Kind("subheading", "Subheading", 268, "Body: a subheading."),
    Kind("list", "List", 238, "Body: an entry of a list."),
    Kind("embed", "Embed", 220, "Body: an embedded post."),
    Kind("related", "Related", 55, "A headline of a related article, or a promotion of one."),
    Kind("tags", "Tag", 165, "A tag of the article."),
    Kind("most_read", "Most read", 85, "An entry of Most Read."),
    Kind("coverage", "Coverage", 110, "An entry of Coverage."),
    Kind("read_next", "Read next", 138, "An entry of Read Next."),
    Kind("form", "Form", None, "The comment form, and what follows it."),
    Kind("footer", "Footer", None, "The page's footer."),
    Kind("furniture", "Furniture", None, "A line of the page's frame: a cross, an advertisement, Share."),
    Kind("other", "Other", 70, "What the publisher's rules call by a name of their own."),
    Kind("unused", "Unused", None, "Taken for nothing. Amid the article it may be lost text."),
)
BY_KEY = {kind.key: kind for kind in KINDS}

_OF_ROLE = {
    "ticker_repeat": "repeat",
    "byline_raw": "byline",
    "agency": "byline",
    "published_local": "date",
    "modified_at": "date",
    "news_id": "count",
    "share_count": "count",
    "read_minutes": "count",
    "image": "picture",
    "related_headlines": "related",
    "noise": "furniture",
    "": "unused",
}
_AROUND_ARTICLE = frozenset({"", "label", "noise", "footer", "form", "most_read", "coverage", "read_next"})


def kinds_of(roles: Roles) -> Iterator[Kind]:
    """The kind of each block."""
    top = next((at for at, role in enumerate(roles) if role not in _AROUND_ARTICLE), 0)
    while top and roles[top - 1] == "label":
        top -= 1
    for at, role in enumerate(roles):
        yield BY_KEY["navigation"] if at < top and not role else kind_of(role)


def kind_of(role: str) -> Kind:
    """The kind that a role is shown as."""
    return BY_KEY.get(_OF_ROLE.get(role, role), BY_KEY["other"])
