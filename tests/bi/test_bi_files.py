"""The dashboards' files, without Superset: they are whole, and each chart's query finds rows in the marts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from newsmarts.core.settings import PROJECT_ROOT
from newsmarts.release.reader import connect
from tests.bi.asset_files import ASSETS, DASHBOARDS, KINDS, ChartQuery, by_uuid, charts_on, files, lock_file

pytestmark = pytest.mark.xdist_group("sample_marts")  # the sample marts are made once

# Kinds of chart that draw captured text on a canvas, or as text when they are set to (see below).
VIZ_TYPES = {"big_number_total", "echarts_timeseries_bar", "heatmap_v2", "table"}


@pytest.fixture(scope="module")
def marts(sample_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(sample_home) as connection:
        yield connection


def _each(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "content", [pytest.param(each, id=name) for name, each in files(kind).items()]
    )


def test_files_are_where_superset_looks_for_them() -> None:
    for path in ASSETS.rglob("*.yaml"):
        folder = path.parent.relative_to(ASSETS).as_posix()
        assert folder in KINDS or path.name == "metadata.yaml", path
    assert set(files("dashboards")) == set(DASHBOARDS)


def test_uuids_are_unique() -> None:
    uuids = Counter(content["uuid"] for kind in KINDS for content in files(kind).values())
    assert [uuid for uuid, count in uuids.items() if count > 1] == []


def test_addresses_of_dashboards_are_their_files_names() -> None:
    assert {name: content["slug"] for name, content in files("dashboards").items()} == {
        name: name for name in files("dashboards")
    }


def test_the_database_names_nobodys_folder_and_lets_nobody_write() -> None:
    (database,) = files("databases").values()
    assert database["sqlalchemy_uri"] == "duckdb:////NEWS_HOME/marts/current/news.duckdb"
    for right in ("allow_dml", "allow_ctas", "allow_cvas", "allow_csv_upload", "allow_run_async"):
        assert database[right] is False, right


@_each("datasets")
def test_a_dataset_is_a_mart_with_all_its_columns(
    content: dict[str, Any], marts: duckdb.DuckDBPyConnection
) -> None:
    assert content["database_uuid"] in by_uuid("databases")
    assert (content["schema"], content["sql"]) == ("marts", None)
    query = """
        SELECT column_name, data_type, comment FROM duckdb_columns()
        WHERE schema_name = 'marts' AND table_name = ?
    """
    described = {
        column["column_name"]: (column["type"], column["description"])
        for column in content["columns"]
        if not column["expression"]
    }
    found = marts.execute(query, [content["table_name"]]).fetchall()
    assert described == {name: (type_, comment) for name, type_, comment in found}
    dates = {
        name for name, (type_, _) in described.items() if type_ == "DATE" or type_.startswith("TIMESTAMP")
    }
    assert {column["column_name"] for column in content["columns"] if column["is_dttm"]} == dates
    assert content["main_dttm_col"] in dates


@_each("datasets")
def test_what_a_dataset_computes_can_be_computed(
    content: dict[str, Any], marts: duckdb.DuckDBPyConnection
) -> None:
    table = f'marts."{content["table_name"]}"'
    for column in content["columns"]:
        if column["expression"]:
            found = marts.sql(f"SELECT {column['expression']} AS it FROM {table}")
            assert str(found.types[0]) == column["type"], column["column_name"]
    for metric in content["metrics"]:
        found = marts.sql(f"SELECT {metric['expression']} AS it FROM {table}")
        # a HUGEINT can crash a client of DuckDB's
        assert str(found.types[0]) in {"BIGINT", "DOUBLE"}, metric["metric_name"]
        assert found.fetchall() != [(None,)], metric["metric_name"]


@_each("charts")
def test_a_chart_finds_rows_in_the_samples(content: dict[str, Any], marts: duckdb.DuckDBPyConnection) -> None:
    rows = marts.sql(ChartQuery(content).sql).fetchall()
    assert rows
    assert any(value is not None for row in rows for value in row)


@_each("charts")
def test_captured_text_in_a_chart_stays_text(content: dict[str, Any]) -> None:
    assert content["viz_type"] in VIZ_TYPES
    assert content["params"]["viz_type"] == content["viz_type"]
    if content["viz_type"] == "table":
        assert content["params"]["allow_render_html"] is False  # Superset's default is True


@_each("charts")
def test_a_dashboards_dates_reach_every_chart(content: dict[str, Any]) -> None:
    filters = [
        each for each in content["params"]["adhoc_filters"] if each.get("operator") == "TEMPORAL_RANGE"
    ]
    assert [each["subject"] for each in filters] == [ChartQuery(content).dataset["main_dttm_col"]]


def test_every_chart_stands_on_one_dashboard() -> None:
    placed = Counter(uuid for dashboard in files("dashboards").values() for uuid in charts_on(dashboard))
    assert placed == Counter(list(by_uuid("charts")))


@_each("dashboards")
def test_a_dashboards_layout_is_whole(content: dict[str, Any]) -> None:
    position = {name: part for name, part in content["position"].items() if isinstance(part, dict)}
    children = Counter(child for part in position.values() for child in part.get("children", []))
    assert children == Counter(set(position) - {"ROOT_ID", "HEADER_ID"})
    for part in position.values():
        if part["type"] == "ROW":
            assert sum(position[child]["meta"]["width"] for child in part["children"]) == 12, part["id"]
        if part["type"] == "CHART":
            assert part["meta"]["sliceName"] == by_uuid("charts")[part["meta"]["uuid"]]["slice_name"]


@_each("dashboards")
def test_a_dashboards_filters_name_what_there_is(content: dict[str, Any]) -> None:
    chosen = [ChartQuery(by_uuid("charts")[uuid]).dataset for uuid in charts_on(content)]
    for each in content["metadata"]["native_filter_configuration"]:
        for target in each["targets"]:
            if "datasetUuid" in target:
                assert target["datasetUuid"] in by_uuid("datasets"), each["name"]
            if "column" in target:
                name = target["column"]["name"]
                for dataset in chosen:
                    assert name in {column["column_name"] for column in dataset["columns"]}, dataset[
                        "table_name"
                    ]


def test_the_lock_holds_what_is_asked_for() -> None:
    asked = (PROJECT_ROOT / "bi" / "requirements.in").read_text().splitlines()
    locked = dict(re.findall(r"^([a-z0-9-]+)==([^ ;\n]+)", lock_file().read_text(), re.MULTILINE))
    for line in asked:
        requirement = line.partition("#")[0].strip()
        if requirement:
            name, _, version = requirement.partition("==")
            name = re.split("[<>=]", name)[0]
            assert name in locked, f"make lock: {requirement}"
            assert not version or locked[name] == version, f"make lock: {requirement}"
