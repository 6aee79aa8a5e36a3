"""A page beside its record: what is marked for each reason, and what a page may hold without harm."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmarts.core.errors import DamagedPartition, MissingPartition
from newsmarts.core.partitions import raw_object_path
from newsmarts.core.settings import PROJECT_ROOT, Settings, load_settings
from newsmarts.review.advice import advice_on, find_expectation
from newsmarts.review.captures import find_capture, read_bytes
from newsmarts.review.day_results import Reason
from newsmarts.review.offending_page import LookView, look_view
from newsmarts.review.phrases import phrases_of, segments, spans_in
from newsmarts.review.quarantine import Filters, open_quarantine

CONTRACTS = PROJECT_ROOT / "expectations"
# Where there is nothing to mark: what is missing, and pages that are none.
NOTHING_TO_MARK = {
    "missing_body",
    "missing_byline",
    "missing_headline",
    "missing_news_id",
    "missing_published_at",
    "unknown_publisher",
}


@pytest.fixture(scope="module")
def looked_at(sample_home: Path) -> dict[str, LookView]:
    """Every page of the samples that was quarantined, by the reason's code."""
    settings = load_settings(home=sample_home)
    with open_quarantine(settings) as quarantine:
        reasons, _ = quarantine.chosen(Filters(state="all"), 0)
    return {reason.reason_code: look(settings, [reason]) for reason in reasons}


def look(settings: Settings, reasons: list[Reason]) -> LookView:
    first = reasons[0]
    capture = find_capture(settings.archive, first.capture_day, first.capture_id)
    return look_view(settings.archive, settings.contracts_dir, (capture, reasons))


def marked(view: LookView) -> str:
    """All that is marked on a page, in order."""
    found = []
    for run in view.runs:
        for block in run.blocks:
            found += [text for text, on in block.pieces if on or block.is_offending]
    return " | ".join(found)


@pytest.mark.xdist_group("sample_marts")
def test_what_is_offending_is_marked(looked_at: dict[str, LookView]) -> None:
    found = {code: marked(view) for code, view in looked_at.items()}
    assert {code for code, text in found.items() if not text} == NOTHING_TO_MARK
    assert "Maren Quillon" in found["unexpected_byline"]
    assert found["news_id_disagrees"] == "News ID : 240251"
    assert "4 May 2009" in found["published_before_site"]
    assert "&nbsp;he said" in found["markup_in_text"]
    assert "ma\ufffdr" in found["undecodable_text"]
    assert "\\ue001" in found["control_characters_in_text"]
    for code, view in looked_at.items():
        assert view.reasons[0].is_marked == (code not in NOTHING_TO_MARK), code
        assert (view.first_offending is None) == (code in NOTHING_TO_MARK), code


@pytest.mark.xdist_group("sample_marts")
def test_each_reason_has_its_expectation_and_something_to_do(looked_at: dict[str, LookView]) -> None:
    for code, view in looked_at.items():
        (each,) = view.reasons
        assert len(each.advice) > 40
        if each.reason.stage in {"validate", "publish"}:
            assert each.expectation is not None, code
            assert each.expectation.notes
        assert view.notices == []


@pytest.mark.xdist_group("sample_marts")
def test_what_is_missing_is_marked_in_the_record(looked_at: dict[str, LookView]) -> None:
    assert looked_at["missing_headline"].offending_fields == {"headline"}
    assert looked_at["missing_byline"].offending_fields == {"byline", "byline_raw"}
    assert looked_at["missing_published_at"].offending_fields == {"published_at", "published_local"}


@pytest.mark.xdist_group("sample_marts")
def test_pages_that_other_rules_read_are_said_to_be(
    looked_at: dict[str, LookView], sample_home: Path
) -> None:
    """The reason is of parse, but the page can be read now; and the other way round."""
    sound, broken = looked_at["missing_byline"], looked_at["missing_body"]
    archive = load_settings(home=sample_home).archive
    by_parse = reason(stage="parse", reason_code="missing_body", expectation=None)
    by_contract = reason(stage="validate", reason_code="missing_byline")
    (now,) = look_view(archive, CONTRACTS, (sound.capture, [by_parse])).notices
    assert "Run its day again" in now.text
    (then,) = look_view(archive, CONTRACTS, (broken.capture, [by_contract])).notices
    assert then.text.startswith("missing_body: ")


def reason(**changed: object) -> Reason:
    facts = {
        "capture_id": "0" * 32,
        "capture_sha256": "0" * 64,
        "publisher": "al_mayadeen",
        "stage": "validate",
        "reason_code": "unexpected_byline",
        "expectation": "byline_is_the_house",
        "detail": "The byline is Somebody.",
        "source_path": "a.txt",
        "captured_at": datetime(2025, 9, 1, tzinfo=UTC),
        "capture_day": date(2025, 9, 1),
        "subject": "page",
        "acknowledged_at": None,
        "acknowledged_by": None,
        "acknowledged_reason": None,
    }
    return Reason(**{**facts, **changed})  # type: ignore[arg-type]


def test_an_expectation_is_found_in_its_own_contract() -> None:
    own = find_expectation(reason(), CONTRACTS)
    assert own is not None
    assert (own.contract, own.column) == ("al_mayadeen_articles", "byline")
    assert find_expectation(reason(expectation="gone"), CONTRACTS) is None
    assert find_expectation(reason(expectation=None), CONTRACTS) is None
    line = find_expectation(reason(subject="ticker_item", expectation="text_is_no_label"), CONTRACTS)
    assert line is not None
    assert line.contract == "ticker_items"
    withheld = reason(stage="publish", expectation="no_ticker_line_of_neighbouring_days_in_body")
    assert find_expectation(withheld, CONTRACTS) is not None


@pytest.mark.parametrize("publisher", ["../../etc/passwd", "a/b", "", "x\x00y", None])
def test_no_publishers_name_leads_out_of_the_contracts(publisher: str | None, tmp_path: Path) -> None:
    (tmp_path / "contracts").mkdir()
    stolen = {"expectations": [{"meta": {"id": "byline_is_the_house", "notes": "stolen"}, "kwargs": {}}]}
    (tmp_path / "passwd_articles.json").write_text(json.dumps(stolen), encoding="utf-8")
    assert find_expectation(reason(publisher=publisher), tmp_path / "contracts") is None


def test_every_reason_of_the_contracts_has_advice() -> None:
    codes = {
        entry["meta"]["reason_code"]
        for path in CONTRACTS.glob("*_articles.json")
        for entry in json.loads(path.read_text("utf-8"))["expectations"]
        if "reason_code" in entry["meta"]
    }
    assert all(advice_on(reason(reason_code=code)) for code in codes)
    assert advice_on(reason(stage="land")) != advice_on(reason(stage="publish", reason_code="x"))


def test_bytes_are_held_to_their_hash(tmp_path: Path) -> None:
    with pytest.raises(MissingPartition, match="raw store"):
        read_bytes(tmp_path, "0" * 64)
    path = raw_object_path(tmp_path, "0" * 64)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"swapped")
    with pytest.raises(DamagedPartition, match="another"):
        read_bytes(tmp_path, "0" * 64)
    with pytest.raises(ValueError, match="SHA-256"):
        read_bytes(tmp_path, "../../../etc/passwd")


@pytest.mark.parametrize(
    ("detail", "template", "phrases"),
    [
        ("The byline is Maren Quillon.", "The byline is {byline}.", ["Maren Quillon"]),
        ("The headline has 351 characters: Long one…", "The headline has {a} characters: {b}", ["Long one"]),
        ("Markup is left in the body: …a <b>…", "Markup is left in the {m}", ["a <b>"]),
        ("Published 2009-05-04 04:30 UTC, before.", "Published {p}, before.", ["2009-05-04 04:30 UTC"]),
        ("It holds 'one line' and \"another\".", None, ["one line", "another"]),
        ("The template changed since: 'quoted'", "Something {else}", ["quoted"]),
        ("The body has 3 words.", "The body has {body_words} words.", []),
        ("A.*(b+)+$ [", "{x}", ["A.*(b+)+$ ["]),
    ],
)
def test_what_a_detail_quotes(detail: str, template: str | None, phrases: list[str]) -> None:
    assert phrases_of(detail, template) == phrases


@given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=8), max_size=4))
def test_pieces_are_the_text(text: str, phrases: list[str]) -> None:
    spans = spans_in(text, phrases)
    assert "".join(piece for piece, _ in segments(text, spans)) == text
    assert all(start < end for start, end in spans)
    assert all(before[1] < after[0] for before, after in pairwise(spans))


def test_a_phrase_is_found_over_line_ends_and_in_any_case() -> None:
    text = "He said: River\n commission OPENS gates."
    assert [text[start:end] for start, end in spans_in(text, ["river commission opens"])] == [
        "River\n commission OPENS"
    ]
