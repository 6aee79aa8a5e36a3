"""``make pin-images``: pin the base images of docker-compose.yml by the content that their tags have now.

Needs Docker with buildx, and a registry that answers. Runs with any Python from 3.8 on.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

COMPOSE = Path(__file__).resolve().parents[1] / "docker-compose.yml"
_PIN = re.compile(r"(?P<tag>\$\{[A-Z]+_IMAGE:-(?P<name>[\w./-]+:[\w.-]+))(?:@sha256:[0-9a-f]{64})?(?=\})")


def digest_of(image: str) -> str:
    """The digest of a tag for all platforms, from its registry."""
    command = ["docker", "buildx", "imagetools", "inspect", "--format", "{{.Manifest.Digest}}", image]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def main() -> int:
    """Rewrite the file and print what it names now."""
    text = COMPOSE.read_text(encoding="utf-8")
    try:
        pinned = _PIN.sub(lambda match: f"{match['tag']}@{digest_of(match['name'])}", text)
    except subprocess.CalledProcessError as error:
        print(f"error: The registry didn't give a digest: {error.stderr.strip()}", file=sys.stderr)
        return 1
    COMPOSE.write_text(pinned, encoding="utf-8")
    for match in _PIN.finditer(pinned):
        print(match[0].partition(":-")[2])
    return 0


if __name__ == "__main__":
    sys.exit(main())
