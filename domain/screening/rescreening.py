"""Rescreening tasks: which postings must be screened again, and the progress so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.labels import Labelled


class RescreenScope(Labelled):
    """Whether a task covers the postings of one employer or of one region."""

    EMPLOYER = "EMPLOYER", "用人单位"
    REGION = "REGION", "地区"


@dataclass(frozen=True, kw_only=True)
class RescreeningTask:
    """A task to screen the postings of an employer or a region again, from ``due_at`` on.

    ``key`` is the employer's id or the region's code. The scope REGION covers every posting whose
    minimum wage depends on that region. ``cursor`` is the id of the last posting screened,
    ``screened`` their number. ``done_at`` is None until the task is complete.
    """

    id: str
    scope: RescreenScope
    key: str
    due_at: datetime
    requested_at: datetime
    cursor: str = ""
    screened: int = 0
    done_at: datetime | None = None
