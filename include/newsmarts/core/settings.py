"""Settings: one frozen object, read from ``NEWS_*`` environment variables, passed into every stage."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from newsmarts.core.errors import SettingsError
from newsmarts.core.object_store import checked_url, open_store

if TYPE_CHECKING:
    from upath import UPath

_PACKAGE = Path(__file__).resolve().parents[1]
_CHECKOUT = _PACKAGE.parents[1]
_IS_CHECKOUT = (_CHECKOUT / "expectations").is_dir()

# data/ and docs/ are here unless set otherwise: the checkout, or for an installed package the current folder
PROJECT_ROOT = _CHECKOUT if _IS_CHECKOUT else Path.cwd()
# an installed package brings the checkout's contracts and feeds (force-include in pyproject.toml)
CONTRACTS = PROJECT_ROOT / "expectations" if _IS_CHECKOUT else _PACKAGE / "expectations"
_FEEDS = PROJECT_ROOT / "config" / "feeds.toml" if _IS_CHECKOUT else _PACKAGE / "feeds.toml"


class Settings(BaseSettings):
    """What an operator may set.

    Every field is also an environment variable, ``NEWS_`` + its name; an empty one counts as not set.
    """

    model_config = SettingsConfigDict(env_prefix="NEWS_", env_ignore_empty=True, frozen=True, extra="forbid")

    home: Path = Field(
        default=PROJECT_ROOT / "data",
        description="Folder that holds inbox/, raw/, staged/, warehouse/, marts/ and docs/. With the URL of "
        "an object store (s3://bucket/folder) raw/ and staged/ are there, all else in the work folder.",
    )
    work: Path = Field(
        default=PROJECT_ROOT / "data",
        description="Local folder of what needs a disk (warehouse, marts, locks) when home is a URL.",
    )
    archive_url: str | None = Field(
        default=None, description="Object store of raw/ and staged/; home as a URL sets it."
    )
    inbox: Path | None = Field(
        default=None, description="Folder of captures to land; <home>/inbox when not set."
    )
    contracts_dir: Path = Field(
        default=CONTRACTS,
        description="Folder of the GX suites (JSON) and of the rules that they share (TOML).",
    )
    max_file_bytes: int = Field(
        default=20 * 1024 * 1024,
        gt=0,
        description="A larger page is rejected; embedded pictures don't count.",
    )
    feeds_file: Path = Field(default=_FEEDS, description="TOML file that declares the feeds.")
    max_archive_records: int = Field(
        default=5_000_000, gt=0, description="Records read of one archive file; the rest is rejected."
    )
    max_archive_bytes: int = Field(
        default=200 * 1024**3, gt=0, description="Bytes that one archive file may unpack to."
    )
    max_archive_ratio: int = Field(
        default=1000, gt=1, description="A page that unpacks to more than this times its size is rejected."
    )
    settle_seconds: float = Field(
        default=2.0,
        ge=0,
        description="A file whose size or mtime moves within this time waits for the next run.",
    )
    quarantine_warn_share: float = Field(
        default=0.10,
        ge=0,
        le=1,
        description="Share of a day's article pages with an alarm that logs a warning.",
    )
    quarantine_fail_share: float = Field(
        default=0.50,
        ge=0,
        le=1,
        description="Share of a day's article pages with an alarm above which it is refused.",
    )
    quarantine_fail_min_pages: int = Field(
        default=2,
        ge=1,
        description="The share refuses a day only when at least this many pages have an alarm.",
    )
    parse_jobs: int = Field(
        default=1,
        ge=1,
        description="Processes that share a large day's parsing under Airflow; newsmarts run has --jobs.",
    )
    render_data_docs: bool = Field(
        default=False,
        description="Render a day's Data Docs as it is validated, not when somebody opens them.",
    )
    ticker_neighbour_days: int = Field(
        default=3,
        ge=0,
        description="The marts compare bodies with ticker lines of this many days on each side.",
    )
    audit_whole_every: int = Field(
        default=20,
        ge=1,
        description="Every so many audits Great Expectations evaluates all the marts' contracts on all rows.",
    )
    publish_wait_seconds: float = Field(
        default=600.0,
        ge=0,
        description="Under Airflow a release waits this long for days that are being run.",
    )
    releases_kept: int = Field(default=3, ge=1, description="Published releases kept on disk.")
    logs_kept_days: int | None = Field(
        default=None, ge=1, description="Task logs older than this are removed weekly; not set: none are."
    )
    delete_orphaned_raw: bool = Field(
        default=False,
        description="Weekly, remove raw objects that no manifest names; else they are only counted.",
    )
    airflow_history_kept_days: int | None = Field(
        default=None,
        ge=7,
        description="Airflow's records of older runs are removed weekly; not set: none are. Needs "
        "airflow_db_conn_id.",
    )
    airflow_db_conn_id: str | None = Field(
        default=None,
        min_length=1,
        description="Airflow connection to Airflow's own database: tasks aren't given access otherwise.",
    )
    notify_conn_id: str | None = Field(
        default=None,
        min_length=1,
        description="Airflow connection for messages about failures (of type smtp, slackwebhook or apprise); "
        "not set: there are none.",
    )
    notify_mail_to: str | None = Field(
        default=None, min_length=3, description="With smtp: addresses of the messages, commas between."
    )
    notify_deadline_hours: float = Field(
        default=6, gt=0, description="With notify_conn_id: a run that isn't done by then is reported as well."
    )
    notify_per_hour: int = Field(
        default=20, ge=1, description="With notify_conn_id: messages an hour; further ones are only counted."
    )
    duckdb_memory_limit: str = Field(default="1GB", description="DuckDB memory_limit of a writer.")
    duckdb_max_temp_size: str = Field(
        default="20GB", description="DuckDB max_temp_directory_size of a writer."
    )
    duckdb_threads: int = Field(default=2, ge=1, description="DuckDB threads of a writer.")
    postgres_url: SecretStr | None = Field(
        default=None, description="PostgreSQL database that to-postgres copies the marts into; never logged."
    )
    postgres_conn_id: str | None = Field(
        default=None,
        min_length=1,
        description="Airflow connection to that database. It, or postgres_url, gives news_marts a last task.",
    )
    postgres_schema: str = Field(
        default="marts",
        pattern="^[a-z_][a-z0-9_]{0,49}$",
        description="Schema of that database that holds the copy; it is replaced.",
    )
    postgres_reader_role: str | None = Field(
        default=None, min_length=1, description="Role of that database that may read the copy."
    )
    lake_catalog: SecretStr | None = Field(
        default=None,
        description="Database with the Iceberg catalog of days that a batch engine stages, as an SQLAlchemy "
        "URL; not set: there is none. Never logged.",
    )
    lake: Path | str | None = Field(
        default=None,
        description="Folder of the catalog's tables, at one path on every worker, or s3://bucket/folder; "
        "<home>/lake when not set.",
    )
    spark_master: str = Field(
        default="local[*]", min_length=1, description="Spark master that stages the batch feeds."
    )
    lock_timeout_seconds: float = Field(
        default=900, ge=0, description="How long a writer waits for another one to finish."
    )

    @model_validator(mode="before")
    @classmethod
    def _home_may_be_a_url(cls, values: dict[str, Any]) -> dict[str, Any]:
        home = values.get("home")
        if isinstance(home, str) and "://" in home:
            return {**values, "home": values.get("work", PROJECT_ROOT / "data"), "archive_url": home}
        return values

    @field_validator("archive_url")
    @classmethod
    def _is_a_store(cls, url: str | None) -> str | None:
        return None if url is None else checked_url(url)

    @field_validator("lake")
    @classmethod
    def _is_a_folder_or_s3(cls, lake: Path | str | None) -> Path | str | None:
        if not isinstance(lake, str):
            return lake
        if "://" not in lake:
            return Path(lake)
        if not lake.startswith("s3://"):
            raise ValueError("the lake is a folder, or in a store that speaks S3: s3://bucket/folder")
        return checked_url(lake)

    @field_validator("postgres_schema")
    @classmethod
    def _may_be_replaced(cls, schema: str) -> str:
        if schema.startswith("pg_") or schema in {"public", "information_schema"}:
            raise ValueError(f"schema {schema} is not one to be replaced")
        return schema

    @property
    def archive(self) -> Path | UPath:
        """The root of raw/ and staged/: the home, or an object store."""
        return self.home if self.archive_url is None else open_store(self.archive_url)

    @property
    def lake_dir(self) -> Path | UPath:
        """The folder of the Iceberg tables, on a disk or in an object store."""
        if isinstance(self.lake, str):
            return open_store(self.lake)
        return self.lake if self.lake is not None else self.home / "lake"

    @property
    def inbox_dir(self) -> Path:
        """The folder that land reads."""
        return self.inbox if self.inbox is not None else self.home / "inbox"


def load_settings(**overrides: object) -> Settings:
    """Read the environment, then apply overrides that are not None.

    Raises:
        SettingsError: naming each variable at fault and what is wrong with it.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        faults = "; ".join(f"NEWS_{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors())
        raise SettingsError(f"{faults}. Set it to a valid value or unset it.") from None
    folders = {name: absolute(getattr(settings, name)) for name in ("home", "work")}
    for name in ("inbox", "lake"):
        if isinstance(path := getattr(settings, name), Path):
            folders[name] = absolute(path)
    return settings.model_copy(update=folders)


def absolute(path: Path) -> Path:
    """A folder as people name it: no ``~``, and no way back (``/../``)."""
    path = path.expanduser().absolute()
    return path.resolve() if ".." in path.parts else path


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once from the environment."""
    return load_settings()
