"""robots.txt is minded: RFC 9309, and the crawl delay that sites add to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from newsmarts.core.errors import CaptureError, FeedRefused, FeedUnavailable, HostRefused
from newsmarts.land.web.addresses import parse
from newsmarts.land.web.robots import Robot
from tests.land.servers.loopback import Answer, Asked, HangUp, LoopbackServer
from tests.land.servers.site import CHALLENGE
from tests.land.web.clients import Clock, client

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer(lambda asked: Answer(b"page")) as running:
        yield running


@pytest.fixture
def make(tmp_path: Path, server: LoopbackServer) -> Iterator[Callable[..., Robot]]:
    made = []

    def make(robots: Answer | HangUp | str, **more: Any) -> Robot:
        answer = Answer(robots.encode(), content_type="text/plain") if isinstance(robots, str) else robots
        server.respond = lambda asked: answer if asked.path == "/robots.txt" else Answer(b"page")
        made.append(client(tmp_path, server.url, pause_seconds=1, **more))
        return Robot(made[-1])

    yield make
    for each in made:
        each.__exit__(None, None, None)


def test_what_is_forbidden_is_not_asked(make: Callable[..., Robot], server: LoopbackServer) -> None:
    robot = make("User-agent: *\nDisallow: /private/\nDisallow: /*.pdf$\nAllow: /private/open\n")
    for path in ("/private/a", "/a/b.pdf"):
        with pytest.raises(CaptureError) as caught:
            robot.get(f"{server.url}{path}", max_bytes=100)
        assert caught.value.reason_code == "robots_disallowed"
    for path in ("/private/open/a", "/a/b.pdf.html", "/"):
        assert robot.get(f"{server.url}{path}", max_bytes=100).body == b"page"
    assert server.paths() == ["/robots.txt", "/private/open/a", "/a/b.pdf.html", "/"]


@pytest.mark.parametrize(
    ("robots", "allowed"),
    [
        ("User-agent: news-marts\nDisallow: /\n\nUser-agent: *\nAllow: /\n", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: News-Marts\nAllow: /\n", True),
        ("User-agent: example\nDisallow: /\n", True),
        ("\ufeffUser-agent: *\nDisallow: /\n", False),
        ("<html>not found, says the site with status 200</html>", True),
        ("", True),
    ],
)
def test_the_rules_are_those_for_our_name(
    robots: str, allowed: bool, make: Callable[..., Robot], server: LoopbackServer
) -> None:
    robot = make(robots)
    if allowed:
        assert robot.get(f"{server.url}/a", max_bytes=100).status == 200
    else:
        with pytest.raises(CaptureError, match="robots_disallowed"):
            robot.get(f"{server.url}/a", max_bytes=100)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_no_robots_txt_means_no_rules(
    status: int, make: Callable[..., Robot], server: LoopbackServer
) -> None:
    robot = make(Answer(b"User-agent: *\nDisallow: /", status=status))
    assert robot.get(f"{server.url}/a", max_bytes=100).body == b"page"


@pytest.mark.parametrize(
    "robots",
    [
        Answer(status=500),
        Answer(status=503),
        HangUp(),
        Answer(status=300),
        Answer(status=302, headers={"Location": "http://elsewhere.example/robots.txt"}),
        Answer(b"x" * 3_000_000),
    ],
    ids=["500", "503", "no answer", "300", "elsewhere", "endless"],
)
def test_robots_txt_that_cannot_be_had_forbids_everything(
    robots: Answer | HangUp, make: Callable[..., Robot], server: LoopbackServer
) -> None:
    robot = make(robots)
    with pytest.raises(FeedUnavailable, match=r"robots\.txt"):
        robot.get(f"{server.url}/a", max_bytes=100)
    assert "/a" not in server.paths()


def test_a_robot_check_in_place_of_robots_txt_is_a_refusal(
    make: Callable[..., Robot], server: LoopbackServer
) -> None:
    robot = make(Answer(CHALLENGE, status=403))
    with pytest.raises(HostRefused) as caught:
        robot.get(f"{server.url}/a", max_bytes=100)
    assert caught.value.reason.reason_code == "challenge_page"


@pytest.mark.parametrize(
    ("answer", "reason_code"),
    [
        (Answer(CHALLENGE, status=403), "challenge_page"),
        (Answer(CHALLENGE, status=503), "challenge_page"),
        (Answer(CHALLENGE, status=429), "challenge_page"),
        (Answer(CHALLENGE), "challenge_page"),
        (Answer(b"", status=403, headers={"cf-mitigated": "challenge"}), "challenge_page"),
        (Answer(b"<title>Forbidden</title>", status=403), "access_refused"),
        (Answer(b"who are you?", status=401), "access_refused"),
        (Answer(b"", status=451), "access_refused"),
    ],
    ids=range(8),
)
def test_a_refusal_is_not_tried_over(
    answer: Answer, reason_code: str, make: Callable[..., Robot], server: LoopbackServer
) -> None:
    robot = make("", max_tries=5)
    server.respond = lambda asked: answer if asked.path == "/a" else Answer(b"")
    with pytest.raises(HostRefused) as caught:
        robot.get(f"{server.url}/a", max_bytes=10_000)
    assert caught.value.reason.reason_code == reason_code
    assert server.paths() == ["/robots.txt", "/a"]


@pytest.mark.parametrize(
    ("robots", "pause_seconds"),
    [
        ("User-agent: *\nCrawl-delay: 7\n", 7),
        ("User-agent: *\nRequest-rate: 1/20\n", 20),
        ("User-agent: *\nCrawl-delay: 0.5\n", 1),
    ],
)
def test_the_crawl_delay_is_kept_if_it_is_longer_than_ours(
    robots: str, pause_seconds: float, make: Callable[..., Robot], server: LoopbackServer
) -> None:
    clock = Clock()
    robot = make(robots, clock=clock)
    for _ in range(3):
        robot.get(f"{server.url}/a", max_bytes=100)
    assert clock.slept == [1, pause_seconds, pause_seconds]  # the first before robots.txt was read


def test_a_delay_that_is_no_crawl_is_a_refusal(make: Callable[..., Robot], server: LoopbackServer) -> None:
    robot = make("User-agent: *\nCrawl-delay: 86400\n")
    with pytest.raises(FeedRefused, match="86400 s between two requests"):
        robot.get(f"{server.url}/a", max_bytes=100)


def test_the_rules_hold_after_a_redirect_too(make: Callable[..., Robot], server: LoopbackServer) -> None:
    robot = make("User-agent: *\nDisallow: /private\n")
    to_private = Answer(status=301, headers={"Location": "/private/a"})
    rules = Answer(b"User-agent: *\nDisallow: /private\n")

    def respond(asked: Asked) -> Answer:
        return {"/robots.txt": rules, "/a": to_private}.get(asked.path, Answer(b"page"))

    server.respond = respond
    with pytest.raises(CaptureError, match="robots_disallowed"):
        robot.get(f"{server.url}/a", max_bytes=100)
    assert server.paths() == ["/robots.txt", "/a"]


def test_redirects_end(make: Callable[..., Robot], server: LoopbackServer) -> None:
    robot = make("")
    again = Answer(status=302, headers={"Location": "/a"})
    server.respond = lambda asked: again if asked.path == "/a" else Answer(b"")
    with pytest.raises(CaptureError, match="more than 3 times"):
        robot.get(f"{server.url}/a", max_bytes=100)


def test_sitemaps_are_reported(make: Callable[..., Robot], server: LoopbackServer) -> None:
    robot = make("User-agent: *\nDisallow: /x\nSitemap: https://a.example/all.xml\n")
    assert robot.sitemaps(parse(server.url)) == ("https://a.example/all.xml",)
