"""Golden pages: each capture gives exactly the record that was written down beside it.

The samples' records come from their stories; those under ``tests/golden/<publisher>/`` were written by hand,
one record (``<name>.json``) for all captures of a name.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from newsmarts.core.settings import PROJECT_ROOT, Settings
from newsmarts.show.saved_file import parse_file
from samples import story

SAMPLES = sorted((story.HERE / "golden").rglob("*.json"))
WRITTEN = sorted((PROJECT_ROOT / "tests" / "golden").rglob("*.json"))


def captures_of(golden: Path) -> list[Path]:
    """The captures that a record is of."""
    if golden in SAMPLES:
        return [story.HERE / "inbox" / golden.relative_to(story.HERE / "golden").with_suffix("")]
    return sorted(path for path in golden.parent.glob(f"{golden.stem}.*") if path != golden)


PAIRS = [(capture, golden) for golden in [*SAMPLES, *WRITTEN] for capture in captures_of(golden)]


@pytest.mark.parametrize(
    ("capture", "golden"), [pytest.param(*pair, id=f"{pair[0].parent.name}/{pair[0].name}") for pair in PAIRS]
)
def test_capture_gives_its_golden_record(capture: Path, golden: Path) -> None:
    wanted = json.loads(golden.read_bytes())
    record = parse_file(capture, Settings()).to_record()
    assert record == wanted
    assert [*record] == [*wanted], "the keys stand in another order"


def test_every_record_has_a_capture() -> None:
    assert {golden for _, golden in PAIRS} == {*SAMPLES, *WRITTEN}
    assert len(SAMPLES) >= 20
