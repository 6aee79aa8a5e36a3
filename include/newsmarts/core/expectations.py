"""Expectations of the project's own, for Great Expectations: importing this module registers them.

Each is about a column that holds, for a row that breaks its rule, the offending text, and null otherwise.
``newsmarts.validate.features`` computes the column with the kwargs of the expectation about it, so Data Docs
say what was checked. A contract names one by its class's name in snake_case.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any, ClassVar

from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.expectations.core.expect_column_values_to_be_null import (
    ExpectColumnValuesToBeNull,
)
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.render.components import (
    LegacyDiagnosticRendererType,
    LegacyRendererType,
    RenderedStringTemplateContent,
)
from great_expectations.render.renderer.renderer import renderer
from great_expectations.render.renderer_configuration import RendererConfiguration

_SHOWN = 12  # of a long list


class _ExpectNothingFound(ExpectColumnValuesToBeNull):
    """What the expectations share; ``statement`` is clauses with kwargs in braces."""

    statement: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def is_abstract(cls) -> bool:
        return not cls.statement

    @classmethod
    def _statement_with(cls, kwargs: Mapping[str, Any]) -> str:
        """The clauses of the statement whose kwargs are all set; what shows them escapes them."""
        clauses = []
        for clause in cls.statement:
            names = [name for _, name, _, _ in string.Formatter().parse(clause) if name]
            if all(kwargs.get(name) is not None for name in names):
                clauses.append(clause.format_map({name: _listed(kwargs[name]) for name in names}))
        return "; ".join(clauses) + "."

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    def _prescriptive_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> list[RenderedStringTemplateContent]:
        shown: RendererConfiguration[Any] = RendererConfiguration(
            configuration=configuration, result=result, runtime_configuration=runtime_configuration
        )
        kwargs = shown.configuration.kwargs if shown.configuration else {}
        text = cls._statement_with(kwargs)
        params = {"statement": text, "column": kwargs.get("column")}
        return [
            RenderedStringTemplateContent(
                content_block_type="string_template",
                string_template={
                    "template": "$column: $statement" if shown.include_column_name else "$statement",
                    "params": params,
                    "styling": (runtime_configuration or {}).get("styling", {}),
                },
            )
        ]

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.OBSERVED_VALUE)
    def _diagnostic_observed_value_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,  # noqa: ARG003 (Great Expectations passes it)
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG003
        **_kwargs: Any,
    ) -> str:
        values = result.result if result else {}
        return f"found in {values.get('unexpected_count') or 0} of {values.get('element_count') or 0} rows"


class ExpectColumnValuesToHoldNoTickerLine(_ExpectNothingFound):
    """No text holds a ticker line of the day; the kwargs are those of ``core.leak_rule.LeakRule``."""

    statement: ClassVar[tuple[str, ...]] = (
        "no line may hold a ticker line of the day: one as the whole line",
        "one of {min_words} words or more as a sentence of its own, beside another, or spread over up to "
        "{max_body_lines} lines",
        "the first {cut_min_words} words or more of one as the whole line, cut by dots or inside a word that "
        "lacks {cut_min_letters} letters or more",
        "one of {mistyped_min_words} words or more as the whole line with one letter wrong in a word of "
        "{mistyped_min_letters} or more",
        "one of {near_min_words} words or more at the end of a line that no full stop but its own closes",
        "{near_min_words} words or more of one in order that are {near_percent} % of it and of the line",
        "the first or last {near_min_words} words or more of one that are {part_percent} % of it",
        "labels beside it don't count: {labels}",
        "lines are parted at {separators}",
    )
    min_words: int
    max_body_lines: int
    separators: str
    labels: list[str]
    cut_min_words: int
    cut_min_letters: int
    mistyped_min_words: int
    mistyped_min_letters: int
    near_min_words: int
    near_percent: int
    part_percent: int
    abbreviations: list[str]
    calendar_words: list[str]


class ExpectColumnValuesToHoldNoPageFurniture(_ExpectNothingFound):
    """No line or headline is what pages print around articles; the kwargs are ``Furniture``'s."""

    statement: ClassVar[tuple[str, ...]] = (
        "no line may be one of {lines}",
        "no headline one of {titles}",
        "none may promote another article by {promotions} and a colon",
        "none may be a byline of {houses}",
    )
    lines: list[str] | None = None
    titles: list[str] | None = None
    promotions: list[str] | None = None
    houses: dict[str, list[str]] | None = None


class ExpectColumnValuesToHoldNoFormText(_ExpectNothingFound):
    """No line is text of a form; the kwargs are ``FormText``'s."""

    statement: ClassVar[tuple[str, ...]] = ("no line may hold {anywhere}", "nor be one of {lines}")
    anywhere: list[str]
    lines: list[str]


class ExpectColumnValuesToHoldNoMisreadByline(_ExpectNothingFound):
    """Where the byline is a house's, the page has one of the house's spellings."""

    statement: ClassVar[tuple[str, ...]] = (
        "a byline of {houses} must be one of the house's spellings on the page",
    )
    houses: dict[str, list[str]]


def _listed(value: Any) -> str:
    """A kwarg in a sentence: the items of a list, the first of them when there are many."""
    if not isinstance(value, (list, dict)):
        return str(value)
    items = [f"“{item}”" for item in value]
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return ", ".join(items[:_SHOWN]) + more
