"""The data dictionary: complete, up to date with marts and contracts, and any text is shown as text."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from newsmarts.cli.main import main
from newsmarts.core.errors import SettingsError
from newsmarts.core.keys import Key
from newsmarts.core.settings import PROJECT_ROOT, load_settings
from newsmarts.dictionary.facts import ColumnFacts, MartFacts, Rule, read_facts
from newsmarts.dictionary.render import render_markdown
from newsmarts.dictionary.run import FILE_NAME, render_dictionary, stale_files
from newsmarts.marts import catalogue

HOSTILE = '</td></style><script>alert(1)</script> | `x` *y* [z](http://127.0.0.1:9/) "q" & \\'


def test_the_file_in_docs_is_up_to_date() -> None:
    stale = [path.name for path in stale_files(load_settings(), PROJECT_ROOT / "docs")]
    assert stale == [], "run make dictionary and commit what it writes"


def test_every_mart_and_column_has_a_meaning() -> None:
    for mart in read_facts(load_settings().contracts_dir):
        texts = [(mart.name, mart.comment), (f"contract of {mart.name}", mart.notes)]
        texts += [(f"{mart.name}.{column.name}", column.comment) for column in mart.columns]
        texts += [(f"{mart.name}: {rule.id}", rule.notes) for rule in mart.rules]
        for name, text in texts:
            assert re.search(r"\w", text), f"{name} has no meaning"
            assert text.strip().endswith((".", ")", "?")), f"{name}: {text!r} isn't a sentence"


def test_every_reference_is_declared_and_names_columns_that_are() -> None:
    columns = {f"{mart.name}.{column.name}" for mart in catalogue.marts() for column in mart.columns}
    declared = 0
    for mart in catalogue.marts():
        path = load_settings().contracts_dir / f"marts_{mart.name}.json"
        for entry in json.loads(path.read_text(encoding="utf-8"))["expectations"]:
            references = entry["meta"].get("references", {})
            # a rule on other marts' rows says nothing about this mart's columns
            if entry["meta"].get("reason_code") == "broken_reference" and "asked_of" not in entry["meta"]:
                assert references, f"{path.name}: {entry['meta']['id']} declares no references"
            for column, other in references.items():
                assert f"{mart.name}.{column}" in columns
                assert other in columns
                assert f"marts.{other.partition('.')[0]}" in entry["kwargs"]["unexpected_rows_query"]
                declared += 1
    assert declared >= 10


def test_a_mart_s_month_is_a_date_of_its_own() -> None:
    months = {mart.name: mart.month_of for mart in catalogue.marts() if mart.month_of}
    assert months["articles"] == "published_date"
    for mart in catalogue.marts():
        dates = {column.name for column in mart.columns if column.type == "DATE"}
        assert mart.month_of is None or mart.month_of in dates, mart.name
        assert "year_month" not in {column.name for column in mart.columns}  # what exports call their folders


def test_facts_come_from_the_contract(tmp_path: Path) -> None:
    facts = {mart.name: mart for mart in read_facts(load_settings().contracts_dir)}
    articles = {column.name: column for column in facts["articles"].columns}
    assert facts["articles"].key == Key(("article_id",), unique=True)
    assert articles["article_id"].promises == ("never NULL", "unique")
    assert articles["word_count"].promises == ("≥ 1",)
    captures = {column.name: column for column in facts["captures"].columns}
    assert captures["outcome"].promises == ("never NULL", "one of loaded, repeat, quarantined")
    assert captures["article_id"].references == ("articles.article_id",)
    with pytest.raises(SettingsError, match="no such contract file"):
        read_facts(tmp_path)


def facts(text: str) -> list[MartFacts]:
    """A mart whose every text is this."""
    column = ColumnFacts("name", "VARCHAR", text, (text,), ("things.name",))
    rules = (Rule("rule", "critical", "name", text),)
    return [MartFacts("things", text, "day", Key(("name",), unique=False), (column,), text, rules)]


def test_any_text_is_text_in_markdown() -> None:
    text = render_markdown(facts(HOSTILE))
    shown = (
        r"\</td\>\</style\>\<script\>alert(1)\</script\> \| \`x\` \*y\* \[z\](http://127.0.0.1:9/) "
        r'"q" & \\'
    )
    assert text.count(shown) == 6
    assert HOSTILE not in text
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    for row in rows:
        cells = re.split(r"(?<!\\)\|", row.replace("\\\\", ""))
        assert len(cells) == 6, row


def test_the_command_writes_what_is_stale_and_lists_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "docs"
    argv = ["dictionary", "--out", str(out)]
    assert main([*argv, "--check"]) == 1
    assert capsys.readouterr().out.count("isn't up to date") == 1
    assert not out.exists()
    assert main(argv) == 0
    assert capsys.readouterr().out.count("written: ") == 1
    assert [path.name for path in out.iterdir()] == [FILE_NAME]
    assert (out / FILE_NAME).read_bytes() == render_dictionary(load_settings())
    assert main(argv) == main([*argv, "--check"]) == 0
    assert capsys.readouterr().out == ""
    (out / FILE_NAME).write_text("old")
    assert main([*argv, "--check"]) == 1
    (tmp_path / "file").touch()
    assert main(["dictionary", "--out", str(tmp_path / "file")]) == 2
    assert "can't be written" in capsys.readouterr().err
