"""The lake: validated days as Iceberg tables, where several machines validate and any engine can read.

Each table has the columns of the staged file of its name, and a day has one Parquet file of each, written as
every staged file is (with checksums). A day is replaced table by table, its outcome taken away first and
written last: a day without an outcome isn't there. The files are in a folder that all machines share, or in
an object store. pyiceberg is in the extra ``spark``.
"""

# ruff: noqa: PLC0415 (pyiceberg is optional, and imported only where there is a lake)

from __future__ import annotations

import random
import shutil
import time
import uuid
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pydantic import SecretStr

from newsmarts.core import schemas
from newsmarts.core.errors import DatabaseUnavailable, MissingPartition, UsageError
from newsmarts.core.files import TEMPORARY_PREFIX, write_atomically
from newsmarts.core.object_store import remove_folder
from newsmarts.core.partitions import PARTITION_PREFIX
from newsmarts.core.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyiceberg.table import Table
    from upath import UPath

TABLES: Mapping[str, pa.Schema] = {"captures": schemas.CAPTURES, **schemas.VALIDATED}
_NAMESPACE = "staged"
_TRIES = 20  # of a commit, while other workers commit their days
_MAX_PAUSE_SECONDS = 2.0


def prepare(settings: Settings) -> None:
    """Make tables and columns that are not there yet; once, before several workers write to them."""
    for name, schema in TABLES.items():
        table = _table(settings, name)
        if not set(schema.names) <= set(table.schema().column_names):
            with _explained(), table.update_schema() as change:
                change.union_by_name(schema)


@contextmanager
def scratch_folder(settings: Settings) -> Iterator[Path | UPath]:
    """A folder in the lake, for what the workers of one run leave to each other; it is removed at the end."""
    folder = settings.lake_dir / f"{TEMPORARY_PREFIX}batch-{uuid.uuid4().hex}"
    try:
        if isinstance(folder, Path):
            folder.mkdir(parents=True)
        yield folder
    finally:
        if isinstance(folder, Path):
            shutil.rmtree(folder, ignore_errors=True)
        else:
            remove_folder(folder)


def days(settings: Settings) -> list[date]:
    """The validated days, in order; none when there is no lake."""
    if settings.lake_catalog is None:
        return []
    found = _table(settings, "outcome").scan(selected_fields=("capture_day",)).to_arrow()
    return sorted(found["capture_day"].to_pylist())


def files_of(settings: Settings, day: date) -> dict[str, Path | UPath]:
    """The day's Parquet files by table, without those of tables that have no row of it; none without a lake.

    A day without an outcome was being replaced when its run was stopped.

    Raises:
        MissingPartition: another program has rewritten the day's files.
    """
    if settings.lake_catalog is None:
        return {}
    found = {name: _files(_table(settings, name), day) for name in TABLES}
    for name, files in found.items():
        if len(files) > 1:
            raise MissingPartition(
                f"{day} has {len(files)} files in the Iceberg table {_NAMESPACE}.{name}, and is written as "
                "one: another program rewrote them. Run the day again by news_batch."
            )
    return {name: _path_of(files[0], settings.lake_dir) for name, files in found.items() if files}


def replace_day(settings: Settings, day: date, tables: Mapping[str, pa.Table]) -> None:
    """Replace a day in all tables; other days may be replaced by other processes meanwhile.

    Stopped on the way it leaves the day without an outcome, which isn't loaded: run the day again.

    Raises:
        DatabaseUnavailable: the catalog doesn't answer, or too many others commit.
    """
    _commit(settings, "outcome", day, None)
    for name in [*(name for name in TABLES if name != "outcome"), "outcome"]:
        uri = None
        if tables[name].num_rows:
            folder = settings.lake_dir / _NAMESPACE / name / "data" / f"{PARTITION_PREFIX}{day.isoformat()}"
            path = folder / f"{uuid.uuid4().hex}.parquet"
            write_atomically(path, schemas.to_bytes(tables[name]))
            uri = _uri(path)
        _commit(settings, name, day, uri)


def _commit(settings: Settings, name: str, day: date, uri: str | None) -> None:
    """Let this file be the day's only one in a table."""
    from pyiceberg.exceptions import CommitFailedException

    for tried in range(1, _TRIES + 1):
        table = _table(settings, name)
        try:
            with _explained(), table.transaction() as change:
                if _files(table, day):
                    change.delete(_of_day(day))
                if uri is not None:
                    change.add_files([uri], check_duplicate_files=False)
        except CommitFailedException as error:
            if tried == _TRIES:
                raise DatabaseUnavailable(
                    f"{day} can't be written to the Iceberg table {_NAMESPACE}.{name}: others were faster "
                    f"{_TRIES} times ({error}). Run it again with fewer workers."
                ) from error
            time.sleep(random.uniform(0, min(_MAX_PAUSE_SECONDS, 0.1 * tried)))
        else:
            return


def _files(table: Table, day: date) -> list[str]:
    return [file.file.file_path for file in table.scan(_of_day(day)).plan_files()]


def _uri(path: Path | UPath) -> str:
    return f"file://{path}" if isinstance(path, Path) else str(path)


def _path_of(uri: str, lake: Path | UPath) -> Path | UPath:
    return (
        Path(uri.removeprefix("file://")) if isinstance(lake, Path) else lake / uri.removeprefix(f"{lake}/")
    )


def _of_day(day: date) -> str:
    return f"capture_day = '{day.isoformat()}'"


def _table(settings: Settings, name: str) -> Table:
    """The table as it is now; an empty one is made when there is none."""
    with _explained():
        catalog = _catalog(settings)
        if not catalog.table_exists((_NAMESPACE, name)):
            catalog.create_namespace_if_not_exists(_NAMESPACE)
            with (
                catalog.create_table_transaction((_NAMESPACE, name), schema=TABLES[name]) as change,
                change.update_spec() as spec,
            ):
                spec.add_identity("capture_day")
        table: Table = catalog.load_table((_NAMESPACE, name))
        return table


def _catalog(settings: Settings) -> Any:
    assert settings.lake_catalog is not None  # noqa: S101 - callers have checked it
    return _opened(settings.lake_catalog, _uri(settings.lake_dir))


@lru_cache(maxsize=2)
def _opened(url: SecretStr, folder: str) -> Any:
    try:
        from pyiceberg.catalog.sql import SqlCatalog
    except ImportError as error:
        raise UsageError(
            f"NEWS_LAKE_CATALOG is set, and pyiceberg isn't installed ({error}). Install newsmarts[spark], "
            "or unset it."
        ) from None
    # s3fs finds user and address of a store as the rest of the project does
    options = {"py-io-impl": "pyiceberg.io.fsspec.FsspecFileIO"} if folder.startswith("s3://") else {}
    return SqlCatalog("lake", uri=url.get_secret_value(), warehouse=folder, **options)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn an error of the catalog's database into ours, without the URL's password."""
    from sqlalchemy.exc import OperationalError

    try:
        yield
    except OperationalError as error:
        raise DatabaseUnavailable(
            f"The database of NEWS_LAKE_CATALOG doesn't answer: {error.orig}. Run it again when it does."
        ) from error
