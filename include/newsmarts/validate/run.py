"""The validate stage's only entry: a day's parsed rows are checked by their contracts and split."""

# ruff: noqa: PLC0415 (Great Expectations and pandas take seconds to import: only a run waits for them)

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsmarts.core.contracts import (
    article_contract,
    article_contract_path,
    computed_columns,
    load_contract,
    quiet_context,
)
from newsmarts.core.errors import TooManyQuarantined
from newsmarts.core.locks import partition_lock
from newsmarts.core.partitions import docs_path, partition_path
from newsmarts.core.publishers import slugs
from newsmarts.core.reasons import load_reasons
from newsmarts.core.settings import Settings
from newsmarts.core.versions import code_version, contracts_version
from newsmarts.validate import circuit_breaker, drift, features, staged
from newsmarts.validate.page_furniture import Furniture

if TYPE_CHECKING:
    import pyarrow as pa
    from upath import UPath

    from newsmarts.validate.bundles import Contract
    from newsmarts.validate.evaluation import Evaluation
    from newsmarts.validate.splitting import Split
    from newsmarts.validate.staged import ParsedDay

log = logging.getLogger(__name__)

_ROWS_AT_ONCE = 1_000
TICKER_CONTRACT = "ticker_items"


@dataclass(frozen=True, slots=True)
class ValidateResult:
    """What became of a day: ``captures = valid + not_article + quarantined``.

    ``refusal`` says why the day as a whole isn't accepted; None when it is.
    """

    day: date
    captures: int  # landed and rejected
    parsed: int
    valid: int
    not_article: int
    quarantined: int  # captures, by any stage
    by_reason: dict[str, int]  # captures that aren't valid; one with two reasons counts under both
    warned: bool
    refusal: str | None


def run(day: date, settings: Settings, run_id: str | None = None) -> ValidateResult:
    """Validate one day: parsed rows in, ``staged/validated/<day>`` and ``docs/<day>`` out.

    A row that breaks a critical expectation goes to quarantine with its reason; the rest of the day goes on.
    A day with too many alarms is marked as refused: load then takes its captures and reasons, no articles.
    Running it again gives the same files, byte for byte.

    Args:
        run_id: the Airflow run, kept with the day's outcome.

    Raises:
        MissingPartition: the day hasn't been landed or parsed.
        SettingsError: a contract or the reasons' file is missing or broken.
        ConservationError, IncompleteResult, ContractError: nothing is written.
    """
    with partition_lock(settings, day):
        parsed = staged.read(settings.archive, day)
        reasons = load_reasons(settings.contracts_dir)
        pages, ticker, ticker_rows = _evaluate(parsed, settings)

        from newsmarts.validate import docs
        from newsmarts.validate.splitting import split

        found = split(parsed, pages, ticker, ticker_rows, reasons)
        share = circuit_breaker.share_of(parsed.articles.num_rows, found.quarantine, reasons)
        refusal = circuit_breaker.refusal(day, share, settings)
        thresholds = drift.load_thresholds(settings.contracts_dir)
        seen = drift.pages_of_day(parsed, found.quarantine, thresholds.fields)
        outcome = _outcome(parsed, found, settings, refusal, run_id)
        outcome["warnings"] = drift.warnings(settings.archive, day, seen, thresholds)
        shares = None if refusal else drift.share_rows(day, seen.shares())
        # the outcome last: a day without it is validated again
        index = docs.write(
            settings.home,
            day,
            [*pages, ticker],
            _summary(outcome, found),
            rendered=settings.render_data_docs,
        )
        folder = staged.write(settings.archive, day, found.tables, outcome, shares)
    docs.write_index(settings)

    _log_outcome(found, outcome, (*pages, ticker), folder, index)
    for warning in outcome["warnings"]:
        log.warning("%s is unlike the days before: %s", day, warning)
    warned = share.value > settings.quarantine_warn_share
    if refusal is not None:
        log.error("%s", refusal)
    elif warned:
        log.warning(
            "%s: %s were quarantined, more than the %s that log a warning:\n%s",
            day,
            share.summary(),
            circuit_breaker.percent(settings.quarantine_warn_share),
            "\n".join(circuit_breaker.causes(share.rows)),
        )
    return ValidateResult(
        day=day,
        captures=found.captures,
        parsed=outcome["parsed"],
        valid=found.valid,
        not_article=found.not_article,
        quarantined=found.quarantined,
        by_reason=found.pages_by_reason("not_article") | found.pages_by_reason("quarantined"),
        warned=warned,
        refusal=refusal,
    )


def accept(day: date, settings: Settings) -> None:
    """Check that the day was accepted as it was validated; the last step of a day's run.

    Raises:
        TooManyQuarantined: it was refused; the message names pages, reasons and the next step.
        MissingPartition: it hasn't been validated.
    """
    outcome = staged.read_outcome(settings.archive, day)
    docs = docs_path(settings.home) / day.isoformat()
    if outcome["accepted"]:
        log.info(
            "Accepted %s: %d captures, %d valid, %d quarantined. Data Docs: %s",
            day,
            outcome["captures"],
            outcome["valid"],
            outcome["quarantined"],
            docs,
        )
        return
    folder = partition_path(settings.archive, "validated", day)
    raise TooManyQuarantined(
        f"{outcome['refusal']}\nNo article of this run of {day} is in the marts: its captures are there with "
        "their reasons, beside what an earlier accepted run gave. The pages and their text: "
        f"{docs} and {folder / 'quarantine.parquet'}. Most often a site has changed its layout: fix its "
        "rules in include/newsmarts/parse and run the day from parse on. If the pages really are bad, raise "
        "NEWS_QUARANTINE_FAIL_SHARE for this run."
    )


def render_docs(day: date, settings: Settings) -> Path:
    """Write the day's Data Docs from its stored results, and return their front page.

    Raises:
        MissingPartition: the day has no stored results.
        ContractError: Great Expectations left out a page.
    """
    from newsmarts.validate import docs

    return docs.render(settings, day)


def _evaluate(
    parsed: ParsedDay, settings: Settings
) -> tuple[list[Evaluation], Evaluation, dict[str, dict[str, Any]]]:
    """The evaluation on each publisher's articles, the one on ticker lines, and these by row key."""
    from newsmarts.validate.evaluation import evaluate_all, frame_of

    context = quiet_context()
    rows_by_publisher: dict[str, list[features.Columns]] = {}
    lines = [*parsed.ticker_items["text"].to_pylist(), *parsed.ticker_witnesses["text"].to_pylist()]
    tables = (parsed.articles, lines, parsed.page_links)
    for publisher, columns in article_columns(*tables, settings.contracts_dir):
        rows_by_publisher.setdefault(publisher, []).append(columns)
    # every publisher's, so that a day without its pages has results as well
    publishers = sorted({*slugs(), *rows_by_publisher})
    folder = settings.contracts_dir
    version = contracts_version(folder)
    contracts = [
        (
            _contract(folder, version, publisher),
            frame_of(rows_by_publisher.get(publisher, []), features.ARTICLE_COLUMNS),
        )
        for publisher in publishers
    ]

    path = settings.contracts_dir / f"{TICKER_CONTRACT}.json"
    labels = Furniture.of(computed_columns(path).get("label_as_text"))
    items = parsed.ticker_items.to_pylist()
    ticker_columns = list(features.ticker_item_features(items, labels))
    ticker_rows = {columns["row_key"]: row for columns, row in zip(ticker_columns, items, strict=True)}
    contracts.append((_contract(folder, version, None), frame_of(ticker_columns, features.TICKER_COLUMNS)))
    *evaluations, of_ticker = evaluate_all(context, contracts, parsed.day)
    return evaluations, of_ticker, ticker_rows


@lru_cache(maxsize=32)
def _contract(folder: Path, _version: str, publisher: str | None) -> Contract:
    """A publisher's contract, that of ticker lines for None; built once for each state of the folder."""
    from newsmarts.validate.bundles import Contract

    if publisher is None:
        return Contract.of(load_contract(folder / f"{TICKER_CONTRACT}.json"))
    return Contract.of(article_contract(folder, publisher))


def article_columns(
    articles: pa.Table, ticker_lines: Iterable[str], page_links: pa.Table, contracts_dir: Path
) -> Iterator[tuple[str, features.Columns]]:
    """Each article's publisher and columns, by its contract; a thousand bodies in memory at a time."""
    ticker = features.TickerLines(ticker_lines)
    rules: dict[str, features.PageRules] = {}
    for publisher in articles["publisher"].unique().to_pylist():
        path = article_contract_path(contracts_dir, publisher)
        rules[publisher] = features.PageRules.of(computed_columns(path), ticker, str(path))
    linked: dict[str, list[str]] = {}
    for link in page_links.select(["capture_id", "headline"]).to_pylist():
        linked.setdefault(link["capture_id"], []).append(link["headline"])
    for batch in articles.select(features.FIELDS).to_batches(max_chunksize=_ROWS_AT_ONCE):
        for row in batch.to_pylist():
            headlines = [*linked.get(row["capture_id"], ()), *row["related_headlines"]]
            yield row["publisher"], features.article_features(row, rules[row["publisher"]], headlines)


def _outcome(
    parsed: ParsedDay, found: Split, settings: Settings, refusal: str | None, run_id: str | None
) -> dict[str, Any]:
    return {
        "capture_day": parsed.day,
        "captures": found.captures,
        "landed": len(parsed.captures),
        "rejected": found.captures - len(parsed.captures),
        "parsed": parsed.articles.num_rows,
        "valid": found.valid,
        "not_article": found.not_article,
        "quarantined": found.quarantined,
        "ticker_items": found.tables["ticker_items"].num_rows,
        "ticker_items_quarantined": found.ticker_items_quarantined,
        "fingerprint": staged.fingerprint(found.tables),
        "accepted": refusal is None,
        "refusal": refusal,
        "run_id": run_id,
        "code_version": code_version(),
        "rule_versions": ", ".join(sorted(set(parsed.articles["rule_version"].to_pylist()))),
        "contracts_version": contracts_version(settings.contracts_dir),
        "manifest_version": staged.manifest_version(parsed.captures, parsed.rejected),
    }


def _summary(outcome: dict[str, Any], found: Split) -> str:
    """The day in a few lines, for the front page of its Data Docs."""
    lines = [
        f"{outcome['captures']} captures = {outcome['valid']} valid "
        f"+ {outcome['not_article']} not_article{_listed(found.pages_by_reason('not_article'))} "
        f"+ {outcome['quarantined']} quarantined{_listed(found.pages_by_reason('quarantined'))}.",
        f"{outcome['ticker_items']} ticker lines, {outcome['ticker_items_quarantined']} quarantined.",
    ]
    if outcome["refusal"]:
        lines += ["This day was not accepted.", *outcome["refusal"].splitlines()]
    lines += [f"Unlike the days before: {warning}" for warning in outcome["warnings"]]
    return "\n".join(lines)


def _listed(counts: dict[str, int]) -> str:
    listed = ", ".join(f"{reason} {count}" for reason, count in counts.items())
    return f" ({listed})" if listed else ""


def _log_outcome(
    found: Split,
    outcome: dict[str, Any],
    evaluations: tuple[Evaluation, ...],
    folder: Path | UPath,
    index: Path,
) -> None:
    for row in found.quarantine:
        if row["stage"] == "validate":
            log.info(
                "Quarantined %s of %r: %s (%s) %s",
                row["subject"],
                row["source_path"],
                row["reason_code"],
                row["expectation"],
                row["detail"],
            )
    for evaluation in evaluations:
        for result in evaluation.rows:
            if not result["passed"] and result["severity"] == "warning":
                log.info(
                    "%s: %d of %d rows break %s (warning)",
                    result["contract"],
                    result["unexpected_rows"],
                    result["evaluated_rows"],
                    result["expectation"],
                )
    log.info(
        "Validated %s: %d captures = %d valid + %d not_article %s + %d quarantined %s; %d ticker lines, "
        "%d quarantined. "
        "Rows: %s  Data Docs: %s",
        outcome["capture_day"],
        found.captures,
        found.valid,
        found.not_article,
        found.pages_by_reason("not_article"),
        found.quarantined,
        found.pages_by_reason("quarantined"),
        outcome["ticker_items"],
        found.ticker_items_quarantined,
        folder,
        index,
    )
