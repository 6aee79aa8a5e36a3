"""``newsmarts search``: what a person sees, what a program gets; captured text can do no harm."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from newsmarts.cli.main import main
from newsmarts.cli.render.search import marked, render_answer
from newsmarts.core.settings import PROJECT_ROOT, Settings, load_settings
from newsmarts.search import open_index
from tests.search.releases import article, release

HOSTILE = "Harbour \x1b[31mred\x07\x9b\u202eevil\u2028 <b>**not bold**</b>"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = load_settings(home=tmp_path_factory.mktemp("home"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("newsmarts.marts.audit.run_contracts", lambda *_, **__: [])
        release(
            settings,
            article(
                "Grain leaves the harbour", "Ships wait.", on="2025-08-10", url="https://example.org/grain"
            ),
            article(
                "Ships\n wait", "In the harbour\n\nof Ostrin, ships wait.", on="2025-08-12", tags=("Ports",)
            ),
            article(
                HOSTILE, "A body.", on="2025-08-14", publisher="nour_news", news_id="1", url=f"x:{HOSTILE}"
            ),
        )
    return settings.home


def run_search(home: Path, *arguments: str) -> int:
    return main(["search", "--home", str(home), *arguments])


def test_what_a_person_sees(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_search(home, "ships wait", "--limit", "1") == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "",
        "  1  2025-08-12  al_mayadeen  **Ships** **wait**",
        "     In the harbour of Ostrin, **ships** **wait**.",
    ]
    assert run_search(home, "grain", "--from", "2025-08-10", "--to", "2025-08-10") == 0
    release_line, *lines = capsys.readouterr().out.splitlines()
    assert release_line.startswith("Release 000001-")
    assert release_line.endswith(": 1 article")
    assert lines == [
        "",
        "  1  2025-08-10  al_mayadeen  **Grain** leaves the harbour",
        "     https://example.org/grain",
        "     Ships wait.",
    ]


def test_how_many_there_are(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_search(home, "harbour", "--limit", "2")
    assert ": 3 articles, the first 2 shown\n" in capsys.readouterr().out
    run_search(home, "harbour nothing")
    output = capsys.readouterr().out
    assert ": 0 articles\n" in output
    assert "use fewer words, or OR between them" in output
    run_search(home, "harbour", "--tag", "nothing")
    output = capsys.readouterr().out
    assert ": 0 articles\n" in output
    assert "Whatever the tag, publisher and day: 3 articles." in output


def test_filters(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for options, total in (
        (["--publisher", "nour_news"], 1),
        (["--publisher", "nour_news", "--publisher", "al_mayadeen"], 3),
        (["--tag", "PORTS"], 1),
        (["--from", "2025-08-12"], 2),
        (["--to", "2025-08-11"], 1),
        (["--as-of", "000001"], 3),
    ):
        assert run_search(home, "harbour", "--json", *options) == 0
        assert json.loads(capsys.readouterr().out)["total"] == total, options


def test_json_is_the_answer_whole(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_search(home, "harbour", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    with open_index(home) as index:
        expected = index.search("harbour")
    assert answer["release_id"] == expected.release_id
    assert answer["query"] == "harbour"
    assert answer["hits"][0] == {
        "rank": 1,
        "article_id": expected.hits[0].article_id,
        "publisher": "nour_news",
        "published_at": "2025-08-14T00:00:00Z",
        "url": f"x:{HOSTILE}",
        "headline": " ".join(HOSTILE.split()),
        "headline_marks": [[0, 7]],
        "excerpt": "A body.",
        "excerpt_marks": [],
    }
    assert [hit["headline"] for hit in answer["hits"]] == [hit.headline for hit in expected.hits]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["grain (wheat"], "near 'grain (wheat': this bracket isn't closed"),
        (["grain", "--from", "10 August"], "not a day: '10 August'"),
        (["grain", "--from", "2025-08-11", "--to", "2025-08-10"], "Swap them"),
        (["grain", "--publisher", "bbc"], "Publishers are al_mayadeen, nour_news"),
        (["grain", "--limit", "0"], "from 1 to 1000"),
        (["grain", "--as-of", "7"], "There is no release '7'"),
    ],
)
def test_bad_usage(
    home: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_search(home, *arguments) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.out == ""


def test_nothing_published_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_search(tmp_path, "grain") == 1
    assert "Nothing is published" in capsys.readouterr().err


def test_captured_text_gives_a_terminal_no_orders(home: Path) -> None:
    with open_index(home) as index:
        text = render_answer(index.search("harbour"), is_terminal=True)
    # but for our own bold
    bare = text.replace("\x1b[1m", "").replace("\x1b[22m", "").replace("\n", "")
    assert r"Harbour \x1b[31mred\x07\x9b\u202eevil" in bare
    assert bare.isprintable()
    assert text.count("\x1b[1m") == text.count("\x1b[22m") == 3
    assert "\x1b[1mHarbour\x1b[22m \\x1b[31mred" in text


def test_marks_stay_where_they_are() -> None:
    text = "a\x1b[0mb \u202ec\r\nd"
    shown = marked(text, ((0, 1), (5, 6), (11, 12)), ("<", ">"))
    assert shown == r"<a>\x1b[0m<b> \u202ec\r\n<d>"
    # what Arabic needs stays: joiners and the marks of direction that end by themselves
    assert marked("می\u200cشود\u200f", (), ("<", ">")) == "می\u200cشود\u200f"


def test_bold_at_a_terminal_only(home: Path, settings: Settings) -> None:
    def output_at(terminal: str) -> str:
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "newsmarts", "search", "grain", "--home", str(home)]
        environment = {**os.environ, "TERM": terminal, "PYTHONPATH": str(PROJECT_ROOT)}
        with subprocess.Popen(command, cwd=PROJECT_ROOT, env=environment, stdout=theirs) as process:
            assert process.wait(timeout=60) == 0
        os.close(theirs)
        output = os.read(ours, 10_000).decode()
        os.close(ours)
        return output

    assert "\x1b[1mGrain\x1b[22m leaves" in output_at("xterm")
    assert "**Grain** leaves" in output_at("dumb")


def test_a_query_that_begins_with_a_dash(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_search(home, "--tag=ports", "--", "-grain ships") == 0
    assert ": 1 article\n" in capsys.readouterr().out
