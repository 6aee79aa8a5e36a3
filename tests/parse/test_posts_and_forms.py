"""Posts of social networks, forms and buttons in bodies, in both formats."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.parse.declared import declare, read
from tests.parse.test_declared_lists import text_page
from tests.parse.test_declared_openings import RULES, TEXT, page

NO_END = RULES.replace('end = "Imprint"\n', "").replace('standfirst = ".lede"\n', "")
WORDS = "The lighthouse is GREEN now. Please stop asking."
BLUESKY = "— Port of Saltmere (@port.saltmere.example) March 14, 2024 at 9:12 PM"
MASTODON = "— Port of Saltmere (@port@sea.example) Mar 14, 2024, 21:12"
FACEBOOK = "Posted by Port of Saltmere on Thursday, March 14, 2024"
TWITTER = "— Port of Saltmere (@saltmere) March 14, 2024"


def kinds(publisher_text: str, folder: Path) -> list[tuple[str, str | None]]:
    article = read(declare(folder, "saltmere_ledger", NO_END), publisher_text)
    return [(block.kind, block.text) for block in article.body]


def around(middle: str) -> str:
    return page(body=f"<div>{TEXT[0]}</div>{middle}<p>{TEXT[1]}</p>")


def expected(*middle: tuple[str, str]) -> list[tuple[str, str]]:
    return [("paragraph", TEXT[0]), *middle, ("paragraph", TEXT[1])]


@pytest.mark.parametrize(
    ("post", "said"),
    [
        (f'<blockquote class="bluesky-embed"><p lang="en">{WORDS}<br><br><a href="/x">[image]</a></p>'
         f"{BLUESKY}</blockquote>", f"{WORDS} [image] {BLUESKY}"),
        ('<blockquote class="mastodon-embed"><a href="/x"><svg></svg><div>Post by @port@sea.example</div>'
         "<div>View on Mastodon</div></a></blockquote>", "Post by @port@sea.example"),
        (f'<blockquote class="mastodon-embed"><p>{WORDS}</p>{MASTODON}</blockquote>', f"{WORDS} {MASTODON}"),
        (f'<div class="fb-post"><blockquote cite="/x" class="fb-xfbml-parse-ignore"><p>{WORDS}</p>Posted by '
         '<a href="/p">Port of Saltmere</a> on <a href="/x">Thursday, March 14, 2024</a></blockquote></div>',
         f"{WORDS} {FACEBOOK}"),
        (f'<blockquote class="twitter-tweet"><p>{WORDS}</p>{TWITTER}</blockquote>', f"{WORDS} {TWITTER}"),
        (f'<blockquote class="tiktok-embed"><section><a href="/t">@saltmere</a> <p>{WORDS}</p></section>'
         "</blockquote>",
         f"@saltmere {WORDS}"),
        # a post without the network's markup, by its last line
        (f"<blockquote><p>{WORDS}</p><p>{BLUESKY}</p></blockquote>", f"{WORDS} {BLUESKY}"),
        (f"<blockquote><p>{WORDS}</p><p>{FACEBOOK}</p></blockquote>", f"{WORDS} {FACEBOOK}"),
    ],
)  # fmt: skip
def test_a_post_is_one_block(tmp_path: Path, post: str, said: str) -> None:
    assert kinds(around(post), tmp_path) == expected(("embed", said))


@pytest.mark.parametrize("author", [BLUESKY, MASTODON, FACEBOOK, TWITTER])
def test_a_post_in_a_text_capture(tmp_path: Path, author: str) -> None:
    assert TEXT[1].endswith(".")
    found = kinds(text_page(f"{WORDS}\n{author}", TEXT[0]), tmp_path)
    assert found[2:] == [("embed", f"{WORDS} {author}"), ("paragraph", TEXT[0])]


def test_who_posted_an_article_is_no_post(tmp_path: Path) -> None:
    line = "Posted by the editors on March 14, 2024"
    assert "embed" not in [kind for kind, _ in kinds(text_page(line), tmp_path)]
    assert "embed" not in [kind for kind, _ in kinds(around(f"<p>{line}</p>"), tmp_path)]


@pytest.mark.parametrize(
    "middle",
    [
        "<button>Send to a friend</button>",
        '<label class="switch">Dark mode</label>',
        "<form><p>Get our weekly letter</p><label>Your address</label><input><button>Go</button></form>",
        '<form action="/n"><div>Get our weekly letter</div><input placeholder="Your address"></form>',
        "<fieldset><legend>Should it be green?</legend><label>Yes</label><label>No</label></fieldset>",
        '<blockquote class="instagram-media"><a href="/i">View this post on Instagram</a></blockquote>',
    ],
)
def test_words_of_forms_and_buttons_are_not_text(tmp_path: Path, middle: str) -> None:
    assert kinds(around(middle), tmp_path) == expected()


def test_a_form_around_a_text_takes_nothing_from_it(tmp_path: Path) -> None:
    assert (
        kinds(page(body=f"<form>{''.join(f'<p>{text}</p>' for text in TEXT)}</form>"), tmp_path) == expected()
    )


def test_a_heading_that_is_a_button_is_a_subheading(tmp_path: Path) -> None:
    heading = "<h3><button>What the keeper said</button></h3>"
    assert kinds(around(heading), tmp_path) == expected(("subheading", "What the keeper said"))
