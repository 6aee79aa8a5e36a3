"""Bring Airflow's database up to date and make its pools, in one process: importing Airflow takes seconds."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(pools_file: Path) -> None:
    """Do what ``airflow db migrate`` and ``airflow pools import`` do."""
    from airflow.models.pool import Pool  # noqa: PLC0415 - the environment must be read by then
    from airflow.utils import db  # noqa: PLC0415

    db.initdb()
    for name, pool in json.loads(pools_file.read_text()).items():
        Pool.create_or_update_pool(
            name, pool["slots"], pool["description"], pool.get("include_deferred", False)
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
