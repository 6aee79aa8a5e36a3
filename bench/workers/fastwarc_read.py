"""fastwarc over a WARC file: every record's header and body read, and nothing done with them."""

from __future__ import annotations

import json
import os
import sys
import time

from fastwarc.warc import ArchiveIterator


def main(path: str) -> None:
    """Read it once and print what that took."""
    records = size_bytes = 0
    start, before = time.perf_counter(), os.times()
    for record in ArchiveIterator(path):
        size_bytes += len(record.reader.read())
        records += 1
    after = os.times()
    print(
        json.dumps(
            {
                "records": records,
                "page_bytes": size_bytes,
                "wall_seconds": time.perf_counter() - start,
                "cpu_seconds": after.user + after.system - before.user - before.system,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
