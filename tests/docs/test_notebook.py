"""notebooks/questions.py: it runs without a browser, and draws what docs/questions.md answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from newsmarts.core.settings import PROJECT_ROOT
from tests.docs.test_questions import as_table, questions

NOTEBOOK = PROJECT_ROOT / "notebooks" / "questions.py"
# its outputs as data: a chart has its rows in itself
DRAW = """
import json, runpy, sys
outputs, _ = runpy.run_path(sys.argv[1])["app"].run()
print(json.dumps([output.to_dict() for output in outputs if hasattr(output, "to_dict")]))
"""


@pytest.mark.slow
@pytest.mark.xdist_group("sample_marts")
def test_it_draws_five_questions_as_they_are_answered(sample_home: Path) -> None:
    drawn = subprocess.run(
        [sys.executable, "-c", DRAW, str(NOTEBOOK)],
        env={**os.environ, "NEWS_HOME": str(sample_home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert drawn.returncode == 0, drawn.stderr
    charts = json.loads(drawn.stdout)
    answers = {title: answer for title, _, answer in questions() if title in NOTEBOOK.read_text("utf-8")}
    assert len(charts) == len(answers) == 5
    found = []
    for chart in charts:
        (rows,) = chart["datasets"].values()
        found.append(as_table(list(rows[0]), [list(row.values()) for row in rows]).replace("T00:00:00", ""))
        fields = {encoding["field"] for encoding in chart["encoding"].values() if "field" in encoding}
        folded = {name for each in chart.get("transform", ()) for name in each["as"]}
        assert fields <= set(rows[0]) | folded
    assert sorted(found) == sorted(answers.values())
