"""Migrate Airflow's database and create its pools, in one process: importing Airflow takes seconds."""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path


def main(pools_file: Path) -> None:
    """Do what ``airflow db migrate`` and ``airflow pools import`` do."""
    from airflow.models.pool import Pool  # noqa: PLC0415 - read the environment first
    from airflow.settings import get_engine  # noqa: PLC0415
    from airflow.utils import db  # noqa: PLC0415
    from sqlalchemy import text  # noqa: PLC0415

    db.initdb()
    with get_engine().connect() as connection:  # type: ignore[no-untyped-call]
        # then readers and the one writer don't wait for each other; the file keeps the mode
        connection.execute(text("PRAGMA journal_mode = WAL"))
    for name, pool in json.loads(pools_file.read_text()).items():
        Pool.create_or_update_pool(
            name, pool["slots"], pool["description"], pool.get("include_deferred", False)
        )


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except Exception as error:  # noqa: BLE001 - its last line is shown to the user
        traceback.print_exc()
        sys.exit(str(error).partition("\n")[0])
