"""Servers as child processes: none is left, whatever ends them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local import airflow_servers
from local.airflow_home import AirflowHome, LocalAirflowError
from local.airflow_servers import AirflowServers, choose_port
from newsmarts.core.settings import PROJECT_ROOT

# A server that ignores SIGTERM and has a child in a process group of its own, as Airflow's tasks are.
STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setpgid(0, 0)
print("up", flush=True)
time.sleep(600)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AirflowHome:
    monkeypatch.setattr(airflow_servers, "STOP_SECONDS", 0.3)
    home = AirflowHome(PROJECT_ROOT, tmp_path / "airflow", tmp_path / "news", None)
    home.make()
    return home


@pytest.fixture
def other_program() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def session_of(servers: AirflowServers) -> int:
    return servers._servers[0].process.pid


def members(session: int) -> list[int]:
    found = []
    for pid in psutil.pids():
        try:
            if os.getsid(pid) == session and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                found.append(pid)
        except (OSError, psutil.Error):
            continue
    return found


def start_stubborn(servers: AirflowServers) -> int:
    servers._spawn("stubborn", [sys.executable, "-c", STUBBORN])
    log = servers._servers[0].log
    while log.read_text().count("up") < 2:
        time.sleep(0.01)
    assert len(members(session_of(servers))) == 2
    return session_of(servers)


def test_leaving_ends_every_process_even_a_stubborn_one(home: AirflowHome) -> None:
    with AirflowServers(home) as servers:
        session = start_stubborn(servers)
    assert members(session) == []
    assert not (home.folder / "servers.json").exists()


def test_an_error_ends_them_too(home: AirflowHome) -> None:
    with pytest.raises(RuntimeError), AirflowServers(home) as servers:
        session = start_stubborn(servers)
        raise RuntimeError
    assert members(session) == []


def test_signals_while_stopping_change_nothing(home: AirflowHome) -> None:
    before = signal.getsignal(signal.SIGINT)
    with AirflowServers(home) as servers:
        session = start_stubborn(servers)
        again = subprocess.Popen(["sh", "-c", f"sleep 0.1; kill -INT {os.getpid()}; kill -HUP {os.getpid()}"])
    assert again.wait() == 0
    assert members(session) == []
    assert signal.getsignal(signal.SIGINT) is before


def test_what_a_killed_run_left_is_ended_by_the_next_one(home: AirflowHome) -> None:
    killed = AirflowServers(home)
    killed.__enter__()
    session = start_stubborn(killed)
    killed._lock.release()  # as the system does when its process is killed
    with AirflowServers(home):
        assert members(session) == []
    killed._servers[0].process.wait()


def test_a_process_that_only_got_the_number_is_left_alone(home: AirflowHome) -> None:
    stranger = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True
    )
    (home.folder / "servers.json").write_text(json.dumps({str(stranger.pid): 1.0}))
    with AirflowServers(home):
        assert stranger.poll() is None
    stranger.communicate(b"\n")


def test_two_runs_of_one_home_do_not_meet(home: AirflowHome) -> None:
    with (
        AirflowServers(home),
        pytest.raises(LocalAirflowError, match="already running"),
        AirflowServers(home),
    ):
        pass


def test_a_server_that_ends_by_itself_is_named_with_its_last_words(home: AirflowHome) -> None:
    with AirflowServers(home) as servers:
        servers._spawn("scheduler", [sys.executable, "-c", "print('out of luck'); raise SystemExit(3)"])
        servers._servers[0].process.wait()
        with pytest.raises(
            LocalAirflowError, match=r"scheduler ended with code 3: out of luck\n.*scheduler\.log"
        ):
            servers.check()


def test_a_broken_database_is_told_with_what_to_do(home: AirflowHome) -> None:
    home.database.write_bytes(b"no database")
    (home.folder / "prepared").write_text("an older Airflow")
    with (
        AirflowServers(home) as servers,
        pytest.raises(
            LocalAirflowError, match=r"can't be brought up to date.*not a database(.|\n)*removing that folder"
        ),
    ):
        servers.prepare()
    assert not (home.folder / "prepared").exists()


@pytest.mark.enable_socket
def test_a_port_that_was_asked_for_and_is_taken_is_named(other_program: int) -> None:
    with pytest.raises(LocalAirflowError, match=rf"Port {other_program} is taken.*PORT="):
        choose_port(other_program)


@pytest.mark.enable_socket
def test_without_a_wish_a_free_port_is_found(other_program: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(airflow_servers, "FIRST_PORT", other_program)
    assert choose_port(None) > other_program
