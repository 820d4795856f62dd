"""Key rotation reseals every contact, whatever changes or fails meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from domain.leads.leads import Contact, Lead
from storage.clock import utc_now
from storage.mongo.client import Mongo, StorageError, new_id
from storage.mongo.crypto import INITIAL_KEY_NAMES, ContactDamaged
from storage.mongo.meta import WrongSecret
from storage.store import Store
from tests.support import records
from tests.support.stores import SECRET
from workers.keys import RotationResult, change_secret, rotate_contact_keys

NEW_SECRET = "another secret, long enough"


@pytest.fixture
async def own(mongo: Mongo) -> Store:
    """A store over its own database, because rotated keys stay in a database."""
    store = Store(mongo, SECRET)
    await store.prepare(SECRET)
    return store


def contact(number: int) -> Contact:
    return Contact(name=f"王{number}", phone=f"+86144{number:08d}")


def sealed_lead(store: Store, number: int) -> Lead:
    lead_id = new_id()
    person = store.keyring.hash_phone(contact(number).phone)
    return records.lead(
        id=lead_id, person=person, contact=store.keyring.seal_contact(lead_id, contact(number))
    )


async def versions(store: Store) -> dict[int, int]:
    found: dict[int, int] = {}
    async for document in store.mongo["leads"].find({}):
        version = document["contact"]["key_version"] if document["contact"] else 0
        found[version] = found.get(version, 0) + 1
    return found


async def check_decrypts(store: Store, leads: list[Lead]) -> None:
    found = await store.leads.by_ids([lead.id for lead in leads])
    for number, lead in enumerate(leads):
        assert await store.open_contact(found[lead.id]) == contact(number)


async def test_every_contact_is_resealed_and_other_nodes_can_decrypt_it(
    own: Store,
) -> None:
    other = Store(own.mongo, SECRET)
    leads = [sealed_lead(own, number) for number in range(10)]
    await own.leads.record(leads)
    assert await rotate_contact_keys(own, utc_now, contacts_per_write=3) == RotationResult(
        version=2, is_new_key=True, resealed_contacts=10
    )
    assert await versions(own) == {2: 10}
    await check_decrypts(other, leads)
    # Nothing else changed, and the same phone still has the same person hash.
    stored = await own.leads.by_ids([lead.id for lead in leads])
    assert [replace(stored[lead.id], contact=lead.contact) for lead in leads] == leads
    again = sealed_lead(other, 0)
    assert again.contact is not None
    assert again.contact.key_version == 2
    assert await own.leads.record([again]) == [(stored[leads[0].id], False)]


async def test_an_interrupted_rotation_finishes_without_another_key(
    own: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads = [sealed_lead(own, number) for number in range(5)]
    await own.leads.record(leads)
    replacing = own.sealed_contacts.replace_sealed
    times = 0

    async def cut_off(kind: type[Lead], batch: object) -> int:
        nonlocal times
        times += 1
        if times == 2:
            raise StorageError
        return await replacing(kind, batch)  # type: ignore[arg-type] # passed on as it came

    monkeypatch.setattr(own.sealed_contacts, "replace_sealed", cut_off)
    with pytest.raises(StorageError):
        await rotate_contact_keys(own, utc_now, contacts_per_write=2)
    assert await versions(own) == {1: 3, 2: 2}
    assert await rotate_contact_keys(own, utc_now) == RotationResult(
        version=2, is_new_key=False, resealed_contacts=3
    )
    await check_decrypts(own, leads)
    assert await rotate_contact_keys(own, utc_now) == RotationResult(
        version=3, is_new_key=True, resealed_contacts=5
    )
    await check_decrypts(own, leads)


async def test_a_contact_that_does_not_decrypt_is_skipped_by_the_rotation(
    own: Store,
) -> None:
    whole, broken = sealed_lead(own, 0), sealed_lead(own, 1)
    assert broken.contact is not None
    damaged = replace(broken, contact=replace(broken.contact, name=broken.contact.phone))
    await own.leads.record([whole, damaged])
    for version in (2, 3):
        done = await rotate_contact_keys(own, utc_now)
        assert done == RotationResult(
            version=version, is_new_key=True, resealed_contacts=1, damaged=1
        )
    assert await versions(own) == {1: 1, 3: 1}
    with pytest.raises(ContactDamaged):
        await own.open_contact(damaged)


async def test_a_contact_changed_during_the_rotation_is_not_overwritten(own: Store) -> None:
    lead, erased = sealed_lead(own, 0), sealed_lead(own, 1)
    await own.leads.record([lead, erased])
    await own.mongo["leads"].update_one({"_id": erased.id}, {"$set": {"contact": None}})
    newer = own.keyring.seal_contact(lead.id, contact(7))
    old = [(lead, own.keyring.seal_contact(lead.id, contact(0))), (erased, newer)]
    assert await own.sealed_contacts.replace_sealed(Lead, old) == 1
    assert await own.sealed_contacts.replace_sealed(Lead, old) == 0
    assert (await own.leads.by_ids([erased.id]))[erased.id].contact is None


async def test_two_rotations_at_once_end_with_every_contact_under_the_newest_key(
    own: Store,
) -> None:
    other = Store(own.mongo, SECRET)
    leads = [sealed_lead(own, number) for number in range(40)]
    await own.leads.record(leads)
    done = await asyncio.gather(
        rotate_contact_keys(own, utc_now), rotate_contact_keys(other, utc_now)
    )
    newest = max(each.version for each in done)
    await rotate_contact_keys(own, utc_now)
    assert min(await versions(own)) >= newest
    await check_decrypts(other, leads)
    assert (await own.audit_log.verify())[0] > 0


async def test_leads_are_captured_while_keys_are_rotated(own: Store) -> None:
    other = Store(own.mongo, SECRET)
    leads = [sealed_lead(own, number) for number in range(200)]
    await own.leads.record(leads[:100])

    async def arrive() -> None:
        for lead in leads[100:]:
            await other.leads.record([lead])

    await asyncio.gather(arrive(), rotate_contact_keys(own, utc_now))
    await check_decrypts(other, leads)
    await rotate_contact_keys(own, utc_now)
    assert min(await versions(own)) >= 2


async def test_after_a_secret_change_the_new_secret_decrypts_and_the_old_is_refused(
    own: Store,
) -> None:
    leads = [sealed_lead(own, 0)]
    await own.leads.record(leads)
    await rotate_contact_keys(own, utc_now)
    leads.append(sealed_lead(own, 1))
    await own.leads.record(leads[1:])
    await change_secret(own, NEW_SECRET, utc_now)
    with pytest.raises(WrongSecret):
        await Store(own.mongo, SECRET).prepare(SECRET)
    with pytest.raises(WrongSecret):
        await own.keys.reload()
    restarted = Store(own.mongo, NEW_SECRET)
    await restarted.prepare(NEW_SECRET)
    await check_decrypts(restarted, leads)
    # A node that was not restarted still decrypts, and both nodes compute the same person hash.
    await check_decrypts(own, leads)
    assert restarted.keyring.hash_phone("+8614400000000") == own.keyring.hash_phone(
        "+8614400000000"
    )
    assert (await restarted.audit_log.verify())[0] == 3


async def test_no_key_is_added_when_the_secret_changed_meanwhile(
    own: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealing, other = own.sealed_contacts.find_sealed_with_older_key, Store(own.mongo, SECRET)

    async def changing(*arguments: object, **named: object) -> object:
        monkeypatch.undo()
        await change_secret(other, NEW_SECRET, utc_now)
        return await sealing(*arguments, **named)  # type: ignore[arg-type] # passed on as it came

    await own.leads.record([sealed_lead(own, 0)])
    monkeypatch.setattr(own.sealed_contacts, "find_sealed_with_older_key", changing)
    with pytest.raises(WrongSecret):
        await rotate_contact_keys(own, utc_now)
    restarted = Store(own.mongo, NEW_SECRET)
    await restarted.prepare(NEW_SECRET)
    assert await own.mongo["keys"].count_documents({}) == len(INITIAL_KEY_NAMES)
    assert (await rotate_contact_keys(restarted, utc_now)).resealed_contacts == 1


async def test_no_key_is_stored_unencrypted(own: Store) -> None:
    await rotate_contact_keys(own, utc_now)
    found = [document async for document in own.mongo["keys"].find({})]
    assert len(found) == len(INITIAL_KEY_NAMES) + 1
    for document in found:
        assert own.keyring.key(document["_id"]) not in document["wrapped"]
