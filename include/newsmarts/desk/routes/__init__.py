"""The groups of pages, in the order of the navigation. A new group is one module, and one line here.

Everything else follows: its routes need the login and the rights that it names, its entry is in the
navigation of every page. ``plugins/news_desk.py`` puts it into Airflow's navigation (a test compares both).
"""

from __future__ import annotations

from newsmarts.desk.frame import Group
from newsmarts.desk.routes import (
    articles,
    assets,
    backfill,
    captures,
    contracts,
    data_docs,
    drift,
    quarantine,
    sources,
    today,
)

GROUPS: tuple[Group, ...] = (
    today.GROUP,
    contracts.GROUP,
    contracts.RUNS,
    data_docs.GROUP,
    quarantine.GROUP,
    quarantine.CHANGES,
    captures.GROUP,
    articles.GROUP,
    backfill.GROUP,
    backfill.STARTING,
    sources.GROUP,
    drift.GROUP,
    assets.GROUP,
)
