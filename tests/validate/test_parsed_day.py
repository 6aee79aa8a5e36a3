"""What validate requires of the stages before it, and its errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsmarts.core.errors import ConservationError, DamagedPartition, MissingPartition
from newsmarts.core.partitions import partition_path
from newsmarts.validate import staged
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
    names = staged.read(tmp_path, DAY).articles["source_path"].to_pylist()
    assert names == ["2025-08-25/a.txt", "2025-08-25/b.txt", "2025-08-25/c.txt"]
