"""The last decision of an officer about a posting."""

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
