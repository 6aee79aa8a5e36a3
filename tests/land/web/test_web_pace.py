"""One pause between two requests to a host, whoever sends them."""

from __future__ import annotations

import multiprocessing
from itertools import chain, pairwise
from pathlib import Path

import pytest

from newsmarts.core.errors import HostClosed
from newsmarts.land.web.pace import Pace
from tests.land.web.clients import Clock


def test_the_first_request_waits_for_nothing(tmp_path: Path) -> None:
    clock = Clock()
    assert Pace(tmp_path, clock=clock, sleep=clock.sleep).wait("a.example", 10) == clock.now
    assert clock.slept == []


def test_the_next_one_waits_for_what_is_left_of_the_pause(tmp_path: Path) -> None:
    clock = Clock()
    pace = Pace(tmp_path, clock=clock, sleep=clock.sleep)
    pace.wait("a.example", 10)
    clock.now += 4
    pace.wait("a.example", 10)
    assert clock.slept == [6]


def test_hosts_do_not_wait_for_each_other(tmp_path: Path) -> None:
    clock = Clock()
    pace = Pace(tmp_path, clock=clock, sleep=clock.sleep)
    for host in ("a.example", "b.example", "127.0.0.1", "127.0.0.2"):
        pace.wait(host, 10)
    assert clock.slept == []


def test_a_host_that_closed_its_door_is_left_alone_by_all(tmp_path: Path) -> None:
    clock = Clock()
    Pace(tmp_path, clock=clock, sleep=clock.sleep).hold_off("a.example", 30)
    other = Pace(tmp_path, clock=clock, sleep=clock.sleep)
    assert other.wait("a.example", 1) == 1_000_030.0


def test_a_door_that_closes_while_we_sleep_holds(tmp_path: Path) -> None:
    clock = Clock()
    other = Pace(tmp_path, clock=clock, sleep=clock.sleep)

    def sleep(seconds: float) -> None:
        if not clock.slept:
            other.hold_off("a.example", 50)
        clock.sleep(seconds)

    pace = Pace(tmp_path, clock=clock, sleep=sleep)
    pace.wait("a.example", 10)
    assert pace.wait("a.example", 10) == 1_000_050.0


def test_a_long_silence_is_not_waited_for(tmp_path: Path) -> None:
    clock = Clock()
    pace = Pace(tmp_path, clock=clock, sleep=clock.sleep)
    pace.hold_off("a.example", 3_000)
    with pytest.raises(HostClosed, match="another 3000 s"):
        pace.wait("a.example", 1, patience_seconds=100)
    assert clock.slept == []


def test_moments_of_a_clock_that_was_set_back_do_not_count(tmp_path: Path) -> None:
    clock = Clock()
    pace = Pace(tmp_path, clock=clock, sleep=clock.sleep)
    clock.now += 10_000_000
    pace.hold_off("a.example", 10)
    pace.wait("a.example", 10)
    clock.now -= 10_000_000
    clock.slept.clear()
    pace.wait("a.example", 10)
    assert clock.slept == []


@pytest.mark.parametrize("content", ["", "soon", "1.0", "inf inf", "nan nan"])
def test_a_damaged_file_costs_no_more_than_its_pause(content: str, tmp_path: Path) -> None:
    clock = Clock()
    (tmp_path / "a.example.next").write_text(content)
    assert Pace(tmp_path, clock=clock, sleep=clock.sleep).wait("a.example", 10) == clock.now


@pytest.mark.parametrize("host", ["../a", "a/b", "", ".", "a\0b"])
def test_a_name_never_leaves_the_folder(host: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a host's name"):
        Pace(tmp_path).wait(host, 1)


PAUSE_SECONDS = 0.02


def _ask_ten_times(folder: Path) -> list[float]:
    pace = Pace(folder)
    return [pace.wait("a.example", PAUSE_SECONDS) for _ in range(10)]


def test_parallel_processes_keep_one_pause_together(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        moments = sorted(chain.from_iterable(pool.map(_ask_ten_times, [tmp_path] * 2)))
    assert len(moments) == 20
    gaps = [after - before for before, after in pairwise(moments)]
    assert min(gaps) >= PAUSE_SECONDS - 1e-6
