"""Confirming leads: the owner of a phone, or staff who spoke with the person, stand behind them.

The confirmed lead, the leads that give way to it, their timelines, events and webhook messages are
one transaction for each session.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.identity.accounts import Principal
from domain.identity.audit import AuditAction, staff_actor
from domain.identity.devices import PhonePair
from domain.leads.confirmation import STAFF_METHODS, ConfirmationMethod, LeadConfirmation
from domain.leads.leads import Lead
from domain.live.events import LoggedEvent
from domain.live.log_topics import lead_topic
from domain.refusals import InvalidInput, LeadStageConflict
from realtime.group_commit import GroupCommit
from services.leads.lead_changes import lead_audit_entry
from services.leads.lead_claims import confirm_in_session, confirm_lead, end_leads_beside
from services.leads.lead_scope import require_in_scope
from storage.clock import Clock
from storage.mongo.client import Transaction
from storage.store import Store


class PhoneConfirmation:
    """Confirms the leads of a phone for its device, or one lead for staff."""

    def __init__(self, store: Store, commit: GroupCommit, clock: Clock) -> None:
        self._store = store
        self._commit = commit
        self._clock = clock

    async def confirm(self, pair: PhonePair, at: datetime) -> int:
        """Confirm what a device gave with a phone that it has just proven by a code.

        For each session and posting the oldest lead of the device is kept, and what others gave
        with that phone ends. Returns how many leads were confirmed. Store the proof first: then a
        tap of the same moment is confirmed, too. Calling it again changes nothing.

        :raises Busy: the database does not answer. Calling it again continues.
        """
        confirmed: list[Lead] = []
        for session_id in await self._store.lead_claims.sessions_to_confirm(
            pair.device_id, pair.person
        ):

            async def change(
                transaction: Transaction, session_id: str | None = session_id
            ) -> tuple[list[Lead], Sequence[LoggedEvent]]:
                return await confirm_in_session(
                    self._store, session_id, pair, at=at, transaction=transaction
                )

            confirmed += await self._commit.append(_topic_of(session_id), change)
        kept = [lead for lead in confirmed if lead.confirmation is LeadConfirmation.CONFIRMED]
        for lead in kept:
            await self._end_others(lead)
        return len(kept)

    async def confirm_by_staff(
        self, caller: Principal, lead_id: str, method: ConfirmationMethod
    ) -> Lead:
        """Confirm a lead after an officer spoke with the person; return it as it is then.

        It is SUPERSEDED if the person has a confirmed lead for the posting already. A lead that is
        confirmed stays as it is.

        :raises InvalidInput: the method is that of a code.
        :raises NotFound: there is no such lead in the caller's scope.
        :raises LeadStageConflict: the lead has ended.
        """
        if method not in STAFF_METHODS:
            raise InvalidInput(
                "Say whether you spoke by phone or in person. Only the person confirms by code.",
                "请选择电话核实或当面核实，验证码只能由本人填写。",
                field=("input", "method"),
            )
        known = await self._require(caller, lead_id)

        async def change(transaction: Transaction) -> tuple[Lead, Sequence[LoggedEvent]]:
            lead = await self._require(caller, lead_id, transaction)
            if lead.confirmation is LeadConfirmation.CONFIRMED:
                return lead, []
            if lead.withdrawn_at is not None or lead.contact is None:
                raise LeadStageConflict(
                    "The lead has ended: there is nothing to confirm.", "该线索已结束，无需核实。"
                )
            at = self._clock()
            after, events = await confirm_lead(
                self._store, lead, method, by=caller.subject, at=at, transaction=transaction
            )
            row = lead_audit_entry(
                lead, staff_actor(caller), AuditAction.CONFIRM_PHONE, method.value
            )
            await self._store.audit_log.append([row], at=at, transaction=transaction)
            return after, events

        after = await self._commit.append(_topic_of(known.session_id), change)
        if after.confirmation is LeadConfirmation.CONFIRMED:
            await self._end_others(after)
        return after

    async def _require(
        self, caller: Principal, lead_id: str, transaction: Transaction | None = None
    ) -> Lead:
        found = await self._store.leads.by_id(lead_id, transaction=transaction)
        return require_in_scope(caller, found, ("input", "leadId"))

    async def _end_others(self, kept: Lead) -> None:
        """End what the transaction of the confirmation left: one phone may have thousands."""
        key = kept.session_id, kept.posting_id, [kept.person]

        async def change(transaction: Transaction) -> tuple[int, Sequence[LoggedEvent]]:
            events = await end_leads_beside(
                self._store, *key, at=self._clock(), transaction=transaction
            )
            return len(events), events

        while await self._store.lead_claims.beside(*key, limit=1):
            await self._commit.append(_topic_of(kept.session_id), change)


def _topic_of(session_id: str | None) -> str:
    return lead_topic(session_id or "board")
