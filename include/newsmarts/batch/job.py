"""What every worker of one batch run is given: the same for all, and small."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from newsmarts.core.errors import SettingsError
from newsmarts.core.settings import Settings
from newsmarts.core.versions import code_version, contracts_version

if TYPE_CHECKING:
    from upath import UPath


@dataclass(frozen=True, slots=True)
class Job:
    """One run; ``scratch`` is a folder that all workers share, ``days`` those that are wanted, None: all."""

    settings: Settings
    scratch: Path | UPath
    landed_at: datetime
    versions: tuple[str, str]
    days: frozenset[date] | None = None
    run_id: str | None = None

    def check_versions(self) -> None:
        """Compare this machine's code and contracts with those of the machine that started the run.

        Raises:
            SettingsError: they differ, so its rows would.
        """
        found = versions_here(self.settings)
        if found != self.versions:
            raise SettingsError(
                f"A worker has code {found[0]} and contracts {found[1]}, and the run was started with "
                f"{self.versions[0]} and {self.versions[1]}. Install the same newsmarts on every worker, "
                f"with the same files in {self.settings.contracts_dir}."
            )


def versions_here(settings: Settings) -> tuple[str, str]:
    """What makes rows on this machine: code and contracts."""
    return code_version(), contracts_version(settings.contracts_dir)
