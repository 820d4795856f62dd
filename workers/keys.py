"""Encryption keys of a running service: reading new ones, rotation, and change of the secret."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from domain.identity.audit import OPERATOR_ACTOR, AuditAction, AuditEntry
from domain.leads.leads import SealedContact
from realtime.background import Periodic, Schedule
from storage.clock import Clock
from storage.leads.contacts import COLLECTION_BY_RECORD, H
from storage.mongo.client import Duplicate, Transaction
from storage.mongo.crypto import ContactDamaged, WebhookSecretDamaged
from storage.store import Store

SCHEDULE = Schedule(interval_seconds=60.0, runs_at_start=False)
"""How often keys are read: so long a process may still seal with the key before the newest."""
CONTACTS_PER_WRITE = 500
"""Contacts that are sealed with the new key in one write."""


class KeyRefresher(Periodic):
    """Reads the keys that other processes have added, once a minute."""

    def __init__(self, store: Store, *, schedule: Schedule = SCHEDULE) -> None:
        super().__init__("keys", schedule)
        self._store = store

    async def run_once(self) -> None:
        """Read all keys again.

        :raises StorageError: they cannot be read now.
        """
        await self._store.keys.reload()


@dataclass(frozen=True, kw_only=True)
class RotationResult:
    """What a key rotation did.

    ``version`` is that of the newest key. ``damaged`` contacts and secrets could not be opened and
    are unchanged.
    """

    version: int
    is_new_key: bool
    resealed_contacts: int
    resealed_webhooks: int = 0
    damaged: int = 0


async def rotate_contact_keys(
    store: Store, clock: Clock, *, contacts_per_write: int = CONTACTS_PER_WRITE
) -> RotationResult:
    """Add a key and seal all contacts and webhook secrets with it, while the service runs.

    If an earlier rotation left contacts under an older key, this one finishes it and adds no key.
    A contact is replaced only if it is still the one that was read.
    """
    await store.keys.reload()
    contacts, damaged = await _reseal_contacts(store, contacts_per_write)
    webhooks, unopened = await _reseal_webhooks(store)
    is_new = contacts + webhooks == 0
    if is_new:
        await _add_key(store, clock)
        contacts, damaged = await _reseal_contacts(store, contacts_per_write)
        webhooks, unopened = await _reseal_webhooks(store)

    async def end(transaction: Transaction) -> None:
        detail = f"{contacts} contacts sealed with contact/{store.keyring.newest_version}"
        if webhooks:
            detail += f", and the secrets of {webhooks} webhooks"
        await store.audit_log.append(
            [_rotation_entry(store, detail)], at=clock(), transaction=transaction
        )

    await store.mongo.run_transaction(end)
    return RotationResult(
        version=store.keyring.newest_version,
        is_new_key=is_new,
        resealed_contacts=contacts,
        resealed_webhooks=webhooks,
        damaged=damaged + unopened,
    )


async def _add_key(store: Store, clock: Clock) -> None:
    async def begin(transaction: Transaction) -> None:
        version = await store.keys.add_contact_key(at=clock(), transaction=transaction)
        entry = _rotation_entry(store, f"contact/{version} made")
        await store.audit_log.append([entry], at=clock(), transaction=transaction)

    # A concurrent rotation may have added the same version: both then seal with it.
    with suppress(Duplicate):
        await store.mongo.run_transaction(begin)
    await store.keys.reload()


async def _reseal_contacts(store: Store, per_write: int) -> tuple[int, int]:
    """Seal contacts that are under an older key; returns how many were, and how many cannot be."""
    sealed = damaged = 0
    for kind in COLLECTION_BY_RECORD:
        resealed, unopened = await _reseal_contacts_of(store, kind, per_write)
        sealed += resealed
        damaged += unopened
    return sealed, damaged


async def _reseal_contacts_of(store: Store, kind: type[H], per_write: int) -> tuple[int, int]:
    version, sealed, damaged, after = store.keyring.newest_version, 0, 0, ""
    while batch := await store.sealed_contacts.find_sealed_with_older_key(
        kind, version, after=after, limit=per_write
    ):
        resealed: list[tuple[H, SealedContact]] = []
        for held in batch:
            try:
                contact = await store.open_contact(held)
            except ContactDamaged:
                damaged += 1
            else:
                assert contact is not None  # only sealed contacts were looked for
                resealed.append((held, store.seal_contact(held, contact)))
        sealed += await store.sealed_contacts.replace_sealed(kind, resealed)
        after = batch[-1].id
    return sealed, damaged


async def _reseal_webhooks(store: Store) -> tuple[int, int]:
    """The same for the secrets of webhooks; there are few."""
    sealed = damaged = 0
    for webhook in await store.webhooks.find_sealed_with_older_key(store.keyring.newest_version):
        try:
            resealed = [
                replace(
                    store.keyring.seal_webhook_secret(
                        webhook.id, store.keyring.open_webhook_secret(webhook.id, secret)
                    ),
                    until=secret.until,
                )
                for secret in webhook.secrets
            ]
        except WebhookSecretDamaged:
            damaged += 1
        else:
            sealed += await store.webhooks.replace_secrets(webhook, resealed)
    return sealed, damaged


async def change_secret(store: Store, secret: str, clock: Clock) -> None:
    """Bind the database and its keys to another secret, in one transaction.

    Processes started with the old secret keep the keys they have until they are restarted.
    """

    async def change(transaction: Transaction) -> None:
        await store.keys.rewrap(secret, transaction=transaction)
        await store.meta.change_secret(secret, transaction=transaction)
        entry = AuditEntry(
            actor=OPERATOR_ACTOR, action=AuditAction.CHANGE_SECRET, subject_type="Database"
        )
        await store.audit_log.append([entry], at=clock(), transaction=transaction)

    await store.mongo.run_transaction(change)


def _rotation_entry(store: Store, detail: str) -> AuditEntry:
    return AuditEntry(
        actor=OPERATOR_ACTOR,
        action=AuditAction.ROTATE_KEYS,
        subject_type="Database",
        subject_id=store.mongo.database_name,
        detail=detail,
    )
