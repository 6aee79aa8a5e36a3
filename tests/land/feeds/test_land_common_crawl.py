"""The Common Crawl feed against a server that speaks the archive's protocols."""

from __future__ import annotations

import gzip
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from typing import Any

import pytest

from newsmarts.core import partitions
from newsmarts.core.errors import FeedRefused, FeedUnavailable
from newsmarts.core.settings import Settings
from newsmarts.land.web import crawl_index
from tests.land.servers.captures import ENGLISH, NOUR, page
from tests.land.servers.common_crawl import CommonCrawl, Crawl, Crawled
from tests.land.servers.loopback import Answer, HangUp, LoopbackServer
from tests.land.web_feeds import DAY, declare, land, raw, reasons, rows

pytestmark = pytest.mark.enable_socket

NAME = "CC-MAIN-2025-35"
NOON = "20250901120000"

Serve = Callable[..., tuple[CommonCrawl, LoopbackServer, Settings]]


@pytest.fixture
def serve(settings: Settings) -> Iterator[Serve]:
    with ExitStack() as stack:

        def serve(*crawls: Crawl | Crawled, blocks_of: int = 1000, **keys: Any) -> tuple[Any, ...]:
            captures = [each for each in crawls if isinstance(each, Crawled)]
            whole = [each for each in crawls if isinstance(each, Crawl)]
            if captures:
                whole.append(Crawl(NAME, captures, "2025-08-21", "2025-09-05"))
            archive = CommonCrawl(*whole, blocks_of=blocks_of)
            server = stack.enter_context(LoopbackServer(archive))
            archive.base = server.url
            declared = declare(
                settings, "common_crawl", index_url=f"{server.url}/", data_url=f"{server.url}/", **keys
            )
            return archive, server, declared

        yield serve


def records(server: LoopbackServer) -> list[str]:
    return [asked.headers["range"] for asked in server.asked if asked.path.startswith("/crawl-data/")]


def test_the_days_captures_of_the_hosts_land_with_all_that_is_known(serve: Serve) -> None:
    _, server, settings = serve(
        Crawled("20250831235959", f"{ENGLISH}/news/politics/before", page(1)),
        Crawled("20250901000000", f"{ENGLISH}/news/politics/first", page(2)),
        Crawled("20250901235959", f"{NOUR}/en/news/200003/last?a=b", page(3)),
        Crawled("20250902000000", f"{ENGLISH}/news/politics/after", page(4)),
        Crawled(NOON, "https://elsewhere.example/news", page(5)),
    )
    result = land(settings)
    assert (result.landed, result.new, result.rejected) == (2, 2, 0)
    first, last = sorted(rows(settings), key=lambda row: row["captured_at"])
    assert first["captured_at"] == datetime(2025, 9, 1, tzinfo=UTC)
    assert first["source_path"] == f"20250901000000/{ENGLISH}/news/politics/first"
    assert (first["feed"], first["publisher"]) == ("common_crawl", "al_mayadeen")
    assert (first["url"], first["http_status"]) == (f"{ENGLISH}/news/politics/first", 200)
    assert (last["publisher"], last["media_type"]) == ("nour_news", "text/html")
    assert (raw(settings, first), raw(settings, last)) == (page(2), page(3))
    assert len(records(server)) == 2


def test_only_the_crawls_that_have_the_day_are_asked(serve: Serve) -> None:
    _, server, settings = serve(
        Crawl("CC-MAIN-2025-30", [], "2025-07-10", "2025-07-25"),
        Crawl(
            "CC-MAIN-2025-33",
            [Crawled("20250901000001", f"{ENGLISH}/a", page(1))],
            "2025-08-01",
            "2025-09-01",
        ),
        Crawl(
            "CC-MAIN-2025-38",
            [Crawled("20250901000002", f"{ENGLISH}/b", page(2))],
            "2025-09-01",
            "2025-09-20",
        ),
    )
    assert land(settings).landed == 2
    assert not any("2025-30" in path for path in server.paths())


@pytest.mark.parametrize(
    ("name", "has"),
    [
        ("CC-MAIN-2025-35", True),
        ("CC-MAIN-2025-33", True),
        ("CC-MAIN-2025-27", False),
        ("CC-MAIN-2025-40", False),
        ("CC-MAIN-2025-99", True),
        ("CC-MAIN-2009-2010", False),
    ],
)
def test_a_crawl_without_days_is_judged_by_its_week(name: str, has: bool) -> None:
    assert crawl_index.Crawl.model_construct(name=name, index_url="x").may_have(DAY) is has
    assert crawl_index.Crawl.model_construct(name="CC-MAIN-2009-2010", index_url="x").may_have(
        date(2010, 5, 5)
    )


def test_crawls_can_be_named(serve: Serve) -> None:
    _, server, settings = serve(Crawled(NOON, f"{ENGLISH}/a", page(1)), collections=[NAME])
    assert land(settings).landed == 1
    assert "/collinfo.json" not in server.paths()


def test_an_index_of_many_pages_is_read_to_its_end(serve: Serve) -> None:
    _, server, settings = serve(
        *(Crawled(f"202509011200{n:02}", f"{ENGLISH}/news/{n:02}", page(n)) for n in range(7)), blocks_of=2
    )
    assert land(settings).landed == 7
    pages = [asked.query["page"] for asked in server.asked if "page" in asked.query]
    assert pages == ["0", "1", "2", "3"]


def test_a_crawl_is_asked_once_for_all_its_days(serve: Serve) -> None:
    captures = [
        Crawled(f"202509{day:02}12000{n}", f"{ENGLISH}/{day}/{n}", page(n))
        for day in (1, 2, 3)
        for n in (1, 2)
    ]
    _, server, settings = serve(*captures, blocks_of=2, hosts=["english.almayadeen.net"])
    for day in (1, 2, 3, 1):
        assert land(settings, date(2025, 9, day)).landed == 2
    asked = [asked.query for asked in server.asked if asked.path == f"/{NAME}-index"]
    assert [query.get("page") for query in asked] == [None, "0", "1", "2"]


def test_of_a_host_with_very_many_captures_each_day_is_asked_for(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crawl_index, "_KEPT_PAGES", 1)
    captures = [Crawled(f"2025090{day}120000", f"{ENGLISH}/{day}", page(day)) for day in (1, 2, 3)]
    _, server, settings = serve(*captures, blocks_of=2, hosts=["english.almayadeen.net"])
    for day in (1, 2, 3):
        assert land(settings, date(2025, 9, day)).landed == 1
    asked = [asked.query for asked in server.asked if "page" in asked.query]
    assert [(query["from"], query["to"]) for query in asked][::2] == [
        (f"2025090{day}000000", f"2025090{day}235959") for day in (1, 2, 3)
    ]


def test_a_fetching_of_the_index_that_broke_off_leaves_nothing_behind(serve: Serve) -> None:
    captures = [Crawled(NOON, f"{ENGLISH}/{n}", page(n)) for n in range(4)]
    _, server, settings = serve(*captures, blocks_of=2, hosts=["english.almayadeen.net"])
    right = server.respond
    server.respond = lambda asked: HangUp() if asked.query.get("page") == "1" else right(asked)
    with pytest.raises(FeedUnavailable):
        land(settings)
    assert not list((partitions.web_path(settings.home) / "common_crawl").glob("*.parquet"))
    server.respond = right
    assert land(settings).landed == 4


def test_a_second_landing_asks_for_no_record_again(serve: Serve) -> None:
    _, server, settings = serve(
        *(Crawled(NOON, f"{ENGLISH}/news/{n}", page(n)) for n in range(3)),
        Crawled(NOON, f"{ENGLISH}/gone", b"gone", status=404),
        Crawled(NOON, f"{ENGLISH}/spoilt", page(5), spoil=(page(5)[-40:], b"x" * 40)),
    )
    land(settings)
    before = rows(settings), rows(settings, "rejected")
    assert len(records(server)) == 4
    again = land(settings)
    assert (again.landed, again.new, again.rejected) == (3, 0, 2)
    assert len(records(server)) == 4
    assert (rows(settings), rows(settings, "rejected")) == before


def test_the_list_of_crawls_is_asked_for_once_a_day(serve: Serve) -> None:
    _, server, settings = serve(Crawled(NOON, f"{ENGLISH}/a", page(1)))
    for day in (1, 2, 3):
        land(settings, date(2025, 9, day))
    assert server.paths().count("/collinfo.json") == 1
    (kept,) = (partitions.web_path(settings.home) / "common_crawl").glob("*.json")
    os.utime(kept, (time.time() - 90_000,) * 2)
    land(settings)
    kept.write_bytes(b"{")
    land(settings)
    assert server.paths().count("/collinfo.json") == 3


def test_what_is_no_page_is_an_outcome_or_passed_over(serve: Serve) -> None:
    _, server, settings = serve(
        Crawled(NOON, f"{ENGLISH}/old", b"x", status=301),
        Crawled(NOON, f"{ENGLISH}/gone", b"x", status=404),
        Crawled(NOON, f"{ENGLISH}/a.pdf", b"%PDF", media_type="application/pdf"),
        Crawled(NOON, f"{ENGLISH}/robots.txt", b"User-agent: *", media_type="text/plain"),
        Crawled(NOON, "https://www.nournews.ir/", page(1)),
        Crawled(
            NOON, f"{ENGLISH}/cut", page(2), warc={"WARC-Truncated": "length"}, index={"truncated": "length"}
        ),
    )
    result = land(settings)
    assert result.landed == 0
    assert records(server) == []
    assert {path.rpartition("/")[2]: reason for path, reason in reasons(settings).items()} == {
        "old": "http_redirect",
        "gone": "http_error_status",
        "cut": "truncated_record",
    }
    assert result.passed_over == {"not_a_page": 2, "other_host": 1}


def test_a_page_of_unstated_type_is_looked_at(serve: Serve) -> None:
    _, _, settings = serve(
        Crawled(NOON, f"{ENGLISH}/a", page(1), index={"mime": "unk", "mime-detected": "text/html"})
    )
    assert land(settings).landed == 1


@pytest.mark.parametrize("gzip_members", [True, False])
def test_members_may_be_plain(gzip_members: bool, serve: Serve) -> None:
    crawl = Crawl(
        NAME, [Crawled(NOON, f"{ENGLISH}/a", page(1))], "2025-08-21", "2025-09-05", gzip=gzip_members
    )
    _, _, settings = serve(crawl)
    land(settings)
    assert [raw(settings, row) for row in rows(settings)] == [page(1)]


# what a revisit stands for


def original(stamp: str = "20250825080000") -> Crawled:
    return Crawled(stamp, f"{ENGLISH}/news/a", page(1))


def revisit(**warc: str) -> Crawled:
    named = {"WARC-Refers-To-Target-URI": f"{ENGLISH}/news/a", "WARC-Refers-To-Date": "2025-08-25T08:00:00Z"}
    return Crawled(NOON, f"{ENGLISH}/news/a", status=304, kind="revisit", warc=named | warc)


def test_a_revisit_is_the_capture_that_it_names(serve: Serve) -> None:
    _, _, settings = serve(original(), revisit())
    assert land(settings).landed == 1
    (row,) = rows(settings)
    assert raw(settings, row) == page(1)
    assert (row["captured_at"].hour, row["http_status"]) == (12, 200)


@pytest.mark.parametrize(
    ("captures", "reported"),
    [
        ([revisit()], "which the index doesn't have"),
        (
            [revisit(**{"WARC-Refers-To-Date": "2025-08-25T08:00:01Z"}), original()],
            "which the index doesn't have",
        ),
        ([revisit(**{"WARC-Refers-To-Date": "some day"}), original()], "doesn't say which"),
        ([revisit(**{"WARC-Refers-To-Date": "2001-01-01T00:00:00Z"}), original()], "doesn't have"),
    ],
    ids=["gone", "another second", "no date", "before all crawls"],
)
def test_a_revisit_of_nothing_we_can_find_is_reported(
    captures: list[Crawled], reported: str, serve: Serve
) -> None:
    _, _, settings = serve(*captures)
    assert land(settings).landed == 0
    (row,) = rows(settings, "rejected")
    assert row["reason_code"] == "unresolved_revisit"
    assert reported in row["detail"]


# what is damaged


@pytest.mark.parametrize(
    ("crawled", "reason_code"),
    [
        (Crawled(NOON, f"{ENGLISH}/a", page(1), spoil=(b"</html>", b"</hmtl>")), "bad_digest"),
        (Crawled(NOON, f"{ENGLISH}/a", page(1), index={"digest": "A" * 32}), "bad_digest"),
        (Crawled(NOON, f"{ENGLISH}/a", page(1), spoil=(page(1)[-500:], b"")), "truncated_record"),
        (Crawled(NOON, f"{ENGLISH}/a", page(1), spoil=(b"WARC/1.0", b"WRAC/1.0")), "bad_record"),
        (
            Crawled(NOON, f"{ENGLISH}/a", page(1), spoil=(b"2025-09-01T12:00:00Z", b"2025-09-01T12:00:01Z")),
            "bad_record",
        ),
        (Crawled(NOON, f"{ENGLISH}/a", page(1), index={"url": f"{ENGLISH}/b"}), "bad_record"),
        (Crawled(NOON, f"{ENGLISH}/a", page(1), index={"offset": "50"}), "bad_record"),
        (Crawled(NOON, f"{ENGLISH}/a", page(1), index={"offset": "99999999"}), "capture_not_served"),
        (Crawled(NOON, f"{ENGLISH}/a", page(1), index={"length": "300000"}), "capture_not_served"),
        (Crawled(NOON, f"{ENGLISH}/a", page(1), index={"length": "60"}), "bad_content_encoding"),
        (Crawled(NOON, f"{ENGLISH}/a", page(1), index={"length": "999999999"}), "record_too_large"),
        (Crawled(NOON, f"{ENGLISH}/a", page(1), index={"length": "0"}), "record_too_large"),
        (
            Crawled(NOON, f"{ENGLISH}/a", page(1), index={"filename": "elsewhere.warc.gz"}),
            "capture_not_served",
        ),
        (Crawled(NOON, f"{ENGLISH}/a", page(1), index={"filename": "//10.0.0.1/x"}), "capture_not_served"),
        (Crawled(NOON, f"{ENGLISH}/a", page(1), index={"filename": "@10.0.0.1/x"}), "capture_not_served"),
        (Crawled(NOON, f"{ENGLISH}/a", b"x" * 300_000), "record_too_large"),
        (Crawled(NOON, f"{ENGLISH}/a", b"\0" * 9_000_000), "decompressed_too_large"),
        (
            Crawled(
                NOON,
                f"{ENGLISH}/a",
                gzip.compress(b"\0" * 9_000_000, mtime=0),
                http={"Content-Encoding": "gzip"},
            ),
            "decompressed_too_large",
        ),
    ],
    ids=range(18),
)
def test_a_bad_record_costs_only_itself(crawled: Crawled, reason_code: str, serve: Serve) -> None:
    good = Crawled(NOON, f"{ENGLISH}/z", page(2))
    _, _, settings = serve(crawled, good, limits={"max_page_bytes": 200_000})
    assert land(settings).landed == 1
    assert list(reasons(settings).values()) == [reason_code]


def test_a_record_without_a_digest_is_held_to_the_indexs(serve: Serve) -> None:
    digest = b"WARC-Payload-Digest", b"X-Digest-Of-Nothing"
    good = Crawled(NOON, f"{ENGLISH}/a", page(1), spoil=digest)
    archive, _, settings = serve(good)
    crawl = archive.crawls[NAME]
    member = gzip.decompress(crawl.file[100:])
    assert b"X-Digest-Of-Nothing" in member
    crawl.lines[0]["digest"] = "A" * 32
    # the block's digest stands for the whole, so it is taken away as well
    bare = gzip.compress(member.replace(b"WARC-Block-Digest", b"X-Digest-Of-Blocks"), mtime=0)
    crawl.file = crawl.file[:100] + bare
    crawl.lines[0]["length"] = str(len(bare))
    land(settings)
    assert list(reasons(settings).values()) == ["bad_digest"]


def test_a_server_that_knows_no_ranges_is_not_read_whole(serve: Serve) -> None:
    archive, _, settings = serve(Crawled(NOON, f"{ENGLISH}/a", page(1)))
    crawl = archive.crawls[NAME]
    archive.instead[f"/{crawl.filename}"] = Answer(crawl.file * 100)
    land(settings)
    assert list(reasons(settings).values()) == ["record_too_large"]


# what goes down


@pytest.mark.parametrize("path", ["/collinfo.json", f"/{NAME}-index"])
@pytest.mark.parametrize(
    ("answer", "error", "reported"),
    [
        (Answer(status=503, body=b"slow down"), FeedUnavailable, "gave no answer"),
        (HangUp(), FeedUnavailable, "gave no answer"),
        (Answer(b"<html>"), FeedUnavailable, "without a list of captures"),
        (Answer(b'{"pages": "many"}'), FeedUnavailable, "without a list of captures"),
        (Answer(status=403), FeedRefused, "HTTP status 403"),
    ],
    ids=["503", "silent", "html", "no number", "403"],
)
def test_an_index_that_does_not_answer_is_the_feeds_failure(
    path: str, answer: Answer | HangUp, error: type[Exception], reported: str, serve: Serve
) -> None:
    archive, _, settings = serve(Crawled(NOON, f"{ENGLISH}/a", page(1)))
    archive.instead[path] = answer
    with pytest.raises(error, match=reported):
        land(settings)


def test_an_index_elsewhere_is_not_asked(serve: Serve) -> None:
    archive, _, settings = serve(Crawled(NOON, f"{ENGLISH}/a", page(1)))
    archive.base = "http://10.0.0.1"
    with pytest.raises(FeedRefused, match="none of the places"):
        land(settings)


def test_records_that_are_all_refused_end_the_run(serve: Serve) -> None:
    archive, server, settings = serve(*(Crawled(NOON, f"{ENGLISH}/{n}", page(n)) for n in range(9)))
    archive.instead[f"/{archive.crawls[NAME].filename}"] = Answer(status=403)
    with pytest.raises(FeedRefused, match="one record after the other"):
        land(settings)
    assert len(records(server)) == 3


def test_data_that_go_down_keep_what_came_before(serve: Serve) -> None:
    _, server, settings = serve(*(Crawled(NOON, f"{ENGLISH}/{n}", page(n)) for n in range(6)))
    right = server.respond

    def respond(asked: Any) -> Any:
        ranged = asked.path.startswith("/crawl-data/")
        return Answer(status=503) if ranged and len(records(server)) > 2 else right(asked)

    server.respond = respond
    with pytest.raises(FeedUnavailable, match="is silent"):
        land(settings)
    assert len(rows(settings)) == 2
    server.respond = right
    result = land(settings)
    assert (result.landed, result.rejected) == (6, 0)
    assert len(records(server)) == 2 + 3 + 4


def test_a_day_that_no_crawl_has_is_empty(serve: Serve) -> None:
    _, _, settings = serve(Crawled(NOON, f"{ENGLISH}/a", page(1)))
    assert land(settings, date(2024, 1, 1)).landed == 0


def test_a_bad_line_costs_only_itself(serve: Serve) -> None:
    bad: list[dict[str, Any]] = [
        {"timestamp": "x"},
        {"offset": "-1"},
        {"length": None},
        {"url": None},
        {"digest": 5},
    ]
    _, _, settings = serve(
        *(Crawled(NOON, f"{ENGLISH}/{n}", page(n), index=index) for n, index in enumerate(bad)),
        Crawled(NOON, f"{ENGLISH}/good", page(9)),
    )
    result = land(settings)
    assert (result.landed, result.passed_over) == (1, {"bad_index_line": 5})
