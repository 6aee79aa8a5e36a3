"""For each expectation of each contract there is a row that it alone rejects, and sound rows pass all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from newsmarts.core import schemas
from newsmarts.core.contracts import load_contract, quiet_context
from newsmarts.core.settings import PROJECT_ROOT
from newsmarts.validate import features
from newsmarts.validate.page_furniture import Furniture
from tests.validate.days import DAY, MIDNIGHT, PARAGRAPHS, PARAGRAPHS_AR, Row, article, blocks, ticker_item
from tests.validate.page_rules import kwargs_of, page_rules

CONTRACTS = (
    "articles",
    "al_mayadeen_articles",
    "al_mayadeen_ar_articles",
    "nour_news_articles",
    "ticker_items",
)
TICKER_LINE = "Harbour Office: Ferry crossings to Marrow Island suspended until Thursday"
LINKED = "Lighthouse keeper of Cape Dunmore retires"
LONG_CAPTION = "Crews mend their nets on the quay of Port Almond"


# forty words in less than two hundred characters
WORDY_ARABIC = " ".join(["من في ما لا"] * 11)
WORDY_HEADLINE = " ".join(["We go to sea at six as it is by now so low in Port Almond"] * 3)


def _published(moment: datetime, hours_ahead: float) -> Row:
    """Publish times that agree with each other."""
    return {
        "published_at": moment,
        "published_local": (moment + timedelta(hours=hours_ahead)).replace(tzinfo=None),
    }


def _shared(hours_ahead: float, paragraphs: Sequence[str] = PARAGRAPHS) -> dict[str, Row]:
    """What breaks the expectations that all publishers' contracts have; hours ahead of UTC in August."""
    return {
        "published_at_present": {"published_at": None, "published_local": None},
        "published_before_capture_day_ends": _published(MIDNIGHT + timedelta(days=1), hours_ahead),
        "local_and_utc_time_agree": {"published_local": datetime(2025, 8, 25, 13, 30)},
        "published_at_shown": {"published_from": "head"},
        "page_no_newer_than_its_capture": {"captured_on_or_after": DAY + timedelta(days=1)},
        "modified_about_when_published": {"modified_at": datetime(2025, 8, 23, 9, 0, tzinfo=UTC)},
        "headline_present": {"headline": " — "},
        "headline_of_sane_length": {"headline": "Ay"},
        "headline_of_usual_length": {"headline": "Harbour opens"},
        "headline_is_no_furniture": {"headline": "Attention Required! | Cloudflare"},
        "body_present": {"body": blocks(" … ", "—")},
        "body_long_enough": {"body": blocks("The harbour opened on Monday."), "read_minutes": None},
        "body_says_more_than_headline": {
            "headline": WORDY_HEADLINE,
            "body": blocks(WORDY_HEADLINE.upper()),
        },
        "no_ticker_line_in_body": {"body": blocks(*paragraphs, TICKER_LINE)},
        "standfirst_is_no_ticker_line": {"standfirst": f"• {TICKER_LINE}"},
        "no_page_furniture_in_body": {"body": blocks(*paragraphs, "3 Min Read")},
        "no_form_text_in_body": {"body": blocks(*paragraphs, "first name & last name")},
        "no_linked_headline_in_body": {
            "body": blocks(*paragraphs, LINKED),
            "related_headlines": [LINKED],
        },
        "no_markup_in_text": {"standfirst": "Crews return <b>to sea</b> as the channel is safe."},
        "no_control_characters_in_text": {"body": blocks(*paragraphs, "A bell\x07 rang.")},
        "no_replacement_characters_in_text": {"headline": "Port Almond\ufffds harbour opens again"},
        "no_mojibake_in_text": {"headline": "Port Almondâ€™s harbour opens again"},
        "mostly_latin_letters": {"body": blocks(" ".join(f"كلمة{number}" for number in range(60)))},
        "no_paragraph_twice": {"body": blocks(*paragraphs, paragraphs[0])},
        "no_caption_in_body": {"body": blocks(*paragraphs, LONG_CAPTION), "image_caption": LONG_CAPTION},
        "standfirst_present": {"standfirst": None},
        "standfirst_not_in_body": {
            "body": blocks("Crews return to sea as the channel is declared safe.", *paragraphs)
        },
        "metadata_agrees_with_page": {"metadata_disagreements": ["headline: other words in og:title"]},
        "identity_known": {"article_id": None},
    }


OTHER_ZONE = {
    "timezone": "Europe/Lisbon",
    "published_local": datetime(2025, 8, 25, 10, 0),
    "published_at": datetime(2025, 8, 25, 9, 0, tzinfo=UTC),
}
ODD_TAG = {"tags": ["Port Almond", "x"]}
ARTICLES: dict[str, dict[str, Row]] = {
    "articles": {
        **_shared(3),
        "published_since_sites_began": _published(datetime(1991, 8, 5, 23, 59, tzinfo=UTC), 3),
        "tags_are_tags": ODD_TAG,
    },
    "al_mayadeen_articles": {
        **_shared(3),
        "timezone_is_the_sites": OTHER_ZONE,
        "published_since_site_began": _published(datetime(2012, 6, 10, 20, 59, tzinfo=UTC), 3),
        "byline_present": {"byline": None},
        "byline_is_the_house": {"byline": "Ines Calloway", "byline_raw": "Ines Calloway"},
        "byline_is_on_the_page": {"byline_raw": "Ines Calloway"},
        "agency_present": {"agency": None},
        "tags_present": {"tags": []},
        "tags_are_tags": ODD_TAG,
        "read_minutes_plausible": {"read_minutes": 0},
        "read_minutes_fit_word_count": {"read_minutes": 5},
        "share_count_plausible": {"share_count": 123_456_789},
        "url_is_the_sites": {"url": "https://mirror.example/news/politics/harbour"},
    },
    "al_mayadeen_ar_articles": {
        **{name: row for name, row in _shared(3, PARAGRAPHS_AR).items() if name != "mostly_latin_letters"},
        "timezone_is_the_sites": OTHER_ZONE,
        "language_is_arabic": {"language": "en"},
        "mostly_arabic_letters": {"body": blocks(*PARAGRAPHS, *PARAGRAPHS_AR[:1])},
        "published_since_site_began": _published(datetime(2012, 6, 10, 20, 59, tzinfo=UTC), 3),
        "headline_is_no_furniture": {"headline": "الصفحة غير موجودة على الموقع"},
        "body_long_enough": {"body": blocks("أعيد فتح المرفأ صباح الإثنين."), "read_minutes": None},
        "body_says_more_than_headline": {"headline": WORDY_ARABIC, "body": blocks(f"{WORDY_ARABIC}.")},
        "no_page_furniture_in_body": {"body": blocks(*PARAGRAPHS_AR, "اقرأ أيضاً: رصيف إيلفان حديقة عامة")},
        "byline_present": {"byline": None},
        "byline_is_the_house": {"byline": "إيناس كالواي", "byline_raw": "إيناس كالواي"},
        "byline_is_on_the_page": {"byline_raw": "إيناس كالواي"},
        "agency_present": {"agency": None},
        "tags_present": {"tags": []},
        "tags_are_tags": ODD_TAG,
        "read_minutes_plausible": {"read_minutes": 0},
        "read_minutes_fit_word_count": {"read_minutes": 5},
        "share_count_plausible": {"share_count": 123_456_789},
        "url_is_the_sites": {"url": "https://english.almayadeen.net/news/politics/harbour"},
    },
    "nour_news_articles": {
        **_shared(3.5),
        "timezone_is_the_sites": OTHER_ZONE,
        "news_id_present": {"news_id": None},
        "news_id_is_a_number": {"news_id": "١٧٩١٦٥"},
        "news_id_agrees_with_url": {"url": "https://nournews.ir/en/news/179166/harbour"},
        "published_since_site_began": _published(datetime(2017, 12, 31, 20, 29, tzinfo=UTC), 3.5),
        "url_is_the_sites": {"url": "https://mirror.example/en/news/179165/harbour"},
    },
}
TICKER: dict[str, list[tuple[Any, Any]]] = {
    "text_present": [(" … ", 1)],
    "text_of_sane_length": [("Calm sea", 1), ("Sea calm " * 60, 2)],
    "text_is_no_label": [("Al Mayadeen English", 1)],
    "text_has_words": [("Unprecedented", 1)],
    "no_markup_in_text": [("Ferry crossings <br> suspended", 1)],
    "no_control_characters_in_text": [("Ferry crossings\x1b suspended", 1)],
    "no_replacement_characters_in_text": [("Ferry cross\ufffdngs suspended", 1)],
    "no_mojibake_in_text": [("The harbourâ€™s ferry crossings suspended", 1)],
    "position_in_range": [("Ferry crossings suspended", 0)],
    "position_unique_on_its_page": [("Ferry crossings suspended", 4), ("Mayor opens the pier", 4)],
    "line_once_on_its_page": [("Ferry crossings suspended", 1), ("Ferry crossings suspended", 2)],
}
SOUND: dict[str, Row] = {
    "as it stands": {},
    "a minute before the capture day ends": _published(MIDNIGHT + timedelta(hours=23, minutes=59), 3),
    "address, modification and shares told": {
        "url": "https://english.almayadeen.net/news/politics/port-almond-harbour",
        "modified_at": datetime(2025, 8, 26, 9, 0, tzinfo=UTC),
        "share_count": 0,
    },
    "the site's first day": _published(datetime(2012, 6, 10, 21, 0, tzinfo=UTC), 3),
    "the hour that Beirut has twice, told first": {
        "published_local": datetime(2023, 10, 28, 23, 30),
        "published_at": datetime(2023, 10, 28, 20, 30, tzinfo=UTC),
    },
    "the hour that Beirut has twice, told again": {
        "published_local": datetime(2023, 10, 28, 23, 30),
        "published_at": datetime(2023, 10, 28, 21, 30, tzinfo=UTC),
    },
    "quotes a ticker line inside a sentence": {
        "body": blocks(*PARAGRAPHS, f"A notice that read {TICKER_LINE} hung on the gate.")
    },
    "joiners, direction marks and Arabic": {
        "body": blocks(*PARAGRAPHS, "It is called \u2067ميناء\u200c اللوز\u2069.")
    },
    "angle brackets, an ampersand, a lone x": {
        "body": blocks(*PARAGRAPHS, "Fish & Sons: 3 < 4, <so it goes>, and x marks the spot.")
    },
    "repeats its own headline above the text": {
        "body": blocks("Port Almond harbour opens after three weeks of storms", *PARAGRAPHS)
    },
}


def _cases() -> Iterator[tuple[str, str]]:
    """Every expectation of every contract, read from the files themselves."""
    for contract in CONTRACTS:
        document = json.loads(
            (PROJECT_ROOT / "expectations" / f"{contract}.json").read_text(encoding="utf-8")
        )
        for entry in document["expectations"]:
            yield contract, entry["meta"]["id"]


@pytest.fixture(scope="module")
def rejections() -> dict[str, dict[str, set[str]]]:
    """By contract and case: the expectations, of any severity, that reject the case's rows."""
    found: dict[str, dict[str, set[str]]] = {}
    for contract, cases in ARTICLES.items():
        publisher = contract.removesuffix("_articles")
        pages = {name: article(name, publisher, **changes) for name, changes in cases.items()}
        if publisher == "al_mayadeen":
            pages |= {f"sound: {name}": article(name, **changes) for name, changes in SOUND.items()}
        pages["sound: plain"] = article("plain", publisher)
        keys = {page["capture_id"]: name for name, page in pages.items()}
        rules = page_rules([TICKER_LINE], contract)
        columns = [
            features.article_features(page, rules, page["related_headlines"]) for page in pages.values()
        ]
        found[contract] = _rejections(contract, columns, features.ARTICLE_COLUMNS, keys)
    pages = {name: article(name) for name in [*TICKER, "sound: plain"]}
    items = {"sound: plain": [(TICKER_LINE, 1), ("Mayor opens the pier", 2)], **TICKER}
    rows = [
        (name, ticker_item(pages[name], text, position))
        for name, reported in items.items()
        for text, position in reported
    ]
    labels = Furniture.of(kwargs_of("ticker_items")["label_as_text"])
    table = pa.Table.from_pylist([row for _, row in rows], schemas.TICKER_ITEMS)
    lines = features.ticker_item_features(table, labels)
    columns = [dict(zip(lines, values, strict=True)) for values in zip(*lines.values(), strict=True)]
    keys = {column["row_key"]: name for column, (name, _) in zip(columns, rows, strict=True)}
    found["ticker_items"] = _rejections("ticker_items", columns, features.TICKER_COLUMNS, keys)
    return found


def _rejections(name: str, columns: list[Row], kinds: Any, keys: dict[str, str]) -> dict[str, set[str]]:
    from newsmarts.validate.evaluation import evaluate, failing_keys, frame_of

    contract = load_contract(PROJECT_ROOT / "expectations" / f"{name}.json")
    evaluation = evaluate(quiet_context(), contract, frame_of(columns, kinds), DAY)
    found: dict[str, set[str]] = {case: set() for case in keys.values()}
    for expectation, plain in evaluation.results.items():
        for key in failing_keys(plain, name):
            found[keys[key]].add(expectation)
    return found


# What can't be broken without the milder expectation about the same thing.
BREAKS_TOO = {
    "headline_of_sane_length": {"headline_of_usual_length"},
    "body_present": {"body_long_enough"},
}


@pytest.mark.parametrize(("contract", "expectation"), [*_cases()])
def test_a_row_that_this_expectation_alone_rejects(
    rejections: dict[str, dict[str, set[str]]], contract: str, expectation: str
) -> None:
    assert expectation in rejections[contract], (
        f"Add to ARTICLES or TICKER above a row that only {contract}.{expectation} rejects."
    )
    assert rejections[contract][expectation] == {expectation} | BREAKS_TOO.get(expectation, set())


@pytest.mark.parametrize("contract", CONTRACTS)
def test_sound_rows_pass_every_expectation(rejections: dict[str, dict[str, set[str]]], contract: str) -> None:
    sound = {case: found for case, found in rejections[contract].items() if case.startswith("sound: ")}
    assert sound
    assert sound == {case: set() for case in sound}


@pytest.mark.parametrize("contract", CONTRACTS)
def test_no_case_is_left_over_from_an_expectation_that_went(
    rejections: dict[str, dict[str, set[str]]], contract: str
) -> None:
    cases = {case for case in rejections[contract] if not case.startswith("sound: ")}
    assert cases == {expectation for name, expectation in _cases() if name == contract}


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_critical_expectation_says_what_it_found(contract: str) -> None:
    path = PROJECT_ROOT / "expectations" / f"{contract}.json"
    for entry in json.loads(path.read_text(encoding="utf-8"))["expectations"]:
        assert entry["meta"].get("detail"), entry["meta"]["id"]


def test_the_ticker_contract_tells_where_its_line_is_drawn() -> None:
    for publisher in ("al_mayadeen", "nour_news"):
        contract = load_contract(PROJECT_ROOT / "expectations" / f"{publisher}_articles.json")
        metas = [each.meta or {} for each in contract.expectations]
        notes = {meta["id"]: meta["notes"] for meta in metas}
        assert "No leak: the same news in the article's own words" in notes["no_ticker_line_in_body"]
