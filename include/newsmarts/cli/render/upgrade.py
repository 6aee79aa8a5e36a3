"""What this version makes of a home, as lines."""

from __future__ import annotations

from newsmarts.ops.upgrade import REASONS, Outlook
from newsmarts.review.day_state import RunReason


def render(outlook: Outlook) -> str:
    """The outlook as plain text without a last newline."""
    lines = [f"days landed: {outlook.days}, of which {outlook.current} are as this version would make them"]
    lines += [f"  {count} {REASONS[RunReason(reason)]}" for reason, count in outlook.again.items()]
    if outlook.first_again is not None:
        lines.append(
            "  Days already loaded stay as they are until they are run again: backfill "
            f"{outlook.first_again} to {outlook.last_again}. `newsmarts preview` shows what that "
            "would change."
        )
    if outlook.unreadable:
        days = ", ".join(str(day) for day in outlook.unreadable[:5])
        more = f" and {len(outlook.unreadable) - 5} more" if len(outlook.unreadable) > 5 else ""
        lines.append(f"  This version can't load the stored results of {days}{more}: run these days again.")
    return "\n".join([*lines, f"warehouse: {outlook.warehouse}", f"marts: {outlook.marts}"])
