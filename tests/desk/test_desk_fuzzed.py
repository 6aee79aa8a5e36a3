"""Every route, requested as no person would: it answers, and never with a fault of ours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from newsmarts.core.settings import settings as project_settings
from tests.desk.day_files import LeftOut, expectation, write_day
from tests.desk.desk_client import SAME_ORIGIN, ask, guarded
from tests.desk.desk_routes import routes
from tests.examples import fewer_examples

APP = guarded()


@pytest.fixture(scope="module")
def operations() -> Any:
    """The routes as schemathesis knows them; imported where it is used, for it takes a second."""
    import schemathesis

    return schemathesis.openapi.from_dict(APP.openapi())


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    write_day(
        tmp_path,
        date(2025, 9, 1),
        left_out=[LeftOut("a.txt", "missing_date", "no date", "date")],
        expectations=[expectation("nour_news_articles", "date", passed=False, unexpected_rows=1)],
    )
    monkeypatch.setenv("NEWS_HOME", str(tmp_path))
    project_settings.cache_clear()
    yield
    project_settings.cache_clear()


@pytest.mark.parametrize(("method", "path"), routes())
def test_no_question_is_answered_with_a_fault(operations: Any, method: str, path: str) -> None:
    described = path.replace(":path}", "}")

    @given(case=operations[described][method].as_strategy())
    @settings(
        max_examples=fewer_examples(3),
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def answers(case: Any) -> None:
        form = {"x": "1"} if method == "POST" else None
        answer = ask(APP, method, case.formatted_path, params=case.query, data=form, headers=SAME_ORIGIN)
        assert answer.status_code < 500, answer.text
        assert answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"

    answers()
