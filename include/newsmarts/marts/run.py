"""Build the marts, audit them, publish them: the stage's only entry."""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from newsmarts.core import acknowledgements
from newsmarts.core.db import DAMAGE
from newsmarts.core.errors import AuditFailed, ContractError, DamagedRelease, DiskFull, NewsError
from newsmarts.core.failures import stage
from newsmarts.core.files import unshare
from newsmarts.core.locks import writer_lock
from newsmarts.core.partitions import candidate_path, published_path, warehouse_path
from newsmarts.core.settings import Settings
from newsmarts.core.text import counted
from newsmarts.load.run import load_missing
from newsmarts.marts import audit as contracts
from newsmarts.marts import candidate, catalogue
from newsmarts.marts.build import CAPTURES_AT_ONCE, BuildResult, update_candidate
from newsmarts.release import releases, shared
from newsmarts.release.reader import reading_release
from newsmarts.search import index
from newsmarts.search.about import FOLDER_NAME, has_index_of

logger = logging.getLogger(__name__)
# Below this many valid captures all rows are rewritten: it takes about a second, and keeps tables in order.
_REWRITE_BELOW = 20_000


@dataclass(frozen=True, slots=True)
class AuditResult:
    """A candidate that passed: how many expectations were evaluated, and the warnings among their failures.

    ``full``: on all rows, not only on those written since the last audit that passed.
    """

    contracts: int
    expectations: int
    warnings: tuple[str, ...]
    full: bool


@dataclass(frozen=True, slots=True)
class PublishResult:
    """The release that readers get now, under ``path``; ``published`` is False when it was current before."""

    release_id: str
    path: Path
    published: bool
    rows: dict[str, int]


@stage("build")
def build(
    settings: Settings,
    *,
    full: bool = False,
    rewrite_below: int = _REWRITE_BELOW,
    captures_at_once: int = CAPTURES_AT_ONCE,
) -> BuildResult:
    """Update the release candidate from the warehouse; ``full`` rebuilds it.

    Both ways, and any order of loading, give the same rows. A candidate that is damaged, or that failed
    its last audit, is rebuilt. Validated days of an object store that the warehouse lacks are loaded first.

    Raises:
        MissingPartition: nothing was ever loaded.
        LockTimeout: another writer held the warehouse too long.
    """
    with writer_lock(settings):
        # a candidate that failed an audit may be damaged where no error shows it
        if full or contracts.failed_audit(settings):
            _discard(settings)
            contracts.report_path(settings).unlink(missing_ok=True)
        result = _update(settings, rewrite_below=rewrite_below, captures_at_once=captures_at_once)
        fingerprint = candidate.read_fingerprint(settings)
        index.update_index(settings, fingerprint)
        release = releases.current_release(settings.home)
        if release is not None and _holds(release, fingerprint, settings):
            result = replace(result, released_as=release.release_id)
    logger.info(
        "Marts %s; %d articles, %d captures withheld because of neighbouring days.",
        f"updated: {counted(len(result.days), 'changed day')}" if result.changed else "unchanged",
        result.articles,
        result.withheld,
    )
    if result.released_as:
        logger.info("Release %s holds the same: there is nothing to audit or to publish.", result.released_as)
    return result


def _discard(settings: Settings) -> None:
    """Remove a candidate that can't be trusted, and the index made from it."""
    candidate.discard(settings)
    index.discard(settings)


def _holds(release: releases.Release, fingerprint: str, settings: Settings) -> bool:
    """Whether a release is complete, its search index too, and equal to what publishing would give now."""
    if not release.has_content(fingerprint, contracts.version(settings)):
        return False
    try:
        with reading_release(release, memory_limit=settings.duckdb_memory_limit) as connection:
            catalogue.count_rows(connection)
    except DamagedRelease as error:
        logger.warning("%s It is published again.", error)
        return False
    return has_index_of(release.folder, fingerprint)


def _update(settings: Settings, *, is_new: bool = False, **sizes: int) -> BuildResult:
    """Load what the warehouse lacks and update the candidate; one that is damaged is rebuilt."""
    try:
        load_missing(settings)
        acknowledgements.pull(settings)
        return update_candidate(settings, **sizes)
    except DAMAGE as error:
        if is_new:
            raise NewsError(
                f"The marts can't be built from {warehouse_path(settings.home)}: {error}. Check the disk's "
                "free space; if the file is damaged, rebuild it from staged/validated: newsmarts rebuild"
            ) from error
        logger.warning("The release candidate can't be used (%r): it is rebuilt.", str(error))
    _discard(settings)
    return _update(settings, is_new=True, **sizes)


@stage("audit")
def audit(settings: Settings, *, full: bool = False) -> AuditResult:
    """Check the candidate against the contract of every mart; only one that passes can be published.

    Expectations are evaluated on the rows written since the last audit that passed, and on all rows where
    they compare marts; when the build wrote all rows or a contract has changed, on all rows of all marts.
    They are counted in SQL first, see ``run_contracts``. With ``full``, and every so many audits
    (``audit_whole_every``), Great Expectations evaluates all of them on all rows.

    Raises:
        AuditFailed: naming contract, expectation, count and some offending keys. The old release stays.
        SettingsError: a contract file is missing or malformed.
        MissingPartition: nothing was built yet.
    """
    with writer_lock(settings):
        fingerprint = candidate.read_fingerprint(settings)
        try:
            whole = full or contracts.is_whole_audit_due(settings)
            full = whole or contracts.has_other_contracts(settings) or candidate.needs_full_audit(settings)
            findings = contracts.run_contracts(settings, full=full, count_first=not whole)
        except ContractError:
            contracts.write_report(settings, fingerprint, None)
            raise
        contracts.write_report(settings, fingerprint, findings, whole=whole)
        failed = contracts.failures(findings)
        if not failed:
            candidate.mark_audited(settings, fingerprint)
    if failed:
        for finding in failed:
            logger.error("The audit failed: %s", finding.summary())
        raise AuditFailed(
            f"The candidate broke {len(failed)} of {len(findings)} expectations, and the old release stays. "
            + " | ".join(finding.summary() for finding in failed)
            + f" | Look at {candidate_path(settings.home)} and the contracts in {settings.contracts_dir}; "
            "the next build rebuilds the candidate."
        )
    warnings = tuple(finding.summary() for finding in findings if not finding.passed)
    for warning in warnings:
        logger.warning("The audit warns: %s", warning)
    result = AuditResult(len({finding.contract for finding in findings}), len(findings), warnings, full)
    logger.info(
        "The candidate passed %d expectations of %d contracts, evaluated on %s.",
        result.expectations,
        result.contracts,
        "all rows" if full else "the rows written since the last audit",
    )
    return result


@stage("publish")
def publish(settings: Settings) -> PublishResult:
    """Make the audited candidate the current release, in one step that no reader notices.

    Readers keep the release that they have open. There is no new release when the current one holds the
    same; the last ``releases_kept`` stay on disk. A release takes the candidate's file, so readers don't wait
    for a copy, however large it is; then the candidate gets a copy of its own.

    Raises:
        AuditFailed: the candidate hasn't passed an audit since it was last built.
        MissingPartition: nothing was built yet.
    """
    home = settings.home
    with writer_lock(settings):
        for name in releases.clean_leftovers(home):
            logger.info("Removed %s, left by a publish that was stopped.", name)
        fingerprint = candidate.read_fingerprint(settings)
        if not contracts.passed_audit(settings, fingerprint):
            raise AuditFailed(
                f"{candidate_path(home)} hasn't passed an audit since it was built, and the old release "
                "stays. Run audit, then publish."
            )
        release = releases.current_release(home)
        published = release is None or not _holds(release, fingerprint, settings)
        if release is None or published:
            prepared = _prepare(settings, fingerprint)
            release = releases.adopt(home, prepared, fingerprint)
            releases.make_current(home, release)
            _copy_candidate(settings)
        for old in releases.prune(home, settings.releases_kept):
            logger.info("Removed release %s: the last %d are kept.", old.release_id, settings.releases_kept)
        shared.upload(settings, release)
        with reading_release(release, memory_limit=settings.duckdb_memory_limit) as connection:
            rows = catalogue.count_rows(connection)
    counts = ", ".join(f"{count} {name}" for name, count in rows.items())
    logger.info("Release %s %s: %s.", release.release_id, "published" if published else "is current", counts)
    return PublishResult(release.release_id, published_path(home), published, rows)


def roll_back(settings: Settings, name: str) -> releases.Release:
    """Give readers an earlier release again, until the next publish: that gives them the newest marts.

    Days that the release lacks count as unpublished.

    Args:
        name: as of ``find_release``.

    Raises:
        DamagedRelease: its file can't be read; the current release stays.
        MissingPartition: nothing is published.
        UsageError: no kept release has that name.
    """
    with writer_lock(settings):
        release = releases.find_release(settings.home, name)
        with reading_release(release):
            releases.make_current(settings.home, release)
        shared.upload(settings, release)
    logger.info("Release %s is current again.", release.release_id)
    return release


def _copy_candidate(settings: Settings) -> None:
    """Give the candidate a file of its own, now that readers have the release; else the next build does."""
    try:
        unshare(candidate_path(settings.home))
    except (OSError, DiskFull) as error:
        logger.warning("The candidate couldn't be copied (%s): the next build does it.", error)


def _prepare(settings: Settings, fingerprint: str) -> Path:
    """Put the candidate, its audit and its search index into a folder that can become a release."""
    home = settings.home
    candidate.checkpoint(settings)
    # the build has done so, unless it was stopped before it got there
    index.update_index(settings, fingerprint, check=True)
    prepared = releases.prepare(home, candidate_path(home), contracts.report_path(settings))
    try:
        index.put_into(settings, fingerprint, prepared / FOLDER_NAME)
    except BaseException:
        shutil.rmtree(prepared, ignore_errors=True)  # a full disk needs the room
        raise
    return prepared
