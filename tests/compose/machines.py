"""Machines for the services of docker-compose.yml: each with a disk, a name and connections of its own.

A machine runs services natively, as ``native`` does, under its own host name and with folders that no other
machine sees. What workers reach over the network (Airflow's API, Redis, the object store), each reaches
through switches.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.compose.native import Native, can_confine
from tests.missing import skip_or_fail
from tests.plugins.desk_server import free_port
from tests.postgres_server import Server
from tests.switch import Switch

_UP_SECONDS = 60
# what is lost is missed after one to three minutes, not after five or ten; a busy machine is given time
_PATIENCE = {
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "180",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "10",
    "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
}


def require_parts() -> None:
    """Skip, naming what this machine lacks."""
    if shutil.which("redis-server") is None:
        skip_or_fail("NEWS_REQUIRE_REDIS", "no Redis on this machine (apt-get install redis-server)")
    if not can_confine():
        pytest.skip("machines of their own take root, unshare and setpriv, and the right to mount")


@dataclass
class Machine(Native):
    """Services on a machine of this name."""

    name: str = "hub"
    more: dict[str, str] = field(default_factory=dict)

    def command(self, service: str, command: list[str] | None = None) -> list[str]:
        """The command, under the machine's own name."""
        script = f'hostname {shlex.quote(self.name)}; exec "$@"'
        return ["unshare", "--uts", "sh", "-euc", script, "sh", *super().command(service, command)]

    def environment(self, service: str) -> dict[str, str]:
        """The environment of a service, with what differs on this machine."""
        return {**super().environment(service), **_PATIENCE, **self.more}


@dataclass
class Cluster:
    """A hub with the marts, and workers that share nothing with it but Airflow, Redis and an object store."""

    folder: Path
    postgres: Server
    hub: Machine
    ports: dict[str, int]  # of the servers
    switches: dict[str, list[Switch]] = field(default_factory=dict)
    workers: dict[str, Machine] = field(default_factory=dict)

    def start_worker(self, name: str) -> Machine:
        """A new machine that runs parse and validate."""
        ways = {server: Switch(("127.0.0.1", port)) for server, port in self.ports.items()}
        self.switches[name] = list(ways.values())
        folder = self.folder / name
        (folder / "captures").mkdir(parents=True)
        # Airflow's database is out of a worker's reach
        database = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql+psycopg2://nobody:x@127.0.0.1:9/none"}
        machine = Machine(folder, self.postgres, name=name, more=database)
        machine.values = self.hub.values | {
            "INBOX_DIR": str(folder / "captures"),  # empty: captures are read by the hub alone
            "REDIS_ADDRESS": f"127.0.0.1:{ways['redis'].port}",
            "AIRFLOW_EXECUTION_URL": f"http://127.0.0.1:{ways['api'].port}/execution/",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{ways['s3'].port}",
        }
        self.workers[name] = machine
        machine.start("worker")
        return machine

    def cut_off(self, name: str, is_cut: bool = True) -> None:
        """Take a worker off the network, or put it back."""
        for switch in self.switches[name]:
            switch.off() if is_cut else switch.on()

    def end(self) -> None:
        """Leave no process."""
        for machine in (*self.workers.values(), self.hub):
            machine.end()
        for switches in self.switches.values():
            for switch in switches:
                switch.close()


@contextlib.contextmanager
def serving_cluster(folder: Path, postgres: Server, feeds_file: Path) -> Iterator[Cluster]:
    """Redis, an object store, and Airflow with the marts' worker on a hub with feeds; no other worker yet."""
    hub_folder = folder / "hub"
    (hub_folder / "captures").mkdir(parents=True)
    hub = Machine(hub_folder, postgres, more={"NEWS_FEEDS_FILE": str(feeds_file), "NEWS_SETTLE_SECONDS": "0"})
    postgres.drop("airflow")  # another test's, with passwords of another key
    ports = {"redis": free_port(), "s3": free_port(), "api": hub.ports[8080]}
    hub.values |= {
        "INBOX_DIR": str(hub_folder / "captures"),
        "AIRFLOW_EXECUTOR": "CeleryExecutor",
        "AIRFLOW_PARALLELISM": "8",
        "REDIS_ADDRESS": f"127.0.0.1:{ports['redis']}",
        "NEWS_ARCHIVE_URL": "s3://news/archive",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{ports['s3']}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    redis = [*hub.services["redis"]["command"], "--bind", "127.0.0.1", "--port", str(ports["redis"])]
    store = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(ports["s3"])]
    cluster = Cluster(folder, postgres, hub, ports)
    servers = [_started(command, folder, ports[name]) for name, command in (("redis", redis), ("s3", store))]
    try:
        for name in ("databases", "init"):
            done = hub.run(name)
            assert done.returncode == 0, done.stdout + done.stderr
        for name in ("api-server", "dag-processor", "scheduler", "worker-marts"):
            hub.start(name)
        yield cluster
    finally:
        cluster.end()
        for server in servers:
            server.kill()
            server.wait(timeout=30)


def _started(command: list[str], folder: Path, port: int) -> subprocess.Popen[bytes]:
    with (folder / f"{Path(command[0]).name}-{port}.log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=folder, env={"PATH": os.environ["PATH"]}, stdout=log, stderr=subprocess.STDOUT
        )
    deadline = time.monotonic() + _UP_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return server
        time.sleep(0.2)
    server.kill()
    pytest.fail(f"{command[0]} isn't up:\n{Path(log.name).read_text()[-2000:]}")
