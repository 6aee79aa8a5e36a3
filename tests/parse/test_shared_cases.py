"""Pages as people and crawlers really save them, where they lie beside the project."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from newsmarts.core.errors import CaptureError
from newsmarts.parse.page import parse_page

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases is not on this machine")


def outcome(path: Path) -> str:
    """The reason code of a page, or "article"."""
    try:
        parse_page(path.read_bytes(), media_type="text/html" if path.suffix == ".html" else "text/plain")
    except CaptureError as error:
        return error.reason_code
    return "article"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("08-canonical-home/page.html", {"article"}),
        ("20-reader/page.html", {"truncated_page", "missing_article_header"}),
        ("32-soft404/page.html", {"error_page"}),
        ("34-singlefile-universal/page.u.zip.html", {"binary_file", "unknown_publisher"}),
        ("31-walls/akamai.html", {"challenge_page"}),
        ("31-walls/arvancloud.html", {"challenge_page"}),
        ("31-walls/awswaf.html", {"challenge_page"}),
        ("31-walls/cf-blocked.html", {"challenge_page"}),
        ("31-walls/cf-new.html", {"challenge_page"}),
        ("31-walls/imperva.html", {"challenge_page"}),
        ("31-walls/wordfence.html", {"challenge_page"}),
        ("31-walls/persian-403.html", {"error_page"}),
        ("31-walls/wayback-notarchived.html", {"error_page"}),
        ("31-walls/wayback-redirect.html", {"redirect_page"}),
        ("31-walls/js-redirect.html", {"redirect_page"}),
        ("31-walls/meta-refresh.html", {"redirect_page"}),
    ],
)
def test_saved_pages(path: str, expected: set[str]) -> None:
    assert outcome(CASES / "saved-pages" / path) in expected


def test_a_mixed_day() -> None:
    found = Counter(outcome(path) for path in (CASES / "site-markup" / "mix").iterdir())
    assert found == {
        "article": 8, "section_page": 5, "home_page": 1, "tag_page": 1, "author_page": 1, "video_page": 1,
    }  # fmt: skip


def test_editions_of_nour_news() -> None:
    for path in (CASES / "site-markup" / "nourmix").iterdir():
        assert outcome(path) == ("article" if path.name.startswith("en") else "other_language"), path
    assert outcome(CASES / "site-markup" / "nour" / "nn30_list_allnews.html") == "section_page"
