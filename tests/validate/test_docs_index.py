"""The front page of the Data Docs lists every day once, and nothing that is no day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bs4 import BeautifulSoup

from newsmarts.core.partitions import docs_path
from newsmarts.core.settings import load_settings
from newsmarts.validate import docs


def _links(page: Path) -> list[str]:
    return [str(a["href"]) for a in BeautifulSoup(page.read_bytes(), "lxml").find_all("a")]


def test_days_come_newest_first_and_litter_is_left_out(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    for name in ("2025-08-31", "2025-09-02", "2025-09-01", ".tmp-x", "<script>alert(1)"):
        (docs_path(tmp_path) / name).mkdir(parents=True)
    page = docs.write_index(settings)
    assert _links(page) == [f"{day}/index.html" for day in ("2025-09-02", "2025-09-01", "2025-08-31")]
    assert b"script>" not in page.read_bytes()


def test_writers_side_by_side_leave_no_day_out(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    days = [f"2025-09-{number:02}" for number in range(1, 21)]

    def one(day: str) -> None:
        (docs_path(tmp_path) / day).mkdir(parents=True)
        docs.write_index(settings)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, days))
    assert _links(docs_path(tmp_path) / "index.html") == [f"{day}/index.html" for day in reversed(days)]
