"""docker-compose.yml against everything that it names.

No Docker engine is at hand, so each name in it is looked up where it is defined: the official schema of
compose files, Airflow's command line and options, the settings.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from newsmarts.core.settings import Settings, load_settings
from tests.compose.compose_file import (
    AIRFLOW_SERVICES,
    BI_SERVICES,
    COMPOSE,
    FILLED,
    IMAGE_ROOT,
    ONE_SHOT,
    ROOT,
    SERVERS,
    SERVICES,
    TOOLS,
    WORKERS,
    commands,
    interpolate,
    load,
    mounts,
)

# What containers run that isn't this project's or Airflow's, and what their images bring it.
FOREIGN_COMMANDS = {
    "postgres": {"pg_isready"},
    "redis": {"redis-server", "redis-cli"},
    "databases": {"psql"},
    "backup-databases": {"bash"},
    "restore-databases": {"bash"},
    "upgrade-copy": {"bash"},
    "bi": {"python"},
    "marts": {"sleep"},
}
# Folders and files of the image; home and inbox are volumes.
SET_BY_THE_IMAGE = {"work", "contracts_dir", "feeds_file"}
OTHER_VARIABLES = {"TMPDIR", "AIRFLOW_HOME", "PYTHONPATH", "GX_ANALYTICS_ENABLED", "SCARF_ANALYTICS"}


def test_it_is_a_compose_file() -> None:
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    validator = jsonschema.Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))
    for document in (load(), COMPOSE):
        assert [error.message for error in validator.iter_errors(document)] == []
    broken = {**COMPOSE, "services": {"x": {"imagee": "y"}}}
    assert list(validator.iter_errors(broken)), "the schema lets everything through"


def test_the_components_are_apart() -> None:
    airflow = {"api-server", "scheduler", "dag-processor", "triggerer"}
    assert {"postgres", "bi", "marts"} | airflow | WORKERS == SERVERS
    assert {"redis", "worker", "worker-marts"} == WORKERS
    for name in airflow:
        assert SERVICES[name]["command"][:2] == ["airflow", name]
        assert name in AIRFLOW_SERVICES


def initial_commands() -> list[list[str]]:
    """The Airflow commands of config/init.py, with every option."""
    spec = importlib.util.spec_from_file_location("compose_init", ROOT / "config" / "init.py")
    assert spec is not None
    assert spec.loader is not None
    init = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(init)
    found: list[list[str]] = init.commands(SERVICES["init"]["environment"], ROOT / "config" / "pools.json")
    assert [command[:2] for command in found] == [
        ["db", "migrate"],
        ["pools", "import"],
        ["connections", "import"],
        ["users", "create"],
    ]
    return found


@pytest.fixture(scope="module")
def airflow_says(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Airflow's own command-line parser and option list make of the file's commands and variables.

    Asked in a process of its own, with the file's auth manager: ``airflow users`` exists only under FAB.
    """
    code = """
import contextlib, io, json, sys
asked = json.load(sys.stdin)
from airflow.cli import cli_parser
from airflow.configuration import conf
from airflow.providers_manager import ProvidersManager
ProvidersManager().initialize_providers_configuration()
parser = cli_parser.get_parser()
def fault(argv):
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            parsed = parser.parse_args(argv[1:])
    except SystemExit:
        return f"{argv}: {said.getvalue()[-300:]}"
    return None if hasattr(parsed, "func") else f"{argv}: no such command"
known = {f"AIRFLOW__{section}__{option}".upper()
         for section, body in conf.configuration_description.items() for option in body["options"]}
print("ANSWER" + json.dumps({
    "faults": [said for said in map(fault, asked["commands"]) if said],
    "unknown": sorted(set(asked["variables"]) - known),
}))
"""
    environment = SERVICES["api-server"]["environment"]
    asked = {
        "commands": [
            command
            for service in SERVICES.values()
            for command in commands(service)
            if command[0] == "airflow"
        ]
        + [["airflow", *command] for command in initial_commands()],
        "variables": [
            name
            for service in AIRFLOW_SERVICES
            for name in SERVICES[service]["environment"]
            if name.startswith("AIRFLOW__")
        ],
    }
    assert len(asked["commands"]) == 11
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    answer = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(
            {
                "commands": [*asked["commands"], ["airflow", "scheduler", "--no-such"]],
                "variables": [*asked["variables"], "AIRFLOW__CORE__NO_SUCH"],
            }
        ),
        env={
            **inherited,
            "AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow")),
            "AIRFLOW__CORE__AUTH_MANAGER": environment["AIRFLOW__CORE__AUTH_MANAGER"],
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    (line,) = [line for line in answer.stdout.splitlines() if line.startswith("ANSWER")]
    said: dict[str, Any] = json.loads(line.removeprefix("ANSWER"))
    return said


@pytest.mark.xdist_group("airflow_says")
def test_every_airflow_command_is_one(airflow_says: dict[str, Any]) -> None:
    # the one that isn't was put in to see that the parser refuses
    (only,) = airflow_says["faults"]
    assert "--no-such" in only


@pytest.mark.xdist_group("airflow_says")
def test_every_airflow_option_is_one(airflow_says: dict[str, Any]) -> None:
    assert airflow_says["unknown"] == ["AIRFLOW__CORE__NO_SUCH"]


def test_every_other_command_is_known() -> None:
    help_command = [sys.executable, "-m", "newsmarts", "--help"]
    usage = subprocess.run(help_command, cwd=ROOT, capture_output=True, text=True, check=True)
    include_commands = set(re.findall(r"^│ ([\w-]+)", usage.stdout, re.MULTILINE))
    for name, service in SERVICES.items():
        for command in commands(service):
            script = command[1].removeprefix(f"{IMAGE_ROOT}/") if command[0] == "python" else ""
            if script.endswith(".py"):
                assert (ROOT / script).is_file()
            elif command[:3] == ["python", "-m", "newsmarts"]:
                assert command[3] in include_commands
            elif command[0] not in {"airflow", *FOREIGN_COMMANDS.get(name, set())}:
                assert command[:2] == ["python", "-c"], command
                compile(command[2], "health check", "exec")


def test_every_news_variable_is_a_setting_and_valid() -> None:
    for name in AIRFLOW_SERVICES:
        environment = SERVICES[name]["environment"]
        news = {key: value for key, value in environment.items() if key.startswith("NEWS_")}
        assert {"NEWS_HOME", "NEWS_INBOX"} <= set(news)
        fields = {key.removeprefix("NEWS_").lower(): value for key, value in news.items()}
        assert set(Settings.model_fields) - set(fields) == SET_BY_THE_IMAGE
        assert set(fields) <= set(Settings.model_fields)
        Settings(**{field: value for field, value in fields.items() if value})


def test_settings_of_env_reach_every_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what .env leaves empty counts as not set."""
    services = load({**FILLED, "NEWS_RELEASES_KEPT": "7", "NEWS_NOTIFY_CONN_ID": "alarm"})["services"]
    for name in AIRFLOW_SERVICES:
        for key, value in services[name]["environment"].items():
            if key.startswith("NEWS_"):
                monkeypatch.setenv(key, value)
        settings = load_settings()
        assert (settings.releases_kept, settings.notify_conn_id) == (7, "alarm")
        assert (settings.logs_kept_days, settings.quarantine_fail_share) == (None, 0.5)


def test_no_variable_is_one_that_nothing_reads() -> None:
    superset = "".join((ROOT / "bi" / name).read_text() for name in ("superset_config.py", "provision.py"))
    for name in AIRFLOW_SERVICES:
        for variable in SERVICES[name]["environment"]:
            read = variable.startswith(("AIRFLOW__", "NEWS_", "AWS_")) or variable in OTHER_VARIABLES
            by_init = f'"{variable}"' in (ROOT / "config" / "init.py").read_text()
            assert read or (name == "init" and by_init), variable
    for name in BI_SERVICES:
        for variable in SERVICES[name]["environment"]:
            assert f'"{variable}"' in superset or variable in {
                "SUPERSET_HOME",
                "SUPERSET_CONFIG_PATH",
                "TZ",
            }, variable


def test_airflow_keeps_its_secrets_and_nobody_is_let_in() -> None:
    for name in AIRFLOW_SERVICES:
        environment = SERVICES[name]["environment"]
        assert environment["AIRFLOW__CORE__AUTH_MANAGER"].endswith(".FabAuthManager")
        for variable in ("CORE__LOAD_EXAMPLES", "API__EXPOSE_CONFIG", "API__EXPOSE_STACKTRACE"):
            assert environment[f"AIRFLOW__{variable}"] == "False"
        assert environment["AIRFLOW__CORE__TEST_CONNECTION"] == "Disabled"
        assert not [variable for variable in environment if "PUBLIC" in variable or "ALL_ADMINS" in variable]


def test_only_this_host_reaches_the_ports() -> None:
    published = {
        name: [str(port) for port in service["ports"]]
        for name, service in SERVICES.items()
        if "ports" in service
    }
    assert set(published) == {"api-server", "bi"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)
    assert not any("network_mode" in service for service in SERVICES.values())


def test_workers_serve_every_queue_of_the_tasks() -> None:
    """And what the marts' machine has, only a worker with its volumes gets to do."""
    queues = {name: SERVICES[name]["command"][-2:] for name in ("worker", "worker-marts")}
    assert SERVICES["worker"]["command"] == ["airflow", "celery", "worker", "--queues", "default"]
    marts = ["airflow", "celery", "worker", "--queues", "marts", "--skip-serve-logs"]
    assert SERVICES["worker-marts"]["command"] == marts, queues
    assert SERVICES["worker-marts"]["volumes"] == SERVICES["scheduler"]["volumes"]
    assert load({**FILLED, "WORKERS": "5"})["services"]["worker"]["deploy"] == {"replicas": "5"}


def test_superset_reaches_the_database_server_and_nothing_else_of_ours() -> None:
    for name in BI_SERVICES:
        assert SERVICES[name]["networks"] == ["superset-database", "bi"]
        assert "news-marts:/var/lib/news/marts:ro" in SERVICES[name]["volumes"]
        assert not [volume for volume in SERVICES[name]["volumes"] if volume.startswith("news-home")]
    for name in set(SERVICES) - set(BI_SERVICES) - {"postgres"}:
        assert set(SERVICES[name]["networks"]) <= {"airflow-database", "airflow"}, name
    assert SERVICES["postgres"]["networks"] == ["airflow-database", "superset-database"]
    for name in ("airflow-database", "superset-database"):
        assert COMPOSE["networks"][name] == {"internal": True}


def test_folders_of_the_host_are_never_made_by_docker() -> None:
    """A typo in INBOX_DIR would make an empty folder, and every run would be green with nothing in it."""
    found = set()
    for service in SERVICES.values():
        for mount, volume in zip(mounts(service), service.get("volumes", ()), strict=True):
            if mount.of_host:
                assert volume["bind"] == {"create_host_path": False}, mount
                found.add(mount.target)
    assert found == {"/var/lib/news-inbox", "/backups"}


def test_the_database_image_leaves_no_anonymous_volume() -> None:
    """PostgreSQL's image declares its data folder as a volume."""
    data = "/var/lib/postgresql/data"
    for name, service in SERVICES.items():
        if service["image"] == "news-databases:local" or name == "postgres":
            assert data in [*service["tmpfs"], *(mount.target for mount in mounts(service))], name


def test_no_tool_leaves_a_container_that_a_later_one_needs() -> None:
    """`docker compose down` leaves those of a profile, on a network that is gone."""
    for name in TOOLS:
        assert not TOOLS & set(SERVICES[name].get("depends_on", ())), name


def test_every_container_is_hardened() -> None:
    for name, service in SERVICES.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["read_only"] is True, name
        assert service["user"] in {"50000:50000", "999:999", "postgres"}, name
        assert re.fullmatch(r"\d+[mg]", service["mem_limit"]), name
        assert service["pids_limit"] > 0, name
        assert service["logging"]["options"]["max-size"], name
        assert any(mount.startswith("/tmp") for mount in service["tmpfs"]), name
        assert not {"privileged", "cap_add", "devices", "pid", "ipc"} & set(service), name


def test_every_service_is_watched_and_waits_for_what_it_needs() -> None:
    for name, service in SERVICES.items():
        if name in SERVERS:
            assert "healthcheck" in service, name
            assert service["restart"] == "unless-stopped"
        else:
            assert service["restart"] == "no"
        for other, how in service.get("depends_on", {}).items():
            assert other not in TOOLS or name in TOOLS
            assert other not in WORKERS or name in WORKERS
            one_shot = other in ONE_SHOT | TOOLS
            wanted = "service_completed_successfully" if one_shot else "service_healthy"
            assert how == {"condition": wanted}
    for name in set(AIRFLOW_SERVICES) & SERVERS:
        assert "init" in SERVICES[name]["depends_on"], name
    for first, then in (("postgres", "databases"), ("databases", "init"), ("databases", "bi-init")):
        assert first in SERVICES[then]["depends_on"]


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("$$HOME", "$HOME"),
        ("${A}", "1"),
        ("${B:-two}", "two"),
        ("${A:-two}", "1"),
        ("a${A:?say why}b", "a1b"),
    ],
)
def test_variables_are_filled_in_as_docker_compose_does(text: str, filled: str) -> None:
    assert interpolate(text, {"A": "1", "B": ""}) == filled
