"""Devices: a credential is accepted until its replacement was presented."""

from __future__ import annotations

import asyncio

from domain.identity.devices import DEVICE_CREDENTIAL_LIFETIME, DeviceCredential
from storage.store import Store
from tests.support.records import FIXED_NOW


async def accept(store: Store, generation: int) -> bool:
    credential = DeviceCredential(device_id="a device", generation=generation)
    return await store.devices.accept(credential, at=FIXED_NOW)


async def test_a_credential_is_accepted_until_a_newer_one_was_presented(store: Store) -> None:
    assert await accept(store, 1)
    assert await accept(store, 1)
    assert await accept(store, 2)
    assert not await accept(store, 1)
    assert await accept(store, 2)
    stored = await store.devices.by_id("a device")
    assert stored is not None
    assert stored.generation == 2
    assert stored.expires_at == FIXED_NOW + DEVICE_CREDENTIAL_LIFETIME


async def test_tabs_that_present_the_same_credential_at_once_are_all_accepted(
    store: Store,
) -> None:
    assert await asyncio.gather(*(accept(store, 1) for _ in range(20))) == [True] * 20
    mixed = await asyncio.gather(*(accept(store, generation) for generation in [1, 2] * 10))
    assert mixed[1::2] == [True] * 10
    assert not await accept(store, 1)
