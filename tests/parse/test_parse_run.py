"""A day's captures become staged files; what can't be read becomes a row, and the day goes on."""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from newsmarts.core import partitions, schemas
from newsmarts.core.errors import MissingPartition, StoreUnavailable
from newsmarts.core.reasons import load_reasons
from newsmarts.core.records import capture_id_of
from newsmarts.core.settings import Settings
from newsmarts.parse import run as stage
from newsmarts.parse.publishers.al_mayadeen import AlMayadeen
from newsmarts.parse.rows import EXCERPT_CHARS, excerpt_of
from samples import html, text
from samples.model import Paragraph, Related
from tests.parse.pages import ARTICLE, FIRST, HEADLINE, NOUR_ARTICLE, SECOND, TICKER

DAY = date(2025, 8, 25)
SCHEMAS = {
    "articles": schemas.ARTICLES,
    "ticker_items": schemas.TICKER_ITEMS,
    "page_links": schemas.PAGE_LINKS,
    "ticker_witnesses": schemas.TICKER_WITNESSES,
    "quarantine": schemas.QUARANTINE,
}


def land(
    home: Path,
    captures: dict[str, bytes],
    urls: dict[str, str] | None = None,
    statuses: dict[str, int] | None = None,
) -> None:
    """Put captures where land would, with a manifest whose rows stand in no useful order."""
    rows = []
    for path, data in captures.items():
        sha256 = hashlib.sha256(data).hexdigest()
        raw = partitions.raw_object_path(home, sha256)
        raw.parent.mkdir(parents=True, exist_ok=True)
        raw.write_bytes(data)
        captured_at = datetime(2025, 8, 25, tzinfo=UTC)
        rows.append(
            {
                "capture_id": capture_id_of("inbox", path, captured_at, sha256),
                "sha256": sha256,
                "publisher": "al_mayadeen" if "mayadeen" in path else None,
                "feed": "inbox",
                "source_path": path,
                "captured_at": captured_at,
                "capture_day": DAY,
                "media_type": "text/html" if path.endswith("html") else "text/plain",
                "size_bytes": len(data),
                "landed_at": datetime(2025, 8, 26, tzinfo=UTC),
                "url": (urls or {}).get(path),
                "http_status": (statuses or {}).get(path),
            }
        )
    folder = partitions.partition_path(home, "manifest", DAY)
    folder.mkdir(parents=True, exist_ok=True)
    schemas.write_rows(folder / "captures.parquet", schemas.CAPTURES, reversed(rows))


def staged(home: Path) -> dict[str, list[dict[str, Any]]]:
    folder = partitions.partition_path(home, "parsed", DAY)
    assert {path.name for path in folder.iterdir()} == {f"{name}.parquet" for name in SCHEMAS}
    return {
        name: schemas.read_table(folder / f"{name}.parquet", schema).to_pylist()
        for name, schema in SCHEMAS.items()
    }


def manifest(home: Path) -> list[dict[str, Any]]:
    path = partitions.partition_path(home, "manifest", DAY) / "captures.parquet"
    rows: list[dict[str, Any]] = schemas.read_table(path, schemas.CAPTURES).to_pylist()
    return rows


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def test_every_article_has_the_keys_that_it_is_known_by(settings: Settings) -> None:
    page = replace(ARTICLE, news_id="2412150", section="Economy")
    renamed = replace(ARTICLE, headline="Velmora opens its third pier", section="Economy")
    address = "https://english.almayadeen.net/news/economy/velmora-opens-third-pier"
    land(
        settings.home,
        {
            "a.txt": text.render(page).encode(),
            "b.html": html.render(page, "hashed").encode(),
            "c-of-a-feed.txt": text.render(renamed).encode(),
            "d.txt": text.render(NOUR_ARTICLE).encode(),
        },
        urls={"c-of-a-feed.txt": f"{address}?from=home"},
    )
    stage.run(DAY, settings)
    rows = staged(settings.home)["articles"]
    ids = [row["article_id"] for row in rows]
    keys = [set(row["identity_keys"]) for row in rows]
    assert all(own in known for own, known in zip(ids, keys, strict=True))
    assert ids[0] == ids[1] != ids[2]
    assert [len(known) for known in keys] == [1, 3, 2, 1]
    assert keys[0] & keys[1] == {ids[0]}
    assert len(keys[1] & keys[2]) == 1, "what the head says and what the feed says are one address"
    assert not keys[0] & keys[2]
    assert all(row["identity_keys"] == sorted(row["identity_keys"]) for row in rows)


def test_a_day_of_all_kinds(settings: Settings) -> None:
    page = replace(ARTICLE, body=(FIRST, Related(("Ostrin reopens", "Ilvane votes")), SECOND))
    land(
        settings.home,
        {
            "b/nour.txt": text.render(NOUR_ARTICLE).encode(),
            "a/mayadeen.txt": text.render(page).encode(),
            "c/page.html": html.render(replace(page, news_id="2412150"), "hashed").encode(),
            "d/empty.txt": b"",
            "d/mayadeen-cut.txt": text.render(page).encode().partition(b"after nine years")[0],
            "d/other.txt": b"The Harbor Gazette\n",
            "d/picture.txt": b"\x89PNG\r\n\x1a\n",
        },
    )
    result = stage.run(DAY, settings)
    assert result == stage.ParseResult(
        day=DAY,
        captures=7,
        parsed=3,
        quarantined=4,
        reasons={"binary_file": 1, "empty_file": 1, "truncated_page": 1, "unknown_publisher": 1},
        ticker_items=6,
    )
    files = staged(settings.home)
    assert [row["source_path"] for row in files["articles"]] == [
        "a/mayadeen.txt",
        "b/nour.txt",
        "c/page.html",
    ]
    first, nour, page_row = files["articles"]
    assert first["article_id"] == page_row["article_id"] != nour["article_id"]
    assert first["text_sha256"] == page_row["text_sha256"]
    assert first["body_text"] == f"{FIRST.text}\n\n{SECOND.text}"
    assert first["body_length_chars"] == len(first["body_text"])
    assert first["word_count"] == len(first["body_text"].split())
    assert first["published_at"] == datetime(2025, 8, 20, 12, 19, tzinfo=UTC)
    assert first["published_local"] == datetime(2025, 8, 20, 15, 19)
    assert first["image_alt"] == "Third pier"
    assert first["rule_version"] == "al_mayadeen/2021-06-01"
    assert page_row["url"].endswith("/velmora-opens-third-pier")
    assert page_row["news_id"] == "2412150"
    assert (first["url"], first["news_id"]) == (None, None)
    assert [(row["position"], row["text"]) for row in files["ticker_items"][:3]] == list(
        enumerate(TICKER, start=1)
    )
    related = [row["headline"] for row in files["page_links"] if row["list_name"] == "related"]
    assert related == ["Ostrin reopens", "Ilvane votes"] * 2
    assert [
        (row["source_path"], row["publisher"], row["reason_code"], row["stage"], row["subject"])
        for row in files["quarantine"]
    ] == [
        ("d/empty.txt", None, "empty_file", "parse", "page"),
        ("d/mayadeen-cut.txt", "al_mayadeen", "truncated_page", "parse", "page"),
        ("d/other.txt", None, "unknown_publisher", "parse", "page"),
        ("d/picture.txt", None, "binary_file", "parse", "page"),
    ]
    assert all(row["detail"] for row in files["quarantine"])


def test_a_page_without_marks_in_a_publishers_folder_hints_at_a_changed_site(settings: Settings) -> None:
    land(
        settings.home,
        {"al_mayadeen/a.txt": b"A page of another look\n", "b.txt": b"A page of another look\n"},
    )
    assert stage.run(DAY, settings).reasons == {"unknown_publisher": 1, "unrecognised_page": 1}
    reasons = load_reasons(settings.contracts_dir)
    assert (reasons.alarms("unrecognised_page"), reasons.alarms("unknown_publisher")) == (True, False)


def test_parsing_twice_gives_the_same_bytes(settings: Settings) -> None:
    land(
        settings.home,
        {"a.txt": text.render(ARTICLE).encode(), "b.html": html.render(ARTICLE, "form").encode()},
    )
    folder = partitions.partition_path(settings.home, "parsed", DAY)
    stage.run(DAY, settings)
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    stage.run(DAY, settings)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first


def test_a_day_without_captures_has_all_files(settings: Settings) -> None:
    land(settings.home, {})
    assert stage.run(DAY, settings).captures == 0
    assert staged(settings.home) == {name: [] for name in SCHEMAS}


def test_a_day_that_was_never_landed(settings: Settings) -> None:
    with pytest.raises(MissingPartition, match="Land the day first"):
        stage.run(DAY, settings)
    assert not partitions.partition_path(settings.home, "parsed", DAY).exists()


def test_raw_bytes_that_changed_are_not_read(settings: Settings) -> None:
    pages = {
        name: text.render(replace(ARTICLE, read_minutes=n)).encode() for n, name in enumerate(("a", "b"), 1)
    }
    land(settings.home, pages)
    path = partitions.raw_object_path(settings.home, hashlib.sha256(pages["a"]).hexdigest())
    path.write_bytes(pages["b"])
    result = stage.run(DAY, settings)
    assert (result.parsed, result.reasons) == (1, {"raw_bytes_damaged": 1})


def test_raw_bytes_that_are_away_stop_the_day_until_they_are_back(settings: Settings, tmp_path: Path) -> None:
    page = text.render(ARTICLE).encode()
    land(settings.home, {"a.txt": page, "b.txt": text.render(NOUR_ARTICLE).encode()})
    path = partitions.raw_object_path(settings.home, hashlib.sha256(page).hexdigest())
    away = path.rename(tmp_path / "away")
    with pytest.raises(
        StoreUnavailable, match=re.escape(f"{path} is missing: the page of 'a.txt'. Put it back")
    ):
        stage.run(DAY, settings)
    assert not partitions.partition_path(settings.home, "parsed", DAY).exists()
    path.mkdir()
    with pytest.raises(StoreUnavailable, match=r"can't be read now: .*Is a directory"):
        stage.run(DAY, settings)
    path.rmdir()
    away.rename(path)
    assert stage.run(DAY, settings).parsed == 2


@pytest.mark.parametrize(
    ("trouble", "raised"),
    [(MemoryError("full"), MemoryError), (OSError(5, "Input/output error"), StoreUnavailable)],
)
def test_the_machines_trouble_is_no_fault_of_a_page(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, trouble: Exception, raised: type[Exception]
) -> None:
    def fail(*_: object) -> None:
        raise trouble

    land(settings.home, {"a.txt": text.render(ARTICLE).encode()})
    monkeypatch.setattr(AlMayadeen, "read", fail)
    with pytest.raises(raised, match=str(trouble.args[-1])):
        stage.run(DAY, settings)


def test_what_a_server_sent_with_an_error_is_no_article_whatever_it_shows(settings: Settings) -> None:
    shown = {
        "a.html": html.render(ARTICLE, "semantic"),
        "b.txt": text.render(ARTICLE),
        "c.html": "",
        "d.html": "\0",
    }
    land(
        settings.home,
        {path: page.encode() for path, page in shown.items()} | {"e.txt": text.render(ARTICLE).encode()},
        statuses=dict.fromkeys(shown, 404) | {"e.txt": 200},
    )
    assert stage.run(DAY, settings).reasons == {"http_error_status": 4}
    rows = staged(settings.home)
    assert {row["detail"] for row in rows["quarantine"]} == {
        "It is an error of the server: it was sent with HTTP status 404."
    }
    assert [row["source_path"] for row in rows["articles"]] == ["e.txt"]
    paths = {row["capture_id"]: row["source_path"] for row in manifest(settings.home)}
    witnesses = {(paths[row["capture_id"]], row["text"]) for row in rows["ticker_witnesses"]}
    assert witnesses == {(path, line) for path in ("a.html", "b.txt") for line in TICKER}


def hidden(lines: str) -> str:
    """An article's page with another ticker in front of its own, which its style hides."""
    page = html.render(ARTICLE, "semantic")
    return re.sub("<body[^>]*>", rf'\g<0><div style="display: none">{lines}</div>', page, count=1)


def test_ticker_lines_of_pages_without_article_and_hidden_ones_are_witnesses(settings: Settings) -> None:
    video = html.render(ARTICLE, "semantic").replace("/news/politics/velmora", "/videos/newsfeed/velmora")
    frame = text.render(ARTICLE).partition(HEADLINE)[0]
    hidden_lines = "<p>BREAKING</p><p>Sorn counts its ferries</p><script>x</script><p hidden>Two of nine</p>"
    land(
        settings.home,
        {
            "a-hidden.html": hidden(hidden_lines).encode(),
            "b-404.txt": f"{frame}404\n\nPage not found\n".encode(),
            "c-cut.txt": text.render(ARTICLE).partition("Dockers had")[0].encode(),
            "d-video.html": video.encode(),
            "e-other.html": hidden("<p>Accept cookies</p>").encode(),
            "f.txt": text.render(ARTICLE).encode(),
        },
    )
    assert stage.run(DAY, settings).parsed == 3
    found: dict[str, list[str]] = {}
    paths = {row["capture_id"]: row["source_path"] for row in manifest(settings.home)}
    for row in staged(settings.home)["ticker_witnesses"]:
        found.setdefault(paths[row["capture_id"]], []).append(row["text"])
    assert found == {
        "a-hidden.html": ["Sorn counts its ferries", "Two of nine"],
        "b-404.txt": list(TICKER),
        "c-cut.txt": list(TICKER),
        "d-video.html": list(TICKER),
    }


def test_a_fault_of_the_parser_costs_one_page(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    read = AlMayadeen.read

    def fail_on_one(self: AlMayadeen, reading: Any, *rest: Any) -> Any:
        if "Pier of fault" in reading.texts:
            raise ZeroDivisionError("nine years by no ships")
        return read(self, reading, *rest)

    monkeypatch.setattr(AlMayadeen, "read", fail_on_one)
    land(
        settings.home,
        {
            "a\nforged: line.txt": text.render(replace(ARTICLE, headline="Pier of fault")).encode(),
            "b.txt": text.render(ARTICLE).encode(),
        },
    )
    with caplog.at_level(logging.INFO):
        result = stage.run(DAY, settings)
    assert (result.parsed, result.reasons) == (1, {"parser_error": 1})
    (row,) = staged(settings.home)["quarantine"]
    assert row["publisher"] == "al_mayadeen"
    assert row["detail"].startswith("ZeroDivisionError: nine years by no ships")
    assert any(record.exc_info for record in caplog.records), "the traceback is logged"
    assert not any("\nforged" in record.getMessage() for record in caplog.records), (
        "names are logged on one line"
    )


def test_rows_beyond_one_row_group(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "_ROWS_AT_ONCE", 2)
    land(
        settings.home,
        {f"{n}.txt": text.render(replace(ARTICLE, read_minutes=n)).encode() for n in range(1, 6)},
    )
    assert stage.run(DAY, settings).parsed == 5
    files = staged(settings.home)
    assert [row["read_minutes"] for row in files["articles"]] == [1, 2, 3, 4, 5]
    assert len(files["ticker_items"]) == 15


@pytest.mark.parametrize(
    ("body", "excerpt"),
    [
        ("Short text.", "Short text."),
        ("One.\n\nTwo.", "One. Two."),
        ("word " * 100, ("word " * 56).strip() + "…"),
        ("x" * 300, "x" * 279 + "…"),
    ],
)
def test_excerpt(body: str, excerpt: str) -> None:
    assert excerpt_of(body) == excerpt
    assert len(excerpt_of(body)) <= EXCERPT_CHARS


def test_an_article_may_be_long(settings: Settings) -> None:
    body = tuple(Paragraph(f"Ship number {n} came to the third pier of Velmora.") for n in range(3000))
    land(settings.home, {"a.txt": text.render(replace(ARTICLE, body=body)).encode()})
    stage.run(DAY, settings)
    (row,) = staged(settings.home)["articles"]
    assert len(row["body"]) == 3000
