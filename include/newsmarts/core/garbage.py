"""Memory while a stage runs: when Python looks for cyclic garbage, and what goes back to the system."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

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


def release_memory() -> None:
    """Give the system what was freed: the C library keeps it between what is in use, and what comes next
    seldom fits into the gaps.
    """
    _malloc_trim()(0)


@cache
def _malloc_trim() -> Callable[[int], Any]:
    """That of glibc; other C libraries have none."""
    return getattr(ctypes.CDLL(None), "malloc_trim", lambda _: 0)
