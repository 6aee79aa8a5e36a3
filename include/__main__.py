"""``python -m include``: the pipeline without Airflow."""

from __future__ import annotations

import sys

from include.cli import main

if __name__ == "__main__":
    sys.exit(main())
