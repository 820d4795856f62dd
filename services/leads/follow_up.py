"""The follow-up of leads: each step writes the lead, its timeline entry and its event together.

A step is computed from the lead as it is read within the transaction, so concurrent steps of one
lead are applied one after another on whichever node.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from domain.identity.accounts import Principal
from domain.leads.follow_up import (
    add_note,
    advance_lead,
    assign_lead,
    confirm_hire,
    escalate_lead,
    hire_side_of,
)
from domain.leads.leads import HireSide, Lead, LeadStage, RefusalReason
from domain.leads.timeline import LeadChange
from domain.live.events import LoggedEvent
from domain.live.log_topics import lead_topic
from domain.refusals import NotFound
from realtime.group_commit import GroupCommit
from services.leads.lead_changes import write_follow_up
from storage.clock import Clock
from storage.mongo.client import Transaction
from storage.store import Store


class LeadFollowUp:
    """Advances, assigns, annotates and escalates leads, and records who confirms a hire.

    Each method returns the lead after the step. Nothing here checks who calls:
    ``services.leads.staff_follow_up`` does.
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
        """Advance a lead to a stage. HIRED also confirms the hire for the side of ``by``.

        :raises LeadStageConflict: the stage does not follow the present one, or the lead is no
            longer at ``expected_version``.
        :raises InvalidInput: REFUSED without a reason, or a reason with another stage.
        :raises RetentionTooEarly: RETAINED_30 or RETAINED_90 before that many days since the hire.
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
        """Assign the lead to an account, or to nobody."""
        return await self._change(
            lead, lambda before: assign_lead(before, assignee_id, by=by, at=self._clock())
        )

    async def add_note(
        self, lead: Lead, body: str, next_action_on: date | None, *, by: str
    ) -> Lead:
        """Add a note that has passed ``check_note``."""
        return await self._change(
            lead, lambda before: add_note(before, body, next_action_on, by=by, at=self._clock())
        )

    async def record_hire_answer(
        self, lead: Lead, side: HireSide, *, hired: bool, by: str | None
    ) -> Lead:
        """Record whether ``side`` confirms or denies the hire. ``by`` is None for the person.

        :raises LeadStageConflict: nothing was offered yet, or the lead was closed.
        """
        return await self._change(
            lead, lambda before: confirm_hire(before, side, hired=hired, by=by, at=self._clock())
        )

    async def escalate(self, lead: Lead) -> Lead:
        """Escalate an overdue lead to the next union above. Before it is due, nothing changes."""
        return await self._change(lead, lambda before: escalate_lead(before, at=self._clock()))

    async def _change(self, lead: Lead, rule: Callable[[Lead], LeadChange | None]) -> Lead:
        async def change(transaction: Transaction) -> tuple[Lead, Sequence[LoggedEvent]]:
            before = await self._store.leads.by_id(lead.id, transaction=transaction)
            if before is None:
                raise NotFound("The lead no longer exists.", "这条线索已不存在。")
            made = rule(before)
            if made is None:
                return before, []
            events = await write_follow_up(
                self._store, before, made, at=self._clock(), transaction=transaction
            )
            return made.lead, events

        # A lead without a session has no log, so a topic of its own: it waits for no other lead.
        return await self._commit.append(lead_topic(lead.session_id or lead.id), change)
