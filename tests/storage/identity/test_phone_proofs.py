"""Phone proofs: valid for 30 days, for one device and one phone."""

from __future__ import annotations

from datetime import timedelta

from domain.identity.devices import PHONE_PROOF_LIFETIME, PhonePair
from storage.store import Store
from tests.support.records import FIXED_NOW

OWNER = PhonePair(device_id="a device", person="a person")
OTHERS = (
    PhonePair(device_id="a device", person="another person"),
    PhonePair(device_id="another device", person="a person"),
)


async def test_a_proof_is_for_its_device_and_phone_for_30_days(store: Store) -> None:
    await store.phone_proofs.record(OWNER, at=FIXED_NOW)
    assert timedelta(days=30) == PHONE_PROOF_LIFETIME
    ends = FIXED_NOW + PHONE_PROOF_LIFETIME
    pairs = [OWNER, *OTHERS]
    last = ends - timedelta(seconds=1)
    assert await store.phone_proofs.find_proven(pairs, at=last) == {OWNER}
    assert await store.phone_proofs.find_proven(pairs, at=ends) == frozenset()
    assert await store.phone_proofs.find_proven([], at=last) == frozenset()


async def test_a_repeated_proof_replaces_the_one_before(store: Store) -> None:
    await store.phone_proofs.record(OWNER, at=FIXED_NOW)
    renewed = await store.phone_proofs.record(OWNER, at=FIXED_NOW + timedelta(days=20))
    assert await store.phone_proofs.is_proven(OWNER, at=FIXED_NOW + timedelta(days=40))
    assert await store.mongo["phone_proofs"].count_documents({}) == 1
    assert renewed.expires_at == FIXED_NOW + timedelta(days=50)


async def test_an_erased_person_has_no_proof_on_any_device(store: Store) -> None:
    for pair in (OWNER, *OTHERS):
        await store.phone_proofs.record(pair, at=FIXED_NOW)
    assert await store.phone_proofs.erase_person("a person") == 2
    assert await store.phone_proofs.find_proven([OWNER, *OTHERS], at=FIXED_NOW) == {OTHERS[0]}
