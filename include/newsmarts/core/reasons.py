"""What each reason code means for a capture: ``reasons.toml`` beside the contracts, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from newsmarts.core.contract_data import read_data
from newsmarts.core.errors import SettingsError, faults_in

Outcome = Literal["not_article", "quarantined"]
REASONS_FILE = "reasons.toml"
_CODE = r"^[a-z][a-z0-9_]*$"


class Meaning(BaseModel):
    """What becomes of a capture with a reason; ``alarm``: it counts for the share that refuses a day."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    outcome: Outcome
    alarm: bool
    note: Annotated[str, Field(pattern=r"\S")]


UNKNOWN = Meaning(outcome="quarantined", alarm=True, note="A code that the file doesn't have.")
_MEANINGS = TypeAdapter(dict[Annotated[str, Field(pattern=_CODE)], Meaning])


class Reasons:
    """The meanings of all reason codes."""

    def __init__(self, meanings: Mapping[str, Meaning]) -> None:
        self.meanings = meanings

    def outcome(self, reason_code: str) -> Outcome:
        """The outcome of a capture with this reason."""
        return self.meanings.get(reason_code, UNKNOWN).outcome

    def alarms(self, reason_code: str) -> bool:
        """Whether it hints at a fault of ours or at a changed site."""
        return self.meanings.get(reason_code, UNKNOWN).alarm


def load_reasons(folder: Path) -> Reasons:
    """Read the file in the folder of the contracts.

    Raises:
        SettingsError: naming the file, the code and the key at fault.
    """
    path = folder / REASONS_FILE
    document = read_data(path)
    try:
        meanings = _MEANINGS.validate_python(document)
    except ValidationError as error:
        raise SettingsError(f"{path}: {faults_in(error)}. Correct it.") from None
    loud = [code for code, each in meanings.items() if each.alarm and each.outcome == "not_article"]
    if loud:
        raise SettingsError(
            f"{path}: {loud[0]}.alarm is true, but a page that is no article is no fault. Make it false, or "
            'the outcome "quarantined".'
        )
    return Reasons(meanings)
