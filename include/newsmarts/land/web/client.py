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
from functools import partial
from importlib.metadata import version
from types import TracebackType
from typing import Self

from newsmarts.core import partitions
from newsmarts.core.errors import BadAddress, CaptureError, FeedUnavailable, HostClosed, NoReply, UsageError
from newsmarts.core.settings import Settings
from newsmarts.land.capture import Credential
from newsmarts.land.config import Limits, WebConfig
from newsmarts.land.names import host_matches
from newsmarts.land.web.addresses import Address, AllowedOrigins, parse, resolve
from newsmarts.land.web.exchange import Exchange, Reply, authorization
from newsmarts.land.web.network import Resolve, look_up
from newsmarts.land.web.pace import Pace
from newsmarts.land.web.retries import (
    DEFAULT_WAIT_SECONDS,
    TOO_MANY_REQUESTS,
    WORTH_ANOTHER_TRY,
    backoff,
    retry_after,
)

log = logging.getLogger(__name__)

REDIRECTS = frozenset({301, 302, 303, 307, 308})
# So many addresses in a row without an answer, each tried several times: it isn't the addresses.
_SILENT_ADDRESSES = 3
PRODUCT = "news-marts"
VERSION = version("newsmarts")


def user_agent(config: WebConfig) -> str:
    """The project and whom to write to, as a User-Agent header."""
    if config.user_agent:
        return config.user_agent
    return f"{PRODUCT}/{VERSION} (+{config.contact})" if config.contact else f"{PRODUCT}/{VERSION}"


def open_client(
    config: WebConfig,
    settings: Settings,
    credential: Credential | None,
    *,
    own_urls: Iterable[str],
    hosts: Iterable[str] = (),
) -> Client:
    """A client for the feed's own addresses, and these hosts.

    Raises:
        UsageError: one of the addresses can't be fetched.
    """
    try:
        origins = AllowedOrigins(own_urls, hosts)
    except BadAddress as error:
        raise UsageError(
            f"{settings.feeds_file}: [feeds.{config.name}] has {error}. Correct it there."
        ) from None
    return Client(
        origins,
        config.limits,
        Pace(partitions.web_path(settings.home) / "pace", lock_seconds=settings.lock_timeout_seconds),
        user_agent=user_agent(config),
        pause_seconds=config.crawl_delay_seconds,
        private_hosts=config.allow_private_hosts,
        credential=credential,
    )


def max_page_bytes(config: WebConfig, settings: Settings) -> int:
    """The limit of one page."""
    return config.limits.max_page_bytes or settings.max_file_bytes


class Client:
    """Fetches from one feed's hosts, one request after the other. Not for several threads at once."""

    def __init__(
        self,
        origins: AllowedOrigins,
        limits: Limits,
        pace: Pace,
        *,
        user_agent: str,
        pause_seconds: float,  # between two requests to one host
        private_hosts: tuple[str, ...] = (),
        credential: Credential | None = None,
        ssl_context: ssl.SSLContext | None = None,
        resolve_host: Resolve = look_up,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.user_agent = user_agent
        self._origins = origins
        self._limits = limits
        self._pace = pace
        self._pause_seconds = pause_seconds
        self._private_hosts = private_hosts
        self._credential = credential
        self._sleep = sleep
        self._jitter = jitter
        self._silent: Counter[str] = Counter()  # addresses without an answer, since the host's last one
        self._exchange = Exchange(
            connect_seconds=limits.connect_seconds,
            read_seconds=limits.read_seconds,
            may_be_private=self._may_be_private,
            ssl_context=ssl_context,
            resolve_host=resolve_host,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
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
        fetch = partial(
            self._fetch,
            headers=headers or {},
            max_bytes=max_bytes,
            byte_range=byte_range,
            max_redirects=self._limits.max_redirects if follow else None,
            pause_seconds=self._pause_seconds if pause_seconds is None else pause_seconds,
            read_seconds=read_seconds,
        )
        waited_seconds = 0.0
        failure = ""
        for tries in range(1, self._limits.max_tries + 1):
            wait_seconds = None
            try:
                reply = fetch(address)
            except NoReply as error:
                failure = str(error)
            else:
                if reply.status not in WORTH_ANOTHER_TRY or is_answer(reply):
                    self._silent[address.host] = 0
                    return reply
                failure = f"HTTP status {reply.status}"
                wait_seconds = retry_after(reply.headers)
                if wait_seconds is None and reply.status == TOO_MANY_REQUESTS:
                    wait_seconds = DEFAULT_WAIT_SECONDS
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
                wait_seconds = backoff(tries, self._jitter)
                self._sleep(wait_seconds)
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
        address: Address,
        *,
        headers: Mapping[str, str],
        max_bytes: int,
        byte_range: tuple[int, int] | None,
        max_redirects: int | None,  # None: a redirect is a reply like any other
        pause_seconds: float,
        read_seconds: float | None,
    ) -> Reply:
        """One try, redirects followed."""
        left_seconds = self._limits.total_seconds
        for _ in range((max_redirects or 0) + 1):
            try:
                self._pace.wait(address.host, pause_seconds, patience_seconds=self._limits.max_wait_seconds)
            except HostClosed as closed:
                raise FeedUnavailable(
                    f"{closed}. Run the day again after that; what came before is landed."
                ) from None
            started_at = time.monotonic()
            reply = self._exchange.get(
                address,
                self._headers(address, headers, byte_range),
                max_bytes=max_bytes,
                seconds=left_seconds,
                read_seconds=read_seconds,
                decode=byte_range is None,
            )
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
        return host_matches(host, self._private_hosts)
