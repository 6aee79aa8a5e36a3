"""What an audit of all rows needs of memory: the texts of a large archive don't fit into it at once."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from newsmarts.core.contracts import read_contract
from newsmarts.core.settings import PROJECT_ROOT
from newsmarts.marts.counting import evaluated_rows

ARTICLES, BLOCKS, LETTERS = 20_000, 4, 1_000


@pytest.mark.slow
def test_texts_are_compared_with_their_blocks_in_less_memory_than_they_have(tmp_path: Path) -> None:
    file = tmp_path / "news.duckdb"
    with duckdb.connect(file) as connection:
        connection.execute("CREATE SCHEMA marts")
        connection.execute(
            "CREATE TABLE marts.article_blocks AS SELECT article::VARCHAR AS article_id, position, "
            "rpad(article || ' ' || position, $letters, md5(article::VARCHAR)) AS \"text\" "
            "FROM range($articles) AS one(article), range(1, $blocks + 1) AS other(position) ORDER BY ALL",
            {"articles": ARTICLES, "blocks": BLOCKS, "letters": LETTERS},
        )
        connection.execute(
            "CREATE TABLE marts.article_texts AS SELECT article_id, "
            'string_agg("text", chr(10) || chr(10) ORDER BY position) AS body_text '
            "FROM marts.article_blocks GROUP BY article_id"
        )
    with duckdb.connect(file, read_only=True, config={"memory_limit": "60MB", "threads": 1}) as connection:
        contract = read_contract(PROJECT_ROOT / "expectations" / "marts_article_texts.json")
        (entry,) = [each for each in contract["expectations"] if each["meta"]["id"] == "text_of_its_blocks"]
        assert evaluated_rows(connection, entry, "marts.article_texts") == 1
