"""What is to be screened again, and how far that has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.labels import Labelled


class RescreenScope(Labelled):
    EMPLOYER = "EMPLOYER", "用人单位"
    REGION = "REGION", "地区"


@dataclass(frozen=True, kw_only=True)
class RescreeningTask:
    """Postings to be screened again from ``due_at`` on: those of an employer, or those on whose
    place the minimum wages of a region bear. ``key`` is the employer's id or the region's code.

    Those up to the id ``cursor`` are done; ``screened`` counts them, ``done_at`` ends it.
    """

    id: str
    scope: RescreenScope
    key: str
    due_at: datetime
    requested_at: datetime
    cursor: str = ""
    screened: int = 0
    done_at: datetime | None = None
