"""Data Docs: Great Expectations' own pages about a day, safe to open and the same on every run; their index.

Great Expectations 1.24 writes captured text into its tables as it is, fills its index by JavaScript and
loads scripts and styles from six other hosts. So captured text is escaped before it gets there, scripts and
outside links are taken out after, the style comes along, and a Content-Security-Policy forbids the rest.
"""

from __future__ import annotations

import copy
import html
import logging
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.types.resource_identifiers import (
    ExpectationSuiteIdentifier,
    ValidationResultIdentifier,
)
from jinja2 import Environment, FileSystemLoader

from newsmarts.core.contracts import quiet_context
from newsmarts.core.errors import ContractError, UsageError
from newsmarts.core.files import replacing_folder, write_atomically
from newsmarts.core.locks import held
from newsmarts.core.partitions import day_interval, docs_path, parse_day
from newsmarts.core.settings import Settings
from newsmarts.validate.evaluation import ROW_KEY, Evaluation

log = logging.getLogger(__name__)

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_WITHOUT = (
    "script, link, style, img, iframe, object, embed, footer, form, button, input, .navbar-brand, "
    ".card:has(.btn-group)"
)
_SHOWN_CELL_CHARS = 600
_SHOWN_ROWS = 100  # of one expectation; all of them are in quarantine.parquet
_HERE = Path(__file__).parent


def write(home: Path, day: date, evaluations: Sequence[Evaluation], summary: str) -> Path:
    """Write the day's site, replacing the one that was there, and return its index page.

    Raises:
        ContractError: Great Expectations left out a page.
    """
    folder = docs_path(home) / day.isoformat()
    with replacing_folder(folder) as temporary:
        _render(temporary, day, evaluations)
        shutil.rmtree(temporary / "static", ignore_errors=True)  # 4 MB that no page needs any more
        for page in sorted(temporary.rglob("*.html")):
            page.write_text(_standalone(page.read_text(encoding="utf-8")), encoding="utf-8")
        for evaluation in evaluations:
            if not (temporary / _result_page(evaluation, day)).is_file():
                raise ContractError(
                    f"Data Docs: Great Expectations wrote no page for {evaluation.contract.name} of {day}. "
                    "The log above says why; the results themselves are in contract_results.parquet."
                )
        index = _page(
            f"Contracts, {day}",
            summary=summary.splitlines(),
            evaluations=[(evaluation, _result_page(evaluation, day)) for evaluation in evaluations],
        )
        (temporary / "index.html").write_text(index, encoding="utf-8")
    return folder / "index.html"


def _render(folder: Path, day: date, evaluations: Sequence[Evaluation]) -> None:
    context = quiet_context()
    site: Any = {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)},
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        "site_section_builders": {"profiling": "None"},
    }
    context.add_data_docs_site("day", site)
    for evaluation in evaluations:
        context.suites.add(copy.deepcopy(evaluation.contract))
        result = copy.copy(evaluation.result)
        result.meta = {  # Great Expectations' own holds the time and random names
            "great_expectations_version": evaluation.result.meta["great_expectations_version"],
            "batch_kwargs": {"data_asset_name": f"{evaluation.contract.name} of {day}"},
            "run_id": _run_id(day),
        }
        result.results = [_escaped_result(entry) for entry in evaluation.result.results]
        key = ValidationResultIdentifier(
            expectation_suite_identifier=ExpectationSuiteIdentifier(evaluation.contract.name),
            run_id=_run_id(day),
            batch_identifier="rows",
        )
        context.validation_results_store.set(key, result)
    context.build_data_docs(site_names=["day"], build_index=False)


def _run_id(day: date) -> RunIdentifier:
    return RunIdentifier(run_name=day.isoformat(), run_time=day_interval(day)[0])


def _result_page(evaluation: Evaluation, day: date) -> str:
    moment = f"{day:%Y%m%d}T000000.000000Z"
    return f"validations/{evaluation.contract.name}/{day}/{moment}/rows.html"


def _escaped_result(entry: Any) -> Any:
    """A result as the pages show it: the first failing rows, by the path of their page."""
    escaped = copy.copy(entry)
    shown = {name: value for name, value in entry.result.items() if name != "unexpected_list"}
    if shown.get("unexpected_index_list"):
        shown["unexpected_index_column_names"] = ["source_path"]
        shown["unexpected_index_list"] = [
            {name: value for name, value in row.items() if name != ROW_KEY}
            for row in shown["unexpected_index_list"][:_SHOWN_ROWS]
        ]
    escaped.result = _escaped(shown)
    return escaped


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        shown = value if len(value) <= _SHOWN_CELL_CHARS else f"{value[: _SHOWN_CELL_CHARS - 1]}…"
        return html.escape(shown)
    if isinstance(value, dict):
        return {name: _escaped(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_escaped(inner) for inner in value]
    return value


def _standalone(page: str) -> str:
    """The page without scripts, outside resources, random ids and times."""
    soup = BeautifulSoup(page, "lxml")
    for element in soup.select(_WITHOUT):
        element.decompose()
    for element in soup.find_all(True):
        for name in [name for name in element.attrs if name.lower().startswith("on")]:
            del element.attrs[name]
    head = soup.head or soup.new_tag("head")
    head.append(soup.new_tag("meta", attrs={"http-equiv": "Content-Security-Policy", "content": _POLICY}))
    sheet = soup.new_tag("style")
    sheet.string = _style()
    head.append(sheet)
    seen: dict[str, str] = {}
    return _UUID.sub(lambda found: seen.setdefault(found[0], f"id-{len(seen) + 1}"), str(soup))


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
    environment = Environment(loader=FileSystemLoader(_HERE), autoescape=True, trim_blocks=True)
    template = environment.get_template("data_docs.html")
    return template.render(title=title, policy=_POLICY, style=_style(), **values)


@cache
def _style() -> str:
    return (_HERE / "data_docs.css").read_text(encoding="utf-8")
