"""fastwarc over a WARC file: ``python fastwarc_loop.py FILE [store]``; prints one line of JSON.

Alone, it reads every record's header and body. With ``store`` it does what landing promises: it checks
digests and flushes each page to its own file, in a plain loop without index, manifest, limits or resuming.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path

from common import measured
from fastwarc.warc import ArchiveIterator, WarcRecordType


def read(path: Path) -> None:
    """Read it once."""
    for record in ArchiveIterator(path):
        record.reader.read()


def store(path: Path) -> None:
    """Store its pages once, beside the file."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        for record in ArchiveIterator(path, record_types=WarcRecordType.response, parse_http=False):
            if not record.verify_block_digest():
                raise SystemExit(f"bad digest: {record.record_id}")
            record.parse_http()
            write(Path(folder), record.reader.read())


def write(folder: Path, page: bytes) -> None:
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
    work = store if "store" in sys.argv[2:] else read
    print(json.dumps(measured(lambda: work(Path(sys.argv[1])))))
