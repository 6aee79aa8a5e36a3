"""Connections that go only where they may, and that end when their time is over.

Every connection of the client is made here: the host's name is looked up once, each address that came back
is checked, and one of the checked addresses is connected to. A name that answers differently a moment later
(DNS rebinding) or a redirect can't lead anywhere else.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore2

from newsmarts.core.errors import ForbiddenAddress

Resolve = Callable[[str, int], Sequence[str]]
_IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
# IPv6 networks that translate to IPv4 ones: what counts is the IPv4 address inside (RFC 6052).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_UNICAST = ipaddress.IPv6Network("2000::/3")
# Special by IANA's registries, and not all of them known to the ipaddress module of every Python.
_SPECIAL = tuple(
    map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16", "3fff::/20"))
)


class Deadline:
    """The moment by which one answer has to be there, whatever the pieces of it take."""

    def __init__(self) -> None:
        self._ends_at: float | None = None

    def set(self, seconds: float) -> None:
        """Start over: everything from now on takes this long at most."""
        self._ends_at = time.monotonic() + seconds

    def limit(self, timeout: float | None, error: type[Exception]) -> float | None:
        """The timeout, cut to what is left. Raises ``error`` when nothing is left."""
        if self._ends_at is None:
            return timeout
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise error("the time for the whole answer is over")
        return left if timeout is None else min(timeout, left)


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, in the system's order. The system's own time limits hold."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def is_public(text: str) -> bool:
    """Whether this is an address of the public internet, and of nothing nearer or stranger."""
    try:
        address: _IPAddress = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
        if address not in _UNICAST:
            return False
    if any(address in network for network in _SPECIAL):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


class GuardedBackend(httpcore2.NetworkBackend):
    """What httpcore2 opens its connections with."""

    def __init__(self, deadline: Deadline, may_be_private: Callable[[str], bool], resolve: Resolve) -> None:
        self._deadline = deadline
        self._may_be_private = may_be_private
        self._resolve = resolve
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to one of the host's addresses, all of which must be allowed.

        Raises:
            ForbiddenAddress: one of them isn't public, and the host isn't one of those that may be private.
            httpcore2.ConnectError: the name is unknown, or no address answers.
            httpcore2.ConnectTimeout: none answered in time.
        """
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"the name can't be looked up: {error}") from None
        if not self._may_be_private(host):
            # one bad address among good ones is already an attack
            for address in addresses:
                if not is_public(address):
                    raise ForbiddenAddress(f"{host} leads to {address}, which is no public address")
        failure: Exception = httpcore2.ConnectError("the name has no address")
        for address in addresses:
            try:
                stream = self._plain.connect_tcp(
                    address,
                    port,
                    self._deadline.limit(timeout, httpcore2.ConnectTimeout),
                    local_address,
                    socket_options or (),
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure


class _TimedStream(httpcore2.NetworkStream):
    """A connection all of whose steps end by the deadline, so that no drip of bytes keeps it for ever."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.limit(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.limit(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        limit = self._deadline.limit(timeout, httpcore2.ConnectTimeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, limit), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
