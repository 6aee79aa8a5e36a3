"""The batch feeds staged on Spark, by news_batch's task or ``spark-submit dags/common/spark.py [DAY …]``.

Every worker has newsmarts[spark] installed, and the archives' and the lake's folders at the same paths.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any

import pyarrow as pa
from pyspark.sql import SparkSession

from newsmarts.batch.days import StagedDay
from newsmarts.batch.run import run
from newsmarts.core.errors import NewsError
from newsmarts.core.partitions import parse_day
from newsmarts.core.settings import Settings, load_settings


def spread(spark: SparkSession, function: Callable[[Any], Any], pieces: Sequence[Any]) -> list[Any]:
    """Call a function on each piece in a task of its own; the results in their order.

    Raises:
        NewsError: one of the calls did. Other errors are tried again by Spark, then end the run.
    """

    def each(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for piece in (piece for batch in batches for piece in batch.column(0).to_pylist()):
            try:
                result = function(pickle.loads(piece))  # noqa: S301 - of this run's own driver
            except NewsError as error:
                result = error
            yield pa.RecordBatch.from_pydict({"result": [pickle.dumps(result)]})

    rows = [(pickle.dumps(piece),) for piece in pieces]
    numbered = spark.sparkContext.parallelize(rows, max(1, len(rows)))
    found = spark.createDataFrame(numbered, "piece binary").mapInArrow(each, "result binary").collect()
    results = [pickle.loads(row.result) for row in found]  # noqa: S301 - of this run's own workers
    for error in (result for result in results if isinstance(result, NewsError)):
        raise error
    return results


def stage(
    settings: Settings, days: Collection[date] | None = None, run_id: str | None = None
) -> list[StagedDay]:
    """Stage the batch feeds on the Spark cluster of the settings."""
    spark = SparkSession.builder.appName("newsmarts").master(settings.spark_master).getOrCreate()
    with spark:
        return run(settings, partial(spread, spark), days, run_id)


if __name__ == "__main__":
    print(stage(load_settings(), [parse_day(day) for day in sys.argv[1:]] or None))
