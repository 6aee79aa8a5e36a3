"""What is on every page of a site, and how the site writes dates and counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

NEWS_SECTIONS = (
    "Politics",
    "Economy",
    "Sports",
    "Arts&Culture",
    "Health",
    "Miscellaneous",
    "Technology",
    "Environment",
)
MENUS: dict[str, tuple[str, ...]] = {
    "News": NEWS_SECTIONS,
    "Articles": ("Opinion", "Analysis", "Blog", "Features"),
    "Videos": ("NewsFeed", "Video Features", "Explainers", "TV", "Digital Series"),
}
PLAIN_MENUS = ("Infographs", "In Pictures")
REGIONS = (
    "Africa",
    "Asia",
    "Asia-Pacific",
    "Europe",
    "Latin America",
    "MENA",
    "Palestine",
    "US & Canada",
)
# In HTML as a comment; a text capture has no place for one.
SAMPLE_NOTICE = "<!-- A sample page: its people, places and events are invented. -->"
AL_MAYADEEN_SLOGAN = "Al Mayadeen is an Arab Independent Media Satellite Channel."
NOUR_NEWS_FORM_LABEL = "first name & last name"


def _navigation() -> str:
    lines = ["Al Mayadeen English", "", "  • Ar", "  • Es", "  • x", "Al Mayadeen English", "", "Slogan", ""]
    for menu, entries in MENUS.items():
        lines += [f"  • {menu}", *(f"    • {entry}" for entry in entries)]
    lines += [f"  • {menu}" for menu in PLAIN_MENUS]
    lines.append("  • • LIVE")
    for menu, entries in MENUS.items():
        lines += [menu, *(f"  • {entry}" for entry in entries)]
    lines += [*PLAIN_MENUS, *(f"  • {region}" for region in REGIONS)]
    return "\n".join(lines)


def _navigation_ar() -> str:
    lines = ["الميادين", "", "  • En", "  • Es", "  • x", "الميادين", ""]
    return "\n".join([*lines, *(f"  • {name}" for name in MENU_AR)])


MENU_AR = ("سياسة", "اقتصاد", "رياضة", "ثقافة", "منوعات", "صحة", "بيئة", "مقالات", "فيديو", "بودكاست")
_MONTHS_AR = (
    "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول", "تشرين الأول",
    "تشرين الثاني", "كانون الأول",
)  # fmt: skip
AL_MAYADEEN_TEXT_NAVIGATION = _navigation()
AL_MAYADEEN_TEXT_FOOTER = "\n".join(
    [
        "Al Mayadeen English",
        "",
        AL_MAYADEEN_SLOGAN,
        "",
        "All Rights Reserved",
        "",
        "  • x",
        "  • Privacy Policy",
        "  • About Us",
        "  • Contact Us",
        "  • Authors",
        "Android",
        "iOS",
    ]
)


@dataclass(frozen=True, slots=True)
class Words:
    """What an edition of Al Mayadeen prints around its articles."""

    name: str
    navigation: str  # of a text capture, as is the footer
    footer: str
    ticker: str
    byline: str
    agency: str
    related: str
    related_class: str
    promotion: str
    most_read: str
    coverage: str
    read_next: str
    all_link: str | None


WORDS = {
    "en": Words(
        name="Al Mayadeen English",
        navigation=AL_MAYADEEN_TEXT_NAVIGATION,
        footer=AL_MAYADEEN_TEXT_FOOTER,
        ticker="BREAKING",
        byline="By ",
        agency="Source: ",
        related="Related News",
        related_class="related-news",
        promotion="Read more: ",
        most_read="Most Read",
        coverage="Coverage",
        read_next="Read Next",
        all_link="All",
    ),
    "ar": Words(
        name="الميادين",
        navigation=_navigation_ar(),
        footer="جميع الحقوق محفوظة\n\n  • من نحن\n  • اتصل بنا\n",
        ticker="عاجل",
        byline="الكاتب: ",
        agency="المصدر: ",
        related="أخبار ذات صلة",
        related_class="dual-related",
        promotion="اقرأ أيضاً: ",
        most_read="الأكثر قراءة",
        coverage="التغطية",
        read_next="اقرأ التالي",
        all_link=None,
    ),
}


def arabic_time(moment: datetime) -> str:
    """``4 أيلول 2025 11:20``."""
    return f"{moment.day} {_MONTHS_AR[moment.month - 1]} {moment:%Y %H:%M}"


def long_date(day: date) -> str:
    """``August 11, 2024``."""
    return f"{day:%B} {day.day}, {day.year}"


def short_date(day: date) -> str:
    """``5 Aug 2024``."""
    return f"{day.day} {day:%b} {day.year}"


def short_time(moment: datetime) -> str:
    """``5 Aug 2024 22:44``."""
    return f"{short_date(moment)} {moment:%H:%M}"


def us_time(moment: datetime) -> str:
    """``6/22/2024 5:01:54 PM``, month first."""
    noon = "AM" if moment.hour < 12 else "PM"
    return f"{moment.month}/{moment.day}/{moment.year} {moment.hour % 12 or 12}:{moment:%M:%S} {noon}"


def shares_label(shares: str) -> str:
    """``1 Share``, ``3 Shares``."""
    return f"{shares} Share" if shares == "1" else f"{shares} Shares"
