"""Erasing the person from a profile, and from everything that was stored because of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from domain.identity.audit import Actor, AuditAction, AuditEntry
from domain.live.log_topics import seeker_topic
from domain.seekers.profile import Profile
from domain.seekers.seekers import Seeker
from storage.leads.contacts import RetainedContact
from storage.mongo.client import Transaction
from storage.mongo.crypto import ContactDamaged
from storage.store import Store, encryption_context


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
    """Erase the person from each profile within the transaction, with one audit entry each.

    Group and status stay for the statistics. Wishes, contact, saved searches, notes, matches and
    the seeker's event log are deleted. The contact moves to the retained contacts, as that of a
    lead does, unless the service ``ended`` at or before ``stored_after``: then the retention
    period is over.
    """
    retained: list[RetainedContact] = []
    entries: list[AuditEntry] = []
    entry_ids: list[str] = []
    for seeker in seekers:
        sealed = await _seal_for_retention(store, seeker)
        if sealed is not None and (stored_after is None or ended(seeker) > stored_after):
            retained.append(
                RetainedContact(
                    id=seeker.id, sealed=sealed, completed_at=ended(seeker), erased_at=at
                )
            )
        await store.seekers.replace_if_unchanged(
            seeker, _anonymise(seeker, at), transaction=transaction
        )
        calls = await store.call_entries.by_seeker(seeker.id, transaction=transaction)
        await store.call_entries.erase(calls, at=at, transaction=transaction)
        entry_ids += [entry.id for entry in calls]
        await store.referrals.erase_notes(seeker.id, transaction=transaction)
        await store.call_campaigns.delete_matches_of_seeker(seeker.id, transaction=transaction)
        await store.match_notices.delete_by_seeker(seeker.id, transaction=transaction)
        await store.event_log.delete_topic(seeker_topic(seeker.id), transaction=transaction)
        entries.append(
            AuditEntry(
                actor=actor,
                action=AuditAction.ERASE,
                subject_type="Seeker",
                subject_id=seeker.id,
                detail=reason,
            )
        )
    await store.sealed_contacts.retain_and_clear_notes([], retained, transaction=transaction)
    await store.audit_log.append(entries, at=at, transaction=transaction)
    for subject_type, ids in (("Seeker", [each.id for each in seekers]), ("CallEntry", entry_ids)):
        await store.audit_log.redact(subject_type, ids, actor, at=at, transaction=transaction)


def _anonymise(seeker: Seeker, at: datetime) -> Seeker:
    return replace(
        seeker,
        profile=Profile(group=seeker.profile.group),
        giver=None,
        person=None,
        contact=None,
        phone_proven_at=None,
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
        # A contact that cannot be decrypted cannot be retained either.
        return None
    if contact is None:
        return None
    payload = {"person": seeker.person, "name": contact.name, "phone": contact.phone}
    return store.keyring.seal_retained(
        encryption_context(seeker), json.dumps(payload, ensure_ascii=False).encode()
    )
