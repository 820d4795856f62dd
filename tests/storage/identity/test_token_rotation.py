"""Sign-ins: rotation of their refresh tokens, on both drivers."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from domain.identity.token_rotation import RotationOutcome, SignIn
from storage.clock import utc_now
from storage.mongo.client import Transaction
from storage.store import Store
from tests.support import records

GRACE = timedelta(seconds=10)


async def add(store: Store, *, most: int = 20) -> SignIn:
    sign_in = records.sign_in()
    await store.sign_ins.add(sign_in, most=most)
    return sign_in


async def rotate(store: Store, sign_in: SignIn, rotation: int) -> tuple[RotationOutcome, int]:
    outcome, now = await store.sign_ins.rotate(
        sign_in.id, sign_in.account_id, rotation, grace=GRACE
    )
    return outcome, now.rotation if now else -1


async def age(store: Store, sign_in: SignIn, seconds: int) -> None:
    """Let the last use be this long ago, by the clock of the database."""
    then = {"$subtract": ["$$NOW", seconds * 1_000]}
    await store.mongo["sign_ins"].update_one({"_id": sign_in.id}, [{"$set": {"used_at": then}}])


async def test_each_exchange_rotates_and_a_retry_repeats_it(either_store: Store) -> None:
    sign_in = await add(either_store)
    assert await rotate(either_store, sign_in, 0) == (RotationOutcome.ROTATED, 1)
    assert await rotate(either_store, sign_in, 0) == (RotationOutcome.REPEATED, 1)
    assert await rotate(either_store, sign_in, 1) == (RotationOutcome.ROTATED, 2)
    assert await rotate(either_store, sign_in, 1) == (RotationOutcome.REPEATED, 2)


async def test_a_spent_token_is_reused_after_the_grace_and_behind_the_last_one(
    either_store: Store,
) -> None:
    sign_in = await add(either_store)
    await rotate(either_store, sign_in, 0)
    await age(either_store, sign_in, 9)
    assert (await rotate(either_store, sign_in, 0))[0] is RotationOutcome.REPEATED
    await age(either_store, sign_in, 11)
    assert await rotate(either_store, sign_in, 0) == (RotationOutcome.REUSED, 1)
    await rotate(either_store, sign_in, 1)
    assert await rotate(either_store, sign_in, 0) == (RotationOutcome.REUSED, 2)


async def test_one_of_many_exchanges_at_once_rotates(either_store: Store) -> None:
    sign_in = await add(either_store)
    outcomes = await asyncio.gather(*(rotate(either_store, sign_in, 0) for _ in range(10)))
    assert sorted(outcome.name for outcome, _ in outcomes) == ["REPEATED"] * 9 + ["ROTATED"]
    assert {rotation for _, rotation in outcomes} == {1}


async def test_an_ended_unknown_or_foreign_sign_in_rotates_never(store: Store) -> None:
    sign_in = await add(store)

    async def end(transaction: Transaction) -> bool:
        return await store.sign_ins.end(sign_in.id, at=utc_now(), transaction=transaction)

    foreign = await store.sign_ins.rotate(sign_in.id, "another", 0, grace=GRACE)
    assert foreign == (RotationOutcome.ENDED, None)
    assert await store.mongo.run_transaction(end)
    assert not await store.mongo.run_transaction(end)
    assert await rotate(store, sign_in, 0) == (RotationOutcome.ENDED, -1)
    assert await rotate(store, records.sign_in(), 0) == (RotationOutcome.ENDED, -1)


async def test_an_account_keeps_the_sign_ins_that_were_used_last(store: Store) -> None:
    first, second = await add(store, most=2), await add(store, most=2)
    await age(store, second, 60)
    await rotate(store, first, 0)
    third = await add(store, most=2)
    kept = await store.sign_ins.by_ids([first.id, second.id, third.id])
    assert set(kept) == {first.id, third.id}
    assert await store.sign_ins.count_standing(first.account_id) == 2


async def test_a_stored_sign_in_is_not_stored_again(store: Store) -> None:
    sign_in = await add(store)
    await rotate(store, sign_in, 0)
    await store.sign_ins.add(sign_in, most=20)
    assert await rotate(store, sign_in, 1) == (RotationOutcome.ROTATED, 2)
