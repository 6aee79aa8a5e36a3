"""The assets that tasks read and write, from the feeds to the release, with row counts in their events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import Asset

CAPTURES = Asset("news_captures", group="news")
PARSED = Asset("news_parsed", group="news")
STAGED = Asset("news_staged", group="news")
WAREHOUSE = Asset("news_warehouse", group="news")
"""The private warehouse; its partitions are capture days (YYYY-MM-DD). Only its events start runs."""
RELEASE = Asset("news_release", group="news")
POSTGRES = Asset("news_postgres", group="news")


def feed_assets(names: Sequence[str]) -> list[Asset]:
    """Where captures come from: one asset per feed."""
    return [Asset(f"news_feed_{name}", group="news") for name in names]


def record_result(outlet_events: Any, asset: Asset, result: Any) -> dict[str, Any]:
    """Store a stage's result, above all its row counts, in the asset's event; return it for XCom."""
    values = to_json(result)
    if outlet_events is not None:  # absent when a task's function is called by itself
        outlet_events[asset].extra = values
    return values


def to_json(result: Any) -> dict[str, Any]:
    """A stage's result as JSON types, for XCom."""
    from pydantic_core import to_jsonable_python

    values: dict[str, Any] = to_jsonable_python(result)
    return values
