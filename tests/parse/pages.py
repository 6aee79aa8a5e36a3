"""Invented pages that tests change one thing of."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from newsmarts.core.records import Article
from newsmarts.parse.page import parse_page
from samples import text
from samples.model import Link, Page, Paragraph, Picture

FIRST = Paragraph("The harbor of Velmora opened a third pier on Monday, after nine years of building.")
SECOND = Paragraph("Dockers had asked for it since 2016, said Harbor Minister Talal Kelmeri.")
THIRD = Paragraph("“We waited long enough,” Kelmeri told reporters. “The ships waited longer.”")

TICKER = (
    "Meridian Council to vote on fuel reserve before Thursday",
    "Kelmeri: The night is long, and I have coffee.",
    "Ostrin: 'Nobody leaves' the grain exchange, says its clerk",
)

HEADLINE = "Velmora opens third pier"
ARTICLE = Page(
    publisher="al_mayadeen",
    headline=HEADLINE,
    standfirst="The pier was nine years late; its first ship was two hours early.",
    byline_raw="Al Mayadeen English",
    agency="Agencies",
    published_local=datetime(2025, 8, 20, 15, 19),
    read_minutes=2,
    shares="3",
    picture=Picture("Third pier", "The third pier of Velmora at dawn, August 18, 2025 (Coastal Press)"),
    body=(FIRST, SECOND, THIRD),
    tags=("Velmora", "Ports", "velmora"),
    ticker=TICKER,
    most_read=(
        Link("Ilvane counts its boats", "A boat in Ilvane (Handout)", "Economy", date(2025, 8, 24)),
        Link("Old Karsk sells its clock", "A clock", "West Asia", date(2025, 8, 22)),
    ),
    coverage=("The Ferry Talks",),
    read_next=(
        Link("Belhaven learns to sign", "Belhaven learns to sign", "Politics"),
        Link("Rain in Ruvia after 200 days", "A street in Ruvia, undated. (Meridian Wire)", "MENA"),
    ),
)

NOUR_ARTICLE = Page(
    publisher="nour_news",
    headline="Tarsane lays last rail of coastal line",
    standfirst="The line joins two ports that quarrelled for a century.",
    published_local=datetime(2025, 8, 21, 17, 1, 54),
    body=(FIRST, SECOND, THIRD),
    news_id="201177",
)


def read(capture: str | bytes) -> Article:
    """The article of a capture."""
    return parse_page(capture.encode() if isinstance(capture, str) else capture).article


def read_text_of(page: Page) -> dict[str, Any]:
    """The record that the page's text capture gives."""
    return read(text.render(page)).to_record()
