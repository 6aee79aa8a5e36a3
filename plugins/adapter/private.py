"""Airflow's private names that the news desk needs; a test notices when one changes.

Airflow creates backfills by this function alone, for its API and its command line.
"""

from __future__ import annotations

from datetime import datetime

from airflow.models.backfill import ReprocessBehavior, _create_backfill


def create_backfill(
    dag_id: str, first: datetime, last: datetime, *, max_active_runs: int, user_name: str
) -> int:
    """Run a DAG from ``first`` to ``last``, with runs that ended before. Returns the backfill's id."""
    backfill = _create_backfill(
        dag_id=dag_id,
        from_date=first,
        to_date=last,
        max_active_runs=max_active_runs,
        reverse=False,
        dag_run_conf={},
        triggering_user_name=user_name,
        reprocess_behavior=ReprocessBehavior.COMPLETED,
        run_on_latest_version=True,
    )
    return int(backfill.id)
