"""Letters decoded wrongly: an article that has them because of us or its saver is rejected, not loaded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsmarts.core import mojibake
from newsmarts.core.errors import UnreadablePage
from newsmarts.core.records import Article
from newsmarts.parse.page import parse_reading, publisher_of, read_page
from samples import html
from samples.model import Paragraph
from tests.parse.pages import ARTICLE

ARABIC = "The name of the harbour, المرفأ in Arabic, means what it says."
QUOTED = "“Velmora’s harbour is open,” the café’s owner said – “at last.”"


def page(*paragraphs: str) -> str:
    """An article without typographic characters but those of these paragraphs, and without a charset."""
    body = tuple(map(Paragraph, paragraphs))
    text = html.render(replace(ARTICLE, picture=None, body=(*body, *ARTICLE.body[:2])), "semantic")
    return text.replace('<meta charset="utf-8">', "")


def article(data: bytes, charset: str | None = None) -> Article:
    reading = read_page(data, "text/html", charset)
    return parse_reading(reading, publisher_of(reading), None).article


def reason(data: bytes, charset: str | None = None) -> str:
    with pytest.raises(UnreadablePage) as caught:
        article(data, charset)
    return caught.value.reason_code


def test_another_alphabet_without_a_charset_is_not_loaded() -> None:
    data = page(ARABIC).encode("cp1256")
    assert article(data, "windows-1256").body[0].text == ARABIC
    assert reason(data) == "mojibake"
    assert reason(data, "iso-8859-1") == "mojibake"


@pytest.mark.parametrize("charset", ["cp1251", "koi8-r", "cp1253", "cp1255"])
def test_other_alphabets_likewise(charset: str) -> None:
    words = {"cp1253": "λιμάνι", "cp1255": "נמלים"}.get(charset, "порты")
    assert reason(page(f"The harbour ({words}) is open.").encode(charset)) == "mojibake"


def test_western_european_letters_without_a_charset_are_read() -> None:
    words = "The “Café Ælfric” of Señor Müller – naïve, déjà vu, façade – is open."
    assert article(page(words).encode("cp1252")).body[0].text == words


def test_a_page_in_two_charsets_is_not_loaded() -> None:
    first, second = page(QUOTED, QUOTED, "A second one.").split("A second one.")
    data = first.encode("cp1252") + QUOTED.encode() + second.encode("cp1252")
    assert reason(data) == "mojibake"


def test_a_page_that_its_saver_decoded_wrongly_is_not_loaded() -> None:
    assert reason(page(QUOTED).encode().decode("cp1252", "replace").encode()) == "mojibake"
    many = f"{ARABIC} {ARABIC} {ARABIC}"
    assert reason(page(many).encode("cp1256").decode("latin-1").encode()) == "mojibake"


def test_an_odd_sequence_that_the_publisher_printed_is_loaded() -> None:
    words = "The harbourâ€™s crane is back, the port’s own “wire” says."
    assert article(page(words).encode()).body[0].text == words


@pytest.mark.parametrize(
    "text", ["ÄÖÜ", "the “café’s” Æ, Ø and Å", "«Été»", "3½ – 4¾ °C", "plain", "çà et là"]
)
def test_what_languages_have_is_no_sign(text: str) -> None:
    assert mojibake.first_sign(text * 5, is_certain=True) is None
