"""When news_pages runs, and how its runs are named: by the capture day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction, Timetable
from airflow.timetables.interval import CronDataIntervalTimetable
from airflow.utils.types import DagRunType
from pendulum import DateTime


class CaptureDays(CronDataIntervalTimetable):
    """Each UTC day, once it is over.

    Airflow names a run by its ``run_after``, which is the midnight that ends the day. A scheduled run gets
    the day's name instead. A backfill's name can't be chosen (3.3.2), so its run is due a second earlier, on
    the day itself: ``backfill__2025-09-05T23:59:59+00:00`` runs 5 September. For a run by hand Airflow
    doesn't pass the form's day on; it has the moment of its start, and a note.
    """

    def __init__(self) -> None:
        # At midnight: with any other time `backfill --to-date` drops its last day. An interval, not "@daily",
        # whose interval is empty in Airflow 3.
        super().__init__("0 0 * * *", timezone="UTC")

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Timetable:  # noqa: ARG003 - it has no settings
        """The timetable, in the scheduler."""
        return cls()

    def serialize(self) -> dict[str, Any]:
        """Nothing: all have the same times."""
        return {}

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """The next day; of a backfill (which alone catches up) due in its last second."""
        info = super().next_dagrun_info(
            last_automated_data_interval=last_automated_data_interval, restriction=restriction
        )
        if info is None or info.data_interval is None or not restriction.catchup:
            return info
        due = info.data_interval.end - timedelta(seconds=1)
        return DagRunInfo(run_after=due, data_interval=info.data_interval)

    def generate_run_id(
        self, *, run_type: DagRunType, run_after: DateTime, data_interval: DataInterval | None, **extra: Any
    ) -> str:
        """A scheduled run's name has its day; others as Airflow has them."""
        if run_type == DagRunType.SCHEDULED and data_interval is not None:
            return run_type.generate_run_id(suffix=data_interval.start.date().isoformat())
        return super().generate_run_id(
            run_type=run_type, run_after=run_after, data_interval=data_interval, **extra
        )
