"""The rights of the person behind a lead (PIPL art. 15 and 44 to 47), exercised with a receipt.

A receipt stands for what one giver (a device) sent with one phone. Somebody else who sends the
same phone gets another receipt. A typed phone proves nothing, so nobody sees with a receipt what
others gave with the same phone; the union's service desk helps there. What staff and employer made
of a lead is shown once the giver's device has confirmed the phone with a code.

Each access or change is one transaction that also writes its row of the audit log.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from domain.identity.audit import Actor, AuditAction, AuditEntry, AuditRole, AuditRow
from domain.identity.devices import PhonePair
from domain.identity.persons import check_name
from domain.leads.follow_up import confirm_hire
from domain.leads.leads import Contact, HireSide, Lead
from domain.leads.personal_data import (
    MAX_OWN_ACCESSES_PER_HOUR,
    ReceiptHolder,
    as_typed,
    correct_contact,
    withdraw_consent,
)
from domain.leads.timeline import LeadChange, TimelineEntry
from domain.live.events import LeadAdvanced, LoggedEvent
from domain.live.log_topics import lead_topic
from domain.refusals import NotFound, NotPermitted
from realtime.group_commit import GroupCommit
from services.identity.audit import AUDIT_TOPIC, check_rate
from services.leads.erasure import LEADS_PER_TRANSACTION, erase_leads
from services.leads.lead_changes import lead_audit_entry, write_follow_up, write_lead_changes
from storage.clock import Clock
from storage.mongo.client import Transaction
from storage.mongo.paging import Page, PageRequest
from storage.store import Store

MAX_EXPORTED_ROWS = 1_000
"""Rows of the audit log, and notes, that one export names: the latest ones."""


@dataclass(frozen=True, kw_only=True)
class ExportedLead:
    """All that is stored about one lead, for its giver.

    ``contact`` is None once it was erased. ``recipient`` is the employer's name. Without proof of
    the phone there are no notes, only the giver's own accesses, and the lead as it was typed.
    """

    lead: Lead
    contact: Contact | None
    recipient: str
    notes: Sequence[TimelineEntry]
    accesses: Sequence[AuditRow]


class OwnLeads:
    """Lets the holder of a receipt export, correct, withdraw, confirm and erase their leads."""

    def __init__(self, store: Store, commit: GroupCommit, clock: Clock) -> None:
        self._store = store
        self._commit = commit
        self._clock = clock

    async def page(self, holder: ReceiptHolder, wanted: PageRequest) -> Page[Lead]:
        """Return the leads of a receipt, newest first, with as much as the giver may see."""
        is_proven = await self._is_proven(holder)
        page = await self._store.sealed_contacts.page_of_holder(holder, wanted)
        return page if is_proven else page.map(as_typed)

    async def export_page(
        self, holder: ReceiptHolder, wanted: PageRequest
    ) -> tuple[Page[Lead], list[ExportedLead]]:
        """Return a page of the leads of a receipt with all that is stored about them.

        The export is a row of the audit log.

        :raises TooManyAttempts: over 60 pages in an hour.
        """
        is_proven = await self._is_proven(holder)
        page = await self._store.sealed_contacts.page_of_holder(holder, wanted)
        entry = AuditEntry(
            actor=_person_actor(holder),
            action=AuditAction.EXPORT,
            subject_type="Giver",
            subject_id=holder.giver,
            detail=f"{len(page.items)} leads",
        )

        async def change(transaction: Transaction) -> None:
            await self._check_rate(holder, entry.action, transaction)
            await self._append_audit([entry], transaction)

        await self._commit.serialised(AUDIT_TOPIC, change)
        return page, await self._collect(page.items, is_proven=is_proven)

    async def withdraw_consent(self, holder: ReceiptHolder, lead_id: str) -> Lead:
        """Withdraw the consent of one lead. Once withdrawn, nothing changes any more.

        Returns the lead with as much as the giver may see.

        :raises NotFound: the receipt does not stand for that lead.
        """
        known = await self._require_own(holder, lead_id)
        is_proven = await self._is_proven(holder)

        async def change(transaction: Transaction) -> tuple[Lead, Sequence[LoggedEvent]]:
            before = await self._require_own(holder, lead_id, transaction)
            if before.withdrawn_at is not None:
                return before, []
            made = withdraw_consent(before, at=self._clock())
            await write_lead_changes(self._store, [(before, made)], transaction)
            entry = lead_audit_entry(before, _person_actor(holder), AuditAction.WITHDRAW_CONSENT)
            await self._append_audit([entry], transaction)
            after = made.lead
            if after.stage is before.stage or before.session_id is None:
                return after, []
            moved = LeadAdvanced(session_id=before.session_id, lead_id=before.id, stage=after.stage)
            return after, [moved]

        withdrawn = await self._commit.append(lead_topic(known.session_id or known.id), change)
        return withdrawn if is_proven else as_typed(withdrawn)

    async def confirm_hire(self, holder: ReceiptHolder, lead_id: str, *, hired: bool) -> Lead:
        """Record whether the giver of a lead says that they were hired, with an audit row.

        :raises NotFound: the receipt does not stand for that lead.
        :raises NotPermitted: the giver's device has not confirmed the phone.
        :raises LeadStageConflict: nothing was offered yet, or the lead was closed.
        :raises TooManyAttempts: over 60 times in an hour.
        """
        known = await self._require_own(holder, lead_id)
        if not await self._is_proven(holder):
            raise NotPermitted(
                "Confirm your phone with a code first, or tell an officer, who records it for you.",
                "请先用验证码核实本人手机号码，或告知工会工作人员代为登记。",
            )

        async def change(transaction: Transaction) -> tuple[Lead, Sequence[LoggedEvent]]:
            before = await self._require_own(holder, lead_id, transaction)
            action, now = AuditAction.CONFIRM_HIRE, self._clock()
            await self._check_rate(holder, action, transaction)
            made = confirm_hire(before, HireSide.SEEKER, hired=hired, by=None, at=now)
            entry = lead_audit_entry(before, _person_actor(holder), action)
            await self._append_audit([entry], transaction)
            if made is None:
                return before, []
            events = await write_follow_up(
                self._store, before, made, at=now, transaction=transaction
            )
            return made.lead, events

        return await self._commit.append(lead_topic(known.session_id or known.id), change)

    async def correct_name(self, holder: ReceiptHolder, name: str) -> int:
        """Set the name in all leads of a receipt; return how many had a different one.

        :raises InvalidInput: it cannot be a name.
        :raises TooManyAttempts: over 60 corrections in an hour.
        """
        name = check_name(name, field=("input", "name"))

        async def correct_some(leads: Sequence[Lead], transaction: Transaction) -> int:
            changes: list[tuple[Lead, LeadChange]] = []
            for lead in leads:
                contact = await self._store.open_contact(lead)
                if contact is None or contact.name == name:
                    continue
                corrected = Contact(name=name, phone=contact.phone)
                sealed = self._store.seal_contact(lead, corrected)
                changes.append((lead, correct_contact(lead, sealed, at=self._clock())))
            await write_lead_changes(self._store, changes, transaction)
            person = _person_actor(holder)
            rows = [lead_audit_entry(lead, person, AuditAction.CORRECT) for lead, _ in changes]
            await self._append_audit(rows, transaction)
            return len(changes)

        async def check(transaction: Transaction) -> None:
            await self._check_rate(holder, AuditAction.CORRECT, transaction)

        await self._commit.serialised(AUDIT_TOPIC, check)
        return await self._for_each_batch(holder, correct_some)

    async def erase(self, holder: ReceiptHolder) -> int:
        """Erase person and contact of all leads of a receipt; return how many there were.

        If the device has confirmed the phone, the proofs of the phone on all devices go, too. The
        leads are erased in batches. A call that was interrupted is completed by the next one.
        """

        async def erase_some(leads: Sequence[Lead], transaction: Transaction) -> int:
            await erase_leads(
                self._store, leads, _person_actor(holder), at=self._clock(), transaction=transaction
            )
            return len(leads)

        async def erase_proofs(transaction: Transaction) -> None:
            proofs = self._store.phone_proofs
            pair = PhonePair(device_id=holder.giver, person=holder.person)
            # Somebody who only typed the phone must not make its owner confirm it again.
            if await proofs.is_proven(pair, at=self._clock(), transaction=transaction):
                await proofs.erase_person(holder.person, transaction=transaction)

        erased = await self._for_each_batch(holder, erase_some)
        await self._commit.serialised(AUDIT_TOPIC, erase_proofs)
        return erased

    async def _is_proven(self, holder: ReceiptHolder) -> bool:
        """Whether the device that gave the leads has confirmed the phone."""
        pair = PhonePair(device_id=holder.giver, person=holder.person)
        return await self._store.phone_proofs.is_proven(pair, at=self._clock())

    async def _require_own(
        self, holder: ReceiptHolder, lead_id: str, transaction: Transaction | None = None
    ) -> Lead:
        lead = await self._store.leads.by_id(lead_id, transaction=transaction)
        if lead is None or not holder.is_giver_of(lead):
            raise NotFound(
                "This receipt is not for that lead.",
                "该回执与这条线索不对应。",
                field=("input", "leadId"),
            )
        return lead

    async def _collect(self, leads: Sequence[Lead], *, is_proven: bool) -> list[ExportedLead]:
        # The same reads with and without proof, so that the time tells nothing.
        ids = [lead.id for lead in leads]
        accesses = await self._store.audit_log.latest_by_subjects(
            "Lead", ids, limit=MAX_EXPORTED_ROWS
        )
        notes = await self._store.lead_timelines.notes(ids, limit=MAX_EXPORTED_ROWS)
        employers = await self._store.employers.by_ids({lead.employer_id for lead in leads})
        return [
            ExportedLead(
                lead=lead if is_proven else as_typed(lead),
                contact=await self._store.open_contact(lead),
                recipient=employers[lead.employer_id].name,
                notes=[note for note in notes if is_proven and note.lead_id == lead.id],
                accesses=[
                    row
                    for row in accesses
                    if row.subject_id == lead.id and (is_proven or row.is_by_person)
                ],
            )
            for lead in leads
        ]

    async def _for_each_batch(
        self,
        holder: ReceiptHolder,
        work: Callable[[Sequence[Lead], Transaction], Awaitable[int]],
    ) -> int:
        """Apply ``work`` to all leads of a receipt, ``LEADS_PER_TRANSACTION`` in a transaction."""
        total, after = 0, ""
        while True:
            seen: list[str] = []

            async def change(
                transaction: Transaction, after: str = after, seen: list[str] = seen
            ) -> int:
                leads = await self._store.sealed_contacts.leads_of_holder(
                    holder, after=after, limit=LEADS_PER_TRANSACTION, transaction=transaction
                )
                # Replaced, not extended: a transaction that runs again may read other leads.
                seen[:] = [lead.id for lead in leads]
                return await work(leads, transaction)

            total += await self._commit.serialised(AUDIT_TOPIC, change)
            if len(seen) < LEADS_PER_TRANSACTION:
                return total
            after = seen[-1]

    async def _check_rate(
        self, holder: ReceiptHolder, action: AuditAction, transaction: Transaction
    ) -> None:
        await check_rate(
            self._store,
            _person_actor(holder),
            action,
            MAX_OWN_ACCESSES_PER_HOUR,
            at=self._clock(),
            transaction=transaction,
        )

    async def _append_audit(self, entries: Sequence[AuditEntry], transaction: Transaction) -> None:
        await self._store.audit_log.append(entries, at=self._clock(), transaction=transaction)


def _person_actor(holder: ReceiptHolder) -> Actor:
    return Actor(role=AuditRole.PERSON, id=holder.giver)
