"""The live sites: what their sitemaps and listing pages name as new, fetched as robots.txt allows.

A capture is made at the moment it is fetched, so this feed has something to give for the current UTC day
only. A site that answers with a refusal or a robot check is left alone for the run.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime

from newsmarts.core.errors import CaptureError, FeedError, FeedRefused, FeedUnavailable, HostRefused
from newsmarts.core.settings import Settings
from newsmarts.core.text import counted
from newsmarts.land import encodings
from newsmarts.land.archives.warc_record import OK, is_html, status_reason
from newsmarts.land.capture import Found, Item, PassedOver, Rejected
from newsmarts.land.config import LiveConfig
from newsmarts.land.manifest import Known
from newsmarts.land.names import publisher_of_host
from newsmarts.land.web.addresses import parse
from newsmarts.land.web.client import WebFeed
from newsmarts.land.web.discovery import Candidate, Discovery
from newsmarts.land.web.exchange import Reply
from newsmarts.land.web.robots import Robot
from newsmarts.land.web.visits import Visits

log = logging.getLogger(__name__)

_NOT_MODIFIED = 304
# What the links of a list are that aren't addresses of articles.
_NOT_ARTICLES = {
    "other_path": ("link", "to other paths than articles have"),
    "other_host": ("link", "to other hosts"),
    "bad_address": ("link", "that can't be followed"),
    "other_sitemap": ("sitemap", "of other months"),
    "unreadable_sitemap": ("sitemap", "that can't be read"),
}


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


class LiveFeed(WebFeed[LiveConfig]):
    """Fetches the lists, then what they name that is new or has changed."""

    def captures(self, day: date, known: Known) -> Iterator[Item]:
        """What is new on the sites at this moment; nothing for any day but today (UTC).

        Raises:
            FeedUnavailable: a site doesn't answer now.
            FeedRefused: a site refuses us; its pages are in the archives.
        """
        if day != _now().date():
            log.warning(
                "%s has nothing to give for %s: a live page is captured when it is fetched, and that is "
                "today. Past days are in the archives, for feeds of kind wayback or common_crawl.",
                self.name,
                day,
            )
            return
        config = self._config
        visits = Visits(self._settings, self.name, known.captures)
        with self._client(*config.sitemaps, *config.listings, hosts=config.hosts) as client:
            run = _Run(config, day, Robot(client), visits, self._max_bytes)
            try:
                yield from run.items()
            finally:
                visits.save(_now())
        run.raise_failures(self._settings)


class _Run:
    """One run over lists and pages. A host that fails is left, and the others go on."""

    def __init__(self, config: LiveConfig, day: date, robot: Robot, visits: Visits, max_bytes: int) -> None:
        self._config = config
        self._day = day
        self._robot = robot
        self._visits = visits
        self._max_bytes = max_bytes
        self._discovery = Discovery(config, day, robot)
        self._failed: dict[str, FeedError] = {}  # by host

    def items(self) -> Iterator[Item]:
        """What becomes of each page."""
        passed_over = self._discovery.passed_over
        fetched = 0
        for candidate in self._in_order(self._candidates()):
            at = _now()
            if self._is_known(candidate):
                passed_over["unchanged"] += 1
            elif candidate.address.host in self._failed:
                passed_over["host_left"] += 1
            elif at.date() != self._day:
                passed_over["after_midnight"] += 1
            elif fetched >= self._config.limits.max_captures:
                passed_over["over_max_captures"] += 1
            else:
                fetched += 1
                yield self._outcome(candidate, at)
        yield from (PassedOver(reason, count) for reason, count in sorted(passed_over.items()))

    def raise_failures(self, settings: Settings) -> None:
        """Report the hosts that were left.

        Raises:
            FeedRefused: one refuses us, so that another try of the same run would be rude.
            FeedUnavailable: none does, and one doesn't answer now.
        """
        if not self._failed:
            return
        messages = " ".join(dict.fromkeys(str(error) for error in self._failed.values()))
        if any(isinstance(error, FeedRefused) for error in self._failed.values()):
            raise FeedRefused(
                f"{messages} It was left alone for the rest of this run. Its pages are in web archives: "
                f"declare a feed of kind wayback or common_crawl in {settings.feeds_file}."
            )
        raise FeedUnavailable(messages)

    def _candidates(self) -> dict[str, Candidate]:
        """The pages that the lists name, each once.

        Raises:
            FeedUnavailable: no list at all could be read, or none names an article.
            FeedRefused: robots.txt forbids all of them.
        """
        found: dict[str, Candidate] = {}
        faults: list[tuple[str, CaptureError]] = []
        starts = self._discovery.starts()
        for url, is_sitemap in starts:
            try:
                for candidate in self._discovery.candidates(url, is_sitemap=is_sitemap):
                    found[candidate.url] = candidate.or_later(found.get(candidate.url))
            except HostRefused as refusal:
                self._leave_host(refusal, parse(url).host)
            except FeedError as error:
                self._failed[parse(url).host] = error
            except CaptureError as error:
                log.warning("%s: the list %s can't be read: %s", self._config.name, url, error)
                faults.append((url, error))
        if len(faults) == len(starts):
            messages = " ".join(f"{url}: {error.detail}" for url, error in faults)
            if all(error.reason_code == "robots_disallowed" for _, error in faults):
                raise FeedRefused(
                    f"None of the feed's lists may be read. {messages} Name others, or declare a feed of "
                    "kind wayback or common_crawl: archives have these pages."
                )
            raise FeedUnavailable(f"None of the feed's lists can be read. {messages}")
        if not self._failed and not self._discovery.named:
            self._report_nothing([url for url, _ in starts if url not in dict(faults)])
        return found

    def _report_nothing(self, urls: list[str]) -> None:
        """Report that the lists could be read and name no article.

        Raises:
            FeedUnavailable: unless they are empty sitemaps, as on the first of a month.
        """
        others = self._discovery.passed_over
        counts = [
            f"{counted(others[reason], thing)} {where}"
            for reason, (thing, where) in _NOT_ARTICLES.items()
            if others[reason]
        ]
        message = (
            f"No article is named by {', '.join(urls)}: {', '.join(counts) or 'no links at all'}. Open it in "
            "a browser: if it lists articles, their addresses have changed (compare them with article_paths) "
            "or a script makes the list (name a sitemap instead). Web archives have the pages as well: feeds "
            "of kind wayback and common_crawl."
        )
        if counts or self._config.listings:
            raise FeedUnavailable(message)
        log.warning("%s: %s", self._config.name, message)

    def _in_order(self, found: dict[str, Candidate]) -> list[Candidate]:
        """Pages that were never captured first, then by when they changed, the latest first."""
        now = _now()
        return sorted(
            found.values(),
            key=lambda each: (
                self._visits.get(each.url) is not None,
                -(each.changed_at or now).timestamp(),
            ),
        )

    def _is_known(self, candidate: Candidate) -> bool:
        visit = self._visits.get(candidate.url)
        if visit is None:
            return False
        if candidate.changed_at is None:  # unknown: once a day is often enough
            return visit.checked_at.date() == self._day
        return candidate.changed_at <= visit.checked_at

    def _outcome(self, candidate: Candidate, at: datetime) -> Item:
        """Fetch one page."""
        url, host = candidate.url, candidate.address.host
        publisher = publisher_of_host(host, self._config.publishers)
        visit = self._visits.get(url)
        conditions = visit.conditions if visit else None
        try:
            reply = self._robot.get(url, max_bytes=self._max_bytes, headers=conditions)
        except HostRefused as refusal:
            self._leave_host(refusal, host)
            reason = refusal.reason
        except FeedError as error:
            self._failed[host] = error
            reason = CaptureError("fetch_failed", str(error))
        except CaptureError as error:
            reason = error
        else:
            return self._item(reply, url, at, publisher)
        return Rejected(url, at, reason, publisher, url)

    def _item(self, reply: Reply, url: str, at: datetime, publisher: str | None) -> Item:
        """What becomes of an answer."""
        if reply.status == _NOT_MODIFIED and self._visits.get(url) is not None:
            self._visits.unchanged(url, at)
            return PassedOver("not_modified")
        if reply.status not in OK:
            return Rejected(url, at, status_reason(reply.status), publisher, url)
        if not is_html(reply.media_type):
            return PassedOver("not_a_page")
        try:
            data = encodings.decode_page(reply.body, max_bytes=self._max_bytes)
        except CaptureError as error:
            return Rejected(url, at, error, publisher, url)
        self._visits.captured(url, at, reply.headers)
        return Found(url, at, "text/html", data, publisher, url, reply.status, charset=reply.charset)

    def _leave_host(self, refusal: HostRefused, first_host: str) -> None:
        # the first host led there, and would lead there again
        self._failed[refusal.host] = self._failed[first_host] = FeedRefused(f"{refusal}.")
