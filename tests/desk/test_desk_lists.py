"""Lists that people work through: what a form that can't be taken keeps, and what is folded and searched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from newsmarts.core.acknowledgements import standing
from newsmarts.core.settings import settings
from tests.desk.desk_client import get, guarded, post
from tests.desk.sample_desk import lend
from tests.tags import first_tag

pytestmark = pytest.mark.xdist_group("sample_marts")


@pytest.fixture
def samples(tmp_path: Path, sample_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("NEWS_HOME", str(tmp_path))
    settings.cache_clear()
    lend(sample_home, tmp_path)
    yield tmp_path
    settings.cache_clear()


def page_of(path: str) -> BeautifulSoup:
    return BeautifulSoup(get(guarded(), path).text, "lxml")


def test_a_form_that_cannot_be_taken_comes_back_with_what_was_chosen(samples: Path) -> None:
    list_ = get(guarded(), "/quarantine?reason=missing_published_at").text
    keys = re.findall(r'name="chosen" value="([^"]+)"', list_)
    form = {"chosen": keys, "why": "", "reason": "missing_published_at", "page": "1"}
    answer = post(guarded(), "/quarantine/acknowledge", form)
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "lxml")
    assert "Not possible" in page.get_text()
    checked = [str(box["value"]) for box in page.select("input[name=chosen][checked]")]
    assert sorted(checked) == sorted(keys)
    assert len(page.select("input[name=chosen]")) == len(keys)  # and the filters are kept
    again = post(guarded(), "/quarantine/undo", {"chosen": keys, "why": "<b>why</b>", "page": "x"})
    field = first_tag(BeautifulSoup(again.text, "lxml"), "input[name=why]")
    assert (again.status_code, field["value"]) == (422, "<b>why</b>")
    assert standing(samples) == {}


def test_contracts_are_searched_and_folded(samples: Path) -> None:
    assert samples
    page = page_of("/contracts")
    rows = page.select("table.history tbody tr")
    assert rows
    assert all("broken" in row["class"] for row in rows)
    assert not page.select("details.note[open]")
    every = page_of("/contracts?show=all")
    assert len(every.select("table.history tbody tr")) > 2 * len(rows)
    assert not [
        group for group in every.select("details.contract-group[open]") if not group.select("tr.broken")
    ]
    found = page_of("/contracts?show=all&q=House+byline")
    assert 0 < len(found.select("table.history tbody tr")) < len(rows)
    none = get(guarded(), "/contracts?q=<script>").text
    assert "No expectation" in none
    assert "<script>&" not in none
