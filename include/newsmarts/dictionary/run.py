"""Write the data dictionary, or find out whether it is up to date: the package's entry."""

from __future__ import annotations

from pathlib import Path

from newsmarts.core.errors import UsageError
from newsmarts.core.files import write_atomically
from newsmarts.core.settings import Settings
from newsmarts.dictionary.facts import read_facts
from newsmarts.dictionary.render import render_markdown

FILE_NAME = "data-dictionary.md"


def render_dictionary(settings: Settings) -> bytes:
    """The file's content by the current marts and contracts.

    Raises:
        SettingsError: a contract is missing or malformed.
    """
    return render_markdown(read_facts(settings.contracts_dir)).encode()


def write_dictionary(settings: Settings, folder: Path) -> list[Path]:
    """Write the dictionary into a folder, unless it is up to date there; return what was written.

    Raises:
        SettingsError: a contract is missing or malformed.
        UsageError: the folder can't be written.
    """
    stale = stale_files(settings, folder)
    for path in stale:
        try:
            write_atomically(path, render_dictionary(settings))
        except OSError as error:
            raise UsageError(
                f"{str(path)!r} can't be written: {error.strerror}. Name another folder."
            ) from error
    return stale


def stale_files(settings: Settings, folder: Path) -> list[Path]:
    """The dictionary in a folder, when it is missing or differs from the current marts and contracts."""
    path = folder / FILE_NAME
    return [] if path.is_file() and path.read_bytes() == render_dictionary(settings) else [path]
