"""What is page furniture, form text or markup, and what only looks like it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmarts.validate import page_furniture
from tests.validate.page_rules import page_rules

RULES = page_rules()
PATTERNS = [
    "read (?:more|also|next)|also read", "\\d+ shares?", "source: al mayadeen.*", "[45]\\d\\d\\b.*",
    "[^a-m]x", "e-?mail", "[@-z]", "\\x41", "Home", "\\Sx", "skip", "عاجل|إعلان",
]  # fmt: skip

FURNITURE = [
    "x",
    "X",
    "  • x",
    "Listen",
    "BREAKING",
    "Breaking news",
    "Related News",
    "Most Read",
    "Read Next:",
    "Read more",
    "Read more: Lighthouse keeper of Cape Dunmore retires",
    "READ MORE : Lighthouse keeper retires",
    "The pier opened. Read more: Lighthouse keeper retires",
    "“The pier is open.” Read also: Lighthouse keeper retires",
    "3 Min Read",
    "12 minutes read",
    "1 min read.",
    "2 Shares",
    "1 Share",
    "By Al Mayadeen",
    "By Al Mayadeen English",
    "Al Mayadeen English",
    "Source: Agencies",
    "Source: Al Mayadeen + Agencies",
    "16 May 2023 20:44",
    "1 Jun 2021",
    "Al Mayadeen is an Arab Independent Media Satellite Channel.",
    "All Rights Reserved",
    "© 2025 Al Mayadeen. All rights reserved.",
    "Photos: the harbour’s own archive. All rights reserved.",
    "Copyright 2025",
    "Privacy Policy",
    "Follow us on Telegram",
    "14 May 2023 10:45",
    "20 Aug 2025",
    "Skip to main content",
]
NO_FURNITURE = [
    "All rights reserved to the ferry line were sold in 2019",
    "What is left overall rights reserved",
    "About us",
    "7 October 2023",
    "Copyright law in the country was last changed in 2019.",
    "Copyright © was the name of the exhibition in the customs house.",
    "Follow us on this journey, said the clerk.",
    "Coverage",
    "All",
    "Politics",
    "Africa",
    "Read more than one book a month, the librarian advised.",
    "Those who read more: a portrait",
    "He listened.",
    "Listen to the sea, the keeper said.",
    "x marks the spot",
    "Breaking the ice took three days.",
    "Related news reached the harbour in the evening.",
    "The company has 2 shares.",
    "12 Shares were sold by noon.",
    "By Al Mayadeen's count, forty crews waited.",
    "Source: the harbour master, who counted them himself",
    "On 16 May 2023 20:44 was the last train.",
    "The storm began on 1 Jun 2021",
    "A copyright dispute keeps the song off the air.",
    "— Port Almond (@portalmond) August 25, 2025",
    "pic.twitter.com/aBcDeF1234",
    "About us, nobody asked.",
    "",
]
FORMS = [
    "first name & last name",
    "First Name & Last Name *",
    "Enter your first name &amp; last name here",
    "first name and last name",
    "Name",
    "Your name *",
    "E-mail",
    "Email address *",
    "Your comment",
    "Leave a comment",
    "Captcha",
]
NO_FORMS = [
    "Name your price, the fishmonger said.",
    "The first name on the list was hers, the last name his.",
    "An e-mail reached the harbour master.",
    "Comments by the mayor followed.",
    "The crews left no comment.",
]
MARKUP = [
    "Crews <b>return</b>",
    "Crews<br/>return",
    "<p class='x'>Crews return",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<img src=x onerror=alert(1)",
    "<!-- hidden -->",
    "Fish &amp; Sons",
    "Crews&nbsp;return",
    "the harbour&#8217;s lights",
    "the harbour&#x2019;s lights",
]
NO_MARKUP = [
    "Fish & Sons",
    "3 < 4 and 5 > 4",
    "<so it goes>",
    "Q&A; and more",
    "AT&T",
    "a <- b",
]


@pytest.mark.parametrize("line", FURNITURE)
def test_furniture_is_reported(line: str) -> None:
    found = RULES.body_furniture.first_in(["The pier stays shut.", line])
    assert found is not None
    assert found.strip("…") in " ".join(line.split()) or found == line


def test_what_one_publisher_prints_is_furniture_of_its_pages() -> None:
    nour, line = page_rules(contract="nour_news_articles"), "News ID : 179165"
    assert nour.body_furniture.first_in([line, "Publish Date : 6/22/2024 5:01:54 PM"]) == line
    assert nour.headline_furniture.as_headline("Nour News") == "Nour News"
    assert RULES.body_furniture.first_in([line]) is None


def test_a_house_byline_is_furniture_by_its_spellings() -> None:
    assert RULES.body_furniture.first_in(["By Al Mayadeen Network"]) == "By Al Mayadeen Network"


@pytest.mark.parametrize("line", NO_FURNITURE)
def test_text_that_looks_like_furniture_passes(line: str) -> None:
    assert RULES.body_furniture.first_in([line]) is None


@pytest.mark.parametrize("line", FORMS)
def test_form_text_is_reported(line: str) -> None:
    assert RULES.form_text.first_in(["The pier stays shut.", line]) == line


@pytest.mark.parametrize("line", NO_FORMS)
def test_text_that_looks_like_a_form_passes(line: str) -> None:
    assert RULES.form_text.first_in([line]) is None


@pytest.mark.parametrize("text", MARKUP)
def test_markup_is_reported_with_where_it_stands(text: str) -> None:
    found = page_furniture.damage_in({"headline": ("Crews return",), "body": (None, text)})["markup_in_text"]
    assert found is not None
    assert found.startswith("body: ")


@pytest.mark.parametrize("text", NO_MARKUP)
def test_text_that_looks_like_markup_passes(text: str) -> None:
    assert page_furniture.damage_in({"body": (text,)})["markup_in_text"] is None


@pytest.mark.parametrize(
    "char", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\x9d", "\ue000", "\uf099", "\uffff"]
)
def test_control_characters_are_reported(char: str) -> None:
    assert (
        page_furniture.damage_in({"tags": ("sea", f"Port{char}Almond")})["control_characters_in_text"]
        == f"tags: Port{char}Almond"
    )


@pytest.mark.parametrize(
    "char", ["\t", "\n", "\r", "\u00a0", "\u200b", "\u200c", "\u200f", "\u2067", "\ufeff", "🌊"]
)
def test_layout_joiners_and_direction_marks_pass(char: str) -> None:
    assert page_furniture.damage_in({"body": (f"Port{char}Almond",)})["control_characters_in_text"] is None


@pytest.mark.parametrize(
    "text", ["Iranâ€™s", "MacrÃ©", "Â«PortÂ»", "ï»¿Port", "Ø§Ù„Ù…ÙŠÙ†Ø§Ø¡", "itâ\x80\x99s"]
)
def test_mojibake_is_reported(text: str) -> None:
    assert page_furniture.damage_in({"headline": (text,)})["mojibake_in_text"] is not None


@pytest.mark.parametrize("text", ["Macré", "Ângela", "São João", "«Port»", "الميناء", "Ørsted", "Île d'Âme"])
def test_accents_are_no_mojibake(text: str) -> None:
    assert page_furniture.damage_in({"headline": (text,)})["mojibake_in_text"] is None


@pytest.mark.parametrize(
    "headline",
    [
        "Just a moment...",
        "Attention Required! | Cloudflare",
        "Access denied",
        "404 Not Found",
        "403 Forbidden",
        "Page not found",
        "BREAKING",
        "Al Mayadeen English",
        "Most Read",
        "Home",
    ],
)
def test_titles_that_are_no_headlines(headline: str) -> None:
    assert RULES.headline_furniture.as_headline(headline) == headline


@pytest.mark.parametrize(
    "headline",
    [
        None,
        "Home at last: crews return",
        "Access denied no longer: pier opens",
        "War",
        "400 aid trucks cross the bridge",
        "503 detainees on hunger strike",
    ],
)
def test_headlines_that_are(headline: str | None) -> None:
    expected = headline if headline and headline.startswith("Access denied") else None
    assert RULES.headline_furniture.as_headline(headline) == expected


@given(text=st.text(max_size=200))
def test_any_text_can_be_asked_about(text: str) -> None:
    fields = {"body": (text,)}
    for answer in (
        RULES.body_furniture.first_in([text]),
        RULES.form_text.first_in([text]),
        RULES.headline_furniture.as_headline(text),
        *page_furniture.damage_in(fields).values(),
    ):
        assert answer is None or isinstance(answer, str)
    assert (page_furniture.damage_in(fields)["replacement_characters_in_text"] is not None) == (
        "\ufffd" in text
    )


@given(before=st.text(max_size=80), after=st.text(max_size=80))
def test_what_is_reported_of_a_long_text_is_short_and_holds_the_place(before: str, after: str) -> None:
    text = f"{before}<b>{after}"
    reported = page_furniture.around(text, len(before), len(before) + 3)
    assert "<b>" in reported
    assert len(reported) <= 3 + 2 * 40 + 2


@given(
    pattern=st.sampled_from(PATTERNS),
    text=st.one_of(
        st.text("readmosxk123 5-eilAhHOMSKıſKعاجل@[`{", max_size=8),
        st.sampled_from(
            ["Read ALSO", "12 SHARES", "503 error", "E-Mail", "ſkip", "SKIP", "home", "a", "A", "عاجل"]
        ),
    ),
)
def test_patterns_match_whatever_the_case(pattern: str, text: str) -> None:
    found = page_furniture._AnyOf([pattern, "y+"])
    plain = re.compile(f"(?:{pattern})|y+", re.IGNORECASE)
    assert (found.fullmatch(text) is None) == (plain.fullmatch(text) is None)
    assert (found.search(text) is None) == (plain.search(text) is None)
