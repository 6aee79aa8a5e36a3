"""The batch job on Spark's own little cluster, of processes that share nothing but folders."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from newsmarts.core import lake
from newsmarts.core.partitions import partition_days
from newsmarts.core.settings import Settings
from newsmarts.load.run import run as load
from tests.batch.pages_in_archives import PAGES as SIX_HUNDRED
from tests.batch.pages_in_archives import content_of, one_machine, settings_of, write_archives
from tests.batch.test_lake import published, staged_rows
from tests.missing import skip_or_fail

PROJECT = Path(__file__).resolve().parents[2]
PAGES = int(os.environ.get("SPARK_TEST_PAGES", SIX_HUNDRED))  # more for a trial of a machine
CLUSTER = "local-cluster[2,1,1024]"

pytestmark = [pytest.mark.integration, pytest.mark.timeout(3600)]


@pytest.fixture(autouse=True, scope="module")
def _needs_spark() -> None:
    if shutil.which("java") is None:
        skip_or_fail(
            "NEWS_REQUIRE_SPARK", "Java is missing (on Debian: apt install openjdk-17-jre-headless)."
        )
    try:
        import pyiceberg  # noqa: F401
        import pyspark  # noqa: F401
    except ImportError:
        skip_or_fail("NEWS_REQUIRE_SPARK", "pyspark or pyiceberg is missing: they are in the extra spark.")


def stage_on_spark(settings: Settings) -> None:
    """Run the job as spark-submit would, in a process of its own."""
    values = {
        "NEWS_HOME": settings.home,
        "NEWS_FEEDS_FILE": settings.feeds_file,
        "NEWS_SETTLE_SECONDS": 0,
        "NEWS_LAKE": settings.lake_dir,
        "NEWS_LAKE_CATALOG": settings.lake_catalog.get_secret_value() if settings.lake_catalog else "",
        "NEWS_SPARK_MASTER": CLUSTER,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join([str(PROJECT / "include"), str(PROJECT)]),
        "PYSPARK_SUBMIT_ARGS": "--conf spark.ui.enabled=false --driver-memory 512m --executor-memory 512m "
        "pyspark-shell",
    }
    environment = os.environ | {name: str(value) for name, value in values.items()}
    job = PROJECT / "dags" / "common" / "spark.py"
    command = [sys.executable, str(job)]
    done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-8000:]


def test_spark_stages_the_rows_and_the_release_of_one_machine(tmp_path: Path) -> None:
    crawl = tmp_path / "crawl"
    write_archives(crawl, PAGES)
    settings = settings_of(
        tmp_path / "spark",
        crawl,
        batch=True,
        lake_catalog=f"sqlite:///{tmp_path / 'catalog.db'}",
        lake=tmp_path / "lake",
    )
    stage_on_spark(settings)
    one = one_machine(crawl, tmp_path / "one")
    found = lake.days(settings)
    assert found == list(partition_days(one.archive, "validated"))
    staged = 0
    for day in found:
        rows = staged_rows(settings, day)
        assert rows == staged_rows(one, day)
        staged += len(rows["captures"])
        load(day, settings)
    assert staged == PAGES
    published(settings)
    assert content_of(settings.home) == content_of(one.home)
    lake._catalog(settings).close()
