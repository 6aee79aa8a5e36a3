"""The pipeline's stages of one revision over an inbox, one process: ``stages.py PACKAGE INBOX HOME``.

The package, ``newsmarts`` or that of an older layout, is found on PYTHONPATH. Prints one line of JSON:
``{"stages": {stage: cost}, "captures", "articles"}``. What takes seconds to import is imported before the
first stage, as ``start``.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import date
from importlib import import_module
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

_TIMINGS = Path(__file__).parents[2] / "include" / "newsmarts" / "core" / "timings.py"


def main(package: str, inbox: str, home: str) -> dict[str, Any]:
    """Run each stage over each day of the inbox, whose folders are named by days."""
    timings = _this_revisions_timings().Timings()
    with timings.measure("start"):
        import_module("great_expectations")
        load_settings = _first_of(package, "core.settings", "settings").load_settings
        land, parse, validate, load = (
            import_module(f"{package}.{stage}.run").run for stage in ("land", "parse", "validate", "load")
        )
        marts = _first_of(package, "marts.run", "publish.run")
    settings = load_settings(home=Path(home), inbox=Path(inbox), settle_seconds=0)
    captures = articles = 0
    for folder in sorted(Path(inbox).iterdir()):
        day, pages = date.fromisoformat(folder.name), sum(path.is_file() for path in folder.rglob("*"))
        for name, run in {"land": land, "parse": parse, "validate": validate, "load": load}.items():
            with timings.measure(name) as cost:
                cost.pages = pages
                result = run(day, settings)
        captures, articles = captures + result.captures, articles + result.articles
    for name in ("build", "audit", "publish"):
        with timings.measure(name) as cost:
            cost.pages = captures
            getattr(marts, name)(settings)
    stages = {name: asdict(cost) for name, cost in timings.stages.items()}
    return {"stages": stages, "captures": captures, "articles": articles}


def _this_revisions_timings() -> Any:
    """The module that measures, from this revision whichever is measured."""
    spec = spec_from_file_location("stage_timings", _TIMINGS)
    assert spec is not None and spec.loader is not None  # noqa: S101, PT018 - it is a file
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _first_of(package: str, *names: str) -> ModuleType:
    """The first of these modules that the package has: they were moved once."""
    for name in names:
        parent = f"{package}.{name}".rpartition(".")[0]
        if find_spec(parent) and find_spec(f"{package}.{name}"):
            return import_module(f"{package}.{name}")
    raise ModuleNotFoundError(f"{package} has none of {', '.join(names)}")


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
