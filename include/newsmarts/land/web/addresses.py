"""Web addresses, taken apart once: the parts that are checked are the parts that are connected to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from newsmarts.core.errors import BadAddress
from newsmarts.land.names import host_matches

DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_CHARS = 8_000
# Browsers fold these away or read them as something else, and parsers differ on how. A space is escaped.
_AMBIGUOUS = re.compile(r"[\x00-\x1f\x7f\\]")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?")
# What RFC 3986 allows in a path or query; anything else is percent-encoded, "%" itself is left alone.
_SAFE = "/?:@!$&'()*+,;=-._~%[]"


@dataclass(frozen=True, slots=True)
class Address:
    """An http or https address without user, password and fragment."""

    scheme: str
    host: str  # lower case, ASCII
    port: int
    target: str  # path and query

    def __str__(self) -> str:
        return f"{self.origin}{self.target}"

    @property
    def origin(self) -> str:
        """``https://host`` with the port only where it isn't the scheme's own."""
        return f"{self.scheme}://{self.netloc}"

    @property
    def netloc(self) -> str:
        """The host, with the port where it isn't the scheme's own."""
        return self.host if self.port == DEFAULT_PORTS[self.scheme] else f"{self.host}:{self.port}"


def parse(url: str) -> Address:
    """Take an address apart; spaces around it don't count, and one in its path or query is escaped.

    Raises:
        BadAddress: it is too long, ambiguous, or of another scheme.
    """
    url = url.strip(" ")
    if len(url) > _MAX_CHARS:
        raise BadAddress(f"an address of {len(url)} characters")
    if _AMBIGUOUS.search(url):
        raise BadAddress("an address with control characters or backslashes")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").removesuffix(".").encode("idna").decode("ascii")
    except ValueError:  # UnicodeError is one
        raise BadAddress("an address whose host or port can't be read") from None
    if parts.scheme not in DEFAULT_PORTS:
        raise BadAddress(f"an address of scheme {parts.scheme[:20]!r}, not http or https")
    if not _HOST.fullmatch(host) or port == 0:
        raise BadAddress("an address without a usable host and port")
    try:
        target = quote(parts.path or "/", safe=_SAFE) + (
            f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
        )
    except UnicodeEncodeError:  # lone surrogates
        raise BadAddress("an address with broken characters") from None
    if not target.startswith("/"):
        raise BadAddress("an address whose path doesn't begin with a slash")
    return Address(parts.scheme, host, port or DEFAULT_PORTS[parts.scheme], target)


def resolve(base: Address, location: str) -> Address:
    """Where a link or a Location header on the page ``base`` leads.

    Raises:
        BadAddress: it leads to nothing that can be fetched.
    """
    try:
        joined = urljoin(str(base), location.strip(" \t\r\n"))
    except ValueError:
        raise BadAddress("a link that can't be read") from None
    return parse(joined)


class AllowedOrigins:
    """The hosts and ports that a feed may fetch from, now and after any redirect.

    ``urls`` are the feed's own addresses: their hosts at their ports. ``hosts`` are allowed at the default
    ports of the web, or at a port that an address of ``urls`` names for that host.
    """

    def __init__(self, urls: Iterable[str], hosts: Iterable[str] = ()) -> None:
        self._own = {(address.host, address.port) for address in map(parse, urls)}
        # an address that was given as http may have moved to https since
        self._own |= {(host, 443) for host, port in self._own if port == DEFAULT_PORTS["http"]}
        self._hosts = tuple(hosts)

    def is_own(self, address: Address) -> bool:
        """Whether it is one of the feed's own places, which its credentials are for."""
        return (address.host, address.port) in self._own

    def has(self, address: Address) -> bool:
        """Whether the feed may fetch from there."""
        if self.is_own(address):
            return True
        default_port = address.port == DEFAULT_PORTS[address.scheme]
        return default_port and host_matches(address.host, self._hosts)
