"""Only a host that proves its name is spoken to."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from newsmarts.core.errors import CaptureError, FeedUnavailable
from newsmarts.land.capture import Credential
from tests.land.servers.certificates import server_side
from tests.land.servers.loopback import HOST, Answer, LoopbackServer
from tests.land.web.clients import client

pytestmark = pytest.mark.enable_socket


def test_a_certificate_of_nobody_we_trust_is_refused(tmp_path: Path) -> None:
    context, _ = server_side(tmp_path)
    with LoopbackServer(lambda asked: Answer(b"page"), tls=context) as server:
        with (
            client(tmp_path, server.url, credential=Credential("a", "b")) as asking,
            pytest.raises(FeedUnavailable, match="can't prove who it is: self-signed certificate"),
        ):
            asking.get(server.url, max_bytes=100)
        assert not server.asked


@pytest.mark.parametrize(
    ("host", "expired", "reported"),
    [("other.example", False, "certificate is not valid for"), (HOST, True, "certificate has expired")],
)
def test_a_certificate_of_another_name_or_time_is_refused(
    host: str, expired: bool, reported: str, tmp_path: Path
) -> None:
    context, certificate = server_side(tmp_path, host, expired=expired)
    trusting = ssl.create_default_context(cafile=certificate)
    with LoopbackServer(lambda asked: Answer(b"page"), tls=context) as server:
        with (
            client(tmp_path, server.url, ssl_context=trusting) as asking,
            pytest.raises(FeedUnavailable, match=reported),
        ):
            asking.get(server.url, max_bytes=100)
        assert not server.asked


def test_a_trusted_certificate_is_fine_and_the_name_decides_not_the_address(tmp_path: Path) -> None:
    context, certificate = server_side(tmp_path, "news.example")
    trusting = ssl.create_default_context(cafile=certificate)
    with LoopbackServer(lambda asked: Answer(b"page"), tls=context) as server:
        url = f"https://news.example:{server.port}/"
        with client(
            tmp_path,
            url,
            ssl_context=trusting,
            private_hosts=("news.example",),
            resolve_host=lambda host, port: [HOST],
        ) as asking:
            assert asking.get(url, max_bytes=100).body == b"page"


def test_a_redirect_out_of_tls_is_not_followed(tmp_path: Path) -> None:
    context, certificate = server_side(tmp_path)
    trusting = ssl.create_default_context(cafile=certificate)
    with LoopbackServer(lambda asked: Answer(b"in the clear")) as plain:
        moved = Answer(status=302, headers={"Location": plain.url})
        with (
            LoopbackServer(lambda asked: moved, tls=context) as server,
            client(tmp_path, server.url, plain.url, ssl_context=trusting) as asking,
            pytest.raises(CaptureError, match="from https to http") as caught,
        ):
            asking.get(server.url, max_bytes=100)
    assert caught.value.reason_code == "bad_redirect"
    assert not plain.asked
