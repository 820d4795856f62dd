"""Messages with codes are sent at least once, a bounded number of times, and only while valid."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from domain.identity.phone_codes import MAX_ATTEMPTS, MessageState, SendOutcome, SendResult
from domain.refusals import PhoneCodesUnavailable
from services.identity.code_gateway import OUTAGE_FAILURES
from services.identity.phone_proving import RequestedCode
from storage.store import Store
from tests.support.codes import stored_code
from tests.support.phone_nodes import ACCEPTED, PHONE, UNAVAILABLE, WIDE, PhoneNode, phone
from tests.support.records import ManualClock
from tests.support.waiting import wait_until

REFUSED_PHONE = SendResult(outcome=SendOutcome.PHONE_REFUSED, code="isv.MOBILE_NUMBER_ILLEGAL")
NO_BALANCE = SendResult(outcome=SendOutcome.GATEWAY_REFUSED, code="isv.AMOUNT_NOT_ENOUGH")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def node(store: Store, clock: ManualClock) -> PhoneNode:
    return PhoneNode(store, clock, limits=WIDE)


@pytest.fixture
def other_node(other_store: Store, clock: ManualClock) -> PhoneNode:
    return PhoneNode(other_store, clock, limits=WIDE)


async def state_of(node: PhoneNode, device: str = "device", number: str = PHONE) -> MessageState:
    return (await stored_code(node.store, device, number)).message.state


async def test_a_message_is_sent_once_and_its_serial_kept(node: PhoneNode, store: Store) -> None:
    code = await node.request_digits()
    await node.dispatcher.run_once()
    await node.dispatcher.run_once()
    (sent,) = node.gateway.sent
    assert (sent.phone, sent.code) == (f"+86{PHONE}", code)
    stored = await stored_code(store, "device", PHONE)
    assert (stored.issue, stored.message.serial) == (sent.id, ACCEPTED.serial)
    assert await state_of(node) is MessageState.SENT


async def test_two_nodes_send_each_message_once(node: PhoneNode, other_node: PhoneNode) -> None:
    codes = {await node.request_digits(f"device {index}", phone(index)) for index in range(40)}
    await asyncio.gather(node.dispatcher.run_once(), other_node.dispatcher.run_once())
    sent = [message.code for message in node.gateway.sent + other_node.gateway.sent]
    assert len(sent) == 40
    assert set(sent) == codes


async def test_a_request_wakes_the_worker(node: PhoneNode) -> None:
    node.proving.add_listener(node.dispatcher.wake)
    node.dispatcher.start()
    await node.request()
    await wait_until(lambda: len(node.gateway.sent) == 1)
    await node.dispatcher.close()


async def test_an_unavailable_gateway_is_tried_again_with_the_same_code(
    node: PhoneNode, clock: ManualClock, store: Store
) -> None:
    node.gateway.answers = [UNAVAILABLE, UNAVAILABLE]
    code = await node.request_digits()
    for seconds in (0, 4, 1, 19, 1, 60):
        clock.advance(seconds=seconds)
        await node.dispatcher.run_once()
    assert [message.code for message in node.gateway.sent] == [code] * 3
    assert len({message.id for message in node.gateway.sent}) == 1
    assert await state_of(node) is MessageState.SENT
    # Each attempt may have been sent, and so is paid for.
    assert await store.code_caps.read_house(at=clock()) == {"day": 3, "month": 3}


async def test_after_three_attempts_a_message_is_given_up(
    node: PhoneNode, clock: ManualClock
) -> None:
    node.gateway.answers = [UNAVAILABLE] * 9
    await node.request()
    for _ in range(6):
        await node.dispatcher.run_once()
        clock.advance(seconds=30)
    assert len(node.gateway.sent) == MAX_ATTEMPTS
    assert await state_of(node) is MessageState.FAILED


async def test_a_worker_that_dies_while_it_sends_is_followed_by_another(
    node: PhoneNode, other_node: PhoneNode, clock: ManualClock
) -> None:
    code = await node.request_digits()
    node.gateway.error = asyncio.CancelledError()
    with pytest.raises(asyncio.CancelledError):
        await node.dispatcher.run_once()
    clock.advance(seconds=29)
    await other_node.dispatcher.run_once()
    assert other_node.gateway.sent == []
    clock.advance(seconds=1)
    await other_node.dispatcher.run_once()
    assert [message.code for message in other_node.gateway.sent] == [code]
    assert await state_of(node) is MessageState.SENT


async def test_crashes_do_not_send_more_than_three_times(
    node: PhoneNode, clock: ManualClock
) -> None:
    await node.request()
    node.gateway.error = asyncio.CancelledError()
    for _ in range(5):
        with pytest.raises(asyncio.CancelledError):
            await node.dispatcher.run_once()
        clock.advance(seconds=30)
        if len(node.gateway.sent) == MAX_ATTEMPTS:
            break
    await node.dispatcher.run_once()
    assert len(node.gateway.sent) == MAX_ATTEMPTS
    assert await state_of(node) is MessageState.EXPIRED


async def test_a_code_that_has_expired_is_not_sent(node: PhoneNode, clock: ManualClock) -> None:
    await node.request()
    clock.advance(minutes=5)
    await node.dispatcher.run_once()
    assert node.gateway.sent == []
    stored = await stored_code(node.store, "device", PHONE)
    assert (stored.message.state, stored.message.sealed) == (MessageState.EXPIRED, None)


async def test_a_refused_phone_says_nothing_of_the_gateway(node: PhoneNode) -> None:
    node.gateway.answers = [REFUSED_PHONE] * 5
    for index in range(5):
        await node.request(f"device {index}", phone(index))
    await node.dispatcher.run_once()
    assert len(node.gateway.sent) == 5
    assert await state_of(node, "device 0", phone(0)) is MessageState.FAILED
    assert node.proving.is_available


@pytest.mark.parametrize("answer", [UNAVAILABLE, NO_BALANCE])
async def test_a_failing_gateway_is_a_typed_answer_for_a_minute_and_then_tried_again(
    node: PhoneNode, clock: ManualClock, answer: SendResult
) -> None:
    node.gateway.answers = [answer] * OUTAGE_FAILURES
    for index in range(OUTAGE_FAILURES):
        assert node.proving.is_available
        await node.request(f"device {index}", phone(index))
        await node.dispatcher.run_once()
    assert not node.proving.is_available
    clock.advance(seconds=20)
    with pytest.raises(PhoneCodesUnavailable) as refused:
        await node.request("later", phone(90))
    assert refused.value.retry_after == 40
    clock.advance(seconds=40)
    assert isinstance(await node.request("later", phone(90)), RequestedCode)
    await node.dispatcher.run_once()
    assert node.proving.is_available


async def test_a_message_that_does_not_open_is_given_up(node: PhoneNode, store: Store) -> None:
    await node.request()
    await store.mongo["phone_codes"].update_many({}, {"$set": {"issue": "moved"}})
    await node.dispatcher.run_once()
    assert node.gateway.sent == []
    assert await state_of(node) is MessageState.FAILED


async def test_a_node_without_a_gateway_leaves_messages_to_others(
    node: PhoneNode, other_store: Store, clock: ManualClock
) -> None:
    without = PhoneNode(other_store, clock, channels=())
    await node.request()
    await without.dispatcher.run_once()
    assert without.gateway.sent == []
    assert without.dispatcher.waiting == 1
    await node.dispatcher.run_once()
    assert len(node.gateway.sent) == 1


async def test_the_figures_are_those_of_the_whole_house(
    node: PhoneNode, other_node: PhoneNode
) -> None:
    for index in range(5):
        await node.request(f"device {index}", phone(index))
    await node.dispatcher.run_once()
    await other_node.dispatcher.run_once()
    assert other_node.dispatcher.budget_used() == {"day": 5 / 10_000, "month": 5 / 10_000}
    assert other_node.dispatcher.waiting == 0
    assert node.status.outcomes[SendOutcome.ACCEPTED] == 5
    assert other_node.status.outcomes[SendOutcome.ACCEPTED] == 0


async def test_the_log_of_a_failed_attempt_holds_neither_phone_nor_code(
    node: PhoneNode, clock: ManualClock
) -> None:
    node.gateway.answers = [UNAVAILABLE, NO_BALANCE]
    code = await node.request_digits()
    with capture_logs() as lines:
        await node.dispatcher.run_once()
        clock.at += timedelta(seconds=5)
        await node.dispatcher.run_once()
    assert [(line["outcome"], line["code"], line["given_up"]) for line in lines] == [
        ("UNAVAILABLE", "TIMEOUT", False),
        ("GATEWAY_REFUSED", "isv.AMOUNT_NOT_ENOUGH", True),
    ]
    assert code not in str(lines)
    assert PHONE not in str(lines)
