"""Entering as a viewer: the credential of an entry brings the same device back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from domain.identity.accounts import Role
from domain.identity.devices import DEVICE_CREDENTIAL_LIFETIME, DeviceCredential
from domain.leads.personal_data import ReceiptHolder
from domain.refusals import TooManyAttempts
from realtime.usage_counter import UsageCounter
from realtime.usage_limits import DEFAULT_USAGE_LIMITS
from services.identity.device_entry import DeviceCredentials, DeviceEntry, EnteredDevice
from services.identity.device_usage import DeviceUsage
from services.identity.receipts import Receipts
from services.identity.tokens import Tokens
from storage.clock import utc_now
from storage.mongo.crypto import Keyring
from storage.store import Store
from tests.support.records import ManualClock

SECRET = "a secret for tests"
KEYRING = Keyring(SECRET)
TOKENS = Tokens(SECRET, utc_now)
CREDENTIALS = DeviceCredentials(KEYRING, utc_now)


@pytest.fixture
def entry(store: Store) -> DeviceEntry:
    usage = DeviceUsage(UsageCounter(store, utc_now))
    return DeviceEntry(store, TOKENS, CREDENTIALS, usage, utc_now)


def device_of(entered: EnteredDevice) -> str:
    principal = TOKENS.authenticate(f"Bearer {entered.tokens.access}")
    assert principal is not None
    assert principal.role is Role.VIEWER
    assert principal.device_id == principal.subject
    assert principal.device_id is not None
    return principal.device_id


async def test_a_first_entry_stores_nothing_and_its_credential_brings_the_device_back(
    store: Store, entry: DeviceEntry
) -> None:
    first = await entry.enter(None)
    assert first.is_new
    assert await store.mongo["devices"].count_documents({}) == 0
    second = await entry.enter(first.credential)
    third = await entry.enter(second.credential)
    assert not second.is_new
    assert not third.is_new
    assert device_of(first) == device_of(second) == device_of(third)
    assert await store.mongo["devices"].count_documents({}) == 1
    assert device_of(await entry.enter(None)) != device_of(first)


async def test_a_lost_answer_loses_no_device(entry: DeviceEntry) -> None:
    first = await entry.enter(None)
    await entry.enter(first.credential)  # the answer is lost
    again = await entry.enter(first.credential)
    assert device_of(again) == device_of(first)
    following = await entry.enter(again.credential)
    assert device_of(following) == device_of(first)


async def test_a_credential_whose_replacement_was_used_starts_a_new_device(
    entry: DeviceEntry,
) -> None:
    first = await entry.enter(None)
    second = await entry.enter(first.credential)
    third = await entry.enter(second.credential)
    reused = await entry.enter(first.credential)
    assert reused.is_new
    assert device_of(reused) != device_of(first)
    # The device itself goes on.
    assert device_of(await entry.enter(third.credential)) == device_of(first)


async def test_a_credential_is_valid_for_180_days(entry: DeviceEntry) -> None:
    assert timedelta(days=180) == DEVICE_CREDENTIAL_LIFETIME
    given = DeviceCredential(device_id="a device", generation=1)
    almost = utc_now() - DEVICE_CREDENTIAL_LIFETIME
    kept, ends = DeviceCredentials(KEYRING, lambda: almost + timedelta(minutes=1)).issue(given)
    over, _ = DeviceCredentials(KEYRING, lambda: almost - timedelta(minutes=1)).issue(given)
    assert timedelta(seconds=50) < ends - utc_now() <= timedelta(seconds=60)
    assert CREDENTIALS.read(kept) == given
    assert CREDENTIALS.read(over) is None
    assert (await entry.enter(over)).is_new


async def test_anything_but_a_credential_starts_a_new_device(entry: DeviceEntry) -> None:
    key = KEYRING.key("device")
    expires = datetime.now(UTC) + timedelta(days=1)
    whole = {"iss": "songgang", "kind": "device", "sub": "d", "generation": 3, "exp": expires}
    read = DeviceCredential(device_id="d", generation=3)
    assert CREDENTIALS.read(jwt.encode(whole, key, "HS256")) == read
    holder = ReceiptHolder(person="p", giver="d")
    wrong = [
        *(jwt.encode({n: whole[n] for n in whole if n != gone}, key, "HS256") for gone in whole),
        jwt.encode(whole | {"kind": "receipt"}, key, "HS256"),
        jwt.encode(whole | {"iss": "another"}, key, "HS256"),
        jwt.encode(whole | {"generation": "many"}, key, "HS256"),
        jwt.encode(whole, "x" * 64, "HS256"),
        jwt.encode(whole, "", "none"),
        Receipts(KEYRING, utc_now).issue(holder),
        TOKENS.issue_for_viewer().access,
        "",
        "x" * 5_000,
    ]
    for signed in wrong:
        assert CREDENTIALS.read(signed) is None
        assert (await entry.enter(signed)).is_new


async def test_a_device_comes_back_sixty_times_an_hour_and_new_ones_always_enter(
    store: Store,
) -> None:
    clock = ManualClock()
    clock.at = clock.at.replace(minute=0, second=0, microsecond=0)
    usage = DeviceUsage(UsageCounter(store, clock))
    entry = DeviceEntry(store, TOKENS, CREDENTIALS, usage, utc_now)
    first = await entry.enter(None)
    credential = first.credential
    for _ in range(DEFAULT_USAGE_LIMITS.entries_per_device_hour):
        credential = (await entry.enter(credential)).credential
    with pytest.raises(TooManyAttempts) as refused:
        await entry.enter(credential)
    assert refused.value.retry_after == 3_600
    assert (await entry.enter(None)).is_new
    # The refused entry has changed nothing: an hour later it is the same device.
    clock.advance(seconds=3_600)
    assert device_of(await entry.enter(credential)) == device_of(first)
