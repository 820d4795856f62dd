"""Writing a change of a lead in a transaction: lead, timeline, webhook notice, number of hires."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from domain.identity.audit import Actor, AuditAction, AuditEntry
from domain.leads.leads import HIRED_STAGES, Lead
from domain.leads.timeline import LeadChange, TimelineEntryKind
from domain.live.events import (
    HireConfirmed,
    LeadAdvanced,
    LeadAssigned,
    LeadEscalated,
    LeadNoted,
    LoggedEvent,
)
from domain.postings.lifecycle import apply_hires
from domain.webhooks.messages import build_lead_change_notice
from services.postings.posting_notices import queue_posting_notices
from storage.mongo.client import Transaction
from storage.store import Store

_EVENT_TYPES: Mapping[
    TimelineEntryKind, type[LeadAssigned | LeadNoted | LeadEscalated | HireConfirmed]
] = {
    TimelineEntryKind.ASSIGNED: LeadAssigned,
    TimelineEntryKind.NOTED: LeadNoted,
    TimelineEntryKind.ESCALATED: LeadEscalated,
    TimelineEntryKind.CONFIRMED: HireConfirmed,
}


async def write_lead_changes(
    store: Store,
    changes: Sequence[tuple[Lead, LeadChange]],
    transaction: Transaction,
    *,
    without_notice: Collection[str] = (),
) -> None:
    """Write each change over the lead as it was read in this transaction, and queue its notice.

    ``without_notice`` are ids of leads whose change queues none.
    """
    written = await store.lead_timelines.save_changes(changes, transaction=transaction)
    assert written  # the versions were read in the same snapshot
    await store.deliveries.enqueue(
        [
            build_lead_change_notice(before, change)
            for before, change in changes
            if before.id not in without_notice
        ],
        transaction=transaction,
    )


async def write_follow_up(
    store: Store, before: Lead, change: LeadChange, *, at: datetime, transaction: Transaction
) -> Sequence[LoggedEvent]:
    """Write a step of the follow-up, and return the events to log in the session's lead log.

    If the step changes whether the person is hired, the posting's number of hires follows.
    """
    await write_lead_changes(store, [(before, change)], transaction)
    if (before.stage in HIRED_STAGES) is not (change.lead.stage in HIRED_STAGES):
        await _update_hires(store, before.posting_id, at, transaction)
    return _events_of(change)


async def _update_hires(
    store: Store, posting_id: str, at: datetime, transaction: Transaction
) -> None:
    """Set the number of hires of the posting, which closes when its headcount is reached.

    Two hires at the same moment both write the posting, so one transaction conflicts and runs
    again: no hire is missed.
    """
    postings = await store.postings.by_ids([posting_id], transaction=transaction)
    before = postings.get(posting_id)
    if before is None:
        return
    hires = await store.leads.count_hires(posting_id, transaction=transaction)
    after = apply_hires(before, hires, at)
    if after is before:
        return
    written = await store.postings.update_if_unchanged(before, after, transaction=transaction)
    assert written  # the version was read in the same snapshot
    await queue_posting_notices(store, [(before, after)], at=at, transaction=transaction)


def _events_of(change: LeadChange) -> Sequence[LoggedEvent]:
    session_id, lead_id = change.lead.session_id, change.lead.id
    if session_id is None:
        return []
    if change.entry.kind is TimelineEntryKind.ADVANCED:
        stage = change.lead.stage
        return [LeadAdvanced(session_id=session_id, lead_id=lead_id, stage=stage)]
    return [_EVENT_TYPES[change.entry.kind](session_id=session_id, lead_id=lead_id)]


def lead_audit_entry(lead: Lead, actor: Actor, action: AuditAction, detail: str = "") -> AuditEntry:
    """The row of the audit log that says what an actor did to a lead."""
    return AuditEntry(
        actor=actor, action=action, subject_type="Lead", subject_id=lead.id, detail=detail
    )
