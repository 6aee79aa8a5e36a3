"""An archive in a bucket of a real S3 server, which can be taken away and brought back."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import fsspec
import pytest
from moto.server import ThreadedMotoServer

from tests.faults.forks import Ended
from tests.faults.scene import Scene, World
from tests.switch import Switch

_KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


@dataclass(slots=True)
class BucketScene(Scene):
    """A scene whose raw captures and staged days are in a bucket; ``home`` has the rest."""

    server: Server | None = None
    bucket: str = ""
    environment: dict[str, str] = field(default_factory=dict)  # beside the server's

    @property
    def overrides(self) -> dict[str, Any]:
        """Settings of a run, and what it takes to open the bucket."""
        assert self.server is not None
        plain = World.overrides(self.home, self.inbox, self.world.folder / "contracts") | self.more
        place = {"home": f"s3://{self.bucket}/archive", "work": str(self.home)}
        return {**plain, **place, "environment": self.server.environment | self.environment}

    @property
    def switch(self) -> Switch:
        """What is in front of the store."""
        assert self.server is not None
        return self.server.switch

    def recover(self) -> Ended:
        """The store is back, and the next run is given."""
        self.switch.on()
        return Scene.recover(self)

    def objects(self) -> Path:
        """The bucket's raw objects, as they are now, in a folder."""
        return fetched_objects(self.bucket, self.home.with_name("fetched"))


@dataclass(frozen=True, slots=True)
class Server:
    """A server that speaks S3, behind a switch."""

    switch: Switch
    environment: dict[str, str]


def store() -> Any:
    """The server's files, by a connection of its own."""
    return fsspec.filesystem("s3", skip_instance_cache=True, use_listings_cache=False)


def fetched_objects(bucket: str, folder: Path) -> Path:
    """The raw objects of a bucket's archive, copied into a folder that takes the place of an earlier copy."""
    shutil.rmtree(folder, ignore_errors=True)
    store().get(f"{bucket}/archive/raw/objects/", f"{folder}/", recursive=True)
    return folder


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    """A server, and the environment that leads to it, for as long as the block lasts."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    switch = Switch(server.get_host_and_port())
    # one attempt of the library's own; s3fs tries again five times within two seconds
    url = f"http://127.0.0.1:{switch.port}"
    environment = {**_KEYS, "AWS_ENDPOINT_URL": url, "AWS_MAX_ATTEMPTS": "1"}
    with pytest.MonkeyPatch.context() as patched:
        for name, value in environment.items():
            patched.setenv(name, value)
        yield Server(switch, environment)
    switch.close()
    server.stop()


@dataclass(frozen=True, slots=True)
class BucketWorld:
    """What an undisturbed run made of the world's old inbox, in a bucket, kept in folders."""

    world: World
    server: Server
    folder: Path

    @classmethod
    def make(cls, world: World, server: Server, folder: Path) -> BucketWorld:
        """Make it."""
        made = cls(world, server, folder)
        scene = made._scene("base", folder / "base", world.folder / "inbox-old")
        assert scene.run().code == 0
        store().get("base/archive/", f"{folder}/archive/", recursive=True)
        return made

    def scene(self, name: str, folder: Path) -> BucketScene:
        """A copy, in a bucket of its own, beside the inbox with more."""
        scene = self._scene(name, folder, self.world.folder / "inbox-new")
        shutil.copytree(self.folder / "base" / "home", scene.home, symlinks=True)
        store().put(f"{self.folder}/archive/", f"{name}/archive/", recursive=True)
        return scene

    def _scene(self, bucket: str, folder: Path, inbox: Path) -> BucketScene:
        folder.mkdir(parents=True, exist_ok=True)
        self.server.switch.on()
        store().mkdir(bucket)
        shutil.copytree(inbox, folder / "inbox")
        return BucketScene(self.world, folder / "home", folder / "inbox", server=self.server, bucket=bucket)
