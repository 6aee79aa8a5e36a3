"""Bytes to text: encodings whatever they claim, and white space without glue."""

from __future__ import annotations

import codecs

import pytest

from newsmarts.core.errors import UnreadablePage
from newsmarts.parse.decoding import decode, fold_line, fold_spaces
from newsmarts.parse.text import read_text

TEXT = "Ferry to Velmora’s port “delayed” – سفينة\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8-bom", "utf-16-le-bom", "utf-16-be-bom", "utf-32", "utf-16-le", "utf-16-be"],
)
def test_unicode_in_any_form_is_the_same_text(data: bytes) -> None:
    assert decode(data).text == TEXT


def test_a_wrong_charset_in_the_head_loses_to_utf8() -> None:
    page = '<meta charset="windows-1252"><p>Velmora’s port</p>'
    assert decode(page.encode()).text == page


@pytest.mark.parametrize(
    ("charset", "words"),
    [("windows-1252", "Velmora’s port – café"), ("iso-8859-1", "Velmora’s port"), ("windows-1256", "ميناء")],
)
def test_the_charset_that_a_page_claims_is_used_when_it_is_no_utf8(charset: str, words: str) -> None:
    encoding = "windows-1252" if charset == "iso-8859-1" else charset  # browsers read it so
    page = f'<meta charset="{charset}"><p>{words}</p>'
    assert decode(page.encode(encoding)).text == page


ARABIC = "ميناء"


@pytest.mark.parametrize(
    "head",
    [
        '<script charset="utf-8" src="/a.js"></script><meta charset="windows-1256">',
        "<style>" + "/* x */" * 2_000 + "</style><META CharSet=windows-1256>",
        '<!-- <meta charset="koi8-r"> --><meta charset=" windows-1256 ">',
        '<script>document.write("<meta charset=koi8-r>")</script><meta charset="x-cp1256">',
        '<meta name="description" content="all about charset=koi8-r"><meta charset="windows-1256">',
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1256">',
        "<meta content='text/html;charset=windows-1256' http-equiv=content-type>",
        '<?xml version="1.0" encoding="windows-1256"?>',
    ],
)
def test_the_charset_of_a_page_is_where_a_browser_finds_it(head: str) -> None:
    page = f"<html>{head}<p>{ARABIC}</p>"
    assert decode(page.encode("cp1256")).text == page


@pytest.mark.parametrize("name", ["windows-1256", "CP1256", "x-cp1256"])
def test_a_header_names_the_charset(name: str) -> None:
    page = f"<html><p>{ARABIC}</p>"
    assert decode(page.encode("cp1256"), name).text == page


@pytest.mark.parametrize(
    "name", ["utf-8", "hex", "punycode", "raw_unicode_escape", "no such", "", "utf-7", "\0"]
)
def test_a_header_that_names_no_charset_of_these_bytes_is_passed_over(name: str) -> None:
    page = f'<html><meta charset="windows-1256"><p>{ARABIC}</p>'
    assert decode(page.encode("cp1256"), name).text == page


@pytest.mark.parametrize("name", ["iso-8859-1", "windows-1256", "us-ascii", "utf-16"])
def test_utf8_is_utf8_whatever_the_header_says(name: str) -> None:
    page = f"<html><p>Velmora’s {ARABIC}</p>"
    assert decode(page.encode(), name).text == page
    torn = page.encode().replace(b"<html>", b"<html>\xff")
    assert decode(torn * 3, name).encoding == "utf-8"


def test_a_header_that_servers_send_with_every_page_loses_to_the_page_where_letters_show_it() -> None:
    arabic = f'<html><meta charset="windows-1256"><p>{ARABIC}</p>'
    assert decode(arabic.encode("cp1256"), "iso-8859-1").text == arabic
    french = '<html><meta charset="windows-1251"><p>un café très cher</p>'
    assert decode(french.encode("cp1252"), "iso-8859-1").text == french


@pytest.mark.parametrize(
    ("charset", "encoding", "words"),
    [
        ("iso-8859-9", "cp1254", "“İstanbul’da”"),
        ("gb2312", "gb18030", "港口 – 鎔"),
        ("shift_jis", "cp932", "港～①"),
        ("euc-kr", "cp949", "항구 똠"),
    ],
)
def test_charsets_are_what_browsers_take_them_for(charset: str, encoding: str, words: str) -> None:
    page = f'<html><meta charset="{charset}"><p>{words}</p>'
    assert decode(page.encode(encoding)).text == page


def test_tags_without_an_end_cost_little_time() -> None:
    assert decode(b"<meta " * 200_000 + b"\xe9 ").encoding == "cp1252"
    assert decode(b"<!-- " * 200_000 + b"\xe9 ").encoding == "cp1252"


def test_without_any_claim_broken_utf8_is_windows_1252() -> None:
    assert decode(b"Velmora\x92s port").text == "Velmora’s port"


def test_one_broken_byte_among_much_utf8_costs_one_character() -> None:
    data = "‘Velmora’ ‘Ostrin’".encode() + b"\xff" + " ‘Ilvane’".encode()
    assert decode(data).text == "‘Velmora’ ‘Ostrin’\ufffd ‘Ilvane’"


@pytest.mark.parametrize("cut", [1, 2])
def test_a_character_cut_off_at_the_end_is_dropped(cut: int) -> None:
    assert decode("port’".encode()[:-cut]).text == "port"


@pytest.mark.parametrize("data", [b"", b" \r\n\t ", codecs.BOM_UTF8, "\u00a0\n".encode()])
def test_a_file_without_text_is_empty(data: bytes) -> None:
    with pytest.raises(UnreadablePage) as caught:
        decode(data)
    assert caught.value.reason_code == "empty_file"


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7 ...",
        b"\x89PNG\r\n\x1a\n",
        b"\x1f\x8b\x08\x00",
        b"PK\x03\x04",
        bytes(range(256)) * 20,
        b"text \x00\x00\x00 with zeros" + b"\x00" * 99,
        b"\x01\x02\x03 control characters \x04\x05",
    ],
)
def test_binary_data_is_no_page(data: bytes) -> None:
    with pytest.raises(UnreadablePage) as caught:
        decode(data)
    assert caught.value.reason_code == "binary_file"


@pytest.mark.parametrize("count", [1, 3])
def test_a_few_nul_characters_are_no_text_and_no_binary_data(count: int) -> None:
    assert decode(b"port" + b"\0" * count + b"s of Velmora " * 40).text == "port" + "s of Velmora " * 40


def test_spaces_of_all_kinds_part_words_and_zero_width_ones_do_not() -> None:
    text = "they\u00a0called\u2009for\u202fthe\u3000\u200bfurther ex\u00adpansion\ufeff"
    assert fold_spaces(decode(text.encode())) == "they called for the further expansion"
    assert fold_line(text) == "they called for the further expansion"


def test_a_line_of_separators_of_ascii_is_blank() -> None:
    reading = read_text(decode(b"ports\x1cof\n \x1d\x1e\nVelmora\x1f\n"))
    assert (reading.texts, reading.apart) == (["ports of", "Velmora"], [True, True])


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069"])
def test_marks_of_direction_are_kept_beside_right_to_left_letters_alone(mark: str) -> None:
    date, arabic = (
        f"{mark}16 May {mark}2023 20:44{mark}",
        f"{mark}\u0645\u064a\u0646\u0627\u0621{mark} (2023)",
    )
    assert fold_line(date) == "16 May 2023 20:44"
    assert fold_line(arabic) == arabic
    assert read_text(decode(f"  • {date}\n{arabic}\n".encode())).texts == ["16 May 2023 20:44", arabic]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_line_ends_of_all_kinds_part_blocks(line_end: str) -> None:
    text = line_end.join(["One", "", "  • two ", "\u00a0", "Three  and\u00a0 four", ""])
    reading = read_text(decode(text.encode()))
    assert reading.texts == ["One", "two", "Three and four"]
    assert reading.kinds == ["text", "bullet", "text"]
    assert reading.apart == [True, True, True]
    assert reading.indents == [0, 2, 0]
    assert reading.ended


def test_blocks_are_numbered_from_one() -> None:
    blocks = list(read_text(decode(b"One\n\nTwo")).blocks())
    assert [(block.number, block.text, block.apart) for block in blocks] == [
        (1, "One", True),
        (2, "Two", True),
    ]
