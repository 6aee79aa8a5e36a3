"""``newsmarts``: the pipeline without Airflow."""

from __future__ import annotations

import sys

from newsmarts.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
