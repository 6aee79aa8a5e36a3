"""How long work reports that it moves on. The library calls it; the command line shows it."""

from __future__ import annotations


class Progress:
    """Receives the steps of one piece of work. This one shows nothing; what shows them overrides the methods.

    One step runs at a time: ``start``, then ``finish``.
    """

    def plan(self, steps: int) -> None:
        """So many more steps will follow."""

    def start(self, step: str) -> None:
        """A step begins, such as ``2025-09-01`` or ``audit``."""

    def finish(self, result: str = "") -> None:
        """The step that began last is done; ``result`` has its key figures."""


SILENT = Progress()
