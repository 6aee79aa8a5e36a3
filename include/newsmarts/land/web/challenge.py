"""Recognising a robot check in place of a page."""

from __future__ import annotations

import re
from collections.abc import Mapping

_LOOKED_AT_BYTES = 20_000
# Whole titles: an article's may begin like one of them, and real pages carry the networks' scripts as well.
_TITLE = re.compile(
    rb"<title[^>]*>\s*(?:just a moment|attention required!?|checking your browser|please wait|ddos-guard"
    rb"|ddos protection|one more step|access denied|security check|verify(?:ing)? you are human"
    rb"|are you a robot\??|transferring to the website|pardon our interruption|robot check|captcha)"
    rb"[.\s\xe2\x80\xa6]*(?:\|\s*cloudflare)?\s*</title",
    re.IGNORECASE,
)
# What only a check's page is made of.
_MADE_OF = re.compile(
    rb"window\._cf_chl_opt|id=[\"']challenge-(?:form|running|stage|error)"
    rb"|_Incapsula_Resource\?SWJIYLWA|id=[\"']sec-if-cpt-container|__arcsjs",
    re.IGNORECASE,
)


def is_challenge(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether an answer is a robot check in place of a page.

    ``headers`` have lower-case names. The status doesn't matter: checks come as 200, 403, 429 and 503.
    """
    # https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/
    if headers.get("cf-mitigated", "").strip().lower() == "challenge":
        return True
    start = body[:_LOOKED_AT_BYTES]
    return bool(_TITLE.search(start) or _MADE_OF.search(start))
