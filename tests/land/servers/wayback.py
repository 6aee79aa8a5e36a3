"""A small Wayback Machine: a CDX server with its paging, and a replay of raw captures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import groupby
from urllib.parse import quote_plus, unquote_plus

from tests.land.servers.captures import Captured, matches
from tests.land.servers.loopback import Answer, Asked, Hang, HangUp, LoopbackServer

FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_REPLAY = re.compile(r"/web/(\d{14})id_/(.+)")


class Wayback:
    """Holds captures. ``instead`` answers a target in place of what would be right."""

    def __init__(self, captures: Iterable[Captured], *, lines_a_page: int = 1000) -> None:
        self.captures = sorted(captures, key=lambda each: (each.urlkey, each.timestamp))
        self.lines_a_page = lines_a_page
        self.instead: dict[str, Answer | Hang | HangUp] = {}

    def __call__(self, asked: Asked) -> Answer | Hang | HangUp:
        if asked.target in self.instead:
            return self.instead[asked.target]
        if asked.path in self.instead:
            return self.instead[asked.path]
        if asked.path == "/cdx/search/cdx":
            return self._index(asked.query)
        replay = _REPLAY.fullmatch(asked.target)
        return self._replay(*replay.groups()) if replay else Answer(status=404)

    def _index(self, query: dict[str, str]) -> Answer:
        assert query["output"] == "json"
        found = [
            each
            for each in self.captures
            if matches(each.urlkey, query["url"], query["matchType"])
            and query["from"] <= each.timestamp <= query["to"]
        ]
        if query.get("collapse") == "digest":
            found = [next(group) for _, group in groupby(found, key=lambda each: each.digest)]
        if query.get("resumeKey"):
            # openwayback: URLDecoder.decode(query.resumeKey), of what the web server has decoded already
            start = unquote_plus(query["resumeKey"])
            found = [each for each in found if f"{each.urlkey} {each.timestamp}!" > start]
        limit = min(int(query["limit"]), self.lines_a_page)
        fields = query["fl"].split(",")
        rows: list[list[str]] = [
            fields,
            *([self._line(each)[name] for name in fields] for each in found[:limit]),
        ]
        if len(found) > limit and query.get("showResumeKey") == "true":
            last = found[limit - 1]
            rows += [[], [quote_plus(f"{last.urlkey} {last.timestamp}!")]]
        body = json.dumps(rows if found else []).encode()
        return Answer(body, content_type="application/json")

    @staticmethod
    def _line(each: Captured) -> dict[str, str]:
        revisit = each.media_type == "warc/revisit"
        values = (
            each.urlkey,
            each.timestamp,
            each.url,
            each.media_type,
            "-" if revisit else str(each.status),
            each.digest,
            "1234",
        )
        return dict(zip(FIELDS, values, strict=True))

    def _replay(self, timestamp: str, original: str) -> Answer:
        for each in self.captures:
            if (each.timestamp, each.url) == (timestamp, original):
                moment = datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
                headers = {"Memento-Datetime": format_datetime(moment, usegmt=True)} | each.headers
                kind = "text/html" if each.media_type == "warc/revisit" else each.media_type
                sent = each.body if each.sent is None else each.sent
                return Answer(sent, each.status, headers, content_type=f"{kind}; charset=utf-8")
        return Answer(b"The Wayback Machine has not archived that URL.", status=404)


def serve(wayback: Wayback) -> LoopbackServer:
    return LoopbackServer(wayback)
