"""Group commit when a change fails, conflicts or is cancelled, and when the node stops."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import count

import pytest

from api.wiring.realtime import create_group_commit
from domain.live.events import LoggedEvent
from domain.refusals import Busy, NotFound
from realtime.group_commit import GroupCommit, LoggedChange
from realtime.limits import RealtimeLimits
from storage.mongo.client import StorageError, Transaction, translate_errors
from storage.store import Store
from tests.support import records
from tests.support.logged_changes import TOPIC, HeldChange, announcement, announcing, logged_bodies


async def refused_change(transaction: Transaction) -> tuple[None, Sequence[LoggedEvent]]:
    raise NotFound("There is no such thing.", "没有这个对象。")


async def broken_change(transaction: Transaction) -> tuple[None, Sequence[LoggedEvent]]:
    raise ValueError("broken")


def invalid_write(store: Store) -> LoggedChange[None]:
    async def change(transaction: Transaction) -> tuple[None, Sequence[LoggedEvent]]:
        with translate_errors():
            await store.mongo["sessions"].insert_one({"title": 1}, session=transaction)
        return None, [announcement("nonsense")]

    return change


async def test_a_failed_change_does_not_affect_others_in_its_transaction(
    store: Store, commit: GroupCommit
) -> None:
    held = HeldChange()
    first = asyncio.create_task(commit.append(TOPIC, held))
    await held.inside.wait()
    # They wait at the same time, so they share a transaction.
    waiting = asyncio.gather(
        commit.append(TOPIC, announcing("a")),
        commit.append(TOPIC, refused_change),
        commit.append(TOPIC, announcing("b")),
        commit.append(TOPIC, broken_change),
        commit.append(TOPIC, invalid_write(store)),
        commit.append(TOPIC, announcing("c")),
        return_exceptions=True,
    )
    await asyncio.sleep(0)
    held.go.set()
    assert await first == "held"
    a, refused, b, broken, nonsense, c = await waiting
    assert (a, b, c) == ("a", "b", "c")
    assert isinstance(refused, NotFound)
    assert isinstance(broken, ValueError)
    assert isinstance(nonsense, StorageError)
    assert await logged_bodies(store) == ["held", "a", "b", "c"]
    assert await store.mongo["sessions"].count_documents({}) == 0


async def test_a_refusal_reaches_only_its_own_caller(store: Store, commit: GroupCommit) -> None:
    changes = (announcing("a"), refused_change, announcing("b"))
    outcomes: list[object] = await asyncio.gather(
        *(commit.append(TOPIC, change) for change in changes), return_exceptions=True
    )
    assert outcomes[::2] == ["a", "b"]
    assert isinstance(outcomes[1], NotFound)
    assert await logged_bodies(store) == ["a", "b"]


async def test_a_transaction_without_time_for_more_leaves_changes_to_the_next_in_order(
    store: Store,
) -> None:
    commit = create_group_commit(store, limits=RealtimeLimits(max_transaction_build_seconds=0.0))
    changes = [announcing(n) for n in range(5)]
    given = (*changes[:2], refused_change, *changes[2:])
    answers: list[object] = await asyncio.gather(
        *(commit.append(TOPIC, change) for change in given),
        return_exceptions=True,
    )
    assert [*answers[:2], *answers[3:]] == [0, 1, 2, 3, 4]
    assert isinstance(answers[2], NotFound)
    assert await logged_bodies(store) == [str(n) for n in range(5)]
    # Each change had a transaction of its own.
    assert commit.batch_sizes.counts[0] == 6


async def test_a_change_is_refused_when_the_queue_is_full(
    store: Store,
) -> None:
    commit = create_group_commit(store, limits=RealtimeLimits(max_waiting_changes=3))
    held = HeldChange()
    first = asyncio.create_task(commit.append(TOPIC, held))
    await held.inside.wait()
    waiting = [asyncio.create_task(commit.append(TOPIC, announcing(n))) for n in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await commit.append(TOPIC, announcing("too many"))
    held.go.set()
    assert await asyncio.gather(first, *waiting) == ["held", 0, 1, 2]
    assert await commit.append(TOPIC, announcing("again")) == "again"
    assert await logged_bodies(store) == ["held", "0", "1", "2", "again"]


async def test_a_change_is_stored_although_its_caller_was_cancelled(
    store: Store, commit: GroupCommit
) -> None:
    held = HeldChange()
    first = asyncio.create_task(commit.append(TOPIC, held))
    await held.inside.wait()
    waiting = [asyncio.create_task(commit.append(TOPIC, announcing(n))) for n in range(3)]
    leaving = asyncio.create_task(commit.append(TOPIC, refused_change))
    await asyncio.sleep(0)
    for each in (first, waiting[1], leaving):
        each.cancel()
    held.go.set()
    assert await waiting[0] == 0
    assert await waiting[2] == 2
    assert all(each.cancelled() for each in (first, waiting[1], leaving))
    assert await logged_bodies(store) == ["held", "0", "1", "2"]


async def test_a_change_with_a_write_conflict_runs_again_and_logs_once(
    store: Store, commit: GroupCommit
) -> None:
    await store.live_sessions.add([records.live_session(id="session")])
    runs = count(1)
    seen: list[int] = []

    async def change(transaction: Transaction) -> tuple[int, Sequence[LoggedEvent]]:
        found = await store.live_sessions.by_id("session", transaction=transaction)
        assert found is not None
        seen.append(found.peak_viewers)
        if next(runs) == 1:
            await store.live_sessions.raise_peak_viewers("session", 5)
        await store.live_sessions.pin("session", "posting", transaction=transaction)
        return found.peak_viewers, [announcement("once")]

    assert await commit.append(TOPIC, change) == 5
    assert seen == [0, 5]
    assert await logged_bodies(store) == ["once"]


async def test_the_on_logged_callback_runs_within_the_transaction(store: Store) -> None:
    async def fails(*_: object) -> None:
        raise LookupError("not noted")

    commit = GroupCommit(store.mongo, store.event_log, records.ManualClock(), on_logged=fails)
    with pytest.raises(LookupError):
        await commit.append(TOPIC, announcing("a"))
    assert await store.event_log.last_seq(TOPIC) == 0
    assert await logged_bodies(store) == []


async def test_close_waits_for_the_accepted_changes(store: Store, commit: GroupCommit) -> None:
    held = HeldChange()
    waiting = [asyncio.create_task(commit.append(TOPIC, each)) for each in (held, announcing("a"))]
    await held.inside.wait()
    closing = asyncio.create_task(commit.close())
    await asyncio.sleep(0)
    assert not closing.done()
    held.go.set()
    await closing
    assert await asyncio.gather(*waiting) == ["held", "a"]
    assert await logged_bodies(store) == ["held", "a"]


async def test_an_abandoned_transaction_delays_others_by_seconds_only(
    store: Store, commit: GroupCommit, other_store: Store
) -> None:
    inside, never = asyncio.Event(), asyncio.Event()

    async def stuck(transaction: Transaction) -> None:
        await other_store.event_log.append(
            TOPIC, [announcement("lost")], at=records.FIXED_NOW, transaction=transaction
        )
        inside.set()
        await never.wait()

    # Like a transaction of a killed process: it holds a place in the log and never commits.
    abandoned = asyncio.create_task(other_store.mongo.run_transaction(stuck))
    await inside.wait()
    assert await commit.append(TOPIC, announcing("said")) == "said"
    assert await logged_bodies(store) == ["said"]
    abandoned.cancel()
    await asyncio.wait({abandoned})


async def test_a_refused_serialised_change_does_not_affect_the_next(
    store: Store, commit: GroupCommit
) -> None:
    async def refuse(_: Transaction) -> None:
        raise NotFound("There is no such thing.", "没有这个内容。")

    async def change(_: Transaction) -> str:
        return "done"

    outcomes = await asyncio.gather(
        commit.serialised("key", refuse), commit.serialised("key", change), return_exceptions=True
    )
    assert isinstance(outcomes[0], NotFound)
    assert outcomes[1] == "done"
