"""The last decision of an officer about a posting, and the appeal that asks for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Review:
    """An officer's decision about a posting.

    ``revision`` is the revision of the terms decided on; 0 if not known. ``settled`` are the keys
    of the findings that the officer saw: an approval covers these and no others.
    """

    by: str
    at: datetime
    approved: bool
    reason: str
    revision: int = 0
    settled: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Appeal:
    """An appeal against the refusal of a posting by words in a text.

    ``by`` is the account id of the staff member who sent it, ``revision`` that of the terms that
    were refused. A posting keeps the last one, also after an officer has decided.
    """

    by: str
    at: datetime
    reason: str
    revision: int
