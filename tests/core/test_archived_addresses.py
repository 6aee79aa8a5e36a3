"""What an archive's address is the address of, and when the archive captured it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsmarts.core.archived_addresses import original_of

PAGE = "https://nournews.ir/en/news/1/slug"
MOMENT = datetime(2023, 5, 16, 21, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (f"https://web.archive.org/web/20230516210500/{PAGE}", (PAGE, MOMENT)),
        (f"http://web.archive.org/web/20230516210500if_/{PAGE}", (PAGE, MOMENT)),
        (f"/web/20230516210500/{PAGE}", (PAGE, MOMENT)),
        (f"//web.archive.org/web/20230516210500im_/{PAGE}", (PAGE, MOMENT)),
        ("/web/20230516210500/https:/nournews.ir/a", ("https://nournews.ir/a", MOMENT)),
        (f"https://web.archive.org/web/2023/{PAGE}?a=b", (f"{PAGE}?a=b", None)),
        (f"https://web.archive.org/web/20239916210500/{PAGE}", (PAGE, None)),
        (f"https://arquivo.pt/wayback/20230516210500mp_/{PAGE}", (PAGE, MOMENT)),
        (f"https://archive.ph/2023.05.16-210500/{PAGE}", (PAGE, MOMENT)),
        (f"https://archive.today/20230516210500/{PAGE}", (PAGE, MOMENT)),
        (
            f"https://archive.ph/20240101000000/https://web.archive.org/web/20230516210500/{PAGE}",
            (PAGE, MOMENT),
        ),
        (PAGE, (PAGE, None)),
        ("https://nournews.ir/2023/05/16/a", ("https://nournews.ir/2023/05/16/a", None)),
        ("https://example.org/share?u=/20230516210500/https://a", None),
        ("https://archive.ph/AbCdE", (None, None)),
        ("https://web.archive.org/web/20230516210500*/nournews.ir", (None, None)),
        ("https://webcache.googleusercontent.com/search?q=cache:x", (None, None)),
        ("https://archive.phone.example/a", None),
        ("https://nournews.ir/archive.ph/a", None),
        ("", None),
    ],
)  # fmt: skip
def test_original_of(address: str, expected: tuple[str | None, datetime | None] | None) -> None:
    assert original_of(address) == (expected or (address, None))
