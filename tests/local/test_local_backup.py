"""``make backup`` and ``make restore``: the home, and beside it what Airflow and Superset keep here."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import stat
from pathlib import Path

import pytest

from local import backup
from local.airflow_servers import airflow_folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a home, an Airflow whose database is being written, and no Superset."""
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "data" / "raw" / "page").write_text("bytes")
    airflow = tmp_path / ".airflow"
    airflow.mkdir()
    (airflow / "secrets.json").write_text(json.dumps({"fernet_key": "k"}))
    (airflow / "secrets.json").chmod(0o600)
    with contextlib.closing(sqlite3.connect(airflow / "airflow.db")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE dag_run (run_id)")
        database.execute("INSERT INTO dag_run VALUES ('one')")
        database.commit()
    return tmp_path


def runs(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as database:
        return [run for (run,) in database.execute("SELECT run_id FROM dag_run ORDER BY 1")]


def test_airflow_is_in_it_as_it_was_at_one_moment(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, to = ["--home", str(project / "data")], str(project / "backups")
    with contextlib.closing(sqlite3.connect(project / ".airflow" / "airflow.db")) as writer:
        writer.execute("INSERT INTO dag_run VALUES ('not committed')")
        assert backup.main(["backup", "--to", to, *home], project) == 0
        writer.commit()
    assert "beside them airflow" in capsys.readouterr().out
    (made,) = (project / "backups").iterdir()
    assert runs(made / "airflow" / "airflow.db") == ["one"]
    for file in (made / "airflow").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0
    assert "airflow/airflow.db" in (made / "SHA256SUMS").read_text()

    # nothing there is overwritten: neither the home nor Airflow's records
    assert backup.main(["restore", "--from", to, *home], project) == 2
    assert "isn't empty (it holds raw, warehouse)" in capsys.readouterr().err
    elsewhere = ["--home", str(project / "new")]
    assert backup.main(["restore", "--from", to, *elsewhere], project) == 0
    # each home has an Airflow of its own
    assert "airflow: restored in" in capsys.readouterr().out
    (other,) = (project / ".airflow" / "homes").iterdir()
    assert other == airflow_folder(project, project / "new")
    assert runs(other / "airflow.db") == ["one"]
    assert "exists and is kept" in backup.local_programs(project, project / "data")[0].restore(made)
    assert runs(project / ".airflow" / "airflow.db") == ["not committed", "one"]

    fresh = project / "another project"
    fresh.mkdir()
    assert backup.main(["restore", "--from", to, "--home", str(fresh / "data")], fresh) == 0
    assert runs(fresh / ".airflow" / "airflow.db") == ["one"]
    assert json.loads((fresh / ".airflow" / "secrets.json").read_bytes()) == {"fernet_key": "k"}
    assert (fresh / "data" / "raw" / "page").read_text() == "bytes"
