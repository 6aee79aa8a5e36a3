"""Releases of one article, told apart by its headline."""

from __future__ import annotations

from newsmarts.core.settings import Settings
from newsmarts.marts.run import PublishResult, audit, build, publish
from tests.home_templates import first_release
from tests.marts.factory import DAY, Page, load_days


def publish_headline(settings: Settings, headline: str) -> PublishResult:
    """Publish marts that hold this one article; a first release is copied from an earlier test's."""
    return first_release(settings, headline, lambda own: build_and_publish(own, headline))


def build_and_publish(settings: Settings, headline: str) -> PublishResult:
    """Publish marts that hold this one article, without copying."""
    load_days(settings, {DAY: [Page("a", headline=headline)]})
    build(settings)
    audit(settings)
    return publish(settings)
