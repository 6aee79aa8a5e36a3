"""One step of a benchmark, in a process of its own: ``python -m bench.step MODULE FUNCTION ARGUMENTS``.

The arguments are a JSON list. Prints what the function returns and what it cost, as JSON.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module

from bench.readers import BENCH

sys.path.insert(0, str(BENCH / "workers"))
measured = import_module("common").measured  # as the readers' workers measure

if __name__ == "__main__":
    work = getattr(import_module(sys.argv[1]), sys.argv[2])
    print(json.dumps(measured(lambda: work(*json.loads(sys.argv[3])))))
