"""Keys while the service runs: new ones are taken up, and contacts sealed anew with them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace

import structlog

from domain.identity.audit import OPERATOR, AuditAction, AuditEntry
from domain.leads.leads import Sealed
from storage.clock import Clock
from storage.leads.contacts import HOLDING, H
from storage.mongo.client import Duplicate, Session, StorageError
from storage.mongo.crypto import ContactDamaged, SecretDamaged
from storage.store import Store

LOOK_SECONDS = 60.0
"""How long a process may go on sealing with the key before the newest."""
AT_ONCE = 500
"""Contacts that are sealed anew in one write."""

_log = structlog.get_logger(__name__)


class KeyWatch:
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
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._store.keys.refresh()
            except StorageError as error:
                _log.warning("keys not read", error=type(error).__name__)


@dataclass(frozen=True, kw_only=True)
class Rotated:
    """The newest key's version, whether it is a new one, and how many contacts it sealed anew.

    ``webhooks`` had their secrets sealed anew. ``damaged`` contacts and secrets did not open, and
    were left as they are.
    """

    version: int
    is_new: bool
    contacts: int
    webhooks: int = 0
    damaged: int = 0


async def rotate(store: Store, clock: Clock) -> Rotated:
    """Seal contacts and the secrets of webhooks with a new key, while others read and write.

    Where an earlier run left contacts under an older key, it is finished first, without another
    key. Each contact is exchanged only if it is still the one that was read.
    """
    await store.keys.refresh()
    contacts, damaged = await _seal_anew(store)
    webhooks, unopened = await _seal_webhooks_anew(store)
    is_new = contacts + webhooks == 0
    if is_new:
        await _begin(store, clock)
        contacts, damaged = await _seal_anew(store)
        webhooks, unopened = await _seal_webhooks_anew(store)

    async def end(session: Session) -> None:
        detail = f"{contacts} contacts sealed with contact/{store.seal.version}"
        if webhooks:
            detail += f", and the secrets of {webhooks} webhooks"
        await store.audit.append([_rotation(store, detail)], at=clock(), session=session)

    await store.mongo.transaction(end)
    return Rotated(
        version=store.seal.version,
        is_new=is_new,
        contacts=contacts,
        webhooks=webhooks,
        damaged=damaged + unopened,
    )


async def _begin(store: Store, clock: Clock) -> None:
    async def begin(session: Session) -> None:
        version = await store.keys.add(at=clock(), session=session)
        entry = _rotation(store, f"contact/{version} made")
        await store.audit.append([entry], at=clock(), session=session)

    # Another rotation may have begun with the same version just now: both seal with it.
    with suppress(Duplicate):
        await store.mongo.transaction(begin)
    await store.keys.refresh()


async def _seal_anew(store: Store) -> tuple[int, int]:
    """Seal what is under an older key; how many were, and how many do not open."""
    sealed = damaged = 0
    for kind in HOLDING:
        anew, unopened = await _seal_kind_anew(store, kind)
        sealed += anew
        damaged += unopened
    return sealed, damaged


async def _seal_kind_anew(store: Store, kind: type[H]) -> tuple[int, int]:
    version, sealed, damaged, after = store.seal.version, 0, 0, ""
    while batch := await store.contacts.sealed_before(kind, version, after=after, limit=AT_ONCE):
        anew: list[tuple[H, Sealed]] = []
        for held in batch:
            try:
                contact = await store.contact_of(held)
            except ContactDamaged:
                damaged += 1
            else:
                assert contact is not None  # that is what was looked for
                anew.append((held, store.sealed_for(held, contact)))
        sealed += await store.contacts.replace(kind, anew)
        after = batch[-1].id
    return sealed, damaged


async def _seal_webhooks_anew(store: Store) -> tuple[int, int]:
    """The same for the secrets of webhooks, of which there are few."""
    sealed = damaged = 0
    for webhook in await store.webhooks.sealed_before(store.seal.version):
        try:
            anew = [
                replace(
                    store.seal.seal_secret(webhook.id, store.seal.open_secret(webhook.id, secret)),
                    until=secret.until,
                )
                for secret in webhook.secrets
            ]
        except SecretDamaged:
            damaged += 1
        else:
            sealed += await store.webhooks.replace_secrets(webhook, anew)
    return sealed, damaged


async def change_secret(store: Store, secret: str, clock: Clock) -> None:
    """Bind the database and its keys to another secret, in one step.

    Processes that run under the old one go on with the keys they have until they are restarted.
    """

    async def change(session: Session) -> None:
        await store.keys.rewrap(secret, session=session)
        await store.meta.change_secret(secret, session=session)
        entry = AuditEntry(
            actor=OPERATOR, action=AuditAction.CHANGE_SECRET, subject_type="Database"
        )
        await store.audit.append([entry], at=clock(), session=session)

    await store.mongo.transaction(change)


def _rotation(store: Store, detail: str) -> AuditEntry:
    return AuditEntry(
        actor=OPERATOR,
        action=AuditAction.ROTATE_KEYS,
        subject_type="Database",
        subject_id=store.mongo.database_name,
        detail=detail,
    )
