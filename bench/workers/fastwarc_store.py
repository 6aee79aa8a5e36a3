"""fastwarc over a WARC file, doing what landing promises: digests held, each page flushed to its own file.

A plain loop without index, manifest, limits or resuming: what the promise alone costs.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType


def main(path: str) -> None:
    """Store it once, beside the file, and print what that took."""
    records = size_bytes = 0
    with tempfile.TemporaryDirectory(dir=Path(path).parent) as folder:
        start, before = time.perf_counter(), os.times()
        for record in ArchiveIterator(path, record_types=WarcRecordType.response, parse_http=False):
            if not record.verify_block_digest():
                raise SystemExit(f"bad digest: {record.record_id}")
            record.parse_http()
            page = record.reader.read()
            store(Path(folder), page)
            size_bytes += len(page)
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


def store(folder: Path, page: bytes) -> None:
    """Write one page, and return when it is on the disk."""
    name = hashlib.sha256(page).hexdigest()
    place = folder / name[:2]
    place.mkdir(exist_ok=True)
    descriptor = os.open(place / f".{name}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    try:
        os.write(descriptor, page)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.replace(place / f".{name}", place / name)


if __name__ == "__main__":
    main(sys.argv[1])
