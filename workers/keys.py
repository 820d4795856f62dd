"""Keys while the service runs: new ones are taken up, and contacts sealed anew with them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace

import structlog

from domain.identity.audit import OPERATOR_ACTOR, AuditAction, AuditEntry
from domain.leads.leads import SealedContact
from storage.clock import Clock
from storage.leads.contacts import COLLECTION_BY_RECORD, H
from storage.mongo.client import Duplicate, StorageError, Transaction
from storage.mongo.crypto import ContactDamaged, WebhookSecretDamaged
from storage.store import Store

KEY_REFRESH_INTERVAL_SECONDS = 60.0
"""How long a process may go on sealing with the key before the newest."""
CONTACTS_PER_WRITE = 500
"""Contacts that are sealed anew in one write."""

_log = structlog.get_logger(__name__)


class KeyRefresher:
    """Takes up the keys that were made elsewhere."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(KEY_REFRESH_INTERVAL_SECONDS)
            try:
                await self._store.keys.reload()
            except StorageError as error:
                _log.warning("keys not read", error=type(error).__name__)


@dataclass(frozen=True, kw_only=True)
class RotationResult:
    """The newest key's version, whether it is a new one, and how many contacts it sealed anew.

    ``webhooks`` had their secrets sealed anew. ``damaged`` contacts and secrets did not open, and
    were left as they are.
    """

    version: int
    is_new_key: bool
    resealed_contacts: int
    resealed_webhooks: int = 0
    damaged: int = 0


async def rotate_contact_keys(store: Store, clock: Clock) -> RotationResult:
    """Seal contacts and the secrets of webhooks with a new key, while others read and write.

    Where an earlier run left contacts under an older key, it is finished first, without another
    key. Each contact is exchanged only if it is still the one that was read.
    """
    await store.keys.reload()
    contacts, damaged = await _reseal_contacts(store)
    webhooks, unopened = await _reseal_webhooks(store)
    is_new = contacts + webhooks == 0
    if is_new:
        await _add_key(store, clock)
        contacts, damaged = await _reseal_contacts(store)
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

    # Another rotation may have begun with the same version just now: both seal with it.
    with suppress(Duplicate):
        await store.mongo.run_transaction(begin)
    await store.keys.reload()


async def _reseal_contacts(store: Store) -> tuple[int, int]:
    """Seal what is under an older key; how many were, and how many do not open."""
    sealed = damaged = 0
    for kind in COLLECTION_BY_RECORD:
        anew, unopened = await _reseal_contacts_of(store, kind)
        sealed += anew
        damaged += unopened
    return sealed, damaged


async def _reseal_contacts_of(store: Store, kind: type[H]) -> tuple[int, int]:
    version, sealed, damaged, after = store.keyring.newest_version, 0, 0, ""
    while batch := await store.sealed_contacts.find_sealed_with_older_key(
        kind, version, after=after, limit=CONTACTS_PER_WRITE
    ):
        anew: list[tuple[H, SealedContact]] = []
        for held in batch:
            try:
                contact = await store.open_contact(held)
            except ContactDamaged:
                damaged += 1
            else:
                assert contact is not None  # that is what was looked for
                anew.append((held, store.seal_contact(held, contact)))
        sealed += await store.sealed_contacts.replace_sealed(kind, anew)
        after = batch[-1].id
    return sealed, damaged


async def _reseal_webhooks(store: Store) -> tuple[int, int]:
    """The same for the secrets of webhooks, of which there are few."""
    sealed = damaged = 0
    for webhook in await store.webhooks.find_sealed_with_older_key(store.keyring.newest_version):
        try:
            anew = [
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
            sealed += await store.webhooks.replace_secrets(webhook, anew)
    return sealed, damaged


async def change_secret(store: Store, secret: str, clock: Clock) -> None:
    """Bind the database and its keys to another secret, in one step.

    Processes that run under the old one go on with the keys they have until they are restarted.
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
