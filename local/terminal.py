"""A command that keeps servers running: its signals, its exit codes and its lines on the terminal."""

from __future__ import annotations

import errno
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

from local.servers import STOP_SIGNALS
from newsmarts.cli.main import print_error
from newsmarts.core.errors import NewsError


class Stopped(BaseException):
    """Ctrl-C, SIGTERM or SIGHUP."""


class Terminal:
    """Lines with the seconds since the start, and one status line that the next line replaces."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._status = ""
        self._has_status = sys.stdout.isatty()
        self._waits: set[str] = set()

    def print(self, line: str) -> None:
        """Print a line that stays."""
        self._clear_status()
        print(f"[{time.monotonic() - self._start:6.1f} s] {line}", flush=True)

    def print_once(self, line: str) -> None:
        """Print a line, unless it was printed this way before: what is waited for."""
        if line not in self._waits:
            self._waits.add(line)
            self.print(line)

    def show_status(self, line: str) -> None:
        """Show a line until the next one; only on a terminal."""
        if self._has_status and line != self._status:
            self._clear_status()
            self._status = line[:100]
            print(f"           {self._status}", end="", flush=True)

    def _clear_status(self) -> None:
        if self._status:
            print("\r\x1b[K", end="")
            self._status = ""


def run_command(command: str, work: Callable[[], int]) -> int:
    """Run the work of ``make run`` or ``make bi`` and return the exit code; a signal stops it."""
    for number in STOP_SIGNALS:
        # a caller that ignores SIGHUP (nohup) wants us to go on; a shell's `&` ignores SIGINT uninvited
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _stop)
    try:
        return _run_reporting_errors(command, work)
    except OSError as error:
        if error.errno not in (errno.EPIPE, errno.EIO):
            raise
        # the terminal, or the pipe's reader, is gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 130


def _run_reporting_errors(command: str, work: Callable[[], int]) -> int:
    try:
        return work()
    except Stopped:
        print(f"\nStopped. `{command}` continues where this left off.", flush=True)
        return 130
    except NewsError as error:
        return print_error(error)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print(f"error: The disk is full ({error.filename}). Make room and run it again.", file=sys.stderr)
        return 1


def stay_up(name: str, check: Callable[[], None]) -> None:
    """Keep a program's servers running until a signal. ``check`` raises when one has ended."""
    try:
        print(f"Press Ctrl-C to stop {name}.", flush=True)
        while True:
            check()
            stop_without_terminal()
            time.sleep(1)
    except Stopped:
        print(f"\nStopping {name} …", flush=True)


def stop_without_terminal() -> None:
    """Raises Stopped when the terminal has hung up, or the pipe's reader has gone.

    The system sends SIGHUP to the session's leader only, and that may be make, which just waits then.
    """
    standard_output = select.poll()
    standard_output.register(sys.stdout.fileno(), 0)
    if any(event & (select.POLLHUP | select.POLLERR) for _, event in standard_output.poll(0)):
        _stop()


def _stop(_number: int = 0, _frame: FrameType | None = None) -> NoReturn:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise Stopped
