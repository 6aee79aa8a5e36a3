"""Searching a release: what is found, in which order, with which filters, and what is shown of it."""

from __future__ import annotations

import contextlib
import os
import threading
from datetime import date
from pathlib import Path

import pytest

from newsmarts.core.errors import MissingPartition, QueryError, UsageError
from newsmarts.core.settings import Settings, load_settings
from newsmarts.search import open_index
from tests.search.reference import expected
from tests.search.releases import article, found, headlines, mart_texts, release

ARTICLES = (
    article(
        "Strikes close the port of Velmora", "Dockers walked out.", on="2025-08-10", tags=("Ports", "Énergie")
    ),
    article("Grain reaches Ostrin", "The port's strikers let it through.", on="2025-08-12", tags=("ports",)),
    article(
        "Dockers vote",
        "A strike may follow in the port.",
        on="2025-08-14",
        standfirst="The port may strike again.",
        publisher="nour_news",
        news_id="101",
    ),
    article("Wheat is cheap", "Nobody struck the portal.", on="2025-08-16", tags=("Strait of Hormuz",)),
    article(
        "وَالنِّفطُ يعود إلى الأسواق",
        "قال وزير النفط الإيراني إن المدرسة مفتوحة وبإيران.",
        on="2025-08-18",
        publisher="nour_news",
        news_id="102",
        language="ar",
    ),
)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = load_settings(home=tmp_path_factory.mktemp("home"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("newsmarts.marts.audit.run_contracts", lambda *_, **__: [])
        release(settings, *ARTICLES)
    return settings


@pytest.mark.parametrize(
    ("query", "expected_headlines"),
    [
        # all in the headline, all in headline and standfirst, anywhere; each the newest first
        ("port strike", ["Strikes close the port of Velmora", "Dockers vote"]),
        ("port", ["Strikes close the port of Velmora", "Dockers vote", "Grain reaches Ostrin"]),
        ("dockers", ["Dockers vote", "Strikes close the port of Velmora"]),
        ("strikes", ["Strikes close the port of Velmora", "Dockers vote"]),
        ('"strikes"', ["Strikes close the port of Velmora"]),
        ('"the port"', ["Strikes close the port of Velmora", "Dockers vote", "Grain reaches Ostrin"]),
        ('"port the"', []),
        # not over the end of a field
        ('"vote the port"', []),
        ("port -strike", ["Grain reaches Ostrin"]),
        ("wheat OR grain", ["Wheat is cheap", "Grain reaches Ostrin"]),
        ("(wheat OR grain) port", ["Grain reaches Ostrin"]),
        ("headline:port", ["Strikes close the port of Velmora"]),
        ("standfirst:port", ["Dockers vote"]),
        ("body:port -headline:strike", ["Dockers vote", "Grain reaches Ostrin"]),
        ("VELMORA", ["Strikes close the port of Velmora"]),
        ("نفط", ["وَالنِّفطُ يعود إلى الأسواق"]),
        ("النفط", ["وَالنِّفطُ يعود إلى الأسواق"]),
        ("أسواق", ["وَالنِّفطُ يعود إلى الأسواق"]),
        ("الى المدرسه", ["وَالنِّفطُ يعود إلى الأسواق"]),
        ("مدرسة ايران", ["وَالنِّفطُ يعود إلى الأسواق"]),
        ('"وزير النفط"', ["وَالنِّفطُ يعود إلى الأسواق"]),
        ("زير", []),
        ("nothing_like_it", []),
    ],
)
def test_what_is_found_in_which_order(published: Settings, query: str, expected_headlines: list[str]) -> None:
    assert found(published, query) == expected_headlines
    articles = {each["article_id"]: each for each in mart_texts(published)}
    in_marts = [articles[article_id]["headline"] for article_id in expected(list(articles.values()), query)]
    assert in_marts == expected_headlines


def test_filters(published: Settings) -> None:
    with open_index(published.home) as index:
        every = "port OR wheat OR نفط"
        assert len(headlines(index, every)) == 5
        assert len(headlines(index, every, publishers=["nour_news"])) == 2
        assert len(headlines(index, every, publishers=["nour_news", "al_mayadeen"])) == 5
        assert (
            headlines(index, every, first_day=date(2025, 8, 16))
            == [ARTICLES[3].headline, ARTICLES[4].headline][::-1]
        )
        assert headlines(index, every, last_day=date(2025, 8, 10)) == [ARTICLES[0].headline]
        on_the_day = {"first_day": date(2025, 8, 12), "last_day": date(2025, 8, 12)}
        assert headlines(index, every, **on_the_day) == [ARTICLES[1].headline]
        assert headlines(index, every, tags=["PORTS"]) == [ARTICLES[0].headline, ARTICLES[1].headline]
        assert headlines(index, every, tags=["ports", "energie"]) == [ARTICLES[0].headline]
        assert headlines(index, every, tags=["strait of hormuz"]) == [ARTICLES[3].headline]
        assert headlines(index, every, tags=["strait"]) == []
        assert headlines(index, every, tags=["ports"], publishers=["nour_news"]) == []


def test_a_tag_is_found_under_every_spelling_that_is_known(settings: Settings) -> None:
    release(
        settings, article("One", tags=("U.S.",)), article("Two", tags=("United States",)), article("Three")
    )
    with open_index(settings.home) as index:
        for spelling in ("US", "u.s.", "usa", "United States of America"):
            assert sorted(headlines(index, "one OR two OR three", tags=[spelling])) == ["One", "Two"], (
                spelling
            )


def test_limit_and_total(published: Settings) -> None:
    with open_index(published.home) as index:
        answer = index.search("port", limit=2)
        assert answer.total == 3
        assert [(hit.rank, hit.headline) for hit in answer.hits] == [
            (1, "Strikes close the port of Velmora"),
            (2, "Dockers vote"),
        ]
        # the first level alone would fill it with an article that isn't first
        assert [hit.headline for hit in index.search("dockers", limit=1).hits] == ["Dockers vote"]


def test_what_is_shown_is_what_the_marts_have(published: Settings) -> None:
    articles = {each["article_id"]: each for each in mart_texts(published)}
    with open_index(published.home) as index:
        assert index.articles == len(articles) == 5
        assert index.publishers() == ["al_mayadeen", "nour_news"]
        hits = index.search("port OR wheat OR نفط").hits
    assert {hit.article_id for hit in hits} == set(articles)
    for hit in hits:
        row = articles[hit.article_id]
        assert (hit.publisher, hit.url, hit.headline) == (row["publisher"], row["url"], row["headline"])
        assert hit.published_at == row["published_at"]
        bare = hit.excerpt.removeprefix("… ").removesuffix(" …")
        assert bare in row["body_text"] or bare in row["standfirst"]


def test_marks(published: Settings) -> None:
    with open_index(published.home) as index:
        (hit,) = index.search("dockers velmora").hits
    assert [hit.headline[start:end] for start, end in hit.headline_marks] == ["Velmora"]
    assert [hit.excerpt[start:end] for start, end in hit.excerpt_marks] == ["Dockers"]


def test_what_only_the_standfirst_says_is_shown_from_there(settings: Settings) -> None:
    release(settings, article("Headline", "A body.", standfirst="Only here is it said."))
    with open_index(settings.home) as index:
        (hit,) = index.search("said").hits
    assert hit.excerpt == "Only here is it said."
    assert [hit.excerpt[start:end] for start, end in hit.excerpt_marks] == ["said"]


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_limit_has_bounds(published: Settings, limit: int) -> None:
    with open_index(published.home) as index, pytest.raises(UsageError, match="from 1 to 1000"):
        index.search("port", limit=limit)


def test_a_filter_that_nothing_passes_is_named(published: Settings) -> None:
    with open_index(published.home) as index:
        with pytest.raises(UsageError, match=r"nothing by 'bbc'.*al_mayadeen, nour_news"):
            index.search("port", publishers=["bbc"])
        with pytest.raises(UsageError, match="Swap them"):
            index.search("port", first_day=date(2025, 8, 2), last_day=date(2025, 8, 1))
        with pytest.raises(UsageError, match="UTF-8"):
            index.search("port", tags=["\udcff"])
        with pytest.raises(UsageError, match="UTF-8"):
            index.search("\udcff port")


@pytest.mark.parametrize(
    "query",
    [
        "x" * 1000,
        "(" * 10 + "port" + ")" * 10,
        " OR ".join(f"w{number}" for number in range(50)),
        '"' + " ".join("port" for _ in range(50)) + '"',
        "port " + " ".join(f"-w{number}" for number in range(49)),
        ".+ [a-z]{1000} (?:port)",
        "port AND body:[a TO z]",
        "\x00port\x1b[31m",
        "ﷺ " * 12,
    ],
)
def test_hostile_queries_are_answered_or_rejected(published: Settings, query: str) -> None:
    with open_index(published.home) as index, contextlib.suppress(QueryError):
        assert index.search(query).total <= 5


def test_before_the_first_release_it_says_so(settings: Settings) -> None:
    with pytest.raises(MissingPartition, match="Nothing is published at"):
        open_index(settings.home)


def test_a_closed_index_says_so(published: Settings) -> None:
    index = open_index(published.home)
    index.close()
    with pytest.raises(UsageError, match="is closed"):
        index.search("port")


def test_the_home_of_the_settings_is_the_default(
    published: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsmarts.release.home.settings", lambda: published)
    with open_index() as index:
        assert index.articles == 5


def test_an_older_release_answers_for_itself(settings: Settings) -> None:
    first = release(settings, article("Harbour"))
    second = release(settings, article("Harbour"), article("Market"))
    with open_index(settings.home, as_of="1") as old, open_index(settings.home) as new:
        assert (old.release_id, new.release_id) == (first.release_id, second.release_id)
        assert (headlines(old, "market"), headlines(new, "market")) == ([], ["Market"])
        assert old.search("harbour").release_id == first.release_id
    with pytest.raises(UsageError, match="Kept are"):
        open_index(settings.home, as_of="9")


def test_reading_leaves_nothing_behind(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    scratch = tmp_path_factory.mktemp("scratch")
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    result = release(settings, article("Harbour"))
    folder = Path(os.path.realpath(result.path)).parent
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    with open_index(settings.home) as index:
        assert list(scratch.iterdir()) == []  # a reader that is killed leaves nothing either
        assert headlines(index, "harbour") == ["Harbour"]
    # tantivy's own way to open an index writes a lock file, which a reader may have no right to
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_many_threads_search_one_index(published: Settings) -> None:
    answers = []
    with open_index(published.home) as index:

        def ask() -> None:
            for _ in range(20):
                answers.append((headlines(index, "port strike"), headlines(index, "نفط")))

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(answers) == 120
    assert all(answer == answers[0] for answer in answers)
