"""What one device and one address may send, and who waits for the sign-in."""

from __future__ import annotations

import pytest

from domain.identity.accounts import Principal, Role
from domain.refusals import TooManyAttempts
from realtime.usage_counter import UsageCounter
from realtime.usage_limits import UsageLimits
from services.identity.device_usage import DeviceUsage
from storage.store import Store
from tests.support.records import ManualClock

LIMITS = UsageLimits(
    phones_per_device_hour=2, devices_per_address_minute=3, scans_per_code_minute=2
)
VIEWER = Principal(subject="device", role=Role.VIEWER)
OFFICER = Principal(subject="officer", role=Role.OFFICER, union_id="root")


@pytest.fixture
def clock() -> ManualClock:
    clock = ManualClock()
    clock.at = clock.at.replace(minute=0, second=0, microsecond=0)
    return clock


@pytest.fixture
def usage(store: Store, clock: ManualClock) -> DeviceUsage:
    return DeviceUsage(UsageCounter(store, clock), LIMITS)


def viewer(number: int) -> Principal:
    return Principal(subject=f"device {number}", role=Role.VIEWER)


def test_a_device_sends_some_phones_an_hour_and_the_same_ones_again(
    usage: DeviceUsage, clock: ManualClock
) -> None:
    for _ in range(3):
        usage.admit_phone(VIEWER, "14400000001")
        usage.admit_phone(VIEWER, "14400000002")
    clock.advance(seconds=61)
    with pytest.raises(TooManyAttempts) as refused:
        usage.admit_phone(VIEWER, "14400000003")
    assert refused.value.retry_after == 3_539
    assert "59 minutes" in refused.value.message
    assert "59分钟" in refused.value.message_zh
    usage.admit_phone(VIEWER, "14400000001")
    usage.admit_phone(viewer(1), "14400000003")
    for number in range(9):
        usage.admit_phone(OFFICER, f"1440000000{number}")
    clock.advance(seconds=3_539)
    usage.admit_phone(VIEWER, "14400000003")


def test_an_address_refuses_nobody_and_devices_beyond_the_limit_of_a_minute_are_crowded(
    usage: DeviceUsage, clock: ManualClock
) -> None:
    crowded = [usage.is_crowded(viewer(number), "192.0.2.1") for number in range(6)]
    assert crowded == [False] * 3 + [True] * 3
    # The first ones stay what they were, and other addresses and staff are not concerned.
    assert not usage.is_crowded(viewer(0), "192.0.2.1")
    assert not usage.is_crowded(viewer(5), "192.0.2.2")
    assert not usage.is_crowded(OFFICER, "192.0.2.1")
    clock.advance(seconds=60)
    assert not usage.is_crowded(viewer(5), "192.0.2.1")


def test_scans_of_one_code_from_one_address_count_some_times_a_minute(
    usage: DeviceUsage, clock: ManualClock
) -> None:
    assert [usage.counts_scan("code", "192.0.2.1") for _ in range(4)] == [True, True, False, False]
    assert usage.counts_scan("code", "192.0.2.2")
    assert usage.counts_scan("another code", "192.0.2.1")
    clock.advance(seconds=60)
    assert usage.counts_scan("code", "192.0.2.1")
