"""Caps on requests for codes: exact, told or silent, and a budget that pumping does not empty."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from domain.identity.code_caps import DEFAULT_LIMITS
from domain.identity.phone_codes import MessageState
from domain.live.sessions import SessionStatus
from domain.refusals import PhoneCodesUnavailable, TooManyAttempts
from services.identity.phone_proving import RequestedCode
from storage.store import Store
from tests.support import records
from tests.support.codes import stored_code
from tests.support.phone_nodes import PHONE, WIDE, PhoneNode, phone
from tests.support.records import FIXED_NOW, ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


async def outcomes(*calls: Any) -> list[Any]:
    """Make these calls at once; return each answer or exception."""
    return list(await asyncio.gather(*calls, return_exceptions=True))


def count_of(answers: list[Any], kind: type) -> int:
    return sum(isinstance(answer, kind) for answer in answers)


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_device_gets_exactly_its_codes_an_hour_over_two_nodes(
    store: Store, other_store: Store, clock: ManualClock, at_once: bool
) -> None:
    limits = replace(WIDE, per_device_hour=5)
    nodes = [PhoneNode(each, clock, limits=limits) for each in (store, other_store)]
    calls = [nodes[index % 2].request(phone=phone(index)) for index in range(9)]
    answers = await outcomes(*calls) if at_once else [(await outcomes(call))[0] for call in calls]
    assert count_of(answers, RequestedCode) == 5
    refused = [answer for answer in answers if isinstance(answer, TooManyAttempts)]
    assert [refusal.retry_after for refusal in refused] == [3_600] * 4
    clock.advance(hours=1)
    assert isinstance(await nodes[0].request(phone=phone(99)), RequestedCode)


async def test_an_address_and_a_block_of_numbers_are_told_when_they_are_full(
    store: Store, clock: ManualClock
) -> None:
    node = PhoneNode(store, clock, limits=replace(WIDE, per_address_hour=3, per_prefix_hour=6))
    answers = [
        (await outcomes(node.request(f"a{index}", phone(index), peer="192.0.2.1")))[0]
        for index in range(5)
    ] + [
        (await outcomes(node.request(f"b{index}", phone(50 + index), peer=f"192.0.2.{index + 9}")))[
            0
        ]
        for index in range(5)
    ]
    assert [isinstance(answer, RequestedCode) for answer in answers] == [
        *(True, True, True, False, False),
        *(True, True, True, False, False),
    ]
    other_block = await node.request("c", "14412340000", peer="192.0.2.99")
    assert isinstance(other_block, RequestedCode)


async def test_networks_of_one_site_share_a_count(store: Store, clock: ManualClock) -> None:
    node = PhoneNode(store, clock, limits=replace(WIDE, per_site_hour=3))
    answers = [
        (
            await outcomes(
                node.request(f"a{index}", phone(index), peer=f"2001:db8:0:{index:x}::/64")
            )
        )[0]
        for index in range(5)
    ]
    assert count_of(answers, RequestedCode) == 3


async def test_a_refused_request_is_counted_nowhere(store: Store, clock: ManualClock) -> None:
    node = PhoneNode(store, clock, limits=replace(WIDE, per_prefix_hour=2))
    for index in range(6):
        await outcomes(node.request("device", phone(index)))
    counts = {
        document["_id"].partition("/")[0]: document["windows"]["hour"]["count"]
        async for document in store.mongo["code_caps"].find({"_id": {"$ne": "house"}})
        if not document["_id"].startswith("phone/")
    }
    assert counts == {"device": 2, "address": 2, "prefix": 2}
    assert await store.code_caps.read_house(at=clock()) == {"day": 2, "month": 2}


async def test_an_honest_room_behind_one_address_confirms_and_is_not_stopped(
    store: Store, clock: ManualClock
) -> None:
    node = PhoneNode(store, clock, limits=replace(WIDE, per_address_hour=2, per_prefix_hour=2))
    for index in range(12):
        code = await node.request_digits(f"device {index}", phone(index))
        await node.confirm(code, f"device {index}", phone(index))
        # A repeated confirmation gives nothing back a second time.
        await node.confirm(code, f"device {index}", phone(index))
    await node.request("a", phone(90))
    await node.request("b", phone(91))
    assert isinstance((await outcomes(node.request("c", phone(92))))[0], TooManyAttempts)


async def test_a_phone_that_had_its_codes_gets_no_more_and_nobody_is_told(
    store: Store, clock: ManualClock
) -> None:
    node = PhoneNode(store, clock, limits=replace(WIDE, per_phone_hour=3), shows_codes=False)
    answers = [await node.request(f"device {index}") for index in range(6)]
    assert answers == [answers[0]] * 6
    states = [
        (await stored_code(store, f"device {index}", PHONE)).message.state for index in range(6)
    ]
    assert states == [MessageState.PENDING] * 3 + [MessageState.SUPPRESSED] * 3
    await node.dispatcher.run_once()
    assert len(node.gateway.sent) == 3
    # Nobody can go on guessing: there is no code that would be right.
    codes = [await stored_code(store, f"device {index}", PHONE) for index in range(6)]
    assert [code.code_hash is None for code in codes] == [False] * 3 + [True] * 3
    # What was not sent is not paid for.
    assert await store.code_caps.read_house(at=clock()) == {"day": 3, "month": 3}


async def test_refused_requests_leave_nothing_for_what_clients_make_up(
    store: Store, clock: ManualClock
) -> None:
    limits = replace(WIDE, per_address_hour=1, per_device_hour=1, day_budget=3, reserved_percent=0)
    node = PhoneNode(store, clock, limits=limits)
    for index in range(20):
        await outcomes(
            node.request(f"made up {index}", phone(index)),
            node.request("device", phone(100 + index), peer=f"192.0.2.{index}"),
            node.request(f"other {index}", phone(200 + index), peer=f"198.51.100.{index}"),
        )
    found = [document["_id"] async for document in store.mongo["code_caps"].find({})]
    kinds = Counter(key.partition("/")[0] for key in found)
    assert kinds["phone"] == 3
    assert kinds["device"] <= 1 + 1 + 20
    assert await store.mongo["phone_codes"].count_documents({}) == 3


async def put_on_air(store: Store, status: SessionStatus, device: str, number: str) -> None:
    """Store a session of this status, and a lead of the device with the phone in it."""
    session = records.live_session(status=status)
    await store.live_sessions.add([session])
    person = store.keyring.hash_phone(f"+86{number}")
    await store.leads.record([records.lead(session_id=session.id, giver=device, person=person)])


async def test_pumping_leaves_a_share_for_devices_with_a_lead_in_a_session_on_air(
    store: Store, other_store: Store, clock: ManualClock
) -> None:
    limits = replace(WIDE, day_budget=20, reserved_percent=15)
    nodes = [PhoneNode(each, clock, limits=limits) for each in (store, other_store)]
    pumped = await outcomes(
        *(nodes[index % 2].request(f"machine {index}", phone(index)) for index in range(40))
    )
    assert count_of(pumped, RequestedCode) == 17
    refused = [answer for answer in pumped if isinstance(answer, PhoneCodesUnavailable)]
    assert len(refused) == 23
    # 20:00 in China: the day ends in four hours.
    assert {refusal.retry_after for refusal in refused} == {4 * 3_600}
    for status, device in (
        (SessionStatus.LIVE, "in the room"),
        (SessionStatus.INTERRUPTED, "in a break"),
        (SessionStatus.ENDED, "too late"),
    ):
        await put_on_air(store, status, device, phone(90))
    answers = [
        (await outcomes(nodes[0].request(device, phone(90))))[0]
        for device in ("in the room", "in a break", "too late", "never tapped")
    ]
    assert [type(answer) for answer in answers] == [
        *(RequestedCode, RequestedCode),
        *(PhoneCodesUnavailable, PhoneCodesUnavailable),
    ]
    clock.advance(hours=4)
    assert isinstance(await nodes[1].request("next day", phone(95)), RequestedCode)


async def test_made_up_leads_do_not_empty_the_reserved_part_from_one_address(
    store: Store, clock: ManualClock
) -> None:
    limits = replace(WIDE, day_budget=20, reserved_percent=50, reserved_per_address_hour=3)
    node = PhoneNode(store, clock, limits=limits)
    for index in range(10):
        await node.request(f"machine {index}", phone(index))
    for index in range(20, 32):
        await put_on_air(store, SessionStatus.LIVE, f"device {index}", phone(index))
    pumped = [
        (await outcomes(node.request(f"device {index}", phone(index), peer="192.0.2.1")))[0]
        for index in range(20, 27)
    ]
    assert count_of(pumped, RequestedCode) == 3
    # An honest room elsewhere confirms, and gets all that is left.
    for index in range(27, 32):
        code = await node.request_digits(f"device {index}", phone(index))
        await node.confirm(code, f"device {index}", phone(index))
    assert await store.code_caps.read_house(at=clock()) == {"day": 18, "month": 18}


async def test_the_whole_budget_is_never_exceeded(
    store: Store, other_store: Store, clock: ManualClock
) -> None:
    limits = replace(WIDE, month_budget=10)
    nodes = [PhoneNode(each, clock, limits=limits) for each in (store, other_store)]
    for index in range(15):
        await put_on_air(store, SessionStatus.LIVE, f"device {index}", phone(index))
    answers = await outcomes(
        *(nodes[index % 2].request(f"device {index}", phone(index)) for index in range(15))
    )
    assert count_of(answers, RequestedCode) == 10
    assert await store.code_caps.read_house(at=FIXED_NOW) == {"day": 10, "month": 10}


async def test_the_operator_is_warned_once_when_the_budget_runs_out(
    store: Store, clock: ManualClock
) -> None:
    node = PhoneNode(store, clock, limits=replace(WIDE, day_budget=10, reserved_percent=0))
    with capture_logs() as lines:
        for index in range(10):
            await node.request(f"device {index}", phone(index))
    assert lines == [
        {
            "event": "budget for one-time codes runs out",
            "window": "day",
            "sent": 8,
            "percent": DEFAULT_LIMITS.alert_percent,
            "log_level": "warning",
        }
    ]
