"""The timeline of a lead: one entry for each version, from the recorded interest on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from domain.labels import Labelled
from domain.leads.confirmation import ConfirmationMethod
from domain.leads.leads import HireSide, Lead, LeadStage, RefusalReason


class TimelineEntryKind(Labelled):
    """What a timeline entry records."""

    RECORDED = "RECORDED", "登记意向"
    ADVANCED = "ADVANCED", "推进阶段"
    ASSIGNED = "ASSIGNED", "指派跟进"
    NOTED = "NOTED", "跟进记录"
    ESCALATED = "ESCALATED", "超期上报"
    CONFIRMED = "CONFIRMED", "录用确认"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN", "撤回同意"
    CORRECTED = "CORRECTED", "更正姓名"
    ERASED = "ERASED", "删除个人信息"
    PHONE_CONFIRMED = "PHONE_CONFIRMED", "本人核实"
    SUPERSEDED = "SUPERSEDED", "由本人线索取代"


@dataclass(frozen=True, kw_only=True)
class TimelineEntry:
    """The change that led to ``version`` of a lead.

    ``by`` is the id of a staff account, or None if the person or the service made the change. The
    fields after ``by`` are set depending on ``kind``.
    """

    lead_id: str
    version: int
    kind: TimelineEntryKind
    at: datetime
    by: str | None = None
    from_stage: LeadStage | None = None
    to_stage: LeadStage | None = None
    reason: RefusalReason | None = None
    assignee_id: str | None = None
    body: str | None = None
    next_action_on: date | None = None
    escalated_to: str | None = None
    side: HireSide | None = None
    hired: bool | None = None
    method: ConfirmationMethod | None = None


@dataclass(frozen=True, kw_only=True)
class LeadChange:
    """A lead after a change, and the timeline entry of the change."""

    lead: Lead
    entry: TimelineEntry


def make_first_entry(lead: Lead) -> TimelineEntry:
    """Return the first timeline entry. It is not stored, because the lead holds all its fields."""
    return TimelineEntry(
        lead_id=lead.id, version=1, kind=TimelineEntryKind.RECORDED, at=lead.created_at
    )


def make_change(
    lead: Lead, kind: TimelineEntryKind, *, at: datetime, by: str | None, **fields: object
) -> LeadChange:
    """Return the lead in its next version, and the entry of that version with ``fields``."""
    made_way = lead.id if lead.stage is LeadStage.WITHDRAWN else lead.made_way
    after = replace(lead, version=lead.version + 1, updated_at=at, made_way=made_way)
    entry = TimelineEntry(
        lead_id=lead.id,
        version=after.version,
        kind=kind,
        at=at,
        by=by,
        **fields,  # type: ignore[arg-type] # each caller names fields of the entry
    )
    return LeadChange(lead=after, entry=entry)
