"""Export marts of a release into a folder of files: the package's entry for files."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import duckdb

from newsmarts.core.db import reading_files
from newsmarts.core.errors import NewsError, UsageError
from newsmarts.core.progress import SILENT, Progress
from newsmarts.core.settings import Settings
from newsmarts.export import lines
from newsmarts.export.manifest import Format, Request, manifest, write_manifest
from newsmarts.export.ordered import ordered
from newsmarts.export.parquet import write_parquet
from newsmarts.export.source import SCRATCH, Source, select_marts
from newsmarts.export.target import replacing_export
from newsmarts.release.releases import find_release

logger = logging.getLogger(__name__)

FORMATS: tuple[Format, ...] = get_args(Format)
_HOME_FOLDERS = {"docs", "inbox", "marts", "raw", "staged", "warehouse"}


@dataclass(frozen=True, slots=True)
class ExportedMart:
    """One mart in an export."""

    rows: int
    files: tuple[str, ...]  # paths in the export's folder
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ExportResult:
    """An export: its release, its folder, and its marts."""

    release_id: str
    folder: Path
    format: Format
    marts: dict[str, ExportedMart]


def export(
    settings: Settings,
    out: Path,
    *,
    format: Format,
    marts: Sequence[str] = (),
    as_of: str | None = None,
    guard: bool = True,
    progress: Progress = SILENT,
) -> ExportResult:
    """Write these marts (none named: all) of a release into a folder, which is replaced whole or not at all.

    The bytes depend on the release, the marts and the format alone, not on time or machine. ``guard`` makes
    texts of a CSV harmless in spreadsheets (see ``export.lines``).

    Raises:
        MissingPartition: nothing was published yet.
        UsageError: no such release, mart or format, or ``out`` isn't a folder that may be replaced.
        LockTimeout: another export to the folder is under way.
        NewsError: writing failed; the folder is as it was.
    """
    if format not in FORMATS:
        raise UsageError(f"There is no format {format!r}. Choose one of {', '.join(FORMATS)}.")
    release = find_release(settings.home, as_of)
    _keep_out_of_home(settings.home, out)
    request = Request(release.release_id, format, guard)
    with reading_files({"news": release.path}, settings) as connection:
        connection.execute("USE news")
        sources = select_marts(connection, marts, settings.contracts_dir)
        progress.plan(len(sources))
        with replacing_export(out) as folder:
            files: dict[str, list[Path]] = {}
            for source in sources:
                progress.start(f"export {source.name}")
                try:
                    files[source.name] = _write(connection, source, folder, request)
                except duckdb.IOException as error:  # the disk is full where DuckDB sorts
                    raise NewsError(f"The export failed, and {str(out)!r} is as it was: {error}") from error
                progress.finish(f"{source.mart.rows:,} rows")
                logger.info("Exported %s: %d rows.", source.name, source.mart.rows)
            document = manifest(request, sources, files, folder)
            write_manifest(folder, document)
    return ExportResult(
        release_id=release.release_id,
        folder=out,
        format=format,
        marts={
            mart["name"]: ExportedMart(
                rows=mart["rows"],
                files=tuple(file["path"] for file in mart["files"]),
                size_bytes=sum(file["size_bytes"] for file in mart["files"]),
            )
            for mart in document["marts"]
        },
    )


def _keep_out_of_home(home: Path, out: Path) -> None:
    target, own = out.resolve(), home.resolve()
    inside = target.relative_to(own).parts[:1] if own in target.parents else ()
    if target == own or target in own.parents or set(inside) & _HOME_FOLDERS:
        raise UsageError(f"{str(out)!r} holds the pipeline's own files. Name another folder.")


def _write(
    connection: duckdb.DuckDBPyConnection, source: Source, folder: Path, request: Request
) -> list[Path]:
    """Write one mart; return its files."""
    if request.format == "parquet":
        write_parquet(connection, source, folder, request.release_id)
        return sorted([*folder.glob(f"{source.name}.parquet"), *folder.glob(f"{source.name}/*/*.parquet")])
    columns, path = source.mart.columns, folder / f"{source.name}.{request.format}"
    csv = request.format == "csv"
    line = lines.csv_line(columns, guard=request.guard) if csv else lines.json_line(columns)
    rows = ordered(connection, source, line, folder / SCRATCH)
    lines.write_lines(path, lines.csv_header(columns) if csv else b"", rows)
    return [path]
