"""deploy/helm/values.yaml: keys that Airflow's chart has, and the environment of docker-compose.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from tests.compose.compose_file import ROOT, load

VALUES: dict[str, Any] = yaml.safe_load(
    (ROOT / "deploy" / "helm" / "values.yaml").read_text(encoding="utf-8")
)

# Of the chart 1.22's values.schema.json, by hand: Helm checks the types, but lets an unknown key at the top
# pass. Below the keys that end with a star are Kubernetes' own objects.
KNOWN = {
    "airflowLocalSettings",
    "airflowVersion",
    "apiSecretKeySecretName",
    "apiServer.resources*",
    "createUserJob.enabled",
    "dagProcessor.resources*",
    "data.metadataSecretName",
    "defaultAirflowRepository",
    "defaultAirflowTag",
    "env*",
    "executor",
    "fernetKeySecretName",
    "gid",
    "jwtSecretName",
    "logs.persistence.enabled",
    "logs.persistence.existingClaim",
    "migrateDatabaseJob.args",
    "migrateDatabaseJob.env*",
    "nodeSelector*",
    "postgresql.enabled",
    "scheduler.resources*",
    "securityContexts.containers*",
    "securityContexts.pod*",
    "statsd.enabled",
    "triggerer.persistence.enabled",
    "triggerer.resources*",
    "uid",
    "volumeMounts*",
    "volumes*",
    "workers.celery.args",
    "workers.celery.persistence.enabled",
    "workers.celery.replicas",
    "workers.celery.resources*",
}

# The chart sets these itself, from its Secrets and its executor, or has ports and folders of its own.
OF_THE_CHART = {
    "AIRFLOW_HOME",
    "AIRFLOW__API__SECRET_KEY",
    "AIRFLOW__API_AUTH__JWT_SECRET",
    "AIRFLOW__CELERY__BROKER_URL",
    "AIRFLOW__CELERY__RESULT_BACKEND",
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL",
    "AIRFLOW__CORE__EXECUTOR",
    "AIRFLOW__CORE__FERNET_KEY",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
    "AIRFLOW__LOGGING__BASE_LOG_FOLDER",
    "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_HOST",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT",
}


def paths(node: Any, path: str = "") -> Iterator[str]:
    """The path of every value, down to Kubernetes' own objects."""
    if path + "*" in KNOWN or not isinstance(node, dict):
        yield path
        return
    for key, value in node.items():
        yield from paths(value, f"{path}.{key}".lstrip("."))


def test_every_key_is_one_of_the_chart() -> None:
    assert sorted(paths(VALUES)) == sorted(key.rstrip("*") for key in KNOWN)


def test_the_environment_is_that_of_compose() -> None:
    scheduler = load()["services"]["scheduler"]["environment"]
    # a default of docker-compose.yml is the value here; what is empty by default isn't set
    defaults = {name: re.sub(r"^\$\{\w+:-(.*)\}$", r"\1", value) for name, value in scheduler.items()}
    expected = {name: value for name, value in defaults.items() if value and name not in OF_THE_CHART}
    assert {each["name"]: each["value"] for each in VALUES["env"]} == expected
    assert set(scheduler) >= OF_THE_CHART


def test_the_pods_are_what_the_containers_are() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert f"useradd --uid {VALUES['uid']} " in dockerfile
    assert f"groupadd --gid {VALUES['gid']} " in dockerfile
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f"apache-airflow[fab,postgres]=={VALUES['airflowVersion']}" in project.replace("celery,", "")
    assert f'version = "{VALUES["defaultAirflowTag"]}"' in project
    mounted = {mount["name"]: mount["mountPath"] for mount in VALUES["volumeMounts"]}
    assert set(mounted) == {volume["name"] for volume in VALUES["volumes"]}
    environment = {each["name"]: each["value"] for each in VALUES["env"]}
    assert mounted["news-home"] == environment["NEWS_HOME"]
    assert mounted["news-inbox"] == environment["NEWS_INBOX"]
    queues = load()["services"]
    served = {queues[name]["command"][4] for name in ("worker", "worker-marts")}
    assert set(VALUES["workers"]["celery"]["args"][4].split(",")) == served
    assert VALUES["createUserJob"]["enabled"] is False, "its administrator's password is known"
