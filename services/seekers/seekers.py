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
from domain.identity.audit import Actor, AuditAction, AuditEntry, AuditRole, staff_actor
from domain.identity.scopes import may_manage_seekers
from domain.leads.leads import Contact
from domain.leads.personal_data import MAX_OWN_ACCESSES_PER_HOUR, MAX_REVEALS_PER_HOUR
from domain.live.events import LoggedEvent, seeker_topic
from domain.seekers.call_campaigns import CallEntry
from domain.seekers.profile import Profile
from domain.seekers.seekers import Seeker
from realtime.commit import GroupCommit
from services.leads.contacts import AUDIT_TOPIC, check_rate
from storage.clock import Clock
from storage.leads.contacts import RetainedContact
from storage.mongo.client import Duplicate, Transaction
from storage.mongo.crypto import ContactDamaged
from storage.store import Store, encryption_context

MAX_ATTEMPTS = 5
"""At a change that others kept getting in the way of."""
_CONFLICT_MESSAGE = "This was changed by others again and again. Send the same once more."


class SeekerProfiles:
    """The one way to a profile's contact in the clear, and to every change of a profile."""

    def __init__(self, store: Store, commit: GroupCommit, clock: Clock) -> None:
        self._store = store
        self._commit = commit
        self._clock = clock

    async def save(self, giver: str, rule: Callable[[Seeker | None], Seeker]) -> Seeker:
        """Store what ``rule`` makes of the giver's profile, or of none.

        :raises Busy: others kept changing it.
        """
        for _ in range(MAX_ATTEMPTS):
            before = await self._store.seekers.by_giver(giver)
            after = rule(before)
            if before is not None:
                if await self._store.seekers.replace_if_unchanged(before, after):
                    return after
                continue
            try:
                await self._store.seekers.add([after])
            except Duplicate:
                continue
            return after
        raise Busy(_CONFLICT_MESSAGE)

    async def change(self, seeker_id: str, rule: Callable[[Seeker], Seeker]) -> Seeker:
        """Store what ``rule`` makes of a profile; the same record changes nothing.

        :raises NotFound: there is no such profile any more.
        :raises Busy: others kept changing it.
        """
        for _ in range(MAX_ATTEMPTS):
            before = await self._store.seekers.by_id(seeker_id)
            if before is None or before.erased_at is not None:
                raise NotFound("There is no such profile any more.")
            after = rule(before)
            if after is before:
                return before
            after = replace(after, version=before.version + 1, updated_at=self._clock())
            if await self._store.seekers.replace_if_unchanged(before, after):
                return after
        raise Busy(_CONFLICT_MESSAGE)

    async def change_call_entry(
        self, entry_id: str, rule: Callable[[CallEntry], CallEntry]
    ) -> CallEntry:
        """Store what ``rule`` makes of somebody on a call list.

        :raises NotFound: they are not on it any more.
        :raises Busy: others kept changing it.
        """
        for _ in range(MAX_ATTEMPTS):
            before = await self._store.call_entries.by_id(entry_id)
            if before is None:
                raise NotFound("There is no such entry any more.")
            after = rule(before)
            if await self._store.call_entries.replace_if_unchanged(before, after):
                return after
        raise Busy(_CONFLICT_MESSAGE)

    async def save_from_call_entry(
        self, entry: CallEntry, seeker: Seeker, before: Seeker | None
    ) -> Seeker:
        """Store the profile of somebody on a call list, and note it there, in one transaction.

        :raises Busy: one of both has changed meanwhile.
        """
        noted = replace(
            entry, seeker_id=seeker.id, version=entry.version + 1, updated_at=self._clock()
        )

        async def body(transaction: Transaction) -> bool:
            if before is None:
                await self._store.seekers.add([seeker], transaction=transaction)
            elif not await self._store.seekers.replace_if_unchanged(
                before, seeker, transaction=transaction
            ):
                return False
            if not await self._store.call_entries.replace_if_unchanged(
                entry, noted, transaction=transaction
            ):
                raise Busy(_CONFLICT_MESSAGE)
            return True

        if not await self._store.mongo.run_transaction(body):
            raise Busy(_CONFLICT_MESSAGE)
        return seeker

    async def reveal(self, kind: str, record_id: str, caller: Principal, reason: str) -> Contact:
        """Name and phone of a seeker, or of somebody on a call list; the look is logged first.

        :raises NotFound: there is none in the caller's scope.
        :raises ConsentWithdrawn: consent was taken back, or no contact is kept.
        :raises TooManyAttempts: over 60 looks in an hour, together with those at leads.
        """

        async def change(
            transaction: Transaction,
        ) -> tuple[Seeker | CallEntry, Sequence[LoggedEvent]]:
            held: Seeker | CallEntry | None
            if kind == "Seeker":
                held = await self._store.seekers.by_id(record_id, transaction=transaction)
            else:
                held = await self._store.call_entries.by_id(record_id, transaction=transaction)
            if held is None or not may_manage_seekers(caller, held.union_path):
                raise NotFound("There is nobody like that in your scope.", field=("input", "id"))
            withdrawn = isinstance(held, Seeker) and held.withdrawn_at is not None
            if withdrawn or held.contact is None:
                raise ConsentWithdrawn("The person gave no contact, or does not wish to be called.")
            actor = staff_actor(caller)
            at = self._clock()
            await check_rate(
                self._store,
                actor,
                AuditAction.REVEAL,
                MAX_REVEALS_PER_HOUR,
                at=at,
                transaction=transaction,
            )
            entry = _audit_entry(kind, held.id, actor, AuditAction.REVEAL, reason)
            await self._store.audit_log.append([entry], at=at, transaction=transaction)
            return held, []

        contact = await self._store.open_contact(await self._commit(AUDIT_TOPIC, change))
        assert contact is not None  # it was there in the transaction
        return contact

    async def log_export(self, seeker: Seeker) -> None:
        """Note that somebody gets all that is stored of their profile.

        :raises TooManyAttempts: over 60 times in an hour.
        """
        actor = Actor(role=AuditRole.PERSON, id=seeker.giver or "")

        async def change(transaction: Transaction) -> tuple[None, Sequence[LoggedEvent]]:
            at = self._clock()
            await check_rate(
                self._store,
                actor,
                AuditAction.EXPORT,
                MAX_OWN_ACCESSES_PER_HOUR,
                at=at,
                transaction=transaction,
            )
            entry = _audit_entry("Seeker", seeker.id, actor, AuditAction.EXPORT)
            await self._store.audit_log.append([entry], at=at, transaction=transaction)
            return None, []

        await self._commit(AUDIT_TOPIC, change)

    async def withdraw_consent(self, seeker_id: str, actor: Actor) -> Seeker:
        """Take the consent to be matched back; done before, it stays done.

        :raises NotFound: there is no such profile any more.
        """

        async def change(transaction: Transaction) -> tuple[Seeker, Sequence[LoggedEvent]]:
            before = await self._load(seeker_id, transaction)
            if before.withdrawn_at is not None:
                return before, []
            at = self._clock()
            after = replace(before, withdrawn_at=at, version=before.version + 1, updated_at=at)
            await self._store.seekers.replace_if_unchanged(before, after, transaction=transaction)
            entry = _audit_entry("Seeker", before.id, actor, AuditAction.WITHDRAW_CONSENT)
            await self._store.audit_log.append([entry], at=at, transaction=transaction)
            return after, []

        return await self._commit(AUDIT_TOPIC, change)

    async def erase(self, seeker_id: str, actor: Actor, reason: str = "") -> Seeker:
        """Take the person out of a profile, and out of all that came of it.

        :raises NotFound: there is no such profile any more.
        """

        async def change(transaction: Transaction) -> tuple[Seeker, Sequence[LoggedEvent]]:
            before = await self._load(seeker_id, transaction)
            at = self._clock()
            await erase_seekers(
                self._store, [before], actor, at=at, ended=lambda _: at, reason=reason,
                transaction=transaction,
            )  # fmt: skip
            return before, []

        return await self._commit(AUDIT_TOPIC, change)

    async def _load(self, seeker_id: str, transaction: Transaction) -> Seeker:
        seeker = await self._store.seekers.by_id(seeker_id, transaction=transaction)
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
    transaction: Transaction,
    stored_after: datetime | None = None,
    reason: str = "",
) -> None:
    """Take the person out of ``seekers`` within a transaction, with a row of the log each.

    Group and status stay, to be counted; wishes, contact, searches, notes and what was told go.
    Contacts are stored away as those of leads are, but for services that ``ended`` by
    ``stored_after``.
    """
    kept: list[RetainedContact] = []
    entries: list[AuditEntry] = []
    for seeker in seekers:
        sealed = await _seal_for_retention(store, seeker)
        if sealed is not None and (stored_after is None or ended(seeker) > stored_after):
            kept.append(
                RetainedContact(
                    id=seeker.id, sealed=sealed, completed_at=ended(seeker), erased_at=at
                )
            )
        await store.seekers.replace_if_unchanged(
            seeker, _anonymise(seeker, at), transaction=transaction
        )
        await store.call_entries.erase(
            await store.call_entries.by_seeker(seeker.id, transaction=transaction),
            at=at,
            transaction=transaction,
        )
        await store.referrals.erase_notes(seeker.id, transaction=transaction)
        await store.call_campaigns.delete_matches_of_seeker(seeker.id, transaction=transaction)
        await store.match_notices.delete_by_seeker(seeker.id, transaction=transaction)
        await store.event_log.delete_topic(seeker_topic(seeker.id), transaction=transaction)
        entries.append(_audit_entry("Seeker", seeker.id, actor, AuditAction.ERASE, reason))
    await store.sealed_contacts.retain_and_clear_notes([], kept, transaction=transaction)
    await store.audit_log.append(entries, at=at, transaction=transaction)


def _anonymise(seeker: Seeker, at: datetime) -> Seeker:
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


async def _seal_for_retention(store: Store, seeker: Seeker) -> bytes | None:
    try:
        contact = await store.open_contact(seeker)
    except ContactDamaged:
        # Nobody can read it any more, so nothing of it can be kept.
        return None
    if contact is None:
        return None
    payload = {"person": seeker.person, "name": contact.name, "phone": contact.phone}
    return store.keyring.seal_retained(
        encryption_context(seeker), json.dumps(payload, ensure_ascii=False).encode()
    )


def _audit_entry(
    kind: str, record_id: str, actor: Actor, action: AuditAction, detail: str = ""
) -> AuditEntry:
    return AuditEntry(
        actor=actor, action=action, subject_type=kind, subject_id=record_id, detail=detail
    )
