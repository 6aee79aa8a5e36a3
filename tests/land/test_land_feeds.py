"""Landing what feeds yield: several in one manifest, failures in mid feed, and what is known already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from newsmarts.core.errors import CaptureError, DiskFull, FeedError, FeedRefused, FeedUnavailable, UsageError
from newsmarts.core.settings import Settings
from newsmarts.land import manifest, run
from newsmarts.land.capture import (
    Credential,
    Found,
    Item,
    OtherDay,
    PassedOver,
    Rejected,
    SourceDone,
    Waiting,
)
from newsmarts.land.config import AnyConfig
from newsmarts.land.manifest import Known
from tests.land.inbox_files import DAY, MIDNIGHT, reasons, rows

FEEDS = '[feeds.one]\nkind = "inbox"\n[feeds.two]\nkind = "inbox"\n'


@dataclass
class Fake:
    """A feed that yields what it was given, and then may fail."""

    name: str
    items: list[Item] = field(default_factory=list)
    error: Exception | None = None
    known: Known | None = None

    def captures(self, day: date, known: Known) -> Iterator[Item]:
        self.known = known
        yield from self.items
        if self.error is not None:
            raise self.error


@pytest.fixture
def feeds(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, Fake]:
    fakes = {name: Fake(name) for name in ("one", "two")}

    def make(config: AnyConfig, _settings: Settings, _credential: Credential | None = None) -> Fake:
        return fakes[config.name]

    monkeypatch.setattr(run, "make_feed", make)
    (settings.home.parent / "feeds.toml").write_text(FEEDS)
    return fakes


@pytest.fixture
def declared(settings: Settings, feeds: dict[str, Fake]) -> Settings:
    return settings.model_copy(update={"feeds_file": settings.home.parent / "feeds.toml"})


def found(name: str, data: bytes = b"a page") -> Found:
    return Found(name, MIDNIGHT, "text/html", data, url=f"https://h.example/{name}", http_status=200)


def away(name: str, reason: str = "fetch_failed") -> Rejected:
    return Rejected(name, MIDNIGHT, CaptureError(reason, "It can't be fetched."))


def test_feeds_share_a_manifest_and_keep_apart(declared: Settings, feeds: dict[str, Fake]) -> None:
    feeds["one"].items = [found("a"), away("b", "x"), PassedOver("picture", 3), OtherDay(date(2025, 1, 1), 2)]
    feeds["two"].items = [away("a", "y"), found("b"), Waiting("c"), PassedOver("picture")]
    result = run.run(DAY, declared)
    assert (result.landed, result.new, result.rejected, result.waiting) == (2, 2, 2, ("c",))
    assert result.passed_over == {"picture": 4}
    assert result.other_days == {date(2025, 1, 1): 2}
    assert [(row["feed"], row["source_path"]) for row in rows(declared, "captures")] == [
        ("one", "a"),
        ("two", "b"),
    ]
    assert reasons(declared) == {"a": "y", "b": "x"}
    # each feed counts its own
    assert run.run(DAY, declared, "one") == run.LandResult(
        DAY, 1, 0, 1, (), Counter({date(2025, 1, 1): 2}), Counter({"picture": 3})
    )
    # and b of one lands, while two's a stays rejected
    feeds["one"].items = [found("b")]
    result = run.run(DAY, declared, "one")
    assert (result.landed, result.new, result.rejected) == (2, 1, 0)
    assert reasons(declared) == {"a": "y"}


def test_a_feed_that_fails_keeps_what_it_gave_and_the_others(
    declared: Settings, feeds: dict[str, Fake], caplog: pytest.LogCaptureFixture
) -> None:
    feeds["one"].items, feeds["one"].error = [found("a"), away("b")], FeedUnavailable("no answer")
    feeds["two"].items = [found("c")]
    with pytest.raises(FeedError, match="one: no answer") as caught:
        run.run(DAY, declared)
    assert not isinstance(caught.value, FeedUnavailable | FeedRefused)
    assert [row["source_path"] for row in rows(declared, "captures")] == ["a", "c"]
    assert list(reasons(declared)) == ["b"]
    for error in (FeedUnavailable("no answer"), FeedRefused("403")):
        feeds["one"].error = error
        with pytest.raises(type(error)):
            run.run(DAY, declared, "one")


def test_a_bug_in_a_feed_keeps_what_it_gave(declared: Settings, feeds: dict[str, Fake]) -> None:
    feeds["one"].items, feeds["one"].error = [found("a")], ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        run.run(DAY, declared)
    assert len(rows(declared, "captures")) == 1


def test_a_capture_of_another_day_is_a_bug(declared: Settings, feeds: dict[str, Fake]) -> None:
    feeds["one"].items = [Found("a", MIDNIGHT - timedelta(microseconds=1), "text/html", b"")]
    with pytest.raises(ValueError, match="feed one gave a capture of 2025-08-24"):
        run.run(DAY, declared, "one")


def test_what_is_known_is_reported_to_the_feed(declared: Settings, feeds: dict[str, Fake]) -> None:
    feeds["one"].items = [found("a"), away("b", "http_error_status")]
    feeds["two"].items = [found("c"), away("d")]
    run.run(DAY, declared)
    run.run(DAY, declared)
    known = feeds["one"].known
    assert known is not None
    assert known.captures == {("a", MIDNIGHT)}
    assert known.rejected == {("b", MIDNIGHT): "http_error_status"}


def test_a_slow_feed_is_written_now_and_then(
    declared: Settings, feeds: dict[str, Fake], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_CHECKPOINT_SECONDS", -1.0)
    seen: list[int] = []

    class Slow(Fake):
        def captures(self, day: date, known: Known) -> Iterator[Item]:
            for number in range(3):
                yield found(str(number), b"%d" % number)
                seen.append(len(rows(declared, "captures")))

    feeds["one"] = Slow("one")
    assert run.run(DAY, declared, "one").landed == 3
    assert seen[0] == 1  # the next time waits for twenty times what this one took


def test_a_source_has_reported_all_only_once_its_rows_are_written(
    declared: Settings, feeds: dict[str, Fake], monkeypatch: pytest.MonkeyPatch
) -> None:
    feeds["one"].items = [found("a"), SourceDone("archive-1")]

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(manifest, "add", fail)
        with pytest.raises(DiskFull, match=r"land of .*No space"):
            run.run(DAY, declared, "one")
    assert manifest.sources(declared.home, DAY) == {}
    run.run(DAY, declared, "one")
    assert manifest.sources(declared.home, DAY) == {"one": {"archive-1"}}


def test_rejections_beyond_the_first_are_not_all_logged(
    declared: Settings, feeds: dict[str, Fake], caplog: pytest.LogCaptureFixture
) -> None:
    feeds["one"].items = [away(f"{number}\n") for number in range(500)]
    assert run.run(DAY, declared, "one").rejected == 500
    assert len([line for line in caplog.messages if "ejected" in line]) < 30


def test_a_feed_with_credentials_needs_somebody_who_has_them(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "feeds.toml"
    path.write_text('[feeds.w]\nkind = "wayback"\nhosts = ["h.example"]\nconnection = "archive"\n')
    settings = settings.model_copy(update={"feeds_file": path})
    with pytest.raises(UsageError, match=r"w takes its credentials from the Airflow connection 'archive'"):
        run.run(DAY, settings)
    asked: list[str] = []

    def credential_of(connection: str) -> Credential:
        asked.append(connection)
        raise UsageError("no such connection")

    with pytest.raises(UsageError, match="no such connection"):
        run.run(DAY, settings, credential_of=credential_of)
    assert asked == ["archive"]
    assert "secret" not in repr(Credential("secret-user", "secret"))


def test_manifests_from_before_there_were_feeds_stay_readable(
    declared: Settings, feeds: dict[str, Fake]
) -> None:
    feeds["one"].items = [found("a")]
    run.run(DAY, declared, "one")
    (path,) = declared.home.rglob("captures.parquet")
    pq.write_table(pq.read_table(path, partitioning=None).drop_columns(["url", "http_status"]), path)
    feeds["one"].items = [found("b")]
    assert run.run(DAY, declared, "one").landed == 2
    assert [row["url"] for row in rows(declared, "captures")] == [None, "https://h.example/b"]
