"""Write the data dictionary, or tell whether the files are up to date: the package's entry."""

from __future__ import annotations

from pathlib import Path

from newsmarts.core.errors import UsageError
from newsmarts.core.files import write_atomically
from newsmarts.core.settings import Settings
from newsmarts.dictionary.facts import read_facts
from newsmarts.dictionary.render import render_html, render_markdown

NAME = "data-dictionary"


def dictionary_files(settings: Settings) -> dict[str, bytes]:
    """The dictionary's files by name, as they should be."""
    marts = read_facts(settings.contracts_dir)
    return {f"{NAME}.md": render_markdown(marts).encode(), f"{NAME}.html": render_html(marts).encode()}


def write_dictionary(settings: Settings, folder: Path) -> list[Path]:
    """Write the files that aren't as they should be into a folder; return them.

    Raises:
        SettingsError: a contract is missing or malformed.
        UsageError: the folder can't be written.
    """
    stale = stale_files(settings, folder)
    files = dictionary_files(settings)
    for path in stale:
        try:
            write_atomically(path, files[path.name])
        except OSError as error:
            raise UsageError(
                f"{str(path)!r} can't be written: {error.strerror}. Name another folder."
            ) from error
    return stale


def stale_files(settings: Settings, folder: Path) -> list[Path]:
    """The files in a folder that are missing, or not what marts and contracts say now."""
    return [
        folder / name
        for name, data in dictionary_files(settings).items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != data
    ]
