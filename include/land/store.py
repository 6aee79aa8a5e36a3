"""The raw store: captured bytes, kept once under their SHA-256, read-only, never changed."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

from include import partitions
from include.files import write_atomically

log = logging.getLogger(__name__)


def store(home: Path, data: bytes) -> str:
    """Keep these bytes and return their SHA-256; bytes that are there already aren't written again.

    An object of the wrong size is a damaged one (a disk's doing: objects appear whole or not at all);
    it is replaced, and the log says so.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    path = partitions.raw_object_path(home, sha256)
    try:
        size_bytes = path.stat().st_size
    except FileNotFoundError:
        write_atomically(path, data, mode=0o444)
    else:
        if size_bytes != len(data):
            log.warning("Raw object %s was damaged (%d bytes, not %d): mended", sha256, size_bytes, len(data))
            write_atomically(path, data, mode=0o444)
    return sha256
