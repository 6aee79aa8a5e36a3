"""Data Docs: Great Expectations' own pages about a day, safe to open and the same on every run; their index.

Validate stores a day's results and writes a front page. Rendering the other pages takes longer than all else
about a small day, so that waits until somebody opens one in the UI, or ``newsmarts docs`` is run.

Great Expectations 1.24 writes captured text into its tables as it is and fills its index by JavaScript. So
captured text is escaped before it gets there, and ``docs_pages`` makes its pages safe after.
"""

from __future__ import annotations

import gzip
import html
import json
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import great_expectations as gx
from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.types.resource_identifiers import (
    ExpectationSuiteIdentifier,
    ValidationResultIdentifier,
)
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from jinja2 import Environment, FileSystemLoader, Template

from newsmarts.core import expectations  # noqa: F401 (registers the project's own)
from newsmarts.core.contracts import ROW_KEY, quiet_context
from newsmarts.core.data_docs import RESULTS_FILE, fetch
from newsmarts.core.errors import ContractError, MissingPartition, UsageError
from newsmarts.core.files import replacing_folder, write_atomically
from newsmarts.core.locks import held
from newsmarts.core.partitions import day_interval, docs_path, parse_day
from newsmarts.core.settings import Settings
from newsmarts.validate.docs_pages import POLICY, standalone, style
from newsmarts.validate.evaluation import Evaluation

_FRONT_PAGE = ("expectation", "severity", "passed", "evaluated_rows", "unexpected_rows", "notes")
_SHOWN_CELL_CHARS = 600
_SHOWN_ROWS = 100  # of one expectation; all of them are in quarantine.parquet
_HERE = Path(__file__).parent


def write(home: Path, day: date, evaluations: Sequence[Evaluation], summary: str, *, rendered: bool) -> Path:
    """Store the day's results with a front page, in place of what was there; return the page's path.

    Args:
        rendered: also write the pages of Great Expectations; else :func:`render` does, when they are wanted.

    Raises:
        ContractError: Great Expectations left out a page.
    """
    stored: dict[str, Any] = {
        "summary": summary.splitlines(),
        "contracts": [_stored(each) for each in evaluations],
    }
    folder = docs_path(home) / day.isoformat()
    with replacing_folder(folder) as temporary:
        packed = gzip.compress(json.dumps(stored).encode(), compresslevel=6, mtime=0)
        (temporary / RESULTS_FILE).write_bytes(packed)
        _write_front_page(temporary, day, stored)
        if rendered:
            _render(temporary, day, stored["contracts"])
    return folder / "index.html"


def render(settings: Settings, day: date) -> Path:
    """Write the pages of a day from its stored results, and return its front page.

    Raises:
        MissingPartition: the day has no stored results.
        ContractError: Great Expectations left out a page.
    """
    fetch(settings, day)
    folder = docs_path(settings.home) / day.isoformat()
    lock = docs_path(settings.home) / ".render.lock"
    with held(lock, timeout_seconds=settings.lock_timeout_seconds, what="the Data Docs"):
        try:
            packed = (folder / RESULTS_FILE).read_bytes()
        except FileNotFoundError:
            raise MissingPartition(f"{folder / RESULTS_FILE} is missing: validate {day} first.") from None
        stored = json.loads(gzip.decompress(packed))
        with replacing_folder(folder) as temporary:
            (temporary / RESULTS_FILE).write_bytes(packed)
            _write_front_page(temporary, day, stored)
            _render(temporary, day, stored["contracts"])
    return folder / "index.html"


def _stored(evaluation: Evaluation) -> dict[str, Any]:
    """What the pages need of an evaluation."""
    return {
        "name": evaluation.contract.name,
        "notes": (evaluation.contract.meta or {})["notes"],
        "rows": [{name: row[name] for name in _FRONT_PAGE} for row in evaluation.rows],
        "results": [_shown(plain) for plain in evaluation.results.values()],
    }


def _shown(plain: Mapping[str, Any]) -> dict[str, Any]:
    """A result as the pages show it: the first failing rows, by the path of their page."""
    result = {name: value for name, value in (plain.get("result") or {}).items() if name != "unexpected_list"}
    if result.get("unexpected_index_list"):
        result["unexpected_index_column_names"] = ["source_path"]
        result["unexpected_index_list"] = [
            {name: value for name, value in row.items() if name != ROW_KEY}
            for row in result["unexpected_index_list"][:_SHOWN_ROWS]
        ]
    return {**plain, "result": result}


def _write_front_page(folder: Path, day: date, stored: Mapping[str, Any]) -> None:
    contracts = [
        (
            {**contract, "rows": sorted(contract["rows"], key=_urgency), "is_evaluated": _has_rows(contract)},
            _result_page(contract["name"], day),
        )
        # what the day has no rows for comes last
        for contract in sorted(stored["contracts"], key=lambda each: not _has_rows(each))
    ]
    page = _page(f"Contracts, {day}", day=day, summary=stored["summary"], contracts=contracts)
    (folder / "index.html").write_text(page, encoding="utf-8")


def _has_rows(contract: Mapping[str, Any]) -> bool:
    """Whether something was checked: of a contract without rows each expectation holds."""
    return any(row["evaluated_rows"] or not row["passed"] for row in contract["rows"])


def _urgency(row: Mapping[str, Any]) -> tuple[bool, int]:
    """Broken expectations first, and of them the critical ones; the others keep the contract's order."""
    severities = ("critical", "warning", "info")
    worst = severities.index(row["severity"]) if row["severity"] in severities else len(severities)
    return bool(row["passed"]), 0 if row["passed"] else worst


def _render(folder: Path, day: date, contracts: Sequence[Mapping[str, Any]]) -> None:
    context = quiet_context()
    site: Any = {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)},
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        "site_section_builders": {"profiling": "None"},
    }
    context.add_data_docs_site("day", site)
    for contract in contracts:
        configs = [ExpectationConfiguration(**entry["expectation_config"]) for entry in contract["results"]]
        context.suites.add(
            gx.ExpectationSuite(
                name=contract["name"],
                expectations=[config.to_domain_obj() for config in configs],
                meta={"notes": contract["notes"]},
                notes=contract["notes"],
            )
        )
        key = ValidationResultIdentifier(
            expectation_suite_identifier=ExpectationSuiteIdentifier(contract["name"]),
            run_id=_run_id(day),
            batch_identifier="rows",
        )
        context.validation_results_store.set(key, _suite_result(contract, configs, day))
    context.build_data_docs(site_names=["day"], build_index=False)
    shutil.rmtree(folder / "static", ignore_errors=True)  # 4 MB that no page needs any more
    without_rows = {contract["name"] for contract in contracts if not _has_rows(contract)}
    for page in sorted(folder.glob("*/**/*.html")):
        contract_name = page.stem if page.parent.name == "expectations" else page.parts[-4]
        note = ""
        if contract_name in without_rows and page.parent.name != "expectations":
            note = "Not evaluated: the day has no row for this contract."
        html_text = standalone(page.read_text(encoding="utf-8"), contract_name, day, note)
        page.write_text(html_text, encoding="utf-8")
    for contract in contracts:
        if not (folder / _result_page(contract["name"], day)).is_file():
            raise ContractError(
                f"Data Docs: Great Expectations wrote no page for {contract['name']} of {day}. "
                "The log above says why; the results themselves are in contract_results.parquet."
            )


def _suite_result(
    contract: Mapping[str, Any], configs: Sequence[ExpectationConfiguration], day: date
) -> ExpectationSuiteValidationResult:
    results = [
        ExpectationValidationResult(
            success=entry["success"],
            expectation_config=config,
            result=_escaped(entry["result"]),
            exception_info=entry["exception_info"],
            meta={},
        )
        for entry, config in zip(contract["results"], configs, strict=True)
    ]
    met = sum(bool(result.success) for result in results)
    return ExpectationSuiteValidationResult(
        success=met == len(results),
        results=results,
        suite_name=contract["name"],
        statistics={
            "evaluated_expectations": len(results),
            "successful_expectations": met,
            "unsuccessful_expectations": len(results) - met,
            "success_percent": 100 * met / len(results),
        },
        meta={
            "great_expectations_version": gx.__version__,
            "batch_kwargs": {"data_asset_name": f"{contract['name']} of {day}"},
            "run_id": _run_id(day),
        },
    )


def _run_id(day: date) -> RunIdentifier:
    return RunIdentifier(run_name=day.isoformat(), run_time=day_interval(day)[0])


def _result_page(contract: str, day: date) -> str:
    return f"validations/{contract}/{day}/{day:%Y%m%d}T000000.000000Z/rows.html"


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        shown = value if len(value) <= _SHOWN_CELL_CHARS else f"{value[: _SHOWN_CELL_CHARS - 1]}…"
        return html.escape(shown)
    if isinstance(value, dict):
        return {name: _escaped(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_escaped(inner) for inner in value]
    return value


def write_index(settings: Settings) -> Path:
    """Write the front page, with a link to every day that has Data Docs, newest first; return its path.

    Days may be validated side by side: the lock makes the last writer the one that saw all of them.
    """
    folder = docs_path(settings.home)
    page = folder / "index.html"
    with held(folder / ".index.lock", timeout_seconds=settings.lock_timeout_seconds, what="the Data Docs"):
        days = groupby(_days(folder), key=lambda day: f"{day:%Y-%m}")
        months = [(month, list(listed)) for month, listed in days]
        write_atomically(page, _page("Contracts by capture day", months=months).encode())
    return page


def _days(folder: Path) -> list[date]:
    days = []
    for entry in folder.iterdir():
        if entry.is_dir():
            with suppress(UsageError):  # a temporary folder of a day being written
                days.append(parse_day(entry.name))
    return sorted(days, reverse=True)


def _page(title: str, **values: Any) -> str:
    return _template().render(title=title, policy=POLICY, style=style(), **values)


@cache
def _template() -> Template:
    environment = Environment(loader=FileSystemLoader(_HERE), autoescape=True, trim_blocks=True)
    return environment.get_template("data_docs.html")
