"""The client sends requests only where it may, limits what it reads, and names its operator."""

from __future__ import annotations

import gzip
import itertools
import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from newsmarts.core.errors import CaptureError, FeedUnavailable
from newsmarts.land.capture import Credential
from newsmarts.land.web.addresses import Address
from newsmarts.land.web.client import Client
from newsmarts.land.web.exchange import Reply
from tests.land.servers.loopback import (
    Answer,
    Asked,
    DrippingServer,
    Hang,
    HangUp,
    LoopbackServer,
    not_found,
    pages,
)
from tests.land.web.clients import AGENT, Clock, client

pytestmark = pytest.mark.enable_socket

LIMIT = 10_000


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer(not_found) as running:
        yield running


@pytest.fixture
def make(tmp_path: Path, server: LoopbackServer) -> Iterator[Callable[..., Client]]:
    made: list[Client] = []

    def make(*urls: str, **more: Any) -> Client:
        made.append(client(tmp_path, server.url, *urls, **more))
        return made[-1]

    yield make
    for each in made:
        each.__exit__(None, None, None)


def failure(asking: Client, url: str, **more: Any) -> CaptureError:
    with pytest.raises(CaptureError) as caught:
        asking.get(url, max_bytes=LIMIT, **more)
    assert caught.value.detail.endswith(".")
    return caught.value


# what is sent and what comes back


def test_a_page_comes_with_status_headers_and_bytes(
    make: Callable[..., Client], server: LoopbackServer
) -> None:
    server.respond = pages({"/a": Answer("پیج".encode(), headers={"ETag": '"1"', "X-Two": "a"})})
    reply = make().get(f"{server.url}/a?b=c#d", max_bytes=LIMIT)
    assert (reply.status, reply.body.decode(), reply.media_type) == (200, "پیج", "text/html")
    assert reply.headers["etag"] == '"1"'
    assert str(reply.address) == f"{server.url}/a?b=c"
    assert server.asked[0].target == "/a?b=c"


def test_the_request_is_honest_and_plain(
    make: Callable[..., Client], server: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    server.respond = lambda asked: Answer(b"page", headers={"Set-Cookie": "id=1; Path=/"})
    asking = make()
    for _ in range(2):
        asking.get(f"{server.url}/", max_bytes=LIMIT)
    sent = server.asked[1].headers
    assert sent["user-agent"] == AGENT
    assert sent["host"] == server.url.removeprefix("http://")
    assert not {"cookie", "authorization", "referer"} & set(sent)


def test_user_and_password_in_an_address_go_nowhere(
    make: Callable[..., Client], server: LoopbackServer
) -> None:
    url = server.url.replace("http://", "http://user:secret@")
    server.respond = lambda asked: Answer(b"page")
    reply = make().get(url, max_bytes=LIMIT)
    assert "authorization" not in server.asked[0].headers
    assert "secret" not in str(reply.address)


def test_an_encoded_body_is_decoded(make: Callable[..., Client], server: LoopbackServer) -> None:
    body = Answer(gzip.compress(b"page"), headers={"Content-Encoding": "gzip"})
    server.respond = pages({"/": body})
    assert make().get(server.url, max_bytes=LIMIT).body == b"page"
    assert server.asked[0].headers["accept-encoding"] == "gzip, deflate"


def test_an_empty_encoding_beside_the_real_one_is_passed_over(
    make: Callable[..., Client], server: LoopbackServer
) -> None:
    # the Wayback Machine sends both headers for pages that came compressed
    headers = {"content-encoding": "", "Content-Encoding": "gzip"}
    server.respond = pages({"/": Answer(gzip.compress(b"page"), headers=headers)})
    assert make().get(server.url, max_bytes=LIMIT).body == b"page"


def test_a_range_comes_as_it_is_stored(make: Callable[..., Client], server: LoopbackServer) -> None:
    member = gzip.compress(b"a record")
    answer = Answer(member, status=206, headers={"Content-Encoding": "gzip"})
    server.respond = pages({"/w.warc.gz": answer})
    reply = make().get(f"{server.url}/w.warc.gz", max_bytes=LIMIT, byte_range=(5, 9))
    assert (reply.status, reply.body) == (206, member)
    assert server.asked[0].headers["range"] == "bytes=5-9"
    assert server.asked[0].headers["accept-encoding"] == "identity"


def test_conditions_are_sent_and_not_modified_is_an_answer(
    make: Callable[..., Client], server: LoopbackServer
) -> None:
    server.respond = lambda asked: Answer(status=304 if asked.headers.get("if-none-match") == '"1"' else 200)
    reply = make().get(server.url, max_bytes=LIMIT, headers={"If-None-Match": '"1"'})
    assert (reply.status, reply.body) == (304, b"")


def test_a_header_that_would_end_the_line_is_not_sent(
    make: Callable[..., Client], server: LoopbackServer
) -> None:
    error = failure(make(), server.url, headers={"If-None-Match": '"1"\r\nX-Evil: 1'})
    assert error.reason_code == "bad_address"
    assert not server.asked


# where it goes


@pytest.mark.parametrize(
    "url", ["https://elsewhere.example/", "http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:9/"]
)
def test_other_places_are_not_asked(url: str, make: Callable[..., Client]) -> None:
    assert failure(make(), url).reason_code == "host_not_allowed"


def test_what_is_no_address_is_not_asked(make: Callable[..., Client], server: LoopbackServer) -> None:
    assert failure(make(), "file:///etc/passwd").reason_code == "bad_address"
    assert failure(make(), f"{server.url}/a\r\nX: y").reason_code == "bad_address"


def test_redirects_are_followed_within_the_allowed_places(
    make: Callable[..., Client], server: LoopbackServer
) -> None:
    server.respond = pages(
        {
            "/a": Answer(status=301, headers={"Location": "/b"}),
            "/b": Answer(status=307, headers={"Location": f"{server.url}/c?x=y"}),
            "/c": Answer(b"page"),
        }
    )
    reply = make().get(f"{server.url}/a", max_bytes=LIMIT)
    assert (str(reply.address), reply.body) == (f"{server.url}/c?x=y", b"page")


def test_a_redirect_is_an_answer_where_it_is_not_to_be_followed(
    make: Callable[..., Client], server: LoopbackServer
) -> None:
    server.respond = pages({"/a": Answer(status=302, headers={"Location": "http://10.0.0.1/"})})
    assert make().get(f"{server.url}/a", max_bytes=LIMIT, follow=False).status == 302


@pytest.mark.parametrize(
    ("location", "reason_code"),
    [
        ("http://elsewhere.example/", "host_not_allowed"),
        ("http://169.254.169.254/", "host_not_allowed"),
        ("http://localhost/", "host_not_allowed"),
        ("file:///etc/passwd", "bad_redirect"),
        ("//[", "bad_redirect"),
        ("/again", "bad_redirect"),
    ],
)
def test_redirects_that_lead_astray(
    location: str, reason_code: str, make: Callable[..., Client], server: LoopbackServer
) -> None:
    server.respond = lambda asked: Answer(status=302, headers={"Location": location})
    assert failure(make(), f"{server.url}/again").reason_code == reason_code
    assert len(server.asked) <= 4


# how much it takes


def _endless() -> Iterator[bytes]:
    return itertools.repeat(b"x" * 1000)


@pytest.mark.parametrize(
    ("answer", "reason_code"),
    [
        (Answer(b"x" * (LIMIT + 1)), "record_too_large"),
        (Answer(_endless()), "record_too_large"),
        (Answer(b"x", stated_bytes=10**15, broken=True), "record_too_large"),
        (
            Answer(gzip.compress(b"\0" * 5_000_000), headers={"Content-Encoding": "gzip"}),
            "decompressed_too_large",
        ),
        (Answer(b"x", headers={"Content-Encoding": "compress"}), "unsupported_content_encoding"),
    ],
)
def test_answers_that_are_too_much(
    answer: Answer, reason_code: str, make: Callable[..., Client], server: LoopbackServer
) -> None:
    server.respond = lambda asked: answer
    with pytest.raises(CaptureError) as caught:
        make().get(server.url, max_bytes=LIMIT)
    assert caught.value.reason_code == reason_code
    assert len(server.asked) == 1


def test_a_drip_of_bytes_ends_with_its_time(make: Callable[..., Client], server: LoopbackServer) -> None:
    server.respond = lambda asked: Answer(server.drip(b"x", 0.01))
    error = failure(make(total_seconds=0.2), server.url)
    assert error.reason_code == "fetch_failed"
    assert len(server.asked) == 2


def test_a_drip_of_headers_ends_with_its_time(make: Callable[..., Client]) -> None:
    with DrippingServer(b"HTTP/1.1 200 OK\r\n", b"X-More: of this\r\n", 0.01) as dripping:
        error = failure(make(dripping.url, total_seconds=0.2), dripping.url)
    assert error.reason_code == "fetch_failed"


def test_a_silent_server_is_not_waited_for(make: Callable[..., Client], server: LoopbackServer) -> None:
    server.respond = lambda asked: Hang()
    error = failure(make(read_seconds=0.05), server.url)
    assert "timed out" in error.detail
    assert len(server.asked) == 2


def test_an_answer_that_is_searched_for_may_take_its_time(
    make: Callable[..., Client], server: LoopbackServer
) -> None:
    server.respond = lambda asked: Answer(itertools.islice(server.drip(b"x", 0.3), 2))
    asking = make(read_seconds=0.05)
    assert asking.get(server.url, max_bytes=LIMIT, read_seconds=5).body == b"xx"
    assert failure(asking, server.url).reason_code == "fetch_failed"


# when it tries again


def _first(*answers: Answer | Hang | HangUp) -> Callable[[Asked], Answer | Hang | HangUp]:
    waiting = list(answers)
    return lambda asked: waiting.pop(0) if len(waiting) > 1 else waiting[0]


@pytest.mark.parametrize(
    "bad", [HangUp(), Answer(b"half", stated_bytes=100, broken=True), Answer(status=503), Answer(status=522)]
)
def test_a_weak_moment_is_tried_over(
    bad: Answer | HangUp, make: Callable[..., Client], server: LoopbackServer
) -> None:
    clock = Clock()
    server.respond = _first(bad, Answer(b"page"))
    assert make(clock=clock).get(server.url, max_bytes=LIMIT).body == b"page"
    assert clock.slept == [1.0]


@pytest.mark.parametrize("status", [200, 204, 400, 403, 404, 410, 451])
def test_a_plain_answer_is_taken_as_it_is(
    status: int, make: Callable[..., Client], server: LoopbackServer
) -> None:
    server.respond = lambda asked: Answer(b"" if status == 204 else b"told", status=status)
    assert make().get(server.url, max_bytes=LIMIT).status == status
    assert len(server.asked) == 1


def test_retry_after_is_waited_for_by_all(make: Callable[..., Client], server: LoopbackServer) -> None:
    clock = Clock()
    server.respond = _first(Answer(status=429, headers={"Retry-After": "40"}), Answer(b"page"))
    assert make(clock=clock).get(server.url, max_bytes=LIMIT).body == b"page"
    assert clock.slept == [40]


def test_a_429_without_more_is_given_a_minute(make: Callable[..., Client], server: LoopbackServer) -> None:
    clock = Clock()
    server.respond = _first(Answer(status=429), Answer(b"page"))
    make(clock=clock).get(server.url, max_bytes=LIMIT)
    assert clock.slept == [60]


def test_a_longer_wait_than_we_have_makes_the_feed_unavailable_for_all(
    make: Callable[..., Client], server: LoopbackServer
) -> None:
    clock = Clock()
    server.respond = lambda asked: Answer(status=503, headers={"Retry-After": "500"})
    with pytest.raises(FeedUnavailable, match="left alone for 500 s"):
        make(clock=clock).get(server.url, max_bytes=LIMIT)
    with pytest.raises(FeedUnavailable, match="another 500 s"):
        make(clock=clock).get(server.url, max_bytes=LIMIT)
    assert len(server.asked) == 1
    assert clock.slept == []


def test_waits_of_one_address_add_up(make: Callable[..., Client], server: LoopbackServer) -> None:
    server.respond = lambda asked: Answer(status=503, headers={"Retry-After": "40"})
    with pytest.raises(FeedUnavailable):
        make(max_tries=10, max_wait_seconds=100).get(server.url, max_bytes=LIMIT)
    assert len(server.asked) == 3


def test_some_replies_are_meant_whatever_their_status(
    make: Callable[..., Client], server: LoopbackServer
) -> None:
    server.respond = lambda asked: Answer(status=503, headers={"Memento-Datetime": "x"})
    reply = make().get(
        server.url, max_bytes=LIMIT, is_answer=lambda reply: "memento-datetime" in reply.headers
    )
    assert reply.status == 503
    assert len(server.asked) == 1


def test_one_silent_address_is_its_own_fault_many_are_the_hosts(
    make: Callable[..., Client], server: LoopbackServer
) -> None:
    server.respond = lambda asked: Answer(b"page") if asked.path == "/good" else HangUp()
    asking = make()
    for _ in range(2):
        assert failure(asking, f"{server.url}/bad").reason_code == "fetch_failed"
    asking.get(f"{server.url}/good", max_bytes=LIMIT)
    for _ in range(2):
        assert failure(asking, f"{server.url}/bad").reason_code == "fetch_failed"
    with pytest.raises(FeedUnavailable, match="is silent: the last 3 addresses"):
        asking.get(f"{server.url}/bad", max_bytes=LIMIT)


def test_nobody_listening_is_no_answer(make: Callable[..., Client]) -> None:
    with LoopbackServer(not_found) as gone:
        url = gone.url
    error = failure(make(url), url)
    assert error.reason_code == "fetch_failed"
    assert "refused" in error.detail


def test_an_unknown_name_is_no_answer(make: Callable[..., Client]) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    error = failure(make("https://news.example/", resolve_host=unknown), "https://news.example/")
    assert "not known" in error.detail


def test_the_pause_is_kept_between_requests(make: Callable[..., Client], server: LoopbackServer) -> None:
    clock = Clock()
    server.respond = lambda asked: Answer(b"page")
    asking = make(clock=clock, pause_seconds=7)
    asking.get(server.url, max_bytes=LIMIT)
    asking.get(server.url, max_bytes=LIMIT, pause_seconds=20)
    asking.get(server.url, max_bytes=LIMIT)
    assert clock.slept == [7, 20]


# who gets its password


def test_credentials_go_to_the_feeds_own_places_only(
    make: Callable[..., Client], server: LoopbackServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    credential = Credential("reader", "hunter2")
    server.respond = lambda asked: Answer(b"page")
    make(credential=credential).get(server.url, max_bytes=LIMIT)
    make(credential=Credential(None, "t0ken")).get(server.url, max_bytes=LIMIT)
    assert server.asked[0].headers["authorization"] == "Basic cmVhZGVyOmh1bnRlcjI="
    assert server.asked[1].headers["authorization"] == "Bearer t0ken"
    assert "hunter2" not in repr(credential)
    assert not any(word in caplog.text for word in ("hunter2", "t0ken", "cmVhZGVy"))


def test_credentials_go_no_further_than_their_own_place_and_never_in_the_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: dict[str, str | None] = {}

    def get(address: Address, headers: Mapping[str, str], **_limits: object) -> Reply:
        sent[str(address)] = headers.get("Authorization")
        moved = {"https://index.example/": "https://news.example/"}.get(str(address))
        return Reply(address, 302 if moved else 200, {"location": moved} if moved else {}, b"")

    own = ("https://index.example/", "http://old.example/")
    with client(tmp_path, *own, hosts=["news.example"], credential=Credential(None, "t0ken")) as asking:
        monkeypatch.setattr(asking._exchange, "get", get)
        for url in own:
            asking.get(url, max_bytes=LIMIT)
    assert sent == {
        "https://index.example/": "Bearer t0ken",
        "https://news.example/": None,
        "http://old.example/": None,
    }
