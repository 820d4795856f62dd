"""Names and occupations that officers add to the list of occupations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.free_text import check_text
from domain.refusals import InvalidInput

MAX_NAME_LENGTH = 20
"""Characters of a Chinese name of an occupation."""
MAX_ENGLISH_LENGTH = 60


@dataclass(frozen=True, kw_only=True)
class OccupationAddition:
    """A name that officers added, of an occupation in the list or of one that they added.

    ``id`` is the normalised name, so a name belongs to one occupation only. ``occupation`` is the
    code. An addition with a ``number`` is the label of a new occupation, and may have an English
    name, too; further names have the number 0. Additions are never changed or removed.
    """

    id: str
    occupation: str
    zh: str
    en: str = ""
    number: int = 0
    union_id: str
    added_by: str
    added_at: datetime


def check_occupation_name(zh: str, field: tuple[str, ...]) -> None:
    """Check a Chinese name of an occupation: 2 to 20 characters.

    :raises InvalidInput: it is too short or too long, or has control characters.
    """
    check_text(zh, MAX_NAME_LENGTH, field)
    if len(zh) < 2:
        raise InvalidInput(
            "Give the name of a job, with at least 2 characters.",
            "请填写职业名称，至少2个字。",
            field=field,
        )


def list_added_occupations(additions: Iterable[OccupationAddition]) -> dict[str, str]:
    """Return code and label of the occupations that officers added, in the order given."""
    return {addition.occupation: addition.zh for addition in additions if addition.number}
