"""Nour News text captures: labels, the headline said twice, datelines, the comment form."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from newsmarts.core.errors import CaptureError
from samples import text
from samples.model import Paragraph
from tests.parse.pages import FIRST, NOUR_ARTICLE, SECOND, THIRD, read, read_text_of


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"standfirst": None, "body": (FIRST,)},
        {"news_id": None},
        {"published_local": None},
        {"published_local": datetime(2022, 6, 22, 0, 0, 7)},
        {"published_local": datetime(2022, 6, 22, 12, 0, 7)},
        {"dateline": "NOURNEWS- "},
        {"dateline": "NOURNEWS – "},
        {"dateline": "Nournews: "},
        {"repeats_standfirst": True},
        {"repeats_standfirst": True, "dateline": "NOURNEWS- "},
        {"standfirst": None, "dateline": "NOURNEWS- "},
        {"single_newlines": True},
        {"single_newlines": True, "repeats_standfirst": True, "dateline": "NOURNEWS- "},
        {
            "body": (
                Paragraph("“Nour” means light\u00a0in Arabic: نور\u200b is how it is written."),
                SECOND,
                THIRD,
            )
        },
    ],
    ids=str,
)
def test_what_a_page_may_lack_or_say_otherwise(changes: dict[str, object]) -> None:
    page = replace(NOUR_ARTICLE, **changes)  # type: ignore[arg-type]
    assert read_text_of(page) == page.record("text")


def test_a_body_that_only_repeats_the_standfirst_is_kept() -> None:
    standfirst = NOUR_ARTICLE.standfirst or ""
    page = replace(NOUR_ARTICLE, body=(Paragraph(standfirst),))
    assert read_text_of(page)["body"] == [{"kind": "paragraph", "text": standfirst}]


def test_a_first_paragraph_that_goes_on_after_the_standfirst_is_kept() -> None:
    page = replace(NOUR_ARTICLE, body=(Paragraph(f"{NOUR_ARTICLE.standfirst} It took 11 years."), SECOND))
    assert read_text_of(page) == page.record("text")


def test_persian_digits_and_leading_zeros_are_one_news_id() -> None:
    capture = text.render(NOUR_ARTICLE)
    for digits in ("۲۰۱۱۷۷", "0201177"):
        assert read(capture.replace("201177", digits)).news_id == "201177"


@pytest.mark.parametrize("moment", ["22/6/2024 5:01:54 PM", "soon", "6/22/2024"])
def test_a_publish_date_that_is_none_is_left_to_the_contract(moment: str) -> None:
    capture = text.render(NOUR_ARTICLE).replace("8/21/2025 5:01:54 PM", moment)
    assert moment in capture
    article = read(capture)
    assert article.published_at is None
    assert article.news_id == "201177"


def test_a_page_cut_off_before_its_form_is_not_read() -> None:
    capture = text.render(NOUR_ARTICLE)
    with pytest.raises(CaptureError) as caught:
        read(capture[: capture.index("first name")])
    assert caught.value.reason_code == "truncated_page"


def test_a_page_without_text_has_no_body() -> None:
    with pytest.raises(CaptureError) as caught:
        read_text_of(replace(NOUR_ARTICLE, body=(), standfirst=None))
    assert caught.value.reason_code == "missing_body"


def test_the_news_id_is_the_article() -> None:
    first = read(text.render(NOUR_ARTICLE))
    corrected = read(
        text.render(replace(NOUR_ARTICLE, headline="Tarsane lays the last rail", body=(FIRST, SECOND)))
    )
    assert first.article_id == corrected.article_id
    assert first.text_sha256 != corrected.text_sha256


def test_a_line_that_stands_only_once_over_the_body_is_no_headline() -> None:
    capture = text.render(NOUR_ARTICLE)
    headline = NOUR_ARTICLE.headline or ""
    line = "Also read: Another line opens"
    spoilt = (
        capture.replace(headline, f"{line}\n{headline}", 1),
        capture.replace(headline, line, 1),
        capture.replace(f"{headline}\n\n{headline}", headline),
    )
    for each in spoilt:
        with pytest.raises(CaptureError, match="unclear_headline"):
            read(each)
