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
from domain.identity.audit import Actor, AuditAction, AuditEntry, AuditRole, staff
from domain.identity.scopes import may_follow_lead
from domain.leads.consent import ConsentTemplate
from domain.leads.contacts import (
    OWN_ACCESSES_AN_HOUR,
    REVEALS_AN_HOUR,
    Holder,
    check_revealable,
    completed_at,
    corrected,
    erased,
    withdrawn,
)
from domain.leads.follow_up import Change
from domain.leads.leads import Contact, Lead
from domain.live.events import LeadAdvanced, LoggedEvent, lead_topic
from domain.webhooks.messages import of_change
from realtime.commit import GroupCommit
from storage.clock import Clock
from storage.leads.contacts import Retained
from storage.mongo.client import Session
from storage.mongo.crypto import ContactDamaged
from storage.mongo.paging import Page, Slice
from storage.store import Store

AT_ONCE = 50
"""Leads in one transaction."""
AUDIT_TOPIC = "audit"
_HOUR = timedelta(hours=1)


class Contacts:
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

        async def change(session: Session) -> tuple[Lead, Sequence[LoggedEvent]]:
            lead = await self._store.leads.by_id(lead_id, session=session)
            if lead is None or not may_follow_lead(caller, lead):
                raise NotFound("There is no such lead in your scope.", field=("input", "leadId"))
            check_revealable(lead)
            actor = staff(caller)
            await self._check_rate(actor, AuditAction.REVEAL, REVEALS_AN_HOUR, session)
            await self._log([_about(lead, actor, AuditAction.REVEAL, reason)], session)
            return lead, []

        contact = await self._store.contact_of(await self._commit(AUDIT_TOPIC, change))
        assert contact is not None  # it was there in the transaction
        return contact

    async def export(self, holder: Holder, wanted: Slice) -> Page[Lead]:
        """A page of the leads that a receipt stands for, noted as an export.

        :raises TooManyAttempts: over 60 pages in an hour.
        """
        page = await self._store.contacts.page(holder, wanted)
        entry = AuditEntry(
            actor=_person(holder),
            action=AuditAction.EXPORT,
            subject_type="Giver",
            subject_id=holder.giver,
            detail=f"{len(page.items)} leads",
        )

        async def change(session: Session) -> tuple[None, Sequence[LoggedEvent]]:
            await self._check_rate(entry.actor, entry.action, OWN_ACCESSES_AN_HOUR, session)
            await self._log([entry], session)
            return None, []

        await self._commit(AUDIT_TOPIC, change)
        return page

    async def withdraw(self, holder: Holder, lead_id: str) -> Lead:
        """Take the consent of one lead back; done before, it stays done.

        :raises NotFound: the receipt does not stand for that lead.
        """
        not_theirs = NotFound("This receipt is not for that lead.", field=("input", "leadId"))
        known = await self._store.leads.by_id(lead_id)
        if known is None or not holder.gave(known):
            raise not_theirs

        async def change(session: Session) -> tuple[Lead, Sequence[LoggedEvent]]:
            before = await self._store.leads.by_id(lead_id, session=session)
            if before is None or not holder.gave(before):
                raise not_theirs
            if before.withdrawn_at is not None:
                return before, []
            made = withdrawn(before, at=self._clock())
            await _write(self._store, [(before, made)], session)
            entry = _about(before, _person(holder), AuditAction.WITHDRAW_CONSENT)
            await self._log([entry], session)
            after = made.lead
            if after.stage is before.stage or before.session_id is None:
                return after, []
            moved = LeadAdvanced(session_id=before.session_id, lead_id=before.id, stage=after.stage)
            return after, [moved]

        return await self._commit(lead_topic(known.session_id or known.id), change)

    async def spoken_for(self, holder: Holder, lead_id: str) -> Lead:
        """The lead of which its giver is about to say whether they were hired; that is logged.

        :raises NotFound: the receipt does not stand for that lead.
        :raises TooManyAttempts: over 60 times in an hour.
        """

        async def change(session: Session) -> tuple[Lead, Sequence[LoggedEvent]]:
            lead = await self._store.leads.by_id(lead_id, session=session)
            if lead is None or not holder.gave(lead):
                raise NotFound("This receipt is not for that lead.", field=("input", "leadId"))
            person, action = _person(holder), AuditAction.CONFIRM_HIRE
            await self._check_rate(person, action, OWN_ACCESSES_AN_HOUR, session)
            await self._log([_about(lead, person, action)], session)
            return lead, []

        return await self._commit(AUDIT_TOPIC, change)

    async def correct(self, holder: Holder, name: str) -> int:
        """Give the leads of a receipt another name; how many had a different one.

        :raises TooManyAttempts: over 60 corrections in an hour.
        """

        async def correct_some(
            leads: Sequence[Lead], session: Session
        ) -> tuple[int, Sequence[LoggedEvent]]:
            changes: list[tuple[Lead, Change]] = []
            for lead in leads:
                contact = await self._store.contact_of(lead)
                if contact is None or contact.name == name:
                    continue
                sealed = self._store.seal.seal(lead.id, Contact(name=name, phone=contact.phone))
                changes.append((lead, corrected(lead, sealed, at=self._clock())))
            await _write(self._store, changes, session)
            person = _person(holder)
            rows = [_about(lead, person, AuditAction.CORRECT) for lead, _ in changes]
            await self._log(rows, session)
            return len(changes), []

        async def check(session: Session) -> tuple[None, Sequence[LoggedEvent]]:
            await self._check_rate(
                _person(holder), AuditAction.CORRECT, OWN_ACCESSES_AN_HOUR, session
            )
            return None, []

        await self._commit(AUDIT_TOPIC, check)
        return await self._each(holder, correct_some)

    async def erase(self, holder: Holder) -> int:
        """Take person and contact out of the leads of a receipt; how many there were.

        What the law wants kept is stored away. Interrupted, it is taken up by the next call.
        """

        async def erase_some(
            leads: Sequence[Lead], session: Session
        ) -> tuple[int, Sequence[LoggedEvent]]:
            await erase(self._store, leads, _person(holder), at=self._clock(), session=session)
            return len(leads), []

        return await self._each(holder, erase_some)

    async def publish(
        self, caller: Principal, body: str, *, valid_from: datetime
    ) -> ConsentTemplate:
        """Store a new consent text under the next number."""

        async def change(session: Session) -> tuple[ConsentTemplate, Sequence[LoggedEvent]]:
            template = await self._store.consents.add(
                body, valid_from=valid_from, created_by=caller.subject, session=session
            )
            entry = AuditEntry(
                actor=staff(caller),
                action=AuditAction.PUBLISH_CONSENT_TEXT,
                subject_type="ConsentText",
                subject_id=template.version,
                detail=f"valid from {valid_from.isoformat()}",
            )
            await self._log([entry], session)
            return template, []

        return await self._commit(AUDIT_TOPIC, change)

    async def _each(
        self,
        holder: Holder,
        work: Callable[[Sequence[Lead], Session], Awaitable[tuple[int, Sequence[LoggedEvent]]]],
    ) -> int:
        """Do the work for all leads of a receipt, ``AT_ONCE`` in a transaction."""
        total, after = 0, ""
        while True:
            seen: list[str] = []

            async def change(
                session: Session, after: str = after, seen: list[str] = seen
            ) -> tuple[int, Sequence[LoggedEvent]]:
                leads = await self._store.contacts.given(
                    holder, after=after, limit=AT_ONCE, session=session
                )
                # Run again, it may see others.
                seen[:] = [lead.id for lead in leads]
                return await work(leads, session)

            total += await self._commit(AUDIT_TOPIC, change)
            if len(seen) < AT_ONCE:
                return total
            after = seen[-1]

    async def _check_rate(
        self, actor: Actor, action: AuditAction, most: int, session: Session
    ) -> None:
        await check_rate(self._store, actor, action, most, at=self._clock(), session=session)

    async def _log(self, entries: Sequence[AuditEntry], session: Session) -> None:
        await self._store.audit.append(entries, at=self._clock(), session=session)


async def check_rate(
    store: Store, actor: Actor, action: AuditAction, most: int, *, at: datetime, session: Session
) -> None:
    """Pass unless somebody has done that so often within an hour.

    Counted in the log itself, which all nodes write: a look that is not counted is not made.

    :raises TooManyAttempts: they have.
    """
    done = await store.audit.count(actor.id, action, since=at - _HOUR, most=most, session=session)
    if done >= most:
        raise TooManyAttempts(f"That was {most} times within an hour. Go on later.")


async def erase(
    store: Store,
    leads: Sequence[Lead],
    actor: Actor,
    *,
    at: datetime,
    session: Session,
    stored_after: datetime | None = None,
) -> None:
    """Take person and contact out of ``leads`` within a transaction, with a row of the log each.

    They are stored away, but for services that had ended by ``stored_after``.
    """
    if not leads:
        return
    kept: list[Retained] = []
    entries: list[AuditEntry] = []
    for lead in leads:
        try:
            contact, detail = await store.contact_of(lead), ""
        except ContactDamaged:
            # Nobody can read it any more, so nothing of it can be kept.
            contact, detail = None, "the contact did not open"
        entries.append(_about(lead, actor, AuditAction.ERASE, detail))
        ended = completed_at(lead, at)
        if contact is not None and (stored_after is None or ended > stored_after):
            sealed = store.seal.store_away(lead.id, _payload(lead, contact))
            kept.append(Retained(id=lead.id, sealed=sealed, completed_at=ended, erased_at=at))
    await _write(store, [(lead, erased(lead, at=at)) for lead in leads], session)
    await store.contacts.put_away([lead.id for lead in leads], kept, session=session)
    await store.audit.append(entries, at=at, session=session)


async def _write(store: Store, changes: Sequence[tuple[Lead, Change]], session: Session) -> None:
    written = await store.pipeline.write(changes, session=session)
    assert written  # their versions were read in this very snapshot
    await store.deliveries.put([of_change(change) for _, change in changes], session=session)


def _payload(lead: Lead, contact: Contact) -> bytes:
    kept = {"person": lead.person, "name": contact.name, "phone": contact.phone}
    return json.dumps(kept, ensure_ascii=False).encode()


def _person(holder: Holder) -> Actor:
    return Actor(role=AuditRole.PERSON, id=holder.giver)


def _about(lead: Lead, actor: Actor, action: AuditAction, detail: str = "") -> AuditEntry:
    return AuditEntry(
        actor=actor, action=action, subject_type="Lead", subject_id=lead.id, detail=detail
    )
