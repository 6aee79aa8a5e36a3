"""What a test needs and this machine lacks: the test is skipped, or fails where that is required."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def skip_or_fail(variable: str, reason: str) -> NoReturn:
    """Skip, saying why; fail with the environment variable at 1, as it is where nothing may be left out."""
    if os.environ.get(variable) == "1":
        pytest.fail(reason)
    pytest.skip(reason)
