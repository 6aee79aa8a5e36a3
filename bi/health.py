"""Superset's health check in docker-compose.yml: its pages, its own database, and the marts if there are any.

    python health.py http://localhost:8088/health

Superset's own /health, whose address is given, looks at neither database. Environment: as superset_config.py.
"""

from __future__ import annotations

import os
import sys
import urllib.request
from pathlib import Path

import duckdb
import psycopg2


def main(address_of_health: str) -> None:
    """Raise what keeps Superset from showing a chart."""
    urllib.request.urlopen(address_of_health, timeout=8)  # noqa: S310 (its own address)
    address = os.environ["NEWS_BI_DATABASE_URL"].replace("postgresql+psycopg2://", "postgresql://", 1)
    psycopg2.connect(address, connect_timeout=5).close()
    marts = Path(os.environ["NEWS_BI_MARTS"])
    if marts.exists():
        duckdb.connect(str(marts.resolve()), read_only=True, config={"memory_limit": "64MB"}).close()


if __name__ == "__main__":
    main(sys.argv[1])
