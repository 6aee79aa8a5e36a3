"""Al Mayadeen's Arabic edition: what its pages show and declare, and which edition a page is of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from newsmarts.core.errors import CaptureError
from newsmarts.core.records import Article
from newsmarts.parse.page import parse_page

HOST = "https://www.almayadeen.net"
ADDRESS = f"{HOST}/news/economy/عبّارة-إيلفان"
HEADLINE = "عبّارة إيلفان تغادر وعلى متنها بيانو"
TEXT = [
    "غادرت العبّارة إلى إيلفان صباح الأربعاء، وعلى متنها تسعة ركّاب وبيانو واحد لا يعرف أحد صاحبه.",
    "ولم يكن بين الركّاب من يجيد العزف، فبقي البيانو صامتاً حتى الوصول إلى الرصيف.",
    "وقال مدير المرفأ إنّ البيانو سيبقى على الرصيف إلى أن يأتي من يطالب به.",
]
TICKER = ["مجلس بلدية فيلمورا يجتمع مساء الخميس لبحث الموازنة", "ضباب كثيف فوق مضيق إيلفان منذ الفجر"]
PERSON = "مارا أوديل"
DATE = "12 آذار 2025 21:30"
LATIN = "The ferry to Ilvane left with nine passengers and a piano that nobody on board could play at all."


def page(
    text: Sequence[str] = TEXT,
    *,
    published: str = "2025-03-12T21:30:00+02:00",
    author: str = "شبكة الميادين",
    shown: str = "",
    kind: str = "post",
    address: str = ADDRESS,
    site_name: str = "الميادين",
    under: str = "<p>إيلفان</p><p>العبّارات</p>",
    keywords: str = "إيلفان,العبّارات",
    end: str = "<footer>جميع الحقوق محفوظة</footer></body></html>",
) -> str:
    """A page in the edition's markup."""
    said = {"type": kind, "url": address, "postid": "4100200", "title": HEADLINE, "keywords": keywords}
    said |= {"lang": "ar", "published_time": published, "author": author}
    lines = "".join(
        f'<li><div class="ticker-item"><div class="ticker-text"><a><p>{line}</p></a></div></div></li>'
        for line in TICKER
    )
    return f"""<!doctype html><html lang="ar" dir="rtl"><head><title>{HEADLINE} | الميادين</title>
<meta property="og:site_name" content="{site_name}"><meta property="og:title" content="{HEADLINE}">
<link rel="canonical" href="{address}"><meta property="article:published_time" content="{published}">
<script id="tawsiyat-metadata" type="text/tawsiyat">{json.dumps(said)}</script></head><body>
<div id="ticker-box"><ul>{lines}</ul></div>
<div class="details-white-box"><h2>{HEADLINE}</h2>{shown}
<p class="lg_para summary">بقي البيانو على الرصيف.</p>
<div class="p-content">{"".join(f"<p>{line}</p>" for line in text)}</div>{under}</div>{end}"""


def read(html: str) -> Article:
    return parse_page(html.encode(), captured_at=datetime(2025, 3, 14, tzinfo=UTC)).article


def reason(html: str) -> str:
    with pytest.raises(CaptureError) as caught:
        read(html)
    return caught.value.reason_code


def texts(article: Article) -> list[str | None]:
    return [block.text for block in article.body]


def test_what_the_page_does_not_show_is_in_its_head() -> None:
    article = read(page())
    assert (article.publisher, article.language, article.headline) == ("al_mayadeen_ar", "ar", HEADLINE)
    assert (article.byline_raw, article.byline) == ("شبكة الميادين", "الميادين")
    assert article.published_at == datetime(2025, 3, 12, 19, 30, tzinfo=UTC)
    assert (article.published_local, article.published_from) == (datetime(2025, 3, 12, 21, 30), "head")
    assert (article.news_id, article.standfirst) == ("4100200", "بقي البيانو على الرصيف.")
    assert (article.tags, article.ticker) == (("إيلفان", "العبّارات"), tuple(TICKER))
    assert texts(article) == TEXT


def test_a_shown_day_and_time_with_a_month_of_two_words() -> None:
    shown = "<ul><li>١٢ تشرين الثاني ٢٠٢٥ ٢١:٣٠</li></ul>"
    article = read(page(shown=shown, published="2025-11-12T21:30:00+02:00"))
    assert (article.published_local, article.published_from) == (datetime(2025, 11, 12, 21, 30), "page")


def test_three_letters_of_a_month_that_two_months_share_name_none() -> None:
    shown = "<ul><li>12 تشر 2025 08:00</li></ul>"
    assert read(page(shown=shown, published="2025-11-12T21:30:00+02:00")).published_from == "head"


def test_the_head_is_right_where_its_clock_changes_on_another_day_than_beiruts() -> None:
    """Beirut's clock went forward on 30 March 2025; this head's, a day before."""
    shown = "<ul><li>29 آذار 2025 21:30</li></ul>"
    article = read(page(shown=shown, published="2025-03-29T21:30:00+03:00"))
    assert article.published_local == datetime(2025, 3, 29, 21, 30)
    assert (article.published_at, article.published_from) == (
        datetime(2025, 3, 29, 18, 30, tzinfo=UTC),
        "head",
    )


@pytest.mark.parametrize("label", ["الكاتب: ", "الكاتب : ", "بقلم: "])
def test_a_shown_author_counts_more_than_the_heads(label: str) -> None:
    article = read(page(shown=f"<ul><li>{label}مارا أوديل</li><li>المصدر: وكالات</li></ul>"))
    assert (article.byline, article.agency) == ("مارا أوديل", "وكالات")


def test_a_persons_byline_stays_as_it_is() -> None:
    assert read(page(author="مارا أوديل")).byline == "مارا أوديل"


@pytest.mark.parametrize(
    "under",
    [
        '<div class="any"><p>إيلفان</p><p>العبّارات</p></div>',
        '<p><a href="/tags/a">إيلفان</a></p><p><a href="/tags/b">العبّارات</a></p>',
    ],
)
def test_tags_are_the_heads_keywords_or_links_to_tags(under: str) -> None:
    assert read(page(under=under)).tags == ("إيلفان", "العبّارات")


def test_tags_at_the_end_of_the_body() -> None:
    article = read(page([*TEXT, "إيلفان", "العبّارات"], under=""))
    assert (texts(article), article.tags) == (TEXT, ("إيلفان", "العبّارات"))


@pytest.mark.parametrize(
    "line",
    ["اقرأ أيضاً: رصيف إيلفان القديم يتحوّل إلى حديقة", "إقرأ المزيد: رصيف إيلفان القديم يتحوّل إلى حديقة"],
)
def test_promotions_are_not_body(line: str) -> None:
    article = read(page([TEXT[0], line, *TEXT[1:]]))
    assert texts(article) == TEXT
    assert article.related_headlines == ("رصيف إيلفان القديم يتحوّل إلى حديقة",)


@pytest.mark.parametrize("line", ["إعلان", "تابعونا على تلغرام", "المصدر: الميادين نت", "شاركوا الخبر"])
def test_furniture_is_not_body(line: str) -> None:
    assert texts(read(page([*TEXT, line]))) == TEXT


def test_sentences_that_begin_like_furniture_are_body() -> None:
    lines = [
        "شارك في الحفل مئة عازف من بلدات الجنوب، ولم يحضر صاحب البيانو.",
        "تابع الركّاب رحلتهم إلى أوسترين.",
    ]
    assert texts(read(page([*TEXT, *lines]))) == [*TEXT, *lines]


def test_a_ticker_line_in_the_body_is_dropped() -> None:
    assert texts(read(page([TEXT[0], TICKER[0], *TEXT[1:]]))) == TEXT


def test_a_page_cut_off_in_its_body_is_not_read() -> None:
    whole = page()
    assert reason(whole[: whole.index(TEXT[2]) + 20]) == "truncated_page"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("video/12/عبّارة", "video_page"), ("episodes/1/a", "video_page"), ("newscasts/8am", "podcast_page"),
        ("podcast/a", "podcast_page"), ("infographic/a", "gallery_page"), ("live/a", "live_blog"),
    ],
)  # fmt: skip
def test_addresses_of_what_is_no_article(path: str, code: str) -> None:
    assert reason(page(address=f"{HOST}/{path}")) == code


@pytest.mark.parametrize("kind", ["video", "newscast", "infographic"])
def test_kinds_that_the_head_declares(kind: str) -> None:
    assert reason(page(kind=kind)) in {"video_page", "podcast_page", "gallery_page"}


@pytest.mark.parametrize("site_name", ["الميادين", "شبكة الميادين", "Al Mayadeen"])
def test_the_editions_share_names_and_the_letters_choose(site_name: str) -> None:
    assert read(page(site_name=site_name)).publisher == "al_mayadeen_ar"


@pytest.mark.parametrize(
    "address",
    ["https://english.almayadeen.net/news/a/b-c", "https://espanol.almayadeen.net/news/a/b-c", HOST],
)
@pytest.mark.parametrize("site_name", ["الميادين", "Al Mayadeen", "Al Mayadeen English"])
def test_latin_text_is_never_the_arabic_editions(address: str, site_name: str) -> None:
    html = page([LATIN] * 3, address=address, site_name=site_name)
    for arabic in (HEADLINE, *TICKER, "بقي البيانو على الرصيف."):
        html = html.replace(arabic, LATIN)
    with suppress(CaptureError):
        assert read(html).publisher == "al_mayadeen"


def test_arabic_text_under_the_english_editions_name_is_another_language() -> None:
    assert reason(
        page(site_name="Al Mayadeen English", address="https://english.almayadeen.net/news/a/b-c")
    ) == ("other_language")


def test_a_robot_check_is_one() -> None:
    check = f"<html><head><title>Just a moment...</title><link rel=canonical href={ADDRESS}></head><body>"
    assert reason(check + "<p>Checking your browser before accessing almayadeen.net.</p></body></html>") == (
        "challenge_page"
    )


def text_capture(*facts: str) -> str:
    """A text capture with these lines under the headline."""
    lines = ["الميادين", "عاجل", *TICKER, "", HEADLINE, "", *(f"  • {fact}" for fact in facts), ""]
    lines += ["بقي البيانو على الرصيف.", "", *(line for text in TEXT for line in (text, ""))]
    return "\n".join([*lines, "جميع الحقوق محفوظة", ""])


@pytest.mark.parametrize(
    ("facts", "byline", "agency"),
    [
        (["الكاتب: الميادين نت", "المصدر: وكالات", DATE], "الميادين", "وكالات"),
        (["الميادين نت", DATE], "الميادين", None),
        (["\u200fالكاتب: \u200fالميادين نت", "آخر تحديث: 13 آذار 2025 10:00", DATE], "الميادين", None),
        (["الكاتب: الميادين نت", "12 رمضان 1446", "12 آذار 2025 9:30 مساءً"], "الميادين", None),
        (["الكاتب: الميادين نت", PERSON, DATE], f"الميادين نت, {PERSON}", None),
        ([f"{PERSON} | {DATE}"], PERSON, None),
    ],
)
def test_a_text_capture_is_read_by_labels(facts: list[str], byline: str, agency: str | None) -> None:
    article = read(text_capture(*facts))
    assert (article.publisher, article.headline) == ("al_mayadeen_ar", HEADLINE)
    assert (article.byline, article.agency) == (byline, agency)
    assert (article.published_local, article.ticker) == (datetime(2025, 3, 12, 21, 30), tuple(TICKER))
    assert texts(article)[-3:] == TEXT


@pytest.mark.parametrize(
    "shown",
    [
        f"<ul><li>{PERSON}</li><li>{DATE}</li></ul>",
        f"<div>{PERSON} | {DATE}</div>",
        f"<div><span>{PERSON}</span> <span>{DATE}</span></div>",
        f"<ul><li>بقلم {PERSON}</li><li>{DATE}</li></ul>",
        f"<ul><li>تقرير: {PERSON}</li></ul>",
        f"<ul><li>الكاتب</li><li>{PERSON}</li></ul>",
        f"<p>مَارَا أوديل، {DATE}</p>",
    ],
)
def test_a_person_shown_without_a_label_is_not_the_house_of_the_head(shown: str) -> None:
    byline = read(page(shown=shown)).byline
    assert byline is not None
    assert byline.replace("مَارَا", "مارا") == PERSON


def test_a_person_beside_the_house_or_linked_as_an_author_is_not_the_house() -> None:
    both = f"<ul><li>الكاتب: الميادين نت</li><li>{PERSON}</li></ul>"
    linked = '<a href="/authors/mara">مارا</a>'
    assert read(page(shown=both)).byline == f"الميادين نت, {PERSON}"
    assert read(page(shown=linked)).byline == "مارا"
    assert read(
        page(shown=linked).replace(f"<h2>{HEADLINE}</h2>{linked}", f"{linked}<h2>{HEADLINE}</h2>")
    ).byline == ("مارا")
    assert read(page([PERSON, *TEXT])).byline == PERSON


@pytest.mark.parametrize(
    "said",
    [
        '<meta name="author" content="PERSON">',
        '<script type="application/ld+json">{"@type": "NewsArticle", "author": {"name": "PERSON"}}</script>',
        '<script type="text/tawsiyat">{"classes": [{"mapping": "author", "value": "PERSON"}]}</script>',
    ],
)
def test_a_person_anywhere_in_the_head_is_not_the_house(said: str) -> None:
    assert read(page().replace("</head>", f"{said.replace('PERSON', PERSON)}</head>")).byline == PERSON


def test_the_author_in_the_head_of_another_page_is_not_this_ones() -> None:
    other = page(shown=DATE, published="2025-03-11T10:00:00+02:00").replace(
        f"<h2>{HEADLINE}", "<h2>عنوان آخر للصفحة"
    )
    assert read(other).byline is None


@pytest.mark.parametrize(
    "shown",
    [
        f"<ul><li>يوم الأربعاء {DATE}</li><li>شارك المقال</li><li>إيلفان</li></ul>",
        f'<ul><li><a href="/news/economy">أخبار الاقتصاد</a></li><li>{DATE} بتوقيت بيروت</li></ul>',
        f"<figure><img alt='بيانو'><figcaption>رصيف إيلفان القديم</figcaption></figure><p>{DATE}</p>",
        f"<ul><li>بقلم الميادين نت</li><li>\u200fالميادين نت\u200f</li><li>{DATE}</li></ul>",
    ],
)
def test_what_is_beside_the_date_is_not_always_a_name(shown: str) -> None:
    article = read(page(shown=shown))
    assert (article.byline, article.published_from) == ("الميادين", "page")


@pytest.mark.parametrize(
    "shown",
    [
        "12 آذار 2025 09:30 مساءً", "12 مارس 2025 21:30", "12 آذار/مارس 2025، 21:30", "١٢ آذار ٢٠٢٥ ٢١:٣٠",
        "12 رمضان 1446 هـ - 12 آذار 2025 21:30", "\u200f12\u200f آذار \u200f2025 \u200f21:30",
        "آخر تحديث: 13 آذار 2025 10:00</p><p>12 آذار 2025 21:30", "12 آذار 2025 9:30 م",
    ],
)  # fmt: skip
def test_forms_of_the_date(shown: str) -> None:
    article = read(page(shown=f"<p>{shown}</p>", author="الميادين\u200f نت"))
    assert (article.published_local, article.published_from) == (datetime(2025, 3, 12, 21, 30), "page")
    assert (article.byline, article.extra["metadata_disagreements"]) == ("الميادين", ())


@pytest.mark.parametrize("shown", ["12 رمضان 1446", "آخر تحديث: 13 آذار 2025 10:00", "أمس 21:30"])
def test_dates_that_are_not_the_publications_leave_it_to_the_head(shown: str) -> None:
    article = read(page(shown=f"<p>{shown}</p>"))
    assert (article.published_local, article.published_from) == (datetime(2025, 3, 12, 21, 30), "head")


def test_the_mastheads_clock_is_not_the_publication_time() -> None:
    html = page(shown=f"<p>{DATE}</p>").replace("<body>", "<body><p>14 آذار 2025 08:00</p>")
    assert read(html).published_local == datetime(2025, 3, 12, 21, 30)
