"""A declared publisher made of the text of its file, for tests."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from newsmarts.core.publishers import facts_of
from newsmarts.core.records import Article
from newsmarts.parse import html as reading_html
from newsmarts.parse.declared import DeclaredPublisher
from newsmarts.parse.declared_file import read_rules
from newsmarts.parse.decoding import decode
from newsmarts.parse.page import parse_reading
from newsmarts.parse.posts import POST_MARKS
from newsmarts.parse.reading import Reading
from newsmarts.parse.text import read_text


def declare(folder: Path, slug: str, rules: str) -> DeclaredPublisher:
    """The publisher that a file with these rules declares."""
    path = folder / f"{slug}.toml"
    path.write_text(rules, encoding="utf-8")
    return DeclaredPublisher(facts_of(slug, folder), read_rules(path))


def reading_of(publisher: DeclaredPublisher, text: str) -> Reading:
    """A page's blocks, in either format."""
    if "<html" in text:
        return reading_html.read_html(text, publisher.marks | POST_MARKS)
    return read_text(decode(text.encode()))


def read(publisher: DeclaredPublisher, text: str) -> Article:
    """The article of one of the publisher's pages."""
    reading = reading_of(publisher, text)
    assert publisher.recognises(reading)
    return parse_reading(reading, publisher, datetime(2025, 3, 14)).article
