"""A ticker line is recognised as one, whatever the page is that shows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from newsmarts.core.settings import load_settings
from newsmarts.land.run import run as land
from newsmarts.parse.run import run as parse
from newsmarts.validate.run import run as validate
from samples import html
from samples.model import Paragraph
from tests.land.warc_files import response
from tests.parse.pages import ARTICLE, TICKER

DAY = date(2025, 8, 25)
PLACE = "https://english.almayadeen.net/news/politics"


@pytest.mark.slow
@pytest.mark.parametrize(("status", "has_leak"), [("404 Not Found", True), ("503 Busy", True), (None, False)])
def test_a_leak_is_noticed_when_only_an_error_page_shows_the_line(
    tmp_path: Path, status: str | None, has_leak: bool
) -> None:
    leaking = replace(ARTICLE, ticker=(), body=(*ARTICLE.body, Paragraph(TICKER[0])))
    page = html.render(leaking, "semantic").encode()
    gone = html.render(replace(ARTICLE, headline="Page not found", body=()), "semantic").encode()
    records = [response(page, url=f"{PLACE}/velmora-opens-third-pier")]
    if status:
        records.append(response(gone, url=f"{PLACE}/gone", status=status))
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "crawl.warc.gz").write_bytes(b"".join(records))
    settings = load_settings(home=tmp_path / "home", inbox=tmp_path / "inbox", settle_seconds=0)
    assert land(DAY, settings, "inbox").landed == len(records)
    parse(DAY, settings)
    result = validate(DAY, settings)
    assert result.by_reason == ({"http_error_status": 1, "ticker_in_body": 1} if has_leak else {})
    assert result.captures == result.valid + result.not_article + result.quarantined
