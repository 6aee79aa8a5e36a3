"""The data dictionary: complete, up to date with marts and contracts, and any text is shown as text."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from newsmarts.cli.main import main
from newsmarts.core.errors import SettingsError
from newsmarts.core.keys import Key, key_of
from newsmarts.core.reasons import Meaning, Reasons, load_reasons
from newsmarts.core.settings import PROJECT_ROOT, load_settings
from newsmarts.core.tables import Column, Table
from newsmarts.dictionary.run import (
    FILE_NAME,
    Contract,
    promises,
    read_marts,
    references,
    render_markdown,
    write_dictionary,
)
from newsmarts.marts import catalogue

HOSTILE = '</td></style><script>alert(1)</script> | `x` *y* [z](http://127.0.0.1:9/) "q" & \\'


def test_the_file_in_docs_is_up_to_date() -> None:
    stale = write_dictionary(load_settings().contracts_dir, PROJECT_ROOT / "docs", check=True)
    assert stale is None, "run make dictionary and commit what it writes"


def test_every_mart_and_column_has_a_meaning() -> None:
    for mart, contract in read_marts(load_settings().contracts_dir):
        texts = [(mart.name, mart.comment), (f"contract of {mart.name}", contract["meta"]["notes"])]
        texts += [(f"{mart.name}.{column.name}", column.comment) for column in mart.columns]
        texts += [
            (f"{mart.name}: {rule['meta']['id']}", rule["meta"]["notes"]) for rule in contract["expectations"]
        ]
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
    contracts = {mart.name: contract for mart, contract in read_marts(load_settings().contracts_dir)}
    assert key_of(contracts["articles"]) == Key(("article_id",), unique=True)
    assert promises(contracts["articles"], "article_id") == "never NULL; unique; in article_texts.article_id"
    assert promises(contracts["articles"], "word_count") == "≥ 1"
    assert promises(contracts["captures"], "outcome") == (
        "never NULL; one of loaded, repeat, not_article, quarantined"
    )
    assert promises(contracts["captures"], "article_id") == "in articles.article_id"
    assert references(contracts["article_tags"]) == [
        ("article_id", "articles.article_id"),
        ("tag", "tags.tag"),
    ]
    with pytest.raises(SettingsError, match="no such contract file"):
        read_marts(tmp_path)


def marts(text: str) -> list[tuple[Table, Contract]]:
    """A mart whose every text is this."""
    column = Column("name", "VARCHAR", text)
    rule = {
        "type": "expect_column_values_to_be_in_set",
        "severity": "critical",
        "kwargs": {"column": "name", "value_set": [text]},
        "meta": {"id": "rule", "notes": text, "references": {"name": "things.name"}},
    }
    contract = {"meta": {"notes": text, "key": ["name"]}, "expectations": [rule]}
    return [(Table("marts", "things", text, (column,), Path(), (), month_of="day"), contract)]


def test_any_text_is_text_in_markdown() -> None:
    meaning = Meaning(outcome="quarantined", alarm=True, note=HOSTILE)
    text = render_markdown(marts(HOSTILE), Reasons({"a_code": meaning}))
    shown = (
        r"\</td\>\</style\>\<script\>alert(1)\</script\> \| \`x\` \*y\* \[z\](http://127.0.0.1:9/) "
        r'"q" & \\'
    )
    assert text.count(shown) == 7
    assert HOSTILE not in text
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    for row in rows:
        cells = re.split(r"(?<!\\)\|", row.replace("\\\\", ""))
        assert len(cells) == 6, row


def test_every_reason_code_is_listed_with_its_outcome() -> None:
    contracts_dir = load_settings().contracts_dir
    reasons = load_reasons(contracts_dir)
    text = render_markdown([], reasons)
    for code, meaning in reasons.meanings.items():
        alarm = "yes" if meaning.alarm else "no"
        assert f"| `{code}` | {meaning.outcome} | {alarm} | " in text


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
    assert (out / FILE_NAME).read_bytes() == (PROJECT_ROOT / "docs" / FILE_NAME).read_bytes()
    assert main(argv) == main([*argv, "--check"]) == 0
    assert capsys.readouterr().out == ""
    (out / FILE_NAME).write_text("old")
    assert main([*argv, "--check"]) == 1
    (tmp_path / "file").touch()
    assert main(["dictionary", "--out", str(tmp_path / "file")]) == 2
    assert "can't be written" in capsys.readouterr().err
