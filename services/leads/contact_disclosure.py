"""Revealing the contact of a lead to staff: one at a time, with a reason, logged before shown."""

from __future__ import annotations

from domain.identity.accounts import Principal
from domain.identity.audit import AuditAction, check_reason, staff_actor
from domain.leads.leads import Contact, Lead
from domain.leads.personal_data import MAX_REVEALS_PER_HOUR, check_revealable
from realtime.group_commit import GroupCommit
from services.identity.audit import AUDIT_TOPIC, check_rate
from services.leads.lead_changes import lead_audit_entry
from services.leads.lead_scope import require_in_scope
from storage.clock import Clock
from storage.mongo.client import Transaction
from storage.store import Store


class ContactDisclosure:
    """Opens the sealed contact of a lead for staff in whose scope the lead is."""

    def __init__(self, store: Store, commit: GroupCommit, clock: Clock) -> None:
        self._store = store
        self._commit = commit
        self._clock = clock

    async def reveal(self, lead_id: str, caller: Principal, reason: str) -> Contact:
        """Return name and phone of a lead, after the audit log has recorded who reads it and why.

        :raises InvalidInput: the reason is not 5 to 200 characters.
        :raises NotFound: there is no such lead in the caller's scope.
        :raises ConsentWithdrawn: the person withdrew the consent, or the contact was erased.
        :raises TooManyAttempts: over 60 contacts in an hour, counted over all nodes.
        """
        reason = check_reason(reason, ("input", "reason"))

        async def change(transaction: Transaction) -> Lead:
            found = await self._store.leads.by_id(lead_id, transaction=transaction)
            lead = require_in_scope(caller, found, ("input", "leadId"))
            check_revealable(lead)
            actor, now = staff_actor(caller), self._clock()
            await check_rate(
                self._store,
                actor,
                AuditAction.REVEAL,
                MAX_REVEALS_PER_HOUR,
                at=now,
                transaction=transaction,
            )
            entry = lead_audit_entry(lead, actor, AuditAction.REVEAL, reason)
            await self._store.audit_log.append([entry], at=now, transaction=transaction)
            return lead

        contact = await self._store.open_contact(await self._commit.serialised(AUDIT_TOPIC, change))
        assert contact is not None  # `check_revealable` saw it in the transaction
        return contact
