"""The five real captures: each gives its golden record, every key and character of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from include.parse.page import parse_page

PAGES = Path(__file__).resolve().parents[3] / "shared" / "pages"

# Publishers own these pages, so they lie beside the project and not in it.
pytestmark = pytest.mark.skipif(
    not PAGES.is_dir(), reason="the real captures (../shared/pages) are not on this machine"
)

NAMES = (
    "almayadeen-2021-06-01-military-technical",
    "almayadeen-2021-10-11-partnership",
    "almayadeen-2023-05-16-supreme-court",
    "almayadeen-2024-08-05-shoigu",
    "nournews-2024-06-22-partnership",
)


@pytest.mark.parametrize("name", NAMES)
def test_text_capture_gives_its_golden_record(name: str) -> None:
    golden = json.loads((PAGES / "golden" / f"{name}.json").read_text(encoding="utf-8"))
    record = parse_page((PAGES / f"{name}.txt").read_bytes()).article.to_record()
    assert record == golden
    assert json.dumps(record) == json.dumps(golden), "the keys stand in another order"


def test_every_real_capture_is_tested() -> None:
    assert {path.stem for path in PAGES.glob("*.txt")} == set(NAMES)
