"""Captured bytes out of an object store: fetched ahead, in order, and no more of them than a few."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from newsmarts.core.errors import StoreUnavailable, UnreadablePage
from newsmarts.core.object_store import open_store
from newsmarts.core.partitions import raw_object_path
from newsmarts.core.records import Capture
from newsmarts.parse import run as stage

PAGES = 50


@pytest.fixture
def stored() -> Iterator[list[Capture]]:
    """Captures whose bytes are in a store in memory; the 30th's are gone, the 31st's are others."""
    root = open_store("memory://raw-bytes/archive")
    captures = []
    for number in range(PAGES):
        data = f"page {number}".encode()
        sha256 = hashlib.sha256(data).hexdigest()
        captures.append(
            Capture(
                capture_id=f"{number}",
                sha256=sha256,
                publisher=None,
                feed="inbox",
                source_path=f"{number}.txt",
                captured_at=datetime(2025, 9, 1, tzinfo=UTC),
                media_type="text/plain",
                size_bytes=len(data),
                landed_at=datetime(2025, 9, 1, tzinfo=UTC),
                url=None,
                http_status=None,
            )
        )
        path = raw_object_path(root, sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        if number != 30:
            path.write_bytes(b"others" if number == 31 else data)
    yield captures
    root.fs.rm(root.path, recursive=True)


def test_each_capture_comes_in_its_turn_with_its_own_bytes_or_the_reason(stored: list[Capture]) -> None:
    for number, (capture, take_bytes) in enumerate(
        stage.with_bytes(stored, open_store("memory://raw-bytes/archive"))
    ):
        assert capture is stored[number]
        if number == 30:
            with pytest.raises(StoreUnavailable, match=r"is missing: the page of '30\.txt'\. Put it back"):
                take_bytes()
        elif number == 31:
            with pytest.raises(UnreadablePage, match="doesn't hold"):
                take_bytes()
        else:
            assert take_bytes() == f"page {number}".encode()
    assert number == PAGES - 1


def test_several_are_on_their_way_at_once_and_few_in_memory(
    stored: list[Capture], monkeypatch: pytest.MonkeyPatch
) -> None:
    together = threading.Barrier(4, timeout=20)
    asked: list[str] = []

    def slow(capture: Capture, _archive: object) -> bytes:
        asked.append(capture.capture_id)
        if len(asked) <= 4:
            together.wait()  # goes on only when three others are on their way
        return b""

    monkeypatch.setattr(stage, "raw_bytes", slow)
    pages = stage.with_bytes(stored, open_store("memory://raw-bytes/archive"))
    assert next(pages)[1]() == b""
    assert len(asked) <= 16
    pages.close()  # type: ignore[attr-defined]
    assert len(asked) < PAGES
