"""Pictures between words part them; a style makes a text bold as an element does."""

from __future__ import annotations

import pytest

from tests.parse.pages import read
from tests.parse.test_body_lines import added, marked_up


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("The quay<svg><path d='M0'/></svg>opens in May.", "The quay opens in May."),
        ("The quay<img src='/i.png'>opens<img src='/j.png' alt=''>in May.", "The quay opens in May."),
        ("The quay<i class='icon-boat'></i>opens in May.", "The quay opens in May."),
        ("The quay opens in <b>May</b><svg></svg>, they said.", "The quay opens in May, they said."),
        (
            "The quay<span></span>s open<a id='more'></a>ed in <i class='dim'>M</i>ay.",
            "The quays opened in May.",
        ),
        ("The qu<i class='dim'>ay</i> ope<svg hidden></svg>ns in May.", "The quay opens in May."),
        ("The <a href='/q'>old<svg></svg>quay</a> opens in May.", "The old quay opens in May."),
        (
            "<svg></svg>The quay opens<i class='a'></i><i class='b'></i>in May.<svg></svg>",
            "The quay opens in May.",
        ),
    ],
)
def test_words_around_a_picture_are_two(fragment: str, text: str) -> None:
    blocks = added(read(marked_up(f"<p>{fragment}</p>")).to_record())
    assert blocks == [{"kind": "paragraph", "text": text}]


@pytest.mark.parametrize(
    ("fragment", "kind"),
    [
        ("<p><span style='color:red; font-weight: 700'>Nine years of building</span></p>", "subheading"),
        ("<p style='FONT-WEIGHT:bold'>Nine years of building</p>", "subheading"),
        ("<p><span style='font-weight:bold'>Nine years</span> of building</p>", "paragraph"),
        ("<p style='font-weight:400'>Nine years of building</p>", "paragraph"),
        ("<p style='font-weight:bold'></p><p>Nine years of building</p>", "paragraph"),
        ("<p><a href='#' style='font-weight:bold'></a>Nine years of building</p>", "paragraph"),
    ],
)
def test_a_bold_style_heads_as_a_bold_element_does(fragment: str, kind: str) -> None:
    assert added(read(marked_up(fragment)).to_record()) == [{"kind": kind, "text": "Nine years of building"}]
