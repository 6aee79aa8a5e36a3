"""The routes with made-up guards: which guards each route has, that each has one, and forged forms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from fastapi import FastAPI

from newsmarts.core.settings import settings
from newsmarts.desk import forms
from newsmarts.desk.routes import assets
from tests.desk.day_files import write_day
from tests.desk.desk_client import SAME_ORIGIN, MadeUpAirflow, ask, get, guarded, post
from tests.desk.desk_routes import filled_in, group_of, routes

DAY = date(2025, 9, 1)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    write_day(tmp_path, DAY)
    monkeypatch.setenv("NEWS_HOME", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


@pytest.mark.parametrize(("method", "path"), routes())
def test_every_route_asks_for_the_login_and_its_rights(method: str, path: str) -> None:
    """Whatever a group is, it can't leave the login out; and each right that it names is needed."""
    group = group_of(method, path)
    assert group.needs or group is assets.GROUP, f"{path} would be open to everyone who is logged in"
    assert ask(guarded(logged_in=401), method, filled_in(path)).status_code == 401
    for right in group.needs:
        app = guarded(None, **{str(right): 403})
        if method == "GET":
            answer = get(app, filled_in(path))
        else:
            assert method == "POST"
            assert "start_runs" in group.needs, f"{path} changes something with the right to read"
            answer = post(app, filled_in(path), {})
        assert answer.status_code == 403, right
        assert "stays hidden" not in answer.text


def test_pages_are_given_when_all_guards_let_pass() -> None:
    for path in (
        "/today",
        "/today?year=2025",
        "/contracts",
        "/contracts/days",
        "/contracts/runs/news_pages/r",
        "/contracts/tasks/news_pages/validate",
        "/contracts/tasks/other_work/nothing",
        "/backfill",
        "/static/desk.css",
    ):
        assert get(guarded(), path).status_code == 200


def test_what_a_guard_says_is_not_shown() -> None:
    assert "stays hidden" not in get(guarded(logged_in=401), "/contracts").text


def test_a_run_id_may_hold_slashes() -> None:
    airflow = MadeUpAirflow()
    assert get(guarded(airflow), "/contracts/runs/news_pages/a%2Fb/c").status_code == 404
    assert airflow.looked_up == [("news_pages", "a/b/c")]


def test_the_navigation_marks_the_page_one_is_on() -> None:
    assert 'href="/contracts" aria-current="page"' in get(guarded(), f"/contracts?day={DAY}").text
    assert "<nav" not in get(guarded(logged_in=401), "/contracts").text


def app_that_changes() -> FastAPI:
    """The app with one more route, which changes something."""
    app = guarded()
    app.add_api_route("/change", lambda: "changed", methods=["POST", "PUT", "PATCH", "DELETE"])
    return app


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (SAME_ORIGIN, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://desk"}, 403),
        ({"Origin": "http://desk"}, 200),
        ({"Origin": "http://desk.elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_a_change_is_sent_from_a_page_of_this_site(headers: dict[str, str], status: int) -> None:
    app = app_that_changes()
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert ask(app, method, "/change", headers=headers).status_code == status
    assert ask(app, "POST", "/change", data={"x": "1"}, headers=headers).status_code == status
    assert ask(app, "POST", "/change", json={"x": 1}, headers=headers).status_code == status


def test_only_forms_of_a_sane_size_are_read() -> None:
    body = {"start": "chosen"}
    assert ask(guarded(), "POST", "/backfill", json=body, headers=SAME_ORIGIN).status_code == 403
    huge = {**body, "x": "1" * forms.MAX_FORM_BYTES}
    assert ask(guarded(), "POST", "/backfill", data=huge, headers=SAME_ORIGIN).status_code == 413
