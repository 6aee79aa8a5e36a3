"""What validate requires of the stages before it, and its errors."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from newsmarts.core.errors import ConservationError, DamagedPartition, MissingPartition
from newsmarts.core.partitions import partition_path
from newsmarts.validate import staged
from newsmarts.validate.articles import Articles
from tests.validate.days import DAY, article, capture, turned_away, write_day


def test_a_day_that_was_never_landed(tmp_path: Path) -> None:
    with pytest.raises(
        MissingPartition, match=r"captures\.parquet is missing.*Run land for 2025-08-25 first"
    ):
        staged.read(tmp_path, DAY)


def test_a_day_that_was_never_parsed(tmp_path: Path) -> None:
    write_day(tmp_path, [article()])
    (partition_path(tmp_path, "parsed", DAY) / "articles.parquet").unlink()
    with pytest.raises(
        MissingPartition, match=r"articles\.parquet is missing.*Run parse for 2025-08-25 first"
    ):
        staged.read(tmp_path, DAY)


def test_a_torn_file(tmp_path: Path) -> None:
    write_day(tmp_path, [article()])
    (partition_path(tmp_path, "parsed", DAY) / "articles.parquet").write_bytes(b"PAR1")
    with pytest.raises(DamagedPartition, match=r"articles\.parquet"):
        staged.read(tmp_path, DAY)


def test_captures_landed_since_the_day_was_parsed(tmp_path: Path) -> None:
    pages = [article(name) for name in "abcdefg"]
    write_day(tmp_path, pages[:1], captures=[capture(page) for page in pages])
    with pytest.raises(ConservationError) as caught:
        staged.read(tmp_path, DAY)
    assert str(caught.value) == (
        "2025-08-25: 6 captures are landed but not parsed: '2025-08-25/b.txt', '2025-08-25/c.txt', "
        "'2025-08-25/d.txt', '2025-08-25/e.txt', '2025-08-25/f.txt' and 1 more. If captures were landed "
        "since the day was parsed, run parse for 2025-08-25 again."
    )


def test_a_page_that_the_manifest_doesnt_know(tmp_path: Path) -> None:
    write_day(tmp_path, [article("a"), article("b")], captures=[capture(article("a"))])
    with pytest.raises(ConservationError, match="1 captures are parsed but not landed"):
        staged.read(tmp_path, DAY)


def test_a_page_that_was_parsed_and_turned_away(tmp_path: Path) -> None:
    page = article("a")
    write_day(tmp_path, [page], unparsed=[turned_away(page, "missing_body")], captures=[capture(page)])
    with pytest.raises(ConservationError, match=r"both parsed and quarantined: '2025-08-25/a\.txt'"):
        staged.read(tmp_path, DAY)


def test_a_page_that_was_landed_and_rejected(tmp_path: Path) -> None:
    page = article("a")
    write_day(tmp_path, [page], rejected=[turned_away(page, "file_too_large", stage="land")])
    with pytest.raises(ConservationError, match="both landed and rejected"):
        staged.read(tmp_path, DAY)


def test_a_page_that_was_parsed_twice(tmp_path: Path) -> None:
    page = article("a")
    write_day(tmp_path, [page, page], captures=[capture(page)])
    with pytest.raises(ConservationError, match="there twice"):
        staged.read(tmp_path, DAY)


def test_rows_are_read_in_the_order_of_their_pages(tmp_path: Path) -> None:
    write_day(tmp_path, [article(name) for name in ("c", "a", "b")])
    parsed = staged.read(tmp_path, DAY)
    paths = [f"2025-08-25/{name}.txt" for name in "abc"]
    assert parsed.articles.select(["source_path"])["source_path"].to_pylist() == paths
    kept = parsed.articles.without([article("b")["capture_id"]])
    assert kept.num_rows == 2
    # also where a batch ends, and by columns without the one that rows are known by
    batches = list(kept.to_batches(max_chunksize=1, columns=["headline", "source_path"]))
    assert [name for batch in batches for name in batch["source_path"].to_pylist()] == [paths[0], paths[2]]


def test_articles_in_order_stay_in_their_file(tmp_path: Path) -> None:
    """The memory of a day's texts doesn't grow with the day; a flipped bit in them is found all the same."""
    write_day(tmp_path, [article(name) for name in "abc"])
    path = partition_path(tmp_path, "parsed", DAY) / "articles.parquet"
    articles = Articles.open(path)
    data = bytearray(path.read_bytes())
    row_group = pq.ParquetFile(path).metadata.row_group(0)
    (text,) = (
        column
        for column in map(row_group.column, range(row_group.num_columns))
        if column.path_in_schema == "body_text"
    )
    start = text.dictionary_page_offset or text.data_page_offset
    data[start + text.total_compressed_size - 8] ^= 1
    with path.open("r+b") as file:
        file.write(data)
    assert articles.select(["headline"]).num_rows == 3
    with pytest.raises(DamagedPartition, match=r"articles\.parquet can't be read as Parquet"):
        list(articles.to_batches())
