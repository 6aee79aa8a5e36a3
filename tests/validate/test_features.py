"""Evidence is worked out from the text alone, for any text, and where a fault stands doesn't matter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmarts.core import schemas
from newsmarts.validate import features
from newsmarts.validate.page_furniture import Furniture
from tests.validate.days import DAY, PARAGRAPHS, Row, article, blocks, ticker_item
from tests.validate.page_rules import kwargs_of, page_rules

TICKER_LINE = "Harbour Office: Ferry crossings to Marrow Island suspended until Thursday"
RULES = page_rules([TICKER_LINE])
LABELS = Furniture.of(kwargs_of("ticker_items")["label_as_text"])


def _of(linked: tuple[str, ...] = (), **changes: Any) -> features.Columns:
    return features.article_features(article(**changes), RULES, linked)


def test_columns_are_the_declared_ones() -> None:
    assert set(_of()) == set(features.ARTICLE_COLUMNS)
    items = pa.Table.from_pylist([ticker_item(article(), TICKER_LINE)], schemas.TICKER_ITEMS)
    for lines in (items, items.slice(1)):
        assert features.ticker_item_features(lines, LABELS).keys() == features.TICKER_COLUMNS.keys()


@pytest.mark.parametrize("kind", ["paragraph", "subheading", "embed"])
def test_a_ticker_line_is_found_in_a_block_of_any_kind(kind: str) -> None:
    body = [*blocks(*PARAGRAPHS), {"kind": kind, "text": TICKER_LINE, "items": None}]
    assert _of(body=body)["ticker_line_in_body"] == TICKER_LINE


def test_a_ticker_line_is_found_in_a_list_item() -> None:
    body = [
        {"kind": "list", "text": None, "items": ["Ice aboard", TICKER_LINE, "Nets"]},
        *blocks(*PARAGRAPHS),
    ]
    found = _of(body=body)
    assert found["ticker_line_in_body"] == TICKER_LINE
    assert found["body_words"] == _of()["body_words"] + 3 + 10


@pytest.mark.parametrize("row", ["10:45\t{}", "{}\t", "Ice\nNets\t{}\nSails"])
def test_a_ticker_line_is_found_in_a_cell(row: str) -> None:
    body = [{"kind": "table", "text": row.format(TICKER_LINE), "items": None}, *blocks(*PARAGRAPHS)]
    assert _of(body=body)["ticker_line_in_body"] == TICKER_LINE


@given(order=st.permutations([*PARAGRAPHS, TICKER_LINE, "Nets", "3 < 4"]))
def test_a_ticker_line_is_found_whatever_the_order_of_blocks(order: list[str]) -> None:
    assert _of(body=blocks(*order))["ticker_line_in_body"] == TICKER_LINE


def test_headline_and_body_of_punctuation_are_absent() -> None:
    found = _of(headline=" — \u200b", standfirst="", byline=" ", body=blocks("…"))
    assert found["headline"] is None
    assert found["headline_chars"] is None
    assert found["standfirst"] is None
    assert found["byline"] is None
    assert found["body_words"] == 0


@pytest.mark.parametrize(
    ("local", "zone", "utc", "agree"),
    [
        ("2025-08-25T12:30", "Asia/Beirut", "2025-08-25T09:30", True),
        ("2025-08-25T12:30", "Asia/Beirut", "2025-08-25T10:30", False),  # winter's offset in summer
        ("2025-01-25T12:30", "Asia/Beirut", "2025-01-25T10:30", True),
        ("2022-06-22T17:01:54", "Asia/Tehran", "2022-06-22T12:31:54", True),  # Iran's last summer time
        ("2024-06-22T17:01:54", "Asia/Tehran", "2024-06-22T13:31:54", True),
        ("2025-08-25T12:30", "Asia/Nowhere", "2025-08-25T09:30", False),
        ("2025-08-25T12:30", "../../etc/passwd", "2025-08-25T09:30", False),
        ("2025-08-25T12:30", "Asia", "2025-08-25T09:30", False),
        ("2025-08-25T12:30", "", "2025-08-25T09:30", False),
        ("0001-01-01T00:00", "Asia/Beirut", "0001-01-01T00:00", False),
        ("2025-08-25T12:30", "Asia/Beirut", None, False),
        (None, "Asia/Beirut", "2025-08-25T09:30", False),
        (None, "Asia/Beirut", None, True),
    ],
)
def test_wall_time_and_utc(local: str | None, zone: str, utc: str | None, agree: bool) -> None:
    found = _of(
        published_local=datetime.fromisoformat(local) if local else None,
        timezone=zone,
        published_at=datetime.fromisoformat(utc).replace(tzinfo=UTC) if utc else None,
    )
    assert (found["local_time_disagreement"] is None) == agree


def test_the_capture_day_ends_at_the_next_midnight() -> None:
    late = datetime(2025, 8, 25, 23, 59, 59, tzinfo=UTC)
    midnight = datetime(2025, 8, 26, tzinfo=UTC)
    found = _of(captured_at=late, published_at=midnight)
    assert found["capture_day_end"] == midnight
    assert found["days_after_capture_day"] == 0
    assert _of(published_at=midnight - timedelta(hours=6))["days_after_capture_day"] == -0.25
    assert _of(published_at=None)["days_after_capture_day"] is None


@pytest.mark.parametrize(
    ("url", "host"),
    [
        (None, None),
        ("https://english.almayadeen.net/news/politics/harbour", "english.almayadeen.net"),
        ("HTTPS://English.AlMayadeen.net:443/", "english.almayadeen.net"),
        ("/news/politics/harbour", "(none)"),
        ("http://[harbour", "(none)"),
        ("javascript:alert(1)", "(none)"),
    ],
)
def test_the_host_of_an_address(url: str | None, host: str | None) -> None:
    assert _of(url=url)["url_host"] == host


@pytest.mark.parametrize(
    ("news_id", "url", "agree"),
    [
        ("179165", "https://nournews.ir/en/news/179165/harbour", True),
        ("179165", "https://nournews.ir/en/news/179165", True),
        ("179165", "https://nournews.ir/en/news/17916/harbour", False),
        ("179165", "https://nournews.ir/en/tag/17916", True),
        ("179165", None, True),
        (None, "https://nournews.ir/en/news/17916/harbour", True),  # the missing id is reported by itself
    ],
)
def test_the_news_id_in_the_address(news_id: str | None, url: str | None, agree: bool) -> None:
    assert (_of(news_id=news_id, url=url)["news_id_disagreement"] is None) == agree


def test_linked_headlines_are_not_the_articles_own_nor_a_few_words() -> None:
    own = article()["headline"]
    linked = ("Lighthouse keeper of Cape Dunmore retires", own, "In pictures")
    assert _of(linked, body=blocks(own, *PARAGRAPHS, "In pictures"))["linked_headline_in_body"] is None
    shouted = "LIGHTHOUSE KEEPER OF CAPE DUNMORE RETIRES!"
    assert _of(linked, body=blocks(*PARAGRAPHS, shouted))["linked_headline_in_body"] == shouted
    inside = f"As reported, {linked[0]}."
    assert _of(linked, body=blocks(*PARAGRAPHS, inside))["linked_headline_in_body"] is None


def test_a_body_may_open_with_the_headline_when_more_follows() -> None:
    own = article()["headline"]
    assert _of(body=blocks(own, PARAGRAPHS[0]))["headline_as_whole_body"] is None
    assert _of(body=blocks(own, f"“{own.upper()}”", "…"))["headline_as_whole_body"] == own
    assert _of(headline=None, body=blocks(own))["headline_as_whole_body"] is None


def test_latin_letters_are_reported_from_others() -> None:
    assert _of(body=blocks("Île d'Âme, 2025"))["latin_letter_share"] == 1
    assert _of(body=blocks("abc ابت"))["latin_letter_share"] == 0.5
    assert _of(body=blocks("2025"))["latin_letter_share"] is None


ANY_TEXT = st.text(max_size=60)
BLOCKS = st.one_of(
    st.builds(lambda text: {"kind": "paragraph", "text": text, "items": None}, ANY_TEXT),
    st.builds(lambda items: {"kind": "list", "text": None, "items": items}, st.lists(ANY_TEXT, max_size=3)),
)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "headline": st.none() | ANY_TEXT,
        "standfirst": st.none() | ANY_TEXT,
        "byline": st.none() | ANY_TEXT,
        "news_id": st.none() | ANY_TEXT,
        "url": st.none() | ANY_TEXT,
        "timezone": ANY_TEXT,
        "published_local": st.none() | st.datetimes(),
        "published_at": st.none() | st.datetimes(timezones=st.just(UTC)),
        "modified_at": st.none() | st.datetimes(timezones=st.just(UTC)),
        "captured_on_or_after": st.none() | st.dates(),
        "read_minutes": st.none() | st.integers(-5, 5),
        "body": st.lists(BLOCKS, max_size=4),
        "tags": st.lists(ANY_TEXT, max_size=3),
    },
)


@given(changes=CHANGES, linked=st.lists(ANY_TEXT, max_size=3))
def test_any_page_has_evidence_of_the_declared_kinds(changes: Row, linked: list[str]) -> None:
    found = features.article_features(article(**changes), RULES, linked)
    kinds = {"text": (str,), "number": (int, float), "time": (datetime,)}
    for name, kind in features.ARTICLE_COLUMNS.items():
        assert found[name] is None or isinstance(found[name], kinds[kind]), name
    assert found["capture_day_end"].date() == DAY + timedelta(days=1)


@given(text=ANY_TEXT, position=st.integers(-5, 500))
def test_any_ticker_line_has_evidence(text: str, position: int) -> None:
    rows = pa.Table.from_pylist([ticker_item(article(), text, position)] * 7, schemas.TICKER_ITEMS)
    found = {name: values[-1] for name, values in features.ticker_item_features(rows, LABELS).items()}
    assert (found["text"] is None) == (found["text_words"] is None)
    assert found["text_words"] is None or found["text_words"] >= 1
    assert found["row_key"].endswith("#7")


@pytest.mark.parametrize(
    ("hours", "source", "agrees"), [(3, "head", True), (3, "page", False), (5, "head", False)]
)
def test_metadata_may_be_an_hour_off_the_zone(hours: int, source: str, agrees: bool) -> None:
    """Beirut was two hours ahead of UTC then, and the clock of the site's own metadata three."""
    wall = datetime(2023, 3, 24, 18, 27)
    moment = (wall - timedelta(hours=hours)).replace(tzinfo=UTC)
    found = _of(published_local=wall, published_at=moment, published_from=source)
    assert (found["local_time_disagreement"] is None) is agrees
