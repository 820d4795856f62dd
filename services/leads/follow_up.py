"""Following leads up: each change of a lead, the entry of its timeline and its event as one.

A change is worked out from the lead as it is within the transaction, so two who change the same
lead at once come one after the other, on whichever node.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from domain.errors import NotFound
from domain.identity.accounts import Principal
from domain.leads.follow_up import (
    add_note,
    advance_lead,
    assign_lead,
    confirm_hire,
    escalate_lead,
    hire_side_of,
)
from domain.leads.leads import HIRED_STAGES, HireSide, Lead, LeadStage, RefusalReason
from domain.leads.timeline import LeadChange, TimelineEntryKind
from domain.live.events import (
    HireConfirmed,
    LeadAdvanced,
    LeadAssigned,
    LeadEscalated,
    LeadNoted,
    LoggedEvent,
    lead_topic,
)
from domain.postings.lifecycle import apply_hires
from domain.webhooks.messages import build_lead_change_notice
from realtime.commit import GroupCommit
from services.postings.posting_gate import queue_posting_notices
from storage.clock import Clock
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


class LeadFollowUp:
    """Advances, assigns, annotates, escalates leads, and takes what the sides say of a hire.

    Each gives the lead as it is then. Whether the caller may is for the caller to check.
    """

    def __init__(self, store: Store, commit: GroupCommit, clock: Clock) -> None:
        self._store = store
        self._commit = commit
        self._clock = clock

    async def advance(
        self,
        lead: Lead,
        stage: LeadStage,
        reason: RefusalReason | None,
        *,
        by: Principal,
        expected_version: int | None = None,
    ) -> Lead:
        """Bring a lead to the next stage; HIRED is confirmed for the side of ``by`` with it.

        :raises LeadStageConflict: the stage does not follow, or the lead is not at the version
            that the caller has seen.
        :raises InvalidInput: REFUSED without a reason, or a reason with another stage.
        :raises RetentionTooEarly: not that many days have passed since the hire.
        """
        return await self._change(
            lead,
            lambda before: advance_lead(
                before,
                stage,
                reason,
                side=hire_side_of(by.role),
                by=by.subject,
                at=self._clock(),
                expected_version=expected_version,
            ),
        )

    async def assign(self, lead: Lead, assignee_id: str | None, *, by: str) -> Lead:
        """Give the lead into the hands of an account, or of nobody."""
        return await self._change(
            lead, lambda before: assign_lead(before, assignee_id, by=by, at=self._clock())
        )

    async def add_note(
        self, lead: Lead, body: str, next_action_on: date | None, *, by: str
    ) -> Lead:
        """Keep a note that has passed ``check_note``."""
        return await self._change(
            lead, lambda before: add_note(before, body, next_action_on, by=by, at=self._clock())
        )

    async def record_hire_answer(
        self, lead: Lead, side: HireSide, *, hired: bool, by: str | None
    ) -> Lead:
        """Take what ``side`` says of the hire; ``by`` is None when the person says it.

        :raises LeadStageConflict: nothing was offered yet, or it was closed.
        """
        return await self._change(
            lead, lambda before: confirm_hire(before, side, hired=hired, by=by, at=self._clock())
        )

    async def escalate(self, lead: Lead) -> Lead:
        """Tell the next level above of an overdue lead; nothing happens before its time."""
        return await self._change(lead, lambda before: escalate_lead(before, at=self._clock()))

    async def _change(self, lead: Lead, rule: Callable[[Lead], LeadChange | None]) -> Lead:
        async def change(transaction: Transaction) -> tuple[Lead, Sequence[LoggedEvent]]:
            before = await self._store.leads.by_id(lead.id, transaction=transaction)
            if before is None:
                raise NotFound("There is no such lead any more.")
            made = rule(before)
            if made is None:
                return before, []
            written = await self._store.lead_timelines.save_changes(
                [(before, made)], transaction=transaction
            )
            assert written  # the version was read in this very snapshot
            if (before.stage in HIRED_STAGES) is not (made.lead.stage in HIRED_STAGES):
                await self._update_hires(before.posting_id, transaction)
            await self._store.deliveries.enqueue(
                [build_lead_change_notice(made)], transaction=transaction
            )
            return made.lead, _events_of(made)

        # Without a session there is no log, and whoever changes this lead waits for nobody else.
        return await self._commit(lead_topic(lead.session_id or lead.id), change)

    async def _update_hires(self, posting_id: str, transaction: Transaction) -> None:
        """Tell the posting how many people have the job; it closes with the last one wanted.

        Of two hires at the same moment one meets the other's write on the posting and is run
        again, so that none is missed.
        """
        postings = await self._store.postings.by_ids([posting_id], transaction=transaction)
        before = postings.get(posting_id)
        if before is None:
            return
        hires = await self._store.leads.count_hires(posting_id, transaction=transaction)
        after = apply_hires(before, hires, self._clock())
        if after is not before:
            written = await self._store.postings.update_if_unchanged(
                before, after, transaction=transaction
            )
            assert written  # the version was read in this very snapshot
            await queue_posting_notices(
                self._store, [(before, after)], at=self._clock(), transaction=transaction
            )


def _events_of(change: LeadChange) -> Sequence[LoggedEvent]:
    session_id, lead_id = change.lead.session_id, change.lead.id
    if session_id is None:
        return []
    if change.entry.kind is TimelineEntryKind.ADVANCED:
        stage = change.lead.stage
        return [LeadAdvanced(session_id=session_id, lead_id=lead_id, stage=stage)]
    return [_EVENT_TYPES[change.entry.kind](session_id=session_id, lead_id=lead_id)]
