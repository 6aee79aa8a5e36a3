"""docker-compose.yml as data: variables filled in as docker compose fills them in."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
IMAGE_ROOT = "/opt/news"
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")

# $$ is a literal $; ${NAME}, ${NAME:-default} and ${NAME:?message} are filled in
_VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>[A-Z_]+)(?:(?P<kind>:[-?])(?P<rest>[^}]*))?\})")


class MissingVariable(Exception):
    """What docker compose stops with when a required variable is unset or empty."""


def interpolate(text: str, variables: Mapping[str, str]) -> str:
    """Fill in a text's variables.

    Raises:
        MissingVariable: one is required and unset or empty, or has no default and isn't given.
    """

    def fill(match: re.Match[str]) -> str:
        name, kind = match["name"], match["kind"]
        if name is None:
            return "$"
        value = variables.get(name, "")
        if value or (kind is None and name in variables):
            return value
        if kind == ":-":
            return str(match["rest"])
        raise MissingVariable(f"{name}: {match['rest']}")

    assert "$" not in re.sub(_VARIABLE, "", text), f"a form of variable that isn't read here: {text}"
    return _VARIABLE.sub(fill, text)


def variables_used(text: str = COMPOSE_TEXT) -> dict[str, bool]:
    """Every variable of the file, and whether it is required (``:?``)."""
    return {
        match["name"]: match["kind"] == ":?"
        for match in _VARIABLE.finditer(text)
        if match["name"] is not None
    }


def load(variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The file as docker compose sees it; with ``None``, its variables as they are written."""

    def fill(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: fill(value) for key, value in node.items()}
        if isinstance(node, list):
            return [fill(value) for value in node]
        return interpolate(node, variables or {}) if isinstance(node, str) else node

    document: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
    return document if variables is None else fill(document)


def example_values() -> dict[str, str]:
    """The names in .env.example with their example values."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    entries = [line for line in lines if line.strip() and not line.startswith("#")]
    return dict(entry.split("=", 1) for entry in entries)


@dataclass(frozen=True)
class Mount:
    """A volume of a service; ``source`` is a folder of the host, or a named volume."""

    source: str
    target: str
    read_only: bool
    of_host: bool


def mounts(service: Mapping[str, Any]) -> list[Mount]:
    """A service's volumes, in whichever of the two ways they are written."""
    found = []
    for volume in service.get("volumes", ()):
        if isinstance(volume, str):
            source, target, *mode = volume.split(":")
            found.append(Mount(source, target, mode == ["ro"], source.startswith((".", "/"))))
        else:
            of_host = volume["type"] == "bind"
            found.append(Mount(volume["source"], volume["target"], volume.get("read_only", False), of_host))
    return found


def commands(service: Mapping[str, Any]) -> Iterator[list[str]]:
    """Every command that a service runs: its own and its health check."""
    command = service.get("command", [])
    if command[:2] == ["bash", "-euc"]:
        yield from (shlex.split(part) for part in command[2].split(";"))
    elif command:
        yield list(command)
    check = service["healthcheck"]["test"] if "healthcheck" in service else None
    if check:
        assert check[0] == "CMD", "a health check is a list, so that no shell reads it"
        yield list(check[1:])


# the pipeline's own settings have defaults; of all else something must be given
FILLED = {
    name: value or ("" if name.startswith("NEWS_") else f"made-up-{name.lower()}")
    for name, value in example_values().items()
}
COMPOSE = load(FILLED)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
AIRFLOW_SERVICES = [name for name, service in SERVICES.items() if service["image"] == "news-pipeline:local"]
BI_SERVICES = [name for name, service in SERVICES.items() if service["image"] == "news-bi:local"]
ONE_SHOT = {"databases", "init", "bi-init"}
TOOLS = {name for name, service in SERVICES.items() if service.get("profiles") == ["tools"]}
WORKERS = {name for name, service in SERVICES.items() if service.get("profiles") == ["celery"]}
SERVERS = set(SERVICES) - ONE_SHOT - TOOLS
