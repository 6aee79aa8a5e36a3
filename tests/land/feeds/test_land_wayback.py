"""The Wayback feed against a server that speaks the archive's protocol."""

from __future__ import annotations

import base64
import gzip
import json
import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import brotli
import pytest

from newsmarts.core.errors import FeedRefused, FeedUnavailable, UsageError
from newsmarts.core.settings import Settings
from newsmarts.land.capture import Credential
from newsmarts.land.run import run
from tests.land.servers.captures import ENGLISH, NOUR, Captured, page
from tests.land.servers.loopback import Answer, HangUp, LoopbackServer
from tests.land.servers.wayback import Wayback
from tests.land.web_feeds import DAY, declare, land, raw, reasons, rows

pytestmark = pytest.mark.enable_socket

CDX = "/cdx/search/cdx"


@pytest.fixture
def archive() -> Wayback:
    return Wayback([])


@pytest.fixture
def server(archive: Wayback) -> Iterator[LoopbackServer]:
    with LoopbackServer(archive) as running:
        yield running


def set_up(settings: Settings, server: LoopbackServer, **keys: Any) -> Settings:
    return declare(
        settings,
        "wayback",
        cdx_url=f"{server.url}{CDX}",
        replay_url=f"{server.url}/web/",
        index_delay_seconds=0,
        **keys,
    )


def hold(archive: Wayback, *captures: Captured) -> None:
    archive.__init__(captures, lines_a_page=archive.lines_a_page)  # type: ignore[misc]


def replays(server: LoopbackServer) -> list[str]:
    return [path.removeprefix("/web/") for path in server.paths() if path.startswith("/web/")]


def test_the_days_captures_of_the_hosts_land_with_all_that_is_known(
    settings: Settings, server: LoopbackServer, archive: Wayback
) -> None:
    hold(
        archive,
        Captured("20250831235959", f"{ENGLISH}/news/politics/before", page(1)),
        Captured("20250901000000", f"{ENGLISH}/news/politics/first", page(2)),
        Captured("20250901235959", f"{NOUR}/en/news/200003/last?a=b", page(3)),
        Captured("20250902000000", f"{ENGLISH}/news/politics/after", page(4)),
        Captured("20250901120000", "https://elsewhere.example/news", page(5)),
    )
    result = land(set_up(settings, server))
    assert (result.landed, result.new, result.rejected) == (2, 2, 0)
    first, last = sorted(rows(settings), key=lambda row: row["captured_at"])
    assert first["captured_at"] == datetime(2025, 9, 1, tzinfo=UTC)
    assert first["source_path"] == f"20250901000000/{ENGLISH}/news/politics/first"
    assert (first["feed"], first["publisher"], first["media_type"]) == ("wayback", "al_mayadeen", "text/html")
    assert (first["url"], first["http_status"]) == (f"{ENGLISH}/news/politics/first", 200)
    assert (last["publisher"], last["url"]) == ("nour_news", f"{NOUR}/en/news/200003/last?a=b")
    assert (raw(settings, first), raw(settings, last)) == (page(2), page(3))


def test_the_index_is_asked_by_host_and_day(
    settings: Settings, server: LoopbackServer, archive: Wayback
) -> None:
    land(set_up(settings, server, hosts=["nournews.ir", "www.nournews.ir", "*.almayadeen.net"]))
    asked = [(each.query["url"], each.query["matchType"]) for each in server.asked]
    assert asked == [("almayadeen.net", "domain"), ("nournews.ir", "host")]
    query = server.asked[0].query
    assert (query["from"], query["to"]) == ("20250901000000", "20250901235959")
    assert query["collapse"] == "digest"


def test_an_index_of_many_pages_is_read_to_its_end(
    settings: Settings, server: LoopbackServer, archive: Wayback
) -> None:
    archive.lines_a_page = 3
    captures = [
        Captured(f"202509010{n:05}", f"{ENGLISH}/news/a+b%20c/{n % 4}?q={n}", page(n)) for n in range(10)
    ]
    hold(archive, *captures)
    assert land(set_up(settings, server)).landed == 10
    assert {raw(settings, row) for row in rows(settings)} == {page(n) for n in range(10)}
    resumed = [each.query.get("resumeKey") for each in server.asked if each.path == CDX]
    assert sum(key is not None for key in resumed) == 3


def test_a_second_landing_fetches_nothing_again(
    settings: Settings, server: LoopbackServer, archive: Wayback
) -> None:
    hold(
        archive,
        *(Captured(f"2025090112000{n}", f"{ENGLISH}/news/{n}", page(n)) for n in range(3)),
        Captured("20250901130000", f"{ENGLISH}/gone", b"gone", status=404),
    )
    settings = set_up(settings, server)
    land(settings)
    before = rows(settings), rows(settings, "rejected")
    assert len(replays(server)) == 3
    again = land(settings)
    assert len(replays(server)) == 3
    assert (again.landed, again.new, again.rejected) == (3, 0, 1)
    assert (rows(settings), rows(settings, "rejected")) == before


def test_a_page_captured_again_unchanged_comes_once_unless_asked_for(
    settings: Settings, server: LoopbackServer, archive: Wayback
) -> None:
    hold(archive, *(Captured(f"2025090112000{n}", f"{ENGLISH}/news/a", page(1)) for n in range(3)))
    assert land(set_up(settings, server)).landed == 1
    assert land(set_up(settings, server, collapse="none")).landed == 3


def test_what_is_no_page_is_an_outcome_or_passed_over(
    settings: Settings, server: LoopbackServer, archive: Wayback
) -> None:
    hold(
        archive,
        Captured("20250901120000", f"{ENGLISH}/old", b"old", status=301),
        Captured("20250901120001", f"{ENGLISH}/gone", b"gone", status=404),
        Captured("20250901120002", f"{ENGLISH}/broken", b"broken", status=503),
        Captured("20250901120003", f"{ENGLISH}/a.jpg", b"\xff\xd8", media_type="image/jpeg"),
        Captured("20250901120004", f"{ENGLISH}/robots.txt", b"User-agent: *", media_type="text/plain"),
        Captured("20250901120005", "https://www.nournews.ir/", page(1)),
        Captured("20250901120006", "http://mailto:desk@english.almayadeen.net/", page(1)),
    )
    result = land(set_up(settings, server))
    assert result.landed == 0
    assert replays(server) == []
    assert reasons(settings) == {
        f"20250901120000/{ENGLISH}/old": "http_redirect",
        f"20250901120001/{ENGLISH}/gone": "http_error_status",
        f"20250901120002/{ENGLISH}/broken": "http_error_status",
    }
    assert result.passed_over == {"not_a_page": 2, "other_host": 1, "bad_address": 1}


def test_odd_addresses_and_types_of_an_index_are_fetched(
    settings: Settings, server: LoopbackServer, archive: Wayback
) -> None:
    url = f"{ENGLISH}/news/politics/café deal in the port"
    escaped = f"{ENGLISH}/news/politics/caf%C3%A9%20deal%20in%20the%20port"
    hold(archive, Captured("20250901120000", escaped, page(1)))
    lines = [
        ["timestamp", "original", "mimetype", "statuscode", "digest"],
        ["20250901120000", url, "text/html; charset=UTF-8", "200", "X"],
    ]
    archive.instead[CDX] = Answer(json.dumps(lines).encode())
    result = land(set_up(settings, server, hosts=["english.almayadeen.net"]))
    assert (result.landed, result.passed_over) == (1, {})
    (row,) = rows(settings)
    assert row["url"] == escaped


def test_a_revisit_is_what_it_stands_for(
    settings: Settings, server: LoopbackServer, archive: Wayback
) -> None:
    hold(
        archive,
        Captured("20250901120000", f"{ENGLISH}/news/a", page(1), media_type="warc/revisit"),
        Captured("20250901120001", f"{ENGLISH}/news/b", b"", status=302, media_type="warc/revisit"),
    )
    assert land(set_up(settings, server)).landed == 1
    assert reasons(settings) == {f"20250901120001/{ENGLISH}/news/b": "http_redirect"}


@pytest.mark.parametrize(
    ("headers", "sent"),
    [
        ({"Content-Encoding": "gzip"}, gzip.compress(page(1))),
        ({"Content-Encoding": "br"}, brotli.compress(page(1))),
        ({"content-encoding": "", "Content-Encoding": "gzip"}, gzip.compress(page(1))),
        ({"Content-Encoding": "gzip"}, page(1)),
    ],
    ids=["gzip", "brotli", "two headers", "unpacked by the crawler"],
)
def test_bodies_come_in_the_encodings_of_their_sites(
    headers: dict[str, str], sent: bytes, settings: Settings, server: LoopbackServer, archive: Wayback
) -> None:
    hold(archive, Captured("20250901120000", f"{ENGLISH}/news/a", page(1), headers=headers, sent=sent))
    land(set_up(settings, server))
    assert [raw(settings, row) for row in rows(settings)] == [page(1)]


@pytest.mark.parametrize(
    "instead",
    [
        Answer(status=302, headers={"Location": "/web/20240101000000id_/x"}),
        Answer(b"not archived", status=404),
        Answer(b"excluded", status=403),
        Answer(page(2), headers={"Memento-Datetime": "Mon, 01 Jan 2024 00:00:00 GMT"}),
        Answer(page(2), headers={"Memento-Datetime": "some day"}),
        Answer(b"<title>Internet Archive: Temporarily Offline</title>"),
    ],
)
def test_another_capture_is_never_taken_for_the_one_listed(
    instead: Answer, settings: Settings, server: LoopbackServer, archive: Wayback
) -> None:
    hold(archive, Captured("20250901120000", f"{ENGLISH}/news/a", page(1)))
    archive.instead[f"/web/20250901120000id_/{ENGLISH}/news/a"] = instead
    settings = set_up(settings, server)
    land(settings)
    assert rows(settings) == []
    assert list(reasons(settings).values()) == ["capture_not_served"]
    archive.instead.clear()
    assert land(settings).landed == 1
    assert reasons(settings) == {}


def test_an_archived_error_is_the_sites_and_not_the_archives(
    settings: Settings, server: LoopbackServer, archive: Wayback
) -> None:
    hold(archive, Captured("20250901120000", f"{ENGLISH}/a", page(1), status=429, media_type="warc/revisit"))
    land(set_up(settings, server, limits={"max_tries": 3}))
    assert list(reasons(settings).values()) == ["http_error_status"]
    assert len(replays(server)) == 1


def test_a_page_that_is_too_large_or_a_bomb_costs_only_itself(
    settings: Settings, server: LoopbackServer, archive: Wayback
) -> None:
    bomb = gzip.compress(b"\0" * 5_000_000)
    encoded = {"Content-Encoding": "gzip"}
    hold(
        archive,
        Captured("20250901120000", f"{ENGLISH}/news/a", b"x" * 200_000),
        Captured("20250901120000", f"{ENGLISH}/news/b", headers=encoded, sent=bomb),
        Captured("20250901120000", f"{ENGLISH}/news/c", page(1)),
    )
    limits = {"max_page_bytes": 100_000}
    assert land(set_up(settings, server, limits=limits)).landed == 1
    assert sorted(reasons(settings).values()) == ["decompressed_too_large", "record_too_large"]


def test_one_silent_page_is_reported_and_fetched_by_the_next_run(
    settings: Settings, server: LoopbackServer, archive: Wayback
) -> None:
    hold(archive, *(Captured("20250901120000", f"{ENGLISH}/news/{n}", page(n)) for n in range(4)))
    archive.instead[f"/web/20250901120000id_/{ENGLISH}/news/1"] = HangUp()
    settings = set_up(settings, server)
    assert land(settings).landed == 3
    assert reasons(settings) == {f"20250901120000/{ENGLISH}/news/1": "fetch_failed"}
    archive.instead.clear()
    assert land(settings).new == 1
    assert reasons(settings) == {}


def test_a_replay_that_goes_down_keeps_what_came_before(
    settings: Settings, server: LoopbackServer, archive: Wayback
) -> None:
    hold(archive, *(Captured("20250901120000", f"{ENGLISH}/news/{n}", page(n)) for n in range(6)))
    for n in range(2, 6):
        archive.instead[f"/web/20250901120000id_/{ENGLISH}/news/{n}"] = Answer(status=503)
    settings = set_up(settings, server)
    with pytest.raises(FeedUnavailable, match="is silent"):
        land(settings)
    assert len(rows(settings)) == 2
    archive.instead.clear()
    result = land(settings)
    assert (result.landed, result.rejected) == (6, 0)
    assert len(replays(server)) == 2 + 3 + 4


@pytest.mark.parametrize(
    ("answer", "error", "reported"),
    [
        (Answer(status=503), FeedUnavailable, "HTTP status 503"),
        (Answer(status=400, body=b"no such page"), FeedUnavailable, "no such page"),
        (Answer(b"<html>offline</html>"), FeedUnavailable, "without a list of captures"),
        (Answer(b'{"error": "no"}'), FeedUnavailable, "without a list of captures"),
        (Answer(b"[[1], 2]"), FeedUnavailable, "without a list of captures"),
        (Answer(b'[["a", "b"], ["c", "d"]]'), FeedUnavailable, "without a list of captures"),
        (HangUp(), FeedUnavailable, "gave no answer"),
        (Answer(status=429, headers={"Retry-After": "3600"}), FeedUnavailable, "left alone for 3600 s"),
        (Answer(b"AdministrativeAccessControlException", status=403), FeedRefused, "AdministrativeAccess"),
        (Answer(status=302, headers={"Location": "http://10.0.0.1/"}), FeedRefused, "none of the places"),
    ],
)
def test_an_index_that_does_not_answer_is_the_feeds_failure(
    answer: Answer | HangUp, error: type[Exception], reported: str, settings: Settings, archive: Wayback
) -> None:
    archive.instead[CDX] = answer
    with LoopbackServer(archive) as server, pytest.raises(error, match=reported):
        land(set_up(settings, server))


def test_an_index_in_circles_is_left(settings: Settings, server: LoopbackServer, archive: Wayback) -> None:
    header = ["timestamp", "original", "mimetype", "statuscode", "digest"]
    archive.instead[CDX] = Answer(json.dumps([header, [], ["again"]]).encode())
    with pytest.raises(FeedUnavailable, match="circles"):
        land(set_up(settings, server))


def test_a_bad_line_costs_only_itself(settings: Settings, server: LoopbackServer, archive: Wayback) -> None:
    url = f"{ENGLISH}/news/a"
    hold(archive, Captured("20250901120000", url, page(1)))
    lines = [
        ["timestamp", "original", "mimetype", "statuscode", "digest"],
        ["20250901120000", url, "text/html", "200", "X"],
        ["20250901120000", url],
        ["20250931120000", url, "text/html", "200", "X"],
        ["2025", url, "text/html", "200", "X"],
        [None, 5, {}, [], "X"],
        ["20250901120000", "http://\ud800/", "text/html", "200", "X"],
        ["20250901120000", "javascript:alert(1)", "text/html", "200", "X"],
    ]
    archive.instead[CDX] = Answer(json.dumps(lines).encode())
    result = land(set_up(settings, server, hosts=["english.almayadeen.net"]))
    assert result.landed == 1
    assert result.passed_over == {"bad_index_line": 4, "bad_address": 2}


def test_more_captures_than_the_limit_wait_for_the_next_run(
    settings: Settings, server: LoopbackServer, archive: Wayback
) -> None:
    hold(archive, *(Captured("20250901120000", f"{ENGLISH}/news/{n}", page(n)) for n in range(5)))
    settings = set_up(settings, server, limits={"max_captures": 3})
    first = land(settings)
    assert (first.landed, first.passed_over) == (3, {"over_max_captures": 2})
    assert land(settings).landed == 5


def test_days_do_not_see_each_other(settings: Settings, server: LoopbackServer, archive: Wayback) -> None:
    hold(
        archive,
        Captured("20250901120000", f"{ENGLISH}/news/a", page(1)),
        Captured("20250902120000", f"{ENGLISH}/news/a", page(1)),
    )
    settings = set_up(settings, server)
    assert land(settings, DAY).landed == 1
    assert land(settings, date(2025, 9, 2)).landed == 1
    assert land(settings, date(2025, 9, 3)).landed == 0


def test_a_table_names_publishers_of_hosts_that_do_not(
    settings: Settings, server: LoopbackServer, archive: Wayback
) -> None:
    hold(archive, Captured("20250901120000", "https://mirror.example/a", page(1)))
    land(set_up(settings, server, hosts=["mirror.example"], publishers={"mirror.example": "nour_news"}))
    assert rows(settings)[0]["publisher"] == "nour_news"


def test_a_password_is_used_and_shows_nowhere(
    settings: Settings, server: LoopbackServer, archive: Wayback, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    hold(
        archive,
        Captured("20250901120000", f"{ENGLISH}/news/a", page(1)),
        Captured("20250901120000", f"{ENGLISH}/news/b", page(2)),
    )
    archive.instead[f"/web/20250901120000id_/{ENGLISH}/news/b"] = HangUp()
    settings = set_up(settings, server, connection="archive_login")
    asked_for = []

    def credential_of(connection: str) -> Credential:
        asked_for.append(connection)
        return Credential("reader", "hunter2")

    result = run(DAY, settings, "wayback", credential_of)
    assert asked_for == ["archive_login"]
    reported = "Basic " + base64.b64encode(b"reader:hunter2").decode()
    assert {asked.headers.get("authorization") for asked in server.asked} == {reported}
    written = b"".join(path.read_bytes() for path in settings.home.rglob("*") if path.is_file())
    everything = f"{result}{caplog.text}{rows(settings)}{rows(settings, 'rejected')}".encode() + written
    assert b"hunter2" not in everything
    assert reported.encode() not in everything


def test_a_password_outside_airflow_is_not_to_be_had(settings: Settings, server: LoopbackServer) -> None:
    with pytest.raises(UsageError, match="'archive_login'"):
        land(set_up(settings, server, connection="archive_login"))
    assert server.asked == []
