"""How many messages an hour are sent, whichever process sends them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsmarts.notify.allowance import request

NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


def test_senders_at_once_share_one_allowance(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: request(tmp_path, now=NOW, per_hour=3), range(12)))
    allowed = [answer for answer in answers if answer is not None]
    assert len(allowed) == 3
    assert [answer.is_last for answer in allowed].count(True) == 1


def test_each_message_makes_room_an_hour_later(tmp_path: Path) -> None:
    for minutes in (0, 20):
        assert request(tmp_path, now=NOW + timedelta(minutes=minutes), per_hour=2) is not None
    assert request(tmp_path, now=NOW + timedelta(minutes=59), per_hour=2) is None
    again = request(tmp_path, now=NOW + timedelta(minutes=60), per_hour=2)
    assert again is not None
    assert again.note() == (
        "1 held back before this one. Further ones are held back until 11:20 UTC. "
        "The news desk's page Today lists every day that needs attention."
    )


@pytest.mark.parametrize("left", ["", "{", "[]", '{"sent": ["soon"], "held_back": 0}', '{"sent": 3}'])
def test_a_count_that_cannot_be_read_counts_as_none(tmp_path: Path, left: str) -> None:
    (tmp_path / "sent.json").write_text(left)
    allowed = request(tmp_path, now=NOW, per_hour=1)
    assert allowed is not None
    assert allowed.held_back == 0


def test_a_clock_that_was_set_back_holds_nothing_back(tmp_path: Path) -> None:
    assert request(tmp_path, now=NOW + timedelta(days=400), per_hour=1) is not None
    assert request(tmp_path, now=NOW, per_hour=1) is not None
