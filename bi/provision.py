"""Bring Superset to what the files say, or the files to what Superset says. Runs in Superset's environment.

    python provision.py import <folder of YAML files>            database, roles, administrator, assets
    python provision.py import-changed <folder of YAML files>    the same; assets only if the files changed
    python provision.py export <folder of YAML files>
    python provision.py re-encrypt                               stored passwords, with a new secret key

PREVIOUS_SECRET_KEY is the key that passwords were encrypted with. The administrator's first password is
NEWS_BI_ADMIN_PASSWORD, or that of secrets.json. NEWS_BI_DESK_URL is the address of the news desk, which
tables link to. The files are those of Superset's own export of assets: databases/, datasets/, charts/ and
dashboards/; saved queries are made from docs/questions.md.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml
from flask_migrate import upgrade
from saved_queries import MARK, saved_queries
from superset.app import create_app

ADMIN = "admin"
QUESTIONS = Path(__file__).parents[1] / "docs" / "questions.md"
# what the files call the news desk, so that they contain no address
DESK_IN_FILES = "https://news-desk.invalid"
KINDS = ("databases", "datasets", "charts", "dashboards")


def main(verb: str, *folders: str) -> None:
    """Do what the verb says."""
    app = create_app()
    with app.app_context():
        if verb == "re-encrypt":
            _re_encrypt(os.environ["PREVIOUS_SECRET_KEY"])
        elif verb == "export":
            _export(Path(*folders))
        else:
            _import(Path(*folders), only_changed=verb == "import-changed")


def _re_encrypt(previous_key: str) -> None:
    """Encrypt with the present secret key what was encrypted with the previous one, once.

    ``superset re-encrypt-secrets`` of 6.1 changes nothing at all: it looks for tables in ``db.metadata``,
    while those of the models are in another one.
    """
    from superset import db
    from superset.models.core import Database
    from superset.utils.encrypt import SecretsMigrator

    migrator = SecretsMigrator(previous_key)
    migrator._db = SimpleNamespace(metadata=Database.metadata, engine=db.engine)
    if not migrator.discover_encrypted_fields():
        raise SystemExit("Superset names no encrypted column: this version needs another way.")
    migrator.run()


def _import(folder: Path, *, only_changed: bool) -> None:
    """Every step leaves what is already there, but for the assets, which become what the files say.

    With ``only_changed``, assets stay as people left them until the files change.
    """
    from superset import appbuilder, security_manager  # they need the app
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.utils.core import override_user

    own_folder = Path(os.environ["NEWS_BI_FOLDER"])
    upgrade()
    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
    admin = security_manager.find_user(ADMIN)
    is_new = admin is None
    if admin is None:
        # not through the command line, where every user of the machine could read it
        password = (
            os.environ.get("NEWS_BI_ADMIN_PASSWORD")
            or json.loads((own_folder / "secrets.json").read_bytes())["password"]
        )
        role = security_manager.find_role("Admin")
        admin = security_manager.add_user(
            ADMIN, "Administrator", "", f"{ADMIN}@localhost", role, password=password
        )
        if not admin:
            raise SystemExit("Superset made no administrator.")
    contents = _contents(folder)
    digest = hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()
    stamp = own_folder / "imported"
    if only_changed and not is_new and stamp.exists() and stamp.read_text("utf-8") == digest:
        return
    with override_user(admin):
        ImportAssetsCommand(contents).run()
        _remove_old_queries([name for name in contents if name.startswith("queries/")])
    stamp.write_text(digest, encoding="utf-8")


def _contents(folder: Path) -> dict[str, str]:
    """The files to import, by name."""
    contents = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8").replace(DESK_IN_FILES, _desk())
        for path in sorted(folder.rglob("*.yaml"))
    }
    charts = {content["uuid"]: content for content in _parsed(contents, "charts/").values()}
    for name, dashboard in _parsed(contents, "dashboards/").items():
        _keep_links_from_filtering(dashboard, charts)
        contents[name] = yaml.safe_dump(dashboard, sort_keys=False)
    database = yaml.safe_load(contents["databases/marts.yaml"])
    queries: dict[str, str] = saved_queries(QUESTIONS.read_text(encoding="utf-8"), database["uuid"])
    return contents | queries


def _parsed(contents: dict[str, str], folder: str) -> dict[str, Any]:
    return {name: yaml.safe_load(text) for name, text in contents.items() if name.startswith(folder)}


def _desk() -> str:
    """The news desk's address; it becomes a part of SQL and of HTML."""
    address = os.environ.get("NEWS_BI_DESK_URL") or "http://localhost:8080/news-desk"
    if not re.fullmatch(r"https?://[^\s<>\"'&\\]+", address):
        raise SystemExit(f"NEWS_BI_DESK_URL is {address!r}. Set it to an address of http or https.")
    return address.rstrip("/")


def _keep_links_from_filtering(dashboard: dict[str, Any], charts: dict[str, Any]) -> None:
    """A click on a table with links opens one, and would filter the other charts by its HTML as well."""
    dashboard["metadata"]["chart_configuration"] = {
        str(number): {"id": number, "crossFilters": {"scope": {"rootPath": [], "excluded": []}}}
        for number, uuid in _charts_of(dashboard)
        if charts[uuid]["params"].get("allow_render_html")
    }


def _charts_of(dashboard: dict[str, Any]) -> list[tuple[int, str]]:
    """Number and uuid of each of its charts."""
    parts = [part for part in dashboard["position"].values() if isinstance(part, dict)]
    return [(part["meta"]["chartId"], part["meta"]["uuid"]) for part in parts if part.get("type") == "CHART"]


def _remove_old_queries(names: list[str]) -> None:
    """Remove saved queries of questions that are not in the page any more."""
    from superset import db
    from superset.models.sql_lab import SavedQuery

    uuids = {Path(name).stem for name in names}
    for query in db.session.query(SavedQuery).filter(SavedQuery.description.endswith(MARK)):
        if str(query.uuid) not in uuids:
            db.session.delete(query)
    db.session.commit()


def _export(folder: Path) -> None:
    """Write what Superset holds; a thing keeps the file it has, and files of what is gone go."""
    from superset import security_manager
    from superset.commands.export.assets import ExportAssetsCommand
    from superset.utils.core import override_user

    before = {path: yaml.safe_load(path.read_text("utf-8")) for path in folder.rglob("*.yaml")}
    known = {content.get("uuid"): path for path, content in before.items()}
    written = set()
    with override_user(security_manager.find_user(ADMIN)):
        for name, content in ExportAssetsCommand().run():
            kind = name.partition("/")[0]
            if kind not in KINDS and name != "metadata.yaml":
                continue  # saved queries: they are somebody's own, or those of docs/questions.md
            exported = yaml.safe_load(content())
            path = known.get(exported.get("uuid")) or folder / _plain(name)
            _make_lasting(kind, exported, before.get(path, {}))
            path.parent.mkdir(parents=True, exist_ok=True)
            text = yaml.safe_dump(exported, sort_keys=False, allow_unicode=True, width=120)
            path.write_text(text, encoding="utf-8")
            written.add(path)
    for path in before:
        if path not in written:
            path.unlink()


def _plain(name: str) -> str:
    """``datasets/News_marts/articles_1.yaml`` without the database's folder and the row's number."""
    kind, _, rest = name.partition("/")
    return f"{kind}/{re.sub(r'_[0-9]+[.]yaml$', '.yaml', rest.rpartition('/')[2]).lower()}" if rest else name


def _make_lasting(kind: str, exported: dict[str, Any], before: dict[str, Any]) -> None:
    """Take out what differs between Supersets: numbers and order of rows, the time of the export."""
    exported.pop("timestamp", None)
    if kind == "charts":
        for key in ("datasource", "slice_id", "dashboards"):
            exported["params"].pop(key, None)
        exported["query_context"] = None  # it repeats params, with those numbers
    if kind == "dashboards":
        _make_dashboard_lasting(exported)
    if kind == "datasets":
        for column in exported["columns"]:
            column["expression"] = (column["expression"] or "").replace(_desk(), DESK_IN_FILES) or None
        for key, name in (("columns", "column_name"), ("metrics", "metric_name")):
            order = {each[name]: place for place, each in enumerate(before.get(key, []))}
            exported[key].sort(key=lambda each: (order.get(each[name], len(order)), each[name]))


def _make_dashboard_lasting(dashboard: dict[str, Any]) -> None:
    """Number its charts by their places instead of by their rows, and leave out what Superset works out."""
    parts = [part for part in dashboard["position"].values() if isinstance(part, dict)]
    charts = [part["meta"] for part in parts if part.get("type") == "CHART"]
    number = {chart["chartId"]: place for place, chart in enumerate(charts, 1)}
    for chart in charts:
        chart["chartId"] = number[chart["chartId"]]
    metadata = dashboard["metadata"]
    # which charts a click reaches, and the colours it notes when somebody looks: it computes them again
    colours = ("color_scheme_domain", "shared_label_colors", "map_label_colors")
    for key in ("chart_configuration", "global_chart_configuration", *colours):
        metadata.pop(key, None)
    metadata["expanded_slices"] = {
        str(number[int(row)]): shown
        for row, shown in metadata.get("expanded_slices", {}).items()
        if int(row) in number
    }
    for each in metadata.get("native_filter_configuration", []):
        each.pop("chartsInScope", None)
        each.pop("tabsInScope", None)
        excluded = each.get("scope", {}).get("excluded", [])
        each.setdefault("scope", {})["excluded"] = [number[row] for row in excluded if row in number]


if __name__ == "__main__":
    main(*sys.argv[1:])
