"""Captures looked at, and what can be found on the page about them."""

from __future__ import annotations

from pathlib import Path

from bs4 import BeautifulSoup, Tag

from newsmarts.core.settings import Settings
from newsmarts.show.capture import Look, look_at
from newsmarts.show.contracts import Answers
from newsmarts.show.render import render


def shown(look: Look, answers: Answers | None = None, trouble: str | None = None) -> BeautifulSoup:
    return BeautifulSoup(render(look, answers, trouble), "lxml")


def look(path: Path, data: str | bytes) -> Look:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return look_at(path, Settings())


def blocks_of(page: BeautifulSoup) -> dict[int, Tag]:
    found = page.select("ol.run > li.block")
    numbers = [int(str(block["id"]).removeprefix("b")) for block in found]
    assert len(set(numbers)) == len(numbers)
    assert numbers == sorted(numbers)
    return dict(zip(numbers, found, strict=True))


def text_of(tag: Tag | None) -> str:
    assert tag is not None
    return tag.get_text()
