"""The audit: every mart of the release candidate against its contract, ``marts_<table>.json``."""

# ruff: noqa: PLC0415 (Great Expectations takes some ten seconds to import: only an audit waits for it)

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from newsmarts.core.contracts import (
    load_contract,
    quiet_context,
    read_contract,
    result_rows,
    results_by_id,
)
from newsmarts.core.db import reading_files
from newsmarts.core.files import write_atomically
from newsmarts.core.partitions import candidate_path
from newsmarts.core.settings import Settings
from newsmarts.core.tables import Table
from newsmarts.core.text import counted
from newsmarts.core.versions import mart_contracts_version
from newsmarts.marts import catalogue
from newsmarts.marts.counting import evaluated_rows
from newsmarts.release.releases import AUDIT_NAME

if TYPE_CHECKING:
    import great_expectations as gx
    from great_expectations.datasource.fluent.sql_datasource import SQLDatasource

_SHOWN = 5  # offending rows that a message names
_VALUE_CHARS = 120
_ROWS, _ALL_ROWS = "asked_of", "all rows"  # in an expectation's meta
# Great Expectations fetches rows after closing the connection, and closing rolls back: without these it
# gets none ("list index out of range").
_ENGINE = {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True, "pool_reset_on_return": None}


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one expectation; ``examples`` shows a few offending rows."""

    contract: str
    expectation: str
    severity: str
    passed: bool
    evaluated_rows: int
    unexpected_rows: int
    examples: tuple[str, ...]
    notes: str

    def summary(self) -> str:
        """One line for a person."""
        shown = f", as {'; '.join(self.examples)}" if self.examples else ""
        return f"{self.contract}.{self.expectation}: {counted(self.unexpected_rows, 'row')}{shown}"


def run_contracts(
    settings: Settings, *, only: str | None = None, full: bool = True, count_first: bool = True
) -> list[Finding]:
    """Check every mart, or one, against its contract. Hold the writer lock: the candidate must not change.

    With ``count_first``, Great Expectations evaluates only the contracts that don't hold by counting.

    Unless ``full``, an expectation is evaluated on the rows written since the last audit that passed; one
    with ``asked_of: all rows`` in its meta always on all, since it compares a mart with another one.

    Raises:
        SettingsError: a contract is missing or malformed.
        ContractError: an expectation couldn't be evaluated.
    """
    marts = [mart for mart in catalogue.marts() if only in {None, mart.name}]
    paths = {mart: settings.contracts_dir / f"marts_{mart.name}.json" for mart in marts}
    to_count = {mart: read_contract(path) for mart, path in paths.items()} if count_first else {}
    held = {mart: found for mart, found in _count(settings, to_count, full=full).items() if found}
    rest = {mart: load_contract(path) for mart, path in paths.items() if mart not in held}
    findings = held | (_evaluate_all(settings, rest, full=full) if rest else {})
    return [finding for mart in marts for finding in findings[mart]]


def _count(
    settings: Settings, contracts: Mapping[Table, Mapping[str, Any]], *, full: bool
) -> dict[Table, list[Finding]]:
    """The findings of each contract that holds as far as counting shows; of the others none."""
    found = {}
    with reading_files({"news": candidate_path(settings.home)}, settings) as connection:
        connection.execute("USE news")
        for mart, contract in contracts.items():
            try:
                found[mart] = _count_mart(connection, mart, contract, full=full)
            except duckdb.Error:
                found[mart] = []  # Great Expectations reports it
    return found


def _count_mart(
    connection: duckdb.DuckDBPyConnection, mart: Table, contract: Mapping[str, Any], *, full: bool
) -> list[Finding]:
    unaudited = mart.identifier
    if not full:
        unaudited = "unaudited_rows"
        select = catalogue.unaudited_rows(mart)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {unaudited} AS {select}")
    findings = []
    for entry in contract["expectations"]:
        meta = entry["meta"]
        rows = mart.identifier if meta.get(_ROWS) == _ALL_ROWS else unaudited
        number = evaluated_rows(connection, entry, rows)
        if number is None:
            return []
        findings.append(
            Finding(contract["name"], meta["id"], entry["severity"], True, number, 0, (), meta["notes"])
        )
    return findings


def _evaluate_all(
    settings: Settings, contracts: Mapping[Table, gx.ExpectationSuite], *, full: bool
) -> dict[Table, list[Finding]]:
    """The findings of Great Expectations."""
    import sqlalchemy as sa

    url = sa.URL.create("duckdb", database=str(candidate_path(settings.home)))
    limits = {"memory_limit": settings.duckdb_memory_limit, "threads": settings.duckdb_threads}
    options: dict[str, Any] = {"kwargs": _ENGINE | {"connect_args": {"read_only": True, "config": limits}}}
    source = quiet_context().data_sources.add_sql(
        "candidate",
        connection_string=url.render_as_string(hide_password=False),
        create_temp_table=False,
        **options,
    )
    try:
        return {mart: _audit_mart(source, mart, contract, full=full) for mart, contract in contracts.items()}
    finally:
        # both hold the file open, and the next writer in this process must be able to open it
        source.get_execution_engine().close()
        source.get_engine().dispose()


def _audit_mart(
    source: SQLDatasource, mart: Table, contract: gx.ExpectationSuite, *, full: bool
) -> list[Finding]:
    # table assets with a schema are deprecated
    all_rows = f"SELECT * FROM {mart.identifier}"  # noqa: S608
    if full:
        return _evaluate(source, contract, all_rows)
    from great_expectations import ExpectationSuite

    on_all = [each for each in contract.expectations if (each.meta or {}).get(_ROWS) == _ALL_ROWS]
    on_unaudited = [each for each in contract.expectations if each not in on_all]
    findings = []
    for expectations, query in ((on_unaudited, catalogue.unaudited_rows(mart)), (on_all, all_rows)):
        part = ExpectationSuite(name=contract.name, expectations=expectations, meta=contract.meta)
        findings += _evaluate(source, part, query)
    return findings


def _evaluate(source: SQLDatasource, contract: gx.ExpectationSuite, query: str) -> list[Finding]:
    if not contract.expectations:
        return []
    asset = source.add_query_asset(f"{contract.name} {len(source.assets)}", query=query)
    batch = asset.add_batch_definition_whole_table("all").get_batch()
    key = (contract.meta or {}).get("key") or []
    result = batch.validate(
        contract, result_format={"result_format": "COMPLETE", "unexpected_index_column_names": list(key)}
    )
    results = results_by_id(result, contract)
    findings = []
    for row in result_rows(results, contract, date.min):
        found = {field.name: row[field.name] for field in fields(Finding) if field.name in row}
        shown = {} if row["passed"] else results[row["expectation"]].get("result") or {}
        findings.append(Finding(**found, examples=_examples(shown)))
    return findings


def _examples(result: Mapping[str, Any]) -> tuple[str, ...]:
    """A few offending rows: their keys where Great Expectations gives them, else values, quoted."""
    rows: Sequence[Any] = (
        (result.get("details") or {}).get("unexpected_rows")
        or result.get("partial_unexpected_index_list")
        or result.get("partial_unexpected_list")
        or ()
    )
    return tuple(_shortened(row) for row in rows[:_SHOWN])


def _shortened(row: Any) -> str:
    if isinstance(row, Mapping):
        return ", ".join(f"{name}={_shortened(value)}" for name, value in row.items())
    text = repr(row)
    return text if len(text) <= _VALUE_CHARS else text[: _VALUE_CHARS - 1] + "…"


def report_path(settings: Settings) -> Path:
    """Where the candidate's last audit is kept."""
    return candidate_path(settings.home).with_name(AUDIT_NAME)


def version(settings: Settings) -> str:
    """Names the content of the marts' current contracts."""
    return mart_contracts_version(settings.contracts_dir)


def has_other_contracts(settings: Settings) -> bool:
    """Whether contracts have changed since the last audit."""
    return bool(_read_report(settings).get("contracts") != version(settings))


def is_whole_audit_due(settings: Settings) -> bool:
    """Whether the last audit in which Great Expectations evaluated all rows was many audits ago."""
    return bool(_read_report(settings).get("audits_since_whole", 0) + 1 >= settings.audit_whole_every)


def write_report(
    settings: Settings, fingerprint: str, findings: Sequence[Finding] | None, *, whole: bool = False
) -> None:
    """Keep the audit beside the candidate, for the release; ``findings`` is None when it couldn't be done.

    ``whole``: Great Expectations evaluated all of it.
    """
    document = {
        "fingerprint": fingerprint,
        "contracts": version(settings),
        "audits_since_whole": 0 if whole else _read_report(settings).get("audits_since_whole", 0) + 1,
        "passed": findings is not None and not failures(findings),
        "results": [asdict(finding) for finding in findings or ()],
    }
    data = json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"
    write_atomically(report_path(settings), data)


def passed_audit(settings: Settings, fingerprint: str) -> bool:
    """Whether the candidate of this content has passed an audit by the current contracts."""
    report = _read_report(settings)
    return (
        report.get("passed") is True
        and report.get("fingerprint") == fingerprint
        and report.get("contracts") == version(settings)
    )


def failed_audit(settings: Settings) -> bool:
    """Whether the candidate failed its last audit."""
    return _read_report(settings).get("passed") is False


def _read_report(settings: Settings) -> dict[str, Any]:
    try:
        report = json.loads(report_path(settings).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return report if isinstance(report, dict) else {}


def failures(findings: Sequence[Finding]) -> list[Finding]:
    """Findings that keep a release back: critical expectations that didn't hold."""
    return [finding for finding in findings if not finding.passed and finding.severity == "critical"]
