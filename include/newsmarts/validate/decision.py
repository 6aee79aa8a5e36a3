"""What the contracts make of a day's rows: pure functions, the same in one process and on many machines."""

# ruff: noqa: PLC0415 (Great Expectations and pandas take seconds to import: only an evaluation waits for them)

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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
from newsmarts.core.publishers import slugs
from newsmarts.core.reasons import load_reasons
from newsmarts.core.settings import Settings
from newsmarts.core.versions import code_version, contracts_version
from newsmarts.validate import circuit_breaker, features, staged
from newsmarts.validate.page_furniture import Furniture

if TYPE_CHECKING:
    import pyarrow as pa

    from newsmarts.validate.bundles import Contract
    from newsmarts.validate.evaluation import Evaluation
    from newsmarts.validate.splitting import Split
    from newsmarts.validate.staged import ParsedDay

_ROWS_AT_ONCE = 1_000
TICKER_CONTRACT = "ticker_items"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the contracts make of a day: its rows split, and its outcome but for what other days show."""

    found: Split
    evaluations: tuple[Evaluation, ...]
    share: circuit_breaker.Share
    outcome: dict[str, Any]  # as schemas.OUTCOMES, without warnings


def decide(
    parsed: ParsedDay,
    columns: Iterable[tuple[str, features.Columns]],
    settings: Settings,
    run_id: str | None = None,
) -> Decision:
    """Evaluate a day's contracts and split its rows; reads no file but the contracts.

    Args:
        columns: each article's publisher and columns, in the order of the articles; see ``article_columns``.

    Raises:
        SettingsError, ConservationError, IncompleteResult, ContractError: as ``run``.
    """
    reasons = load_reasons(settings.contracts_dir)
    pages, ticker, ticker_rows = _evaluate(parsed, columns, settings)

    from newsmarts.validate.splitting import split

    found = split(parsed, pages, ticker, ticker_rows, reasons)
    share = circuit_breaker.share_of(parsed.articles.num_rows, found.quarantine, reasons)
    refusal = circuit_breaker.refusal(parsed.day, share, settings)
    outcome = _outcome(parsed, found, settings, refusal, run_id)
    return Decision(found, (*pages, ticker), share, outcome)


def _evaluate(
    parsed: ParsedDay, columns: Iterable[tuple[str, features.Columns]], settings: Settings
) -> tuple[list[Evaluation], Evaluation, dict[str, dict[str, Any]]]:
    """The evaluation on each publisher's articles, the one on ticker lines, and these by row key."""
    from newsmarts.validate.evaluation import evaluate_all, frame_of

    context = quiet_context()
    rows_by_publisher: dict[str, list[features.Columns]] = {}
    for publisher, article in columns:
        rows_by_publisher.setdefault(publisher, []).append(article)
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
