"""The one HTTP client: it asks only whom it may, at the pace agreed on, and takes only what it can bear.

Redirects are followed here, so that each step is held to the same rules as the first. Cookies, proxies and
whatever else an environment may set play no part.
"""

from __future__ import annotations

import logging
import random
import ssl
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from newsmarts.core.errors import BadAddress, CaptureError, FeedUnavailable, HostClosed, NoReply
from newsmarts.land.capture import Credential
from newsmarts.land.web.addresses import Address, AllowedOrigins, host_matches, parse, resolve
from newsmarts.land.web.exchange import Exchange, Reply, authorization
from newsmarts.land.web.network import Resolve, look_up
from newsmarts.land.web.pace import Pace
from newsmarts.land.web.retries import (
    TOO_MANY_REQUESTS,
    UNTOLD_SECONDS,
    WORTH_ANOTHER_TRY,
    backoff,
    retry_after,
)

log = logging.getLogger(__name__)

REDIRECTS = frozenset({301, 302, 303, 307, 308})
# So many addresses in a row without an answer, each tried several times: it isn't the addresses.
_SILENT_ADDRESSES = 3


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one address may take."""

    connect_seconds: float = 10
    read_seconds: float = 30  # between two pieces
    total_seconds: float = 120  # of one try, redirects and all
    max_redirects: int = 5
    max_tries: int = 4
    max_wait_seconds: float = 300  # between the tries, all together


@dataclass(frozen=True, slots=True)
class Manners:
    """How a feed introduces itself, and how it keeps its distance."""

    user_agent: str
    pace: Pace
    pause_seconds: float  # between two requests to one host
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random


def _never(_reply: Reply) -> bool:
    return False


class Client:
    """Asks one feed's hosts, one request after the other. Not for several threads at once."""

    def __init__(
        self,
        origins: AllowedOrigins,
        manners: Manners,
        bounds: Bounds,
        *,
        private_hosts: tuple[str, ...] = (),
        credential: Credential | None = None,
        ssl_context: ssl.SSLContext | None = None,
        resolve_host: Resolve = look_up,
    ) -> None:
        self._origins = origins
        self._manners = manners
        self._bounds = bounds
        self._private_hosts = private_hosts
        self._credential = credential
        self._silent: Counter[str] = Counter()  # addresses without an answer, since the host's last one
        self._exchange = Exchange(
            connect_seconds=bounds.connect_seconds,
            read_seconds=bounds.read_seconds,
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

    @property
    def user_agent(self) -> str:
        """How the client introduces itself."""
        return self._manners.user_agent

    def get(
        self,
        url: str,
        *,
        max_bytes: int,
        headers: Mapping[str, str] | None = None,
        byte_range: tuple[int, int] | None = None,
        follow: bool = True,
        is_answer: Callable[[Reply], bool] = _never,
        pause_seconds: float | None = None,
        read_seconds: float | None = None,
    ) -> Reply:
        """Ask for an address, several times if need be.

        Args:
            max_bytes: of the body, as it comes and with its content encoding undone.
            byte_range: first and last byte, to get these bytes only, as they are stored.
            follow: go where redirects lead; else a redirect is a reply like any other.
            is_answer: says of a reply whose status is worth another try that it is meant all the same.
            pause_seconds: before the next request to this host, where the usual pause won't do.
            read_seconds: to wait for the next piece, where the usual time won't do.

        Raises:
            CaptureError: this address can't be fetched: it mustn't be asked, its answer is too large or
                broken, or there was none (``fetch_failed``).
            FeedUnavailable: the host doesn't answer at all now, or wants to be left alone for long.
        """
        address = self.checked(url)
        ask = _Ask(
            headers=dict(headers or {}),
            max_bytes=max_bytes,
            byte_range=byte_range,
            follow=follow,
            pause_seconds=self._manners.pause_seconds if pause_seconds is None else pause_seconds,
            read_seconds=read_seconds,
        )
        waited_seconds = 0.0
        told = ""
        for tries in range(1, self._bounds.max_tries + 1):
            wait_seconds = None
            try:
                reply = self._follow(address, ask)
            except NoReply as error:
                told = str(error)
            else:
                if reply.status not in WORTH_ANOTHER_TRY or is_answer(reply):
                    self._silent[address.host] = 0
                    return reply
                told = f"HTTP status {reply.status}"
                wait_seconds = _asked_to_wait(reply)
            if wait_seconds is not None:
                # by way of the pace, so that the other processes leave the host alone as well
                self._manners.pace.hold_off(reply.address.host, wait_seconds)
                waited_seconds += wait_seconds
                if waited_seconds > self._bounds.max_wait_seconds:
                    raise FeedUnavailable(
                        f"{reply.address.host} asks to be left alone for {wait_seconds:.0f} s ({told}). "
                        "Run the day again later; what came before is landed."
                    )
            elif tries < self._bounds.max_tries:
                wait_seconds = backoff(tries, self._manners.jitter)
                self._manners.sleep(wait_seconds)
            log.info("%s gave no answer, try %d: %s", address.netloc, tries, told)
        raise self._no_answer(address, told)

    def checked(self, url: str) -> Address:
        """The address, if the feed may ask there.

        Raises:
            CaptureError: it is none, or elsewhere.
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
            CaptureError: it mustn't.
        """
        try:
            target = resolve(address, location)
        except BadAddress as error:
            raise CaptureError("bad_redirect", f"It redirects to {error}.") from None
        if address.scheme == "https" and target.scheme == "http":
            raise CaptureError("bad_redirect", f"It redirects from https to http, at {target.netloc}.")
        self._check(target)
        return target

    def _no_answer(self, address: Address, told: str) -> CaptureError | FeedUnavailable:
        self._silent[address.host] += 1
        silent = self._silent[address.host]
        tries = self._bounds.max_tries
        if silent < _SILENT_ADDRESSES:
            return CaptureError(
                "fetch_failed",
                f"{address.netloc} gave no answer in {tries} tries (last: {told}). Run the day again later.",
            )
        return FeedUnavailable(
            f"{address.netloc} is silent: the last {silent} addresses gave no answer in {tries} tries "
            f"each (last: {told}). Run the day again later; what came before is landed."
        )

    def _follow(self, address: Address, ask: _Ask) -> Reply:
        left_seconds = self._bounds.total_seconds
        for _ in range(self._bounds.max_redirects + 1):
            self._wait_for_turn(address, ask.pause_seconds)
            started_at = time.monotonic()
            reply = self._exchange.ask(
                address,
                self._headers(address, ask),
                max_bytes=ask.max_bytes,
                seconds=left_seconds,
                read_seconds=ask.read_seconds,
                decode=ask.byte_range is None,
            )
            left_seconds -= time.monotonic() - started_at
            location = reply.headers.get("location")
            if not ask.follow or reply.status not in REDIRECTS or location is None:
                return reply
            address = self.redirected(address, location)
        raise CaptureError("bad_redirect", f"It redirects more than {self._bounds.max_redirects} times.")

    def _wait_for_turn(self, address: Address, pause_seconds: float) -> None:
        try:
            self._manners.pace.wait(
                address.host, pause_seconds, patience_seconds=self._bounds.max_wait_seconds
            )
        except HostClosed as closed:
            raise FeedUnavailable(
                f"{closed}. Run the day again after that; what came before is landed."
            ) from None

    def _headers(self, address: Address, ask: _Ask) -> dict[str, str]:
        headers = {
            "Host": address.netloc,
            "User-Agent": self._manners.user_agent,
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Encoding": "gzip, deflate",
        } | ask.headers
        if ask.byte_range is not None:
            first, last = ask.byte_range
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


@dataclass(frozen=True, slots=True)
class _Ask:
    """What is asked, at every try and step."""

    headers: dict[str, str]
    max_bytes: int
    byte_range: tuple[int, int] | None
    follow: bool
    pause_seconds: float
    read_seconds: float | None


def _asked_to_wait(reply: Reply) -> float | None:
    seconds = retry_after(reply.headers)
    if seconds is None and reply.status == TOO_MANY_REQUESTS:
        return UNTOLD_SECONDS
    return seconds
