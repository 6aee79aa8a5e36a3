"""The contracts' results for one page, evaluated as the validate stage does for a day.

A leak may show only beside another page's ticker, so the ticker lines of the capture's day are read as
well when that day has been parsed.
"""

# ruff: noqa: PLC0415 (Great Expectations and pandas take seconds to import: only their users wait for them)

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from newsmarts.core import schemas
from newsmarts.core.contracts import (
    article_contract,
    computed_columns,
    load_contract,
    quiet_context,
)
from newsmarts.core.files import whole_folder
from newsmarts.core.partitions import partition_path
from newsmarts.core.records import Capture
from newsmarts.core.settings import Settings
from newsmarts.parse import rows
from newsmarts.parse.publisher import ParsedPage
from newsmarts.validate import features, staged
from newsmarts.validate.articles import Articles
from newsmarts.validate.decision import TICKER_CONTRACT, article_columns
from newsmarts.validate.page_furniture import Furniture

if TYPE_CHECKING:
    import great_expectations as gx
    import pandas as pd
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext

_MOST_SHOWN = 5  # offending ticker lines of one expectation


@dataclass(frozen=True, slots=True)
class Answer:
    """One expectation of one contract, and what it found."""

    contract: str
    expectation: str
    severity: str
    passed: bool
    reason_code: str | None
    offending: tuple[str, ...]
    notes: str

    @property
    def turns_away(self) -> bool:
        """Whether a page with this answer goes to quarantine."""
        return not self.passed and self.severity == "critical"


@dataclass(frozen=True, slots=True)
class Answers:
    """The contracts' results, and how many ticker lines of its day's other captures were compared."""

    evaluated: Sequence[Answer]
    other_ticker_lines: int | None  # None: the day hasn't been parsed

    @property
    def broken(self) -> list[Answer]:
        """The expectations that don't hold, those that quarantine the page first."""
        return sorted(
            (each for each in self.evaluated if not each.passed), key=lambda each: not each.turns_away
        )

    @property
    def held(self) -> list[Answer]:
        """The expectations that hold, in the contracts' order."""
        return [each for each in self.evaluated if each.passed]


def answers_for(capture: Capture, page: ParsedPage, settings: Settings) -> Answers:
    """The answers of the publisher's contract, then those about the page's own ticker lines.

    Raises:
        SettingsError: a contract is missing or broken.
        DamagedPartition: the day's parsed ticker lines can't be read.
        ContractError, IncompleteResult: an expectation couldn't be evaluated.
    """
    from newsmarts.validate.evaluation import frame_of, frame_of_columns

    article = page.article
    own = staged.table_of("ticker_items", rows.ticker_rows(capture, article))
    others = _ticker_of_day(capture, settings)
    lines = own if others is None else pa.concat_tables([own, others])
    tables = (
        Articles.of(staged.table_of("articles", [rows.article_row(capture, page)])),
        lines["text"].to_pylist(),
        staged.table_of("page_links", rows.link_rows(capture, article)),
    )
    context, day = quiet_context(), capture.capture_day
    columns = [columns for _, columns in article_columns(*tables, settings.contracts_dir)]
    contract = article_contract(settings.contracts_dir, article.publisher)
    answers = list(_answers(context, contract, frame_of(columns, features.ARTICLE_COLUMNS), day))
    path = settings.contracts_dir / f"{TICKER_CONTRACT}.json"
    labels = Furniture.of(computed_columns(path).get("label_as_text"))
    columns_of_lines = features.ticker_item_features(own, labels)
    contract = load_contract(path)
    answers += _answers(context, contract, frame_of_columns(columns_of_lines, features.TICKER_COLUMNS), day)
    return Answers(answers, None if others is None else others.num_rows)


def _ticker_of_day(capture: Capture, settings: Settings) -> pa.Table | None:
    """The ticker lines of the day's other captures; None when the day hasn't been parsed."""
    folder = whole_folder(partition_path(settings.archive, "parsed", capture.capture_day))
    path = folder / "ticker_items.parquet"
    if not path.is_file():
        return None
    table = schemas.read_table(path, schemas.TICKER_ITEMS)
    return table.filter(pc.not_equal(table["capture_sha256"], capture.sha256))


def _answers(
    context: EphemeralDataContext, contract: gx.ExpectationSuite, frame: pd.DataFrame, day: date
) -> Iterator[Answer]:
    from newsmarts.core.contracts import ROW_KEY
    from newsmarts.validate.evaluation import evaluate, failing_keys, failure_detail

    evaluation = evaluate(context, contract, frame, day)
    found = {row[ROW_KEY]: row for _, row in frame.iterrows()}
    for name, plain in evaluation.results.items():
        config = plain["expectation_config"]
        offending = (failure_detail(config, found[key]) for key in failing_keys(plain, contract.name))
        yield Answer(
            contract=contract.name,
            expectation=name,
            severity=config["severity"],
            passed=bool(plain["success"]),
            reason_code=config["meta"].get("reason_code"),
            offending=tuple(dict.fromkeys(offending))[:_MOST_SHOWN],
            notes=config["meta"]["notes"],
        )
