"""The plugin under a real API server: who gets in, what they see, and what they never see."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from datetime import date

import httpx
import pyarrow as pa
import pytest
from bs4 import BeautifulSoup

from newsmarts.core.schemas import QUARANTINE, UTC_TIME, read_table, write_table
from newsmarts.desk.routes import GROUPS
from tests.desk.day_files import HOSTILE, HOSTILE_ATTRIBUTE, LeftOut, write_day, write_landed_day
from tests.desk.desk_routes import filled_in, guarded_routes, routes
from tests.plugins.desk_server import CLEAN_DAY, FULL_DAY, Desk
from tests.tags import first_tag

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]

PAGES = (
    "today",
    "contracts",
    "contracts/days",
    "contracts/expectation?contract=al_mayadeen_articles&expectation=date_present",
    "backfill",
    f"contracts?day={FULL_DAY}",
    "contracts/runs/news_pages/manual__full",
    "static/desk.css",
    "static/theme.js",
    "static/contracts.svg",
)
SCRIPTS = [f"/news-desk/static/{name}.js" for name in ("theme", "frame")]


@pytest.fixture(scope="module")
def admin(desk: Desk) -> Iterator[httpx.Client]:
    with desk.client("ada") as client:
        yield client


@pytest.fixture(scope="module")
def full_run(desk: Desk) -> str:
    return desk.start_run("news_pages", "manual__full", day=str(FULL_DAY))


def soup(answer: httpx.Response) -> BeautifulSoup:
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return BeautifulSoup(answer.text, "lxml")


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_gets_401_and_nothing_else(desk: Desk, path: str) -> None:
    with desk.client() as stranger:
        answer = stranger.get(desk.page(path))
    assert answer.status_code == 401
    assert "Not logged in" in answer.text
    assert "al_mayadeen" not in answer.text


@pytest.mark.parametrize("token", ["nonsense", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEiLCJyb2xlIjoiQURNSU4ifQ."])
def test_a_made_up_token_opens_nothing(desk: Desk, token: str) -> None:
    with desk.client() as stranger:
        for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"_token={token}"}):
            answer = stranger.get(desk.page("contracts"), headers=headers)
            assert answer.status_code in {401, 403}
            assert "al_mayadeen" not in answer.text


def test_a_user_without_rights_gets_403_of_every_route(desk: Desk, full_run: str) -> None:
    assert len(guarded_routes()) > 10
    with desk.client("nobody") as nobody:
        answers = [
            (nobody.request(method, desk.page(path.removeprefix("/"))), method, path)
            for method, path in guarded_routes()
        ]
        answers += [(nobody.get(desk.page(path)), "GET", path) for path in PAGES[:-3]]
    for answer, method, path in answers:
        assert answer.status_code == 403, f"{method} {path}"
        assert "Not allowed" in answer.text
        assert "al_mayadeen" not in answer.text


def test_a_stranger_gets_401_of_every_route(desk: Desk) -> None:
    with desk.client() as stranger:
        for method, path in routes():
            answer = stranger.request(method, desk.page(filled_in(path).removeprefix("/")))
            assert answer.status_code == 401, f"{method} {path}"


def send(desk: Desk, client: httpx.Client, form: dict[str, str]) -> httpx.Response:
    """A form of the Backfill page."""
    headers = {"Sec-Fetch-Site": "same-origin"}
    return client.post(desk.page("backfill"), data=form, headers=headers)


def test_a_viewer_sees_the_days_and_may_not_start_them(desk: Desk) -> None:
    with desk.client("vera") as viewer:
        page = soup(viewer.get(desk.page("backfill")))
        assert "You can look, but not start" in page.get_text()
        assert send(desk, viewer, {"start": "chosen", "day": "2024-02-01"}).status_code == 403


def test_days_are_started_as_a_backfill_and_as_runs_in_the_users_name(
    desk: Desk, admin: httpx.Client
) -> None:
    """In Airflow's own tables: what its API returns of them afterwards."""
    form = {"start": "chosen", "day": ["2024-02-01", "2024-02-02", "2024-02-05"]}
    answer = send(desk, admin, form)  # type: ignore[arg-type]
    assert answer.status_code == 303
    progress = soup(admin.get(desk.url + answer.headers["location"]))
    # whoever started them: runs of other tests may have been queued at that moment, too
    listed = [row.get_text() for row in progress.select("tbody th")]
    assert [day for day in listed if day in form["day"]] == form["day"]
    assert progress.select_one("[data-live]")
    (backfill,) = admin.get(f"{desk.url}/api/v2/backfills", params={"dag_id": "news_pages"}).json()[
        "backfills"
    ]
    assert (backfill["from_date"], backfill["to_date"]) == ("2024-02-01T00:00:00Z", "2024-02-02T00:00:00Z")
    runs = admin.get(f"{desk.url}/api/v2/dags/news_pages/dagRuns", params={"state": "queued"}).json()[
        "dag_runs"
    ]
    (run,) = [run for run in runs if run["conf"].get("day") == "2024-02-05"]
    assert (run["triggering_user_name"], run["run_type"]) == ("ada", "manual")
    events = admin.get(f"{desk.url}/api/v2/eventLogs", params={"owner": "ada"}).json()["event_logs"]
    assert {"create_backfill", "trigger_dag_run"} <= {event["event"] for event in events}
    # all three wait now, so none is started twice; and while that backfill is active, days become runs
    assert "running=3" in send(desk, admin, form).headers["location"]  # type: ignore[arg-type]
    more = send(desk, admin, {"start": "range", "first": "2024-03-01", "last": "2024-03-02"})
    assert "running=0&stopped=0" in more.headers["location"]


def test_no_description_of_the_pages_is_served(desk: Desk, admin: httpx.Client) -> None:
    for path in ("docs", "redoc", "openapi.json", "docs/oauth2-redirect"):
        assert admin.get(desk.page(path)).status_code == 404
    assert "/news-desk" not in admin.get(f"{desk.url}/openapi.json").text


def test_the_ui_has_every_place(desk: Desk, admin: httpx.Client) -> None:
    answer = admin.get(f"{desk.url}/api/v2/plugins").json()
    (plugin,) = [item for item in answer["plugins"] if item["name"] == "news_desk"]
    views = {view["url_route"]: view for view in plugin["external_views"]}
    assert len(views) == len(plugin["external_views"]), "of two views with one route the UI drops the second"
    in_navigation = [view["name"] for view in views.values() if view["destination"] == "nav"]
    assert in_navigation == [group.entry.name for group in GROUPS if group.entry]
    assert views["run-contracts"]["href"] == "news-desk/contracts/runs/{DAG_ID}/{RUN_ID}"
    for view in views.values():
        for icon in ("icon", "icon_dark_mode"):
            assert admin.get(f"{desk.url}/{view[icon]}").headers["content-type"] == "image/svg+xml"
    assert admin.get(f"{desk.url}/api/v2/plugins/importErrors").json()["total_entries"] == 0


def test_days_are_listed_with_their_outcomes(desk: Desk, admin: httpx.Client) -> None:
    page = soup(admin.get(desk.page("contracts/days")))
    rows = [row.get_text(" ", strip=True).split(" ") for row in page.select("tbody tr")]
    # days that other tests start on this server are older
    assert [row[0] for row in rows[:2]] == [str(CLEAN_DAY), str(FULL_DAY)]
    assert rows[0][1:] == ["nothing", "quarantined", "4", "4", "0", "0", "9"]
    assert rows[1][1:] == ["some", "quarantined", "7", "5", "0", "2", "9"]
    assert page.select_one("form.picker input[type=date]")


def test_a_run_shows_its_expectations_and_its_pages(desk: Desk, admin: httpx.Client, full_run: str) -> None:
    answer = admin.get(desk.run_page("news_pages", full_run))
    assert answer.status_code == 200
    page = soup(answer)
    assert [heading.get_text() for heading in page.select("section h2 .mono")] == [
        "al_mayadeen_articles",
        "nour_news_articles",
    ]
    assert [first_tag(row, ".mono").get_text() for row in page.select("tr.broken")] == [
        "date_present",
        "house_byline",
    ]
    codes = [code.get_text() for code in page.select(".reasons .code")]
    assert codes == ["missing_published_at", "foreign_byline", "ticker_in_body"]
    assert not page.select(".notice")


def test_hostile_text_is_text_in_the_served_page(desk: Desk, admin: httpx.Client, full_run: str) -> None:
    for address in (desk.run_page("news_pages", full_run), desk.page(f"contracts?day={FULL_DAY}")):
        page = soup(admin.get(address))
        details = [detail.get_text() for detail in page.select(".detail")]
        assert details == ["no date", HOSTILE, HOSTILE_ATTRIBUTE]
        assert [str(script["src"]).partition("?")[0] for script in page.find_all("script")] == SCRIPTS
        assert not page.find_all(["img", "style", "iframe"])
        assert not [tag for tag in page.find_all(True) if any(name.startswith("on") for name in tag.attrs)]


def test_headers_are_on_every_answer(desk: Desk, admin: httpx.Client, full_run: str) -> None:
    addresses = [desk.page(path) for path in (*PAGES, "nope", "contracts?day=nope", "static/nope")]
    answers = [admin.get(address) for address in addresses] + [httpx.get(addresses[0], trust_env=False)]
    assert {answer.status_code for answer in answers} == {200, 401, 404, 422}
    for answer in answers:
        policy = dict(
            part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";")
        )
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["frame-ancestors"] == "'self'"
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert answers[0].headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "query",
    [
        "day=2025-13-01",
        "day=2025-W36-1",
        "day=../../etc",
        "day=" + "9" * 5000,
        "day=%00",
        "day=%3Cscript%3E",
        "period=0",
        f"day={FULL_DAY}&reason=%3Cb%3E",
        f"day={FULL_DAY}&reason=" + "a" * 81,
    ],
)
def test_a_parameter_that_cannot_be_right_is_refused_without_echo(
    desk: Desk, admin: httpx.Client, query: str
) -> None:
    answer = admin.get(desk.page(f"contracts?{query}"))
    assert answer.status_code == 422
    page = soup(answer)
    assert [str(script["src"]).partition("?")[0] for script in page.select("script")] == SCRIPTS
    assert "Traceback" not in answer.text
    assert "\x00" not in answer.text


def test_only_reading_is_possible(desk: Desk, admin: httpx.Client) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert admin.request(method, desk.page("contracts")).status_code == 405
    assert admin.post(desk.page("backfill"), data={"day": str(CLEAN_DAY)}).status_code == 403


@pytest.mark.parametrize("path", ["..%2f..%2fpages.py", "%2e%2e/pages.py", "", "x.css"])
def test_only_the_pages_own_files_are_served(desk: Desk, admin: httpx.Client, path: str) -> None:
    assert admin.get(desk.page(f"static/{path}")).status_code == 404


def test_a_run_that_is_not_there_is_404(desk: Desk, admin: httpx.Client) -> None:
    for address in (desk.run_page("news_pages", "never"), desk.run_page("no_dag", "never")):
        assert admin.get(address).status_code == 404


def test_results_of_another_run_are_named(desk: Desk, admin: httpx.Client, full_run: str) -> None:
    again = desk.start_run("news_pages", "manual__again", day=str(FULL_DAY))
    page = soup(admin.get(desk.run_page("news_pages", again)))
    assert "written by the run manual__full" in first_tag(page, ".notice.warn").get_text()


def test_a_run_id_with_every_allowed_character_is_found(desk: Desk, admin: httpx.Client) -> None:
    run = desk.start_run("news_pages", "manual__2025-09-02T00:00:00+00:00~x.1", day=str(CLEAN_DAY))
    page = soup(admin.get(desk.run_page("news_pages", run)))
    assert run in first_tag(page, ".sub").get_text()
    reason = desk.run_page("news_pages", run).removeprefix(desk.url) + "?reason=x"
    assert admin.get(desk.url + reason).status_code == 200


def test_a_queued_run_without_results_says_to_wait(desk: Desk, admin: httpx.Client) -> None:
    run = desk.start_run("news_pages", "manual__later", day="2025-10-01", state="queued")
    page = soup(admin.get(desk.run_page("news_pages", run)))
    assert "This run is queued" in first_tag(page, ".notice").get_text()


def test_a_failed_run_without_results_says_what_to_do(desk: Desk, admin: httpx.Client) -> None:
    write_landed_day(desk.home, date(2025, 8, 1))
    run = desk.start_run("news_pages", "manual__failed", day="2025-08-01", state="failed")
    page = soup(admin.get(desk.run_page("news_pages", run)))
    assert "Airflow's page of the run shows its state" in first_tag(page, ".notice").get_text()


@pytest.mark.parametrize(
    ("dag_id", "day", "words"),
    [
        ("other_work", None, "work on no capture day"),
        ("news_marts", None, "took every day that had changed"),
        ("news_pages", "Monday", "not a day: 'Monday'"),
    ],
)
def test_a_run_without_a_day_says_why(
    desk: Desk, admin: httpx.Client, dag_id: str, day: str | None, words: str
) -> None:
    run = desk.start_run(dag_id, f"manual__{uuid.uuid4().hex}", day=day)
    answer = admin.get(desk.run_page(dag_id, run))
    assert answer.status_code == 200
    assert words in first_tag(soup(answer), ".notice").get_text()


def test_a_damaged_day_is_reported_without_a_traceback(desk: Desk, admin: httpx.Client) -> None:
    folder = desk.home / "staged" / "validated" / "capture_day=2024-01-01"
    folder.mkdir(parents=True)
    for name in ("outcome", "contract_results", "quarantine"):
        (folder / f"{name}.parquet").write_bytes(b"PAR1 torn PAR1")
    answer = admin.get(desk.page("contracts?day=2024-01-01"))
    assert answer.status_code == 200
    assert "These results can't be read" in soup(answer).get_text()
    assert "Traceback" not in answer.text
    assert "unreadable" in soup(admin.get(desk.page("contracts/days"))).get_text()


def test_a_fault_of_ours_is_a_500_that_tells_nothing(desk: Desk, admin: httpx.Client) -> None:
    """A time that Python can't hold is a fault that no code of ours foresees."""
    day = date(2023, 1, 1)
    folder = write_day(desk.home, day, left_out=[LeftOut("a.txt", "missing_date", "…")])
    rows = read_table(folder / "quarantine.parquet", QUARANTINE)
    place = rows.schema.get_field_index("captured_at")
    year_20000 = pa.array([568_971_820_800_000_000], pa.int64()).cast(UTC_TIME)
    write_table(folder / "quarantine.parquet", rows.set_column(place, rows.schema.field(place), year_20000))

    answer = admin.get(desk.page(f"contracts?day={day}"))
    assert answer.status_code == 500
    assert "could not be made" in soup(answer).get_text()
    for secret in ("Traceback", "Error", "newsmarts", ".py", str(desk.home)):
        assert secret not in answer.text
    assert answer.headers["content-security-policy"]
    deadline = time.monotonic() + 30  # the server logs after it has answered
    while "OverflowError" not in desk.log.read_text(errors="replace"):
        assert time.monotonic() < deadline, "the log doesn't have the cause"
        time.sleep(0.2)
