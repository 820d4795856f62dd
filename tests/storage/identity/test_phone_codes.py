"""Codes in the database: replacing, guessing, claiming and reporting, over two nodes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from domain.identity.phone_codes import (
    CODE_LIFETIME,
    MAX_TRIES,
    RESEND_PAUSE,
    DeliveryReport,
    MessageState,
    PhoneCode,
    code_id,
)
from storage.store import Store
from tests.support import records
from tests.support.records import FIXED_NOW

MILLISECOND = timedelta(milliseconds=1)
CLAIM_END = FIXED_NOW + timedelta(seconds=30)


def code(issue: str = "first", **changes: object) -> PhoneCode:
    return records.phone_code(issue=issue, **changes)


def with_message(made: PhoneCode, **changes: object) -> PhoneCode:
    return replace(made, message=replace(made.message, **changes))  # type: ignore[arg-type] # names of its fields


async def test_a_code_is_replaced_after_the_pause_and_not_before(store: Store) -> None:
    assert await store.phone_codes.replace(code()) is None
    early = code("second", issued_at=FIXED_NOW + RESEND_PAUSE - MILLISECOND)
    assert await store.phone_codes.replace(early) == FIXED_NOW
    later = code("third", issued_at=FIXED_NOW + RESEND_PAUSE)
    assert await store.phone_codes.replace(later) is None
    assert await store.phone_codes.by_id(later.id) == later


async def test_of_many_requests_at_once_one_code_is_stored(
    store: Store, other_store: Store
) -> None:
    nodes = (store, other_store)
    answers = await asyncio.gather(
        *(nodes[index % 2].phone_codes.replace(code(f"issue {index}")) for index in range(20))
    )
    assert answers.count(None) == 1
    assert set(answers) == {None, FIXED_NOW}


async def test_exactly_five_of_many_guesses_at_once_are_counted(
    store: Store, other_store: Store
) -> None:
    await store.phone_codes.replace(code())
    nodes = (store, other_store)
    found = await asyncio.gather(
        *(nodes[index % 2].phone_codes.count_try(code().id, at=FIXED_NOW) for index in range(40))
    )
    counted = [each.tries for each in found if each is not None]
    assert sorted(counted) == list(range(1, MAX_TRIES + 1))


async def test_guesses_that_race_with_a_new_request_are_counted_for_one_of_the_two(
    store: Store, other_store: Store
) -> None:
    await store.phone_codes.replace(code())
    later = FIXED_NOW + RESEND_PAUSE
    second = code("second", issued_at=later, expires_at=later + CODE_LIFETIME)
    *found, _ = await asyncio.gather(
        *(other_store.phone_codes.count_try(second.id, at=later) for _ in range(30)),
        store.phone_codes.replace(second),
    )
    guesses = [(each.issue, each.tries) for each in found if isinstance(each, PhoneCode)]
    assert len(guesses) == len(set(guesses))
    for issue in ("first", "second"):
        assert len([each for each in guesses if each[0] == issue]) <= MAX_TRIES


async def test_an_expired_or_unknown_code_cannot_be_guessed(store: Store) -> None:
    await store.phone_codes.replace(code())
    last = FIXED_NOW + CODE_LIFETIME - MILLISECOND
    assert await store.phone_codes.count_try(code().id, at=last) is not None
    assert await store.phone_codes.count_try(code().id, at=last + MILLISECOND) is None
    assert await store.phone_codes.count_try(code_id("other", "person"), at=FIXED_NOW) is None


async def test_a_code_is_confirmed_once_and_not_after_it_was_replaced(
    store: Store, other_store: Store
) -> None:
    await store.phone_codes.replace(code())
    marked = await asyncio.gather(
        *(node.phone_codes.mark_confirmed(code(), at=FIXED_NOW) for node in (store, other_store))
    )
    assert sorted(marked) == [False, True]
    second = code("second", issued_at=FIXED_NOW + RESEND_PAUSE)
    await store.phone_codes.replace(second)
    assert not await store.phone_codes.mark_confirmed(code(), at=FIXED_NOW)
    assert await store.phone_codes.mark_confirmed(second, at=FIXED_NOW)


async def test_a_message_is_claimed_by_one_node_until_its_claim_runs_out(
    store: Store, other_store: Store
) -> None:
    await store.phone_codes.replace(code())
    claims = await asyncio.gather(
        *(
            node.phone_codes.claim_due(at=FIXED_NOW, until=CLAIM_END)
            for node in (store, other_store)
        )
    )
    (first,) = [each for found in claims for each in found]
    assert (first.message.attempts, first.message.next_at) == (1, CLAIM_END)
    assert await store.phone_codes.claim_due(at=CLAIM_END - MILLISECOND, until=CLAIM_END) == []
    (second,) = await store.phone_codes.claim_due(
        at=CLAIM_END, until=CLAIM_END + timedelta(seconds=30)
    )
    assert second.message.attempts == 2
    # The first worker comes back late: its claim has run out.
    sent = replace(first.message, state=MessageState.SENT)
    assert not await store.phone_codes.record_sending(first, sent)
    assert await store.phone_codes.record_sending(second, sent)
    assert await store.phone_codes.claim_due(at=CLAIM_END, until=CLAIM_END) == []


async def test_a_replaced_message_is_neither_sent_nor_recorded(store: Store) -> None:
    await store.phone_codes.replace(code())
    (claimed,) = await store.phone_codes.claim_due(at=FIXED_NOW, until=CLAIM_END)
    later = FIXED_NOW + RESEND_PAUSE
    second = with_message(code("second", issued_at=later), next_at=later)
    await store.phone_codes.replace(second)
    sent = replace(claimed.message, state=MessageState.SENT)
    assert not await store.phone_codes.record_sending(claimed, sent)
    (found,) = await store.phone_codes.claim_due(at=later, until=later + RESEND_PAUSE)
    assert found.issue == "second"


async def test_a_report_changes_a_sent_message_once(store: Store) -> None:
    sent = with_message(code(), state=MessageState.SENT, serial="serial", sealed=None)
    await store.phone_codes.replace(sent)
    reports = [
        DeliveryReport(serial="another", delivered=True, code="DELIVERED"),
        DeliveryReport(serial="serial", delivered=False, code="MK:0001"),
        DeliveryReport(serial="serial", delivered=True, code="DELIVERED"),
    ]
    assert await store.phone_codes.record_reports(reports) == [False, True, False]
    found = await store.phone_codes.by_id(sent.id)
    assert found is not None
    assert (found.message.state, found.message.failure) == (MessageState.FAILED, "MK:0001")


async def test_the_codes_of_a_person_are_erased_with_the_proofs(store: Store) -> None:
    await store.phone_codes.replace(code())
    other = code(id=code_id("device", "other"), person="other")
    await store.phone_codes.replace(other)
    await store.mongo.run_transaction(
        lambda transaction: store.phone_proofs.erase_person("person", transaction=transaction)
    )
    assert await store.phone_codes.by_id(code().id) is None
    assert await store.phone_codes.by_id(other.id) == other
    assert await store.phone_codes.count_waiting(most=10) == 1
