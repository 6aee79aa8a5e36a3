"""Each expectation over the days: its strip, its rate, what broke it last; and the Data Docs behind it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from newsmarts.core.partitions import docs_path
from newsmarts.core.settings import Settings, load_settings
from newsmarts.desk.routes.data_docs import find_page
from newsmarts.review.contract_history import expectation_view, history_view, nearest
from newsmarts.validate.run import run as validate
from tests.desk.day_files import HOSTILE, HOSTILE_ATTRIBUTE, LeftOut, expectation, write_day
from tests.desk.desk_client import ask, get, guarded
from tests.tags import first_tag
from tests.validate.days import DAY as VALIDATED_DAY
from tests.validate.days import article
from tests.validate.days import write_day as write_parsed_day

DAY = date(2025, 9, 1)


pytestmark = pytest.mark.usefixtures("home")


def five_days(home: Path) -> None:
    """``date`` is met, met, not met, not evaluated, met; ``old`` is evaluated on the first day only."""
    for number, broken in enumerate((0, 0, 2, None, 0)):
        expectations = [expectation("nour_news_articles", "always")]
        if broken is not None:
            expectations.append(
                expectation("nour_news_articles", "date", passed=not broken, unexpected_rows=broken)
            )
        if number == 0:
            expectations.append(expectation("nour_news_articles", "old", severity="warning"))
        away = [
            LeftOut(f"{number}-{page}.txt", "missing_date", "no date", "date", publisher="nour_news")
            for page in range(broken or 0)
        ]
        write_day(home, DAY + timedelta(days=number), expectations=expectations, left_out=away)


def test_an_expectations_days_become_a_strip_and_a_rate(home: Path) -> None:
    five_days(home)
    view = history_view(Settings(home=home), 30)
    ((name, histories),) = view.contracts.items()
    assert (name, view.total_days) == ("nour_news_articles", 5)
    assert [bool(each.broken) for each in histories] == [True, False, False]
    found = {each.latest.expectation: each for each in histories}
    assert list(found) == ["date", "always", "old"]  # the broken one first, then the critical one
    dated = found["date"]
    assert [(part.start, part.length, part.kind) for part in dated.stretches] == [
        (0, 2, "met"),
        (2, 1, "broken"),
        (3, 1, "none"),
        (4, 1, "met"),
    ]
    assert (dated.evaluated_rows, dated.unexpected_rows, dated.pass_rate) == (16, 2, 0.875)
    assert [each.is_current for each in histories] == [True, True, False]


def test_days_without_a_row_to_check_are_not_met(home: Path) -> None:
    """Of a contract without rows Great Expectations lets each expectation hold."""
    for number, rows in enumerate((4, 0, 4, 0)):
        some = expectation("nour_news_articles", "some", evaluated_rows=rows)
        none = expectation("nour_news_fa_articles", "none", evaluated_rows=0)
        write_day(home, DAY + timedelta(days=number), expectations=[some, none])
    view = history_view(Settings(home=home), 30)
    (some_days,), (no_days,) = view.contracts.values()
    assert [part.kind for part in some_days.stretches] == ["met", "none", "met", "none"]
    assert (len(some_days.evaluated), some_days.pass_rate, some_days.is_current) == (2, 1.0, True)
    assert ([part.kind for part in no_days.stretches], no_days.pass_rate) == (["none"], None)
    page = get(guarded(), "/contracts?show=all").text
    assert "2 of 2" in page
    assert "not evaluated" in page
    assert "no longer evaluated" not in page
    day = get(guarded(), f"/contracts?day={DAY + timedelta(days=1)}").text
    assert "1 of 1 met" not in day
    assert day.count("not evaluated: the day has no row for it") == 2
    for contract, name in (("nour_news_articles", "some"), ("nour_news_fa_articles", "none")):
        assert (
            get(guarded(), f"/contracts/expectation?contract={contract}&expectation={name}").status_code
            == 200
        )


def test_a_period_is_of_days_with_results(home: Path) -> None:
    five_days(home)
    view = history_view(Settings(home=home), 2)
    assert view.days == (DAY + timedelta(days=3), DAY + timedelta(days=4))
    assert [nearest(period) for period in (1, 30, 31, 365)] == [30, 30, 90, 365]


def broken_of(home: Path) -> list[str]:
    (histories,) = history_view(Settings(home=home), 30).contracts.values()
    return [each.latest.expectation for each in histories if each.broken]


def test_a_day_that_is_run_again_is_read_again(home: Path) -> None:
    five_days(home)
    assert broken_of(home) == ["date"]
    folder = home / "staged" / "validated" / "capture_day=2025-09-03"
    folder.rename(folder.with_name(".tmp-old"))
    write_day(home, date(2025, 9, 3), expectations=[expectation("nour_news_articles", "date")])
    assert broken_of(home) == []


def test_what_broke_it_last_is_of_its_own_contract(home: Path) -> None:
    write_day(
        home,
        DAY,
        left_out=[
            LeftOut("a.txt", "missing_date", "no date", "date", publisher="nour_news"),
            LeftOut("b.txt", "missing_date", "none here", "date", publisher="al_mayadeen"),
            LeftOut("c.txt", "missing_date", "a line", "date", subject="ticker_item"),
            LeftOut("d.txt", "missing_body", "no body", "body", publisher="nour_news"),
        ],
        expectations=[
            expectation(name, "date", passed=False, unexpected_rows=1)
            for name in ("nour_news_articles", "articles", "ticker_items")
        ],
    )

    def paths(contract: str) -> list[str]:
        view = expectation_view(Settings(home=home), contract, "date", 30)
        assert view is not None
        return [offender.source_path for offender in view.offenders]

    assert paths("nour_news_articles") == ["a.txt"]
    assert paths("articles") == ["a.txt", "b.txt"]
    assert paths("ticker_items") == ["c.txt"]
    assert expectation_view(Settings(home=home), "nour_news_articles", "never", 30) is None


def test_the_pages_link_to_days_and_docs(home: Path) -> None:
    five_days(home)
    docs = docs_path(home) / "2025-09-03"
    docs.mkdir(parents=True)
    (docs / "index.html").write_text("<h1>Contracts</h1>")
    listed = BeautifulSoup(get(guarded(), "/contracts?period=90&show=all").text, "lxml")
    rows = listed.select("table.history tbody tr")
    assert [first_tag(row, "th a").get_text() for row in rows] == ["date", "always", "old"]
    assert [cell.get_text(" ", strip=True) for cell in rows[0].select("td.num")] == ["3 of 4", "87.5%"]
    address = first_tag(rows[0], "th a")["href"]
    one = BeautifulSoup(get(guarded(), str(address)).text, "lxml")
    assert [link["href"] for link in one.select("table.days a")] == [
        "/contracts?day=2025-09-03",
        "/contracts/docs/2025-09-03/index.html",
    ]
    assert len(one.select("table.away tbody tr")) == 2
    assert get(guarded(), "/contracts/docs/2025-09-03/index.html").text == "<h1>Contracts</h1>"
    assert "Data Docs" in get(guarded(), "/contracts?day=2025-09-03").text
    assert "Data Docs" not in get(guarded(), "/contracts?day=2025-09-02").text
    assert get(guarded(), "/contracts/expectation?contract=x&expectation=y").status_code == 404


@pytest.mark.parametrize("text", [HOSTILE, HOSTILE_ATTRIBUTE])
def test_hostile_names_stay_text(home: Path, text: str) -> None:
    write_day(
        home,
        DAY,
        expectations=[expectation(text, text, notes=text, passed=False, expectation_type=text)],
        left_out=[LeftOut(text, text, text, text, publisher=None)],
    )
    listed = BeautifulSoup(get(guarded(), "/contracts").text, "lxml")
    link = first_tag(listed, "table.history th a")
    assert link.get_text() == text
    one = BeautifulSoup(get(guarded(), str(link["href"])).text, "lxml")
    assert first_tag(one, "h1").get_text() == text
    assert first_tag(one, ".detail").get_text() == text
    for page in (listed, one):
        assert not page.find_all(["img", "iframe", "style"])
        assert not [script for script in page.find_all("script") if script.string]


@pytest.fixture
def docs(home: Path) -> Path:
    folder = docs_path(home) / str(DAY)
    (folder / "validations" / "nour").mkdir(parents=True)
    (folder / "index.html").write_text("<p>index")
    (folder / "validations" / "nour" / "20250901T000000.000000Z.html").write_text("<p>deep")
    (docs_path(home) / "secret.html").write_text("secret")
    (home / "secret.html").write_text("secret")
    (folder / "link.html").symlink_to(home / "secret.html")
    (folder / "notes.txt").write_text("secret")
    return home


def test_data_docs_are_given_in_a_sandbox(docs: Path) -> None:
    for path, text in (("index.html", "index"), ("validations/nour/20250901T000000.000000Z.html", "deep")):
        answer = get(guarded(), f"/contracts/docs/{DAY}/{path}")
        assert (answer.status_code, text in answer.text) == (200, True)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("sandbox allow-same-origin; default-src 'none'")
        assert "allow-scripts" not in policy
        assert "script-src" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("cookie", "start"),
    [
        ("dark", '<html data-theme="dark" lang'),
        ("light", '<html data-theme="light" lang'),
        ('"><b>', "<html lang"),
    ],
)
def test_data_docs_have_the_theme_that_was_chosen(docs: Path, cookie: str, start: str) -> None:
    (docs_path(docs) / str(DAY) / "index.html").write_text('<html lang="en"><body class="a"><p>docs')
    headers = {"Cookie": f"news_desk_theme={cookie}"}
    page = ask(guarded(), "GET", f"/contracts/docs/{DAY}/index.html", headers=headers).text
    assert page.startswith(start)
    assert f'<body class="a"><p><a href="/contracts?day={DAY}">' in page


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        "..",
        "../secret.html",
        "..%2fsecret.html",
        "..%2f..%2fsecret.html",
        "%2e%2e/%2e%2e/secret.html",
        "validations/../../secret.html",
        "%2fetc%2fpasswd.html",
        "link.html",
        "notes.txt",
        "validations",
        "nope.html",
        "index.html%00.html",
        ".hidden.html",
        "a\\..\\secret.html",
        "x" * 5000 + ".html",
    ],
)
def test_nothing_else_is_given_from_the_docs(docs: Path, path: str) -> None:
    answer = get(guarded(), f"/contracts/docs/{DAY}/{path}")
    assert answer.status_code in {404, 307}
    assert "secret" not in answer.text
    assert find_page(docs, DAY, path) is None


@pytest.mark.slow
def test_the_first_page_that_is_opened_renders_the_day(home: Path) -> None:
    write_parsed_day(home, [article("a"), article("b", headline=None)])
    validate(VALIDATED_DAY, load_settings(home=home))
    results = f"{VALIDATED_DAY:%Y-%m-%d}/{VALIDATED_DAY:%Y%m%d}T000000.000000Z/rows.html"
    front = get(guarded(), f"/contracts/docs/{VALIDATED_DAY}/index.html")
    address = f"validations/al_mayadeen_articles/{results}"
    assert f'href="{address}"' in front.text
    assert not list((docs_path(home) / str(VALIDATED_DAY)).glob("validations"))
    page = get(guarded(), f"/contracts/docs/{VALIDATED_DAY}/{address}")
    assert page.status_code == 200
    assert "headline" in page.text
    assert page.headers["content-security-policy"].startswith("sandbox allow-same-origin; default-src 'none'")
    assert get(guarded(), f"/contracts/docs/{VALIDATED_DAY}/validations/nope.html").status_code == 404


@pytest.mark.parametrize("day", ["..", "nope", "2025-13-01", "%2e%2e"])
def test_only_days_have_docs(docs: Path, day: str) -> None:
    answer = get(guarded(), f"/contracts/docs/{day}/secret.html")
    assert answer.status_code in {404, 422}
    assert ">secret" not in answer.text
