"""The functions that fault cases break exist under the names that the cases have."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

TARGETS = sorted(
    {
        name
        for path in Path(__file__).parent.glob("*.py")
        for name in re.findall(r'"(newsmarts(?:\.\w+)+)"', path.read_text(encoding="utf-8"))
    }
)


def resolve(name: str) -> Any:
    """The module, class or function of a dotted name."""
    module, attributes = name, list[str]()
    while True:
        try:
            found: Any = import_module(module)
            break
        except ModuleNotFoundError:
            module, _, last = module.rpartition(".")
            attributes.insert(0, last)
    for attribute in attributes:
        found = getattr(found, attribute)
    return found


@pytest.mark.parametrize("name", TARGETS)
def test_what_a_case_breaks_exists(name: str) -> None:
    assert resolve(name) is not None


def test_there_are_targets() -> None:
    assert len(TARGETS) > 15
