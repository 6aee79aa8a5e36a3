"""A robot check and a page are told apart."""

from __future__ import annotations

import json

import pytest

from newsmarts.land.web.robots import is_challenge
from samples.story import HERE
from tests.land.servers.captures import page
from tests.land.servers.site import CHALLENGE


@pytest.mark.parametrize(
    "body",
    [
        CHALLENGE,
        b"<html><head><title>Just a moment...</title>",
        "<title>Just a moment…</title>".encode(),
        b"<TITLE>Attention Required! | Cloudflare</TITLE>",
        b"<title>\n  Checking your browser\n</title>",
        b"<title>DDoS-Guard</title>",
        b"<title>Access denied</title>",
        b"<html><body><div id='challenge-form'>",
        b'<iframe src="/_Incapsula_Resource?SWJIYLWA=719d34d31c8e3a6e6fffd425f7e032f3">',
        b"<title>Transferring to the website...</title>",
    ],
)
def test_robot_checks(body: bytes) -> None:
    assert is_challenge({}, body)


def test_a_header_is_enough() -> None:
    assert is_challenge({"cf-mitigated": "Challenge"}, b"")
    assert not is_challenge({"cf-mitigated": "block"}, b"")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<title>Access denied to three harbours after the storm</title>",
        b"<title>Just a moment: how the vote was won</title>",
        b"<title>Security check at the border takes hours</title>",
        # what Cloudflare puts into every page of a site behind it
        b"<title>News</title><script>window.__CF$cv$params={r:'8'};</script>"
        b"<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>",
        b"<title>News</title><div class='cf-turnstile' data-sitekey='x'></div>",
    ],
)
def test_pages(body: bytes) -> None:
    assert not is_challenge({"server": "cloudflare"}, body)


def test_of_the_samples_only_the_robot_check_is_one() -> None:
    expected = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))
    samples = {name: what for name, what in expected.items() if name.endswith(".html")}
    checks = {name for name, what in samples.items() if what.get("reason_code") == "challenge_page"}
    assert checks
    assert {name for name in samples if is_challenge({}, (HERE / "inbox" / name).read_bytes())} == checks
    assert not any(is_challenge({}, page(number)) for number in range(20))
