"""docker-compose.yml on a Docker engine, from the images to what an operator does: ``make test-containers``.

The tests are stages of one stack and run in this order; the first that fails ends the run, and its name is
the step. Docker is what answers, or an engine made of Debian's packages; a base image that can't be pulled
has a stand-in. CONTAINERS_FOLDER keeps that engine's programs and layers for the next time.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import httpx
import pytest
from playwright.sync_api import Browser, expect

from local import make_secrets
from newsmarts.core.partitions import published_path
from newsmarts.core.settings import PROJECT_ROOT
from newsmarts.release.releases import current_release
from tests.browser import chromium
from tests.containers.stack import IMAGES, Stack, base_image, engine, run

pytestmark = [
    pytest.mark.integration,
    pytest.mark.enable_socket,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(
        os.environ.get("TEST_CONTAINERS") != "1",
        reason="`make test-containers` builds images and starts containers: 5 GB, and 10 minutes",
    ),
]

DAYS = (date(2025, 9, 1), date(2025, 9, 5))
SERVERS = ("postgres", "api-server", "scheduler", "dag-processor", "triggerer", "bi")
PATIENCE_MS = 90_000
VOLUMES = '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}} {{end}}{{end}}'
# what a row says of the run that made it, and not of the pages
OF_THE_RUN = {"run_id", "landed_at", "parsed_at", "validated_at", "loaded_at", "built_at", "seconds"}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A checkout with its .env and an inbox; all that it starts is removed."""
    kept = os.environ.get("CONTAINERS_FOLDER")
    root = Path(kept).resolve() if kept else Path(tempfile.mkdtemp(prefix="news-containers-", dir="/var/tmp"))
    checkout = Path(tempfile.mkdtemp(prefix="checkout-", dir=root))
    with engine(root):
        stack = Stack(checkout / "news")
        try:
            yield stack
        finally:
            stack.remove()
    shutil.rmtree(checkout)
    if not kept:
        shutil.rmtree(root)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def backfill(stack: Stack, first: date, last: date) -> None:
    """Start a backfill of days of the samples."""
    with stack.api() as api:
        api.backfill("news_pages", first, last, max_active_runs=3)


def wait_for_runs(stack: Stack, since: datetime, days: int) -> None:
    """Wait until no run is active; check that all went through, with those of so many backfilled days."""
    with stack.api() as api:
        stack.wait_for(
            lambda: not api.active_runs() and not api.active_backfill("news_pages"), api.active_runs
        )
        runs = api.changed_runs(since)
    assert len([each for each in runs if each["run_type"] == "backfill"]) == days
    assert {each["state"] for each in runs} == {"success"}


def fingerprint(release: str) -> str:
    """The part of a release's name that is its content."""
    return release.partition("-")[2]


def test_secrets_are_made_and_base_images_are_there(stack: Stack) -> None:
    stack.make("secrets")
    stack.set(
        PYTHON_IMAGE=base_image("PYTHON_IMAGE", "python"),
        POSTGRES_IMAGE=base_image("POSTGRES_IMAGE", "postgres"),
        **{name: str(port) for name, port in stack.ports.items()},
        AIRFLOW_BASE_URL=stack.url,
        AIRFLOW_CONNECTIONS='\'{"archive": {"conn_type": "http", "login": "me", "password": "$ecret"}}\'',
        AIRFLOW_PARALLELISM="3",
    )


def test_each_image_is_built_once_and_its_user_can_read_it(stack: Stack) -> None:
    """The checkout can't be read by others, and COPY keeps modes."""
    stack.compose("build")
    for image in IMAGES:
        size = run(["docker", "image", "inspect", "--format", "{{.Size}}", image]).stdout
        print(f"{image}: {int(size) / 1e6:.0f} MB")
    as_user = ["docker", "run", "--rm", "--read-only", "--tmpfs", "/tmp", "--user", "50000:50000"]
    run([*as_user, IMAGES[0], "newsmarts", "check-pages", "--help"])
    run([*as_user, IMAGES[0], "python", "-c", "import newsmarts.land.run, duckdb, airflow"])
    run([*as_user, IMAGES[1], "cat", "/opt/news/bi/superset_config.py"])
    run([*as_user, IMAGES[2], "cat", "/opt/news/config/databases.sh"])


def test_an_inbox_that_is_not_there_is_an_error_and_not_an_empty_folder(stack: Stack) -> None:
    stack.set(INBOX_DIR=str(stack.inbox))
    failed = stack.compose("up", "--detach", "--no-build", check=False)
    assert failed.returncode != 0
    assert str(stack.inbox) in failed.stderr
    assert not stack.inbox.exists()
    # an engine before 25 may leave a container with one of its networks: it is made again
    stack.compose("down")


def test_all_servers_become_healthy(stack: Stack) -> None:
    shutil.copytree(PROJECT_ROOT / "samples" / "inbox", stack.inbox)
    for path in (stack.inbox, *stack.inbox.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    stack.compose("up", "--detach")
    stack.wait_until_healthy(*SERVERS)
    assert "Nothing is published" in stack.execute("marts", "newsmarts", "freshness", check=False).stderr


def test_networks_are_what_production_md_says(stack: Stack) -> None:
    def reaches(service: str, host: str, port: int) -> bool:
        code = f"import socket; socket.create_connection(({host!r}, {port}), timeout=5)"
        return stack.execute(service, "python", "-c", code, check=False).returncode == 0

    assert reaches("bi", "postgres", 5432)
    assert reaches("scheduler", "postgres", 5432)
    assert reaches("scheduler", "api-server", 8080)
    for name in ("api-server", "scheduler", "triggerer"):
        assert not reaches("bi", name, 8080)
        assert not reaches(name, "bi", 8088)


def test_a_backfill_through_the_api_publishes_the_samples(stack: Stack) -> None:
    stranger = httpx.get(f"{stack.url}/api/v2/dags", trust_env=False)
    assert stranger.status_code == 401
    began = datetime.now(UTC)
    with stack.api() as api:
        for dag in ("news_pages", "news_marts"):
            stack.wait_for(lambda name=dag: name in api.dags_read_since(began), api.import_errors)  # type: ignore[misc]
            api.unpause(dag)
    backfill(stack, *DAYS)
    wait_for_runs(stack, began, 5)


def test_the_release_is_what_the_same_pages_give_natively(
    stack: Stack, sample_home: Path, tmp_path: Path
) -> None:
    native = current_release(sample_home)
    assert native is not None
    assert fingerprint(stack.release()) == fingerprint(native.release_id)
    copy = tmp_path / "news.duckdb"
    stack.compose("cp", f"api-server:/var/lib/news/marts/releases/{stack.release()}/news.duckdb", str(copy))
    with duckdb.connect() as both:
        for name, path in (("theirs", copy), ("ours", published_path(sample_home))):
            both.execute(f"ATTACH '{path}' AS {name} (READ_ONLY)")
        marts = both.sql(
            "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() "
            "WHERE database_name = 'ours' AND schema_name = 'marts' GROUP BY ALL"
        ).fetchall()
        assert len(marts) > 15
        for mart, columns in marts:
            of_pages = ", ".join(f'"{name}"' for name in columns if name not in OF_THE_RUN)
            rows = [f"SELECT {of_pages} FROM {name}.marts.{mart}" for name in ("ours", "theirs")]
            for one, other in (rows, rows[::-1]):
                assert both.sql(f"{one} EXCEPT ALL {other}").fetchall() == [], mart


def test_the_desk_opens_in_a_browser(stack: Stack, browser: Browser) -> None:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{stack.url}/auth/login/")
    page.fill("input[name=username]", "admin")
    page.fill("input[name=password]", stack.values["AIRFLOW_ADMIN_PASSWORD"])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/auth/login" not in url)
    page.goto(f"{stack.url}/news-desk/today?year=2025")
    expect(page.locator("svg.heat")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text(stack.release()).first).to_be_visible(timeout=PATIENCE_MS)
    page.close()


def test_a_dashboard_draws_its_charts_in_a_browser(stack: Stack, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 3200})
    page.set_default_timeout(PATIENCE_MS)
    answers: list[int] = []
    page.on(
        "response",
        lambda answer: answers.append(answer.status) if "/api/v1/chart/data" in answer.url else None,
    )
    page.goto(f"{stack.superset_url}/login/")
    page.fill("input#username", "admin")
    page.fill("input#password", stack.values["SUPERSET_ADMIN_PASSWORD"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/superset/welcome/**")
    page.goto(f"{stack.superset_url}/superset/dashboard/coverage/")
    expect(page.locator(".dashboard-component-chart-holder").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".loading")).to_have_count(0, timeout=PATIENCE_MS)
    page.wait_for_timeout(1000)
    assert answers
    assert set(answers) == {200}
    page.close()


def test_runs_survive_a_restart_and_a_kill_of_scheduler_and_database(stack: Stack) -> None:
    before = fingerprint(stack.release())
    began = datetime.now(UTC)
    backfill(stack, DAYS[0], DAYS[0] + timedelta(days=1))
    with stack.api() as api:

        def is_running() -> bool:
            return any(task["state"] == "running" for run in api.active_runs() for task in api.tasks(run))

        stack.wait_for(is_running, api.active_runs)
        stack.compose("restart", "scheduler")
        stack.wait_for(is_running, api.active_runs)
        # as out of memory: Docker starts them again
        for service in ("scheduler", "postgres"):
            container = stack.containers()[service]
            pid = run(["docker", "inspect", "--format", "{{.State.Pid}}", container]).stdout.strip()
            kill = ["--pid", "host", "--user", "0", IMAGES[0], "sh", "-c", f"kill -9 {pid}"]
            run(["docker", "run", "--rm", *kill])
    stack.wait_until_healthy(*SERVERS)
    wait_for_runs(stack, began, 2)
    assert fingerprint(stack.release()) == before


def test_an_upgrade_without_a_place_for_backups_changes_nothing(stack: Stack) -> None:
    before = stack.containers()
    for backups in (None, 0o755):
        if backups is not None:  # of root, so that user 50000 can't write there
            (stack.folder / "backups").mkdir(mode=backups)
        failed = stack.make("upgrade", check=False)
        assert failed.returncode != 0
        assert "Nothing in use was changed" in failed.stderr
        after = stack.containers()
        assert {name: after[name] for name in SERVERS} == {name: before[name] for name in SERVERS}


def test_an_upgrade_writes_both_backups_first(stack: Stack) -> None:
    os.chown(stack.folder / "backups", 50000, 50000)
    (stack.folder / "include" / "newsmarts" / "later.py").write_text('"""Of a later version."""\n')
    before = stack.containers()
    stack.make("upgrade")
    stack.wait_until_healthy(*SERVERS)
    assert stack.containers()["scheduler"] != before["scheduler"]
    stack.execute("scheduler", "python", "-c", "import newsmarts.later")
    for kind in ("home", "databases"):
        assert len(list((stack.folder / "backups" / kind).iterdir())) >= 1
    listed = stack.execute("postgres", "psql", "--username=postgres", "--list", "--tuples-only").stdout
    assert "airflow_upgrade" not in listed


def test_backups_are_restored_into_empty_volumes(stack: Stack) -> None:
    released = stack.release()
    with stack.api() as api:
        runs = {each["dag_run_id"] for each in api.changed_runs(datetime(2000, 1, 1, tzinfo=UTC))}
    for tool in ("backup", "backup-databases"):
        stack.compose("run", "--rm", "-T", tool)
    refused = stack.compose("run", "--rm", "-T", "restore", check=False)
    assert refused.returncode != 0
    assert "isn't empty" in refused.stderr
    stack.compose("down", "--volumes")
    for tool in ("restore", "restore-databases"):
        stack.compose("run", "--rm", "-T", tool)
    stack.compose("up", "--detach")
    stack.wait_until_healthy(*SERVERS, "marts")
    assert stack.release() == released
    with stack.api() as api:
        assert {each["dag_run_id"] for each in api.changed_runs(datetime(2000, 1, 1, tzinfo=UTC))} == runs


def test_secrets_are_rotated(stack: Stack) -> None:
    old = stack.values
    stack.set(**{name: make_secrets.make(name) for name in old if name.endswith(("_SECRET", "SECRET_KEY"))})
    for name in ("AIRFLOW_DATABASE_PASSWORD", "SUPERSET_DATABASE_PASSWORD"):
        stack.set(**{name: make_secrets.make(name)})
    fernet_key = make_secrets.make("AIRFLOW_FERNET_KEY")
    stack.set(AIRFLOW_FERNET_KEY=f"{fernet_key},{old['AIRFLOW_FERNET_KEY']}", AIRFLOW_CONNECTIONS="")
    stack.compose("up", "--detach")
    stack.wait_until_healthy(*SERVERS)
    stack.execute("scheduler", "airflow", "rotate-fernet-key")
    stack.set(AIRFLOW_FERNET_KEY=fernet_key)
    stack.compose("up", "--detach")
    stack.wait_until_healthy(*SERVERS)
    shown = stack.execute("scheduler", "airflow", "connections", "get", "archive", "--output", "json").stdout
    assert "$ecret" in shown
    with stack.api() as api:
        assert api.import_errors() == []


def test_after_down_and_up_everything_is_as_before(stack: Stack) -> None:
    released = stack.release()
    stack.compose("down")
    stack.compose("run", "--rm", "-T", "upgrade-copy")
    stack.compose("run", "--rm", "-T", "upgrade-check")
    stack.compose("up", "--detach")
    stack.wait_until_healthy(*SERVERS, "marts")
    assert stack.release() == released
    mounted = run(["docker", "inspect", "--format", VOLUMES, *stack.containers().values()]).stdout.split()
    assert mounted
    assert [name for name in mounted if not name.startswith("news-test_")] == [], "anonymous volumes"


def test_workers_run_the_tasks_when_their_profile_is_on(stack: Stack) -> None:
    before, began = fingerprint(stack.release()), datetime.now(UTC)
    stack.set(
        REDIS_IMAGE=base_image("REDIS_IMAGE", "redis"),
        AIRFLOW_EXECUTOR="CeleryExecutor",
        COMPOSE_PROFILES="celery",
        WORKERS="1",
    )
    stack.compose("up", "--detach")
    stack.wait_until_healthy(*SERVERS, "redis", "worker", "worker-marts")
    backfill(stack, DAYS[0], DAYS[0])
    wait_for_runs(stack, began, 1)
    services = {container[:12]: service for service, container in stack.containers().items()}
    with stack.api() as api:
        ran = {
            task["task_id"]: services[task["hostname"]]
            for each in api.changed_runs(began)
            for task in api.tasks(each)
            if task["hostname"]
        }
    assert {name for name, service in ran.items() if service == "worker"} == {"parse", "validate"}
    assert set(ran.values()) == {"worker", "worker-marts"}
    assert fingerprint(stack.release()) == before
