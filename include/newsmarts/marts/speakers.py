"""Names of speakers in ticker lines: which of them are one speaker, as ``speakers.toml`` lists them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from newsmarts.core.contract_data import read_data, texts_of
from newsmarts.core.errors import SettingsError
from newsmarts.core.publishers import slugs
from newsmarts.core.versions import SPEAKERS_FILE

_SCHEMA = pa.schema([(name, pa.string()) for name in ("publisher", "speaker", "speaker_canonical")])


def speaker_names(contracts_dir: Path) -> pa.Table:
    """The listed names of each publisher's speakers with the speaker's one name; none without the file.

    Names are compared letter by letter, so that no name is taken for another one that isn't listed.

    Raises:
        SettingsError: the file is malformed, or a name is listed for two speakers; names file and line.
    """
    path = contracts_dir / SPEAKERS_FILE
    if not path.exists():
        return _SCHEMA.empty_table()
    rows: list[tuple[str, str, str]] = []
    for publisher, speakers in read_data(path).items():
        if publisher not in slugs():
            raise _fault(
                path, publisher, f"there are no rules for it. Known publishers: {', '.join(slugs())}."
            )
        if not isinstance(speakers, dict):
            raise _fault(
                path, publisher, "it must be a table: names of speakers, each with a list of others."
            )
        names = {speaker: speaker for speaker in speakers}
        for speaker, listed in speakers.items():
            for name in (speaker, *_listed(path, speaker, listed)):
                if name != " ".join(name.split()):
                    raise _fault(
                        path, name, "write it without white space at its ends, one space between words."
                    )
                if names.setdefault(name, speaker) != speaker:
                    raise _fault(
                        path, name, f"listed for {names[name]!r} and for {speaker!r}. Keep one of them."
                    )
        rows += [(publisher, name, speaker) for name, speaker in names.items()]
    return pa.Table.from_pylist([dict(zip(_SCHEMA.names, row, strict=True)) for row in sorted(rows)], _SCHEMA)


def _listed(path: Path, speaker: str, listed: object) -> tuple[str, ...]:
    try:
        return texts_of(listed, "it")
    except SettingsError as error:
        raise _fault(path, speaker, str(error)) from None


def _fault(path: Path, name: str, what: str) -> SettingsError:
    """The error with the lines that have the name."""
    found = [
        str(number) for number, line in enumerate(path.read_text("utf-8").splitlines(), 1) if name in line
    ]
    where = f", line {' and '.join(found)}" if found else ""
    return SettingsError(f"{path}{where}: {name!r}: {what}")
