"""How many examples an expensive property tries."""

from __future__ import annotations

from hypothesis import settings


def fewer_examples(divisor: int) -> int:
    """The examples of the profile that runs (make test, or make test-slow with more), divided."""
    profile = settings.default
    assert profile is not None
    return profile.max_examples // divisor
