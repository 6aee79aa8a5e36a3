"""Columns of Arrow as arrays of Python objects, in which equal values are one object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def distinct(column: pa.ChunkedArray) -> tuple[list[Any], npt.NDArray[np.int32]]:
    """A column's distinct values, and which of them each row has."""
    found = column.combine_chunks().dictionary_encode(null_encoding="encode")
    return found.dictionary.to_pylist(), found.indices.to_numpy()


def as_objects(column: pa.ChunkedArray) -> npt.NDArray[np.object_]:
    """A column's values."""
    values, at = distinct(column)
    return objects(values)[at]


def objects(values: Sequence[Any]) -> npt.NDArray[np.object_]:
    """The values as they are."""
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found
