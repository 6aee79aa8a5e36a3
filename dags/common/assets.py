"""The assets that tasks read and write, from the feeds to the release, with row counts in their events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import Asset


def _asset(name: str, description: str, **place: str) -> Asset:
    """An asset; Airflow shows what it is, and where, among its extras (in lines of some 40 letters)."""
    return Asset(f"news_{name}", group="news", extra={"description": description, **place})


CAPTURES = _asset("captures", "What was captured, and its bytes", path="raw/")
PARSED = _asset("parsed", "Articles of a day as parsed", path="staged/parsed/")
STAGED = _asset("staged", "The same, checked by contracts", path="staged/validated/")
WAREHOUSE = _asset("warehouse", "Every loaded day", path="warehouse/news.duckdb", starts="news_marts")
RELEASE = _asset("release", "The marts that readers open", path="marts/current/news.duckdb")
POSTGRES = _asset("postgres", "The release in PostgreSQL")


def feed_assets(names: Sequence[str]) -> list[Asset]:
    """Where captures come from: one asset per feed."""
    return [_asset(f"feed_{name}", "A feed of config/feeds.toml") for name in names]


def record_result(outlet_events: Any, asset: Asset, result: Any, summary: str = "") -> dict[str, Any]:
    """Store a stage's result, its row counts above all, in the asset's event; return it for XCom.

    A ``summary`` in words goes first.
    """
    values = to_json(result)
    if summary:
        values = {"summary": summary, **values}
    if outlet_events is not None:  # absent when a task's function is called by itself
        outlet_events[asset].extra = values
    return values


def to_json(result: Any) -> dict[str, Any]:
    """A stage's result as JSON types, for XCom."""
    from pydantic_core import to_jsonable_python

    values: dict[str, Any] = to_jsonable_python(result)
    return values
