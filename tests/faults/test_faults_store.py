"""An object store that is away for a moment, for seconds or for longer, in each stage."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import child
from tests.faults.bucket import BucketScene, BucketWorld, serving
from tests.faults.child import Fault
from tests.faults.report import Case
from tests.faults.scene import SECOND, THIRD, World

pytestmark = [pytest.mark.faults, pytest.mark.enable_socket]

REQUEST = "aiobotocore.client.AioBaseClient._make_api_call"
STAGES = ("land", "parse", "validate", "load")
# requests of the stage for one day of the samples, at least
REQUESTS = {"land": 12, "parse": 14, "validate": 12, "load": 8}


@pytest.fixture(scope="module")
def buckets(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketWorld]:
    """A server, and what an undisturbed run put there."""
    with serving() as server:
        yield BucketWorld.make(world, server, tmp_path_factory.mktemp("buckets"))


@pytest.fixture
def scene(buckets: BucketWorld, tmp_path: Path, request: pytest.FixtureRequest) -> BucketScene:
    """A home of two published days whose archive is in a bucket, and an inbox with more."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")
    return buckets.scene(name[:60], tmp_path)


def away(scene: BucketScene, nth: int, seconds: float = 0.0) -> Fault:
    """The store goes away before a request."""
    return Fault(REQUEST, nth=nth, action="store away", target=scene.switch.control, seconds=seconds)


@pytest.mark.parametrize("at", ["first", "later"])
@pytest.mark.parametrize("name", STAGES)
def test_store_away(scene: BucketScene, case: Case, name: str, at: str) -> None:
    nth = 1 if at == "first" else case.rng.randint(2, REQUESTS[name])
    case.broke(f"the store is away from request {nth} of {name} on")
    before = STAGES[: STAGES.index(name)]
    for day in (SECOND, THIRD):
        for each in before:
            assert scene.run(work=child.stage, name=each, day=day).code == 0
    with scene.watched() as watch:
        ended = scene.run(away(scene, nth), work=child.stage, name=name, day=SECOND)
        assert ended.code == 1, ended.reported[-3000:]
        assert ended.error.startswith(f"StoreUnavailable: {name} of {SECOND}: "), ended.error
        case.saw(f"the stage ended with “{ended.error[:120]}”")
        again = scene.run(work=child.stage, name=name, day=SECOND)
        assert again.code == 1, again.reported[-3000:]
        assert again.error.startswith(f"StoreUnavailable: {name} of {SECOND}: "), again.error
        scene.recover()
    case.saw(watch.reported(), scene.check())


@pytest.mark.parametrize("number", range(6))
def test_store_away_in_a_run(scene: BucketScene, case: Case, number: int) -> None:
    nth = case.rng.randint(number * 25 + 1, number * 25 + 25)
    case.broke(f"the store is away from request {nth} of a run on")
    with scene.watched() as watch:
        ended = scene.run(away(scene, nth))
        assert ended.code == 1 or not scene.switch.times_off, ended.reported[-3000:]
        if ended.code:
            assert ended.error.startswith("StoreUnavailable: "), ended.reported[-3000:]
        case.saw(
            f"the run ended with “{ended.error[:120]}”" if ended.code else "this run made fewer requests"
        )
        scene.recover()
    case.saw(watch.reported(), scene.check())


def test_store_away_for_a_moment(scene: BucketScene, case: Case) -> None:
    case.broke("the store is away for half a second, three times in a run (AWS_MAX_ATTEMPTS=10)")
    scene.environment["AWS_MAX_ATTEMPTS"] = "10"
    nths = sorted(case.rng.sample(range(2, 100), 3))
    with scene.watched() as watch:
        ended = scene.run(*(away(scene, nth, 0.5) for nth in nths))
        assert ended.code == 0, ended.reported[-3000:]
    case.saw("the requests were made again, and the run ended well", watch.reported(), scene.check())


def test_store_away_for_seconds(scene: BucketScene, case: Case) -> None:
    """The command, with two processes beside a busy one, repeated until it works as an operator would.

    The store stays longer each time that a run has failed: a run that takes long on a slow machine ends too.
    """
    case.broke("the store is away for 1 to 4 seconds, over and over, while newsmarts run works")
    settings = scene.overrides
    environment = settings.pop("environment") | {
        f"NEWS_{key.upper()}": str(settings[key]) for key in settings
    }
    done = threading.Event()
    failed: list[str] = []

    def flicker() -> None:
        while not done.wait(case.rng.uniform(2, 8) * (1 + len(failed))):
            scene.switch.off()
            done.wait(case.rng.uniform(1, 4))
            scene.switch.on()

    thread = threading.Thread(target=flicker)
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    with scene.watched() as watch:
        thread.start()
        try:
            for _ in range(40):
                ended = subprocess.run(
                    [sys.executable, "-m", "newsmarts", "run", "--jobs", "2"],
                    env={**os.environ, **environment},
                    capture_output=True,
                    text=True,
                    check=False,
                )
                if ended.returncode == 0:
                    break
                assert ended.returncode == 1, ended.stderr[-3000:]
                assert "Traceback" not in ended.stderr, ended.stderr[-3000:]
                failed.append(ended.stderr.strip().splitlines()[-1])
            else:
                pytest.fail(f"no run of 40 ended well: {failed[-3:]}")
        finally:
            done.set()
            thread.join()
            busy.kill()
            busy.wait()
        scene.switch.on()
    case.saw(f"{len(failed)} runs failed by name before one ended well", watch.reported(), scene.check())


@pytest.mark.parametrize("name", ["build", "audit", "publish", "back_up"])
def test_store_away_from_the_marts(scene: BucketScene, case: Case, name: str) -> None:
    """They ask the store who owns the warehouse; a release is put there as well."""
    nth = case.rng.randint(1, 12) if name == "publish" else 1
    case.broke(f"the store is away from request {nth} of {name} on")
    for day in (SECOND, THIRD):
        for each in STAGES:
            assert scene.run(work=child.stage, name=each, day=day).code == 0
    before = ("build", "audit", "publish")
    for each in before[: before.index(name) if name in before else None]:
        assert scene.run(work=child.stage, name=each).code == 0
    with scene.watched() as watch:
        ended = scene.run(away(scene, nth), work=child.stage, name=name)
        assert ended.code == 1, ended.reported[-3000:]
        assert ended.error.startswith(f"StoreUnavailable: {name.replace('_', ' ')}: "), ended.error
        case.saw(f"it ended with “{ended.error[:120]}”")
        scene.recover()
    case.saw(watch.reported(), scene.check())
