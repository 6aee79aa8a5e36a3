"""The one HTTP client: allowed hosts only, at their pace, within limits of time and size.

Redirects are followed here, so that each step is checked by the same rules as the first. Cookies, proxies
and whatever else an environment may set are ignored.
"""

from __future__ import annotations

import logging
import random
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Generic, Self, TypeVar

from newsmarts.core import partitions
from newsmarts.core.errors import BadAddress, CaptureError, FeedUnavailable, HostClosed, NoReply, UsageError
from newsmarts.core.settings import Settings
from newsmarts.land.capture import Credential
from newsmarts.land.config import WebConfig
from newsmarts.land.names import header_date, host_matches
from newsmarts.land.web.addresses import Address, AllowedOrigins, parse, resolve
from newsmarts.land.web.exchange import Exchange, Reply, authorization
from newsmarts.land.web.network import Resolve, look_up
from newsmarts.land.web.pace import Pace

log = logging.getLogger(__name__)

Config = TypeVar("Config", bound=WebConfig)

REDIRECTS = frozenset({301, 302, 303, 307, 308})
REFUSALS = frozenset({401, 403, 451})
# Passing failures of a server, or of the network in front of it (52x: Cloudflare can't reach the server).
_WORTH_ANOTHER_TRY = frozenset({408, 425, 429, 500, 502, 503, 504, 509, 520, 521, 522, 523, 524, 530})
# The Wayback Machine sends 429 without Retry-After; its client library (wayback 0.5.1) waits a minute then.
_TOO_MANY_REQUESTS, _DEFAULT_WAIT_SECONDS = 429, 60.0
_LONGEST_BACKOFF_SECONDS = 60.0
# So many addresses in a row without an answer, each tried several times: it isn't the addresses.
_SILENT_ADDRESSES = 3
PRODUCT = "news-marts"
VERSION = version("newsmarts")


def user_agent(config: WebConfig) -> str:
    """The project and whom to write to, as a User-Agent header."""
    if config.user_agent:
        return config.user_agent
    return f"{PRODUCT}/{VERSION} (+{config.contact})" if config.contact else f"{PRODUCT}/{VERSION}"


class WebFeed(Generic[Config]):
    """What every feed has that fetches from the web."""

    def __init__(self, config: Config, settings: Settings, credential: Credential | None) -> None:
        self.name = config.name
        self._config = config
        self._settings = settings
        self._credential = credential
        self._max_bytes = config.limits.max_page_bytes or settings.max_file_bytes  # of one page

    def _client(self, *own_urls: str, hosts: Iterable[str] = ()) -> Client:
        """A client for the feed's own addresses, and these hosts.

        Raises:
            UsageError: one of the addresses can't be fetched.
        """
        config, settings = self._config, self._settings
        try:
            origins = AllowedOrigins(own_urls, hosts)
        except BadAddress as error:
            raise UsageError(
                f"{settings.feeds_file}: [feeds.{config.name}] has {error}. Correct it there."
            ) from None
        folder = partitions.web_path(settings.home) / "pace"
        pace = Pace(folder, lock_seconds=settings.lock_timeout_seconds)
        return Client(config, origins, pace, self._credential)


class Client:
    """Fetches from one feed's hosts, one request after the other. Not for several threads at once."""

    def __init__(
        self,
        config: WebConfig,
        origins: AllowedOrigins,
        pace: Pace,
        credential: Credential | None = None,
        *,
        ssl_context: ssl.SSLContext | None = None,
        resolve_host: Resolve = look_up,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.config = config
        self.user_agent = user_agent(config)
        self._limits = config.limits
        self._origins = origins
        self._pace = pace
        self._credential = credential
        self._sleep = sleep
        self._jitter = jitter
        self._silent: Counter[str] = Counter()  # addresses without an answer, since the host's last one
        self._exchange = Exchange(config.limits, self._may_be_private, ssl_context, resolve_host)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._exchange.close()

    def get(
        self,
        url: str,
        *,
        max_bytes: int,
        headers: Mapping[str, str] | None = None,
        byte_range: tuple[int, int] | None = None,
        follow: bool = True,
        is_answer: Callable[[Reply], bool] = lambda _reply: False,
        pause_seconds: float | None = None,
        read_seconds: float | None = None,
    ) -> Reply:
        """Fetch an address, several times if need be.

        Args:
            max_bytes: of the body, as it comes and with its content encoding undone.
            byte_range: first and last byte, to get these bytes only, as they are stored.
            follow: go where redirects lead; else a redirect is a reply like any other.
            is_answer: whether a reply whose status is worth another try is meant all the same.
            pause_seconds: before the next request to this host, instead of the usual pause.
            read_seconds: to wait for the next piece, instead of the usual time.

        Raises:
            CaptureError: this address isn't allowed, its answer is too large or broken, or there was none
                (``fetch_failed``).
            FeedUnavailable: the host doesn't answer at all now, or wants a long pause.
        """
        address = self.checked(url)
        max_redirects = self._limits.max_redirects if follow else None
        pause_seconds = self.config.crawl_delay_seconds if pause_seconds is None else pause_seconds

        def send(to: Address, seconds: float) -> Reply:
            return self._exchange.get(
                to,
                self._headers(to, headers or {}, byte_range),
                max_bytes=max_bytes,
                seconds=seconds,
                read_seconds=read_seconds,
                decode=byte_range is None,
            )

        waited_seconds = 0.0
        failure = ""
        for tries in range(1, self._limits.max_tries + 1):
            wait_seconds = None
            try:
                reply = self._fetch(send, address, max_redirects, pause_seconds)
            except NoReply as error:
                failure = str(error)
            else:
                if reply.status not in _WORTH_ANOTHER_TRY or is_answer(reply):
                    self._silent[address.host] = 0
                    return reply
                failure = f"HTTP status {reply.status}"
                wait_seconds = retry_after(reply.headers)
                if wait_seconds is None and reply.status == _TOO_MANY_REQUESTS:
                    wait_seconds = _DEFAULT_WAIT_SECONDS
            if wait_seconds is not None:
                # by way of the pace, so that the other processes leave the host alone as well
                self._pace.hold_off(reply.address.host, wait_seconds)
                waited_seconds += wait_seconds
                if waited_seconds > self._limits.max_wait_seconds:
                    raise FeedUnavailable(
                        f"{reply.address.host} asks to be left alone for {wait_seconds:.0f} s ({failure}). "
                        "Run the day again later; what came before is landed."
                    )
            elif tries < self._limits.max_tries:
                self._sleep(backoff(tries, self._jitter))
            log.info("%s gave no answer, try %d: %s", address.netloc, tries, failure)
        raise self._no_answer(address, failure)

    def checked(self, url: str) -> Address:
        """The address, if the feed may fetch it.

        Raises:
            CaptureError: it isn't an address, or is elsewhere.
        """
        try:
            address = parse(url)
        except BadAddress as error:
            raise CaptureError("bad_address", f"It is {error}.") from None
        self._check(address)
        return address

    def redirected(self, address: Address, location: str) -> Address:
        """Where a redirect leads, if the feed may follow.

        Raises:
            CaptureError: it may not.
        """
        try:
            target = resolve(address, location)
        except BadAddress as error:
            raise CaptureError("bad_redirect", f"It redirects to {error}.") from None
        if address.scheme == "https" and target.scheme == "http":
            raise CaptureError("bad_redirect", f"It redirects from https to http, at {target.netloc}.")
        self._check(target)
        return target

    def _no_answer(self, address: Address, failure: str) -> CaptureError | FeedUnavailable:
        self._silent[address.host] += 1
        silent = self._silent[address.host]
        tries = self._limits.max_tries
        if silent < _SILENT_ADDRESSES:
            return CaptureError(
                "fetch_failed",
                f"{address.netloc} gave no answer in {tries} tries (last: {failure}). "
                "Run the day again later.",
            )
        return FeedUnavailable(
            f"{address.netloc} is silent: the last {silent} addresses gave no answer in {tries} tries "
            f"each (last: {failure}). Run the day again later; what came before is landed."
        )

    def _fetch(
        self,
        send: Callable[[Address, float], Reply],
        address: Address,
        max_redirects: int | None,
        pause_seconds: float,
    ) -> Reply:
        """One try, redirects followed; without ``max_redirects``, one is a reply like any other."""
        left_seconds = self._limits.total_seconds
        for _ in range((max_redirects or 0) + 1):
            try:
                self._pace.wait(address.host, pause_seconds, patience_seconds=self._limits.max_wait_seconds)
            except HostClosed as closed:
                raise FeedUnavailable(
                    f"{closed}. Run the day again after that; what came before is landed."
                ) from None
            started_at = time.monotonic()
            reply = send(address, left_seconds)
            left_seconds -= time.monotonic() - started_at
            location = reply.headers.get("location")
            if max_redirects is None or reply.status not in REDIRECTS or location is None:
                return reply
            address = self.redirected(address, location)
        raise CaptureError("bad_redirect", f"It redirects more than {max_redirects} times.")

    def _headers(
        self, address: Address, more: Mapping[str, str], byte_range: tuple[int, int] | None
    ) -> dict[str, str]:
        headers = {
            "Host": address.netloc,
            "User-Agent": self.user_agent,
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Encoding": "gzip, deflate",
            **more,
        }
        if byte_range is not None:
            first, last = byte_range
            headers |= {"Range": f"bytes={first}-{last}", "Accept-Encoding": "identity"}
        # never in the clear, but to a host that was named as one of the user's own network
        private = address.scheme == "https" or self._may_be_private(address.host)
        if self._credential is not None and private and self._origins.is_own(address):
            headers["Authorization"] = authorization(self._credential)
        return headers

    def _check(self, address: Address) -> None:
        if not self._origins.has(address):
            raise CaptureError(
                "host_not_allowed",
                f"{address.origin} is none of the places that this feed may ask. If it belongs to the "
                "publisher, add it to the feed's hosts.",
            )

    def _may_be_private(self, host: str) -> bool:
        return host_matches(host, self.config.allow_private_hosts)


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """The seconds of Retry-After (RFC 9110, 10.2.3); None when it is missing or unreadable."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:10])
    moment = header_date(text)
    return None if moment is None else max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def backoff(tries: int, jitter: Callable[[], float] = random.random) -> float:
    """How many seconds to wait after so many tries: twice as long each time, and a little more or less."""
    return min(_LONGEST_BACKOFF_SECONDS, 2.0 ** (tries - 1)) * (0.5 + 0.5 * jitter())
