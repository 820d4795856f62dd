"""Looks at contacts, and what the people behind them may ask for. Each is one transaction that
also writes its row of the audit log: what is not in the log did not happen.

They go through one topic, so that of those who append to the log at the same moment none has to
be run again for another of this process.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from domain.errors import NotFound, TooManyAttempts
from domain.identity.accounts import Principal
from domain.identity.audit import Actor, AuditAction, AuditEntry, AuditRole, staff_actor
from domain.identity.scopes import may_follow_up_lead
from domain.leads.consent import ConsentTemplate
from domain.leads.leads import Contact, Lead
from domain.leads.personal_data import (
    MAX_OWN_ACCESSES_PER_HOUR,
    MAX_REVEALS_PER_HOUR,
    ReceiptHolder,
    check_revealable,
    correct_contact,
    erase_lead,
    service_ended_at,
    withdraw_consent,
)
from domain.leads.timeline import LeadChange
from domain.live.events import LeadAdvanced, LoggedEvent, lead_topic
from domain.webhooks.messages import build_lead_change_notice
from realtime.commit import GroupCommit
from storage.clock import Clock
from storage.leads.contacts import RetainedContact
from storage.mongo.client import Transaction
from storage.mongo.crypto import ContactDamaged
from storage.mongo.paging import Page, PageRequest
from storage.store import Store

LEADS_PER_TRANSACTION = 50
"""Leads in one transaction."""
AUDIT_TOPIC = "audit"
_HOUR = timedelta(hours=1)


class ContactDisclosure:
    """The one way to a contact in the clear, and the ways to take it back."""

    def __init__(self, store: Store, commit: GroupCommit, clock: Clock) -> None:
        self._store = store
        self._commit = commit
        self._clock = clock

    async def reveal(self, lead_id: str, caller: Principal, reason: str) -> Contact:
        """Name and phone of a lead in the caller's scope; the look is logged before it is answered.

        :raises NotFound: there is no such lead in the caller's scope.
        :raises ConsentWithdrawn: the person took the consent back, or was erased.
        :raises TooManyAttempts: over 60 looks in an hour, counted over all nodes.
        """

        async def change(transaction: Transaction) -> tuple[Lead, Sequence[LoggedEvent]]:
            lead = await self._store.leads.by_id(lead_id, transaction=transaction)
            if lead is None or not may_follow_up_lead(caller, lead):
                raise NotFound("There is no such lead in your scope.", field=("input", "leadId"))
            check_revealable(lead)
            actor = staff_actor(caller)
            await self._check_rate(actor, AuditAction.REVEAL, MAX_REVEALS_PER_HOUR, transaction)
            await self._append_audit(
                [_audit_entry(lead, actor, AuditAction.REVEAL, reason)], transaction
            )
            return lead, []

        contact = await self._store.open_contact(await self._commit(AUDIT_TOPIC, change))
        assert contact is not None  # it was there in the transaction
        return contact

    async def export_page(self, holder: ReceiptHolder, wanted: PageRequest) -> Page[Lead]:
        """A page of the leads that a receipt stands for, noted as an export.

        :raises TooManyAttempts: over 60 pages in an hour.
        """
        page = await self._store.sealed_contacts.page_of_holder(holder, wanted)
        entry = AuditEntry(
            actor=_person_actor(holder),
            action=AuditAction.EXPORT,
            subject_type="Giver",
            subject_id=holder.giver,
            detail=f"{len(page.items)} leads",
        )

        async def change(transaction: Transaction) -> tuple[None, Sequence[LoggedEvent]]:
            await self._check_rate(
                entry.actor, entry.action, MAX_OWN_ACCESSES_PER_HOUR, transaction
            )
            await self._append_audit([entry], transaction)
            return None, []

        await self._commit(AUDIT_TOPIC, change)
        return page

    async def withdraw_consent(self, holder: ReceiptHolder, lead_id: str) -> Lead:
        """Take the consent of one lead back; done before, it stays done.

        :raises NotFound: the receipt does not stand for that lead.
        """
        not_theirs = NotFound("This receipt is not for that lead.", field=("input", "leadId"))
        known = await self._store.leads.by_id(lead_id)
        if known is None or not holder.is_giver_of(known):
            raise not_theirs

        async def change(transaction: Transaction) -> tuple[Lead, Sequence[LoggedEvent]]:
            before = await self._store.leads.by_id(lead_id, transaction=transaction)
            if before is None or not holder.is_giver_of(before):
                raise not_theirs
            if before.withdrawn_at is not None:
                return before, []
            made = withdraw_consent(before, at=self._clock())
            await _write_changes(self._store, [(before, made)], transaction)
            entry = _audit_entry(before, _person_actor(holder), AuditAction.WITHDRAW_CONSENT)
            await self._append_audit([entry], transaction)
            after = made.lead
            if after.stage is before.stage or before.session_id is None:
                return after, []
            moved = LeadAdvanced(session_id=before.session_id, lead_id=before.id, stage=after.stage)
            return after, [moved]

        return await self._commit(lead_topic(known.session_id or known.id), change)

    async def authorise_hire_confirmation(self, holder: ReceiptHolder, lead_id: str) -> Lead:
        """The lead of which its giver is about to say whether they were hired; that is logged.

        :raises NotFound: the receipt does not stand for that lead.
        :raises TooManyAttempts: over 60 times in an hour.
        """

        async def change(transaction: Transaction) -> tuple[Lead, Sequence[LoggedEvent]]:
            lead = await self._store.leads.by_id(lead_id, transaction=transaction)
            if lead is None or not holder.is_giver_of(lead):
                raise NotFound("This receipt is not for that lead.", field=("input", "leadId"))
            person, action = _person_actor(holder), AuditAction.CONFIRM_HIRE
            await self._check_rate(person, action, MAX_OWN_ACCESSES_PER_HOUR, transaction)
            await self._append_audit([_audit_entry(lead, person, action)], transaction)
            return lead, []

        return await self._commit(AUDIT_TOPIC, change)

    async def correct_name(self, holder: ReceiptHolder, name: str) -> int:
        """Give the leads of a receipt another name; how many had a different one.

        :raises TooManyAttempts: over 60 corrections in an hour.
        """

        async def correct_some(
            leads: Sequence[Lead], transaction: Transaction
        ) -> tuple[int, Sequence[LoggedEvent]]:
            changes: list[tuple[Lead, LeadChange]] = []
            for lead in leads:
                contact = await self._store.open_contact(lead)
                if contact is None or contact.name == name:
                    continue
                sealed = self._store.keyring.seal_contact(
                    lead.id, Contact(name=name, phone=contact.phone)
                )
                changes.append((lead, correct_contact(lead, sealed, at=self._clock())))
            await _write_changes(self._store, changes, transaction)
            person = _person_actor(holder)
            rows = [_audit_entry(lead, person, AuditAction.CORRECT) for lead, _ in changes]
            await self._append_audit(rows, transaction)
            return len(changes), []

        async def check(transaction: Transaction) -> tuple[None, Sequence[LoggedEvent]]:
            await self._check_rate(
                _person_actor(holder), AuditAction.CORRECT, MAX_OWN_ACCESSES_PER_HOUR, transaction
            )
            return None, []

        await self._commit(AUDIT_TOPIC, check)
        return await self._for_each_batch(holder, correct_some)

    async def erase(self, holder: ReceiptHolder) -> int:
        """Take person and contact out of the leads of a receipt; how many there were.

        What the law wants kept is stored away. Interrupted, it is taken up by the next call.
        """

        async def erase_some(
            leads: Sequence[Lead], transaction: Transaction
        ) -> tuple[int, Sequence[LoggedEvent]]:
            await erase_leads(
                self._store, leads, _person_actor(holder), at=self._clock(), transaction=transaction
            )
            return len(leads), []

        return await self._for_each_batch(holder, erase_some)

    async def publish_consent_text(
        self, caller: Principal, body: str, *, valid_from: datetime
    ) -> ConsentTemplate:
        """Store a new consent text under the next number."""

        async def change(transaction: Transaction) -> tuple[ConsentTemplate, Sequence[LoggedEvent]]:
            template = await self._store.consent_texts.add(
                body, valid_from=valid_from, created_by=caller.subject, transaction=transaction
            )
            entry = AuditEntry(
                actor=staff_actor(caller),
                action=AuditAction.PUBLISH_CONSENT_TEXT,
                subject_type="ConsentText",
                subject_id=template.version,
                detail=f"valid from {valid_from.isoformat()}",
            )
            await self._append_audit([entry], transaction)
            return template, []

        return await self._commit(AUDIT_TOPIC, change)

    async def _for_each_batch(
        self,
        holder: ReceiptHolder,
        work: Callable[[Sequence[Lead], Transaction], Awaitable[tuple[int, Sequence[LoggedEvent]]]],
    ) -> int:
        """Do the work for all leads of a receipt, ``AT_ONCE`` in a transaction."""
        total, after = 0, ""
        while True:
            seen: list[str] = []

            async def change(
                transaction: Transaction, after: str = after, seen: list[str] = seen
            ) -> tuple[int, Sequence[LoggedEvent]]:
                leads = await self._store.sealed_contacts.leads_of_holder(
                    holder, after=after, limit=LEADS_PER_TRANSACTION, transaction=transaction
                )
                # Run again, it may see others.
                seen[:] = [lead.id for lead in leads]
                return await work(leads, transaction)

            total += await self._commit(AUDIT_TOPIC, change)
            if len(seen) < LEADS_PER_TRANSACTION:
                return total
            after = seen[-1]

    async def _check_rate(
        self, actor: Actor, action: AuditAction, most: int, transaction: Transaction
    ) -> None:
        await check_rate(
            self._store, actor, action, most, at=self._clock(), transaction=transaction
        )

    async def _append_audit(self, entries: Sequence[AuditEntry], transaction: Transaction) -> None:
        await self._store.audit_log.append(entries, at=self._clock(), transaction=transaction)


async def check_rate(
    store: Store,
    actor: Actor,
    action: AuditAction,
    most: int,
    *,
    at: datetime,
    transaction: Transaction,
) -> None:
    """Pass unless somebody has done that so often within an hour.

    Counted in the log itself, which all nodes write: a look that is not counted is not made.

    :raises TooManyAttempts: they have.
    """
    done = await store.audit_log.count_actions(
        actor.id, action, since=at - _HOUR, most=most, transaction=transaction
    )
    if done >= most:
        raise TooManyAttempts(f"That was {most} times within an hour. Go on later.")


async def erase_leads(
    store: Store,
    leads: Sequence[Lead],
    actor: Actor,
    *,
    at: datetime,
    transaction: Transaction,
    stored_after: datetime | None = None,
) -> None:
    """Take person and contact out of ``leads`` within a transaction, with a row of the log each.

    They are stored away, but for services that had ended by ``stored_after``.
    """
    if not leads:
        return
    kept: list[RetainedContact] = []
    entries: list[AuditEntry] = []
    for lead in leads:
        try:
            contact, detail = await store.open_contact(lead), ""
        except ContactDamaged:
            # Nobody can read it any more, so nothing of it can be kept.
            contact, detail = None, "the contact did not open"
        entries.append(_audit_entry(lead, actor, AuditAction.ERASE, detail))
        ended = service_ended_at(lead, at)
        if contact is not None and (stored_after is None or ended > stored_after):
            sealed = store.keyring.seal_retained(lead.id, _retained_payload(lead, contact))
            kept.append(
                RetainedContact(id=lead.id, sealed=sealed, completed_at=ended, erased_at=at)
            )
    await _write_changes(store, [(lead, erase_lead(lead, at=at)) for lead in leads], transaction)
    await store.sealed_contacts.retain_and_clear_notes(
        [lead.id for lead in leads], kept, transaction=transaction
    )
    await store.audit_log.append(entries, at=at, transaction=transaction)


async def _write_changes(
    store: Store, changes: Sequence[tuple[Lead, LeadChange]], transaction: Transaction
) -> None:
    written = await store.lead_timelines.save_changes(changes, transaction=transaction)
    assert written  # their versions were read in this very snapshot
    await store.deliveries.enqueue(
        [build_lead_change_notice(change) for _, change in changes], transaction=transaction
    )


def _retained_payload(lead: Lead, contact: Contact) -> bytes:
    kept = {"person": lead.person, "name": contact.name, "phone": contact.phone}
    return json.dumps(kept, ensure_ascii=False).encode()


def _person_actor(holder: ReceiptHolder) -> Actor:
    return Actor(role=AuditRole.PERSON, id=holder.giver)


def _audit_entry(lead: Lead, actor: Actor, action: AuditAction, detail: str = "") -> AuditEntry:
    return AuditEntry(
        actor=actor, action=action, subject_type="Lead", subject_id=lead.id, detail=detail
    )
