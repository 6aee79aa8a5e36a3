"""docker-compose.yml, Dockerfile and .env.example against everything that they name.

No Docker engine is at hand, so each name in them is looked up where it is defined: the official schema of
compose files, Airflow's command line and options, the settings, the project's own files.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import subprocess
import sys
from importlib.resources import files
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

import jsonschema
import pytest

from include.settings import Settings
from tests.compose.compose_file import (
    ROOT,
    MissingVariable,
    commands,
    example_values,
    interpolate,
    load,
    variables_used,
)

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
FILLED = {name: value or f"made-up-{name.lower()}" for name, value in example_values().items()}
COMPOSE = load(FILLED)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
AIRFLOW_SERVICES = [name for name in SERVICES if name != "postgres"]
IMAGE_ROOT = "/opt/news"

# What containers run that isn't this project's or Airflow's, and what their images bring it.
FOREIGN_COMMANDS = {"postgres": {"pg_isready"}}
OTHER_VARIABLES = {"AIRFLOW_HOME", "PYTHONPATH", "GX_ANALYTICS_ENABLED"}


def test_it_is_a_compose_file() -> None:
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    validator = jsonschema.Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))
    for document in (load(), COMPOSE):
        assert [error.message for error in validator.iter_errors(document)] == []
    broken = {**COMPOSE, "services": {"x": {"imagee": "y"}}}
    assert list(validator.iter_errors(broken)), "the schema lets everything through"


def test_the_components_are_apart() -> None:
    assert set(SERVICES) == {"postgres", "init", "api-server", "scheduler", "dag-processor", "triggerer"}
    for name in set(AIRFLOW_SERVICES) - {"init"}:
        assert SERVICES[name]["command"][:2] == ["airflow", name]
    assert len({SERVICES[name]["image"] for name in AIRFLOW_SERVICES}) == 1


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
        ],
        "variables": [
            name
            for service in AIRFLOW_SERVICES
            for name in SERVICES[service]["environment"]
            if name.startswith("AIRFLOW__")
        ],
    }
    assert len(asked["commands"]) == 7
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
    for name, service in SERVICES.items():
        for command in commands(service):
            if command[0] not in {"airflow", *FOREIGN_COMMANDS.get(name, set())}:
                assert command[:2] == ["python", "-c"], command
                compile(command[2], "health check", "exec")


def test_every_news_variable_is_a_setting_and_valid() -> None:
    for name in AIRFLOW_SERVICES:
        environment = SERVICES[name]["environment"]
        news = {key: value for key, value in environment.items() if key.startswith("NEWS_")}
        assert {"NEWS_HOME", "NEWS_INBOX"} <= set(news)
        fields = {key.removeprefix("NEWS_").lower(): value for key, value in news.items()}
        assert set(fields) <= set(Settings.model_fields)
        Settings(**fields)


def test_no_variable_is_one_that_nothing_reads() -> None:
    for name in AIRFLOW_SERVICES:
        for variable in SERVICES[name]["environment"]:
            used_by_script = f'"${variable}"' in str(SERVICES[name]["command"])
            assert (
                variable.startswith(("AIRFLOW__", "NEWS_")) or variable in OTHER_VARIABLES or used_by_script
            )


def test_env_example_has_every_variable_and_no_other() -> None:
    assert set(variables_used()) == set(example_values())


def test_it_refuses_to_start_without_a_secret() -> None:
    required = {name for name, is_required in variables_used().items() if is_required}
    secrets = {name for name in required if name != "INBOX_DIR"}
    assert {name for name, value in example_values().items() if not value} == secrets
    assert len(secrets) == 5
    for name in required:
        for lacking in ({**FILLED, name: ""}, {key: value for key, value in FILLED.items() if key != name}):
            with pytest.raises(MissingVariable, match=name):
                load(lacking)


def test_every_secret_says_how_to_make_it() -> None:
    """The comment above each empty value is a command that prints a fit value."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    made = {}
    for above, line in pairwise(lines):
        if re.fullmatch(r"[A-Z_]+=", line):
            command = re.fullmatch(r'# python3 -c "(.+)"', above)
            assert command, f"nothing tells how to make {line}"
            answer = subprocess.run(
                [sys.executable, "-c", command[1]], capture_output=True, text=True, check=True
            )
            made[line.rstrip("=")] = answer.stdout.strip()
    assert len(made) == 5
    for name, value in made.items():
        assert len(value) >= 20, name
        # it goes into a URL, an env file and a shell unquoted
        assert re.fullmatch(r"[A-Za-z0-9_=-]+", value), name

    from cryptography.fernet import Fernet

    Fernet(made["AIRFLOW_FERNET_KEY"].encode())


def test_no_secret_is_in_git() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    assert not [path for path in tracked if PurePosixPath(path).name == ".env"]
    ignored = subprocess.run(["git", "check-ignore", "-q", ".env"], cwd=ROOT, check=False)
    assert ignored.returncode == 0, ".env isn't ignored by git"
    written = {
        name: value
        for name, value in load()["services"]["init"]["environment"].items()
        if re.search(r"SECRET|PASSWORD|FERNET|SQL_ALCHEMY", name)
    }
    assert len(written) == 5
    assert [name for name, value in written.items() if ":?" not in value] == []


def test_only_this_host_reaches_the_ports() -> None:
    published = [str(port) for service in SERVICES.values() for port in service.get("ports", ())]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)
    assert "ports" not in SERVICES["postgres"]
    assert not any("network_mode" in service for service in SERVICES.values())


def test_every_service_is_watched_and_waits_for_what_it_needs() -> None:
    for name, service in SERVICES.items():
        if name == "init":
            assert service["restart"] == "no"
            assert service["depends_on"] == {"postgres": {"condition": "service_healthy"}}
        else:
            assert "healthcheck" in service, name
            assert service["restart"] == "unless-stopped"
        for other, how in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if other == "init" else "service_healthy"
            assert how == {"condition": wanted}
    for name in set(AIRFLOW_SERVICES) - {"init"}:
        assert "init" in SERVICES[name]["depends_on"], name


def test_volumes_and_host_paths_exist() -> None:
    named = set(COMPOSE["volumes"])
    used = set()
    for service in SERVICES.values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            if source.startswith((".", "/")):
                assert (ROOT / source).is_dir(), f"{source} isn't in the project"
                assert volume.endswith(":ro")
            else:
                used.add(source)
    assert used == named == {"postgres-data", "news-home", "airflow-logs"}


def test_every_path_in_the_image_comes_from_the_project() -> None:
    """What commands and variables name under /opt/news is something that the Dockerfile copies there."""
    copied = dict(re.findall(r"^COPY (\S+) (\S+)$", DOCKERFILE, re.MULTILINE))
    assert copied.pop("requirements.txt") == "/tmp/requirements.txt"
    assert all(source == target for source, target in copied.items())
    named = set(re.findall(rf"{IMAGE_ROOT}/([\w./-]+)", json.dumps(SERVICES) + DOCKERFILE))
    assert named >= {"dags", "plugins", "config", "config/pools.json"}
    for path in named:
        assert PurePosixPath(path).parts[0] in copied, path
        assert (ROOT / path).exists(), path


def test_what_the_image_needs_gets_into_the_build() -> None:
    """Every COPY's source exists and .dockerignore lets it through, and nothing private."""
    rules = [
        line
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]

    def is_sent(path: str) -> bool:
        """As Docker reads the rules: the last one that fits the path or a folder above it counts."""
        parts = path.split("/")
        sent = True
        for rule in rules:
            pattern = rule.removeprefix("!")
            anywhere = pattern.startswith("**/")
            tried = parts if anywhere else parts[:1]
            if any(fnmatch.fnmatchcase(part, pattern.removeprefix("**/")) for part in tried):
                sent = rule.startswith("!")
        return sent

    assert not [rule for rule in rules if "/" in rule.removeprefix("!").removeprefix("**/")]
    for source in re.findall(r"^COPY (\S+) ", DOCKERFILE, re.MULTILINE):
        assert (ROOT / source).exists(), source
        assert is_sent(source), source
    for path in (".env", ".git/config", "data/raw/x", "tests/x.py", "include/.env", ".airflow/airflow.db"):
        assert not is_sent(path), path


def test_the_image_is_the_lock_and_runs_without_root() -> None:
    instructions = re.findall(r"^([A-Z]+) (.+)$", DOCKERFILE, re.MULTILINE)
    assert [value for name, value in instructions if name == "USER"] == ["news"]
    assert instructions.index(("USER", "news")) == len(instructions) - 2
    (base,) = [value for name, value in instructions if name == "FROM"]
    assert re.fullmatch(r"python:3\.11-slim-\w+", base)
    assert "pip install --no-deps --requirement /tmp/requirements.txt && pip check" in DOCKERFILE
    assert re.search(r":\d+\.\d+-\w+$", SERVICES["postgres"]["image"])

    lock = [
        line
        for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
    assert len(lock) > 100
    assert [line for line in lock if not re.match(r"[\w.\[\],-]+==\S+", line)] == []


def test_folders_that_volumes_cover_belong_to_the_user() -> None:
    (made,) = re.findall(r"install --directory --owner news --group news (.+)$", DOCKERFILE, re.MULTILINE)
    targets = {
        volume.split(":")[1]
        for volume in SERVICES["scheduler"]["volumes"]
        if not volume.startswith((".", "/"))
    }
    assert targets <= set(made.split())


def test_the_image_has_the_same_search_path_and_homes() -> None:
    for name in ("AIRFLOW_HOME", "NEWS_HOME", "PYTHONPATH"):
        assert f"{name}={SERVICES['scheduler']['environment'][name]}" in DOCKERFILE


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


def test_readme_names_what_is_here() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in ("docker-compose.yml", ".env.example"):
        assert name in readme
        assert Path(ROOT / name).is_file()
