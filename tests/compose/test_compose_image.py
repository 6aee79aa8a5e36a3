"""The two images: built of their locks and of the project's own files, without root, without secrets."""

from __future__ import annotations

import fnmatch
import json
import re
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from tests.compose.compose_file import COMPOSE, COMPOSE_TEXT, FILLED, IMAGE_ROOT, ROOT, SERVICES, load, mounts

FILES = {"news-pipeline:local": "Dockerfile", "news-bi:local": "bi/Dockerfile"}
BUILT = {**FILES, "news-databases:local": "config/databases.Dockerfile"}
DOCKERFILES = {image: (ROOT / path).read_text(encoding="utf-8") for image, path in FILES.items()}
LOCKS = {"news-pipeline:local": "requirements.txt", "news-bi:local": "bi/requirements.txt"}


def test_volumes_and_host_paths_exist() -> None:
    named = set(COMPOSE["volumes"])
    used = set()
    for service in SERVICES.values():
        for mount in mounts(service):
            if mount.source == "./backups":  # made by who wants backups
                assert mount.target == "/backups"
            elif mount.of_host:
                assert (ROOT / mount.source).exists(), f"{mount.source} isn't in the project"
                assert mount.read_only
            else:
                used.add(mount.source)
    airflow = {"news-home", "news-marts", "airflow-logs", "airflow-scratch"}
    assert used == named == airflow | {"postgres-data", "superset-home"}


@pytest.mark.parametrize("image", FILES)
def test_every_path_in_the_image_comes_from_the_project(image: str) -> None:
    """What commands and variables name under /opt/news is something that the Dockerfile copies there."""
    copied = dict(re.findall(r"^COPY (\S+) (\S+)$", DOCKERFILES[image], re.MULTILINE))
    assert copied.pop(LOCKS[image]) == "/tmp/requirements.txt"
    assert all(source == target for source, target in copied.items())
    services = [service for service in SERVICES.values() if service["image"] == image]
    named = set(re.findall(rf"{IMAGE_ROOT}/([\w./-]+)", json.dumps(services) + DOCKERFILES[image]))
    assert named
    for path in named:
        assert [each for each in copied if PurePosixPath(path).is_relative_to(each)], path
        assert (ROOT / path).exists(), path


def test_what_the_images_need_gets_into_the_build() -> None:
    """Every COPY's source exists and .dockerignore lets it through, and nothing private."""
    rules = [
        line
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]

    def is_sent(path: str) -> bool:
        """As Docker reads the rules: the last one that fits the path or a folder above it counts."""
        parts = path.split("/")
        sent = True
        for rule in rules:
            pattern = rule.removeprefix("!")
            anywhere = pattern.startswith("**/")
            tried = parts if anywhere else parts[:1]
            if any(fnmatch.fnmatchcase(part, pattern.removeprefix("**/")) for part in tried):
                sent = rule.startswith("!")
        return sent

    assert not [rule for rule in rules if "/" in rule.removeprefix("!").removeprefix("**/")]
    for source in re.findall(r"^COPY (\S+) ", "\n".join(DOCKERFILES.values()), re.MULTILINE):
        assert (ROOT / source).exists(), source
        assert is_sent(source), source
    for path in (".env", ".git/config", "data/raw/x", "tests/x.py", "include/.env", ".airflow/airflow.db"):
        assert not is_sent(path), path


@pytest.mark.parametrize("image", FILES)
def test_an_image_is_its_lock_and_runs_without_root(image: str) -> None:
    instructions = re.findall(r"^([A-Z]+) (.+)$", DOCKERFILES[image], re.MULTILINE)
    assert [value for name, value in instructions if name == "USER"] == ["newsdesk"]
    assert instructions.index(("USER", "newsdesk")) == len(instructions) - 2
    assert (
        "pip install --no-deps --require-hashes --requirement /tmp/requirements.txt && pip check"
        in DOCKERFILES[image]
    )
    assert "useradd --uid 50000 " in DOCKERFILES[image]

    lock = (ROOT / LOCKS[image]).read_text(encoding="utf-8").replace("\\\n", " ")
    pins = [line for line in lock.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(pins) > 100
    assert [pin for pin in pins if not re.match(r"[\w.-]+==\S+ .*--hash=sha256:", pin)] == []


# What base-passwd's passwd.master and group.master (Debian 12) name: every Debian image has these already.
DEBIAN_NAMES = {
    *(
        "root",
        "daemon",
        "bin",
        "sys",
        "sync",
        "games",
        "man",
        "lp",
        "mail",
        "news",
        "uucp",
        "proxy",
        "www-data",
    ),
    *("www-data", "backup", "irc", "gnats", "_apt", "nobody", "nogroup", "adm", "tty", "disk", "dialout"),
    *(
        "fax",
        "voice",
        "cdrom",
        "floppy",
        "tape",
        "sudo",
        "audio",
        "dip",
        "operator",
        "src",
        "shadow",
        "utmp",
        "video",
    ),
    *("sasl", "plugdev", "staff", "users"),
}


@pytest.mark.parametrize("image", FILES)
def test_no_user_or_group_is_one_that_debian_has(image: str) -> None:
    """groupadd and useradd fail on a name that exists, so the image could not be built."""
    taken = set(DEBIAN_NAMES)
    for master in Path("/usr/share/base-passwd").glob("*.master"):  # what this machine's Debian says
        taken |= {line.split(":")[0] for line in master.read_text(encoding="utf-8").splitlines()}
    made = re.findall(r"(?:groupadd|useradd) (?:.* )?([\w-]+) \\?$", DOCKERFILES[image], re.MULTILINE)
    assert len(made) == 2
    assert not taken & set(made)


@pytest.mark.parametrize("image", FILES)
def test_copied_files_can_be_read_whatever_the_umask_of_the_checkout_was(image: str) -> None:
    copies_then_opens = re.search(
        r"^COPY (?!.*^COPY ).*^RUN chmod -R a\+rX \.", DOCKERFILES[image], re.M | re.S
    )
    assert copies_then_opens


def test_an_upgrade_changes_nothing_before_both_backups_are_written(tmp_path: Path) -> None:
    """Each step's failure ends it, and says whether anything in use was changed."""
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\necho "$*" >>"$RECORD"\ncase "$*" in "$FAILING") exit 3;; esac\n')
    docker.chmod(0o755)

    def upgrade(failing: str) -> tuple[list[str], str]:
        record = tmp_path / "record"
        record.write_text("")
        environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "PYTHON": "true", "RECORD": str(record)}
        done = subprocess.run(
            [ROOT / "deploy" / "upgrade.sh"],
            env={**environment, "FAILING": failing},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode == 0) == (failing == "no step")
        return record.read_text().splitlines(), done.stderr

    steps, said = upgrade("no step")
    assert said == ""
    words = ["build", "upgrade-copy", "upgrade-check", "backup-databases", "backup", " up ", "dropdb"]
    assert len(steps) == len(words) + 1
    for number, (word, step) in enumerate(zip(words, steps, strict=False)):
        assert word in step
        done, said = upgrade(step)
        assert done == steps[: number + 1]
        assert ("Nothing in use was changed" in said) == (number < 5)


def test_each_image_is_built_once_from_a_base_that_is_pinned_by_content() -> None:
    """A service with `build` is built by itself, and what it replaces stays behind without a name."""
    services = load({**FILLED, "PYTHON_IMAGE": "", "POSTGRES_IMAGE": "", "REDIS_IMAGE": ""})["services"]
    bases = {services[name]["image"] for name in ("postgres", "redis")}
    for image, path in BUILT.items():
        (build,) = [each["build"] for each in services.values() if each["image"] == image and "build" in each]
        assert (build["context"], build.get("dockerfile", "Dockerfile")) == (".", path)
        ((variable, base),) = build["args"].items()
        assert f"ARG {variable}\nFROM ${{{variable}}}\n" in (ROOT / path).read_text(encoding="utf-8")
        bases.add(base)
    redis, python, postgres = sorted(bases, reverse=True)
    assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+@sha256:[0-9a-f]{64}", python)
    assert re.fullmatch(r"postgres:17\.\d+-\w+@sha256:[0-9a-f]{64}", postgres)
    assert re.fullmatch(r"redis:7\.2\.\d+-\w+@sha256:[0-9a-f]{64}", redis)


def test_pinning_again_changes_only_the_digests(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from deploy import pin_images

    copy = tmp_path / "docker-compose.yml"
    copy.write_text(COMPOSE_TEXT)
    looked_up: list[str] = []

    def digest_of(image: str) -> str:
        looked_up.append(image)
        return f"sha256:{len(looked_up):064x}"

    monkeypatch.setattr(pin_images, "COMPOSE", copy)
    monkeypatch.setattr(pin_images, "digest_of", digest_of)
    assert pin_images.main() == 0
    assert [image.split(":")[0] for image in looked_up] == ["python", "postgres", "redis"]
    digest = re.compile("@sha256:[0-9a-f]{64}")
    assert digest.sub("", copy.read_text()) == digest.sub("", COMPOSE_TEXT)
    assert digest.findall(copy.read_text()) == [f"@sha256:{number:064x}" for number in (1, 2, 3)]


def test_folders_that_volumes_cover_belong_to_the_user() -> None:
    for image, dockerfile in DOCKERFILES.items():
        (made,) = re.findall(
            r"install --directory --owner newsdesk --group newsdesk (.+)$", dockerfile, re.MULTILINE
        )
        targets = {
            mount.target
            for service in SERVICES.values()
            if service["image"] == image
            for mount in mounts(service)
            if not mount.of_host
        }
        assert targets <= set(made.split())


def test_the_image_has_the_same_search_path_and_homes() -> None:
    for name in ("AIRFLOW_HOME", "NEWS_HOME", "PYTHONPATH"):
        named = f"{name}={SERVICES['scheduler']['environment'][name]}"
        assert named in DOCKERFILES["news-pipeline:local"]
