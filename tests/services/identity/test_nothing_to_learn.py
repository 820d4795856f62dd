"""A stranger learns nothing of a phone by codes: same answers, by the same database commands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from domain.identity.devices import PhonePair
from domain.refusals import PhoneCodeInvalid
from services.identity.phone_proving import RequestedCode
from storage.store import Store
from tests.support import records
from tests.support.commands import record_commands
from tests.support.phone_nodes import PhoneNode, phone
from tests.support.records import FIXED_NOW, ManualClock

UNKNOWN = phone(1)


async def make_applicant(store: Store, person: str) -> None:
    """Let the phone belong to somebody with a lead, a profile and a proof on the own device."""
    await store.leads.record([records.lead(person=person, giver="owner")])
    await store.seekers.add([records.seeker(person=person, giver="owner")])
    await store.phone_proofs.record(PhonePair(device_id="owner", person=person), at=FIXED_NOW)


async def make_stopped(store: Store, person: str) -> None:
    """Let the owner of the phone have replied that they want no messages."""
    await store.phone_stops.add(person, at=FIXED_NOW)


async def make_asked(store: Store, person: str) -> None:
    """Let other devices have asked for more codes than the phone gets."""
    node = PhoneNode(store, ManualClock())
    for index in range(7):
        await node.request(f"other {index}", phone(2), peer=f"198.51.100.{index}")


KNOWN: dict[str, Callable[[Store, str], Awaitable[None]]] = {
    "an applicant's": make_applicant,
    "one that stopped messages": make_stopped,
    "one that many asked for": make_asked,
}


@pytest.fixture
async def commands(store: Store) -> Any:
    """The profiler's list of the commands of a call, by collection."""

    async def run(call: Callable[[], Awaitable[Any]]) -> tuple[Any, list[tuple[str, str]]]:
        async with record_commands(store.mongo) as commands:
            try:
                answer = await call()
            except PhoneCodeInvalid as refusal:
                answer = (refusal.message, refusal.message_zh, refusal.field)
        return answer, commands

    return run


@pytest.mark.parametrize("kind", KNOWN)
async def test_a_request_has_the_same_answer_and_commands_for_a_known_and_an_unknown_phone(
    kind: str, store: Store, commands: Any
) -> None:
    await KNOWN[kind](store, store.keyring.hash_phone(f"+86{phone(2)}"))
    node = PhoneNode(store, ManualClock(), shows_codes=False)
    results = [
        await commands(lambda number=number, device=device: node.request(device, number))
        for number, device in ((UNKNOWN, "stranger"), (phone(2), "intruder"))
    ]
    assert isinstance(results[0][0], RequestedCode)
    assert results[0] == results[1]
    assert len(results[0][1]) >= 7


@pytest.mark.parametrize("kind", KNOWN)
async def test_a_guess_has_the_same_answer_and_commands_for_a_known_and_an_unknown_phone(
    kind: str, store: Store, commands: Any
) -> None:
    await KNOWN[kind](store, store.keyring.hash_phone(f"+86{phone(2)}"))
    node = PhoneNode(store, ManualClock())
    results = [
        await commands(lambda number=number: node.confirm("123456", "stranger", number))
        for number in (UNKNOWN, phone(2))
    ]
    assert results[0] == results[1]
    assert results[0][1] == [("phone_codes", "command")]
