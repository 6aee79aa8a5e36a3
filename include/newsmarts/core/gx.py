"""Great Expectations, imported without what it would import of Spark; import this module before it.

Where pyspark is installed, Great Expectations 1.24 imports its client for Spark Connect. That takes a process
without a main file, as a worker is, for one of its own tests, and ends it with exit code 0 (pyspark 4.3,
sql/connect/utils.py). Nothing here uses Great Expectations on Spark.
"""

from __future__ import annotations

import sys

_hidden = "pyspark.sql.connect" if "pyspark" in sys.modules else "pyspark"
_loaded = sys.modules.get(_hidden)
sys.modules[_hidden] = None  # type: ignore[assignment] # to Python: there is no such module
try:
    import great_expectations as gx
finally:
    del sys.modules[_hidden]
    if _loaded is not None:
        sys.modules[_hidden] = _loaded

__all__ = ["gx"]
