"""An object store that stops answering while a day is parsed: the day fails, and is whole when it is back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import fsspec
import pytest
from moto.server import ThreadedMotoServer

from newsmarts.core import partitions
from newsmarts.core.errors import StoreUnavailable
from newsmarts.core.object_store import open_store
from newsmarts.core.records import Capture
from newsmarts.core.settings import PROJECT_ROOT, Settings, load_settings
from newsmarts.land.run import run as land
from newsmarts.parse import run as stage

DAY = date(2025, 9, 1)


@pytest.fixture
def settings(tmp_path: Path, socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A landed day in a bucket of a server on loopback; ``AWS_ENDPOINT_URL`` names it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    open_store.cache_clear()
    fsspec.filesystem("s3").clear_instance_cache()
    fsspec.filesystem("s3", use_listings_cache=False).mkdir("away")
    shutil.copytree(PROJECT_ROOT / "samples" / "inbox" / str(DAY), tmp_path / "inbox" / str(DAY))
    settings = load_settings(home="s3://away/archive", work=tmp_path / "work", inbox=tmp_path / "inbox")
    land(DAY, settings)
    yield settings
    server.stop()
    open_store.cache_clear()
    fsspec.filesystem("s3").clear_instance_cache()


@pytest.mark.slow
def test_a_store_that_stops_answering_fails_the_day(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, endpoint = stage.raw_bytes, os.environ["AWS_ENDPOINT_URL"]
    taken: list[str] = []

    def lose_the_store(capture: Capture, archive: Any) -> bytes:
        taken.append(capture.capture_id)
        if len(taken) == 2:  # nothing listens there: as if the server was gone from now on
            open_store.cache_clear()
            archive.fs.clear_instance_cache()
            monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        away = len(taken) >= 2
        return take(capture, open_store("s3://away/archive") if away else archive)

    with monkeypatch.context() as patched:
        patched.setattr(stage, "raw_bytes", lose_the_store)
        with pytest.raises(StoreUnavailable, match=r"can't be read now: .*run the day again"):
            stage.run(DAY, settings)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    open_store.cache_clear()
    fsspec.filesystem("s3").clear_instance_cache()
    assert not partitions.partition_path(settings.archive, "parsed", DAY).exists()
    result = stage.run(DAY, settings)
    assert result.parsed > 0
    assert "parser_error" not in result.reasons
