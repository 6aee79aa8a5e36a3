"""Contracts: Great Expectations suites kept as JSON, read strictly and reported as rows.

Shared by validate (one suite a publisher, and one for those without their own) and publish (one suite a
mart). A contract file is::

    {"name": <the file's stem>,
     "meta": {"notes": "what the contract is for, and where it draws its lines"},
     "expectations": [{"type": …, "kwargs": {…}, "severity": "critical" | "warning" | "info",
                       "meta": {"id": …, "reason_code": …, "notes": "why"}}]}

``id`` is unique in its file; ``reason_code`` is what a row that breaks a critical expectation is counted
under. A critical one may name others in ``explained_by``: a row that breaks one of those as well is turned
away for that reason only. Kwargs may refer to data beside the contracts: see
:mod:`newsmarts.core.contract_data`. Great Expectations logs and drops an expectation that it can't build, so
a typing error would silently weaken a contract: here it is a :class:`SettingsError` that names the file and
the expectation.
"""

# ruff: noqa: PLC0415 (Great Expectations takes some ten seconds to import: only those wait who use it)

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsmarts.core.contract_data import read_data, resolved
from newsmarts.core.errors import ContractError, IncompleteResult, SettingsError

if TYPE_CHECKING:
    import great_expectations as gx
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext

log = logging.getLogger(__name__)

ROW_KEY = "row_key"
SEVERITIES = ("critical", "warning", "info")
_ENTRY_KEYS = {"type", "kwargs", "severity", "meta"}
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ARTICLES = "articles"
_COMPUTED = "expect_column_values_to_hold_no_"


def quiet_context() -> EphemeralDataContext:
    """A Great Expectations context in memory: no progress bars, no analytics, no files."""
    import great_expectations as gx
    from great_expectations.data_context.types import base

    return gx.get_context(
        mode="ephemeral",
        project_config=base.DataContextConfig(
            # the default keeps a Data Docs site in a temporary folder, which nothing here reads
            store_backend_defaults=base.InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            progress_bars=base.ProgressBarsConfig(globally=False, metric_calculations=False),
            analytics_enabled=False,
        ),
    )


def load_contract(path: Path) -> gx.ExpectationSuite:
    """Read one contract file; every expectation in it is built, or none.

    Raises:
        SettingsError: naming the file, the expectation and what is wrong with it.
    """
    document = read_contract(path)

    import great_expectations as gx

    return gx.ExpectationSuite(
        name=path.stem,
        expectations=[_build(entry, path) for entry in document["expectations"]],
        meta=dict(document["meta"]),
        notes=document["meta"]["notes"],
    )


def read_contract(path: Path) -> dict[str, Any]:
    """A contract file, checked but not built into a suite: quick, for whoever only shows it.

    Raises:
        SettingsError: naming the file, the expectation and what is wrong with it.
    """
    document = _read_object(path)
    if document.get("name") != path.stem:
        raise SettingsError(f'{path}: "name" must be the file\'s stem, {path.stem!r}.')
    _require_text(document.get("meta"), "notes", f"{path}: the contract's meta")
    entries = document.get("expectations")
    if not isinstance(entries, list) or not entries:
        raise SettingsError(f'{path}: "expectations" must be a list with at least one expectation.')
    unknown = set(document) - {"name", "meta", "expectations"}
    if unknown:
        raise SettingsError(f"{path}: unknown keys {sorted(unknown)}. Remove or correct them.")

    seen: set[str] = set()
    read_once = cache(read_data)
    for number, entry in enumerate(entries, start=1):
        _check_entry(entry, f"{path}: expectation {number}", seen)
        where = f"{path}: kwargs of {entry['meta']['id']!r}"
        entry["kwargs"] = resolved(entry["kwargs"], path.parent, where, read_once)
        _check_regexes(entry["kwargs"], where)

    _check_explanations(entries, path)
    return document


def article_contract(folder: Path, publisher: str) -> gx.ExpectationSuite:
    """The contract of a publisher's articles, named ``<publisher>_articles``.

    Raises:
        SettingsError: there is none, or it can't be read as a contract.
    """
    path = article_contract_path(folder, publisher)
    contract = load_contract(path)
    if path.stem == _ARTICLES:
        log.info("Pages of %s have no contract of their own: %s is used", publisher, path)
        contract.name = f"{publisher}_{_ARTICLES}"
    return contract


def article_contract_path(folder: Path, publisher: str) -> Path:
    """A publisher's own contract; without one, ``articles.json``, which holds for any publisher.

    Raises:
        SettingsError: neither is there.
    """
    own, shared = folder / f"{publisher}_{_ARTICLES}.json", folder / f"{_ARTICLES}.json"
    if not own.exists() and not shared.exists():
        raise SettingsError(
            f"{own}: there is no contract for pages of {publisher!r}, and no {shared.name} beside it, which "
            "holds for any publisher. Write one, or set NEWS_CONTRACTS_DIR to the folder that has it."
        )
    return own if own.exists() else shared


def computed_columns(path: Path) -> dict[str, Mapping[str, Any]]:
    """The columns that a contract's expectations of ``core.expectations`` are about, each with its kwargs.

    Raises:
        SettingsError: as :func:`read_contract`, or two of them are about one column.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for entry in read_contract(path)["expectations"]:
        kwargs = entry["kwargs"]
        if entry["type"].startswith(_COMPUTED) and found.setdefault(kwargs.get("column"), kwargs) != kwargs:
            raise SettingsError(
                f"{path}: {kwargs['column']!r} is computed with two sets of kwargs. Keep one."
            )
    return found


def _read_object(path: Path) -> dict[str, Any]:
    def reject_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise SettingsError(f"{path}: key {repeated[0]!r} occurs twice in one object. Keep one of them.")
        return dict(pairs)

    try:
        document = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=reject_repeated_keys)
    except FileNotFoundError:
        raise SettingsError(f"{path}: no such contract file. Check NEWS_CONTRACTS_DIR.") from None
    except OSError as error:
        raise SettingsError(f"{path}: the contract can't be read ({error.strerror}).") from error
    except ValueError as error:  # bad JSON and bad UTF-8 alike
        raise SettingsError(f"{path}: not valid JSON in UTF-8: {error}.") from None
    if not isinstance(document, dict):
        raise SettingsError(f"{path}: a contract is a JSON object, not a {type(document).__name__}.")
    return document


def _check_entry(entry: object, where: str, seen: set[str]) -> None:
    if not isinstance(entry, dict):
        raise SettingsError(f"{where} must be an object.")
    meta = entry.get("meta")
    name = _require_text(meta, "id", f"{where}: meta")
    if not _NAME.fullmatch(name):
        raise SettingsError(f"{where}: meta.id {name!r} must be snake_case.")
    if name in seen:
        raise SettingsError(f"{where}: meta.id {name!r} is used twice. Give each expectation its own.")
    seen.add(name)
    where = f"{where} ({name})"
    unknown = set(entry) - _ENTRY_KEYS
    if unknown:
        raise SettingsError(f"{where}: unknown keys {sorted(unknown)}; known are {sorted(_ENTRY_KEYS)}.")
    _require_text(entry, "type", where)
    if not isinstance(entry.get("kwargs"), dict):
        raise SettingsError(f'{where}: "kwargs" must be an object.')
    if entry.get("severity") not in SEVERITIES:
        raise SettingsError(f'{where}: "severity" must be one of {", ".join(SEVERITIES)}.')
    _require_text(meta, "notes", f"{where}: meta")
    if entry["severity"] == "critical":
        reason = _require_text(meta, "reason_code", f"{where}: meta of a critical expectation")
        if not _NAME.fullmatch(reason):
            raise SettingsError(f"{where}: meta.reason_code {reason!r} must be snake_case.")


def _check_explanations(entries: list[dict[str, Any]], path: Path) -> None:
    """What explains another failure must turn a row away itself, and not be explained in turn."""
    metas = [entry["meta"] for entry in entries if entry["severity"] == "critical"]
    reasons = [meta["id"] for meta in metas if "explained_by" not in meta]
    for meta in (entry["meta"] for entry in entries):
        named = meta.get("explained_by", [])
        if not isinstance(named, list) or any(name not in reasons for name in named):
            raise SettingsError(
                f"{path}: explained_by of {meta['id']!r} is {named!r}. Make it a list of ids of this "
                "contract's critical expectations that have no explained_by themselves."
            )


def _require_text(mapping: object, key: str, where: str) -> str:
    value = mapping.get(key) if isinstance(mapping, Mapping) else None
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(f'{where} needs "{key}", a text that isn\'t blank.')
    return value


def _check_regexes(kwargs: Mapping[str, Any], where: str) -> None:
    """Great Expectations compiles a pattern only when it meets rows; a bad one should fail before."""
    patterns = [kwargs.get("regex"), *(kwargs.get("regex_list") or ())]
    for pattern in patterns:
        if pattern is None:
            continue
        try:
            re.compile(pattern)
        except (re.error, TypeError) as error:
            raise SettingsError(f"{where}: {pattern!r} is not a regular expression: {error}.") from None


def _build(entry: Mapping[str, Any], path: Path) -> Any:
    from great_expectations.exceptions.exceptions import GreatExpectationsError
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    from newsmarts.core import expectations  # noqa: F401 (registers the project's own)

    try:
        # notes twice: in meta for us, beside it for Data Docs
        return ExpectationConfiguration(**entry, notes=entry["meta"]["notes"]).to_domain_obj()
    except (GreatExpectationsError, ValueError, TypeError, KeyError) as error:
        reason = " ".join(str(error).split())
        raise SettingsError(
            f"{path}: expectation {entry['meta']['id']!r} ({entry['type']}) can't be built: {reason}"
        ) from error


def results_by_id(
    result: ExpectationSuiteValidationResult, contract: gx.ExpectationSuite
) -> dict[str, dict[str, Any]]:
    """Each expectation's result as plain data, in the contract's order.

    Raises:
        ContractError, IncompleteResult: as :func:`complete_results`.
    """
    plain: list[dict[str, Any]] = [dict(entry.to_json_dict()) for entry in result.results]
    return complete_results({entry["expectation_config"]["meta"]["id"]: entry for entry in plain}, contract)


def complete_results(
    by_id: Mapping[str, dict[str, Any]], contract: gx.ExpectationSuite
) -> dict[str, dict[str, Any]]:
    """The results in the contract's order.

    Raises:
        ContractError: an expectation couldn't be evaluated (a missing column, types that don't compare).
        IncompleteResult: an expectation has no result.
    """
    ordered: dict[str, dict[str, Any]] = {}
    for expectation in contract.expectations:
        name = str((expectation.meta or {})["id"])
        if name not in by_id:
            raise IncompleteResult(f"contract {contract.name}: expectation {name!r} has no result.")
        message = _exception_message(by_id[name])
        if message is not None:
            raise ContractError(
                f"contract {contract.name}: expectation {name!r} couldn't be evaluated: {message}. "
                "Correct the expectation's kwargs, or the column that it looks at."
            )
        ordered[name] = by_id[name]
    return ordered


def _exception_message(plain: Mapping[str, Any]) -> str | None:
    info = plain.get("exception_info") or {}
    # one exception, or one a metric under the metric's name
    for item in [info, *(value for value in info.values() if isinstance(value, dict))]:
        if item.get("raised_exception"):
            return " ".join(str(item.get("exception_message")).split())
    return None


def result_rows(
    results: Mapping[str, dict[str, Any]], contract: gx.ExpectationSuite, day: date
) -> list[dict[str, Any]]:
    """One row an expectation, in the contract's order, as ``schemas.CONTRACT_RESULTS`` has them.

    ``evaluated_rows`` counts the rows that the expectation judged: those that it passes over (nulls, rows
    outside its row condition) aren't counted. An expectation about a whole table judges one thing.

    Args:
        results: as :func:`results_by_id` gives them.
    """
    rows = []
    for name, plain in results.items():
        config, values = plain["expectation_config"], plain.get("result") or {}
        passed = bool(plain["success"])
        evaluated, unexpected = _counts(config["type"], values, passed)
        rows.append(
            {
                "capture_day": day,
                "contract": contract.name,
                "expectation": name,
                "expectation_type": config["type"],
                "column_name": _column_name(config["kwargs"]),
                "severity": config["severity"],
                "passed": passed,
                "evaluated_rows": evaluated,
                "unexpected_rows": unexpected,
                "notes": config["meta"]["notes"],
            }
        )
    return rows


def _counts(expectation_type: str, values: Mapping[str, Any], passed: bool) -> tuple[int, int]:
    if "unexpected_count" in values:
        judged = int(values.get("element_count") or 0) - int(values.get("missing_count") or 0)
        # None on a SQL engine when the table has no rows
        return judged, int(values["unexpected_count"] or 0)
    if expectation_type == "unexpected_rows_expectation":  # its observed value is their number
        found = int(values["observed_value"])
        return max(found, 1), found
    return 1, 0 if passed else 1


def _column_name(kwargs: Mapping[str, Any]) -> str | None:
    names = [kwargs.get("column"), kwargs.get("column_A"), kwargs.get("column_B")]
    names += kwargs.get("column_list") or ()
    return ", ".join(str(name) for name in names if name is not None) or None
