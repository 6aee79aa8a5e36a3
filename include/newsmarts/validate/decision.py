"""What the contracts make of a day's rows: pure functions, the same in one process and on many machines."""

# ruff: noqa: PLC0415 (Great Expectations and pandas take seconds to import: only an evaluation waits for them)

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsmarts.core.acknowledgements import QuarantineKey
from newsmarts.core.contracts import (
    ROW_KEY,
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
from newsmarts.validate.articles import ROWS_AT_ONCE, Articles
from newsmarts.validate.columns import as_objects
from newsmarts.validate.page_furniture import Furniture

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from newsmarts.validate.bundles import Contract
    from newsmarts.validate.evaluation import Evaluation
    from newsmarts.validate.splitting import Split
    from newsmarts.validate.staged import ParsedDay

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
    acknowledged: Callable[[], Collection[QuarantineKey]] = tuple,
) -> Decision:
    """Evaluate a day's contracts and split its rows; reads no file but the contracts.

    Args:
        columns: each article's publisher and columns, in the order of the articles; see ``article_columns``.
        acknowledged: gives what people acknowledged; called for a day that would be refused.

    Raises:
        SettingsError, ConservationError, IncompleteResult, ContractError: as ``run``.
    """
    reasons = load_reasons(settings.contracts_dir)
    pages, ticker, ticker_keys = _evaluate(parsed, columns, settings)

    from newsmarts.validate.splitting import split

    found = split(parsed, pages, ticker, ticker_keys, reasons)
    pages_read = parsed.articles.num_rows
    share = circuit_breaker.share_of(pages_read, found.quarantine, reasons)
    if circuit_breaker.is_too_much(share, settings):
        share = circuit_breaker.share_of(pages_read, found.quarantine, reasons, acknowledged())
    refusal = circuit_breaker.refusal(parsed.day, share, settings)
    outcome = _outcome(parsed, found, settings, refusal, run_id)
    outcome["acknowledged"] = [key.label for key in share.acknowledged] if refusal is None else []
    return Decision(found, (*pages, ticker), share, outcome)


def _evaluate(
    parsed: ParsedDay, columns: Iterable[tuple[str, features.Columns]], settings: Settings
) -> tuple[list[Evaluation], Evaluation, Sequence[str]]:
    """The evaluation on each publisher's articles, that on ticker lines, and these lines' row keys."""
    from newsmarts.validate.evaluation import evaluate_all, frame_of_columns

    context = quiet_context()
    folder = settings.contracts_dir
    frames = _article_frames(columns)
    # every publisher's, so that a day without its pages has results as well
    publishers = sorted({*slugs(), *frames})
    version = contracts_version(folder)
    without_pages = frame_of_columns(dict.fromkeys(features.ARTICLE_COLUMNS, ()), features.ARTICLE_COLUMNS)
    contracts = [
        (_contract(folder, version, publisher), frames.get(publisher, without_pages))
        for publisher in publishers
    ]

    labels = Furniture.of(computed_columns(folder / f"{TICKER_CONTRACT}.json").get("label_as_text"))
    lines = features.ticker_item_features(parsed.ticker_items, labels)
    contracts.append((_contract(folder, version, None), frame_of_columns(lines, features.TICKER_COLUMNS)))
    *evaluations, of_ticker = evaluate_all(context, contracts, parsed.day)
    return evaluations, of_ticker, lines[ROW_KEY]


def _article_frames(columns: Iterable[tuple[str, features.Columns]]) -> dict[str, pd.DataFrame]:
    """The columns of each publisher's articles; the texts that they are computed from are not kept."""
    import pandas as pd

    from newsmarts.validate.evaluation import frame_of

    frames: dict[str, list[pd.DataFrame]] = {}
    articles = iter(columns)
    while some := list(islice(articles, ROWS_AT_ONCE)):
        by_publisher: dict[str, list[features.Columns]] = {}
        for publisher, row in some:
            by_publisher.setdefault(publisher, []).append(row)
        for publisher, rows in by_publisher.items():
            frames.setdefault(publisher, []).append(frame_of(rows, features.ARTICLE_COLUMNS))
    return {publisher: pd.concat(parts, ignore_index=True) for publisher, parts in frames.items()}


@lru_cache(maxsize=32)
def _contract(folder: Path, _version: str, publisher: str | None) -> Contract:
    """A publisher's contract, that of ticker lines for None; built once for each state of the folder."""
    from newsmarts.validate.bundles import Contract

    if publisher is None:
        return Contract.of(load_contract(folder / f"{TICKER_CONTRACT}.json"))
    return Contract.of(article_contract(folder, publisher))


def article_columns(
    articles: Articles, ticker_lines: Iterable[str], page_links: pa.Table, contracts_dir: Path
) -> Iterator[tuple[str, features.Columns]]:
    """Each article's publisher and columns, by its contract; a thousand bodies in memory at a time."""
    ticker = features.TickerLines(ticker_lines)
    rules: dict[str, features.PageRules] = {}
    for publisher in articles.select(["publisher"])["publisher"].unique().to_pylist():
        path = article_contract_path(contracts_dir, publisher)
        rules[publisher] = features.PageRules.of(computed_columns(path), ticker, str(path))
    linked = _linked_headlines(page_links)
    for batch in articles.to_batches(columns=features.FIELDS):
        for row in batch.to_pylist():
            headlines = [*linked.get(row["capture_id"], ()), *row["related_headlines"]]
            yield row["publisher"], features.article_features(row, rules[row["publisher"]], headlines)


def _linked_headlines(page_links: pa.Table) -> Mapping[str, list[str]]:
    """The headlines that each page lists; pages of one hour list the same."""
    linked: dict[str, list[str]] = {}
    columns = (as_objects(page_links[name]) for name in ("capture_id", "headline"))
    for capture_id, headline in zip(*columns, strict=True):
        linked.setdefault(capture_id, []).append(headline)
    return linked


def _outcome(
    parsed: ParsedDay, found: Split, settings: Settings, refusal: str | None, run_id: str | None
) -> dict[str, Any]:
    return {
        "capture_day": parsed.day,
        "captures": found.captures,
        "landed": parsed.captures.num_rows,
        "rejected": found.captures - parsed.captures.num_rows,
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
        "rule_versions": ", ".join(_rule_versions(parsed)),
        "contracts_version": contracts_version(settings.contracts_dir),
        "manifest_version": staged.manifest_version(parsed.captures, parsed.rejected),
    }


def _rule_versions(parsed: ParsedDay) -> list[str]:
    return sorted(parsed.articles.select(["rule_version"])["rule_version"].unique().to_pylist())
