"""Landing from a feed of the web, and looking at what came of it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from newsmarts.core import partitions, schemas
from newsmarts.core.settings import Settings
from newsmarts.land.run import LandResult, run

DAY = date(2025, 9, 1)
HOSTS = ["english.almayadeen.net", "nournews.ir"]


def declare(settings: Settings, kind: str, /, limits: dict[str, Any] | None = None, **keys: Any) -> Settings:
    """Settings whose feeds' file declares one feed named like its kind, quick and of the loopback address."""
    keys = {"hosts": HOSTS, "crawl_delay_seconds": 0, "allow_private_hosts": ["127.0.0.1"]} | keys
    limits = {"max_tries": 1, "read_seconds": 5, "total_seconds": 10} | (limits or {})
    lines = [f"[feeds.{kind}]", f'kind = "{kind}"']
    lines += [f"{key} = {_toml(value)}" for key, value in keys.items()]
    lines += [f"[feeds.{kind}.limits]", *(f"{key} = {_toml(value)}" for key, value in limits.items())]
    path = settings.home.parent / "feeds.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return settings.model_copy(update={"feeds_file": path})


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(each)}" for key, each in value.items()) + "}"
    return json.dumps(value)


def land(settings: Settings, day: date = DAY) -> LandResult:
    return run(day, settings)


def rows(settings: Settings, name: str = "captures", day: date = DAY) -> list[dict[str, Any]]:
    folder = partitions.partition_path(settings.home, "manifest", day)
    schema = {"captures": schemas.CAPTURES, "rejected": schemas.QUARANTINE}[name]
    found: list[dict[str, Any]] = schemas.read_table(folder / f"{name}.parquet", schema).to_pylist()
    return found


def reasons(settings: Settings, day: date = DAY) -> dict[str, str]:
    return {row["source_path"]: row["reason_code"] for row in rows(settings, "rejected", day)}


def raw(settings: Settings, row: dict[str, Any]) -> bytes:
    return Path(partitions.raw_object_path(settings.home, row["sha256"])).read_bytes()
