"""The groups of pages, in the order of the navigation. A new group is one module, and one line here.

Everything else follows: its routes ask for the login and the rights that it names, its entry is in the
navigation of every page. ``plugins/news_desk.py`` puts it into Airflow's navigation (a test compares both).
"""

from __future__ import annotations

from include.desk.frame import Group
from include.desk.routes import assets, backfill, contracts

GROUPS: tuple[Group, ...] = (
    contracts.GROUP,
    contracts.RUNS,
    backfill.GROUP,
    backfill.STARTING,
    assets.GROUP,
)
