"""How many examples an expensive property tries, and which cases of an expensive test are slow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import settings


def fewer_examples(divisor: int) -> int:
    """The examples of the profile that runs (make test, or make test-slow with more), divided."""
    profile = settings.default
    assert profile is not None
    return profile.max_examples // divisor


def one_fast(cases: Iterable[Any]) -> list[Any]:
    """Cases of a parametrized test: the first runs in the fast suite, the others with the slow tests."""
    first, *others = cases
    return [
        first,
        *(
            pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.slow)
            for case in others
        ),
    ]
