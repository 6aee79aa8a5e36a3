"""Servers as child processes: none is left, whatever stops them. And ports for them to listen on."""

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

import pytest

from local import servers as local_servers
from local.airflow_servers import AirflowHome, AirflowServers
from local.servers import LocalServerError, LocalServers, choose_port, members
from newsmarts.core.errors import UsageError
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
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(local_servers, "STOP_SECONDS", 0.3)
    return tmp_path


def servers_of(folder: Path) -> LocalServers:
    return LocalServers("Airflow", "make run", folder, folder, variable="AIRFLOW_HOME")


@pytest.fixture
def other_program() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def spawn(servers: LocalServers, name: str, script: str) -> int:
    folder = servers.log_of(name).parent
    environment = {**os.environ, "AIRFLOW_HOME": str(folder)}
    servers.spawn(name, [sys.executable, "-c", script], environment, folder)
    return servers.pid_of(name)


def start_stubborn(servers: LocalServers) -> int:
    session = spawn(servers, "stubborn", STUBBORN)
    while servers.log_of("stubborn").read_text().count("up") < 2:
        time.sleep(0.01)
    assert len(living(session)) == 2
    return session


def living(session: int) -> list[int]:
    return list(members({session}))


def test_leaving_ends_every_process_even_a_stubborn_one(folder: Path) -> None:
    with servers_of(folder) as servers:
        session = start_stubborn(servers)
    assert living(session) == []
    assert not (folder / "servers.json").exists()


def test_an_error_ends_them_too(folder: Path) -> None:
    with pytest.raises(RuntimeError), servers_of(folder) as servers:
        session = start_stubborn(servers)
        raise RuntimeError
    assert living(session) == []


def test_signals_while_stopping_change_nothing(folder: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    with servers_of(folder) as servers:
        session = start_stubborn(servers)
        again = subprocess.Popen(["sh", "-c", f"sleep 0.1; kill -INT {os.getpid()}; kill -HUP {os.getpid()}"])
    assert again.wait() == 0
    assert living(session) == []
    assert signal.getsignal(signal.SIGINT) is before


def test_what_a_killed_run_left_is_ended_by_the_next_one(folder: Path) -> None:
    killed = servers_of(folder)
    killed.__enter__()
    session = start_stubborn(killed)
    killed._lock.release()  # as the system does when its process is killed
    with servers_of(folder):
        assert living(session) == []
    killed.stop()


def test_a_process_that_only_got_the_number_is_left_alone(folder: Path) -> None:
    stranger = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True
    )
    (folder / "servers.json").write_text(json.dumps({str(stranger.pid): 1.0}))
    with servers_of(folder):
        assert stranger.poll() is None
    stranger.communicate(b"\n")


def test_two_runs_of_one_home_do_not_meet(folder: Path) -> None:
    with (
        servers_of(folder),
        pytest.raises(LocalServerError, match="already running"),
        servers_of(folder),
    ):
        pass


def test_a_server_that_ends_by_itself_is_named_with_its_last_line(folder: Path) -> None:
    with servers_of(folder) as servers:
        pid = spawn(servers, "scheduler", "print('out of luck'); raise SystemExit(3)")
        while living(pid):
            time.sleep(0.01)
        with pytest.raises(
            LocalServerError, match=r"scheduler ended with code 3: out of luck\n.*scheduler\.log"
        ):
            servers.check()


def test_a_command_that_fails_is_reported_with_its_log_and_advice(folder: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no such table')"]
    with servers_of(folder) as servers:
        servers.run("import", [sys.executable, "-c", ""], os.environ, folder, failure="", advice="")
        servers.check()  # one that has ended as it should isn't missed
        with pytest.raises(
            LocalServerError,
            match=r"Can't import: no such table\nThe full log is .*import\.log\. Try again\.",
        ):
            servers.run("import", command, os.environ, folder, failure="Can't import", advice="Try again.")


@pytest.mark.slow
def test_a_broken_database_is_reported_with_what_to_do(tmp_path: Path) -> None:
    home = AirflowHome(PROJECT_ROOT, tmp_path / "airflow", tmp_path / "news", None)
    home.make()
    home.database.write_bytes(b"no database")
    (home.folder / "prepared").write_text("an older Airflow")
    with (
        AirflowServers(home) as servers,
        pytest.raises(
            LocalServerError, match=r"can't be migrated.*not a database(.|\n)*removing that folder"
        ),
    ):
        servers.prepare()
    assert not (home.folder / "prepared").exists()


@pytest.mark.enable_socket
def test_a_wanted_port_that_is_taken_is_named(other_program: int) -> None:
    with pytest.raises(LocalServerError, match=rf"Port {other_program} is taken.*make run PORT="):
        choose_port(other_program, 8080, "make run")


@pytest.mark.parametrize("port", [0, -1, 65536, 99999])
def test_a_port_that_does_not_exist_is_a_usage_error(port: int) -> None:
    with pytest.raises(UsageError, match=f"Port {port} doesn't exist"):
        choose_port(port, 8080, "make run")


@pytest.mark.enable_socket
def test_without_a_wanted_port_a_free_one_is_found(other_program: int) -> None:
    assert choose_port(None, other_program, "make run") > other_program
