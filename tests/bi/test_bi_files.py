"""The dashboards' files, without Superset: they are whole, and each chart's query finds rows in the marts."""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from bs4 import BeautifulSoup

from local import bi_datasets
from newsmarts.core.settings import PROJECT_ROOT
from newsmarts.marts import catalogue
from newsmarts.release.reader import connect
from tests.bi.asset_files import (
    ASSETS,
    DASHBOARDS,
    KINDS,
    ChartQuery,
    by_uuid,
    charts_on,
    files,
    lock_file,
    table_of,
)

pytestmark = pytest.mark.xdist_group("sample_marts")  # the sample marts are made once

# Kinds of chart that draw captured text on a canvas, or as text when they are set to (see below).
VIZ_TYPES = {"big_number_total", "echarts_timeseries_bar", "graph_chart", "heatmap_v2", "table"}
# Columns that are HTML made of escaped text: the only text in tables that show HTML.
IS_HTML = re.compile(r"_(html|link)$")
HOSTILE = """'"><script>alert(1)</script><img src=x onerror=alert(1)>&lt;b&gt; \\ javascript:alert(1)"""


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


def test_there_is_a_dataset_of_each_mart_as_the_dictionary_describes_it() -> None:
    """``make dictionary`` writes them; what people add in Superset stays."""
    wanted = bi_datasets.wanted_files(PROJECT_ROOT / "expectations")
    of_marts = {name: content for name, content in files("datasets").items() if not content["sql"]}
    assert {path.stem: content for path, content in wanted.items()} == of_marts, "make dictionary"


@_each("datasets")
def test_a_dataset_has_all_columns_of_its_mart_or_query(
    content: dict[str, Any], marts: duckdb.DuckDBPyConnection
) -> None:
    assert content["database_uuid"] in by_uuid("databases")
    assert content["schema"] == "marts"
    described = {column["column_name"]: column for column in content["columns"] if not column["expression"]}
    rows = marts.sql(f"FROM {table_of(content)}")
    assert {name: column["type"] for name, column in described.items()} == dict(
        zip(rows.columns, map(str, rows.types), strict=True)
    )
    query = """
        SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = 'marts' AND table_name = ?
    """
    for name, comment in marts.execute(query, [content["table_name"]]).fetchall():
        assert described[name]["description"].startswith(comment), name
    dates = {name for name, column in described.items() if column["type"].startswith(("DATE", "TIMESTAMP"))}
    assert {column["column_name"] for column in content["columns"] if column["is_dttm"]} == dates
    assert content["main_dttm_col"] in (dates or {None})
    assert all(column["description"] for column in content["columns"])
    assert content["description"]


def test_keys_are_described() -> None:
    columns = {column["column_name"]: column for column in files("datasets")["page_links"]["columns"]}
    assert columns["article_id"]["description"].endswith("Foreign key: articles.article_id.")
    description = files("datasets")["page_links"]["description"]
    assert description.endswith("Primary key: capture_id, list_name, position.")


@_each("datasets")
def test_what_a_dataset_computes_can_be_computed(
    content: dict[str, Any], marts: duckdb.DuckDBPyConnection
) -> None:
    table = table_of(content)
    for column in content["columns"]:
        if column["expression"]:
            found = marts.sql(f"SELECT {column['expression']} AS it FROM {table}")
            assert str(found.types[0]) == column["type"], column["column_name"]
    for metric in content["metrics"]:
        found = marts.sql(f"SELECT {metric['expression']} AS it FROM {table}")
        # a HUGEINT can crash a client of DuckDB's
        assert str(found.types[0]) in {"BIGINT", "DOUBLE", "DATE"}, metric["metric_name"]
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
    if content["viz_type"] != "table":
        return
    params = content["params"]
    types = {column["column_name"]: column["type"] for column in ChartQuery(content).dataset["columns"]}
    names = params["all_columns"] if params["query_mode"] == "raw" else params["groupby"]
    html = {name for name in names if IS_HTML.search(name)}
    assert params["allow_render_html"] is bool(html)  # Superset's default is True
    if html:
        assert {name for name in names if types[name] == "VARCHAR"} == html


@pytest.mark.slow
def test_columns_of_html_hold_escaped_text_and_links_to_web_pages() -> None:
    """Evaluated on marts whose every text is hostile, and on addresses that are none of the web."""
    seen = set()
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA marts")
        for mart in catalogue.marts():
            connection.execute(mart.create_statement())
        for url in (
            HOSTILE,
            "javascript:alert(1)",
            'https://a.example/"onmouseover="x',
            "https://a.example/?a=1&b=2",
        ):
            for mart in catalogue.marts():
                values = [_hostile_value(column.name, column.type, url) for column in mart.columns]
                connection.execute(f"DELETE FROM {mart.identifier}")
                connection.execute(
                    f"INSERT INTO {mart.identifier} VALUES ({', '.join('?' * len(values))})", values
                )
            for dataset in files("datasets").values():
                for column in dataset["columns"]:
                    if IS_HTML.search(column["column_name"]):
                        seen |= _check_html(connection, dataset["table_name"], column["expression"])
    desk = "https://news-desk.invalid"
    assert seen == {
        f"{desk}/articles/{'a' * 32}",
        f"{desk}/captures/2025-09-01/{'a' * 32}",
        "https://a.example/?a=1&b=2",
    }


def _hostile_value(name: str, type_: str, url: str) -> object:
    if name in {"article_id", "capture_id"}:
        return "a" * 32
    if name == "url":
        return url
    if type_ == "VARCHAR":
        return HOSTILE
    return "2025-09-01" if type_.startswith(("DATE", "TIMESTAMP")) else 1


def _check_html(connection: duckdb.DuckDBPyConnection, table: str, expression: str) -> set[str]:
    """The addresses that a column links to."""
    ((html,),) = connection.sql(f'SELECT {expression} FROM marts."{table}"').fetchall()
    parsed = BeautifulSoup(html, "lxml")
    assert {tag.name for tag in parsed.find_all()} <= {"html", "body", "p", "span", "a", "br"}, html
    links = parsed.find_all("a")
    for tag in parsed.find_all():
        assert set(tag.attrs) == ({"href", "target"} if tag.name == "a" else set()), html
    return {str(link["href"]) for link in links}


def test_each_question_becomes_a_saved_query() -> None:
    spec = importlib.util.spec_from_file_location("saved_queries", PROJECT_ROOT / "bi" / "saved_queries.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = (PROJECT_ROOT / "docs" / "questions.md").read_text("utf-8")
    queries = [yaml.safe_load(text) for text in module.saved_queries(page, "some-uuid").values()]
    assert [query["label"] for query in queries] == re.findall(r"^## (.+)", page, re.MULTILINE)
    assert [query["sql"] for query in queries] == re.findall(
        r"^```sql\n(.+?)\n```", page, re.DOTALL | re.MULTILINE
    )
    assert len({query["uuid"] for query in queries}) == len(queries)
    with pytest.raises(ValueError, match=r"no SQL below 'Why\?'"):
        module.saved_queries("## Why?\n\nBecause.\n\n## How?\n\n```sql\nSELECT 1\n```\n", "some-uuid")


def test_people_are_shown_and_counted_by_their_one_name() -> None:
    by_printed_name = re.compile(r"\bspeaker\b")
    for kind in ("charts", "dashboards"):
        for name, content in files(kind).items():
            assert not by_printed_name.search(str(content)), name
    for name, dataset in files("datasets").items():
        assert not [each for each in dataset["metrics"] if by_printed_name.search(each["expression"])], name
    page = (PROJECT_ROOT / "docs" / "questions.md").read_text("utf-8")
    for sql in re.findall(r"^```sql\n(.+?)\n```", page, re.DOTALL | re.MULTILINE):
        assert not re.search(
            r"\bspeaker AS\b|GROUP BY [^\n]*\bspeaker\b|DISTINCT speaker\) AS (speak|voic)", sql
        ), sql


@_each("charts")
def test_the_column_of_a_bars_axis_has_no_label(content: dict[str, Any]) -> None:
    """Superset 6.1 filters by the label in place of the name."""
    params = content["params"]
    if params.get("xAxisForceCategorical") and not params["groupby"]:
        labels = {
            each["column_name"]: each["verbose_name"] for each in ChartQuery(content).dataset["columns"]
        }
        assert labels[params["x_axis"]] is None


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
