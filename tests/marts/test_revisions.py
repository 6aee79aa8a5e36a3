"""From pages to marts: one article, whatever its captures' format, day and headline."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import duckdb
import pytest

from newsmarts import pipeline
from newsmarts.core.partitions import published_path
from newsmarts.core.settings import load_settings
from samples import html, text
from samples.generator import Generator
from samples.model import Page


def some_page() -> Page:
    """A generated Al Mayadeen page with a number of its own."""
    generator = Generator(seed=5)
    return next(page for n in count() if (page := generator.page(n).page).publisher == "al_mayadeen")


PAGE = some_page()
HEADLINE = PAGE.headline or ""
RENAMED = "Council of Karsk wants another word for it"

AS_TEXT = text.render(PAGE)
AS_HTML = html.render(PAGE, "div_only")
RENAMED_HTML = html.render(PAGE, "hashed").replace(HEADLINE, RENAMED)
RENAMED_TEXT = AS_TEXT.replace(HEADLINE, RENAMED)


@pytest.mark.slow
def test_a_changed_headline_is_a_revision_whatever_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, brief_contracts: Path
) -> None:
    monkeypatch.setenv("NEWS_SETTLE_SECONDS", "0")
    days = [
        ("2025-10-01", {"a.txt": AS_TEXT, "b.html": AS_HTML}),
        ("2025-10-02", {"c.html": RENAMED_HTML}),
        ("2025-10-03", {"d.txt": RENAMED_TEXT}),
    ]
    settings = load_settings(home=tmp_path / "home", inbox=tmp_path / "inbox", contracts_dir=brief_contracts)
    for number in (2, 0, 1):
        day, pages = days[number]
        folder = tmp_path / "inbox" / day
        folder.mkdir(parents=True)
        for name, page in pages.items():
            (folder / name).write_text(page, encoding="utf-8")
        pipeline.run(settings)
    with duckdb.connect(str(published_path(settings.home)), read_only=True) as marts:
        articles = marts.sql("SELECT article_id, headline FROM marts.articles").fetchall()
        captures = marts.sql(
            "SELECT source_path, outcome, is_revision, article_id FROM marts.captures ORDER BY source_path"
        ).fetchall()
    [(article_id, headline)] = articles
    assert headline == RENAMED
    assert captures == [
        ("2025-10-01/a.txt", "loaded", False, article_id),
        ("2025-10-01/b.html", "repeat", False, article_id),
        ("2025-10-02/c.html", "loaded", True, article_id),
        ("2025-10-03/d.txt", "repeat", False, article_id),
    ]
