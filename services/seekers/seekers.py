"""Profiles and call lists as they change: each change of one is for the version that was read, and
whatever shows or takes away who somebody is writes its row of the audit log with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from domain.errors import Busy, ConsentWithdrawn, NotFound
from domain.identity.accounts import Principal
from domain.identity.audit import Actor, AuditAction, AuditEntry, AuditRole, staff
from domain.identity.scopes import may_look_after
from domain.leads.contacts import OWN_ACCESSES_AN_HOUR, REVEALS_AN_HOUR
from domain.leads.leads import Contact
from domain.live.events import LoggedEvent, seeker_topic
from domain.seekers.call_campaigns import CallEntry
from domain.seekers.seekers import Profile, Seeker
from realtime.commit import GroupCommit
from services.leads.contacts import AUDIT_TOPIC, check_rate
from storage.clock import Clock
from storage.leads.contacts import Retained
from storage.mongo.client import Duplicate, Session
from storage.mongo.crypto import ContactDamaged
from storage.store import Store, bound_to

ATTEMPTS = 5
"""At a change that others kept getting in the way of."""
_CHANGED_MEANWHILE = "This was changed by others again and again. Send the same once more."


class Seekers:
    """The one way to a profile's contact in the clear, and to every change of a profile."""

    def __init__(self, store: Store, commit: GroupCommit, clock: Clock) -> None:
        self._store = store
        self._commit = commit
        self._clock = clock

    async def save(self, giver: str, rule: Callable[[Seeker | None], Seeker]) -> Seeker:
        """Store what ``rule`` makes of the giver's profile, or of none.

        :raises Busy: others kept changing it.
        """
        for _ in range(ATTEMPTS):
            before = await self._store.seekers.by_giver(giver)
            after = rule(before)
            if before is not None:
                if await self._store.seekers.exchange(before, after):
                    return after
                continue
            try:
                await self._store.seekers.add([after])
            except Duplicate:
                continue
            return after
        raise Busy(_CHANGED_MEANWHILE)

    async def change(self, seeker_id: str, rule: Callable[[Seeker], Seeker]) -> Seeker:
        """Store what ``rule`` makes of a profile; the same record changes nothing.

        :raises NotFound: there is no such profile any more.
        :raises Busy: others kept changing it.
        """
        for _ in range(ATTEMPTS):
            before = await self._store.seekers.by_id(seeker_id)
            if before is None or before.erased_at is not None:
                raise NotFound("There is no such profile any more.")
            after = rule(before)
            if after is before:
                return before
            after = replace(after, version=before.version + 1, updated_at=self._clock())
            if await self._store.seekers.exchange(before, after):
                return after
        raise Busy(_CHANGED_MEANWHILE)

    async def call(self, entry_id: str, rule: Callable[[CallEntry], CallEntry]) -> CallEntry:
        """Store what ``rule`` makes of somebody on a call list.

        :raises NotFound: they are not on it any more.
        :raises Busy: others kept changing it.
        """
        for _ in range(ATTEMPTS):
            before = await self._store.calls.by_id(entry_id)
            if before is None:
                raise NotFound("There is no such entry any more.")
            after = rule(before)
            if await self._store.calls.exchange(before, after):
                return after
        raise Busy(_CHANGED_MEANWHILE)

    async def enter(self, entry: CallEntry, seeker: Seeker, before: Seeker | None) -> Seeker:
        """Store the profile of somebody on a call list, and note it there, in one transaction.

        :raises Busy: one of both has changed meanwhile.
        """
        noted = replace(
            entry, seeker_id=seeker.id, version=entry.version + 1, updated_at=self._clock()
        )

        async def body(session: Session) -> bool:
            if before is None:
                await self._store.seekers.add([seeker], session=session)
            elif not await self._store.seekers.exchange(before, seeker, session=session):
                return False
            if not await self._store.calls.exchange(entry, noted, session=session):
                raise Busy(_CHANGED_MEANWHILE)
            return True

        if not await self._store.mongo.transaction(body):
            raise Busy(_CHANGED_MEANWHILE)
        return seeker

    async def reveal(self, kind: str, record_id: str, caller: Principal, reason: str) -> Contact:
        """Name and phone of a seeker, or of somebody on a call list; the look is logged first.

        :raises NotFound: there is none in the caller's scope.
        :raises ConsentWithdrawn: consent was taken back, or no contact is kept.
        :raises TooManyAttempts: over 60 looks in an hour, together with those at leads.
        """

        async def change(
            session: Session,
        ) -> tuple[Seeker | CallEntry, Sequence[LoggedEvent]]:
            held: Seeker | CallEntry | None
            if kind == "Seeker":
                held = await self._store.seekers.by_id(record_id, session=session)
            else:
                held = await self._store.calls.by_id(record_id, session=session)
            if held is None or not may_look_after(caller, held.union_path):
                raise NotFound("There is nobody like that in your scope.", field=("input", "id"))
            withdrawn = isinstance(held, Seeker) and held.withdrawn_at is not None
            if withdrawn or held.contact is None:
                raise ConsentWithdrawn("The person gave no contact, or does not wish to be called.")
            actor = staff(caller)
            at = self._clock()
            await check_rate(
                self._store, actor, AuditAction.REVEAL, REVEALS_AN_HOUR, at=at, session=session
            )
            entry = _about(kind, held.id, actor, AuditAction.REVEAL, reason)
            await self._store.audit.append([entry], at=at, session=session)
            return held, []

        contact = await self._store.contact_of(await self._commit(AUDIT_TOPIC, change))
        assert contact is not None  # it was there in the transaction
        return contact

    async def export(self, seeker: Seeker) -> None:
        """Note that somebody gets all that is stored of their profile.

        :raises TooManyAttempts: over 60 times in an hour.
        """
        actor = Actor(role=AuditRole.PERSON, id=seeker.giver or "")

        async def change(session: Session) -> tuple[None, Sequence[LoggedEvent]]:
            at = self._clock()
            await check_rate(
                self._store, actor, AuditAction.EXPORT, OWN_ACCESSES_AN_HOUR, at=at, session=session
            )
            entry = _about("Seeker", seeker.id, actor, AuditAction.EXPORT)
            await self._store.audit.append([entry], at=at, session=session)
            return None, []

        await self._commit(AUDIT_TOPIC, change)

    async def withdraw(self, seeker_id: str, actor: Actor) -> Seeker:
        """Take the consent to be matched back; done before, it stays done.

        :raises NotFound: there is no such profile any more.
        """

        async def change(session: Session) -> tuple[Seeker, Sequence[LoggedEvent]]:
            before = await self._kept(seeker_id, session)
            if before.withdrawn_at is not None:
                return before, []
            at = self._clock()
            after = replace(before, withdrawn_at=at, version=before.version + 1, updated_at=at)
            await self._store.seekers.exchange(before, after, session=session)
            entry = _about("Seeker", before.id, actor, AuditAction.WITHDRAW_CONSENT)
            await self._store.audit.append([entry], at=at, session=session)
            return after, []

        return await self._commit(AUDIT_TOPIC, change)

    async def erase(self, seeker_id: str, actor: Actor, reason: str = "") -> Seeker:
        """Take the person out of a profile, and out of all that came of it.

        :raises NotFound: there is no such profile any more.
        """

        async def change(session: Session) -> tuple[Seeker, Sequence[LoggedEvent]]:
            before = await self._kept(seeker_id, session)
            at = self._clock()
            await erase_seekers(
                self._store, [before], actor, at=at, ended=lambda _: at, reason=reason,
                session=session,
            )  # fmt: skip
            return before, []

        return await self._commit(AUDIT_TOPIC, change)

    async def _kept(self, seeker_id: str, session: Session) -> Seeker:
        seeker = await self._store.seekers.by_id(seeker_id, session=session)
        if seeker is None or seeker.erased_at is not None:
            raise NotFound("There is no such profile any more.")
        return seeker


async def erase_seekers(
    store: Store,
    seekers: Sequence[Seeker],
    actor: Actor,
    *,
    at: datetime,
    ended: Callable[[Seeker], datetime],
    session: Session,
    stored_after: datetime | None = None,
    reason: str = "",
) -> None:
    """Take the person out of ``seekers`` within a transaction, with a row of the log each.

    Group and status stay, to be counted; wishes, contact, searches, notes and what was told go.
    Contacts are stored away as those of leads are, but for services that ``ended`` by
    ``stored_after``.
    """
    kept: list[Retained] = []
    entries: list[AuditEntry] = []
    for seeker in seekers:
        sealed = await _stored_away(store, seeker)
        if sealed is not None and (stored_after is None or ended(seeker) > stored_after):
            kept.append(
                Retained(id=seeker.id, sealed=sealed, completed_at=ended(seeker), erased_at=at)
            )
        await store.seekers.exchange(seeker, _nobody(seeker, at), session=session)
        await store.calls.erase(
            await store.calls.of_seeker(seeker.id, session=session), at=at, session=session
        )
        await store.referrals.forget_notes(seeker.id, session=session)
        await store.campaigns.forget_seeker(seeker.id, session=session)
        await store.notices.forget(seeker.id, session=session)
        await store.log.forget(seeker_topic(seeker.id), session=session)
        entries.append(_about("Seeker", seeker.id, actor, AuditAction.ERASE, reason))
    await store.contacts.put_away([], kept, session=session)
    await store.audit.append(entries, at=at, session=session)


def _nobody(seeker: Seeker, at: datetime) -> Seeker:
    return replace(
        seeker,
        profile=Profile(group=seeker.profile.group),
        giver=None,
        person=None,
        contact=None,
        searches=(),
        withdrawn_at=seeker.withdrawn_at or at,
        erased_at=at,
        version=seeker.version + 1,
        updated_at=at,
    )


async def _stored_away(store: Store, seeker: Seeker) -> bytes | None:
    try:
        contact = await store.contact_of(seeker)
    except ContactDamaged:
        # Nobody can read it any more, so nothing of it can be kept.
        return None
    if contact is None:
        return None
    payload = {"person": seeker.person, "name": contact.name, "phone": contact.phone}
    return store.seal.store_away(bound_to(seeker), json.dumps(payload, ensure_ascii=False).encode())


def _about(
    kind: str, record_id: str, actor: Actor, action: AuditAction, detail: str = ""
) -> AuditEntry:
    return AuditEntry(
        actor=actor, action=action, subject_type=kind, subject_id=record_id, detail=detail
    )
