"""Secrets of docker-compose.yml: what needs them, who makes them, and that none gets out."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

from local import make_secrets
from tests.compose.compose_file import (
    FILLED,
    ROOT,
    MissingVariable,
    example_values,
    load,
    variables_used,
)

SECRETS = {
    "POSTGRES_PASSWORD",
    "AIRFLOW_DATABASE_PASSWORD",
    "SUPERSET_DATABASE_PASSWORD",
    "AIRFLOW_SECRET_KEY",
    "AIRFLOW_JWT_SECRET",
    "AIRFLOW_FERNET_KEY",
    "SUPERSET_SECRET_KEY",
    "AIRFLOW_ADMIN_PASSWORD",
    "SUPERSET_ADMIN_PASSWORD",
}
# empty by default: profiles, base images, what is of the object store, and of Redis, which lets no other
# container in without its password
OPTIONAL = {
    "AIRFLOW_CONNECTIONS",
    "COMPOSE_PROFILES",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_ENDPOINT_URL",
    "PYTHON_IMAGE",
    "POSTGRES_IMAGE",
    "REDIS_IMAGE",
}
OF_WORKERS = {"REDIS_PASSWORD"}


def values(path: Path) -> dict[str, str]:
    """What .env of a folder says."""
    lines = (path / ".env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".env.example").write_bytes((ROOT / ".env.example").read_bytes())
    return tmp_path


def test_env_example_has_every_variable_and_no_other() -> None:
    of_compose_itself = {"COMPOSE_PROFILES"}
    assert set(variables_used()) | of_compose_itself == set(example_values())


def test_it_refuses_to_start_without_a_secret() -> None:
    required = {name for name, is_required in variables_used().items() if is_required}
    assert required - {"INBOX_DIR"} == SECRETS
    empty = {name for name, value in example_values().items() if not value}
    assert {name for name in empty if not name.startswith("NEWS_")} == SECRETS | OPTIONAL | OF_WORKERS
    for name in required:
        for lacking in ({**FILLED, name: ""}, {key: value for key, value in FILLED.items() if key != name}):
            with pytest.raises(MissingVariable, match=name):
                load(lacking)


def test_make_secrets_fills_all_of_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert make_secrets.main(folder) == 0
    made = values(folder)
    load(made)  # with it, docker compose starts
    secret = {name: made[name] for name in SECRETS}
    assert len(set(secret.values())) == len(SECRETS)
    for name, value in secret.items():
        assert len(value) >= 32, name
        # it goes into a URL, an env file and a shell unquoted
        assert re.fullmatch(r"[A-Za-z0-9_=-]+", value), name
    printed = capsys.readouterr().out
    assert all(name in printed for name in SECRETS)
    assert not [value for value in secret.values() if value in printed]
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600

    from cryptography.fernet import Fernet

    Fernet(made["AIRFLOW_FERNET_KEY"].encode())


def test_make_secrets_changes_nothing_that_is_there(folder: Path) -> None:
    # as of before there was a Superset; one value in quotes, one empty, one unknown
    known = "# mine\nPOSTGRES_PASSWORD='a b'\nAIRFLOW_JWT_SECRET= # later\nINBOX_DIR=/captures\nMY_OWN=1\n"
    (folder / ".env").write_text(known)
    (folder / ".env").chmod(0o644)
    assert make_secrets.main(folder) == 0
    first = values(folder)
    assert first["POSTGRES_PASSWORD"] == "'a b'"
    assert (first["INBOX_DIR"], first["MY_OWN"]) == ("/captures", "1")
    assert len(first["AIRFLOW_JWT_SECRET"]) == 128
    assert set(first) == {*example_values(), "MY_OWN"}
    assert (folder / ".env").read_text().startswith("# mine\nPOSTGRES_PASSWORD='a b'\n")
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600

    before = (folder / ".env").stat()
    assert make_secrets.main(folder) == 0
    after = (folder / ".env").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert values(folder) == first


def test_make_secrets_keeps_a_link_and_says_what_it_cannot_do(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "kept").mkdir()
    (folder / ".env").symlink_to(folder / "kept" / "production.env")
    assert make_secrets.main(folder) == 0
    assert (folder / ".env").is_symlink()
    assert set(values(folder)) == set(example_values())

    (folder / ".env").unlink()
    (folder / ".env").mkdir()
    assert make_secrets.main(folder) == 1
    assert ".env can't be read and written" in capsys.readouterr().err


def test_make_secrets_needs_no_package() -> None:
    """A host with Docker has Python, and not the project's environment."""
    script = ROOT / "local" / "make_secrets.py"
    bare = [sys.executable, "-I", "-S", "-c", f"import runpy; runpy.run_path({str(script)!r})"]
    subprocess.run(bare, check=True)
    assert "local/make_secrets.py" in (ROOT / "Makefile").read_text()


def test_no_secret_is_in_git() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    assert not [path for path in tracked if PurePosixPath(path).name == ".env"]
    for path in (".env", "backups/home/backup.json"):
        ignored = subprocess.run(["git", "check-ignore", "-q", path], cwd=ROOT, check=False)
        assert ignored.returncode == 0, f"{path} isn't ignored by git"
    written = {
        (service, name): value
        for service, each in load()["services"].items()
        for name, value in each.get("environment", {}).items()
        if re.search(r"SECRET|PASSWORD|FERNET|SQL_ALCHEMY|DATABASE_URL", name)
    }
    assert len({name for _, name in written}) >= 10
    given = (":?", *(f"${{{name}:-}}" for name in OPTIONAL | OF_WORKERS))
    assert [name for name, value in written.items() if not any(each in value for each in given)] == []


def test_the_page_on_production_tells_how_to_rotate_each_of_them() -> None:
    page = (ROOT / "docs" / "production.md").read_text(encoding="utf-8")
    _, _, rotating = page.partition("## Rotating secrets")
    table, _, _ = rotating.partition("## When")
    rows = re.findall(r"^\| (`[^|]+`) \|", table, re.MULTILINE)
    assert {name for row in rows for name in re.findall("[A-Z_]{4,}", row)} == SECRETS
    named = set(re.findall("`([A-Z]+_[A-Z_]+)`", page)) - {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"}
    assert {name for name in named if not name.startswith("NEWS_")} <= set(example_values())
