"""The message about a failure, and what a page's words in it can't do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from newsmarts.core.errors import TooManyQuarantined
from newsmarts.notify.message import clean, day_of, failure, late

LINK = "http://127.0.0.1:8080/dags/news_pages/runs/manual__1/tasks/validate?try_number=1"
HOSTILE = (
    "5 of 9 pages: '<script>alert(1)</script>' & <!channel> <https://evil.example|your bank> ```\n"
    "{{ conn.secret }} \x1b[2J\u202egnihton\u202c\r\nBcc: all@example.org"
)


def message(**changes: Any) -> Any:
    values: dict[str, Any] = {
        "dag_id": "news_pages",
        "run_id": "manual__1",
        "day": "2025-09-01",
        "task": "validate",
        "error": TooManyQuarantined("5 of 9 pages were turned away."),
        "link": LINK,
    }
    return failure(**{**values, **changes})


def test_it_names_dag_day_task_error_and_log() -> None:
    sent = message()
    assert sent.title == "news_pages: validate failed for 2025-09-01"
    assert sent.text().splitlines() == [
        "DAG: news_pages",
        "Day: 2025-09-01",
        "Task: validate",
        "Run: manual__1",
        "",
        "TooManyQuarantined: 5 of 9 pages were turned away.",
        "",
        LINK,
    ]
    assert f'<a href="{LINK}">' in sent.html()
    assert f"<{LINK}|The log>" in sent.slack()


def test_a_process_that_was_killed_and_a_run_without_a_task() -> None:
    assert "killed" in (message(error=None).error or "")
    assert message(task=None, day=None, error="timed_out").title == "news_pages: a run failed"


def test_a_run_that_is_late() -> None:
    sent = late(
        dag_id="news_pages", run_id="scheduled__1", day="2025-09-01", hours=6, state="running", link=None
    )
    assert sent.title == "news_pages: 2025-09-01 isn't done after 6 hours"
    assert sent.text().splitlines()[-1] == "State: running"


def test_a_pages_words_are_words_only() -> None:
    sent = message(error=HOSTILE, day=HOSTILE, task=HOSTILE, run_id=HOSTILE, dag_id=HOSTILE)
    assert "\n" not in sent.title
    for text in (sent.title, sent.text(), sent.html(), sent.slack()):
        assert not set("\x1b\u202e\u202c\r") & set(text)
    assert "<script" not in sent.html()
    assert "&lt;script&gt;" in sent.html()
    assert "<!channel>" not in sent.slack()
    assert "<https://evil" not in sent.slack()
    assert sent.slack().count("`") == 6  # the error's fence
    assert all(len(value) <= 200 for _, value in sent.facts)


def test_long_words_are_cut() -> None:
    sent = message(error="x" * 100_000, run_id="r" * 10_000)
    assert len(sent.text()) < 2_000
    assert sent.error.endswith("…")
    assert clean("a\u200cb\u2028c", 9) == "a\u200cbc"


def test_only_addresses_of_the_web_are_links() -> None:
    assert message(link="javascript:alert(1)").link is None


@pytest.mark.parametrize(
    ("conf", "partition_key", "start", "day"),
    [
        ({"day": "2025-09-01"}, None, None, "2025-09-01"),
        ({"day": None}, "2025-09-02", None, "2025-09-02"),
        (None, None, datetime(2025, 9, 3, tzinfo=UTC), "2025-09-03"),
        ({}, None, "2025-09-04T00:00:00Z", "2025-09-04"),
        (None, None, None, None),
    ],
)
def test_the_day_of_a_run(conf: object, partition_key: object, start: object, day: str | None) -> None:
    assert day_of(conf, partition_key, start) == day
