"""Every exception of this library, and what each one costs.

The message of a NewsError names the thing at fault and says what to do next. A Signal never leaves the stage
that raises it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError


class NewsError(Exception):
    """Base of all errors that leave a stage; ``str(error)`` is fit to show to a user."""


class UsageError(NewsError):
    """A path, day or option that can't be right (exit code 2)."""


class SettingsError(UsageError):
    """A setting or environment variable that can't be right."""


def faults_in(error: ValidationError) -> str:
    """What is wrong with which keys of a file, for the message of a SettingsError."""
    return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())


class QueryError(UsageError):
    """Search: a query that can't be read.

    Attributes:
        position: where in the query, counted from 0.
        advice: what is wrong there, and what to write.
    """

    def __init__(self, query: str, position: int, advice: str) -> None:
        shown = query[max(0, position - 20) : position + 20]
        super().__init__(f"The query can't be read at character {position + 1}, near {shown!r}: {advice}.")
        self.position = position
        self.advice = advice


class CaptureError(NewsError):
    """One capture, or one record of an archive, is rejected; it becomes one quarantine row.

    Attributes:
        reason_code: short snake_case reason, also the name it is counted under.
        detail: one sentence for a person: what was found, and where it helps, what to do.
    """

    def __init__(self, reason_code: str, detail: str) -> None:
        super().__init__(f"{reason_code}: {detail}")
        self.reason_code = reason_code
        self.detail = detail


class DamagedUnit(CaptureError):
    """Land: a part of an archive can't be unpacked; what comes after it may be."""


class ArchiveTooLarge(CaptureError):
    """Land: an archive unpacks to more, or has more records, than the settings allow."""

    def __init__(self, detail: str) -> None:
        super().__init__("archive_too_large", detail)


class UnreadablePage(CaptureError):
    """Parse: bytes that aren't a page (empty, binary, broken encoding)."""


class UnknownPublisher(CaptureError):
    """Parse: there are no rules for the page's publisher."""

    def __init__(self, detail: str) -> None:
        super().__init__("unknown_publisher", detail)


class NotAnArticle(CaptureError):
    """Parse: a page of a known publisher that isn't an article (video, tag, challenge page …)."""


class MissingField(CaptureError):
    """Parse: an article without something that it can't be without."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"missing_{field}", detail)
        self.field = field


class FeedError(NewsError):
    """Land: one or more feeds failed on a day; what they gave before that, and the others', is landed."""


class FeedUnavailable(FeedError):
    """A feed can't answer now (no network, 5xx, too many requests): trying again later may help."""


class FeedRefused(FeedError):
    """A site refuses us (403, a challenge page): trying again can't help, another feed may."""


class MissingPartition(NewsError):
    """The stage before hasn't finished the day."""


class DamagedPartition(NewsError):
    """A staged file that can't be read as what it should be; running its day again replaces it."""


class ContractError(NewsError):
    """Validate: the day as a whole can't be trusted."""


class DamagedRelease(NewsError):
    """A published release that can't be read; the next publish replaces it."""


class OtherMarts(NewsError):
    """A published release of another version lacks a table or a column; the next publish replaces it."""


class StaleMarts(NewsError):
    """The newest day that readers can query is older than allowed."""


class DamagedHome(NewsError):
    """Something that the pipeline stored isn't what it wrote."""


class TooManyQuarantined(ContractError):
    """A day is refused as a whole: more of its article pages can't be read than the settings allow."""


class IncompleteResult(ContractError):
    """Great Expectations listed fewer failing rows than it counted."""


class StoreUnavailable(NewsError):
    """The disk or object store can't give what it holds now: trying again later may help."""


class Overtaken(StoreUnavailable):
    """Another machine replaced an object since it was read: trying again goes on from what it wrote."""


class NotTheOwner(UsageError):
    """Another machine has the warehouse and the marts of this object store."""


class DiskFull(StoreUnavailable):
    """A disk has no room, or no inodes, for a file: trying again helps once there is some."""


class ProcessKilled(NewsError):
    """A process that worked on a part of a day was killed: trying again may help."""


class ConservationError(NewsError):
    """Captures in and captures accounted for differ."""


class LockTimeout(NewsError):
    """Another writer held the warehouse for longer than the settings allow."""


class DatabaseUnavailable(NewsError):
    """The PostgreSQL server can't answer now, or its readers don't let go: trying again may help."""


class AuditFailed(NewsError):
    """Publish: the release candidate broke a contract; the old release stays in place."""


class Signal(Exception):
    """Base of what is caught within the stage that raises it."""


class StillMoving(Signal):
    """Land: a file changed between two looks at it; it waits for the next run."""


class ReadFailed(Signal):
    """Land: the system can't read an archive file; the message is the system's."""


class BadAddress(Signal):
    """Land: not an address that can be fetched; the message describes it."""


class ForbiddenAddress(Signal):
    """Land: a host's name leads to an address that isn't public; nothing was sent."""


class NoReply(Signal):
    """Land: no answer came, or not all of it; another try may bring one."""


class HostClosed(Signal):
    """Land: a host wants a longer pause than we can wait."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(f"{host} asked not to be asked for another {seconds:.0f} s")


class HostRefused(Signal):
    """Land: a host answered with a refusal or a robot check; nothing more of it is fetched in this run.

    Attributes:
        host: its name.
        reason: why its pages are rejected.
    """

    def __init__(self, host: str, reason_code: str, answer: str) -> None:
        super().__init__(f"{host} {answer}")
        self.host = host
        self.reason = CaptureError(reason_code, f"The site {answer}. Capture it from an archive.")
