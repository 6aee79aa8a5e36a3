"""``newsmarts show``: one capture's page, written to a file or opened in a browser."""

from __future__ import annotations

import sys
import tempfile
import webbrowser
from pathlib import Path

from newsmarts.core.errors import ContractError, DamagedPartition, SettingsError, UsageError
from newsmarts.core.reasons import Outcome, load_reasons
from newsmarts.core.settings import Settings
from newsmarts.show.capture import Look, look_at
from newsmarts.show.contracts import Answers, answers_for
from newsmarts.show.render import render
from newsmarts.show.text import block_lines

STDOUT = "-"


def show(
    path: Path, settings: Settings, *, out: str | None, contracts: bool, charset: str | None = None
) -> None:
    """Show one capture: into ``out`` ("-": standard output), or into a temporary file and a browser.

    Raises:
        UsageError: there is no such file, or ``out`` can't be written.
        CaptureError: the file is too large, or can't be read.
        SettingsError: a rule's data or the reasons can't be read.
    """
    look = look_at(path, settings, charset)
    target = Path(out) if out is not None and out != STDOUT else None
    if target is not None and target.is_dir():
        raise UsageError(f"{str(target)!r} is a folder. Give -o the name of a file in it.")
    if target is not None and target.exists() and target.samefile(path):
        raise UsageError(
            f"{str(target)!r} is the capture itself, which is never written. Give -o another name."
        )
    answers, trouble = _answers(look, settings) if contracts else (None, None)
    outcome = _outcome(look, settings)
    # a page may hold half a surrogate pair, which UTF-8 can't
    data = render(look, answers, trouble, outcome).encode("utf-8", "backslashreplace")
    if out == STDOUT:
        sys.stdout.buffer.write(data)
    elif target is not None:
        try:
            target.write_bytes(data)
        except OSError as error:
            raise UsageError(
                f"{str(target)!r} can't be written: {error.strerror}. Give -o a name that can be."
            ) from None
        print(out)
    else:
        with tempfile.NamedTemporaryFile(prefix="show-", suffix=".html", delete=False) as handle:
            handle.write(data)
        print(handle.name)
        if not webbrowser.open(Path(handle.name).as_uri()):
            print("No browser could be opened; open the file yourself.", file=sys.stderr)


def print_blocks(path: Path, settings: Settings, charset: str | None = None) -> None:
    """Print one capture's blocks as lines.

    Raises:
        UsageError: there is no such file.
        CaptureError: the file is too large, or can't be read.
        SettingsError: a rule's data or the reasons can't be read.
    """
    look = look_at(path, settings, charset)
    outcome = _outcome(look, settings)
    data = "".join(f"{line}\n" for line in block_lines(look, outcome)).encode("utf-8", "backslashreplace")
    sys.stdout.buffer.write(data)


def _outcome(look: Look, settings: Settings) -> Outcome:
    code = look.rejection.reason_code if look.rejection else ""
    return load_reasons(settings.contracts_dir).outcome(code)


def _answers(look: Look, settings: Settings) -> tuple[Answers | None, str | None]:
    """The contracts' results for the article, or why they couldn't be evaluated."""
    if look.page is None:
        return None, None
    try:
        return answers_for(look.capture, look.page, settings), None
    except (ContractError, DamagedPartition, SettingsError) as error:
        # the contract may yet have to be written; the page is worth seeing all the same
        print(f"warning: {error}", file=sys.stderr)
        return None, str(error)
