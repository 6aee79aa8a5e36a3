"""Fetching as robots.txt allows (RFC 9309): nothing that it forbids, and at its crawl delay."""

from __future__ import annotations

import re
from collections.abc import Mapping

from protego import Protego

from newsmarts.core.errors import CaptureError, FeedRefused, FeedUnavailable, HostRefused
from newsmarts.land.web.addresses import Address
from newsmarts.land.web.client import REDIRECTS, REFUSALS, Client
from newsmarts.land.web.exchange import Reply

# RFC 9309, 2.5: at least 500 KiB must be read; no site's rules are longer than this.
_ROBOTS_BYTES = 2 * 1024 * 1024
_LOOKED_AT_BYTES = 20_000
# Whole titles: an article's may begin like one of them, and real pages carry the networks' scripts as well.
_TITLE = re.compile(
    rb"<title[^>]*>\s*(?:just a moment|attention required!?|checking your browser|please wait|ddos-guard"
    rb"|ddos protection|one more step|access denied|security check|verify(?:ing)? you are human"
    rb"|are you a robot\??|transferring to the website|pardon our interruption|robot check|captcha)"
    rb"[.\s\xe2\x80\xa6]*(?:\|\s*cloudflare)?\s*</title",
    re.IGNORECASE,
)
# What only a check's page is made of.
_MADE_OF = re.compile(
    rb"window\._cf_chl_opt|id=[\"']challenge-(?:form|running|stage|error)"
    rb"|_Incapsula_Resource\?SWJIYLWA|id=[\"']sec-if-cpt-container|__arcsjs",
    re.IGNORECASE,
)


_Rules = tuple[Protego, float]  # and the pause between two requests, s


class Robot:
    """A client that obeys robots.txt; each origin's is fetched once."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._limits = client.config.limits
        self._rules: dict[str, _Rules] = {}
        # what comes before the version: our name in a robots.txt
        self._name = client.user_agent.partition("/")[0].strip() or "*"

    def sitemaps(self, address: Address) -> tuple[str, ...]:
        """The sitemaps that the origin's robots.txt names."""
        return tuple(self._rules_of(address)[0].sitemaps)

    def get(self, url: str, *, max_bytes: int, headers: Mapping[str, str] | None = None) -> Reply:
        """Fetch an address, by the rules at each step of a redirect.

        Raises:
            CaptureError: it can't be fetched, or may not be (``robots_disallowed``).
            HostRefused: the host answered with a refusal or a robot check.
            FeedUnavailable: the host doesn't answer now, or its robots.txt can't be fetched.
        """
        address = self._client.checked(url)
        for _ in range(self._limits.max_redirects + 1):
            rules, pause_seconds = self._rules_of(address)
            if not rules.can_fetch(str(address), self._name):
                raise CaptureError(
                    "robots_disallowed", f"{address.host} asks robots not to fetch it (robots.txt)."
                )
            reply = self._client.get(
                str(address),
                max_bytes=max_bytes,
                headers=headers,
                follow=False,
                is_answer=_is_challenge,
                pause_seconds=pause_seconds,
            )
            _check_welcome(reply)
            location = reply.headers.get("location")
            if reply.status not in REDIRECTS or location is None:
                return reply
            address = self._client.redirected(address, location)
        raise CaptureError("bad_redirect", f"It redirects more than {self._limits.max_redirects} times.")

    def _rules_of(self, address: Address) -> _Rules:
        if address.origin not in self._rules:
            self._rules[address.origin] = self._fetched(address)
        return self._rules[address.origin]

    def _fetched(self, address: Address) -> _Rules:
        try:
            reply = self._client.get(
                f"{address.origin}/robots.txt", max_bytes=_ROBOTS_BYTES, is_answer=_is_challenge
            )
        except CaptureError as error:
            # RFC 9309, 2.3.1.4: while it can't be reached, everything is forbidden
            raise FeedUnavailable(
                f"The robots.txt of {address.netloc} can't be had, so nothing may be fetched: {error.detail}"
            ) from None
        if _is_challenge(reply):
            _check_welcome(reply)
        if 200 <= reply.status < 300:
            return self._read(address, Protego.parse(reply.body.decode("utf-8-sig", "replace")))
        if 400 <= reply.status < 500:
            return self._read(address, Protego.parse(""))  # 2.3.1.3: there are no rules
        raise FeedUnavailable(
            f"The robots.txt of {address.netloc} answers with HTTP status {reply.status}, so nothing may be "
            "fetched. Run the day again later."
        )

    def _read(self, address: Address, parsed: Protego) -> _Rules:
        rate = parsed.request_rate(self._name)
        delay_seconds = max(
            parsed.crawl_delay(self._name) or 0.0, rate.seconds / rate.requests if rate is not None else 0.0
        )
        if delay_seconds > self._limits.max_wait_seconds:
            raise FeedRefused(
                f"{address.netloc} asks robots for {delay_seconds:.0f} s between two requests (robots.txt), "
                f"more than limits.max_wait_seconds ({self._limits.max_wait_seconds:.0f}). An archive's feed "
                "may have its pages."
            )
        return parsed, max(self._client.config.crawl_delay_seconds, delay_seconds)


def is_challenge(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether an answer is a robot check in place of a page.

    ``headers`` have lower-case names. The status doesn't matter: checks come as 200, 403, 429 and 503.
    """
    # https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/
    if headers.get("cf-mitigated", "").strip().lower() == "challenge":
        return True
    start = body[:_LOOKED_AT_BYTES]
    return bool(_TITLE.search(start) or _MADE_OF.search(start))


def _is_challenge(reply: Reply) -> bool:
    return is_challenge(reply.headers, reply.body)


def _check_welcome(reply: Reply) -> None:
    host = reply.address.host
    if _is_challenge(reply):
        raise HostRefused(host, "challenge_page", f"answers with a robot check (HTTP status {reply.status})")
    if reply.status in REFUSALS:
        raise HostRefused(host, "access_refused", f"refuses us (HTTP status {reply.status})")
