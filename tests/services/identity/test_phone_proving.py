"""Proving a phone: asking for a code and typing it, on one device and over two nodes."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from domain.identity.devices import PHONE_PROOF_LIFETIME
from domain.identity.phone_codes import (
    CODE_LIFETIME,
    MAX_TRIES,
    RESEND_PAUSE,
    CodeChannel,
    MessageState,
)
from domain.refusals import (
    InvalidInput,
    PhoneCodeInvalid,
    PhoneCodesUnavailable,
    PhoneInvalid,
    TooManyAttempts,
)
from services.identity.phone_proving import RENEWAL_PERIOD, ProvenPhone, RequestedCode
from storage.store import Store
from tests.support.codes import read_digits, stored_code
from tests.support.phone_nodes import PHONE, PhoneNode, another
from tests.support.records import FIXED_NOW, ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def node(store: Store, clock: ManualClock) -> PhoneNode:
    return PhoneNode(store, clock)


@pytest.fixture
def other_node(other_store: Store, clock: ManualClock) -> PhoneNode:
    return PhoneNode(other_store, clock)


async def test_the_right_code_proves_the_phone_on_this_device_for_thirty_days(
    node: PhoneNode, store: Store
) -> None:
    code = await node.request_digits()
    assert await node.confirm(code) == ProvenPhone(until=FIXED_NOW + PHONE_PROOF_LIFETIME)
    person = store.keyring.hash_phone(f"+86{PHONE}")
    ((pair, at),) = node.confirmed
    assert (pair.device_id, pair.person, at) == ("device", person, FIXED_NOW)
    assert await store.phone_proofs.is_proven(pair, at=FIXED_NOW)


async def test_a_code_is_stored_as_a_hash_and_in_the_sealed_message_only(
    node: PhoneNode, store: Store
) -> None:
    code = await node.request_digits()
    assert await read_digits(store, "device", PHONE) == code
    document = str(await store.mongo["phone_codes"].find_one({}))
    assert code not in document
    assert PHONE not in document
    await node.dispatcher.run_once()
    assert (await stored_code(store, "device", PHONE)).message.sealed is None
    assert [sent.code for sent in node.gateway.sent] == [code]


async def test_the_right_code_again_gives_the_same_answer_for_a_lost_one(
    node: PhoneNode, other_node: PhoneNode
) -> None:
    code = await node.request_digits()
    assert await node.confirm(code) == await other_node.confirm(code)


async def test_a_code_is_wrong_on_another_device_and_for_another_phone(node: PhoneNode) -> None:
    code = await node.request_digits()
    for device, phone in (("another", PHONE), ("device", "14400000002")):
        with pytest.raises(PhoneCodeInvalid):
            await node.confirm(code, device, phone)
    assert node.confirmed == []


async def test_a_code_ends_after_five_minutes(node: PhoneNode, clock: ManualClock) -> None:
    code = await node.request_digits()
    clock.at = FIXED_NOW + CODE_LIFETIME
    with pytest.raises(PhoneCodeInvalid):
        await node.confirm(code)
    clock.at -= timedelta(milliseconds=1)
    await node.confirm(code)


async def test_after_five_wrong_codes_the_right_one_is_refused_too(node: PhoneNode) -> None:
    code = await node.request_digits()
    for _ in range(MAX_TRIES):
        with pytest.raises(PhoneCodeInvalid):
            await node.confirm(another(code))
    with pytest.raises(PhoneCodeInvalid):
        await node.confirm(code)


async def test_every_refused_code_gets_the_same_words(node: PhoneNode, clock: ManualClock) -> None:
    async def refusal(code: str, device: str = "device") -> str:
        with pytest.raises(PhoneCodeInvalid) as refused:
            await node.confirm(code, device)
        assert refused.value.field == ("input", "code")
        return refused.value.message + refused.value.message_zh

    words = {await refusal("000000")}
    code = await node.request_digits()
    words |= {await refusal(another(code)), await refusal(code, "another")}
    words |= {await refusal(another(code)) for _ in range(MAX_TRIES)}
    clock.advance(minutes=5)
    assert words | {await refusal(code)} == words
    assert len(words) == 1


async def test_a_text_that_cannot_be_a_code_is_no_guess(node: PhoneNode, store: Store) -> None:
    await node.request_digits()
    with pytest.raises(InvalidInput):
        await node.confirm("12345")
    assert (await stored_code(store, "device", PHONE)).tries == 0


async def test_a_new_request_replaces_the_code_after_a_minute(
    node: PhoneNode, other_node: PhoneNode, clock: ManualClock
) -> None:
    first = await node.request_digits()
    clock.advance(seconds=10)
    with pytest.raises(TooManyAttempts) as refused:
        await other_node.request()
    assert refused.value.retry_after == 50
    assert "50" in refused.value.message
    clock.at = FIXED_NOW + RESEND_PAUSE
    second = await other_node.request_digits()
    for code in {first, another(second)} - {second}:
        with pytest.raises(PhoneCodeInvalid):
            await node.confirm(code)
    await node.confirm(second)


async def test_guesses_at_once_over_two_nodes_are_five(
    node: PhoneNode, other_node: PhoneNode, store: Store
) -> None:
    code = await node.request_digits()
    nodes = (node, other_node)
    answers = await asyncio.gather(
        *(nodes[index % 2].confirm(another(code)) for index in range(30)),
        return_exceptions=True,
    )
    assert {type(answer) for answer in answers} == {PhoneCodeInvalid}
    assert (await stored_code(store, "device", PHONE)).tries == MAX_TRIES


async def test_requests_at_once_over_two_nodes_store_one_code_and_count_once(
    node: PhoneNode, other_node: PhoneNode, store: Store
) -> None:
    nodes = (node, other_node)
    answers = await asyncio.gather(
        *(nodes[index % 2].request() for index in range(4)), return_exceptions=True
    )
    given = [answer for answer in answers if isinstance(answer, RequestedCode)]
    assert len(given) == 1
    assert {type(answer) for answer in answers} == {RequestedCode, TooManyAttempts}
    assert await read_digits(store, "device", PHONE) == given[0].shown
    assert (await store.code_caps.read_house(at=FIXED_NOW))["day"] == 1


async def test_a_proven_device_needs_no_code_until_its_last_day(
    node: PhoneNode, clock: ManualClock
) -> None:
    proven = await node.confirm(await node.request_digits())
    clock.at = proven.until - RENEWAL_PERIOD - timedelta(milliseconds=1)
    assert await node.request() == proven
    assert len(node.gateway.sent) == 0
    clock.at = proven.until - RENEWAL_PERIOD
    assert isinstance(await node.request(), RequestedCode)
    assert isinstance(await node.request("another"), RequestedCode)


@pytest.mark.parametrize("phone", ["12345", "", "+8521234567890"])
async def test_a_phone_that_cannot_be_called_is_refused_at_its_field(
    node: PhoneNode, phone: str
) -> None:
    for call in (node.request(phone=phone), node.confirm("123456", phone=phone)):
        with pytest.raises(PhoneInvalid) as refused:
            await call
        assert refused.value.field == ("input", "phone")


async def test_without_a_gateway_the_answer_says_that_staff_call(
    store: Store, clock: ManualClock
) -> None:
    node = PhoneNode(store, clock, channels=())
    assert not node.proving.is_available
    with pytest.raises(PhoneCodesUnavailable, match="staff will call you") as refused:
        await node.request()
    assert refused.value.retry_after is None
    assert await store.mongo["code_caps"].count_documents({}) == 0


async def test_a_channel_that_the_gateway_lacks_is_refused(node: PhoneNode) -> None:
    assert node.proving.channels == (CodeChannel.SMS,)
    with pytest.raises(InvalidInput) as refused:
        await node.request(channel=CodeChannel.VOICE)
    assert refused.value.field == ("input", "channel")


async def test_a_code_is_not_in_the_answer_outside_the_demo(
    store: Store, clock: ManualClock
) -> None:
    node = PhoneNode(store, clock, shows_codes=False)
    assert await node.request() == RequestedCode(
        expires_at=FIXED_NOW + CODE_LIFETIME,
        next_request_at=FIXED_NOW + RESEND_PAUSE,
        shown=None,
    )


async def test_a_phone_that_replied_stop_gets_none_until_its_proven_device_asks(
    node: PhoneNode, store: Store, clock: ManualClock
) -> None:
    proven = await node.confirm(await node.request_digits())
    person = store.keyring.hash_phone(f"+86{PHONE}")
    await store.phone_stops.add(person, at=clock())
    stranger = await node.request("stranger")
    assert isinstance(stranger, RequestedCode)
    assert stranger.next_request_at == clock() + RESEND_PAUSE
    message = (await stored_code(store, "stranger", PHONE)).message
    assert (message.state, message.sealed, stranger.shown) == (MessageState.SUPPRESSED, None, None)
    clock.at = proven.until - RENEWAL_PERIOD
    await node.request()
    assert (await stored_code(store, "device", PHONE)).message.state is MessageState.PENDING
    assert not await store.phone_stops.has(person)


async def test_a_call_that_was_cut_off_is_completed_by_the_same_call(
    node: PhoneNode, other_node: PhoneNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = await node.request_digits()

    async def fail(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(node.proving, "_on_proven", [fail])
    with pytest.raises(ConnectionError):
        await node.confirm(code)
    await other_node.confirm(code)
    assert len(other_node.confirmed) == 1
