"""Data Docs: Great Expectations' own pages about one day, made safe to open and the same on every run.

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
from collections.abc import Iterator, Sequence
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.types.resource_identifiers import (
    ExpectationSuiteIdentifier,
    ValidationResultIdentifier,
)

from newsmarts.core.contracts import quiet_context
from newsmarts.core.errors import ContractError
from newsmarts.core.files import replacing_folder
from newsmarts.core.partitions import day_interval, docs_path
from newsmarts.validate.judging import ROW_KEY, Verdict

log = logging.getLogger(__name__)

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_WITHOUT = (
    "script, link, style, img, iframe, object, embed, footer, form, button, input, .navbar-brand, "
    ".card:has(.btn-group)"
)
_SHOWN_CELL_CHARS = 600
_SHOWN_ROWS = 100  # of one expectation; all of them are in quarantine.parquet
_INDEX_HEADS = ("Expectation", "Severity", "Result", "Rows", "Broken", "Why")


def write(home: Path, day: date, verdicts: Sequence[Verdict], summary: str) -> Path:
    """Write the day's site, replacing the one that was there, and return its index page.

    Raises:
        ContractError: Great Expectations left out a page.
    """
    folder = docs_path(home) / day.isoformat()
    with replacing_folder(folder) as temporary:
        _render(temporary, day, verdicts)
        shutil.rmtree(temporary / "static", ignore_errors=True)  # 4 MB that no page needs any more
        style = resources.files("newsmarts.validate").joinpath("data_docs.css").read_text(encoding="utf-8")
        for page in sorted(temporary.rglob("*.html")):
            page.write_text(_standalone(page.read_text(encoding="utf-8"), style), encoding="utf-8")
        for verdict in verdicts:
            if not (temporary / _result_page(verdict, day)).is_file():
                raise ContractError(
                    f"Data Docs: Great Expectations wrote no page for {verdict.contract.name} of {day}. "
                    "The log above says why; the results themselves are in contract_results.parquet."
                )
        index = _index(day, verdicts, summary, style)
        (temporary / "index.html").write_text(index, encoding="utf-8")
    return folder / "index.html"


def _render(folder: Path, day: date, verdicts: Sequence[Verdict]) -> None:
    context = quiet_context()
    site: Any = {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)},
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        "site_section_builders": {"profiling": "None"},
    }
    context.add_data_docs_site("day", site)
    for verdict in verdicts:
        context.suites.add(copy.deepcopy(verdict.contract))
        result = copy.copy(verdict.result)
        result.meta = {  # Great Expectations' own holds the time and random names
            "great_expectations_version": verdict.result.meta["great_expectations_version"],
            "batch_kwargs": {"data_asset_name": f"{verdict.contract.name} of {day}"},
            "run_id": _run_id(day),
        }
        result.results = [_escaped_result(entry) for entry in verdict.result.results]
        key = ValidationResultIdentifier(
            expectation_suite_identifier=ExpectationSuiteIdentifier(verdict.contract.name),
            run_id=_run_id(day),
            batch_identifier="rows",
        )
        context.validation_results_store.set(key, result)
    context.build_data_docs(site_names=["day"], build_index=False)


def _run_id(day: date) -> RunIdentifier:
    return RunIdentifier(run_name=day.isoformat(), run_time=day_interval(day)[0])


def _result_page(verdict: Verdict, day: date) -> str:
    moment = f"{day:%Y%m%d}T000000.000000Z"
    return f"validations/{verdict.contract.name}/{day}/{moment}/rows.html"


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


def _standalone(page: str, style: str) -> str:
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
    sheet.string = style
    head.append(sheet)
    seen: dict[str, str] = {}
    return _UUID.sub(lambda found: seen.setdefault(found[0], f"id-{len(seen) + 1}"), str(soup))


def _index(day: date, verdicts: Sequence[Verdict], summary: str, style: str) -> str:
    body = "\n".join(_index_lines(day, verdicts, summary))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Contracts, {day}</title><style>{style}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _index_lines(day: date, verdicts: Sequence[Verdict], summary: str) -> Iterator[str]:
    yield f"<h1>Contracts, {day}</h1>"
    for line in summary.splitlines():
        yield f"<p>{html.escape(line)}</p>"
    for verdict in verdicts:
        name = html.escape(verdict.contract.name)
        yield (
            f"<h2>{name}</h2><p>{html.escape(str(verdict.contract.meta['notes']))}</p>"
            f'<p><a href="{_result_page(verdict, day)}">Results with examples</a> · '
            f'<a href="expectations/{name}.html">The contract</a></p>'
        )
        heads = "".join(f"<th>{head}</th>" for head in _INDEX_HEADS)
        yield f'<table class="table contract"><thead><tr>{heads}</tr></thead><tbody>'
        for row in verdict.rows:
            told = "passed" if row["passed"] else "broken"
            cells = [row[key] for key in ("expectation", "severity")] + [told]
            cells += [row[key] for key in ("evaluated_rows", "unexpected_rows", "notes")]
            told_cells = "".join(f"<td>{html.escape(str(cell))}</td>" for cell in cells)
            yield f'<tr class="{told} {row["severity"]}">{told_cells}</tr>'
        yield "</tbody></table>"
