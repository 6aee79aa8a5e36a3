"""How long work reports that it moves on. The library calls it; the command line shows it."""

from __future__ import annotations


class Progress:
    """Receives the steps of one piece of work. This one shows nothing; what shows them overrides the methods.

    Of each step it receives ``start``, then ``finish``; several may run side by side.
    """

    def plan(self, steps: int) -> None:
        """So many more steps will follow."""

    def start(self, step: str) -> None:
        """A step begins, such as ``2025-09-01`` or ``audit``."""

    def finish(self, result: str = "", *, step: str | None = None, pages: int = 0) -> None:
        """A step is done, the one that began last unless it is named.

        Args:
            result: its key figures.
            pages: how many it worked on.
        """


SILENT = Progress()
