"""The live feed against a small news site."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from newsmarts.core import partitions
from newsmarts.core.errors import FeedRefused, FeedUnavailable, SettingsError
from newsmarts.core.settings import Settings
from newsmarts.land import run
from newsmarts.land.feeds import live
from newsmarts.land.web.client import VERSION
from tests.land.servers.captures import page
from tests.land.servers.loopback import Answer, Asked, Hang, HangUp, LoopbackServer
from tests.land.servers.site import CHALLENGE, Site
from tests.land.web_feeds import DAY, declare, land, raw, reasons, rows

pytestmark = pytest.mark.enable_socket

NOON = datetime(2025, 9, 1, 12, tzinfo=UTC)


class Today:
    """The feed's clock: a second later each time somebody looks."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> Today:
    clock = Today()
    monkeypatch.setattr(live, "_now", clock)
    return clock


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def server(site: Site) -> Iterator[LoopbackServer]:
    with LoopbackServer(site) as running:
        site.base = running.url
        yield running


def set_up(settings: Settings, server: LoopbackServer, **keys: Any) -> Settings:
    defaults: dict[str, Any] = {
        "hosts": ["127.0.0.1"],
        "publishers": {"127.0.0.1": "al_mayadeen"},
        "contact": "desk@example.org",
        "sitemaps": [f"{server.url}/sitemaps/all.xml"],
    }
    return declare(settings, "live", **defaults | keys)


def pages(server: LoopbackServer) -> list[str]:
    return [path for path in server.paths() if path.startswith(("/news/", "/articles/", "/en/"))]


# what lands


def test_what_the_sitemap_names_as_new_lands(settings: Settings, server: LoopbackServer, site: Site) -> None:
    site.publish("/news/politics/new", 1, NOON - timedelta(hours=1))
    site.publish("/news/politics/newer", 2, NOON)
    site.publish("/news/politics/old", 3, NOON - timedelta(days=9))
    site.publish("/tag/politics", 4, NOON)
    site.publish("/news/politics/last-month", 5, NOON - timedelta(days=40))
    result = land(set_up(settings, server))
    assert pages(server) == ["/news/politics/newer", "/news/politics/new"]
    first = min(rows(settings), key=lambda row: row["captured_at"])
    assert raw(settings, first) == page(2)
    assert first["url"] == first["source_path"] == f"{server.url}/news/politics/newer"
    assert (first["publisher"], first["http_status"], first["feed"]) == ("al_mayadeen", 200, "live")
    assert first["captured_at"] > NOON
    assert result.passed_over == {"older": 1, "other_path": 1, "other_sitemap": 1}
    assert "/sitemaps/all/sitemap-2025-7.xml" not in server.paths()


def test_everybody_is_reported_who_asks(settings: Settings, server: LoopbackServer, site: Site) -> None:
    site.publish("/news/politics/new", 1, NOON)
    land(set_up(settings, server))
    agents = {asked.headers["user-agent"] for asked in server.asked}
    assert agents == {f"news-marts/{VERSION} (+desk@example.org)"}


@pytest.mark.parametrize("start", ["/sitemaps/all/sitemap-{year}-{month}.xml", "/robots.txt"])
def test_sitemaps_are_found_by_month_or_by_robots_txt(
    start: str, settings: Settings, server: LoopbackServer, site: Site
) -> None:
    site.robots = f"User-agent: *\nDisallow:\nSitemap: {server.url}/sitemaps/all.xml\n"
    site.publish("/news/politics/new", 1, NOON)
    assert land(set_up(settings, server, sitemaps=[f"{server.url}{start}"])).landed == 1


def test_listing_pages_name_articles_too(settings: Settings, server: LoopbackServer, site: Site) -> None:
    for number in (1, 2):
        site.publish(f"/en/news/20000{number}/a-slug", number)
    links = "/en/news/200001/a-slug#top", "/en/news/200002/a-slug", "/about", "https://other.example/news/a/b"
    site.instead["/en"] = Answer("".join(f'<a href="{link}">more</a>' for link in links).encode())
    settings = set_up(settings, server, sitemaps=[], listings=[f"{server.url}/en"])
    result = land(settings)
    assert (result.landed, result.passed_over) == (2, {"other_path": 1, "other_host": 1})
    assert land(settings).new == 0
    assert len(pages(server)) == 2


@pytest.mark.parametrize(
    "listing",  # its path, its head, and a link on it
    [
        ("/en", "", "news/279165/slug"),
        ("/en/", "", "news/279165/slug"),
        ("/en/Service/AllNews", "", "news/279165/slug"),
        ("/en/Service/world/Page-2?sort=1", "", "news/279165/slug"),
        ("/any/list", '<base href="/en/">', "news/279165/slug"),
        ("/any/list", '<base target="_blank"><base href="{url}/en/x">', "./news/279165/slug"),
        ("/en/Service/AllNews", '<base href="/other/">', "news/279165/slug"),
        ("/en/Service/AllNews", '<base href="javascript:alert(1)">', "news/279165/slug"),
        ("/any/list", "", "/en/news/279165/slug"),
    ],
)
def test_relative_links_of_a_list(
    listing: tuple[str, str, str], settings: Settings, server: LoopbackServer, site: Site
) -> None:
    list_path, head, link = listing
    site.publish("/en/news/279165/slug", 1)
    body = f'{head.format(url=server.url)}<a href="{link}">more</a><a href="about">us</a>'
    site.instead[list_path] = Answer(body.encode())
    result = land(set_up(settings, server, sitemaps=[], listings=[f"{server.url}{list_path}"]))
    assert (result.landed, result.passed_over) == (1, {"other_path": 1})
    assert pages(server)[-1] == "/en/news/279165/slug"
    assert reasons(settings) == {}


def test_a_base_on_another_host_is_where_the_links_lead(
    settings: Settings, server: LoopbackServer, site: Site
) -> None:
    body = b'<base href="https://elsewhere.example/en/"><a href="news/279165/slug">more</a>'
    site.instead["/en"] = Answer(body)
    with pytest.raises(FeedUnavailable, match="1 link to other hosts"):
        land(set_up(settings, server, sitemaps=[], listings=[f"{server.url}/en"]))


# what gives nothing


@pytest.mark.parametrize(
    ("body", "reported"),
    [
        (b'<a href="/about">us</a><a href="/tag/x">x</a>', "2 links to other paths than articles have"),
        (b"<div id=app></div>", "no links at all"),
        (b"", "no links at all"),
    ],
)
def test_a_list_without_articles_is_reported_with_the_next_step(
    body: bytes, reported: str, settings: Settings, server: LoopbackServer, site: Site
) -> None:
    site.instead["/en"] = Answer(body)
    listing = f"{server.url}/en"
    with pytest.raises(FeedUnavailable, match=reported) as caught:
        land(set_up(settings, server, sitemaps=[], listings=[listing]))
    assert str(caught.value).startswith(f"No article is named by {listing}")
    assert "article_paths" in str(caught.value)
    assert "wayback" in str(caught.value)


def test_an_empty_sitemap_is_a_warning(
    settings: Settings, server: LoopbackServer, caplog: pytest.LogCaptureFixture
) -> None:
    settings = set_up(
        settings, server, sitemaps=[f"{server.url}/sitemaps/all/sitemap-{{year}}-{{month}}.xml"]
    )
    assert land(settings).landed == 0
    assert "no links at all" in caplog.text


def test_older_articles_alone_are_nothing_to_report(
    settings: Settings, server: LoopbackServer, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.publish("/news/politics/old", 1, NOON - timedelta(days=9))
    assert land(set_up(settings, server)).landed == 0
    assert "No article" not in caplog.text


def test_lists_that_robots_may_not_read(settings: Settings, server: LoopbackServer, site: Site) -> None:
    site.robots = "User-agent: *\nDisallow: /\n"
    site.publish("/news/politics/a", 1, NOON)
    with pytest.raises(FeedRefused, match=r"None of the feed's lists may be read.*robots.*wayback"):
        land(set_up(settings, server))


# coming back


def test_what_has_not_changed_is_not_asked_for_again(
    settings: Settings, server: LoopbackServer, site: Site
) -> None:
    site.publish("/news/politics/a", 1, NOON)
    settings = set_up(settings, server)
    land(settings)
    again = land(settings)
    assert (again.new, again.passed_over) == (0, {"unchanged": 1})
    assert len(pages(server)) == 1


def test_what_may_have_changed_is_asked_for_on_condition(
    settings: Settings, server: LoopbackServer, site: Site, today: Today
) -> None:
    path = "/news/politics/a"
    site.publish(path, 1, NOON)
    settings = set_up(settings, server)
    land(settings)
    site.publish(path, 1, NOON + timedelta(hours=1))  # touched
    today.now = NOON + timedelta(hours=2)
    again = land(settings)
    assert (again.new, again.passed_over) == (0, {"not_modified": 1})
    assert server.asked[-1].headers["if-none-match"] == site.articles[path].etag
    site.publish(path, 2, NOON + timedelta(hours=3))  # rewritten
    today.now = NOON + timedelta(hours=4)
    assert land(settings).new == 1
    assert {raw(settings, row) for row in rows(settings)} == {page(1), page(2)}


def test_conditions_are_remembered_from_day_to_day(
    settings: Settings, server: LoopbackServer, site: Site, today: Today
) -> None:
    site.publish("/news/politics/a", 1)  # the site doesn't say when it changes
    settings = set_up(settings, server)
    land(settings)
    assert land(settings).passed_over == {"unchanged": 1}
    today.now = NOON + timedelta(days=1)
    tomorrow = date(2025, 9, 2)
    assert land(settings, tomorrow).passed_over == {"not_modified": 1}
    assert rows(settings, day=tomorrow) == []


def test_they_are_remembered_too_when_the_captures_are_in_an_object_store(
    settings: Settings, server: LoopbackServer, site: Site, today: Today
) -> None:
    site.publish("/news/politics/a", 1)
    settings = set_up(settings, server).model_copy(update={"archive_url": f"memory://live{server.port}"})
    assert land(settings).landed == 1
    assert land(settings).passed_over == {"unchanged": 1}
    today.now = NOON + timedelta(days=1)
    assert land(settings, date(2025, 9, 2)).passed_over == {"not_modified": 1}
    assert not (settings.home / "raw" / "manifest").exists()


def test_an_etag_whose_page_never_landed_is_not_used(
    settings: Settings, server: LoopbackServer, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.publish("/news/politics/a", 1)
    settings = set_up(settings, server)
    with monkeypatch.context() as patch:
        # killed after asking and before the rows were written, but for what the feed itself wrote
        patch.setattr(run._Landing, "write", lambda self: None)
        land(settings)
    assert list((partitions.web_path(settings.home) / "visits").iterdir())
    assert land(settings).new == 1
    assert "if-none-match" not in server.asked[-1].headers


def test_a_damaged_memory_costs_only_the_conditions(
    settings: Settings, server: LoopbackServer, site: Site, today: Today
) -> None:
    site.publish("/news/politics/a", 1)
    settings = set_up(settings, server)
    land(settings)
    memory = partitions.web_path(settings.home) / "visits" / "live.json"
    assert list(json.loads(memory.read_bytes())) == [f"{server.url}/news/politics/a"]
    for damage in (b"{", b"[1]", b'{"a": {}}', b'{"a": 5}', b'{"a": {"captured_at": 1, "checked_at": 2}}'):
        memory.write_bytes(damage)
        assert land(settings).passed_over == {"unchanged": 1}


# which day


@pytest.mark.parametrize("day", [date(2025, 8, 31), date(2025, 9, 2)])
def test_any_other_day_has_nothing_to_give_and_says_so(
    day: date,
    settings: Settings,
    server: LoopbackServer,
    site: Site,
    caplog: pytest.LogCaptureFixture,
) -> None:
    site.publish("/news/politics/a", 1, NOON)
    assert land(set_up(settings, server), day).landed == 0
    assert server.asked == []
    assert f"nothing to give for {day}" in caplog.text


def test_midnight_ends_the_run(settings: Settings, server: LoopbackServer, site: Site, today: Today) -> None:
    for number in range(9):
        site.publish(f"/news/politics/{number}", number, NOON)
    today.now = datetime(2025, 9, 1, 23, 59, 52, tzinfo=UTC)
    result = land(set_up(settings, server))
    assert 0 < result.landed < 9
    assert result.passed_over == {"after_midnight": 9 - result.landed}
    assert all(row["capture_day"] == DAY for row in rows(settings))


# what it minds


def test_robots_txt_is_minded(settings: Settings, server: LoopbackServer, site: Site) -> None:
    site.robots = "User-agent: *\nDisallow: /news/private/\n"
    site.publish("/news/private/a", 1, NOON)
    site.publish("/news/politics/a", 2, NOON)
    assert land(set_up(settings, server)).landed == 1
    assert reasons(settings) == {f"{server.url}/news/private/a": "robots_disallowed"}
    assert pages(server) == ["/news/politics/a"]


def test_no_robots_txt_for_now_means_nothing_for_now(
    settings: Settings, server: LoopbackServer, site: Site
) -> None:
    site.instead["/robots.txt"] = Answer(status=503)
    site.publish("/news/politics/a", 1, NOON)
    with pytest.raises(FeedUnavailable, match=r"robots\.txt"):
        land(set_up(settings, server))
    assert set(server.paths()) == {"/robots.txt"}


@pytest.mark.parametrize(
    ("answer", "reason_code"),
    [
        (Answer(b"no robots", status=403), "access_refused"),
        (Answer(CHALLENGE, status=403), "challenge_page"),
        (Answer(CHALLENGE, status=503), "challenge_page"),
        (Answer(CHALLENGE), "challenge_page"),
    ],
    ids=["403", "challenge 403", "challenge 503", "challenge 200"],
)
def test_a_refusal_stops_the_host_and_points_to_the_archives(
    answer: Answer, reason_code: str, settings: Settings, server: LoopbackServer, site: Site
) -> None:
    for number in range(5):
        site.publish(f"/news/politics/{number}", number, NOON - timedelta(minutes=number))
    site.instead["/news/politics/2"] = answer
    settings = set_up(settings, server, limits={"max_tries": 3})
    with pytest.raises(FeedRefused, match=r"wayback or common_crawl in .*feeds\.toml"):
        land(settings)
    assert pages(server) == [f"/news/politics/{number}" for number in range(3)]
    assert len(rows(settings)) == 2
    assert reasons(settings) == {f"{server.url}/news/politics/2": reason_code}
    site.instead.clear()
    result = land(settings)
    assert (result.landed, result.rejected) == (5, 0)


def test_a_refused_sitemap_stops_the_host(settings: Settings, server: LoopbackServer, site: Site) -> None:
    site.instead["/sitemaps/all.xml"] = Answer(CHALLENGE, status=403)
    with pytest.raises(FeedRefused, match="robot check"):
        land(set_up(settings, server))
    assert server.paths() == ["/robots.txt", "/sitemaps/all.xml"]


def test_one_hosts_refusal_is_not_the_others(settings: Settings, server: LoopbackServer, site: Site) -> None:
    site.publish("/news/politics/a", 1, NOON)
    local = server.url.replace("127.0.0.1", "localhost")

    def refusing(asked: Asked) -> object:
        return Answer(status=403) if asked.headers["host"].startswith("localhost") else site(asked)

    server.respond = refusing  # type: ignore[assignment]
    settings = set_up(
        settings,
        server,
        hosts=["127.0.0.1", "localhost"],
        allow_private_hosts=["127.0.0.1", "localhost"],
        sitemaps=[f"{local}/sitemaps/all.xml", f"{server.url}/sitemaps/all.xml"],
    )
    with pytest.raises(FeedRefused, match="localhost refuses us"):
        land(settings)
    assert len(rows(settings)) == 1


def test_too_many_requests_are_waited_out(settings: Settings, server: LoopbackServer, site: Site) -> None:
    site.publish("/news/politics/a", 1, NOON)
    waiting = [Answer(status=429, headers={"Retry-After": "0"})]

    def respond(asked: Asked) -> object:
        return waiting.pop() if asked.path.startswith("/news/") and waiting else site(asked)

    server.respond = respond  # type: ignore[assignment]
    assert land(set_up(settings, server, limits={"max_tries": 2})).landed == 1
    assert pages(server) == ["/news/politics/a"] * 2


def test_a_redirect_inside_is_an_ordinary_thing_and_one_outside_is_not_followed(
    settings: Settings, server: LoopbackServer, site: Site
) -> None:
    for number, path in enumerate(("/news/a/moved", "/news/a/away", "/news/a/inside", "/news/a/target")):
        site.publish(path, number, NOON)
    site.instead["/news/a/moved"] = Answer(status=301, headers={"Location": "/news/a/target"})
    site.instead["/news/a/away"] = Answer(status=302, headers={"Location": "https://elsewhere.example/"})
    site.instead["/news/a/inside"] = Answer(status=302, headers={"Location": "http://169.254.169.254/"})
    land(set_up(settings, server))
    assert {row["url"].rpartition("/")[2] for row in rows(settings)} == {"moved", "target"}
    assert reasons(settings) == {
        f"{server.url}/news/a/away": "host_not_allowed",
        f"{server.url}/news/a/inside": "host_not_allowed",
    }


def test_bad_pages_cost_only_themselves(settings: Settings, server: LoopbackServer, site: Site) -> None:
    bad: dict[str, Answer | Hang | HangUp] = {
        "gone": Answer(status=404),
        "broken": HangUp(),
        "endless": Answer(iter(lambda: b"x" * 10_000, None)),
        "picture": Answer(b"\xff\xd8", content_type="image/jpeg"),
    }
    for name, answer in bad.items():
        site.publish(f"/news/a/{name}", 1, NOON)
        site.instead[f"/news/a/{name}"] = answer
    site.publish("/news/a/good", 1, NOON)
    settings = set_up(settings, server, limits={"max_page_bytes": 500_000})
    result = land(settings)
    assert (result.landed, result.passed_over["not_a_page"]) == (1, 1)
    assert sorted(reasons(settings).values()) == ["fetch_failed", "http_error_status", "record_too_large"]


def test_only_so_many_pages_a_run_those_never_seen_first(
    settings: Settings, server: LoopbackServer, site: Site, today: Today
) -> None:
    for number in range(5):
        site.publish(f"/news/politics/{number}", number)
    settings = set_up(settings, server, limits={"max_captures": 3})
    assert land(settings).passed_over == {"over_max_captures": 2}
    today.now = NOON + timedelta(days=1)
    land(settings, date(2025, 9, 2))
    assert sorted(pages(server)[3:5]) == ["/news/politics/3", "/news/politics/4"]


@pytest.mark.parametrize(
    ("lists", "reported"),
    [
        ({"/sitemaps/all.xml": Answer(status=404)}, "HTTP status 404"),
        ({"/sitemaps/all.xml": Answer(b"<not xml")}, "no sitemap"),
        ({"/sitemaps/all.xml": HangUp()}, "gave no answer"),
    ],
)
def test_without_any_list_the_feed_has_failed(
    lists: dict[str, Answer | HangUp], reported: str, settings: Settings, server: LoopbackServer, site: Site
) -> None:
    site.instead |= lists
    with pytest.raises(FeedUnavailable, match=reported):
        land(set_up(settings, server))


def test_one_list_that_cannot_be_read_is_reported_and_the_others_are(
    settings: Settings, server: LoopbackServer, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    site.publish("/news/politics/a", 1, NOON)
    starts = [f"{server.url}/nowhere.xml", f"{server.url}/sitemaps/all.xml"]
    assert land(set_up(settings, server, sitemaps=starts)).landed == 1
    assert "/nowhere.xml can't be read" in caplog.text


# set-up


def test_without_a_contact_it_does_not_start(settings: Settings, server: LoopbackServer) -> None:
    declared = set_up(settings, server)
    path = declared.feeds_file
    path.write_text(path.read_text().replace('contact = "desk@example.org"\n', ""))
    with pytest.raises(SettingsError, match=r"\[feeds\.live\] contact: it is missing"):
        land(declared)
    assert server.asked == []


def test_a_pattern_that_is_none_is_reported(settings: Settings, server: LoopbackServer) -> None:
    with pytest.raises(SettingsError, match="not a regular expression"):
        land(set_up(settings, server, article_paths=["/news/("]))
