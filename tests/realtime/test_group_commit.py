"""Group commit stores state changes with their events, in order, in few transactions."""

from __future__ import annotations

import asyncio

from realtime.group_commit import GroupCommit
from storage.mongo.client import Mongo, Transaction
from storage.store import Store
from tests.support import records
from tests.support.logged_changes import TOPIC, HeldChange, announcing, logged_bodies


async def test_concurrent_writers_on_two_nodes_leave_no_gap_or_repeat(
    store: Store, commit: GroupCommit, other_commit: GroupCommit
) -> None:
    session = records.live_session(id="session")
    await store.live_sessions.add([session])

    async def write(node: GroupCommit, writer: int) -> None:
        for number in range(12):
            assert (
                await node.append(TOPIC, announcing(f"{writer}/{number}")) == f"{writer}/{number}"
            )

    nodes = (commit, other_commit, commit, other_commit)
    await asyncio.gather(*(write(node, writer) for writer, node in enumerate(nodes)))
    logged = await logged_bodies(store)
    for writer in range(4):
        of_writer = [body for body in logged if body.startswith(f"{writer}/")]
        assert of_writer == [f"{writer}/{number}" for number in range(12)]
    assert len(logged) == await store.event_log.last_seq(TOPIC) == 48
    after = await store.live_sessions.by_id("session")
    assert after is not None
    assert after.seq == 48


async def test_two_nodes_may_log_the_first_events_of_a_topic_at_once(
    store: Store, commit: GroupCommit, other_commit: GroupCommit
) -> None:
    for number in range(10):
        topic = f"session/{number}"
        await asyncio.gather(
            *(node.append(topic, announcing("a")) for node in (commit, other_commit))
        )
        assert await store.event_log.last_seq(topic) == 2


async def test_changes_run_in_arrival_order(store: Store, commit: GroupCommit) -> None:
    answers = await asyncio.gather(*(commit.append(TOPIC, announcing(n, n)) for n in range(100)))
    assert answers == list(range(100))
    assert await logged_bodies(store) == [str(n) for n in range(100) for _ in range(2)]


async def test_a_burst_of_changes_takes_few_transactions(
    store: Store, commit: GroupCommit, mongo_uri: str
) -> None:
    local = await Mongo.connect(mongo_uri, "local")
    # Transactions of this database only: other tests write to other databases of the server.
    ours = {"o.applyOps.ns": f"{store.mongo.database_name}.events"}

    async def committed() -> int:
        return await local["oplog.rs"].count_documents(ours)

    before = await committed()
    await asyncio.gather(*(commit.append(TOPIC, announcing(n)) for n in range(200)))
    assert 1 <= await committed() - before <= 5
    assert len(await logged_bodies(store)) == 200
    await local.close()


async def test_topics_do_not_wait_for_each_other(commit: GroupCommit) -> None:
    held = HeldChange()
    first = asyncio.create_task(commit.append("session/held", held))
    await held.inside.wait()
    assert await commit.append("session/free", announcing("free")) == "free"
    assert not first.done()
    held.go.set()
    assert await first == "held"


async def test_a_change_without_events_uses_no_seq(store: Store, commit: GroupCommit) -> None:
    assert await commit.append(TOPIC, announcing()) is None
    assert await store.event_log.last_seq(TOPIC) == 0


async def test_serialised_changes_of_one_key_run_one_at_a_time(
    store: Store, commit: GroupCommit
) -> None:
    held, running, most = HeldChange(), 0, 0

    async def change(_: Transaction) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return running

    async def hold(transaction: Transaction) -> str:
        return (await held(transaction))[0]

    first = asyncio.create_task(commit.serialised("key", hold))
    await held.inside.wait()
    waiting = [asyncio.create_task(commit.serialised("key", change)) for _ in range(10)]
    # Another key, or a topic of the same name, does not wait.
    assert await commit.serialised("other key", change) == 0
    assert await commit.append("key", announcing("said")) == "said"
    assert not any(task.done() for task in waiting)
    held.go.set()
    assert await first == "held"
    assert await asyncio.gather(*waiting) == [0] * 10
    assert most == 1
    assert commit.batch_sizes.counts[0] == 13
