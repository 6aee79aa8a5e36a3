"""``make secrets``: add the secrets that .env lacks, and keep every value that it has.

Runs with any Python from 3.8 on, without the project's packages: that is all a host with Docker needs.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
import secrets
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_LINE = re.compile(r"([A-Z_]+)=(.*)")
_SECRET = re.compile(r"[A-Z_]+_(PASSWORD|SECRET|SECRET_KEY|FERNET_KEY)")


def make(name: str) -> str:
    """A fresh secret for the variable of this name: no character that a URL, a shell or .env would change."""
    if name.endswith("FERNET_KEY"):
        return base64.urlsafe_b64encode(os.urandom(32)).decode()
    if name.endswith("PASSWORD"):
        return secrets.token_urlsafe(24)
    return secrets.token_hex(64)  # HS512 needs 64 bytes


def filled(example: str, known: str) -> tuple[str, list[str]]:
    """The text of .env, and the names of the secrets that are new in it.

    Every line of ``known``, the existing .env, stays; what it lacks comes from the example, with the comments
    above it.
    """
    lines = known.splitlines()
    have = {match[1] for match in map(_LINE.match, lines) if match}
    comments: list[str] = []
    for line in example.splitlines():
        match = _LINE.match(line)
        if match and match[1] not in have:
            lines += [*comments, line]
        comments = [] if match else [*comments, line]
    made = []
    for number, line in enumerate(lines):
        match = _LINE.match(line)
        # what comes after a space and # is a comment
        if match and not match[2].split(" #")[0].strip("\"' ") and _SECRET.fullmatch(match[1]):
            lines[number] = f"{match[1]}={make(match[1])}"
            made.append(match[1])
    return "\n".join(lines) + "\n", made


def write(path: Path, text: str) -> None:
    """Replace the file atomically; it is readable by its owner only from the first byte on."""
    descriptor, temporary = tempfile.mkstemp(prefix=".env.", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def main(folder: Path = ROOT) -> int:
    """Update the folder's .env and print the names of new secrets, never their values."""
    path = (folder / ".env").resolve()  # a link stays one
    try:
        known = path.read_text(encoding="utf-8") if path.exists() else ""
        text, made = filled((folder / ".env.example").read_text(encoding="utf-8"), known)
        if text != known:
            write(path, text)
        path.chmod(0o600)
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} can't be read and written: {error}. Fix that and run it again."
        print(f"error: {message}", file=sys.stderr)
        return 1
    print(f"{path}: made {', '.join(made)}" if made else f"{path}: every secret is there already")
    return 0


if __name__ == "__main__":
    sys.exit(main())
