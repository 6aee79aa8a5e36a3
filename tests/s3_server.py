"""A server on loopback that speaks S3 and honours conditional puts, with an empty bucket for a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    """The address of a server."""
    import fsspec
    from moto.server import ThreadedMotoServer

    stores = fsspec.get_filesystem_class("s3")
    stores.clear_instance_cache()  # a connection knows the address that it was made for
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()
    stores.clear_instance_cache()


@pytest.fixture
def bucket(s3_server: str, socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of a folder in an empty bucket ``news``, and what it takes to open it."""
    import fsspec

    from newsmarts.core.object_store import honours_conditions, open_store

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    open_store.cache_clear()
    honours_conditions.cache_clear()
    store = fsspec.filesystem("s3", use_listings_cache=False)
    if store.exists("news"):
        store.rm("news", recursive=True)
    store.mkdir("news")
    yield "s3://news/archive"
    open_store.cache_clear()
    honours_conditions.cache_clear()


@pytest.fixture
def memory() -> Iterator[str]:
    """A store that knows no conditions."""
    import fsspec

    from newsmarts.core.object_store import honours_conditions, open_store

    fsspec.filesystem("memory").store.clear()
    open_store.cache_clear()
    honours_conditions.cache_clear()
    yield "memory://news/archive"
    fsspec.filesystem("memory").store.clear()
