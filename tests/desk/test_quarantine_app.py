"""Quarantine through its routes: filters, acknowledging and undoing, and captured text that means harm."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from newsmarts.core.acknowledgements import read_decisions, standing
from newsmarts.core.partitions import partition_path, raw_object_path
from newsmarts.core.schemas import CAPTURES, write_rows
from newsmarts.core.settings import PROJECT_ROOT
from tests.desk.day_files import HOSTILE, HOSTILE_ATTRIBUTE, LeftOut, write_day
from tests.desk.desk_client import USER, MadeUpAirflow, ask, get, guarded, post

_LEADING = {"href", "src", "action", "formaction"}
BYTES = b"<script>window.pwned=1</script>\x00" + "\u202e=cmd()|' /C calc'!A0".encode()


class Elements(HTMLParser):
    """Collects what a browser would make elements, attributes and addresses of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in _LEADING]


def chosen(reason: str, state: str = "open") -> list[str]:
    answer = get(guarded(), f"/quarantine?reason={reason}&state={state}")
    assert answer.status_code == 200
    return re.findall(r'name="chosen" value="([^"]+)"', answer.text)


def followed(answer: httpx.Response) -> str:
    assert answer.status_code == 303
    return get(guarded(), answer.headers["location"]).text


@pytest.mark.xdist_group("sample_marts")
def test_acknowledge_many_then_undo(samples: Path) -> None:
    keys = chosen("missing_published_at")
    assert len(keys) == 2
    listed = "/quarantine?reason=missing_published_at"
    form = {"chosen": keys, "why": "Old pages <b>without</b> a date", "from": listed}
    page = followed(post(guarded(), "/quarantine/acknowledge", form))
    assert "2 pages." in page
    assert "Nothing is open" in page
    (record,) = read_decisions(samples)
    assert (record.by, record.reason) == (USER, "Old pages <b>without</b> a date")
    assert abs((datetime.now(UTC) - record.at).total_seconds()) < 600
    assert len(standing(samples)) == 2

    page = get(guarded(), "/quarantine?state=acknowledged").text
    assert "Old pages &lt;b&gt;without&lt;/b&gt; a date" in page
    assert chosen("missing_published_at", "acknowledged") == keys
    page = followed(
        post(guarded(), "/quarantine/undo", {"chosen": keys[:1], "from": f"{listed}&state=acknowledged"})
    )
    assert "Open again" in page
    assert chosen("missing_published_at") == keys[:1]
    assert [each.decision for each in read_decisions(samples)] == ["acknowledged", "undone"]


@pytest.mark.xdist_group("sample_marts")
def test_all_that_pass_the_filters_at_once(samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("newsmarts.review.quarantine", "newsmarts.desk.quarantine"):
        monkeypatch.setattr(f"{module}.PAGE_SIZE", 1)
    page = get(guarded(), "/quarantine?reason=missing_published_at").text
    assert 'name="everything" value="2"' in page
    assert page.count('name="chosen"') == 1
    form = {"everything": "2", "from": "/quarantine?reason=missing_published_at", "why": "Seen"}
    # another page has come since, or the filter is another
    for outdated in ({**form, "everything": "1"}, {**form, "from": "/quarantine"}):
        answer = post(guarded(), "/quarantine/acknowledge", outdated)
        assert answer.status_code == 422
        assert "Look again" in answer.text
    assert list(read_decisions(samples)) == []
    assert "2 pages." in followed(post(guarded(), "/quarantine/acknowledge", form))
    assert {entry.reason_code for entry in standing(samples)} == {"missing_published_at"}
    monkeypatch.setattr("newsmarts.desk.routes.quarantine.MOST_AT_ONCE", 5)
    answer = post(guarded(), "/quarantine/acknowledge", {"everything": "21", "why": "Seen"})
    assert "too many at once" in answer.text


@pytest.mark.xdist_group("sample_marts")
def test_acknowledge_on_the_page_itself(samples: Path) -> None:
    (key,) = chosen("unexpected_byline&publisher=al_mayadeen")
    path = f"/captures/2025-09-01/{key.partition(':')[0]}"
    answer = post(guarded(), "/quarantine/acknowledge", {"chosen": [key], "why": "A guest", "from": path})
    page = followed(answer)
    assert "<mark>Maren Quillon</mark>" in page
    assert "A guest" in page
    assert "Undo acknowledging" in page
    assert "What was decided about it" in page


@pytest.mark.xdist_group("sample_marts")
def test_the_days_of_chosen_pages_are_run_again_in_the_users_name(samples: Path) -> None:
    airflow = MadeUpAirflow()
    keys = [
        *chosen("unexpected_byline&publisher=al_mayadeen"),
        *chosen("missing_headline"),
        *chosen("published_before_site"),
    ]
    answer = post(guarded(airflow), "/quarantine/rerun", {"chosen": keys})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/backfill/progress?")
    # the longest range is a backfill, the other days are runs of their own
    assert airflow.backfills == [(date(2025, 9, 4), date(2025, 9, 5), USER)]
    assert airflow.started == [(date(2025, 9, 1), USER)]
    assert list(read_decisions(samples)) == []


@pytest.mark.xdist_group("sample_marts")
def test_today_counts_what_is_not_acknowledged(samples: Path) -> None:
    expected = (PROJECT_ROOT / "samples" / "expected.json").read_text("utf-8")
    quarantined = expected.count('"outcome": "quarantined"')
    assert f"{quarantined} pages are in quarantine and not acknowledged." in get(guarded(), "/today").text
    post(guarded(), "/quarantine/acknowledge", {"chosen": chosen("missing_published_at"), "why": "Seen"})
    assert f"{quarantined - 2} pages are in quarantine and not" in get(guarded(), "/today").text
    loaded = next(path for path, each in json.loads(expected).items() if each["outcome"] == "loaded")
    write_day(samples, date(2025, 8, 1), left_out=[LeftOut(loaded, "missing_body", "No body.")])
    assert "1 of them replaced" in get(guarded(), "/today").text
    shown = get(guarded(), "/quarantine?state=replaced").text
    assert shown.count(">replaced</a>") == 1


@pytest.mark.xdist_group("sample_marts")
@pytest.mark.usefixtures("samples")
def test_a_days_contracts_lead_to_its_pages() -> None:
    day = get(guarded(), "/contracts?day=2025-09-01").text
    pattern = r'href="(/captures/2025-09-01/[0-9a-f]{32})"><bdi class="path">[^<]*person-byline'
    (link,) = re.findall(pattern, day)
    assert "<mark>Maren Quillon</mark>" in get(guarded(), link).text
    assert 'href="/quarantine?day=2025-09-01&amp;state=all"' in day


@pytest.mark.xdist_group("sample_marts")
@pytest.mark.usefixtures("samples")
def test_who_may_only_read_is_shown_no_button() -> None:
    page = get(guarded(start_runs=403), "/quarantine").text
    assert "needs the right" in page
    assert "Run their days again" not in page
    assert "Run their days again" in get(guarded(), "/quarantine").text


@pytest.mark.xdist_group("sample_marts")
@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"why": "Seen"}, "No page is chosen"),
        ({"chosen": ["../../etc:page"], "why": "Seen"}, "named as this page"),
        ({"chosen": ["0" * 32 + ":page"], "why": "Seen"}, "out of quarantine"),
        ({"chosen": ["KEY"], "why": " \u202e\x00 "}, "needs a reason"),
        ({"chosen": ["KEY"], "why": "x" * 501}, "501 characters"),
    ],
)
def test_what_cannot_be_acknowledged_says_why(samples: Path, form: dict[str, object], said: str) -> None:
    (key,) = chosen("unexpected_byline&publisher=al_mayadeen")
    if form.get("chosen") == ["KEY"]:
        form = {**form, "chosen": [key]}
    answer = post(guarded(), "/quarantine/acknowledge", form)
    assert answer.status_code == 422
    assert said in answer.text
    assert list(read_decisions(samples)) == []


@pytest.mark.xdist_group("sample_marts")
def test_nothing_is_decided_from_another_site(samples: Path) -> None:
    (key,) = chosen("unexpected_byline&publisher=al_mayadeen")
    form = {"chosen": key, "why": "Seen"}
    for path in ("acknowledge", "undo"):
        answer = ask(
            guarded(), "POST", f"/quarantine/{path}", data=form, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert answer.status_code == 403
    assert post(guarded(start_runs=403), "/quarantine/acknowledge", form).status_code == 403
    assert list(read_decisions(samples)) == []


@pytest.mark.xdist_group("sample_marts")
def test_filters_stay_after_an_act_and_lead_nowhere_else(samples: Path) -> None:
    (key,) = chosen("unexpected_byline&publisher=al_mayadeen")
    listed = "/quarantine?publisher=al_mayadeen&stage=//evil.example&day=x&state=https://evil.example"
    answer = post(guarded(), "/quarantine/acknowledge", {"chosen": [key], "why": "Seen", "from": listed})
    assert answer.headers["location"] == "/quarantine?publisher=al_mayadeen&done=acknowledged&count=1"


@pytest.mark.parametrize(
    "query", ["reason=<script>", "state=none", "page=0", "page=x", "day=2025-13-01", "done=<b>", "count=-1"]
)
def test_an_address_that_cannot_be_right_is_said_to_be(home: Path, query: str) -> None:
    answer = get(guarded(), f"/quarantine?{query}")
    assert answer.status_code == 422
    assert "<b>" not in answer.text


def test_a_page_that_is_not_an_article_asks_for_nothing(home: Path) -> None:
    day = date(2025, 9, 1)
    detail = "The address is that of a tag: /tags/<b>"
    write_day(
        home, day, left_out=[LeftOut("tag.html", "tag_page", detail, stage="parse", outcome="not_article")]
    )
    assert "Nothing is open" in get(guarded(), "/quarantine").text
    listed = get(guarded(), "/quarantine?state=not_article").text
    assert "/tags/&lt;b&gt;" in listed
    assert 'name="chosen"' not in listed
    (link,) = re.findall(r'href="(/captures/2025-09-01/[0-9a-f]{32})"', listed)
    page = get(guarded(), link).text
    assert '<span class="badge">not an article</span>' in page
    assert "/tags/&lt;b&gt;" in page
    assert "What to do.</b> Nothing" in page
    assert "<form" not in page


@pytest.mark.xdist_group("sample_marts")
@pytest.mark.usefixtures("samples")
def test_a_loaded_capture_is_shown_with_its_outcome() -> None:
    article = get(guarded(), "/articles").text
    (first, *_) = re.findall(r'href="(/articles/[0-9a-f]{32})"', article)
    (capture, *_) = re.findall(r'href="(/captures/[0-9-]{10}/[0-9a-f]{32})"', get(guarded(), first).text)
    assert '<span class="badge good">loaded</span>' in get(guarded(), capture).text


def test_nothing_at_all_yet(home: Path) -> None:
    page = get(guarded(), "/quarantine").text
    assert "Nothing is published yet" in page
    assert "Nothing is open" in page


def write_hostile(home: Path) -> tuple[date, str]:
    """A day whose every captured field means harm; returns it and its capture's id."""
    day = date(2025, 9, 1)
    sha256 = hashlib.sha256(BYTES).hexdigest()
    path = raw_object_path(home, sha256)
    path.parent.mkdir(parents=True)
    path.write_bytes(BYTES)
    name = f"{HOSTILE}\u202e\x00{HOSTILE_ATTRIBUTE}"
    detail = f"{HOSTILE} '{HOSTILE_ATTRIBUTE}'"
    away = LeftOut(name, HOSTILE, detail, HOSTILE, "parse", HOSTILE_ATTRIBUTE)
    write_day(home, day, captures=1, left_out=[away])
    capture_id = hashlib.sha256(name.encode()).hexdigest()[:32]
    folder = partition_path(home, "manifest", day)
    folder.mkdir(parents=True)
    landed = datetime(2025, 9, 1, tzinfo=UTC)
    row = {
        "capture_id": capture_id,
        "sha256": sha256,
        "publisher": HOSTILE_ATTRIBUTE,
        "feed": HOSTILE,
        "source_path": name,
        "captured_at": landed,
        "capture_day": day,
        "media_type": HOSTILE,
        "size_bytes": len(BYTES),
        "landed_at": landed,
        "url": f"javascript:{HOSTILE_ATTRIBUTE}",
    }
    write_rows(folder / "captures.parquet", CAPTURES, [row])
    return day, capture_id


def test_captured_text_is_only_text(home: Path) -> None:
    day, capture_id = write_hostile(home)
    own_scripts = {"/static/frame.js", "/static/theme.js", "/static/choose.js"}
    for path in ("/quarantine", "/quarantine?state=all", f"/captures/{day}/{capture_id}"):
        answer = get(guarded(), path)
        assert answer.status_code == 200, path
        assert "onerror" in answer.text  # it is shown
        found = Elements(answer.text)
        assert not {"img", "iframe", "style"} & found.tags
        assert not [name for name in found.attributes if name.startswith("on")]
        assert not [link for link in found.links if not link.startswith(("/", "#"))]
        assert {link.partition("?")[0] for link in found.links if ".js" in link} <= own_scripts
        assert not [char for char in answer.text if not char.isprintable() and char != "\n"]
        assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_captured_bytes_are_a_file_and_never_a_page(home: Path) -> None:
    day, capture_id = write_hostile(home)
    answer = get(guarded(), f"/captures/{day}/{capture_id}/bytes")
    assert answer.content == BYTES
    sha256 = hashlib.sha256(BYTES).hexdigest()
    assert answer.headers["content-disposition"] == f'attachment; filename="{sha256}.bin"'
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/captures/2025-09-01/" + "0" * 32,
        "/captures/2025-09-01/" + "0" * 32 + "/bytes",
        "/captures/2025-09-01/..%2f..%2f..%2fetc%2fpasswd/bytes",
        "/captures/..%2f..%2fetc/" + "0" * 32 + "/bytes",
        "/captures/2025-13-01/" + "0" * 32,
    ],
)
def test_only_known_captures_are_given(home: Path, path: str) -> None:
    write_hostile(home)
    assert get(guarded(), path).status_code in {404, 422}


def test_bytes_that_are_gone_are_said_to_be(home: Path) -> None:
    day, capture_id = write_hostile(home)
    raw_object_path(home, hashlib.sha256(BYTES).hexdigest()).unlink()
    page = get(guarded(), f"/captures/{day}/{capture_id}")
    assert page.status_code == 200
    assert "Put them back from a backup" in page.text
    assert get(guarded(), f"/captures/{day}/{capture_id}/bytes").status_code == 500
