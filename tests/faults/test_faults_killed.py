"""Runs that are killed at every stage boundary, and inside their writes."""

from __future__ import annotations

import signal

import pytest

from tests.faults.child import Fault
from tests.faults.report import Case
from tests.faults.scene import Scene

pytestmark = pytest.mark.faults

STAGES = ("land", "parse", "validate", "load", "build", "audit", "publish")


def killed_and_run_again(scene: Scene, case: Case, fault: Fault) -> None:
    """Kill a run there, under readers' eyes, and let the next one finish the work."""
    case.broke(fault.reported())
    with scene.watched() as watch:
        ended = scene.run(fault)
        assert ended.code == -signal.SIGKILL, ended.reported[-3000:]
        left = scene.leftovers()
        scene.recover()
    case.saw(f"it left {len(left)} temporary names" if left else "", watch.reported(), scene.check())


@pytest.mark.parametrize("stage", STAGES)
def test_killed_after_stage(scene: Scene, case: Case, stage: str) -> None:
    nth = case.rng.choice((1, 2, 3)) if stage in STAGES[:1] else 1
    killed_and_run_again(scene, case, Fault(f"newsmarts.pipeline.{stage}", "after", nth))


INSIDE = {
    "raw_object_written": Fault("os.fsync", only=""),
    "raw_before_names": Fault("os.replace", only="objects"),
    "raw_between_manifest_files": Fault("os.replace", only="rejected.parquet"),
    "raw_before_sources": Fault("newsmarts.land.manifest.add_sources", only=""),
    "parsed_half_written": Fault("newsmarts.parse.run._Writer._flush", nth=3),
    "parsed_before_swap": Fault("newsmarts.core.files.put_in_place"),
    "parsed_after_swap": Fault("newsmarts.core.files.put_in_place", "after"),
    "validated_half_written": Fault("newsmarts.core.schemas.write_table", nth=3),
    "validated_before_swap": Fault("newsmarts.core.files.put_in_place", only="validated"),
    "validated_after_swap": Fault("newsmarts.core.files.put_in_place", "after", only="validated"),
    "warehouse_before_commit": Fault("newsmarts.load.warehouse._check_conservation"),
    "warehouse_after_commit": Fault("newsmarts.load.warehouse.replace_day", "after"),
    "candidate_before_commit": Fault("newsmarts.marts.revisions.find_changes"),
    "candidate_after_commit": Fault("newsmarts.marts.build._write_days", "after"),
    "index_before_documents": Fault("newsmarts.search.index._write_documents"),
    "index_after_documents": Fault("newsmarts.search.index._write_documents", "after"),
    "index_before_about": Fault("newsmarts.search.index._check_count"),
    "audit_half_noted": Fault("newsmarts.marts.candidate.mark_audited"),
    "candidate_half_copied": Fault("newsmarts.core.files.copy_file", "after", only="news.duckdb"),
    "release_between_checkpoint_and_copy": Fault("newsmarts.release.releases.prepare"),
    "release_index_half_linked": Fault("newsmarts.search.index.link_or_copy", nth=2),
    "release_before_its_name": Fault("newsmarts.release.releases.adopt"),
    "release_between_name_and_swap": Fault("newsmarts.release.releases.make_current"),
    "release_inside_swap": Fault("os.replace", only="marts/current"),
    "release_after_swap": Fault("newsmarts.release.releases.make_current", "after"),
    "release_inside_prune": Fault("newsmarts.release.releases.prune"),
}


@pytest.mark.parametrize("place", INSIDE)
def test_killed_inside(scene: Scene, case: Case, place: str) -> None:
    killed_and_run_again(scene, case, INSIDE[place])
