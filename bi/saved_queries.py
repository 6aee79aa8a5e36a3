"""The questions of docs/questions.md as saved queries of SQL Lab: one of each heading and its SQL."""

from __future__ import annotations

import re
from uuid import NAMESPACE_URL, uuid5

import yaml

MARK = "From docs/questions.md."
_SQL = re.compile(r"^```sql\n(.+?)\n```$", re.DOTALL | re.MULTILINE)


def saved_queries(page: str, database_uuid: str) -> dict[str, str]:
    """Files of Superset's import, by name; a question keeps its uuid as long as its heading.

    Raises:
        ValueError: a heading without SQL below it.
    """
    files = {}
    for section in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        title, _, rest = section.partition("\n")
        text, *blocks = _SQL.split(rest)
        if not blocks:
            raise ValueError(f"docs/questions.md: there is no SQL below {title!r}. Add a block of it.")
        query = {
            "schema": "marts",
            "label": title,
            "description": f"{' '.join(text.split())} {MARK}".strip(),
            "sql": blocks[0],
            "uuid": str(uuid5(NAMESPACE_URL, f"news:question:{title}")),
            "version": "1.0.0",
            "database_uuid": database_uuid,
        }
        files[f"queries/{query['uuid']}.yaml"] = yaml.safe_dump(query, allow_unicode=True)
    return files
