"""The Wayback Machine: its CDX server lists a host's captures of a day, its replay gives their bytes.

API: https://github.com/internetarchive/wayback/blob/master/wayback-cdx-server/README.md. With the modifier
``id_`` the replay gives a page as it was captured, with no rewritten links and no banner; a header
``Memento-Datetime`` marks captured answers, in contrast to the archive's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from functools import partial
from urllib.parse import quote, urlencode

from newsmarts.core.archived_addresses import moment_of
from newsmarts.core.errors import CaptureError, FeedUnavailable
from newsmarts.land import encodings
from newsmarts.land.archives.warc_record import OK, is_html, status_reason
from newsmarts.land.capture import Found, Item, PassedOver
from newsmarts.land.config import WaybackConfig
from newsmarts.land.manifest import Known
from newsmarts.land.names import header_date
from newsmarts.land.web import cdx
from newsmarts.land.web.cdx import Listed, Wanted
from newsmarts.land.web.client import Client, WebFeed
from newsmarts.land.web.exchange import Reply

_FIELDS = ("timestamp", "original", "mimetype", "statuscode", "digest")
_LINES_A_PAGE = 5_000
# "#" would end the address; all else that an address can't hold is encoded anyway
_ORIGINAL_SAFE = "/?:@!$&'()*+,;=-._~%[]"


class WaybackFeed(WebFeed[WaybackConfig]):
    """Lists the captures by the index, then fetches page by page what isn't landed yet."""

    def captures(self, day: date, known: Known) -> Iterator[Item]:
        """The day's captures, in the index's order (by host and path, then time).

        Raises:
            FeedUnavailable: the index or the replay doesn't answer now.
            FeedRefused: the archive refuses these hosts' captures, or us.
        """
        config = self._config
        with self._client(config.cdx_url, config.replay_url) as client:
            fetch = partial(self._fetch, client)
            yield from cdx.outcomes(self._lines(client, day), day, config, known, fetch)

    def _lines(self, client: Client, day: date) -> Iterator[Listed | None]:
        config = self._config
        for host in cdx.host_parameters(config.hosts):
            parameters = {
                **host,
                **cdx.day_parameters(day),
                "output": "json",
                "fl": ",".join(_FIELDS),
                "limit": str(_LINES_A_PAGE),
                "showResumeKey": "true",
            }
            if config.collapse == "digest":
                parameters["collapse"] = "digest"
            resume_key: str | None = ""
            seen = set()
            while resume_key is not None:
                lines, resume_key = self._page(client, parameters)
                yield from map(_listed, lines)
                if resume_key in seen:
                    raise FeedUnavailable(f"The index goes in circles at {resume_key!r}. Run the day later.")
                seen.add(resume_key)
                # encoded once more than it came: the server decodes it itself, after the web server did
                parameters["resumeKey"] = resume_key or ""

    def _page(self, client: Client, parameters: dict[str, str]) -> tuple[list[dict[str, str]], str | None]:
        """One page of the index, and the key of the next one."""
        base = self._config.cdx_url
        reply = cdx.query_index(
            client,
            f"{base}{'&' if '?' in base else '?'}{urlencode(parameters)}",
            pause_seconds=max(self._config.crawl_delay_seconds, self._config.index_delay_seconds),
        )
        try:
            return _rows(reply.body)
        except (ValueError, TypeError):
            raise cdx.no_index(reply) from None

    def _fetch(self, client: Client, wanted: Wanted) -> Item:
        original = quote(wanted.listed.url, safe=_ORIGINAL_SAFE)
        reply = client.get(
            f"{self._config.replay_url.rstrip('/')}/{wanted.listed.timestamp}id_/{original}",
            max_bytes=self._max_bytes,
            follow=False,
            is_answer=_is_captured,
        )
        if not _is_captured(reply):
            raise CaptureError(
                "capture_not_served",
                f"The archive lists the capture and doesn't give it (HTTP status {reply.status}). It may do "
                "so another day.",
            )
        captured_at = header_date(reply.headers["memento-datetime"])
        if captured_at != wanted.listed.captured_at:
            raise CaptureError(
                "capture_not_served",
                f"In its place the archive gives a capture of {captured_at or 'an unknown time'}.",
            )
        if reply.status not in OK:
            raise status_reason(reply.status)
        if not is_html(reply.media_type):
            return PassedOver("not_a_page")
        return Found(
            *wanted.key,
            "text/html",
            encodings.decode_page(reply.body, max_bytes=self._max_bytes),
            wanted.publisher,
            wanted.url,
            reply.status,
            charset=reply.charset,
        )


def _is_captured(reply: Reply) -> bool:
    return "memento-datetime" in reply.headers


def _rows(body: bytes) -> tuple[list[dict[str, str]], str | None]:
    """The lines of an answer by their fields' names, and the resume key if there is one.

    Raises:
        ValueError, TypeError: it isn't a JSON array of arrays with the fields' names first.
    """
    rows = [list(row) for row in json.loads(body or b"[]")]
    resume_key = None
    if len(rows) >= 2 and not rows[-2] and len(rows[-1]) == 1:
        resume_key = str(rows[-1][0])
        rows = rows[:-2]
    if not rows:
        return [], resume_key
    header, *lines = rows
    if not set(_FIELDS) <= set(header):
        raise ValueError("no header")
    return [dict(zip(header, map(str, line), strict=False)) for line in lines], resume_key


def _listed(line: dict[str, str]) -> Listed | None:
    captured_at = moment_of(line.get("timestamp", ""))
    if captured_at is None or not set(_FIELDS) <= set(line):
        return None
    return Listed(
        captured_at=captured_at,
        url=line["original"],
        media_type=line["mimetype"].lower(),
        status=cdx.status_of(line["statuscode"]),
        digest=line["digest"],
    )
