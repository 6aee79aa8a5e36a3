"""Days are independent: several processes validate them at once and none disturbs another."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from newsmarts.core import schemas
from newsmarts.core.errors import Overtaken
from newsmarts.core.files import replacing_folder, whole_folder
from newsmarts.core.object_store import open_store
from newsmarts.core.partitions import docs_path, partition_path
from newsmarts.core.settings import PROJECT_ROOT, load_settings
from newsmarts.validate import decision
from newsmarts.validate.run import run
from tests.validate.days import DAY, article, read_rows, ticker_item, write_day

DAYS = [DAY + timedelta(days=number) for number in range(3)]

# One import of Great Expectations, then a process a task, as under Airflow's LocalExecutor. One day twice.
SCRIPT = """
import multiprocessing, sys, warnings
from datetime import date
from pathlib import Path
import great_expectations, pandas
from newsmarts.core.settings import load_settings
from newsmarts.validate.run import run

settings = load_settings(home=Path(sys.argv[1]))

def validate(day):
    return run(date.fromisoformat(day), settings).valid

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with multiprocessing.get_context("fork").Pool(4) as pool:
        print(pool.map(validate, sys.argv[2:], chunksize=1))
"""


def _write(home: Path, day: date, pages: int) -> None:
    shift = {"capture_day": day, "captured_at": article()["captured_at"] + (day - DAY)}
    rows = [article(f"{day} page {number}", **shift) for number in range(pages)]
    lines = [
        ticker_item(row, f"Harbour Office counts {number} crews on the quay")
        for number, row in enumerate(rows)
    ]
    write_day(home, rows, ticker=lines, day=day)


@pytest.mark.slow
def test_days_in_parallel_processes(tmp_path: Path) -> None:
    for number, day in enumerate(DAYS, start=1):
        _write(tmp_path, day, number)
    asked = [day.isoformat() for day in (*DAYS, DAYS[0])]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), *asked],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[1, 2, 3, 1]"
    for number, day in enumerate(DAYS, start=1):
        (outcome,) = read_rows(tmp_path, "outcome", day)
        assert (outcome["capture_day"], outcome["captures"], outcome["valid"]) == (day, number, number)
        assert {row["capture_day"] for row in read_rows(tmp_path, "contract_results", day)} == {day}
        assert (docs_path(tmp_path) / day.isoformat() / "index.html").is_file()
    left = [path.name for path in tmp_path.rglob(".tmp-*")]
    assert left == []


@pytest.mark.slow
def test_a_day_that_another_machine_validated_meanwhile_stays(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One machine has read a page when another lands and validates a second one: two stay."""
    one, other = (load_settings(home=bucket, work=tmp_path / name) for name in ("one", "other"))
    archive = open_store(bucket)

    def land_and_parse(pages: int) -> None:
        _write(tmp_path / "made", DAY, pages)
        for path in (tmp_path / "made").glob("raw/manifest/*/*"):
            (archive / path.relative_to(tmp_path / "made").as_posix()).write_bytes(path.read_bytes())
        with replacing_folder(partition_path(archive, "parsed", DAY)) as folder:
            shutil.copytree(partition_path(tmp_path / "made", "parsed", DAY), folder, dirs_exist_ok=True)

    land_and_parse(1)
    decide = decision.decide

    def slowly(*arguments: Any) -> Any:
        with monkeypatch.context() as patched:
            patched.setattr(decision, "decide", decide)
            land_and_parse(2)
            assert run(DAY, other).valid == 2
        return decide(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(decision, "decide", slowly)
        with pytest.raises(Overtaken, match="Run the day again"):
            run(DAY, one)
    assert (
        len(
            schemas.read_table(
                whole_folder(partition_path(archive, "validated", DAY)) / "articles.parquet", schemas.ARTICLES
            )
        )
        == 2
    )
    assert run(DAY, one).valid == 2
