"""A lead with a follow-up for tests, and one step of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from domain.leads.follow_up import (
    advance_lead,
    start_follow_up,
)
from domain.leads.leads import (
    CLOSED_STAGES,
    HireSide,
    Lead,
    LeadStage,
    RefusalReason,
)
from tests.support import records

AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
TODAY = date(2026, 10, 1)
UNION_PATH = ("national", "province", "city")
OPEN_STAGES = set(LeadStage) - CLOSED_STAGES - {LeadStage.RETAINED_90}


def lead_in_follow_up(**changes: object) -> Lead:
    lead = records.lead(union_path=UNION_PATH, created_at=AT, updated_at=AT)
    return replace(start_follow_up(lead), **changes)  # type: ignore[arg-type] # each test names fields of it


def advance_by_employer(lead: Lead, wanted: LeadStage, at: datetime = AT) -> Lead:
    reason = RefusalReason.OTHER if wanted is LeadStage.REFUSED else None
    return advance_lead(lead, wanted, reason, side=HireSide.EMPLOYER, by="r", at=at).lead
