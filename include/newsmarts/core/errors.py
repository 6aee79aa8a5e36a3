"""Every error this library raises on purpose, and what each one costs.

::

    NewsError                    the message names the thing at fault and says what to do next
    ├── UsageError               a path, day or option that can't be right (exit code 2)
    │   ├── SettingsError        a setting or environment variable that can't be right
    │   └── QueryError           search: a query that can't be read
    ├── CaptureError             one capture can't go on: it becomes a quarantine row, the day goes on
    │   ├── RejectedFile         land: not a file we may or can read
    │   ├── FetchFailed          land: an address of the web that can't be, or mustn't be, fetched
    │   ├── UnreadablePage       parse: bytes that are no page (empty, binary, broken encoding)
    │   ├── UnknownPublisher     parse: a page of nobody we have rules for
    │   ├── NotAnArticle         parse: a page of a known publisher that is no article
    │   └── MissingField         parse: an article without something that it can't be without
    ├── FeedError                land: feeds failed; what they gave before, and other feeds, is landed
    │   ├── FeedUnavailable      a feed can't answer now: trying again may help
    │   └── FeedRefused          a site won't have us (403, a challenge): trying again can't help
    ├── MissingPartition         a stage was asked for a day that the stage before hasn't finished
    ├── DamagedPartition         a staged file that can't be read as what it should be
    ├── ContractError            validate: the day as a whole can't be trusted
    │   ├── TooManyQuarantined   more of the day was turned away than the settings allow
    │   └── IncompleteResult     Great Expectations listed fewer failing rows than it counted
    ├── ConservationError        captures in and captures accounted for differ
    ├── LockTimeout              another writer held the warehouse too long
    ├── DatabaseUnavailable      the PostgreSQL server can't answer now, or its readers don't let go
    └── AuditFailed              publish: the release candidate broke a contract; the old release stays
"""

from __future__ import annotations


class NewsError(Exception):
    """Base of all errors raised on purpose; ``str(error)`` is fit to show to a user."""


class UsageError(NewsError):
    """A path, day or option that can't be right."""


class SettingsError(UsageError):
    """A setting or environment variable that can't be right."""


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
    """One capture can't go on; it becomes one quarantine row.

    Attributes:
        reason_code: short snake_case reason, also the name it is counted under.
        detail: one sentence for a person: what was found, and where it helps, what to do.
    """

    def __init__(self, reason_code: str, detail: str) -> None:
        super().__init__(f"{reason_code}: {detail}")
        self.reason_code = reason_code
        self.detail = detail


class RejectedFile(CaptureError):
    """Land: not a file that may or can be read."""


class FetchFailed(CaptureError):
    """Land: an address of the web that can't be fetched, or that mustn't be asked."""


class UnreadablePage(CaptureError):
    """Parse: bytes that are no page (empty, binary, broken encoding)."""


class UnknownPublisher(CaptureError):
    """Parse: a page of nobody we have rules for."""

    def __init__(self, detail: str) -> None:
        super().__init__("unknown_publisher", detail)


class NotAnArticle(CaptureError):
    """Parse: a page of a known publisher that is no article (video, tag, challenge page …)."""


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
    """A site won't have us (403, a challenge page): trying again can't help, another feed may."""


class MissingPartition(NewsError):
    """A stage was asked for a day that the stage before it hasn't finished."""


class DamagedPartition(NewsError):
    """A staged file that can't be read as what it should be; running its day again replaces it."""


class ContractError(NewsError):
    """Validate: the day as a whole can't be trusted."""


class TooManyQuarantined(ContractError):
    """More of the day was turned away than the settings allow."""


class IncompleteResult(ContractError):
    """Great Expectations listed fewer failing rows than it counted."""


class ConservationError(NewsError):
    """Captures in and captures accounted for differ."""


class LockTimeout(NewsError):
    """Another writer held the warehouse for longer than the settings allow."""


class DatabaseUnavailable(NewsError):
    """The PostgreSQL server can't answer now, or its readers don't let go: trying again may help."""


class AuditFailed(NewsError):
    """Publish: the release candidate broke a contract; the old release stays in place."""
