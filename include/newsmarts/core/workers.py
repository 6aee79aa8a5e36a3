"""Processes that work side by side, one piece each; one that is killed costs its piece and nothing else."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field
from logging.handlers import QueueHandler
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self

from newsmarts.core.errors import ProcessKilled

# what each worker of a whole run needs, Great Expectations with it
OF_A_RUN = (
    "newsmarts.pipeline",
    "newsmarts.validate.bundles",
    "newsmarts.validate.evaluation",
    "newsmarts.validate.docs",
    "newsmarts.validate.splitting",
)
_GRACE_SECONDS = 5  # for a worker to end by itself
_KILLED = (
    "The process that worked on it was killed, most often because memory ran out. What was there before "
    "stays. Run it again, with fewer processes (--jobs, NEWS_PARSE_JOBS) if memory is short."
)


@dataclass(slots=True)
class _Done:
    """What a piece of work came to, and what it logged."""

    value: Any = None
    error: Exception | None = None
    records: list[logging.LogRecord] = field(default_factory=list)


class Workers:
    """At most ``count`` processes, started as they are needed, for as long as the block runs.

    They are forked from a server that has imported ``preload`` once and has no threads. Each belongs to an
    executor of its own, since an executor doesn't know which of its processes was killed. When the block
    ends with an error, or this process ends in whatever way, they stop what they do and go.
    """

    def __init__(self, count: int, preload: Sequence[str] = ()) -> None:
        self.count = count
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["__main__", *preload])
        # never written to: closed, by whatever end of this process, it ends the workers
        self._until_closed, self._open_end = self._context.Pipe(duplex=False)
        self._idle: list[ProcessPoolExecutor] = []
        self._busy: dict[Future[_Done], ProcessPoolExecutor] = {}
        # imports take the server seconds, and whoever starts a process waits for them
        self._starting = threading.Thread(target=self._start_server, daemon=True)
        self._starting.start()

    @property
    def are_ready(self) -> bool:
        """Whether work that is submitted begins at once: ``preload`` has been imported."""
        return not self._starting.is_alive()

    @property
    def running(self) -> int:
        """How many pieces of work are being done or wait to be fetched."""
        return len(self._busy)

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[_Done]:
        """Start a piece of work, a function of a module; there must be room (``running < count``)."""
        executor = self._idle.pop() if self._idle else self._new_executor()
        future = executor.submit(_run, work, arguments)
        self._busy[future] = executor
        return future

    def wait(self) -> Iterable[Future[_Done]]:
        """Wait until at least one piece of work has ended; returns these."""
        ended, _ = wait(self._busy, return_when=FIRST_COMPLETED)
        for future in ended:
            executor = self._busy.pop(future)
            if isinstance(future.exception(), BrokenProcessPool):
                executor.shutdown()
            else:
                self._idle.append(executor)
        return ended

    def map(self, work: Callable[..., Any], pieces: Iterable[Sequence[Any]]) -> list[Any]:
        """Do the work for each piece's arguments; the results are in the order of the pieces."""
        futures = []
        for arguments in pieces:
            while self.running >= self.count:
                self._raise_early()
            futures.append(self.submit(work, *arguments))
        while self.running:
            self._raise_early()
        return [result_of(future) for future in futures]

    def _raise_early(self) -> None:
        """Wait for pieces to end; the error of one ends all."""
        for future in self.wait():
            if future.exception() is not None or future.result().error is not None:
                result_of(future)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._open_end.close()
        for executor in (*self._idle, *self._busy.values()):
            executor.shutdown(cancel_futures=True)
        self._open_end.close()
        self._until_closed.close()

    def _start_server(self) -> None:
        with suppress(Exception):  # raised again where work is submitted
            process = self._context.Process(target=_nothing)
            process.start()
            process.join()

    def _new_executor(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            1, self._context, _start, (self._until_closed, logging.getLogger().getEffectiveLevel())
        )


def start_server(preload: Sequence[str]) -> None:
    """Start the server that ``Workers`` forks from, so that it imports while this process does other things.

    One that is running stays as it is.
    """
    forkserver.set_forkserver_preload(["__main__", *preload])
    forkserver.ensure_running()


def result_of(ended: Future[_Done]) -> Any:
    """What a piece of work returned; what it logged is logged here first, so that it stays together.

    Raises:
        ProcessKilled: its process ended before it did.
        Exception: what it raised.
    """
    try:
        done = ended.result()
    except BrokenProcessPool:
        raise ProcessKilled(_KILLED) from None
    for record in done.records:
        logging.getLogger(record.name).handle(record)
    if done.error is not None:
        raise done.error
    return done.value


class _Kept(QueueHandler):
    """Keeps records, which are logged by the process that gave the work."""

    def __init__(self) -> None:
        self.records: list[logging.LogRecord] = []
        super().__init__(None)  # type: ignore[arg-type] # records go into the list

    def enqueue(self, record: logging.LogRecord) -> None:
        """Keep a prepared record."""
        self.records.append(record)


_kept = _Kept()


def _start(until_closed: Connection, log_level: int) -> None:
    """Prepare a new worker."""
    gc.freeze()  # what was imported before the fork stays shared
    root = logging.getLogger()
    root.handlers[:] = [_kept]
    root.setLevel(log_level)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: the process that gives the work decides
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    threading.Thread(target=_stop_after, args=(until_closed,), daemon=True).start()


def _stop_after(until_closed: Connection) -> None:
    """End this worker when the process that gives the work has ended or gives no more."""
    with suppress(EOFError, OSError):
        until_closed.recv_bytes()
    for _ in range(_GRACE_SECONDS):  # the first ends a piece of work, which removes its temporary files
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(1)
    os._exit(1)


def _nothing() -> None:
    """The work of the first process, which is there when the server has imported all."""


def _run(work: Callable[..., Any], arguments: Sequence[Any]) -> _Done:
    """Do a piece of work in a worker."""
    records = _kept.records = list[logging.LogRecord]()
    try:
        return _Done(work(*arguments), records=records)
    except SystemExit:
        return _Done(error=ProcessKilled(_KILLED), records=records)
    except Exception as error:  # noqa: BLE001 - raised again where the result is fetched
        return _Done(error=_portable(error), records=records)


def _portable(error: Exception) -> Exception:
    """The error with its traceback as a note; one that can't be sent to another process in words."""
    error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - its own
    except Exception:  # noqa: BLE001 - whatever the reason, it can't be sent
        return RuntimeError("".join(traceback.format_exception(error)))
    return error
