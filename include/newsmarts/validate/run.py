"""The validate stage's only entry: a day's parsed rows are checked by their contracts and split."""

# ruff: noqa: PLC0415 (Great Expectations and pandas take seconds to import: only a run waits for them)

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsmarts.core import acknowledgements, data_docs
from newsmarts.core.errors import TooManyQuarantined
from newsmarts.core.failures import stage
from newsmarts.core.files import replacing_folder
from newsmarts.core.garbage import release_memory
from newsmarts.core.locks import partition_lock
from newsmarts.core.partitions import docs_path, partition_path
from newsmarts.core.settings import Settings
from newsmarts.validate import circuit_breaker, decision, drift, staged

if TYPE_CHECKING:
    from upath import UPath

    from newsmarts.validate.evaluation import Evaluation
    from newsmarts.validate.splitting import Split

log = logging.getLogger(__name__)


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


@stage("validate")
def run(day: date, settings: Settings, run_id: str | None = None) -> ValidateResult:
    """Validate one day: parsed rows in, ``staged/validated/<day>`` and ``docs/<day>`` out.

    A row that breaks a critical expectation goes to quarantine with its reason; the rest of the day goes on.
    A day with too many alarms is marked as refused: load then takes its captures and reasons, no articles.
    What people have acknowledged doesn't count among them. Running it again gives the same files, byte for
    byte, unless that has changed.

    Args:
        run_id: the Airflow run, kept with the day's outcome.

    Raises:
        MissingPartition: the day hasn't been landed or parsed.
        SettingsError: a contract or the reasons' file is missing or broken.
        ConservationError, IncompleteResult, ContractError: nothing is written.
        Overtaken: another machine has validated the day meanwhile; its rows stay.
    """
    folder = partition_path(settings.archive, "validated", day)
    # from before the reading: what another machine writes from now on may be of newer rows
    with partition_lock(settings, day), replacing_folder(folder) as temporary:
        parsed = staged.read(settings.archive, day)
        lines = [
            line
            for table in (parsed.ticker_items, parsed.ticker_witnesses)
            for line in table["text"].unique().to_pylist()
        ]
        columns = decision.article_columns(parsed.articles, lines, parsed.page_links, settings.contracts_dir)
        decided = decision.decide(
            parsed, columns, settings, run_id, lambda: acknowledgements.standing_everywhere(settings)
        )
        release_memory()  # of the frames that were evaluated
        found, share, outcome = decided.found, decided.share, decided.outcome
        refusal = outcome["refusal"]

        from newsmarts.validate import docs

        thresholds = drift.load_thresholds(settings.contracts_dir)
        seen = drift.pages_of_day(parsed, found.quarantine, thresholds.fields)
        outcome["warnings"] = drift.warnings(settings.archive, day, seen, thresholds)
        shares = None if refusal else drift.share_rows(day, seen.shares())
        # the outcome last: a day without it is validated again
        index = docs.write(
            settings.home,
            day,
            decided.evaluations,
            _summary(outcome, found),
            rendered=settings.render_data_docs,
        )
        data_docs.share(settings, day)
        staged.write(temporary, found.tables, outcome, shares)
    docs.write_index(settings)

    _log_outcome(found, outcome, decided.evaluations, folder, index)
    for warning in outcome["warnings"]:
        log.warning("%s is unlike the days before: %s", day, warning)
    warned = share.value > settings.quarantine_warn_share
    if refusal is not None:
        log.info("Refused %s. The task accept and the day's page on the news desk say why", day)
    elif outcome["acknowledged"]:
        pages = len({key.capture_id for key in share.acknowledged})
        log.info(
            "Accepted %s, since people have acknowledged %d of its pages: %s", day, pages, share.summary()
        )
    if refusal is None and warned:
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
        "rules in include/newsmarts/parse and run the day again. If the pages really are bad, acknowledge "
        f'them (Quarantine on the news desk, or newsmarts acknowledge --day {day} --why "…") and run the day '
        "again: acknowledged pages stay out and don't count."
    )


def render_docs(day: date, settings: Settings) -> Path:
    """Write the day's Data Docs from its stored results, and return their front page.

    Raises:
        MissingPartition: the day has no stored results.
        ContractError: Great Expectations left out a page.
    """
    from newsmarts.validate import docs

    return docs.render(settings, day)


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
