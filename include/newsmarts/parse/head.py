"""The head of an HTML page: meta elements, canonical link, JSON-LD and the ``tawsiyat-metadata`` script."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from newsmarts.core.archived_addresses import original_of
from newsmarts.parse.decoding import fold_line
from newsmarts.parse.reading import Head, Said

# Facts by the names that say them.
_META = {
    name: fact
    for fact, names in {
        "title": ("og:title", "twitter:title", "headline"),
        "published": (
            "article:published_time", "datepublished", "date", "pubdate", "publish-date", "publish_date",
            "dc.date", "dc.date.issued", "dcterms.created", "parsely-pub-date",
        ),
        "modified": ("article:modified_time", "og:updated_time", "datemodified", "last-modified"),
        "author": ("author", "article:author"),
        "description": ("og:description", "description", "twitter:description"),
        "image": ("og:image", "og:image:url", "twitter:image", "image"),
        "canonical": ("og:url",),
        "section": ("article:section",),
        "keywords": ("news_keywords", "keywords"),
        "news_id": ("postid",),
        "site_name": ("og:site_name",),
        "type": ("og:type",),
    }.items()
    for name in names
}  # fmt: skip
_JSON_LD = {
    "headline": "title",
    "datePublished": "published",
    "dateModified": "modified",
    "author": "author",
    "description": "description",
    "image": "image",
    "url": "canonical",
    "mainEntityOfPage": "canonical",
    "articleSection": "section",
    "keywords": "keywords",
}
_TAWSIYAT = {
    "title": "title",
    "published_time": "published",
    "last_updated": "modified",
    "author": "author",
    "description": "description",
    "thumbnail": "image",
    "url": "canonical",
    "keywords": "keywords",
    "postid": "news_id",
    "lang": "language",
    "type": "type",
}
_ADDRESSES = frozenset({"canonical", "image"})  # a web archive rewrites them in its copies
_CLASSES = {"author": "author_class", "category": "section", "posttype": "type"}
_ARTICLE_TYPES = frozenset(
    {
        "Article", "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle",
        "OpinionNewsArticle", "BackgroundNewsArticle", "ReviewNewsArticle", "BlogPosting",
        "LiveBlogPosting",
    }
)  # fmt: skip
_READ_SCRIPTS = frozenset({"application/ld+json", "text/tawsiyat"})
_WRAPPED_FROM = re.compile(r"(?://|/\*)?\s*(?:<!\[CDATA\[|<!--)(?:\s*\*/)?")
_WRAPPED_TO = re.compile(r"(?://|/\*)?\s*(?:\]\]>|-->)(?:\s*\*/)?$")
_END_CHARS = 20  # of a wrapping
_NAMESPACE = re.compile(r"^(?:https?://(?:www\.)?schema\.org/|schema:)", re.IGNORECASE)  # of a type's name
_MAX_JSON_CHARS = 500_000
_MAX_VALUE_CHARS = 4_000


HEAD_TAGS = frozenset({"html", "meta", "link", "title", "script"})


class HeadElement(NamedTuple):
    """An element of ``HEAD_TAGS``, wherever it is in the page."""

    tag: str
    attributes: Mapping[str, str]
    texts: list[str]  # the pieces of a title's or script's text


def read_head(elements: Iterable[HeadElement]) -> Head:
    """Everything that the page says about itself to machines; broken JSON says nothing."""
    said: defaultdict[str, list[Said]] = defaultdict(list)
    types: set[str] = set()
    title: str | None = None
    for tag, attributes, texts in elements:
        if tag == "html":
            _add(said, "language", "html lang", attributes.get("lang"))
        elif tag == "meta":
            item = attributes.get("itemprop")
            name = (attributes.get("property") or attributes.get("name") or item or "").strip().lower()
            fact = _META.get(name)
            # a list of other articles has such elements too, after the page's own
            if fact and not (item and fact != "author" and any(one.source == name for one in said[fact])):
                _add(said, fact, name, attributes.get("content"))
        elif tag == "link":
            if "canonical" in attributes.get("rel", "").split():
                _add(said, "canonical", "link canonical", attributes.get("href"), first=True)
        elif tag == "script":
            _read_script(attributes, "".join(texts), said, types)
        elif title is None:  # a page's title is its first; pictures have titles as well
            title = "".join(texts)
    _add(said, "title", "title", title)
    return Head({fact: tuple(values) for fact, values in said.items()}, frozenset(types))


def _read_script(
    attributes: Mapping[str, str], text: str, said: defaultdict[str, list[Said]], types: set[str]
) -> None:
    kind = attributes.get("type", "").strip().lower()
    if kind not in _READ_SCRIPTS and attributes.get("id") != "tawsiyat-metadata":
        return
    if len(text) > _MAX_JSON_CHARS:
        return
    try:
        data = json.loads(_unwrapped(text.strip()), strict=False)
    except (ValueError, RecursionError):
        return
    if kind == "application/ld+json":
        for thing in _things(data):
            names = {_NAMESPACE.sub("", name) for name in _strings(thing.get("@type"))}
            types.update(names)
            if names & _ARTICLE_TYPES:
                _add_all(said, _JSON_LD, "JSON-LD", thing)
    elif isinstance(data, dict):
        _add_all(said, _TAWSIYAT, "tawsiyat-metadata", data)
        classes = data.get("classes")
        for entry in classes if isinstance(classes, list) else []:
            fact = _CLASSES.get(str(entry.get("mapping"))) if isinstance(entry, dict) else None
            if fact is not None:
                _add(said, fact, f"tawsiyat-metadata {entry['mapping']}", entry.get("value"))


def _unwrapped(text: str) -> str:
    """JSON without the comment or CDATA section that it may be in; an end is looked for at the end alone."""
    start = _WRAPPED_FROM.match(text)
    text = text[start.end() :] if start else text
    return text[:-_END_CHARS] + _WRAPPED_TO.sub("", text[-_END_CHARS:])


def _things(data: Any) -> Iterator[Mapping[str, Any]]:
    """The objects of JSON-LD: one, a list or a graph, and the main entity of each."""
    for thing in data if isinstance(data, list) else [data]:
        if not isinstance(thing, dict):
            continue
        graph, entity = thing.get("@graph"), thing.get("mainEntity")
        if isinstance(graph, list):
            yield from _things([node for node in graph if isinstance(node, dict) and "@graph" not in node])
            continue
        yield thing
        for node in entity if isinstance(entity, list) else [entity]:
            if isinstance(node, dict) and "@type" in node:
                yield node


def _add_all(
    said: defaultdict[str, list[Said]], names: Mapping[str, str], source: str, data: Mapping[str, Any]
) -> None:
    for name, fact in names.items():
        for value in _strings(data.get(name)):
            _add(said, fact, f"{source} {name}", value)


def _strings(value: Any) -> Iterator[str]:
    """The strings in a JSON value: a name, an address, or a list of such."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, list):
        for entry in value[:50]:
            if not isinstance(entry, list):
                yield from _strings(entry)
    elif isinstance(value, dict):
        for name in ("name", "@id", "url"):
            if isinstance(value.get(name), str):
                yield value[name]
                return


def _add(
    said: defaultdict[str, list[Said]], fact: str, source: str, value: object, *, first: bool = False
) -> None:
    if not isinstance(value, str):
        return
    # JSON may write half a surrogate pair, which no file can hold
    text = fold_line(value[:_MAX_VALUE_CHARS].encode("utf-8", "replace").decode())
    if text:
        original = original_of(text)[0] if fact in _ADDRESSES else text
        if original is None:
            return
        known = said[fact]
        place = sum(other.source == source for other in known) if first else len(known)
        known.insert(place, Said(source, original))
