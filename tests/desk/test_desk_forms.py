"""What a form sends and can't be taken comes back to its page: the reason beside it, in it what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from bs4 import BeautifulSoup, Tag
from fastapi import FastAPI

from newsmarts.core.acknowledgements import standing
from tests.desk.desk_client import MadeUpAirflow, ask, get, guarded, post
from tests.desk.desk_routes import routes
from tests.tags import first_tag

pytestmark = pytest.mark.xdist_group("sample_marts")

MOUNT = "/news-desk"  # as Airflow mounts the pages
FORMS = "form[method=post]"
LIST = "/quarantine?reason=missing_published_at&state=all"


def mounted(airflow: MadeUpAirflow | None = None) -> FastAPI:
    """The pages below a path, in an Airflow that knows no DAG and so starts nothing."""
    outer = FastAPI()
    outer.mount(MOUNT, guarded(airflow or MadeUpAirflow(dag=None)))
    return outer


def look(answer: httpx.Response) -> BeautifulSoup:
    return BeautifulSoup(answer.text, "lxml")


def filled_in(form: Tag, button: Tag) -> dict[str, list[str]]:
    """What a browser sends of a form in which every box is ticked and every field has a value."""
    typed = {"text": "Typed <i>by hand</i>", "date": "2025-09-02"}
    fields: dict[str, list[str]] = {}
    for field in form.select("input[name]:not([disabled])"):
        value = typed.get(str(field.get("type")), str(field.get("value", "")))
        fields.setdefault(str(field["name"]), []).append(value)
    if button.has_attr("name"):
        fields[str(button["name"])] = [str(button["value"])]
    return fields


def all_forms(page: BeautifulSoup) -> Iterator[tuple[str, str, dict[str, list[str]]]]:
    """Each button of each posted form of a page: the form's own action, the button's, and what it sends."""
    for form in page.select(FORMS):
        for button in form.select("button:not([disabled])"):
            own = str(form["action"])
            yield own, str(button.get("formaction", own)), filled_in(form, button)


def pages_with_forms() -> list[str]:
    listed = look(get(mounted(), MOUNT + LIST))
    capture = str(first_tag(listed, "tbody th a")["href"]).removeprefix(MOUNT)
    return [LIST, capture, "/backfill", "/contracts?day=2025-09-04"]


@pytest.mark.slow
@pytest.mark.usefixtures("samples")
def test_each_form_comes_back_to_its_page_with_what_was_typed(tmp_path: Path) -> None:
    (tmp_path / "inbox" / "2025-10-07").mkdir(parents=True)
    (tmp_path / "inbox" / "2025-10-07" / "page.txt").write_text("x")
    app, sent_to = mounted(), set()
    for path in pages_with_forms():
        before = look(get(app, MOUNT + path))
        title = first_tag(before, "title").get_text()
        for own, action, fields in all_forms(before):
            sent_to.add(action.removeprefix(MOUNT))
            if action.endswith("/acknowledge"):
                fields["why"] = ["x" * 501]
            answer = post(app, action, fields)
            where = f"{action} from {path}"
            assert answer.status_code in {409, 422}, where
            after = look(answer)
            assert first_tag(after, "title").get_text() == title, where
            assert len(after.select("[role=alert]")) == 1, where
            (form,) = [
                form
                for form in after.select(f"{FORMS}[action='{own}']")
                if _has(form, set(fields) - {"start"})
            ]
            assert {str(field["value"]) for field in form.select("input[name=from]")} == set(fields["from"])
            kept = {
                str(field["name"]): str(field["value"])
                for field in form.select("input[type=text], input[type=date]")
            }
            assert all([value] == fields[name] for name, value in kept.items()), where
            ticked = {str(box["value"]) for box in form.select("input[type=checkbox][name][checked]")}
            sent = {value for name in ("chosen", "day", "everything") for value in fields.get(name, ())}
            boxes = {str(box["value"]) for box in form.select("input[type=checkbox][name]")}
            assert ticked == sent & boxes, where
    assert sent_to == {path for method, path in routes() if method == "POST"}
    assert standing(tmp_path) == {}


def _has(form: Tag, names: set[str]) -> bool:
    return names <= {str(field["name"]) for field in form.select("input[name]")}


@pytest.mark.usefixtures("samples")
def test_a_captures_form_without_a_reason_comes_back_with_the_text() -> None:
    path = pages_with_forms()[1]
    (_, action, fields) = next(all_forms(look(get(mounted(), MOUNT + path))))
    for why, words in (("", "needs a reason"), ("<i>" * 200, "600 characters")):
        answer = post(mounted(), action, fields | {"why": [why]})
        form = first_tag(look(answer), FORMS)
        assert answer.status_code == 422
        assert words in first_tag(form, "[role=alert]").get_text()
        assert first_tag(form, "input[name=why]")["value"] == why


@pytest.mark.usefixtures("samples")
def test_the_reason_is_shown_where_the_form_is_gone_by_now() -> None:
    app = mounted()
    (_, action, fields) = next(all_forms(look(get(app, MOUNT + LIST))))
    gone = f"{MOUNT}/quarantine?reason=missing_published_at&state=acknowledged"
    page = look(
        post(app, action, fields | {"chosen": ["0" * 32 + ":page"], "from": [gone.removeprefix(MOUNT)]})
    )
    assert "out of quarantine" in first_tag(page, "[role=alert]").get_text()


@pytest.mark.usefixtures("samples")
@pytest.mark.parametrize(
    "sender",
    ["", "//evil.example/", "/\\evil.example", "/static/desk.css"],
)
def test_a_form_leads_nowhere_but_to_a_page_of_the_desk(sender: str) -> None:
    app = mounted()
    (_, action, fields) = next(all_forms(look(get(app, MOUNT + LIST))))
    rejected = post(app, action, fields | {"from": [sender], "why": ["x" * 501]})
    assert (rejected.status_code, rejected.headers["content-type"]) == (422, "text/html; charset=utf-8")
    assert "501 characters" in rejected.text
    assert "x" * 501 in rejected.text
    taken = post(app, action, fields | {"from": [sender]})
    assert (taken.status_code, taken.headers["location"].partition("?")[0]) == (303, f"{MOUNT}/quarantine")


@pytest.mark.usefixtures("samples")
@pytest.mark.parametrize(
    ("address", "words", "kept"),
    [
        (
            "/articles?q=ferry&from=12025-01-01",
            "from: not a day: '12025-01-01'",
            "input[name=q][value=ferry]",
        ),
        ("/contracts?day=2025-02-30&q=byline&show=all", "day: not a day", "input[name=q][value=byline]"),
        (
            "/quarantine?day=x&reason=missing_published_at&page=0",
            "page: ",
            "option[value=missing_published_at][selected]",
        ),
        ("/today?year=1&x=%3Cb%3E", "year: ", "svg"),
    ],
)
def test_a_page_is_shown_without_what_its_address_gets_wrong(address: str, words: str, kept: str) -> None:
    answer = get(mounted(), MOUNT + address)
    page = look(answer)
    assert answer.status_code == 422
    assert words in first_tag(page, "[role=alert]").get_text()
    assert page.select(f"main {kept}")


@pytest.mark.usefixtures("samples")
def test_a_file_is_never_given_for_another_search() -> None:
    answer = get(guarded(), "/articles/found.csv?q=ferry&from=x")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "text/html; charset=utf-8")
    assert "Not understood" in answer.text


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(("right", "status"), [("logged_in", 401), ("start_runs", 403)])
def test_who_has_lost_the_login_can_copy_what_was_typed(right: str, status: int) -> None:
    form = {"from": "/quarantine", "why": "half an hour's <i>work</i>"}
    answer = post(guarded(None, **{right: status}), "/quarantine/acknowledge", form)
    assert (answer.status_code, answer.text.count("half an hour&#39;s &lt;i&gt;")) == (status, 1)
    foreign = ask(
        guarded(), "POST", "/quarantine/acknowledge", data=form, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert (foreign.status_code, "half an hour" in foreign.text) == (403, False)
