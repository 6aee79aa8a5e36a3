"""The plugin file itself: what it costs every Airflow process to load it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_loading_the_plugin_builds_no_app(tmp_path: Path) -> None:
    """Schedulers and tasks load every plugin; the web framework and the pages stay out of them."""
    code = """
import json, sys
import airflow.plugins_manager
before = set(sys.modules)
airflow.plugins_manager.ensure_plugins_loaded()
plugins, errors = airflow.plugins_manager._get_plugins()
added = {name.partition(".")[0] for name in set(sys.modules) - before}
print(json.dumps([[plugin.name for plugin in plugins], errors, sorted(added & {"fastapi", "jinja2", "duckdb", "pyarrow", "newsmarts"})]))
"""  # noqa: E501
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env={
            **inherited,
            "AIRFLOW_HOME": str(tmp_path),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    names, errors, heavy = json.loads(answer.stdout.splitlines()[-1])
    assert "news_desk" in names
    assert errors == {}
    assert heavy == []
