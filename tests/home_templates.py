"""Homes that several tests begin with: made once in a process, and copied."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from newsmarts.core.partitions import published_path
from newsmarts.core.settings import Settings
from newsmarts.marts.run import PublishResult

_results: dict[str, tuple[Path, PublishResult]] = {}


def first_release(
    settings: Settings, content: object, publish: Callable[[Settings], PublishResult]
) -> PublishResult:
    """Publish a first release in an empty home, or copy that of the same content and settings.

    ``content`` is what ``publish`` makes the release of; equal content has the same ``repr``.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    if any(settings.home.iterdir()):
        return publish(settings)
    name = repr((content, settings.model_dump(exclude={"home"})))
    if name not in _results:
        template = Path(tempfile.mkdtemp(prefix="news-home-template-"))
        atexit.register(shutil.rmtree, template, ignore_errors=True)
        _results[name] = template, publish(settings.model_copy(update={"home": template}))
    template, result = _results[name]
    # with its links: a release and the private search index share files
    subprocess.run(["cp", "-a", f"{template}/.", settings.home], check=True)
    return replace(result, path=published_path(settings.home))
