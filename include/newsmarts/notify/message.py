"""One message about a failure: its words, and how each kind of channel gets them.

An error's text may hold words of captured pages. They are cut, lose control characters and marks that turn
text around, and are escaped for the channel; no template engine ever sees them.
"""

from __future__ import annotations

import html
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime

from newsmarts.core.partitions import day_of_run

_LINE_CHARS = 200
_ERROR_CHARS = 1_000
_JOINERS = "\u200c\u200d"  # part of words in Persian and Arabic


@dataclass(frozen=True, slots=True)
class Message:
    """One message to people: a title, facts by name, the error, and where to look.

    Make it with ``failure`` or ``late``: they clean the words.
    """

    title: str  # one line, as a header of an e-mail is
    facts: tuple[tuple[str, str], ...]
    error: str | None
    link: str | None

    def with_note(self, note: str | None) -> Message:
        """The same with one more fact, if there is one."""
        return self if note is None else replace(self, facts=(*self.facts, *_facts(("Note", note))))

    def text(self) -> str:
        """Plain text, a fact a line."""
        lines = [f"{name}: {value}" for name, value in self.facts]
        if self.error is not None:
            lines += ["", self.error]
        if self.link is not None:
            lines += ["", self.link]
        return "\n".join(lines)

    def html(self) -> str:
        """A page for an e-mail."""
        rows = "".join(
            f"<tr><td>{html.escape(name)}</td><td>{html.escape(value)}</td></tr>"
            for name, value in self.facts
        )
        error = "" if self.error is None else f"<pre>{html.escape(self.error)}</pre>"
        link = "" if self.link is None else f'<p><a href="{html.escape(self.link)}">The log</a></p>'
        return f"<h3>{html.escape(self.title)}</h3><table>{rows}</table>{error}{link}"

    def slack(self) -> str:
        """Text in the markup of Slack; the error can't mention or link."""
        lines = [f"*{_slack(self.title)}*", *(f"{name}: {_slack(value)}" for name, value in self.facts)]
        if self.error is not None:
            lines.append(f"```{_slack(self.error)}```")
        if self.link is not None:
            lines.append(f"<{_slack(self.link)}|The log>")
        return "\n".join(lines)


def failure(
    *,
    dag_id: str,
    run_id: str,
    day: str | None,
    task: str | None,
    error: BaseException | str | None,
    link: str | None,
) -> Message:
    """A task failed for good, or a run did for another reason (then ``task`` is None)."""
    what = f"{task} failed" if task else "a run failed"
    text = f"{type(error).__name__}: {error}" if isinstance(error, BaseException) else error
    return Message(
        title=_line(f"{dag_id}: {what}" + (f" for {day}" if day else "")),
        facts=_facts(("DAG", dag_id), ("Day", day), ("Task", task), ("Run", run_id)),
        error=clean(text or "It ended without an error: its process was killed, or lost.", _ERROR_CHARS),
        link=_link(link),
    )


def late(
    *, dag_id: str, run_id: str, day: str | None, hours: float, state: str | None, link: str | None
) -> Message:
    """A run wasn't done within so many hours."""
    return Message(
        title=_line(f"{dag_id}: {day or run_id} isn't done after {hours:g} hours"),
        facts=_facts(("DAG", dag_id), ("Day", day), ("Run", run_id), ("State", state)),
        error=None,
        link=_link(link),
    )


def day_of(
    conf: object,
    partition_key: object,
    data_interval_start: object,
    logical_date: object = None,
    run_after: object = None,
) -> str | None:
    """The capture day that a run works on: the form's, its partition, or its own if it has an interval.

    Moments may be ISO texts.
    """
    day = conf.get("day") if isinstance(conf, dict) else None
    if day or partition_key:
        return clean(str(day or partition_key), 40)
    start = _moment(data_interval_start)
    found = day_of_run(_moment(logical_date), start, _moment(run_after)) if start is not None else None
    return None if found is None else found.isoformat()


def _moment(value: object) -> datetime | None:
    read = datetime.fromisoformat(value) if isinstance(value, str) else value
    return read if isinstance(read, datetime) else None


def clean(text: str, most: int) -> str:
    """Text of any origin, at most so long, without invisible characters."""
    kept = "".join(char for char in text if char == "\n" or char in _JOINERS or _is_seen(char))
    shown = "\n".join(line.rstrip() for line in kept.strip().splitlines())
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def _is_seen(char: str) -> bool:
    return not unicodedata.category(char).startswith("C") and char not in "\u2028\u2029"


def _facts(*facts: tuple[str, str | None]) -> tuple[tuple[str, str], ...]:
    return tuple((name, _line(value)) for name, value in facts if value)


def _line(text: str) -> str:
    return " ".join(clean(text, _LINE_CHARS).split())


def _link(url: str | None) -> str | None:
    return url if url and url.startswith(("http://", "https://")) else None


def _slack(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("`", "'")  # these would end the error's fence
