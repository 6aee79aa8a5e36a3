"""No connection is made but to an address that was checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from newsmarts.core.errors import CaptureError
from newsmarts.land.web.network import is_public
from tests.land.servers.loopback import HOST, Answer, LoopbackServer, pages
from tests.land.web.clients import client

pytestmark = pytest.mark.enable_socket


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",  # shared by carriers
        "169.254.169.254",  # clouds tell their machines' secrets here
        "172.16.0.1",
        "192.0.0.8",
        "192.88.99.1",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:8.8.8.8",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001:db8::1",
        "3fff::1",
        "5f00::1",
        "2001:0:53aa:64c:0:0:0:0",  # Teredo
        "2002:7f00:1::",  # 6to4
        "fc00::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "not an address",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "207.241.237.3", "2606:4700::1111", "64:ff9b::808:808"])
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer(pages({"/": Answer(b"secret")})) as running:
        yield running


class Names:
    """A name server: each look-up takes the next answer, the last one stays."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def refused(tmp_path: Path, server: LoopbackServer, names: Names, **more: object) -> CaptureError:
    url = f"http://news.example:{server.port}/"
    with (
        client(tmp_path, url, private_hosts=(), resolve_host=names) as asking,
        pytest.raises(CaptureError) as caught,
    ):
        asking.get(url, max_bytes=100)
    return caught.value


def test_a_name_that_leads_to_a_private_address_is_not_connected_to(
    tmp_path: Path, server: LoopbackServer
) -> None:
    error = refused(tmp_path, server, Names([HOST]))
    assert error.reason_code == "host_not_allowed"
    assert "allow_private_hosts" in error.detail
    assert not server.asked


def test_one_private_address_among_public_ones_is_enough(tmp_path: Path, server: LoopbackServer) -> None:
    assert refused(tmp_path, server, Names(["8.8.8.8", HOST])).reason_code == "host_not_allowed"
    assert not server.asked


def test_a_name_is_looked_up_once_a_connection_so_rebinding_has_no_second_chance(
    tmp_path: Path, server: LoopbackServer
) -> None:
    # checked and connected to are one look-up: the second answer would never have passed the check
    names = Names([HOST], ["10.1.2.3"])
    url = f"http://news.example:{server.port}/"
    with client(tmp_path, url, private_hosts=("news.example",), resolve_host=names) as asking:
        assert asking.get(url, max_bytes=100).body == b"secret"
    assert names.asked == ["news.example"]
    assert server.asked[0].headers["host"] == f"news.example:{server.port}"


def test_every_new_connection_is_checked_anew(tmp_path: Path) -> None:
    hang_up = {"Connection": "close"}
    with LoopbackServer(pages({"/": Answer(b"page", headers=hang_up)})) as server:
        url = f"http://news.example:{server.port}/"
        good = f"http://mine.example:{server.port}/"
        with client(
            tmp_path, url, good, private_hosts=("mine.example",), resolve_host=Names([HOST])
        ) as asking:
            assert asking.get(good, max_bytes=100).body == b"page"
            with pytest.raises(CaptureError, match=r"leads to 127\.0\.0\.1"):
                asking.get(url, max_bytes=100)
    assert len(server.asked) == 1


def test_a_redirect_to_a_name_with_a_private_address_is_not_followed(tmp_path: Path) -> None:
    with LoopbackServer(pages({"/inner": Answer(b"secret")})) as server:
        inner = f"http://inner.example:{server.port}/inner"
        outer = f"http://mine.example:{server.port}/"
        server.respond = pages({"/": Answer(status=302, headers={"Location": inner}), "/inner": Answer(b"x")})
        names = Names([HOST])
        with (
            client(tmp_path, outer, inner, private_hosts=("mine.example",), resolve_host=names) as asking,
            pytest.raises(CaptureError, match=r"inner\.example leads to 127\.0\.0\.1"),
        ):
            asking.get(outer, max_bytes=100)
    assert server.paths() == ["/"]


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "localhost"])
def test_other_spellings_of_loopback_get_no_further(
    host: str, tmp_path: Path, server: LoopbackServer
) -> None:
    url = f"http://{host}:{server.port}/"
    with client(tmp_path, url, private_hosts=()) as asking, pytest.raises(CaptureError) as caught:
        asking.get(url, max_bytes=100)
    assert caught.value.reason_code in ("host_not_allowed", "fetch_failed")
    assert not server.asked


def test_a_dead_address_is_passed_over_for_the_next(tmp_path: Path, server: LoopbackServer) -> None:
    url = f"http://news.example:{server.port}/"
    names = Names(["127.255.255.254", HOST])  # no server listens at the first
    with client(tmp_path, url, private_hosts=("news.example",), resolve_host=names) as asking:
        assert asking.get(url, max_bytes=100).body == b"secret"
