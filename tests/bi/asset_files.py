"""The dashboards' files as the tests read them, and the SQL that a chart's parameters come to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from newsmarts.core.settings import PROJECT_ROOT

ASSETS = PROJECT_ROOT / "bi" / "assets"
KINDS = ("databases", "datasets", "charts", "dashboards")
DASHBOARDS = ("coverage", "ticker", "promotion", "revisions", "tags", "freshness", "trust")


@cache
def files(kind: str) -> dict[str, dict[str, Any]]:
    """What the files of a kind say, by file name without its ending."""
    found = {
        path.stem: yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        for path in sorted((ASSETS / kind).glob("*.yaml"))
    }
    assert found, f"no {kind}"
    return found


@cache
def by_uuid(kind: str) -> dict[str, dict[str, Any]]:
    return {content["uuid"]: content for content in files(kind).values()}


def charts_on(dashboard: dict[str, Any]) -> list[str]:
    """The uuids of its charts, in the order of its file."""
    parts = [part for part in dashboard["position"].values() if isinstance(part, dict)]
    return [part["meta"]["uuid"] for part in parts if part["type"] == "CHART"]


def table_of(dataset: dict[str, Any]) -> str:
    """What a dataset's rows are selected from: a mart, or a query under the dataset's name."""
    name = f'"{dataset["table_name"]}"'
    return f"({dataset['sql']}) AS {name}" if dataset["sql"] else f"{dataset['schema']}.{name}"


@dataclass
class ChartQuery:
    """A chart's query, as plain as its parameters allow; a name that its dataset hasn't is a KeyError.

    Superset's own SQL for it is run by ``make test-bi``.
    """

    chart: dict[str, Any]

    @property
    def dataset(self) -> dict[str, Any]:
        return by_uuid("datasets")[self.chart["dataset_uuid"]]

    def column(self, name: str) -> str:
        column = {each["column_name"]: each for each in self.dataset["columns"]}[name]
        return column["expression"] or f'"{name}"'

    def metric(self, name: str) -> str:
        metrics: dict[str, str] = {
            each["metric_name"]: each["expression"] for each in self.dataset["metrics"]
        }
        return metrics[name]

    def conditions(self, clause: str) -> list[str]:
        found = []
        for each in self.chart["params"]["adhoc_filters"]:
            if each["expressionType"] == "SQL":
                text = each["sqlExpression"]
            elif each["operator"] == "TEMPORAL_RANGE":
                assert each["comparator"] == "No filter"
                text = f"{self.column(each['subject'])} >= DATE '1900-01-01'"
            elif each["operator"] == "IS NOT NULL":
                text = f"{self.column(each['subject'])} IS NOT NULL"
            else:
                operator = {"==": "=", "!=": "<>"}[each["operator"]]
                text = f"{self.column(each['subject'])} {operator} '{each['comparator']}'"
            if each["clause"] == clause:
                found.append(f"({text})")
        return found or ["TRUE"]

    @property
    def sql(self) -> str:
        params = self.chart["params"]
        axis = [params["x_axis"]] if "x_axis" in params else []
        axis += [params[end] for end in ("source", "target") if end in params]
        groups = params.get("groupby") or []
        groups = [groups] if isinstance(groups, str) else groups
        metrics = [*params.get("metrics", []), *([params["metric"]] if "metric" in params else [])]
        raw = params.get("query_mode") == "raw"
        columns = params["all_columns"] if raw else [*axis, *groups]
        selected = [f'{self.column(name)} AS "{name}"' for name in columns]
        selected += [f'{self.metric(name)} AS "{name}"' for name in metrics]
        sql = f"SELECT {', '.join(selected)} FROM {table_of(self.dataset)}"
        sql += f" WHERE {' AND '.join(self.conditions('WHERE'))}"
        if not raw:
            sql += " GROUP BY ALL"
            sql += f" HAVING {' AND '.join(self.conditions('HAVING'))}"
        for name in (params.get("timeseries_limit_metric"), params.get("x_axis_sort")):
            if name:
                self.metric(name)
        return sql


def lock_file() -> Path:
    return PROJECT_ROOT / "bi" / "requirements.txt"
