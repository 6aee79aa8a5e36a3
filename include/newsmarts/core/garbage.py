"""Python's collector of cyclic garbage, which looks through all rows in memory every few hundred objects."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# A page's rows are a hundred objects without cycles: at Python's own 700 parsing takes a sixth longer,
# validating a twentieth. So many objects are some megabytes.
_OBJECTS = 50_000


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Look for cyclic garbage once in many new objects; everything else is freed at once, as always."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
