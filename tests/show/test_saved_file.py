"""One saved page in a file of its own."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from newsmarts.core.errors import CaptureError
from newsmarts.core.settings import Settings
from newsmarts.show.capture import look_at
from newsmarts.show.saved_file import parse_file
from samples import html
from tests.parse.pages import ARTICLE

PAGE = html.render(ARTICLE, "semantic")


@pytest.mark.parametrize("name", ["page.html", "page.html.gz", "packed.html"])
def test_a_page_is_parsed_and_shown_packed_or_not(tmp_path: Path, name: str) -> None:
    data = PAGE.encode()
    path = tmp_path / name
    path.write_bytes(data if name == "page.html" else gzip.compress(data))
    article = parse_file(path, Settings())
    assert article.to_record() == ARTICLE.record("text")
    seen = look_at(path, Settings())
    assert seen.page is not None
    assert seen.page.article == article
    assert seen.capture.media_type == "text/html"


def test_the_charset_of_the_server_counts(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(PAGE.replace("Velmora", "V\u0151lmora").encode("cp1250"))
    article = parse_file(path, Settings(), "windows-1250")
    assert "V\u0151lmora" in article.body_text
    seen = look_at(path, Settings(), "windows-1250")
    assert seen.page is not None
    assert seen.page.article == article


def test_a_file_that_is_too_large_or_gone(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    with pytest.raises(CaptureError) as caught:
        parse_file(path, Settings(home=tmp_path))
    assert caught.value.reason_code == "unreadable_file"
    for size_bytes in (11, 1_000):
        path.write_bytes(b"x" * size_bytes)
        with pytest.raises(CaptureError) as caught:
            parse_file(path, Settings(home=tmp_path, max_file_bytes=10))
        assert caught.value.reason_code == "file_too_large"
