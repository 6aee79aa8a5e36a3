"""The names of Airflow that the desk needs and Airflow doesn't promise."""

from __future__ import annotations

import inspect

import pytest

from tests.dags.conftest import IGNORED

pytestmark = [
    pytest.mark.xdist_group("airflow"),  # one worker imports Airflow
    *(pytest.mark.filterwarnings(ignored) for ignored in IGNORED),
]


@pytest.mark.slow
def test_airflow_creates_its_own_backfills_by_the_function_that_the_desk_calls() -> None:
    from airflow.api_fastapi.core_api.routes.public import backfills

    from plugins.adapter import private

    create_backfill = vars(private)["_create_backfill"]
    assert create_backfill is vars(backfills)["_create_backfill"]
    assert set(inspect.signature(create_backfill).parameters) == {
        "dag_id",
        "from_date",
        "to_date",
        "max_active_runs",
        "reverse",
        "dag_run_conf",
        "triggering_user_name",
        "reprocess_behavior",
        "run_on_latest_version",
    }
