"""Releases of one article, told apart by its headline."""

from __future__ import annotations

from newsmarts.core.settings import Settings
from newsmarts.marts.run import PublishResult, audit, build, publish
from tests.home_templates import first_release
from tests.marts.factory import DAY, Page, load_days


def publish_headline(settings: Settings, headline: str) -> PublishResult:
    """Publish marts that hold this one article."""

    def publish_page(settings: Settings) -> PublishResult:
        load_days(settings, {DAY: [Page("a", headline=headline)]})
        build(settings)
        audit(settings)
        return publish(settings)

    return first_release(settings, headline, publish_page)
